import type { GraphTable, SimSide } from './contract.ts';

export type FaultAct =
  | { readonly kind: 'drop-before' }
  | { readonly kind: 'drop-after' }
  | { readonly kind: 'hang'; readonly ms?: number; readonly when?: 'before' | 'after'; readonly lingers?: boolean }
  | { readonly kind: 'slow'; readonly ms: number }
  /** `after`: it is refused although it has happened. */
  | {
      readonly kind: 'refuse';
      readonly code: string;
      readonly gqlStatus: string;
      readonly message: string;
      readonly when?: 'before' | 'after';
    }
  | { readonly kind: 'rewrite'; rewrite(result: GraphTable): GraphTable };

export interface FaultRule {
  readonly side?: SimSide;
  /** Name of a server. */
  readonly server?: string;
  /** On the statement's text. */
  readonly match?: RegExp;
  /** On the transaction's tag. */
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
