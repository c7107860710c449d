import type { ProductAnswer } from '../../hosts/contract.ts';
import { catchUp, type Desk, failed, filesOf, fine, gadminError, record, type TigerTool } from '../realm.ts';
import { backupBytes, metadataFor, metadataIn, packArchives, type Store, storeFile, storeOf, tagsIn, textsOf } from '../state/archives.ts';
import { type CatalogEntry, keys, type Ms, setting } from '../state/model.ts';
import { serves } from '../state/services.ts';
import { type FlagTable, isAnswer, readFlags, type Words } from './flags.ts';
import { locked } from './locks.ts';
import { longDate, sizeText, tableText, tagAt } from './table-text.ts';

export const createFlags = ({ cluster: { release } }: Desk): FlagTable => ({
  ...(release.incremental ? { '--incremental': false } : {}),
  ...(release.customTag ? { '--custom-tag': false } : {}),
  ...(release.base ? { '--base': true } : {}),
});

export const dated = (desk: Desk, words: string): string => `[   Info] [${longDate(desk.realm.nowMs())}] ${words}\n`;

const queriesEnd = async (desk: Desk): Promise<void> => {
  while (desk.cluster.runningQuery) await desk.call.wait(5);
};

/** Why no backup can be made now; null: one can. */
function unready({ cluster, realm }: Desk, store: Store): ProductAnswer | null {
  const nowMs = catchUp(realm);
  const missing = ['GPE', 'GSE'].filter((name) => !serves(cluster, name, nowMs));
  if (missing.length > 0) {
    const words = missing.reduceRight((inner, name) => `NotReady (${name} is not available${inner === '' ? '' : `; ${inner}`})`, '');
    return gadminError('NotReady', `check backup dependency service online get error: ${words}`);
  }
  const denied = cluster.nodes.find((node) => node.s3Denied);
  if (store.kind === 's3' && denied !== undefined) return gadminError('ExternalError', `AccessDenied: Access Denied; from ${denied.name}`);
  const lost = store.kind === 'local' && cluster.nodes.find((node) => node.up && !filesOf(realm, cluster, node).exists(store.path));
  if (lost) return gadminError('NotReady', `backup path ${store.kind === 'local' ? store.path : ''} does not exist on ${lost.name}`);
  const full = cluster.nodes.find((node) => node.diskFull);
  return full === undefined ? null : gadminError('NotReady', `there is not enough disk space on ${full.name}`);
}

/** Full tag of the backup that is asked for. */
const tagFor = ({ cluster: { release } }: Desk, { rest, flags }: Words, nowMs: Ms): string =>
  flags.has('--custom-tag') ? (rest[0] ?? 'backup') : tagAt(rest[0] ?? 'backup', nowMs, release.milliseconds);

/** What an incremental backup builds on; null: nothing that it can. A restore and a reset of Kafka end what older ones can be built on. */
function baseFor(desk: Desk, { flags }: Words): Entry | null {
  const { release, origin } = desk.cluster;
  const usable = entriesOf(desk)
    .filter(({ createdMs, tag }) => origin === null || createdMs >= origin.atMs || tag === origin.tag)
    .filter(({ type }) => release.chains || type === 'FULL');
  const wanted = flags.get('--base');
  return (wanted === undefined ? usable.at(-1) : usable.find(({ tag }) => tag === wanted)) ?? null;
}

export const create: TigerTool = (desk) => {
  const words = readFlags(desk.call.argv.slice(2), createFlags(desk));
  if (isAnswer(words)) return words;
  const store = storeOf(desk.cluster);
  if (store === null) return gadminError('ParameterErr', 'neither local nor S3 backup is enabled, please configure System.Backup first');
  const why = unready(desk, store);
  if (why !== null) return why;
  const tag = tagFor(desk, words, catchUp(desk.realm));
  const taken = entriesOf(desk).some((entry) => entry.tag === tag);
  if (taken) return gadminError('ParameterErr', `Provided tag: '${tag}' already exists, please use a different tag`);
  const base = words.flags.has('--incremental') ? baseFor(desk, words) : null;
  if (words.flags.has('--incremental') && base === null)
    return gadminError('ParameterErr', 'there is no backup to start from: create a full backup first');
  return locked(desk, 'backup', () => make(desk, store, tag, base));
};

async function make(desk: Desk, store: Store, tag: string, base: Entry | null): Promise<ProductAnswer> {
  const { cluster, realm, call } = desk;
  const startedMs = realm.nowMs();
  const path = store.kind === 'local' ? `${store.path}/${tag}` : `s3://${store.bucket}/${tag}`;
  const staging = `${setting(cluster, keys.dataRoot)}/${cluster.release.words === 'new' ? 'backup_staging_dir/backup' : 'backup'}/${tag}`;
  const say = (text: string): void => call.print(dated(desk, text));
  say(`Tag is ${tag}`);
  say(`Backup timeout is ${setting(cluster, 'System.Backup.TimeoutSec')} seconds`);
  say(`Backup path: ${path}`);
  say(`Staging path: ${staging} (shared: false)`);
  say('Created backup directories');
  say('Begin to check needed disk space...');
  for (const part of ['GSQL', 'GUI', 'GPE', 'GSE']) say(`Exporting ${part} data... (async)`);
  await call.wait(realm.state.pace.backupMs / 2);
  if (base === null) await queriesEnd(desk);
  catchUp(realm);
  for (const part of ['GSQL', 'GUI', 'GPE', 'GSE']) say(`${part} exported`);
  say('Calculating the raw size of the exported data...');
  const files = packArchives(cluster, tag, realm.state.settledMs);
  say('Archiving exported data...');
  for (const { name, node, text } of files) {
    say(`Archiving ${name.split('.')[0] ?? ''} data`);
    storeFile(desk, store, node, `${tag}/${name}`, text);
    say(`Calculate the file size of ${name} data`);
  }
  await call.wait(realm.state.pace.backupMs / 2);
  catchUp(realm);
  const failing = cluster.nodes.find(({ up }) => !up);
  if (failing !== undefined) return gadminError('ExternalError', `backup failed; ${failing.name} can not be reached`);
  const times = { startedMs: base?.createdMs ?? startedMs, createdMs: realm.state.settledMs };
  finish(desk, store, { tag, type: base === null ? 'FULL' : 'INCREMENTAL', base: base?.tag ?? '', ...times }, files);
  if (cluster.release.tgdat) say('Saving the backup metadata...');
  say(`Backup completes, backup files are under the path: ${path}`);
  say(`Clean staging directory ${staging} successfully`);
  return fine();
}

