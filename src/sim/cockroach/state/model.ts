import type { Outage } from '../../faults/strikes.ts';
import type { Effect, Pace, SimSide } from '../contract.ts';
import type { Dialect } from '../grammar/dialect.ts';
import type { LdrState } from '../ldr/state/model.ts';
import type { Hlc } from '../values/hlc.ts';

/** All times in the state are microseconds of world time. */
export type Us = number;

export type JobStatus = 'running' | 'pause-requested' | 'paused' | 'cancel-requested' | 'reverting' | 'succeeded' | 'failed' | 'canceled';

export const terminalJobStates: ReadonlySet<JobStatus> = new Set(['succeeded', 'failed', 'canceled']);

export type JobType = 'REPLICATION STREAM INGESTION' | 'REPLICATION STREAM PRODUCER' | 'LOGICAL REPLICATION' | 'SCHEMA CHANGE GC';

export interface Job {
  /** 18 or 19 digits: more than a JavaScript number holds. */
  readonly id: string;
  readonly type: JobType;
  readonly description: string;
  readonly user: string;
  /** The virtual cluster it works for. */
  readonly vcId: number;
  /** The virtual cluster whose SHOW JOBS lists it. */
  readonly home: number;
  readonly createdUs: Us;
  status: JobStatus;
  runningStatus: string | null;
  error: string;
  finishedUs: Us | null;
  modifiedUs: Us;
  /** The next status and when it comes. A job that resumes is `running` with a change to `running` ahead. */
  change: { readonly to: JobStatus; readonly atUs: Us } | null;
  /** Producers: how long history is kept without a sign of the consumer. */
  windowUs: Us;
  /** Producers without a consumer: when they end by themselves. */
  expiresUs: Us | null;
  /** Producers: history before this time is gone. */
  retainsFromUs: Us;
}

/** Work that can be held up. `sinceUs` is null while it stands still. */
export interface Work {
  readonly totalUs: Us;
  leftUs: Us;
  sinceUs: Us | null;
}

/** How far a stream has come: `replicatedUs` when it last began to move, and since when it moves. */
export interface Frontier {
  replicatedUs: Us;
  movingSinceUs: Us | null;
}

export interface Failover {
  readonly target: Hlc;
  readonly targetUs: Us;
  readonly latest: boolean;
  readonly earliestUs: Us;
}

export interface Stream {
  readonly sourceSide: SimSide;
  readonly sourceVcId: number;
  readonly sourceVcName: string;
  /** As it was given, secrets and all; read again each time that the job begins to run. */
  readonly uri: string;
  /** As SHOW prints it, without secrets. */
  readonly shownUri: string;
  readonly jobId: string;
  readonly producerId: string;
  /** Before this moment the status still says `add`. */
  readonly shownFromUs: Us;
  /** Nothing older than this can be failed over to. */
  readonly originUs: Us;
  /** Where the frontier begins once the work is done. */
  readonly beginsAtUs: Us;
  retentionUs: Us;
  phase: 'initializing' | 'streaming' | 'failing-over';
  work: Work | null;
  frontier: Frontier | null;
  streamingSinceUs: Us | null;
  failover: Failover | null;
  /** Since when the source has heard nothing from us. */
  silentSinceUs: Us | null;
  /** Since when a running job can't reach its source. */
  blockedSinceUs: Us | null;
}

export interface Schedule {
  readonly id: string;
  readonly label: string;
  readonly command: string;
  readonly recurrence: string;
  status: 'ACTIVE' | 'PAUSED';
}

export interface Changefeed {
  readonly id: string;
  readonly tables: readonly string[];
  /** Without secrets. */
  readonly sink: string;
  readonly owner: string;
  status: 'running' | 'paused' | 'failed';
}

export interface User {
  readonly name: string;
  password: string | null;
  admin: boolean;
  readonly grants: Set<string>;
  /** Those of its grants that it may give on. */
  readonly grantable: Set<string>;
  readonly roleOptions: Set<string>;
  /** Roles other than admin that it was given; theirs come along. */
  readonly memberOf: Set<string>;
  /** Session variables that its sessions begin with. */
  readonly defaults: ReadonlyMap<string, string>;
}

