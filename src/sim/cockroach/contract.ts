import type { Clock } from '../../domain/clock.ts';
import type { ContentTruth } from './content-contract.ts';
import type { Faults } from './fault-contract.ts';
import type { SimVersion } from './grammar/dialect.ts';
import type { StatementKind } from './grammar/statement.ts';
import type { LdrSetup, LdrTruth } from './ldr/ldr-contract.ts';
import type { JobTruth, Loss, SeenStatement, SessionTruth, VcTruth, WritableInterval } from './truth-contract.ts';

/** A side keeps its name for life: a promoted standby is still `standby`. */
export type SimSide = 'primary' | 'standby';
export const simSides = ['primary', 'standby'] as const;

/** How long things take. All in ms of world time. */
export interface Pace {
  /** From CREATE or START REPLICATION until the status says so. */
  readonly acceptMs: number;
  readonly scanMs: number;
  /** Rewinding the old primary before it follows. */
  readonly rewindMs: number;
  /** Steps in which the replicated time moves. */
  readonly tickMs: number;
  /** Least lag of a healthy stream; it saws between this and this plus one tick. */
  readonly lagMs: number;
  /** How many seconds of history are applied per second while catching up. */
  readonly catchUpSpeed: number;
  readonly pauseMs: number;
  readonly resumeMs: number;
  /** From an accepted COMPLETE until reverting may begin. */
  readonly failoverWaitMs: number;
  readonly revertMs: number;
  readonly serviceMs: number;
  readonly cancelMs: number;
  /** Until the source's producer learns that its consumer was cancelled. */
  readonly producerNoticeMs: number;
  readonly dropMs: number;
  readonly readerMs: number;
  /** From the loss of the source until the status says `replication error`. */
  readonly retryAfterMs: number;
  /** From the loss of the source until the job pauses itself. */
  readonly giveUpMs: number;
  /** Until a producer that hears nothing gives up its history; null: the version's own window. */
  readonly expirationMs: number | null;
  /** How long a connection without `-ccluster` waits for the service of the default virtual cluster. */
  readonly muxWaitMs: number;
}

export interface SimUser {
  readonly name: string;
  readonly password: string;
  readonly admin?: boolean;
  /** System privileges, e.g. `MANAGEVIRTUALCLUSTER`. */
  readonly grants?: readonly string[];
  /** Those of the grants that it may give on. */
  readonly grantable?: readonly string[];
  /** e.g. `CONTROLJOB`, `VIEWJOB`. */
  readonly roleOptions?: readonly string[];
  /** Other users of the world whose privileges it holds too. */
  readonly memberOf?: readonly string[];
  /** What its sessions begin with, unless they say otherwise (ALTER ROLE … SET). */
  readonly defaults?: Readonly<Record<string, string>>;
  /** Both sides when left out. */
  readonly sides?: readonly SimSide[];
  /** Where the user exists; `both` when left out. */
  readonly in?: 'system' | 'application' | 'both';
}

/** What runs in the application's virtual cluster by a calendar. */
export interface SimSchedule {
  readonly label: string;
  /** BACKUP … or CREATE CHANGEFEED …, as it was given, secrets and all. */
  readonly command: string;
  readonly recurrence?: string;
  readonly paused?: true;
}

/** A changefeed that runs in the application's virtual cluster. */
export interface SimChangefeed {
  /** `db.schema.table` each. */
  readonly tables: readonly string[];
  readonly sink: string;
  readonly paused?: true;
}

export type WorldStart = 'replicating' | 'initializing' | 'paused' | 'promoted' | 'none';

