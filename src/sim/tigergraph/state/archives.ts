import { createHash } from 'node:crypto';
import { type Desk, filesOf } from '../realm.ts';
import { type Cluster, copyData, type DataSet, keys, type Ms, setting, type TigerNode } from './model.ts';

/** Where a cluster keeps its backups. */
export type Store = { readonly kind: 'local'; readonly path: string } | { readonly kind: 's3'; readonly bucket: string };

export function storeOf(cluster: Cluster): Store | null {
  const path = setting(cluster, keys.localPath, 'applied');
  const name = setting(cluster, keys.s3Bucket, 'applied');
  const endpoint = setting(cluster, keys.s3Endpoint, 'applied');
  // A bucket of the same name at another endpoint is another one.
  const bucket = endpoint === '' || name === '' ? name : `${name}@${endpoint.replace(/\W+/g, '-')}`;
  if (setting(cluster, keys.localEnable, 'applied') === 'true' && path !== '') return { kind: 'local', path };
  return setting(cluster, keys.s3Enable, 'applied') === 'true' && bucket !== '' ? { kind: 's3', bucket } : null;
}

/** What one file of a backup holds. Its text is this as JSON, so that it can be copied, damaged and lost like any other file. */
interface Archive {
  readonly part: string;
  readonly tag: string;
  readonly version: string;
  readonly partitions: number;
  readonly takenMs: Ms;
  readonly data: DataSet;
}

interface BackupFile {
  readonly Instance: { readonly ServiceName: string; readonly Replica: number; readonly Partition: number };
  readonly Name: string;
  readonly Checksum: string;
  readonly RawSize: number;
  readonly Size: number;
  readonly SchemaVersion: number;
}

export interface BackupMetadata {
  readonly Tag: string;
  readonly Version: string;
  readonly Type: 'FULL' | 'INCREMENTAL';
  readonly FullBackup: string;
  readonly StartTime: string;
  readonly Time: string;
  readonly Files: readonly BackupFile[];
}

const checksumOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** Bytes that a backup of these records takes in all. */
export const backupBytes = (data: DataSet): number => 2_600_000 + Math.floor(data.records) * 220;

const extensionOf = (cluster: Cluster): string => (cluster.release.tgdat ? 'tgdat' : 'tar.lz4');

/** The files that a backup of the cluster consists of, each with the node that makes it. */
export function packArchives(cluster: Cluster, tag: string, takenMs: Ms) {
  const data = copyData(cluster.data);
  const first = cluster.nodes[0];
  const parts = cluster.services
    .filter(({ name, instance }) => (name === 'GPE' || name === 'GSE') && instance.endsWith('#1'))
    .map(({ instance, node }) => ({ part: instance.replace('#', '_'), node }));
  const own = first === undefined ? [] : ['GSQL', 'GUI'].map((part) => ({ part, node: first }));
  return [...parts, ...own].map(({ part, node }) => {
    const archive: Archive = { part, tag, version: cluster.release.version, partitions: cluster.partitions, takenMs, data };
    return { node, name: `${part}.${extensionOf(cluster)}`, text: `${JSON.stringify(archive)}\n` };
  });
}

export function metadataFor(
  cluster: Cluster,
  files: readonly { readonly name: string; readonly text: string }[],
  of: { readonly tag: string; readonly type: 'FULL' | 'INCREMENTAL'; readonly base: string; readonly startedMs: Ms; readonly atMs: Ms },
): BackupMetadata {
  const size = Math.floor(backupBytes(cluster.data) / Math.max(1, files.length));
  return {
    Tag: of.tag,
    Version: cluster.release.version,
    Type: of.type,
    FullBackup: of.base,
    StartTime: new Date(of.startedMs).toISOString(),
    Time: new Date(of.atMs).toISOString(),
    Files: files.map(({ name, text }) => fileOf(name, text, size * 3)),
  };
}

function fileOf(name: string, text: string, rawSize: number): BackupFile {
  const [, service = name.split('.')[0] ?? '', partition = '0'] = /^(GPE|GSE)_(\d+)_/.exec(name) ?? [];
  return {
    Instance: { ServiceName: service, Replica: 0, Partition: Number(partition) },
    Name: name,
    Checksum: checksumOf(text),
    RawSize: rawSize,
    Size: Buffer.byteLength(text),
    SchemaVersion: 2,
  };
}

/** Puts a file where backups go. Throws a FileError when the disk is full. */
export function storeFile({ realm, cluster }: Desk, store: Store, node: TigerNode, path: string, text: string): void {
  if (store.kind === 's3') realm.state.bucket.set(`${store.bucket}/${path}`, text);
  else filesOf(realm, cluster, node).write(`${store.path}/${path}`, text);
}

