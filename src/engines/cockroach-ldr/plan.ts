import type { Operation } from '../../domain/operation.ts';
import { isRefusal, type Refusal, refuse } from '../../domain/refusal.ts';
import type { Draft, Outline } from '../frame/drafts.ts';
import { plannerOf } from '../frame/planner.ts';
import { blindRefusal, blindWarnings } from './blind.ts';
import type { LdrLink } from './config.ts';
import { type LdrDetail, ldrDetail } from './detail.ts';
import { lateRefusal, lateWarnings } from './late.ts';
import { declined } from './operations.ts';
import { planAlter } from './plans/alter.ts';
import { planFailover } from './plans/failover.ts';
import { planPause, planReconnect, planResume, planTeardown } from './plans/jobs.ts';
import { planFailback, planSwitchover } from './plans/move.ts';
import { planRebuild } from './plans/refill.ts';
import { planSetup } from './plans/setup.ts';
import { planVerify } from './plans/verify.ts';
import { toldOfOthers, widerRefusal } from './wider.ts';

/** Plans an operation on what was seen, or says why not. Pure. */
export const planLdr = plannerOf('cockroach-ldr', ldrDetail, (operation, link: LdrLink, detail) => {
  const { kind } = operation;
  const planned = blindRefusal(kind, link, detail) ?? outlineOf(operation, link, detail);
  if (isRefusal(planned)) return planned;
  const outline = toldOfOthers(kind, link, detail, planned);
  const warnings = [...blindWarnings(link, detail), ...lateWarnings(link, detail), ...outline.warnings];
  const refusal = widerRefusal(kind, link, detail, outline.steps) ?? lateRefusal(kind, link, detail, outline.steps);
  return refusal ?? { ...outline, steps: withOneReturn(outline.steps), warnings };
});

function outlineOf(operation: Operation, link: LdrLink, detail: LdrDetail): Outline | Refusal {
  switch (operation.kind) {
    case 'setup':
      return planSetup(operation, link, detail);
    case 'switchover':
      return planSwitchover(operation, link, detail);
    case 'failover':
      return planFailover(operation, link, detail);
    case 'failback':
      return planFailback(link, detail);
    case 'rebuild':
      return planRebuild(link, detail);
    case 'pause':
      return planPause(link, detail);
    case 'resume':
      return planResume(link, detail);
    case 'reconnect':
      return planReconnect(link, detail);
    case 'verify':
      return planVerify(link, detail);
    case 'alter':
      return planAlter(link, detail);
    case 'teardown':
      return planTeardown(link, detail);
    default: {
      const { why, next } = declined[operation.kind];
      return refuse('not-supported', `${why} So there is no ${operation.kind} of ${link.id}.`, next);
    }
  }
}

/** After the first step without return nothing is left to go back to: the line is drawn there, and once. */
const withOneReturn = (steps: readonly Draft[]): readonly Draft[] => {
  const first = steps.findIndex(({ pointOfNoReturn }) => pointOfNoReturn);
  return steps.map((step, index) => (step.pointOfNoReturn && index !== first ? { ...step, pointOfNoReturn: false } : step));
};
