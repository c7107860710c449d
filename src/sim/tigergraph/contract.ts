import type { Clock } from '../../domain/clock.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { HostAddress, HostFaultHandle, HostFaultRule, HostOutage, SimHost } from '../hosts/contract.ts';

/** A side keeps its name for life: a promoted standby is still `standby`. */
export type SimSide = 'primary' | 'standby';
export const simSides = ['primary', 'standby'] as const;

/** How long things take. All in ms of world time. */
export interface TigerPace {
  /** A command that only looks. */
  readonly readMs: number;
  /** What `gadmin status` waits for each node that doesn't answer. */
  readonly statusTimeoutMs: number;
  readonly applyMs: number;
  readonly initKafkaMs: number;
  readonly stopMs: number;
  readonly startMs: number;
  /** From the return of a start until all services are online. */
  readonly warmupMs: number;
  readonly backupMs: number;
  readonly restoreMs: number;
  /** Forced installation of all queries. */
  readonly installMs: number;
  readonly ddlMs: number;
  /** From the start of the connector until it runs. */
  readonly connectorMs: number;
  /** Copying one folder of a backup to one host. */
  readonly copyMs: number;
  /** Age of the newest record that the standby can have. */
  readonly lagMs: number;
  /** Records per second that the standby applies while it catches up. */
  readonly applyPerSecond: number;
}

export interface SimUser {
  readonly name: string;
  readonly password: string;
  readonly superuser?: boolean;
  /** Both sides when left out. */
  readonly sides?: readonly SimSide[];
}

/** `none`: two clusters, data on the primary; `scratch`: two empty clusters; `outdated`: replication has stopped for good. */
export type TigerStart = 'replicating' | 'none' | 'outdated' | 'promoted' | 'scratch';

export interface TigerWorldOptions {
  /** Like `3.10.1`. What it offers follows from it. */
  readonly version: string | Readonly<Record<SimSide, string>>;
  readonly clock?: Clock;
  readonly pace?: Partial<TigerPace>;
  readonly start?: TigerStart;
  readonly names?: Readonly<Record<SimSide, string>>;
  readonly nodes?: Readonly<Record<SimSide, number>>;
  readonly replicationFactor?: Readonly<Record<SimSide, number>>;
  readonly users?: readonly SimUser[];
  /** The Linux user that TigerGraph runs as. */
  readonly sshUser?: string;
  /** Where the backups of both sides go. */
  readonly backup?: 'local' | 's3' | 'none';
  /** Whether Kafka speaks TLS, and then to all; `plain` when left out. */
  readonly kafka?: Readonly<Record<SimSide, 'plain' | 'tls'>>;
  /** Of the topics of the primary: not empty after an earlier failover. */
  readonly prefix?: string;
  readonly graph?: string;
  /** Records that clients write per second on every cluster that lets them. */
  readonly writesPerSecond?: number;
}

/** One change that a command of TigerGraph made, or tried to make and had nothing to do. */
export interface Effect {
  readonly seq: number;
  /** World time, ms. */
  readonly at: number;
  readonly side: SimSide;
  readonly cluster: string;
  readonly node: string;
  readonly kind: string;
  /** Words of the command, with its secrets masked. */
  readonly statement: string;
  /** False when there was nothing to do. */
  readonly changed: boolean;
  readonly tag: string;
  /** From `replops/<run>/<fence>`; null when the tag has another form. */
  readonly fence: number | null;
  readonly user: string;
}

export interface WritableInterval {
  readonly side: SimSide;
  readonly from: number;
  /** null: it still is. */
  readonly to: number | null;
}

interface TigerNodeAccess {
  readonly name: string;
  /** What the clusters know it by. */
  readonly ip: string;
  /** Where its SSH server listens. */
  readonly address: HostAddress;
}

export interface TigerWorldSide {
  readonly cluster: string;
  readonly nodes: readonly TigerNodeAccess[];
  /** Superuser of GSQL. */
  readonly user: string;
  readonly password: string;
  readonly graph: string;
}

export type ConnectorState = 'none' | 'running' | 'paused' | 'failed';

/** The truth about one side, for assertions. */
export interface SideTruth {
  readonly cluster: string;
  readonly version: string;
  /** What its services run with. */
  readonly enabled: boolean;
  readonly prefix: string;
  readonly connector: ConnectorState;
  /** Why it never catches up; null: it can. */
  readonly outdated: string | null;
  /** Clients of the application can write. */
  readonly writable: boolean;
  readonly records: number;
  readonly seq: number;
  readonly online: boolean;
  readonly queriesPending: boolean;
  readonly staged: Readonly<Record<string, string>>;
  readonly applied: Readonly<Record<string, string>>;
  readonly effective: Readonly<Record<string, string>>;
  /** Files of backups in the configured folder, by node and tag. */
  readonly backups: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  readonly busy: string | null;
}

