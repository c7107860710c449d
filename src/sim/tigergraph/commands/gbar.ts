import type { ProductAnswer } from '../../hosts/contract.ts';
import { catchUp, type Desk, failed, filesOf, fine, record, type TigerTool } from '../realm.ts';
import { dropTag, packArchives, type Store, storeFile, storeOf, tagsIn, unpack } from '../state/archives.ts';
import { copyData, keys, setting, type TigerNode } from '../state/model.ts';
import { serves, serviceNames, startServices, stopServices } from '../state/services.ts';
import { note, outdateFollowers, seedAnew } from '../state/settle.ts';
import { isAnswer, readFlags } from './flags.ts';
import { locked } from './locks.ts';
import { digitsAt } from './table-text.ts';

const at = (desk: Desk, words: string): string => `[${new Date(desk.realm.nowMs()).toISOString().slice(11, 19)}] ${words}\n`;

const took = (fromMs: number, toMs: number): string => {
  const seconds = Math.max(1, Math.round((toMs - fromMs) / 1000));
  return `${Math.floor(seconds / 60)}m${seconds % 60}s`;
};

/** With a changed password of the superuser gbar has to be told who asks. */
function isKnown({ cluster, call }: Desk): boolean {
  const open = cluster.data.users.some((user) => user.name === 'tigergraph' && user.password === 'tigergraph');
  const [name, password] = [call.env.get('GSQL_USERNAME'), call.env.get('GSQL_PASSWORD')];
  return name === undefined ? open : cluster.data.users.some((user) => user.name === name && user.password === password && user.superuser);
}

const denied = failed('Error: authentication failed, please set GSQL_USERNAME and GSQL_PASSWORD');

/** A file that every node has under the same name, and that no other node can use. */
const ownName = 'dict.tar.gz';
const ownText = (full: string, node: TigerNode): string => `${full} of ${node.name}\n`;

/** The node whose archive has that file of another one, or none where others have it; null: all is well. */
function withForeign(desk: Desk, store: Store, full: string): string | null {
  if (store.kind === 's3') return null;
  const path = `${store.path}/${full}/${ownName}`;
  const held = desk.cluster.nodes.map((node) => ({ node, files: filesOf(desk.realm, desk.cluster, node) }));
  if (!held.some(({ files }) => files.exists(path))) return null;
  const foreign = held.find(({ node, files }) => !files.exists(path) || files.read(path) !== ownText(full, node));
  return foreign?.node.name ?? null;
}

const backup = (desk: Desk, store: Store): ProductAnswer | Promise<ProductAnswer> => {
  const words = readFlags(desk.call.argv.slice(1), { '-t': true });
  if (isAnswer(words)) return words;
  const tag = words.flags.get('-t') ?? '';
  if (!/^[A-Za-z0-9_-]+$/.test(tag)) return failed(`Error: invalid tag '${tag}'`);
  if (!isKnown(desk)) return denied;
  return locked(desk, 'backup', async () => {
    const { cluster, realm, call } = desk;
    const startedMs = catchUp(realm);
    if (!['GPE', 'GSE', 'GSQL'].every((name) => serves(cluster, name, startedMs)))
      return failed('Error: services are not ready: GPE GSE GSQL');
    const full = `${tag}-${digitsAt(startedMs)}`;
    for (const line of ['Retrieve TigerGraph system configuration', 'Start workgroup', 'Snapshot GPE/GSE data']) call.print(at(desk, line));
    await call.wait(realm.state.pace.backupMs / 2);
    catchUp(realm);
    for (const line of ['Snapshot DICT data', 'Calc checksum', 'Compress backup data', 'Pack backup data']) call.print(at(desk, line));
    const files = packArchives(cluster, full, realm.state.settledMs);
    for (const { node, name, text } of files) storeFile(desk, store, node, `${full}/${name}`, text);
    if (cluster.clashing) for (const node of cluster.nodes) storeFile(desk, store, node, `${full}/${ownName}`, ownText(full, node));
    await call.wait(realm.state.pace.backupMs / 2);
    catchUp(realm);
    call.print(at(desk, `Put archive ${full} to repo-local`));
    call.print(at(desk, 'Terminate workgroup'));
    record(desk, 'backup', `gbar backup -t ${tag}`);
    return fine(`Backup to ${full} finished in ${took(startedMs, realm.state.settledMs)}.\n`);
  });
};

const restore = (desk: Desk, store: Store): ProductAnswer | Promise<ProductAnswer> => {
  const words = readFlags(desk.call.argv.slice(1), { '-y': false });
  if (isAnswer(words)) return words;
  const full = words.rest[0] ?? '';
  if (!isKnown(desk)) return denied;
  if (!tagsIn(desk, store).includes(full)) return failed(`Error: archive ${full} is not found`);
  desk.call.print(at(desk, 'Retrieve TigerGraph system configuration'));
  desk.call.print('GBAR restore needs to reset TigerGraph system.\nDo you want to continue?(y/N):\n');
  if (!words.flags.has('-y') && !/^y/i.test(desk.call.stdin)) return fine();
  return locked(desk, 'restore', () => bring(desk, store, full));
};

