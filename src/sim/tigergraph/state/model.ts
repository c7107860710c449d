import type { ConnectorState, Effect, SimSide, TigerPace, WritableInterval } from '../contract.ts';
import type { Release } from '../release.ts';

/** Ms of world time. */
export type Ms = number;

export interface TigerNode {
  readonly name: string;
  readonly ip: string;
  up: boolean;
  s3Denied: boolean;
  diskFull: boolean;
}

export interface Service {
  /** e.g. `GPE`. */
  readonly name: string;
  /** e.g. `GPE_1#1`. */
  readonly instance: string;
  readonly node: TigerNode;
  /** Another one with every start. */
  pid: number;
  startedAtMs: Ms;
  wanted: boolean;
  onlineAtMs: Ms;
  /** Never gets past its warm-up. */
  stuck: boolean;
}

export interface GsqlUser {
  readonly name: string;
  readonly superuser: boolean;
  password: string;
}

export interface Query {
  readonly graph: string;
  readonly name: string;
  installed: boolean;
}

/** What a cluster holds. `line` names a history of changes: a promotion begins a new one at `forkedAt` records of its parent. */
export interface DataSet {
  line: string;
  parent: { readonly line: string; readonly records: number; readonly seq: number } | null;
  records: number;
  /** Sequence number of its newest metadata. */
  seq: number;
  queries: Query[];
  users: GsqlUser[];
  /** Records that tell themselves from others, each with how many there were with it. */
  marks: readonly Mark[];
}

interface Mark {
  readonly id: string;
  readonly at: number;
}

/** Those that are among so many records. */
export const marksUpTo = (marks: readonly Mark[], records: number): readonly Mark[] => marks.filter(({ at }) => at <= records);

interface Crr {
  connector: ConnectorState;
  readyAtMs: Ms;
  /** A forced installation on the primary has set the metadata going. */
  primed: boolean;
  /** Last time at which records came. */
  flowedAtMs: Ms;
  outdated: string | null;
  /** GSQL replays nothing, whatever Kafka has fetched. */
  blocked: boolean;
  /** Newest change of metadata that its Kafka has, replayed or not. */
  fetchedSeq: number;
  /** A task of it has failed, and stays so until the connector is restarted. */
  failing: boolean;
  /** What it fails at whenever it is started; null: it runs. */
  broken: string | null;
  /** `tasks.max` of MirrorMaker. */
  tasks: number;
}

export interface CatalogEntry {
  readonly tag: string;
  readonly type: 'FULL' | 'INCREMENTAL';
  readonly base: string;
  readonly startedMs: Ms;
  readonly createdMs: Ms;
}

interface ConfigStages {
  staged: Map<string, string>;
  applied: Map<string, string>;
  effective: Map<string, string>;
}

export interface Cluster {
  readonly side: SimSide;
  readonly name: string;
  release: Release;
  readonly nodes: readonly TigerNode[];
  readonly partitions: number;
  readonly replicas: number;
  readonly services: readonly Service[];
  readonly config: ConfigStages;
  data: DataSet;
  readonly crr: Crr;
  catalog: CatalogEntry[];
  /** What holds the one lock of long operations. */
  lock: string | null;
  /** Clients of the application write to it when they can: the primary of the start, or a promoted standby. */
  serves: boolean;
  fenced: boolean;
  runningQuery: boolean;
  /** Its backups set the password of the first superuser back to the default, as those of 3.9.1 do. */
  forgetful: boolean;
  /** Archives of gbar have a file of the same name on every node, each of which holds what only that node can use. */
  clashing: boolean;
  licenseEndsMs: Ms;
  restoredAtMs: Ms | null;
  /** What its replicated topics were made for last: where it was to follow, by its applied settings. */
  topicsFor: string;
  /** Since when its changes can be followed by incremental backups, and the backup it was restored from if one can build on it; null: always. */
  origin: { readonly atMs: Ms; readonly tag: string | null } | null;
  /** Number of the oldest change of metadata that its Kafka has not thrown away yet. */
  keptFrom: number;
  /** Seqs by the time they came to be, for the age of what a standby can have. */
  readonly seqLog: { readonly seq: number; readonly atMs: Ms }[];
}

export interface TigerState {
  readonly clusters: Readonly<Record<SimSide, Cluster>>;
  readonly pace: TigerPace;
  readonly user: string;
  readonly effects: Effect[];
  readonly writable: WritableInterval[];
  readonly blockedPorts: Set<string>;
  /** By path under the bucket's name. */
  readonly bucket: Map<string, string>;
  spoil: 'missing' | 'damaged' | null;
  ansi: boolean;
  writesPerSecond: number;
  linkUp: boolean;
  settledMs: Ms;
  lines: number;
  lost: { readonly reached: number; readonly written: number } | null;
}

export const keys = {
  enabled: 'System.CrossRegionReplication.Enabled',
  ips: 'System.CrossRegionReplication.PrimaryKafkaIPs',
  port: 'System.CrossRegionReplication.PrimaryKafkaPort',
  prefix: 'System.CrossRegionReplication.TopicPrefix',
  hostList: 'System.HostList',
  localPath: 'System.Backup.Local.Path',
  localEnable: 'System.Backup.Local.Enable',
  s3Enable: 'System.Backup.S3.Enable',
  s3Bucket: 'System.Backup.S3.BucketName',
  s3Endpoint: 'System.Backup.S3.Endpoint',
  retention: 'Kafka.RetentionHours',
  kafkaPort: 'Kafka.Port',
  tlsEnable: 'Kafka.Security.SSL.Enable',
  tlsPort: 'Kafka.Security.SSL.Port',
  tlsClients: 'Kafka.Security.ClientConf.ProtocolForAllClients',
  dataRoot: 'System.DataRoot',
  logRoot: 'System.LogRoot',
  audit: 'System.Audit.Enable',
  appRoot: 'System.AppRoot',
} as const;

export const otherSide = (side: SimSide): SimSide => (side === 'primary' ? 'standby' : 'primary');

export const setting = (cluster: Cluster, key: string, stage: keyof ConfigStages = 'effective'): string =>
  cluster.config[stage].get(key) ?? '';

/** Ports on which a cluster's Kafka listens; null: on none of that kind. */
export function kafkaListens(cluster: Cluster): { readonly plain: string | null; readonly tls: string | null } {
  const hasTls = setting(cluster, keys.tlsEnable) === 'true';
  return {
    plain: hasTls && setting(cluster, keys.tlsClients) === 'ssl' ? null : setting(cluster, keys.kafkaPort),
    tls: hasTls ? setting(cluster, keys.tlsPort) : null,
  };
}

/** Where a cluster is told to follow, in one word. */
export const pointOf = (cluster: Cluster): string =>
  [keys.ips, keys.port, keys.prefix].map((key) => setting(cluster, key, 'applied')).join(' ');

export const isDr = (cluster: Cluster): boolean => setting(cluster, keys.enabled) === 'true';

export const copyData = (data: DataSet): DataSet => ({
  ...data,
  queries: data.queries.map((query) => ({ ...query })),
  users: data.users.map((user) => ({ ...user })),
});
