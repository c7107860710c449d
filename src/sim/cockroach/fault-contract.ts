import type { FaultHandle, Outage, StrikeRule, WireAct } from '../faults/strikes.ts';
import type { SimSide } from './contract.ts';
import type { WireTable } from './values/sql-types.ts';

export type FaultAct =
  | WireAct
  | { readonly kind: 'refuse'; readonly sqlState: string; readonly message: string; readonly hint?: string }
  | { readonly kind: 'rewrite'; rewrite(result: WireTable): WireTable };

/** `tag` is matched against the application_name of a session. */
export interface FaultRule extends StrikeRule<FaultAct> {
  readonly side?: SimSide;
}

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
