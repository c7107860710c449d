import { z } from 'zod';
import { counts, signs } from './detail-signs.ts';

/** Something that could not be read, with the reason as a full sentence. It is never the same as an empty answer. */
const unread = z.strictObject({ kind: z.literal('unread'), why: z.string() });

/** A number of records or of changes. */
const count = z.int().min(0);

const nodeView = z.strictObject({
  /** As the config calls it. */
  name: z.string(),
  answers: z.boolean(),
  /** Why it does not answer or is of no use; null when nothing is wrong. */
  why: z.string().nullable(),
  /** Linux user that commands run as; null when not told. */
  user: z.string().nullable(),
  /** The address that the cluster knows it by (gmyip). */
  ip: z.string().nullable(),
  /** `m1`, …; null when the cluster's host list does not hold its address. */
  id: z.string().nullable(),
  /** By how much its clock differs from the bot's, ms; null when not told. */
  skewMs: z.number().nullable(),
});

const version = z.strictObject({
  /** `3.9.3`. */
  text: z.string(),
  major: count,
  minor: count,
  patch: count,
});

/** What the installed binaries say that they can do. */
const tools = z.strictObject({
  gbar: z.boolean(),
  /** Subcommands of `gadmin backup`, e.g. `create`; empty when there is no such command. */
  backup: z.array(z.string()),
  /** Flags of `gadmin backup create`, e.g. `--incremental`. */
  create: z.array(z.string()),
  /** Flags of `gadmin backup restore`, e.g. `--dr`, `--meta`. */
  restore: z.array(z.string()),
  /** Subcommands of `gadmin crr`, e.g. `start`; empty when there is no such command. */
  crr: z.array(z.string()),
});

const host = z.strictObject({ id: z.string(), hostname: z.string() });

const shape = z.strictObject({ partitions: count, replicas: count });

/** Settings of the replication as the cluster holds them. */
const crr = z.strictObject({
  enabled: z.boolean().nullable(),
  /** Empty when none is set; null when not read. */
  brokers: z.array(z.string()).nullable(),
  port: count.nullable(),
  /** Null when not read. */
  prefix: z.string().nullable(),
  /** What an apply would make of `enabled`, where settings of the replication are staged and the others here were read as applied. */
  stagedEnabled: z.boolean().nullable().optional(),
});

/** `pid`: the number of its process, where the version tells it. */
const service = z.strictObject({ name: z.string(), status: z.string(), process: z.string(), pid: z.int().optional() });

/** `stale`: the cluster itself says that the table may be old. */
const services = z.discriminatedUnion('kind', [
  unread,
  z.strictObject({ kind: z.literal('read'), rows: z.array(service), stale: z.boolean() }),
]);

const task = z.strictObject({ worker: z.string(), state: z.string(), task: z.string(), taskState: z.string() });

/** Rows of the connector `infr_mm` only; none: there is no such connector. */
const connector = z.discriminatedUnion('kind', [unread, z.strictObject({ kind: z.literal('read'), tasks: z.array(task) })]);

/** Names of settings that somebody has set and not applied. */
const staged = z.discriminatedUnion('kind', [unread, z.strictObject({ kind: z.literal('read'), keys: z.array(z.string()) })]);

const sequence = z.discriminatedUnion('kind', [
  unread,
  z.strictObject({ kind: z.literal('read'), last: count, waiting: count.nullable() }),
]);

/** Records in each topic, by its name without the prefix. `at`: ms since the epoch, by the bot's clock. */
const positions = z.discriminatedUnion('kind', [
  unread,
  z.strictObject({ kind: z.literal('read'), at: z.number(), ends: z.array(z.strictObject({ topic: z.string(), end: count })) }),
]);

/** What `gadmin crr status` tells, from 4.3 on. Numbers are the worst of all topics. */
const native = z.discriminatedUnion('kind', [
  unread,
  z.strictObject({
    kind: z.literal('read'),
    topics: count,
    records: z.number().nullable(),
    seconds: z.number().nullable(),
    stalledSeconds: z.number().nullable(),
  }),
]);

const backupRow = z.strictObject({
  tag: z.string(),
  /** `FULL`, `INCREMENTAL`, …; null where the version does not tell. */
  type: z.string().nullable(),
  version: z.string().nullable(),
  /** As the cluster prints it, e.g. `2.6 MB`. */
  size: z.string().nullable(),
  base: z.string().nullable(),
  /** Since when the changes are in it: it can be restored to any moment from here on. ms since the epoch; null when not told. */
  startedAt: z.number().nullable(),
  /** ms since the epoch; null when not told. */
  createdAt: z.number().nullable(),
});

