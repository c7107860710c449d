import type { SimSide } from './contract.ts';
import type { WireTable } from './values/sql-types.ts';

export type FaultAct =
  | { readonly kind: 'drop-before' }
  | { readonly kind: 'drop-after' }
  | { readonly kind: 'hang'; readonly ms?: number; readonly when?: 'before' | 'after'; readonly lingers?: boolean }
  | { readonly kind: 'slow'; readonly ms: number }
  | { readonly kind: 'refuse'; readonly sqlState: string; readonly message: string; readonly hint?: string }
  | { readonly kind: 'rewrite'; rewrite(result: WireTable): WireTable };

export interface FaultRule {
  readonly side?: SimSide;
  /** On the statement's text. */
  readonly match?: RegExp;
  /** On the session's application_name. */
  readonly tag?: RegExp;
  /** How often it strikes; 1 when left out. */
  readonly times?: number;
  /** How many matching statements pass first. */
  readonly skip?: number;
  readonly act: FaultAct;
}

export interface FaultHandle {
  hits(): number;
  remove(): void;
}

/** `dead`: gone with its clients. `unreachable`: only we can't reach it. `silent`: it accepts connections and never answers. */
export type Outage = 'dead' | 'unreachable' | 'silent';

export interface Faults {
  add(rule: FaultRule): FaultHandle;
  /** Forgets all rules; what hangs goes on hanging. */
  clear(): void;
  down(side: SimSide, outage?: Outage): Promise<void>;
  up(side: SimSide): Promise<void>;
  /** Between the clusters. */
  link(state: 'up' | 'down'): void;
  revertStuck(side: SimSide, on: boolean): void;
  catchUpStuck(side: SimSide, on: boolean): void;
  /** A reader that comes up by itself is listed as started and never answers; a stop and a start of its service help. */
  readerStuck(side: SimSide, on: boolean): void;
  /** The side's fingerprints no longer match. */
  corrupt(side: SimSide, on: boolean): void;
}