/** What there is, by the simulated clusters' own state; members that speak of files give checksums. Equal for equal states. */
export interface TigerTruth {
  readonly clusters: Readonly<Record<SimSide, JsonObject>>;
  /** What each cluster lists, by tag. */
  readonly backups: Readonly<Record<SimSide, Readonly<Record<string, string>>>>;
  /** By host and path. */
  readonly files: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly bucket: Readonly<Record<string, string>>;
  /** Commands that run on nodes beside the product's services. */
  readonly running: Readonly<Record<SimSide, readonly string[]>>;
}

interface TigerFaultRule extends HostFaultRule {
  /** Both when left out. */
  readonly side?: SimSide;
}

export interface TigerFaults {
  /** On commands as they arrive at any of the nodes; each node counts for itself. */
  add(rule: TigerFaultRule): HostFaultHandle;
  /** Forgets the rules that were added, and brings back what the other calls here have taken away. */
  clear(): Promise<void>;
  nodeDown(side: SimSide, node: string, outage?: HostOutage): Promise<void>;
  nodeUp(side: SimSide, node: string): Promise<void>;
  down(side: SimSide, outage?: HostOutage): Promise<void>;
  up(side: SimSide): Promise<void>;
  /** Between the clusters. */
  link(state: 'up' | 'down'): void;
  /** Between one node and another that it may not reach on a port of Kafka. */
  blockPort(from: SimSide, port: number, on: boolean): void;
  service(side: SimSide, service: string, state: 'down' | 'warmup' | 'up'): void;
  /** `failed`: until it is restarted; `broken`: whenever it is started. */
  connector(side: SimSide, state: 'failed' | 'broken' | 'up'): void;
  /** Kafka of a side has thrown away every change of metadata before this one. */
  keepsFrom(side: SimSide, change: number): void;
  /** The standby tries one replica of the metadata again and again. */
  blockReplica(side: SimSide, on: boolean): void;
  /** The next folder of a backup that is copied misses its last file, or has one that is damaged. */
  spoilCopy(how: 'missing' | 'damaged'): void;
  denyS3(side: SimSide, node: string, on: boolean): void;
  fullDisk(side: SimSide, node: string, on: boolean): void;
  license(side: SimSide, endsInDays: number): void;
  hostList(side: SimSide, hostnames: readonly string[]): void;
  /** A running query keeps a full backup from its end. */
  runningQuery(side: SimSide, on: boolean): void;
  /** Each backup sets the password of `tigergraph` back to the default: a known issue of 3.9.1. */
  forgetPassword(side: SimSide, on: boolean): void;
  /** What gbar packs has the same names on all nodes. */
  clashingArchives(side: SimSide, on: boolean): void;
  plainTables(on: boolean): void;
}

export interface TigerControl {
  advance(ms: number): void;
  /** Records per second from now on. */
  writes(perSecond: number): void;
  /** Keeps clients of the application away from a side, as a load balancer does. */
  fence(side: SimSide, on: boolean): void;
  upgrade(side: SimSide, version: string): void;
  password(side: SimSide, user: string, password: string): void;
  /** Clients write once on every side that takes writes. Returns how to ask, in words, what of it is gone by then. */
  clientsWrite(): () => readonly string[];
  /** GSQL begins a new log on every node; the one before keeps its lines under another name. */
  rotateLogs(side: SimSide): void;
}

export interface TigerWorld {
  readonly primary: TigerWorldSide;
  readonly standby: TigerWorldSide;
  now(): number;
  effects(): readonly Effect[];
  writable(): Readonly<Record<SimSide, boolean>>;
  writableHistory(): readonly WritableInterval[];
  splitBrain(): readonly { readonly from: number; readonly to: number | null }[];
  /** What the latest promotion left behind; null before one. */
  lost(): { readonly reached: number; readonly written: number } | null;
  side(side: SimSide): SideTruth;
  truth(): TigerTruth;
  host(side: SimSide, node: string): SimHost;
  hosts(): readonly SimHost[];
  /** Paths in the bucket that both sides may be set to use. */
  bucket(): readonly string[];
  readonly faults: TigerFaults;
  control(): TigerControl;
  close(): Promise<void>;
}
