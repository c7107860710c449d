import type { FaultHandle, Outage, StrikeRule, WireAct } from '../faults/strikes.ts';
import type { GraphTable, SimSide } from './contract.ts';

export type FaultAct =
  | WireAct
  /** `after`: it is refused although it has happened. */
  | {
      readonly kind: 'refuse';
      readonly code: string;
      readonly gqlStatus: string;
      readonly message: string;
      readonly when?: 'before' | 'after';
    }
  | { readonly kind: 'rewrite'; rewrite(result: GraphTable): GraphTable };

/** `tag` is matched against the tag of a transaction. */
export interface FaultRule extends StrikeRule<FaultAct> {
  readonly side?: SimSide;
  /** Name of a server. */
  readonly server?: string;
}

export interface Faults {
  add(rule: FaultRule): FaultHandle;
  /** Forgets all rules; what hangs goes on hanging. */
  clear(): void;
  down(side: SimSide, outage?: Outage): Promise<void>;
  up(side: SimSide): Promise<void>;
  serverDown(side: SimSide, server: string): Promise<void>;
  serverUp(side: SimSide, server: string): Promise<void>;
  /** This server leads `system` from now on, and takes the writes of every database of which it holds a primary. */
  lead(side: SimSide, server: string): void;
  /** Between the clusters. */
  link(state: 'up' | 'down'): void;
  /** No writer is elected while it is on. */
  electionStuck(side: SimSide, on: boolean): void;
  /** Stores are not copied while it is on. */
  copyStuck(side: SimSide, on: boolean): void;
  /** Replicas apply nothing while it is on. */
  catchUpStuck(side: SimSide, on: boolean): void;
  /** What the side's databases hold no longer is what they were sent. */
  corrupt(side: SimSide, on: boolean): void;
  /** One server's copies no longer follow what was requested. */
  reconcilerFails(side: SimSide, server: string, on: boolean): void;
  /** The store of one copy is broken, or whole again. */
  dirty(side: SimSide, server: string, database: string, on: boolean): void;
}
