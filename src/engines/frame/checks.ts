import type { OperationName } from '../../domain/operation.ts';
import type { Check, Plan } from '../../domain/plan.ts';
import { isRefusal, type Refusal } from '../../domain/refusal.ts';

export const passed = (name: string, seen: string): Check => ({ name, outcome: 'passed', seen, next: null });
export const warned = (name: string, seen: string, next: string): Check => ({ name, outcome: 'warned', seen, next });
export const failed = (name: string, seen: string, next: string): Check => ({ name, outcome: 'failed', seen, next });

/** Whether the operation can be planned. Every warning of the plan is a check of its own, so that none is hidden behind another. */
export function planChecks(operation: OperationName, plan: Plan | Refusal, headline: string): readonly Check[] {
  const name = `${operation === 'alter' || operation === 'upgrade' ? 'an' : 'a'} ${operation} can be planned`;
  if (isRefusal(plan)) return [failed(name, plan.sentence, plan.next)];
  const warnings = plan.warnings.map((warning, index) => warned(`${name}: warning ${index + 1}`, warning, 'Read it before you go on.'));
  return [passed(name, headline), ...warnings];
}
