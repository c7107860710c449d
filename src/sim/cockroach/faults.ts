import { createStrikes, type FaultHandle } from '../faults/strikes.ts';
import type { SimSide } from './contract.ts';
import type { FaultAct, FaultRule } from './fault-contract.ts';

/** Rules that statements run into. */
export interface FaultRules {
  add(rule: FaultRule): FaultHandle;
  clear(): void;
  /** What happens to this statement; counts it against the first rule that matches. */
  strike(side: SimSide, statement: string, tag: string): FaultAct | null;
}

export function createFaultRules(): FaultRules {
  const { add, clear, strike } = createStrikes<FaultAct, FaultRule>();
  return { add, clear, strike: (side, statement, tag) => strike(statement, tag, (rule) => (rule.side ?? side) === side) };
}
