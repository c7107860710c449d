import { posix } from 'node:path';
import type { ProductAnswer } from '../../hosts/contract.ts';
import { type Desk, filesOf, gadminError } from '../realm.ts';
import {
  type BackupMetadata,
  metadataIn,
  readMetadata,
  type Store,
  storeOf,
  type Unpacked,
  unpack,
  unpackChain,
} from '../state/archives.ts';
import { kafkaListens, keys, marksUpTo, pointOf, setting } from '../state/model.ts';
import { sourceOf } from '../state/settle.ts';
import type { Words } from './flags.ts';
import { entriesOf } from './gadmin-backup.ts';

export type Found = Extract<Unpacked, { kind: 'data' }>;

export interface RestorePlan {
  readonly tag: string;
  /** Null: nothing is restored, only the replication turned on. */
  readonly found: Found | null;
  readonly dr: boolean;
  /** To a moment between two backups. */
  readonly isTime: boolean;
}

/** What is to be restored, looked at before anything is touched. */
export function planRestore(desk: Desk, words: Words): RestorePlan | ProductAnswer {
  const dr = words.flags.has('--dr');
  const unfit = dr ? unpointed(desk) : null;
  if (unfit !== null) return unfit;
  const file = words.flags.get('--meta');
  if (dr && words.rest.length === 0) return { tag: '', found: null, dr, isTime: false };
  const metadata = file === undefined ? null : metadataAt(desk, file);
  if (file !== undefined && metadata === null) return gadminError('ParameterErr', `can not read the metadata file ${file}`);
  const tag = metadata?.Tag ?? words.rest[0] ?? 'backup';
  const store = storeOf(desk.cluster);
  if (store === null) return gadminError('ParameterErr', 'neither local nor S3 backup is enabled, please configure System.Backup first');
  if (words.flags.has('--time-point')) return plannedTime(desk, store, words.rest[0] ?? '', dr);
  if (metadata === null && !entriesOf(desk).some((entry) => entry.tag === tag))
    return gadminError('ParameterErr', `tag '${tag}' does not exist`);
  return planned(desk, store, tag, metadata, dr);
}

/** Why a cluster can't be made a standby as it is set; null: it can. With TLS the topics have to be made for just this source before. */
function unpointed({ realm, cluster }: Desk): ProductAnswer | null {
  if (setting(cluster, keys.ips, 'applied') === '' || setting(cluster, keys.prefix, 'applied') === '')
    return gadminError('ParameterErr', 'PrimaryKafkaIPs and TopicPrefix have to be configured and applied first');
  const source = sourceOf(realm.state, cluster, 'applied');
  const isTls = source !== null && setting(cluster, keys.port, 'applied') === kafkaListens(source).tls;
  return isTls && cluster.topicsFor !== pointOf(cluster)
    ? gadminError('NotReady', 'Kafka of the primary speaks TLS: initialize Kafka first, see `gadmin init kafka`')
    : null;
}

function planned(desk: Desk, store: Store, tag: string, metadata: BackupMetadata | null, dr: boolean): RestorePlan | ProductAnswer {
  const why = unready(desk, store);
  if (why !== null) return why;
  const found = unpackChain(desk, store, tag, metadata ?? metadataIn(desk, store, tag));
  return found.kind === 'refused' ? gadminError('ParameterErr', found.words) : { tag, found, dr, isTime: false };
}

function metadataAt({ realm, cluster, node, call }: Desk, file: string): BackupMetadata | null {
  const files = filesOf(realm, cluster, node);
  const path = posix.resolve(call.cwd, file);
  return files.exists(path) ? readMetadata(files.read(path)) : null;
}

/** Why nothing can be restored now; null: it can. */
function unready(desk: Desk, store: Store): ProductAnswer | null {
  const denied = desk.cluster.nodes.find((node) => node.s3Denied);
  if (store.kind === 's3' && denied !== undefined) return gadminError('ExternalError', `AccessDenied: Access Denied; from ${denied.name}`);
  const full = desk.cluster.nodes.find((node) => node.diskFull);
  return full === undefined ? null : gadminError('NotReady', `there is not enough disk space on ${full.name}`);
}

const second = 1000;

/** The state at a moment that an incremental backup covers: from what it builds on to its own end. */
function plannedTime(desk: Desk, store: Store, text: string, dr: boolean): RestorePlan | ProductAnswer {
  const atMs = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isFinite(atMs)) return gadminError('ParameterErr', `invalid time point '${text}', RFC3339 is expected`);
  const whole = (ms: number): number => Math.floor(ms / second) * second;
  const entry = entriesOf(desk).find(
    ({ type, startedMs, createdMs }) => type === 'INCREMENTAL' && whole(startedMs) <= atMs && atMs <= whole(createdMs),
  );
  if (entry === undefined) return gadminError('ParameterErr', `no backup covers the time point '${text}'`);
  const why = unready(desk, store);
  if (why !== null) return why;
  const later = unpackChain(desk, store, entry.tag, metadataIn(desk, store, entry.tag));
  if (later.kind === 'refused') return gadminError('ParameterErr', later.words);
  const { origin } = desk.cluster;
  if (origin !== null && atMs < origin.atMs)
    desk.call.print(
      `WARNING: Attempting to restore the cluster to a time ${text} before the last restore (${new Date(origin.atMs).toISOString()})\n`,
    );
  const base = entry.base === '' ? null : unpack(desk, store, entry.base, metadataIn(desk, store, entry.base));
  const records = base?.kind === 'data' ? between(base, later, atMs) : later.data.records;
  const data = { ...later.data, records, marks: marksUpTo(later.data.marks, records) };
  return { tag: text, found: { ...later, data, takenMs: atMs }, dr, isTime: true };
}

/** Records came in evenly; queries and users are those of the later backup. */
function between(base: Found, later: Found, atMs: number): number {
  const span = later.takenMs - base.takenMs;
  const share = span <= 0 ? 1 : Math.min(1, Math.max(0, (atMs - base.takenMs) / span));
  return base.data.records + (later.data.records - base.data.records) * share;
}
