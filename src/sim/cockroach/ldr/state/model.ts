import type { SimSide } from '../../contract.ts';
import type { Frontier, Us, Work } from '../../state/model.ts';
import type { Content } from './content.ts';
import type { Epoch, SimTable } from './table.ts';

export interface LdrPair {
  readonly source: SimTable;
  readonly destination: SimTable;
  /** What the source held when the job began: rows that clients write after it was emptied are other rows. */
  readonly from: Epoch;
  /** What the initial scan copies; empty for a job with a cursor. */
  readonly snapshot: Content;
}

/** What starts by itself on the other cluster when the scan of a bidirectional job has ended. */
export interface Reverse {
  /** Where the way back leads, as its statement spells it. */
  readonly uri: string;
  readonly command: string;
  /** The user of the source URI: the other cluster's statement runs as it. */
  readonly user: string;
}

/** A stream of rows into some tables of one cluster; its job's status is in the cluster's list of jobs. */
export interface LdrJob {
  readonly jobId: string;
  readonly side: SimSide;
  readonly vcId: number;
  readonly sourceSide: SimSide;
  readonly producerId: string;
  readonly pairs: readonly LdrPair[];
  /** As its statement spells it: mostly the name of a connection, which may lead elsewhere by now. */
  readonly uri: string;
  readonly command: string;
  readonly conflict: 'LWW' | 'DLQ' | 'UDF';
  readonly startUs: Us;
  /** Where the frontier begins: its start, or the cursor. */
  readonly beginsAtUs: Us;
  readonly cursor: boolean;
  /** It made its tables. */
  readonly creates: boolean;
  readonly parent: string | null;
  reverse: Reverse | null;
  /** null once the initial scan has ended. */
  scan: Work | null;
  frontier: Frontier | null;
  /** The frontier as it was from when on. */
  readonly path: { readonly fromUs: Us; readonly frontier: Frontier }[];
  silentSinceUs: Us | null;
  blockedSinceUs: Us | null;
}

interface DlqRow {
  readonly id: bigint;
  readonly jobId: string;
  readonly atUs: Us;
  readonly reason: string;
  readonly mutation: 'insert' | 'update' | 'delete';
  readonly row: string;
}

/** A dead letter queue; it outlives its job and its table. */
export interface DlqTable {
  readonly side: SimSide;
  readonly vcId: number;
  readonly tableId: number;
  readonly database: string;
  readonly name: string;
  readonly rows: DlqRow[];
}

interface SimEnum {
  readonly side: SimSide;
  readonly vcId: number;
  readonly database: string;
  readonly schema: string;
  readonly name: string;
  readonly values: readonly string[];
}

/** A function that people made, with one entry for each list of arguments that it has. */
export interface SimFunction {
  readonly side: SimSide;
  readonly vcId: number;
  readonly database: string;
  readonly schema: string;
  readonly name: string;
  readonly overloads: readonly FunctionShape[];
}

export interface FunctionShape {
  /** As SHOW FUNCTIONS prints them: `text`, `numeric`, or the name of a table for its rows. */
  readonly arguments: readonly string[];
  readonly returns: string;
}

export interface SimDatabase {
  readonly side: SimSide;
  readonly vcId: number;
  readonly name: string;
  readonly owner: string;
  readonly grants: Map<string, Set<string>>;
}

/** A row that is being retried and will go into the dead letter queue. */
interface Conflict {
  readonly job: LdrJob;
  readonly table: SimTable;
  readonly atUs: Us;
  readonly rows: number;
  readonly reason: string;
}

/** Tables, and what flows between them, on both clusters. */
export interface LdrState {
  readonly databases: SimDatabase[];
  readonly tables: SimTable[];
  readonly enums: SimEnum[];
  readonly functions: SimFunction[];
  readonly jobs: LdrJob[];
  readonly dlqs: DlqTable[];
  readonly conflicts: Conflict[];
  /** What a job does when its source has been away for long. */
  onOutage: 'pause' | 'retry';
  nextTableId: number;
  nextRowId: bigint;
}

export const emptyLdr = (): LdrState => ({
  databases: [],
  tables: [],
  enums: [],
  functions: [],
  jobs: [],
  dlqs: [],
  conflicts: [],
  onOutage: 'pause',
  nextTableId: 104,
  nextRowId: 1_061_223_104_857_309_185n,
});
