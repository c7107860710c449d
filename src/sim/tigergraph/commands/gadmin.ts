import type { ProductAnswer } from '../../hosts/contract.ts';
import { type Desk, filesOf, fine, type TigerTool } from '../realm.ts';
import { keys, setting } from '../state/model.ts';
import { remove, retain } from './backup-ends.ts';
import { type FlagTable, helpText, unknownCommand } from './flags.ts';
import { create, createFlags, list } from './gadmin-backup.ts';
import { configCommands } from './gadmin-config.ts';
import { connectorCommands, crrCommands } from './gadmin-crr.ts';
import { restore, restoreFlags } from './gadmin-restore.ts';
import { initKafka, restart, start, status, stop } from './gadmin-services.ts';

export const backupCommands: Readonly<Record<string, TigerTool>> = { create, list, remove, restore, retain };

const backupOf = ({ cluster: { release } }: Desk): Readonly<Record<string, TigerTool>> =>
  Object.fromEntries(Object.entries(release.backup ? backupCommands : {}).filter(([name]) => name !== 'retain' || release.retain));

const version: TigerTool = async ({ cluster: { release }, realm, call }) => {
  await call.wait(realm.state.pace.readMs);
  const line = (product: string): string =>
    `${product.padEnd(16)} tg_${release.version}_dev      559b6532eaf39c8e8074d2fa4960bb5158424aaa  2023-09-28 19:58:18 -0700\n`;
  return fine(`TigerGraph version: ${release.version}\n${line('product')}${line('cqrs')}`);
};

const license: TigerTool = ({ cluster, realm, call }) => {
  if (call.argv[1] !== 'status') return unknownCommand(call.argv[1] ?? '', 'gadmin license');
  const days = Math.floor((cluster.licenseEndsMs - realm.nowMs()) / 86_400_000);
  const warning = days >= 30 ? '' : days < 0 ? '[Warning] License has expired\n' : `[Warning] License will expire in ${days} days\n`;
  const end = JSON.stringify({ Edition: 'Enterprise', EndTime: `${new Date(cluster.licenseEndsMs).toISOString().slice(0, 19)}Z` }, null, 2);
  return fine(`${end}\n${warning}`);
};

/** Subcommands of each command that has some, in this version. */
const groups: Readonly<Record<string, (desk: Desk) => Readonly<Record<string, TigerTool>>>> = {
  backup: backupOf,
  config: () => configCommands,
  connector: () => connectorCommands,
  crr: (desk) => (desk.cluster.release.crr ? crrCommands(desk) : {}),
};

export const single: Readonly<Record<string, TigerTool>> = { init: initKafka, license, restart, start, status, stop, version };

const isHelp = (word: string): boolean => word === '-h' || word === '--help';

const flagNames = (table: FlagTable): readonly string[] => Object.keys(table);

const described = (names: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(names.map((name) => [name, `${name} it`]));

const flagsOf: Readonly<Record<string, (desk: Desk) => FlagTable>> = { 'backup create': createFlags, 'backup restore': restoreFlags };

function help(desk: Desk, group: string, name: string): ProductAnswer {
  const flags = flagsOf[`${group} ${name}`]?.(desk) ?? {};
  return fine(helpText(`gadmin ${group} ${name} [flags]`, {}, flagNames(flags)));
}

const own = <T>(table: Readonly<Record<string, T>>, name: string): T | undefined => (Object.hasOwn(table, name) ? table[name] : undefined);

function runSingle(desk: Desk, name: string, next: string | undefined): ReturnType<TigerTool> {
  const tool = own(single, name);
  if (tool === undefined) return unknownCommand(name, 'gadmin');
  return next !== undefined && isHelp(next) ? fine(helpText(`gadmin ${name} [flags]`, {})) : tool(desk);
}

function runIn(desk: Desk, commands: Readonly<Record<string, TigerTool>>, name: string): ReturnType<TigerTool> {
  const [, sub = '', next] = desk.call.argv;
  if (sub === '' || isHelp(sub)) return fine(helpText(`gadmin ${name} [command]`, described(Object.keys(commands))));
  const tool = own(commands, sub);
  if (tool === undefined) return unknownCommand(sub, `gadmin ${name}`);
  return next !== undefined && isHelp(next) ? help(desk, name, sub) : tool(desk);
}

/** A line for each command, in the middle of an array that is not ended as long as it grows. */
function audit({ cluster, realm, node, call }: Desk, { exitCode }: ProductAnswer): void {
  const files = filesOf(realm, cluster, node);
  const path = `${setting(cluster, keys.logRoot)}/AuditLog/log.Audit-GADMIN`;
  const at = new Date(realm.nowMs()).toISOString().replace('T', ' ').slice(0, 23);
  const entry = {
    timestamp: at,
    'session id': 1418,
    'OS username': call.user,
    host: node.ip,
    command: ['gadmin', ...call.argv].join(' '),
    status: exitCode === 0 ? 'SUCCESS' : 'FAILURE',
  };
  const before = files.exists(path) ? files.read(path) : `[\n${JSON.stringify({ serverHostIP: node.ip, version: '1.0', timestamp: at })}`;
  files.write(path, `${before},\n${JSON.stringify(entry)}`);
}

/** `gadmin`: finds the subcommand, refuses what this version doesn't have. */
export const gadmin: TigerTool = async (desk) => {
  const answer = await run(desk);
  if (setting(desk.cluster, keys.audit) === 'true') audit(desk, answer);
  return answer;
};

function run(desk: Desk): ReturnType<TigerTool> {
  const [name = '', next] = desk.call.argv;
  if (name === '' || isHelp(name)) return fine(helpText('gadmin [command]', described([...Object.keys(groups), ...Object.keys(single)])));
  const commands = own(groups, name)?.(desk) ?? {};
  return Object.keys(commands).length === 0 ? runSingle(desk, name, next) : runIn(desk, commands, name);
}
