import type { ProductAnswer } from '../../hosts/contract.ts';
import { catchUp, type Desk, failed, filesOf, fine, gadminError, record, type TigerTool } from '../realm.ts';
import { setEverywhere } from '../state/genesis.ts';
import { copyData, keys, setting } from '../state/model.ts';
import { allOnline, serviceNames, startServices, stopServices } from '../state/services.ts';
import { attach, note, outdateFollowers, renewConnector, seedAnew, sourceOf } from '../state/settle.ts';
import { type FlagTable, isAnswer, readFlags } from './flags.ts';
import { dated } from './gadmin-backup.ts';
import { takeOn } from './gadmin-services.ts';
import { locked } from './locks.ts';
import { type Found, planRestore, type RestorePlan } from './restore-plan.ts';
import { digitsAt } from './table-text.ts';

export const restoreFlags = ({ cluster: { release } }: Desk): FlagTable => ({
  '-y': false,
  '--ignore-space-check': false,
  '--staging-path': true,
  ...(release.ownMetadata ? {} : { '--meta': true }),
  ...(release.crr ? { '--dr': false } : {}),
  ...(release.customTag ? { '--time-point': false } : {}),
});

const affected = ['GPE', 'GSE', 'RESTPP', 'GSQL'];

export const restore: TigerTool = (desk) => {
  const { cluster, call, realm } = desk;
  const words = readFlags(call.argv.slice(2), restoreFlags(desk));
  if (isAnswer(words)) return words;
  call.print('[   Note] gadmin backup restore needs to reset TigerGraph system.\n');
  if (!words.flags.has('-y') && !/^y/i.test(call.stdin)) return fine('Are you sure? (y/N)\n');
  catchUp(realm);
  const chosen = planRestore(desk, words);
  if ('exitCode' in chosen) return chosen;
  const dead = cluster.nodes.find(({ up }) => !up);
  if (dead !== undefined) return unreachable(dead.ip);
  return locked(desk, 'restore', () => run(desk, chosen));
};

const unreachable = (ip: string): ProductAnswer =>
  gadminError(
    'ExternalError',
    `restore failed; could not run command: Timeout (Failed to send ServiceCommand to executor, dial tcp ${ip}:9177: connect: connection refused)`,
  );

async function run(desk: Desk, { tag, found, dr, isTime }: RestorePlan): Promise<ProductAnswer> {
  const statement = ['gadmin backup', ...desk.call.argv.slice(1)].join(' ');
  if (dr) await prepareDr(desk, statement);
  const ended = found === null ? null : await replace(desk, tag, found, statement);
  if (found !== null && ended === null) desk.cluster.origin = { atMs: desk.realm.state.settledMs, tag: isTime ? null : tag };
  if (ended !== null) return ended;
  desk.call.print(dated(desk, 'Restore completes'));
  if (dr) await startDr(desk, found);
  record(desk, 'restore', statement);
  return fine();
}

async function prepareDr(desk: Desk, statement: string): Promise<void> {
  const { cluster, realm, call } = desk;
  call.print(dated(desk, `Restore to DR cluster: set ${keys.enabled} to true`));
  setEverywhere(cluster, keys.enabled, 'true');
  cluster.serves = false;
  takeOn(desk, ['GSQL', 'GPE', 'RESTPP'], catchUp(realm));
  Object.assign(cluster.crr, { connector: 'none', primed: false });
  record(desk, 'restore-enables', statement);
  call.print(dated(desk, 'Restore to DR cluster: Initializing Kafka...'));
  cluster.origin = { atMs: realm.state.settledMs, tag: null };
  await call.wait(realm.state.pace.initKafkaMs);
}

