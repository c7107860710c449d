import type { Clock } from '../../domain/clock.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Faults } from './fault-contract.ts';
import type { Cell } from './wire/packstream.ts';

/** A side keeps its name for life: a promoted standby is still `standby`. */
export type SimSide = 'primary' | 'standby';
export const simSides = ['primary', 'standby'] as const;

/** How long things take. All in ms of world time. */
export interface GraphPace {
  /** From a commit to `system` until the servers act on it. */
  readonly reconcileMs: number;
  /** Copying a store to a new copy. */
  readonly storeCopyMs: number;
  readonly startMs: number;
  readonly stopMs: number;
  /** From a promotion, or the loss of a writer, until there is one. */
  readonly electionMs: number;
  /** How often a replica asks its upstream. */
  readonly pullMs: number;
  /** Age of the newest transaction that a pull can bring. */
  readonly lagMs: number;
  /** How much later a secondary has what a primary has. */
  readonly secondaryLagMs: number;
  /** How often backups are consumed by a replica that follows a bucket. */
  readonly backupMs: number;
  /** Transactions per second that a replica applies while it catches up. */
  readonly applyPerSecond: number;
  readonly deallocateMs: number;
  /** How long a server waits for a bookmark that it has not reached. */
  readonly bookmarkMs: number;
  /** How long a name stays locked after too many wrong passwords. */
  readonly authLockMs: number;
}

export interface SimUser {
  readonly name: string;
  readonly password: string;
  /** `admin`, or a role whose grants are in `grants`. `PUBLIC` is everybody's. */
  readonly roles?: readonly string[];
  /** Grants of a role of the user's own, e.g. `DATABASE MANAGEMENT ON DBMS`. */
  readonly grants?: readonly string[];
  /** Both sides when left out. */
  readonly sides?: readonly SimSide[];
  readonly passwordExpired?: boolean;
}

export type GraphStart = 'replicating' | 'none' | 'creating' | 'promoted';
export type Edition = 'enterprise' | 'community';
export type CypherVersion = '5' | '25';

export interface Topology {
  readonly primaries: number;
  readonly secondaries: number;
}

export interface GraphWorldOptions {
  /** Like `2026.07.1`. What it offers follows from it. */
  readonly version: string | Readonly<Record<SimSide, string>>;
  readonly clock?: Clock;
  readonly pace?: Partial<GraphPace>;
  /** Of the application, on the primary. */
  readonly database?: string;
  /** Of its replica on the standby; the same name when left out. */
  readonly replica?: string;
  readonly start?: GraphStart;
  /** How many servers each side has. */
  readonly servers?: Readonly<Record<SimSide, number>>;
  readonly topology?: Topology;
  readonly users?: readonly SimUser[];
  /** The user that `GraphWorld.primary` and `.standby` hand out. */
  readonly operator?: string;
  readonly names?: Readonly<Record<SimSide, string>>;
  readonly edition?: Partial<Readonly<Record<SimSide, Edition>>>;
  /** Language of a statement that names none. By the version when left out. */
  readonly cypher?: CypherVersion;
  readonly tls?: boolean;
  /** How the server answers the handshake of a client that offers both. */
  readonly handshake?: 'manifest' | 'legacy';
  /** Transactions that clients commit per second on every database of the application that lets them. */
  readonly writesPerSecond?: number;
  /** Id of the first transaction of the application's database; ids can outgrow what a JavaScript number holds. */
  readonly firstTx?: bigint;
  /** Not documented: whether SHOW PROCEDURES lists what is internal. It does not when left out. */
  readonly listsInternal?: boolean;
  /** Not documented: whether a creation that failed leaves a row behind. */
  readonly failedCreateLeavesRow?: boolean;
}

/** One accepted statement that changes something, recorded when it took effect. */
export interface Effect {
  readonly seq: number;
  /** World time, ms. */
  readonly at: number;
  readonly side: SimSide;
  readonly cluster: string;
  readonly server: string;
  readonly kind: string;
  readonly statement: string;
  readonly parameters: Readonly<Record<string, Cell>>;
  /** False when the server accepted it as a no-op. */
  readonly changed: boolean;
  /** From the transaction's metadata. */
  readonly tag: string;
  /** From `replops/<run>/<fence>`; null when the tag has another form. */
  readonly fence: number | null;
  readonly user: string;
  readonly session: string;
  readonly database: string | null;
}