export function dropTag({ realm, cluster }: Desk, store: Store, tag: string): boolean {
  if (store.kind === 'local') {
    const nodes = cluster.nodes.filter(({ up }) => up).map((node) => filesOf(realm, cluster, node));
    const held = nodes.filter((files) => files.exists(`${store.path}/${tag}`));
    for (const files of held) files.remove(`${store.path}/${tag}`);
    return held.length > 0;
  }
  const paths = [...realm.state.bucket.keys()].filter((path) => path.startsWith(`${store.bucket}/${tag}/`));
  for (const path of paths) realm.state.bucket.delete(path);
  return paths.length > 0;
}

/** Every text under that tag and name, on any node that is up. */
export function textsOf({ realm, cluster }: Desk, store: Store, tag: string, name: string): readonly string[] {
  if (store.kind === 's3') {
    const text = realm.state.bucket.get(`${store.bucket}/${tag}/${name}`);
    return text === undefined ? [] : [text];
  }
  const path = `${store.path}/${tag}/${name}`;
  const files = cluster.nodes.filter(({ up }) => up).map((node) => filesOf(realm, cluster, node));
  return files.filter((each) => each.exists(path)).map((each) => each.read(path));
}

export function tagsIn({ realm, cluster }: Desk, store: Store): readonly string[] {
  const nodes = cluster.nodes.filter(({ up }) => up).map((node) => filesOf(realm, cluster, node));
  const paths =
    store.kind === 's3'
      ? [...realm.state.bucket.keys()].map((path) => path.split('/')[1] ?? '')
      : nodes.flatMap((files) => files.list(store.path).map((path) => path.slice(store.path.length + 1)));
  return [...new Set(paths)].sort();
}

/** The metadata of a backup, from its own folder; null when there is none that can be read. */
export function metadataIn(desk: Desk, store: Store, tag: string): BackupMetadata | null {
  return readMetadata(textsOf(desk, store, tag, 'metadata')[0]);
}

export function readMetadata(text: string | undefined): BackupMetadata | null {
  const parsed = asObject(text);
  // Only this simulator writes such files; a damaged one is no JSON or has no tag.
  return parsed !== null && typeof parsed['Tag'] === 'string' ? (parsed as unknown as BackupMetadata) : null;
}

function asObject(text: string | undefined): Record<string, unknown> | null {
  try {
    const parsed: unknown = JSON.parse(text ?? '');
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : null;
  } catch {
    return null;
  }
}

export type Unpacked =
  | { readonly kind: 'data'; readonly data: DataSet; readonly takenMs: Ms }
  | { readonly kind: 'refused'; readonly words: string };

const refused = (words: string): Unpacked => ({ kind: 'refused', words });

/** Reads a backup as a restore does: every partition of this cluster has to be there, whole, and of this version. */
export function unpack(desk: Desk, store: Store, tag: string, metadata: BackupMetadata | null): Unpacked {
  const { cluster } = desk;
  const parts = Array.from({ length: cluster.partitions }, (_, index) => [`GPE_${index + 1}_1`, `GSE_${index + 1}_1`]).flat();
  let found: Archive | null = null;
  for (const part of [...parts, 'GSQL']) {
    const name = `${part}.${extensionOf(cluster)}`;
    const texts = textsOf(desk, store, tag, name);
    if (texts.length === 0)
      return refused(
        `backup file ${name} of '${tag}' is not found ${store.kind === 's3' ? `in the bucket ${store.bucket}` : 'on any node'}`,
      );
    const wanted = metadata?.Files.find(({ Name }) => Name === name)?.Checksum;
    const archives = texts.filter((text) => wanted === undefined || checksumOf(text) === wanted).map(asObject);
    const whole = archives.find((each) => each !== null && each['part'] === part);
    if (whole === undefined || whole === null) return refused(`checksum of ${name} does not match`);
    // Written by packArchives under this name, with this part in it.
    found = whole as unknown as Archive;
  }
  if (found === null) return refused(`'${tag}' is empty`);
  if (found.version !== cluster.release.version) {
    return refused(`backup version ${found.version} does not match system version ${cluster.release.version}`);
  }
  if (found.partitions !== cluster.partitions) {
    return refused(`backup has ${found.partitions} partitions, the cluster has ${cluster.partitions}`);
  }
  return { kind: 'data', data: found.data, takenMs: found.takenMs };
}

/** A backup with all that it builds on: without that it is of no use. */
export function unpackChain(desk: Desk, store: Store, tag: string, metadata: BackupMetadata | null): Unpacked {
  const found = unpack(desk, store, tag, metadata);
  const base = metadata?.FullBackup ?? '';
  if (found.kind === 'refused' || base === '') return found;
  const below = unpackChain(desk, store, base, metadataIn(desk, store, base));
  return below.kind === 'refused' ? refused(`base backup '${base}' of '${tag}' can not be used: ${below.words}`) : found;
}
