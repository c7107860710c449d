import type { JsonObject } from '../../../domain/json.ts';
import type { SimSide, SqlWorld, SqlWorldOptions } from '../contract.ts';
import type { FunctionShape } from './state/model.ts';
import type { TableSpec } from './state/table.ts';

export type LdrStart = 'replicating' | 'scanning' | 'paused' | 'none';

/** What a world with logical data replication has instead of a physical stream. */
export interface LdrSetup {
  /** `shop.public.orders` and `shop.public.items` when left out. */
  readonly tables?: readonly TableSpec[];
  readonly enums?: readonly { readonly name: string; readonly values: readonly string[]; readonly sides?: readonly SimSide[] }[];
  /** Functions that people made; `name` is `db.schema.function`. On both sides when `sides` is left out. */
  readonly functions?: readonly {
    readonly name: string;
    readonly overloads: readonly FunctionShape[];
    readonly sides?: readonly SimSide[];
  }[];
  readonly start?: LdrStart;
  /** `unidirectional`: the standby follows the primary. */
  readonly direction?: 'unidirectional' | 'bidirectional';
  /** Name of the external connection on each side that leads to the other. */
  readonly connections?: Readonly<Record<SimSide, string>>;
  /** Where the tables are: `main` on virtualized clusters. */
  readonly interface?: 'system' | 'main';
  /** Owner of databases and tables; the operator when left out. */
  readonly owner?: string;
  /** What a job does when its source has been away for `pace.giveUpMs`. */
  readonly onOutage?: 'pause' | 'retry';
}

export interface LdrWorldOptions extends Omit<SqlWorldOptions, 'start' | 'externalConnections' | 'virtualized' | 'ldr'>, LdrSetup {}

/** The truth about one stream into a side. */
export interface LdrJobTruth {
  readonly id: string;
  readonly status: string;
  readonly runningStatus: string | null;
  readonly tables: readonly string[];
  /** ms; null before the initial scan has ended. */
  readonly replicatedTime: number | null;
  readonly parent: string | null;
  readonly scanning: boolean;
  readonly producer: { readonly id: string; readonly status: string };
}

export interface TableTruth {
  readonly name: string;
  readonly rows: number;
  readonly fingerprint: string;
  /** A scan is still making it. */
  readonly offline: boolean;
  /** Schema changes are refused. */
  readonly locked: boolean;
  /** Entries in its dead letter queue. */
  readonly dlq: number;
}

/** Clients and mishaps. Tables are named `db.schema.table`. */
export interface LdrControl {
  /** Clients write rows at once. */
  write(side: SimSide, table: string, rows: number): void;
  /** Clients write rows over that are there, at once: in a column, the first one that is no key when it is left out. */
  update(side: SimSide, table: string, rows: number, column?: string): void;
  /**
   * Clients insert a row into every table that takes writes, on both sides, and write one over that was there. Returns how to ask what of
   * it is gone since from the side where it was written.
   */
  writeAll(): () => readonly string[];
  /** Rows per second that clients write from now on while the side is alive. */
  rate(side: SimSide, table: string, perSecond: number): void;
  /** Rows that come into the table and can't be applied: they are missing at once and queued after a minute of retries. */
  conflict(side: SimSide, table: string, rows: number, reason?: string): void;
  /** Something in the table differs from what was written, or no longer does. */
  differ(side: SimSide, table: string, on: boolean): void;
  /** A job runs into an error and pauses itself. */
  fail(side: SimSide, jobId: string, error: string): void;
  /** A change of schema writes every row of a table anew: none keeps the time at which it was written, or its origin. */
  rewrite(side: SimSide, table: string): void;
  /**
   * A person changes a table by hand. Throws what the server says while a job uses the table, whatever the change is, unless it is
   * forced: then it is made past every lock.
   */
  change(side: SimSide, table: string, patch: Partial<Omit<TableSpec, 'name' | 'rows' | 'sides'>>, how?: { readonly force: boolean }): void;
}

export interface LdrTruth {
  readonly ldr: LdrControl;
  /** What both clusters hold, run, are set to and know of users: equal for equal states. What the clock alone moves on is left out. */
  holdings(): JsonObject;
  /** Streams into the side, oldest first. */
  ldrJobs(side: SimSide): readonly LdrJobTruth[];
  tables(side: SimSide): readonly TableTruth[];
}

export type LdrWorld = SqlWorld & LdrTruth;
