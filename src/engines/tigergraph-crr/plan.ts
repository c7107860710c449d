import type { Operation } from '../../domain/operation.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';
import type { Outline } from '../frame/drafts.ts';
import { plannerOf } from '../frame/planner.ts';
import type { CrrLink } from './config.ts';
import { type CrrDetail, crrDetail } from './detail.ts';
import { planBackup } from './plans/backup.ts';
import { planFence, planPause, planTeardown } from './plans/end.ts';
import { planFailover, planSwitchover } from './plans/promote.ts';
import { planRestore } from './plans/restore.ts';
import { planResume } from './plans/resume.ts';
import { planFailback, planRebuild, planSetup } from './plans/seed.ts';
import { planUpgrade } from './plans/upgrade.ts';

/** Plans an operation on what was seen, or says why not. Pure. */
export const planCrr = plannerOf('tigergraph-crr', crrDetail, outlineOf);

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
      return planFence(operation, link, detail);
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