/** Everything that arrived, reads too. `open`: still under way; `lost`: the client never got an answer. */
export interface SeenStatement {
  readonly at: number;
  readonly side: SimSide;
  readonly server: string;
  readonly session: string;
  readonly tag: string;
  readonly statement: string;
  readonly parameters: Readonly<Record<string, Cell>>;
  /** The database that the session asked for; null: the user's home. */
  readonly database: string | null;
  readonly mode: 'read' | 'write';
  readonly outcome: 'open' | 'answered' | 'refused' | 'lost';
  readonly code: string | null;
}

export interface WritableInterval {
  readonly side: SimSide;
  readonly from: number;
  /** null: it still is. */
  readonly to: number | null;
}

export interface Loss {
  /** The side that was promoted. */
  readonly side: SimSide;
  /** Newest transaction that the promoted database had of its upstream. */
  readonly reached: number;
  /** Newest transaction that the upstream ever took. */
  readonly written: number;
  readonly transactions: number;
}

export interface GraphTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

export interface WorldControl {
  advance(ms: number): void;
  /** Transactions per second from now on. */
  writes(perSecond: number): void;
  /** A client's write transaction on the side's writer, which commits after `ms`, whatever the access mode is by then. */
  straggle(side: SimSide, ms: number): void;
  /** Clients commit once on every database of theirs that takes writes. Returns how to ask, in words, what of it is gone by then. */
  commit(): () => readonly string[];
  /** What the side offers of replicas, whatever its version says, from now on. */
  offer(side: SimSide, surface: 'preview' | 'general'): void;
  /** All servers of the side run another version from now on. */
  upgrade(side: SimSide, version: string): void;
}

export interface GraphServer {
  readonly id: string;
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** Cluster endpoint: what a replica on the other side lists as an address. */
  readonly replication: string;
}

export interface GraphWorldSide {
  readonly cluster: string;
  readonly servers: readonly GraphServer[];
  readonly uri: string;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** PEM of the authority that signed the servers' certificate; null without TLS. */
  readonly ca: string | null;
}

export interface CopyTruth {
  readonly server: string;
  readonly role: 'primary' | 'secondary';
  readonly status: string;
  readonly message: string;
  readonly writer: boolean;
  /** Newest transaction that it holds. */
  readonly tx: number;
}

/** The truth about one database, for assertions. */
export interface DatabaseTruth {
  readonly name: string;
  readonly type: 'standard' | 'replica' | 'system';
  readonly access: 'read-write' | 'read-only';
  readonly requested: 'online' | 'offline';
  readonly writable: boolean;
  readonly tx: number;
  readonly copies: readonly CopyTruth[];
}

export interface TransactionTruth {
  readonly id: string;
  readonly database: string;
  readonly user: string;
  readonly query: string;
}

export interface GraphWorld {
  readonly primary: GraphWorldSide;
  readonly standby: GraphWorldSide;
  /** World time, ms since the epoch. */
  now(): number;
  effects(): readonly Effect[];
  statements(): readonly SeenStatement[];
  writable(): Readonly<Record<SimSide, boolean>>;
  writableHistory(): readonly WritableInterval[];
  /** Spans in which both sides took writes of the application. */
  splitBrain(): readonly { readonly from: number; readonly to: number | null }[];
  /** What the latest promotion left behind; null before one. */
  lost(): Loss | null;
  database(side: SimSide, name?: string): DatabaseTruth | null;
  databases(side: SimSide): readonly string[];
  transactions(side: SimSide): readonly TransactionTruth[];
  /** What both clusters hold, serve, follow, are set to and know of users. Equal for equal states, whatever applications write. */
  truth(): JsonObject;
  readonly faults: Faults;
  control(): WorldControl;
  close(): Promise<void>;
}