const backups = z.discriminatedUnion('kind', [unread, z.strictObject({ kind: z.literal('read'), rows: z.array(backupRow) })]);

/** How a cluster is set up for backups. Null: not read. */
const backupSetup = z.strictObject({
  local: z.boolean().nullable(),
  path: z.string().nullable(),
  s3: z.boolean().nullable(),
  bucket: z.string().nullable(),
  /** Empty for Amazon's own; null also where the version has no such setting. */
  endpoint: z.string().nullable(),
  /** After which the cluster gives a backup up, s. */
  timeoutSec: z.number().nullable(),
});

/** How this side's Kafka speaks TLS. Null: not told, also where the version knows nothing of it. */
const tls = z.strictObject({
  enabled: z.boolean().nullable(),
  port: count.nullable(),
  /** What all clients have to speak; `any`: what each likes. */
  clients: z.enum(['any', 'tls', 'plain']),
});

const readSide = z.strictObject({
  kind: z.literal('read'),
  /** The node, as the config calls it, whose word this is. */
  by: z.string(),
  nodes: z.array(nodeView),
  version: version.nullable(),
  tools: tools.nullable(),
  hosts: z.array(host).nullable(),
  shape: shape.nullable(),
  crr,
  /** How long this side's Kafka keeps what nobody has fetched. */
  retention: z.strictObject({ hours: z.number().nullable(), gigabytes: z.number().nullable() }),
  /** Port of this side's Kafka by its own word. */
  kafkaPort: count.nullable(),
  tls,
  roots: z.strictObject({ app: z.string().nullable(), data: z.string().nullable(), log: z.string().nullable() }),
  backupSetup,
  services,
  connector,
  /** Whether its services run with what is applied, of a side that followed once and is set to follow nobody; left out where nothing can be in doubt. */
  takenOn: z.enum(['yes', 'no', 'unknown']).optional(),
  staged,
  sequence,
  positions,
  native,
  backups,
  signs,
  counts,
});

const sideRead = z.discriminatedUnion('kind', [
  /** No node accepts connections. */
  z.strictObject({ kind: z.literal('gone'), why: z.string() }),
  /** A node accepts connections and gives no usable answer. */
  z.strictObject({ kind: z.literal('silent'), why: z.string() }),
  /** The nodes keep the bot out, or it finds no gadmin there. */
  z.strictObject({ kind: z.literal('locked'), why: z.string() }),
  readSide,
]);

/** What the bots themselves remember of their looks. */
const pastView = z.strictObject({
  /** Changes of metadata that the follower lacks; null when not known. Negative when the follower is ahead, which must not be. */
  changes: z.int().nullable(),
  /** Records of graph data that the follower lacks, against the difference seen at rest; null when not known. */
  records: count.nullable(),
  /** For how long at most the follower is behind, ms; 0 when it has everything; null when not known. */
  behindMs: z.number().nullable(),
  /** For how long the follower has not moved while it lacked something, ms; null when it lacks nothing or it isn't known. */
  stillMs: z.number().nullable(),
  /** Full sentence: how far it is behind. */
  words: z.string(),
  /** When the follower was last seen to have everything, or the last look at both sides, ms since the epoch; null: never. */
  lastSeen: z.strictObject({ at: z.number(), words: z.string() }).nullable(),
  /** What has made the follower outdated, so that it can only be filled anew: full sentences. Empty: nothing that was seen. */
  outdated: z.array(z.string()),
  /** What may have made it outdated, when it can't be told whether it has: full sentences. */
  doubts: z.array(z.string()),
});

/** The shape of what was read from both sides. */
export const crrDetail = z.strictObject({ primary: sideRead, standby: sideRead, past: pastView });

/** What was read from both sides: the `detail` of an observation. */
export type CrrDetail = z.infer<typeof crrDetail>;
export type SideRead = z.infer<typeof sideRead>;
export type ReadSide = z.infer<typeof readSide>;
export type TlsView = z.infer<typeof tls>;
export type NodeView = z.infer<typeof nodeView>;
export type VersionView = z.infer<typeof version>;
export type ToolsView = z.infer<typeof tools>;
export type HostView = z.infer<typeof host>;
export type ShapeView = z.infer<typeof shape>;
export type ServiceRow = z.infer<typeof service>;
export type ServicesView = z.infer<typeof services>;
export type ConnectorView = z.infer<typeof connector>;
export type StagedView = z.infer<typeof staged>;
export type SequenceView = z.infer<typeof sequence>;
export type PositionsView = z.infer<typeof positions>;
export type NativeView = z.infer<typeof native>;
export type BackupRow = z.infer<typeof backupRow>;
export type BackupsView = z.infer<typeof backups>;
export type PastView = z.infer<typeof pastView>;
