import type { Observation } from '../../domain/observation.ts';
import { fingerprintOf } from '../../domain/observation.ts';
import type { Operation } from '../../domain/operation.ts';
import type { Plan } from '../../domain/plan.ts';
import { isRefusal, type Refusal, refuse } from '../../domain/refusal.ts';
import { type Draft, numbered, type Outline } from '../cockroach/drafts.ts';
import type { LdrLink } from './config.ts';
import { type LdrDetail, ldrDetail } from './detail.ts';
import { declined } from './operations.ts';
import { planAlter } from './plan-alter.ts';
import { planFailover } from './plan-failover.ts';
import { planPause, planReconnect, planResume, planTeardown } from './plan-jobs.ts';
import { planFailback, planSwitchover } from './plan-move.ts';
import { planRebuild } from './plan-refill.ts';
import { planSetup } from './plan-setup.ts';
import { planVerify } from './plan-verify.ts';

/** Plans an operation on what was seen, or says why not. Pure: equal arguments give an equal plan. */
export function planLdr(operation: Operation, link: LdrLink, seen: Observation): Plan | Refusal {
  const detail = ldrDetail.safeParse(seen.detail);
  if (!detail.success) {
    return refuse(
      'stale-plan',
      `The observation of ${link.id} was made by another version of the bot and can't be planned on.`,
      'Ask again; the databases are then looked at anew.',
    );
  }
  const outline = outlineOf(operation, link, detail.data);
  if (isRefusal(outline)) return outline;
  const { steps, ...rest } = outline;
  const facts = seen.facts.filter((fact) => fact.binding);
  return {
    kind: 'plan',
    link: link.id,
    engine: 'cockroach-ldr',
    operation,
    ...rest,
    steps: numbered(withOneReturn(steps)),
    fingerprint: fingerprintOf(facts),
    facts,
  };
}

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