function finish(desk: Desk, store: Store, entry: CatalogEntry, files: ReturnType<typeof packArchives>): void {
  const { cluster } = desk;
  const first = cluster.nodes[0];
  const metadata = metadataFor(cluster, files, { ...entry, atMs: entry.createdMs });
  if (cluster.release.ownMetadata && first !== undefined) {
    storeFile(desk, store, first, `${entry.tag}/metadata`, `${JSON.stringify(metadata)}\n`);
  }
  cluster.catalog.push(entry);
  for (const user of cluster.forgetful ? cluster.data.users : []) if (user.name === 'tigergraph') user.password = 'tigergraph';
  record(desk, 'backup', ['gadmin backup', ...desk.call.argv.slice(1)].join(' '));
}

export type Entry = CatalogEntry & { readonly version: string };

/** Backups that this cluster knows of: its own, and those whose metadata lies where it looks. */
export function entriesOf(desk: Desk): readonly Entry[] {
  const { cluster } = desk;
  const store = storeOf(cluster);
  if (store === null) return [];
  const tags = tagsIn(desk, store);
  const own = cluster.catalog.filter(({ tag }) => tags.includes(tag)).map((entry) => ({ ...entry, version: cluster.release.version }));
  const foreign = tags
    .filter((tag) => !own.some((entry) => entry.tag === tag))
    .flatMap((tag) => {
      const found = cluster.release.ownMetadata ? metadataIn(desk, store, tag) : null;
      const createdMs = Date.parse(found?.Time ?? '');
      return found === null
        ? []
        : [{ tag, type: found.Type, base: found.FullBackup, version: found.Version, startedMs: Date.parse(found.StartTime), createdMs }];
    });
  return [...own, ...foreign].sort((a, b) => a.createdMs - b.createdMs);
}

export const list: TigerTool = async (desk) => {
  const { cluster, realm, call } = desk;
  const words = readFlags(call.argv.slice(2), { '--json': false, '--meta': false });
  if (isAnswer(words)) return words;
  await call.wait(realm.state.pace.readMs);
  const wanted = words.rest[0];
  const entries = entriesOf(desk).filter(({ tag }) => wanted === undefined || tag === wanted);
  if (words.flags.has('--meta')) return meta(desk, entries[0]);
  const bytes = backupBytes(cluster.data);
  if (words.flags.has('--json')) {
    return fine(
      `${JSON.stringify(entries.map((each) => ({ Tag: each.tag, Type: each.type, Version: each.version, Size: bytes, Time: rfc(each.createdMs) })))}\n`,
    );
  }
  const { columns, row } = layouts[cluster.release.list];
  return fine(
    tableText(
      columns,
      entries.map((entry) => row(entry, sizeText(bytes))),
      realm.state.ansi,
    ),
  );
};

/** Writes the file that another cluster needs to restore it. */
function meta(desk: Desk, entry: CatalogEntry | undefined): ProductAnswer {
  const { cluster, call } = desk;
  const store = storeOf(cluster);
  if (entry === undefined || store === null) return gadminError('ParameterErr', 'there is no backup of that tag');
  if (cluster.release.ownMetadata) return failed('Error: unknown flag: --meta');
  const names = packArchives(cluster, entry.tag, 0).map(({ name }) => name);
  const files = names.flatMap((name) =>
    textsOf(desk, store, entry.tag, name)
      .slice(0, 1)
      .map((text) => ({ name, text })),
  );
  const metadata = metadataFor(cluster, files, { ...entry, atMs: entry.createdMs });
  call.files.write(`${call.cwd}/metadata`, `${JSON.stringify(metadata)}\n`);
  catchUp(desk.realm);
  record(desk, 'backup-metadata', `gadmin backup list ${entry.tag} --meta`);
  return fine();
}

const rfc = (ms: Ms): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
const plain = (ms: Ms): string => rfc(ms).replace('T', ' ').slice(0, 19);

const layouts: Readonly<
  Record<'tag' | 'typed' | 'dated', { columns: readonly string[]; row(entry: Entry, size: string): readonly string[] }>
> = {
  tag: { columns: ['TAG', 'SIZE', 'CREATED AT'], row: ({ tag, createdMs }, size) => [tag, size, plain(createdMs)] },
  typed: {
    columns: ['TAG', 'TYPE', 'VERSION', 'SIZE', 'CREATED AT'],
    row: ({ tag, type, version, createdMs }, size) => [tag, type, version, size, plain(createdMs)],
  },
  dated: {
    columns: ['TAG', 'TYPE', 'VERSION', 'SIZE', 'BASE', 'POINT-IN-TIME START TIME', 'CREATED AT'],
    row: ({ tag, type, version, base, startedMs, createdMs }, size) => [
      tag,
      type,
      version,
      size,
      base,
      type === 'FULL' ? '' : rfc(startedMs),
      rfc(createdMs),
    ],
  },
};
