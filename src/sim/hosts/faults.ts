import { createStrikes } from '../faults/strikes.ts';
import type { HostFaultAct, HostFaultHandle, HostFaultRule } from './contract.ts';

/** Rules that commands run into. */
export interface HostFaultRules {
  add(rule: HostFaultRule): HostFaultHandle;
  clear(): void;
  /** What happens to this command; counts it against the first rule that matches. A denial is asked for by itself, before the others. */
  strike(command: string, tag: string, only?: 'deny'): HostFaultAct | null;
}

export function createHostFaultRules(): HostFaultRules {
  const { add, clear, strike } = createStrikes<HostFaultAct, HostFaultRule>();
  return {
    add,
    clear,
    strike: (command, tag, only) => strike(command, tag, ({ act }) => (act.kind === 'deny') === (only === 'deny')),
  };
}