export interface SqlWorldOptions {
  readonly version: SimVersion | Readonly<Record<SimSide, SimVersion>>;
  /** Patch of both sides' releases; the one that is known best when left out. */
  readonly patch?: number;
  readonly clock?: Clock;
  readonly pace?: Partial<Pace>;
  readonly virtualCluster?: string;
  readonly users?: readonly SimUser[];
  /** The user that `SqlWorld.primary` and `.standby` hand out. */
  readonly operator?: string;
  readonly names?: Readonly<Record<SimSide, string>>;
  /** 0: any free port. */
  readonly ports?: Readonly<Record<SimSide, number>>;
  /** Further `host:port` spellings by which a stream URI may name a side. */
  readonly addresses?: Partial<Readonly<Record<SimSide, readonly string[]>>>;
  /** Name of an external connection that each side has from the start; it leads to the other side. */
  readonly externalConnections?: Partial<Readonly<Record<SimSide, string>>>;
  /** Cluster settings that a side begins with instead of the usual ones, e.g. `'enterprise.license': ''`. */
  readonly settings?: Partial<Readonly<Record<SimSide, Readonly<Record<string, string>>>>>;
  /** Regions of each side's nodes; `us-east` when left out. */
  readonly regions?: Partial<Readonly<Record<SimSide, readonly string[]>>>;
  /** False: the primary is an older cluster whose data is in its system virtual cluster; then only `start: 'none'` makes sense. */
  readonly virtualized?: boolean;
  /**
   * False: the nodes of a v23.2 standby were started without `--config-profile replication-target`, so it has no `template`; then only
   * `start: 'none'` makes sense.
   */
  readonly standbyProfile?: boolean;
  readonly start?: WorldStart;
  /** Tables (`db.schema.table`) in the control plane of a side: a cluster that somebody uses as it is, without virtual clusters. */
  readonly inUse?: Partial<Readonly<Record<SimSide, readonly string[]>>>;
  /** What the application's side begins with; one nightly backup when left out. */
  readonly schedules?: readonly SimSchedule[];
  /** None when left out. */
  readonly changefeeds?: readonly SimChangefeed[];
  /** Tables that are replicated row by row, in place of a physical stream. */
  readonly ldr?: LdrSetup;
  readonly tls?: boolean;
  readonly auth?: 'scram' | 'cleartext';
  /** Rows that clients write per second on every side that lets them. */
  readonly writesPerSecond?: number;
}

/** One accepted statement that changes something, recorded when it took effect. */
export interface Effect {
  readonly seq: number;
  /** World time, ms. */
  readonly at: number;
  readonly side: SimSide;
  readonly cluster: string;
  readonly kind: StatementKind;
  readonly statement: string;
  readonly parameters: readonly (string | null)[];
  /** False when the server accepted it as a no-op. */
  readonly changed: boolean;
  /** The session's application_name. */
  readonly tag: string;
  /** From `replops/<run>/<fence>`; null when the tag has another form. */
  readonly fence: number | null;
  readonly user: string;
  readonly session: string;
  /** The virtual cluster it was about. */
  readonly virtualCluster: string | null;
}

/** A new cluster: with an application in a virtual cluster of its own, with none yet, or with its data in the control plane. */
export type FreshCluster = 'application' | 'empty' | 'plain';

/** What `cockroach sql` prints: a tag for each statement, and the refusal that ended it. */
export interface LocalAnswer {
  readonly tags: readonly string[];
  readonly refusal: { readonly message: string; readonly sqlState: string } | null;
}

export interface WorldControl {
  advance(ms: number): void;
  writes(perSecond: number): void;
  /** People take the applications away from an older cluster, whose service no statement stops. */
  vacate(side: SimSide): void;
  /** A cluster that the world does not know begins to follow a side's application; it never stops. */
  followedBesides(side: SimSide): void;
  linkDown(): void;
  linkUp(): void;
  /** Every node of a side is restarted with other binaries; nothing is finalized by that. */
  install(side: SimSide, version: SimVersion): void;
  /** What `cockroach init` makes of a side that has nothing yet. */
  initialize(side: SimSide, as: FreshCluster): void;
  /** Runs statements on a node of the side, as a user with a certificate there. */
  locally(side: SimSide, user: string, sql: string): Promise<LocalAnswer>;
}

export interface SqlWorldSide {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly cluster: string;
  /** What the other side's CREATE or START REPLICATION takes to follow this one. */
  readonly streamUri: string;
  /** PEM of the authority that signed the server's certificate; null without TLS. */
  readonly ca: string | null;
}

export interface SqlWorld extends LdrTruth, ContentTruth {
  readonly primary: SqlWorldSide;
  readonly standby: SqlWorldSide;
  readonly virtualCluster: string;
  /** World time, ms since the epoch. */
  now(): number;
  effects(): readonly Effect[];
  statements(): readonly SeenStatement[];
  writable(): Readonly<Record<SimSide, boolean>>;
  writableHistory(): readonly WritableInterval[];
  /** Spans in which both sides took writes. */
  splitBrain(): readonly { readonly from: number; readonly to: number | null }[];
  /** What the latest promotion left behind; null before one. */
  lost(): Loss | null;
  vc(side: SimSide, name?: string): VcTruth | null;
  jobs(side: SimSide): readonly JobTruth[];
  sessions(side: SimSide): readonly SessionTruth[];
  readonly faults: Faults;
  control(): WorldControl;
  close(): Promise<void>;
}