/** Takes what is in the place of the old data. When it is killed in the middle, the cluster is left with neither. */
async function replace(desk: Desk, tag: string, found: Found, statement: string): Promise<ProductAnswer | null> {
  const { cluster, realm, call } = desk;
  const say = (text: string): void => call.print(dated(desk, text));
  const isNew = cluster.release.words === 'new';
  const half = realm.state.pace.restoreMs / 2;
  const startedMs = catchUp(realm);
  const root = setting(cluster, keys.dataRoot);
  say(`Staging path: ${root}/${isNew ? 'backup_staging_dir/restore' : 'backup'}/${tag} (shared: false)`);
  say('Begin to check needed disk space...');
  say('Start to restore GPE & GSE data...');
  say(isNew ? 'Stopping GPE, GSE, RESTPP, and GSQL...' : 'Stopping GPE & GSE...');
  stopServices(cluster, affected);
  record(desk, 'restore-stops', statement);
  await call.wait(half);
  catchUp(realm);
  const dead = cluster.nodes.find(({ up }) => !up);
  if (dead !== undefined) return unreachable(dead.ip);
  say(isNew ? 'Backing up current GPE & GSE data...' : 'Backupping current GPE & GSE data...');
  Object.assign(cluster.data, { line: `half-${tag}`, parent: null, records: 0, seq: 0, queries: [], marks: [] });
  say('Extracting GPE & GSE data...');
  await call.wait(half);
  const nowMs = catchUp(realm);
  const old = `${root}/${isNew ? 'gstore_memo' : 'gstore'}-${digitsAt(startedMs)}`;
  for (const node of cluster.nodes) filesOf(realm, cluster, node).makeFolder(old);
  cluster.data = copyData(found.data);
  cluster.restoredAtMs = found.takenMs;
  note(cluster, nowMs);
  outdateFollowers(realm.state, cluster.side, 'restore');
  if (cluster.serves && cluster.side === 'standby') cluster.serves = false;
  seedAnew(realm.state, cluster, nowMs);
  say(isNew ? 'Resetting GPE & GSE' : 'Reseting GPE & GSE');
  say('Starting services');
  startServices(cluster, serviceNames(cluster.release.ts3), nowMs, nowMs + realm.state.pace.warmupMs);
  say(`Restore GPE & GSE successfully. you can remove manually the path ${old} after the restore is finished.`);
  say('Importing GSQL data... (async)');
  say('GSQL imported');
  record(desk, 'restore-data', statement);
  return null;
}

async function startDr(desk: Desk, found: Found | null): Promise<void> {
  const { cluster, realm, call } = desk;
  const say = (text: string): void => call.print(dated(desk, `Restore to DR cluster: ${text}`));
  say('waiting KAFKACONN online...');
  const nowMs = catchUp(realm);
  startServices(cluster, serviceNames(cluster.release.ts3), nowMs, nowMs + realm.state.pace.warmupMs);
  while (!allOnline(cluster, catchUp(realm)) && cluster.services.every(({ stuck, node }) => !stuck && node.up)) await call.wait(2);
  say('stop CRR by `gadmin crr stop`');
  say('start CRR by `gadmin crr start`');
  const startMs = catchUp(realm);
  attach(realm.state, cluster, startMs, found?.takenMs ?? null);
  renewConnector(realm.state, cluster, startMs);
}

/** `gadmin crr start` and `stop`. */
export async function switchCrr(desk: Desk, on: boolean): Promise<ProductAnswer> {
  const { cluster, realm, call } = desk;
  const words = readFlags(call.argv.slice(2), on ? {} : { '-y': false });
  if (isAnswer(words)) return words;
  if (!on && !words.flags.has('-y') && !/^y/i.test(call.stdin)) return fine('[   Note] Stop CRR? (y/N)\n');
  if (setting(cluster, keys.enabled) !== 'true') return failed('[  Error] NotReady (cross region replication is not enabled)');
  await call.wait(realm.state.pace.readMs);
  const nowMs = catchUp(realm);
  const was = cluster.crr.connector !== 'none';
  if (on && sourceOf(realm.state, cluster, 'applied') !== null) takeOn(desk, ['GSQL'], nowMs);
  if (on) renewConnector(realm.state, cluster, nowMs, was ? cluster.crr.readyAtMs : undefined);
  // Stopping takes the connector away, and with it what it has failed at.
  else Object.assign(cluster.crr, { connector: 'none', failing: false });
  record(desk, on ? 'crr-start' : 'crr-stop', on ? 'gadmin crr start' : 'gadmin crr stop -y', was !== on);
  return fine(`[   Info] CRR ${on ? 'started' : 'stopped'}\n`);
}
