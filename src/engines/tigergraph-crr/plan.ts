import { fingerprintOf, type Observation } from '../../domain/observation.ts';
import type { Operation } from '../../domain/operation.ts';
import type { Plan } from '../../domain/plan.ts';
import { isRefusal, type Refusal, refuse } from '../../domain/refusal.ts';
import type { CrrLink } from './config.ts';
import { type CrrDetail, crrDetail } from './detail.ts';
import { numbered, type Outline } from './drafts.ts';
import { planBackup } from './plan-backup.ts';
import { planFence, planPause, planResume, planTeardown } from './plan-end.ts';
import { planFailover, planSwitchover } from './plan-promote.ts';
import { planRestore } from './plan-restore.ts';
import { planFailback, planRebuild, planSetup } from './plan-seed.ts';
import { planUpgrade } from './plan-upgrade.ts';

/** Plans an operation on what was seen, or says why not. Pure: equal arguments give an equal plan. */
export function planCrr(operation: Operation, link: CrrLink, seen: Observation): Plan | Refusal {
  const detail = crrDetail.safeParse(seen.detail);
  if (!detail.success) {
    return refuse(
      'stale-plan',
      `The observation of ${link.id} was made by another version of the bot and can't be planned on.`,
      'Ask again; the clusters are then looked at anew.',
    );
  }
  const outline = outlineOf(operation, link, detail.data, seen.observedAt);
  if (isRefusal(outline)) return outline;
  const { steps, ...rest } = outline;
  const facts = seen.facts.filter((fact) => fact.binding);
  return {
    kind: 'plan',
    link: link.id,
    engine: 'tigergraph-crr',
    operation,
    ...rest,
    steps: numbered(steps),
    fingerprint: fingerprintOf(facts),
    facts,
  };
}

/** A first copy is all that this engine can begin with. */
const copyOnly = ({ id }: CrrLink): Refusal =>
  refuse(
    'bad-input',
    `Replication of ${id} begins with a copy: TigerGraph can't let it go on from a time.`,
    `Ask for /repl setup ${id} without --from.`,
  );

function outlineOf(operation: Operation, link: CrrLink, detail: CrrDetail, now: number): Outline | Refusal {
  switch (operation.kind) {
    case 'setup':
      return operation.from === undefined ? planSetup(link, detail) : copyOnly(link);
    case 'switchover':
      return planSwitchover(operation, link, detail);
    case 'failover':
      return planFailover(operation, link, detail);
    case 'failback':
      return planFailback(link, detail);
    case 'rebuild':
      return planRebuild(link, detail);
    case 'fence':
      return planFence(link, detail);
    case 'pause':
      return planPause(link, detail);
    case 'resume':
      return planResume(link, detail);
    case 'backup':
      return planBackup(operation, link, detail);
    case 'restore':
      return planRestore(operation, link, detail, now);
    case 'upgrade':
      return planUpgrade(operation, link, detail);
    case 'teardown':
      return planTeardown(link, detail);
    default:
      return refuse(
        'not-supported',
        `Link ${link.id} is run by tigergraph-crr, which has no ${operation.kind}.`,
        'Ask for `help` to see what there is.',
      );
  }
}