async function bring(desk: Desk, store: Store, full: string): Promise<ProductAnswer> {
  const { cluster, realm, call } = desk;
  const startedMs = catchUp(realm);
  const found = unpack(desk, store, full, null);
  if (found.kind === 'refused') return failed(`Error: ${found.words}`);
  const foreign = withForeign(desk, store, full);
  if (foreign !== null) return failed(`Error: checksum of ${ownName} on ${foreign} does not match`);
  const statement = `gbar restore -y ${full}`;
  for (const line of ['Start workgroup', `Pull archive ${full}, round #1`, 'Decompress backup data', 'Verify checksum'])
    call.print(at(desk, line));
  await call.wait(realm.state.pace.restoreMs / 2);
  catchUp(realm);
  call.print(at(desk, 'gadmin stop gpe gse'));
  stopServices(cluster, ['GPE', 'GSE', 'GSQL', 'RESTPP']);
  Object.assign(cluster.data, { line: `half-${full}`, parent: null, records: 0, seq: 0, queries: [], marks: [] });
  record(desk, 'restore-stops', statement);
  for (const line of ['Snapshot DICT data', 'Restore cluster data', 'Restore DICT data', 'gadmin reset']) call.print(at(desk, line));
  await call.wait(realm.state.pace.restoreMs / 2);
  const nowMs = catchUp(realm);
  if (cluster.nodes.some(({ up }) => !up)) return failed('Error: some nodes can not be reached');
  cluster.data = copyData(found.data);
  cluster.restoredAtMs = found.takenMs;
  cluster.origin = { atMs: nowMs, tag: null };
  note(cluster, nowMs);
  outdateFollowers(realm.state, cluster.side, 'restore');
  seedAnew(realm.state, cluster, nowMs);
  if (cluster.side === 'standby') cluster.serves = false;
  startServices(cluster, serviceNames(true), nowMs, nowMs + realm.state.pace.warmupMs);
  for (const line of ['gadmin start', 'reinstall GSQL queries', 'recompiling loading jobs', 'Terminate workgroup'])
    call.print(at(desk, line));
  const root = `${setting(cluster, keys.dataRoot)}/gstore`;
  for (const node of cluster.nodes) filesOf(realm, cluster, node).makeFolder(`${root}-${digitsAt(startedMs)}`);
  record(desk, 'restore', statement);
  return fine(
    `Restore from ${full} finished in ${took(startedMs, nowMs)}.\nOld gstore data saved under ${root} with suffix -${digitsAt(startedMs)}, you need to remove them manually.\n`,
  );
}

const remove = (desk: Desk, store: Store): ProductAnswer => {
  const full = desk.call.argv[1] ?? '';
  catchUp(desk.realm);
  if (!dropTag(desk, store, full)) return failed(`Error: archive ${full} is not found`);
  desk.cluster.catalog = desk.cluster.catalog.filter(({ tag }) => tag !== full);
  record(desk, 'backup-remove', `gbar remove ${full}`);
  return fine(`Removed ${full}\n`);
};

const list = (desk: Desk, store: Store): ProductAnswer => {
  const wanted = desk.call.argv[1];
  const tags = tagsIn(desk, store).filter((tag) => /-\d{14}$/.test(tag) && (wanted === undefined || tag.startsWith(wanted)));
  const shown = (tag: string): string => {
    const digits = /(\d{14})$/.exec(tag)?.[1] ?? '';
    return digits.replace(/(....)(..)(..)(..)(..)(..)/, '$1-$2-$3 $4:$5:$6');
  };
  return fine(tags.map((tag) => `${tag}  2.6M  ${shown(tag)}\n`).join(''));
};

export const gbarCommands: Readonly<Record<string, (desk: Desk, store: Store) => ProductAnswer | Promise<ProductAnswer>>> = {
  backup,
  cleanup: () => fine(),
  list,
  remove,
  restore,
};

/** `gbar`, the only tool up to 3.6 and gone since 3.10. */
export const gbar: TigerTool = (desk) => {
  const name = desk.call.argv[0] ?? '';
  const tool = Object.hasOwn(gbarCommands, name) ? gbarCommands[name] : undefined;
  if (tool === undefined) return failed(`Usage: gbar ${Object.keys(gbarCommands).join('|')}`);
  const store = storeOf(desk.cluster);
  return store === null ? failed('Error: gbar is not configured, please run gbar config') : tool(desk, store);
};