export type Users = Map<string, User>;

/** Which side wrote the content of a virtual cluster from when on: its identity for fingerprints. */
export interface Epoch {
  readonly fromUs: Us;
  readonly writer: string;
}

export interface Vc {
  readonly id: number;
  name: string;
  base: 'add' | 'ready';
  service: 'none' | 'shared' | 'external';
  /** SQL is answered from this moment on. */
  serviceUpUs: Us;
  serviceChange: { readonly to: 'none'; readonly atUs: Us } | null;
  /** Set while `dropping`. */
  goneUs: Us | null;
  readonly createdUs: Us;
  /** Id of the virtual cluster that this one reads for. */
  readonly readerOf: number | null;
  stream: Stream | null;
  prior: { readonly sourceId: string; readonly activation: Hlc } | null;
  /** Active version; a copy shares it with its source until it is promoted. The system virtual cluster's is a setting. */
  finalized: { version: string };
  users: Users;
  schedules: Schedule[];
  changefeeds: Changefeed[];
  epochs: readonly Epoch[];
  readonly capabilities: Set<string>;
}

export interface ExternalConnection {
  readonly name: string;
  uri: string;
  readonly owner: string;
  /** By user. */
  readonly grants: Map<string, Set<string>>;
}

export interface Cluster {
  readonly side: SimSide;
  readonly name: string;
  /** Of the binaries that run; the active version is a setting. */
  dialect: Dialect;
  readonly uuid: string;
  readonly users: Users;
  readonly settings: Map<string, string>;
  readonly regions: readonly string[];
  readonly externalConnections: Map<string, ExternalConnection>;
  readonly vcs: Vc[];
  readonly jobs: Job[];
  /** `host:port` spellings of this cluster. */
  readonly addresses: Set<string>;
  /** What its nodes show of themselves (PEM); null where they know no TLS. */
  certificate: string | null;
  /** Its data is in the system virtual cluster: it began without any other. */
  flat: boolean;
  outage: Outage | null;
  revertStuck: boolean;
  catchUpStuck: boolean;
  readerStuck: boolean;
  corrupt: boolean;
  nextVcId: number;
  nextJobId: bigint;
}

export interface Promotion {
  readonly side: SimSide;
  readonly sourceSide: SimSide;
  readonly activationUs: Us;
  readonly atUs: Us;
}

export interface SimState {
  readonly clusters: Readonly<Record<SimSide, Cluster>>;
  readonly pace: Pace;
  readonly ldr: LdrState;
  readonly effects: Effect[];
  readonly writable: { readonly side: SimSide; readonly fromUs: Us; toUs: Us | null }[];
  readonly promotions: Promotion[];
  readonly rates: { readonly fromUs: Us; readonly perSecond: number }[];
  linkUp: boolean;
  /** Everything due until here has happened. */
  settledUs: Us;
}

export const us = (ms: number): Us => Math.round(ms * 1000);

/** The job of that id on the cluster; a missing one is a bug. */
export function jobOf(cluster: Cluster, id: string): Job {
  const job = cluster.jobs.find((candidate) => candidate.id === id);
  if (job === undefined) throw new TypeError(`job ${id} is not on ${cluster.name}`);
  return job;
}

/** The virtual cluster of that name, unless it is being dropped: that frees the name. */
export const findVc = (cluster: Cluster, name: string): Vc | null =>
  cluster.vcs.find((vc) => vc.name === name && vc.goneUs === null) ?? null;

export const findVcById = (cluster: Cluster, id: number): Vc | null => cluster.vcs.find((vc) => vc.id === id && vc.goneUs === null) ?? null;

/** What the server calls it in errors. */
export const tenantText = (vc: Vc): string => `tenant "${vc.name}" (${vc.id})`;

export const isDown = (cluster: Cluster): boolean => cluster.outage === 'dead';

/** Name that another cluster's `prior` uses for this virtual cluster: the control plane goes by its name there, all others by number. */
export const sourceIdOf = (cluster: Cluster, vcId: number): string => `${cluster.uuid}:${vcId === 1 ? 'system' : vcId}`;
