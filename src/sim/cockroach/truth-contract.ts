import type { SimSide } from './contract.ts';
import type { SimVersion } from './grammar/dialect.ts';

/** Everything that arrived, reads too. `open`: still under way; `lost`: the client never got an answer. */
export interface SeenStatement {
  readonly at: number;
  readonly side: SimSide;
  /** Version of the side's binaries at that moment. */
  readonly version: SimVersion;
  /** The virtual cluster that the session is on. */
  readonly virtualCluster: string;
  readonly session: string;
  readonly tag: string;
  readonly statement: string;
  readonly outcome: 'open' | 'answered' | 'refused' | 'lost';
  readonly sqlState: string | null;
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
  /** World time that the promoted side was brought to, ms. */
  readonly activation: number;
  /** From the activation time to the last write that the other side took. */
  readonly ms: number;
  readonly rows: number;
}

/** The truth about one virtual cluster, for assertions. Times in ms. */
export interface VcTruth {
  readonly id: number;
  readonly name: string;
  readonly dataState: string;
  readonly serviceMode: string;
  readonly status: string;
  readonly replicatedTime: number | null;
  readonly failoverTime: string | null;
}

export interface JobTruth {
  readonly id: string;
  readonly type: string;
  readonly status: string;
  readonly runningStatus: string | null;
}

export interface SessionTruth {
  readonly id: string;
  readonly applicationName: string;
  readonly user: string;
  readonly virtualCluster: string;
  readonly activeQuery: string | null;
}
