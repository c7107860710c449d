import type { ProductAnswer } from '../../hosts/contract.ts';
import { catchUp, type Desk, failed, filesOf, fine, gadminError, info, record, type TigerTool } from '../realm.ts';
import { keys, setting } from '../state/model.ts';
import { isAnswer, readFlags } from './flags.ts';
import { locked } from './locks.ts';

/** Keys whose values are not shown to anybody. */
const secretKey = /SecretAccessKey|AccessKeyID|Password|Passphrase/i;
export const masked = (key: string, value: string): string => (secretKey.test(key) && value !== '' ? '***' : value);

const later = new Map([
  ['System.Backup.S3.Endpoint', 3_08_00],
  ['System.Backup.S3.RoleARN', 3_11_00],
]);

function numberOf(version: string): number {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  return major * 1_00_00 + minor * 100 + patch;
}

/** The key as the product spells it; null when this version has none of that name. Letter case doesn't matter. */
function keyOf({ cluster }: Desk, name: string): string | null {
  const key = [...cluster.config.staged.keys()].find((each) => each.toLowerCase() === name.toLowerCase());
  return key === undefined || numberOf(cluster.release.version) < (later.get(key) ?? 0) ? null : key;
}

const noSuchKey = (name: string): ProductAnswer => gadminError('ParameterErr', `config entry '${name}' does not exist`);

const valueAt = (desk: Desk, word: string): string =>
  word.startsWith('@') ? filesOf(desk.realm, desk.cluster, desk.node).read(word.slice(1)).trim() : word;

async function get(desk: Desk): Promise<ProductAnswer> {
  const words = readFlags(desk.call.argv.slice(2), { '--file': true });
  if (isAnswer(words)) return words;
  const name = words.rest[0] ?? '';
  const key = keyOf(desk, name);
  await desk.call.wait(desk.realm.state.pace.readMs);
  // Without a file it tells what is staged; the file on the node holds what was applied.
  const stageOf = desk.cluster.config[words.flags.has('--file') ? 'applied' : 'staged'];
  return key === null ? noSuchKey(name) : fine(`${stageOf.get(key) ?? ''}\n`);
}

function refusal(desk: Desk, key: string, value: string): ProductAnswer | null {
  if (key === keys.enabled && value === 'true' && desk.cluster.release.crr) {
    return gadminError(
      'ParameterErr',
      "to enable 'System.CrossRegionReplication.Enabled', please use `gadmin restore --dr xxx` to do it instead",
    );
  }
  if (/\.Enable(d)?$/.test(key) && value !== 'true' && value !== 'false') {
    return gadminError('ParameterErr', `invalid value '${value}' for '${key}': it has to be true or false`);
  }
  const { staged } = desk.cluster.config;
  const other = key === keys.localEnable ? keys.s3Enable : key === keys.s3Enable ? keys.localEnable : null;
  if (other !== null && value === 'true' && staged.get(other) === 'true' && desk.cluster.release.backup) {
    return gadminError('ParameterErr', `'${key}' and '${other}' can not both be enabled`);
  }
  return null;
}

async function set(desk: Desk): Promise<ProductAnswer> {
  const pairs = desk.call.argv.slice(2);
  if (pairs.length === 0 || pairs.length % 2 !== 0) return failed('Error: the number of arguments should be even, NAME VALUE');
  await desk.call.wait(desk.realm.state.pace.readMs);
  catchUp(desk.realm);
  const next = new Map<string, string>();
  for (let at = 0; at < pairs.length; at += 2) {
    const name = pairs[at] ?? '';
    const key = keyOf(desk, name);
    if (key === null) return noSuchKey(name);
    const value = valueAt(desk, pairs[at + 1] ?? '');
    const refused = refusal(desk, key, value);
    if (refused !== null) return refused;
    next.set(key, value);
  }
  return stage(desk, next);
}

function stage(desk: Desk, next: ReadonlyMap<string, string>): ProductAnswer {
  const { staged } = desk.cluster.config;
  const same = [...next].filter(([key, value]) => staged.get(key) === value).map(([key]) => key);
  for (const [key, value] of next) staged.set(key, value);
  const shown = [...next].map(([key, value]) => `${key} ${masked(key, value)}`).join(' ');
  record(desk, 'config-set', `gadmin config set ${shown}`, same.length < next.size);
  const unchanged = same.map((key) => info(`no changes for ${key}`)).join('');
  if (same.length === next.size) return fine(unchanged);
  return fine(`${unchanged}${info("Configuration has been changed. Please use 'gadmin config apply' to persist the changes.")}`);
}

const stagedKeys = ({ cluster: { config } }: Desk): readonly string[] =>
  [...config.staged].filter(([key, value]) => config.applied.get(key) !== value).map(([key]) => key);

async function apply(desk: Desk): Promise<ProductAnswer> {
  const words = readFlags(desk.call.argv.slice(2), { '-y': false });
  if (isAnswer(words)) return words;
  if (!words.flags.has('-y') && !/^y/i.test(desk.call.stdin)) return fine('[   Note] Apply the change? (y/N)\n');
  return locked(desk, 'config apply', async () => {
    const done = info('Successfully applied configuration change. Please restart services to make it effective immediately.');
    const { cluster, realm } = desk;
    if (stagedKeys(desk).length === 0) {
      record(desk, 'config-apply', 'gadmin config apply -y', false);
      return fine(`[Warning] No difference from staging config, config apply is skipped.\n${done}`);
    }
    await desk.call.wait(realm.state.pace.applyMs);
    const dead = cluster.nodes.find(({ up }) => !up);
    if (dead !== undefined) {
      return gadminError(
        'ExternalError',
        `failed to push the config to ${dead.name}; dial tcp ${dead.ip}:9177: connect: connection refused`,
      );
    }
    catchUp(realm);
    cluster.config.applied = new Map(cluster.config.staged);
    for (const node of cluster.nodes) filesOf(realm, cluster, node).write(`${setting(cluster, keys.dataRoot)}/configs/tg.cfg`, '{}\n');
    record(desk, 'config-apply', 'gadmin config apply -y');
    return fine(done);
  });
}

async function diff(desk: Desk): Promise<ProductAnswer> {
  await desk.call.wait(desk.realm.state.pace.readMs);
  const { applied, staged } = desk.cluster.config;
  const value = (stage: ReadonlyMap<string, string>, key: string): string => `'${masked(key, stage.get(key) ?? '')}'`;
  const line = (key: string): string => `${key}: ${value(applied, key)} -> ${value(staged, key)}\n`;
  return fine(stagedKeys(desk).map(line).join(''));
}

function discard(desk: Desk): ProductAnswer {
  catchUp(desk.realm);
  const changed = stagedKeys(desk).length > 0;
  desk.cluster.config.staged = new Map(desk.cluster.config.applied);
  record(desk, 'config-discard', 'gadmin config discard -y', changed);
  return fine(info('Staging configuration is discarded.'));
}

const dump = ({ cluster: { config } }: Desk): ProductAnswer =>
  fine(`${JSON.stringify(Object.fromEntries([...config.staged].map(([key, value]) => [key, masked(key, value)])), null, 2)}\n`);

const list = ({ cluster: { config } }: Desk): ProductAnswer => fine([...config.staged.keys()].map((key) => `${key}\n`).join(''));

export const configCommands: Readonly<Record<string, TigerTool>> = { apply, diff, discard, dump, get, list, set };
