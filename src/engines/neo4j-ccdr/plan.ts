import type { Operation } from '../../domain/operation.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';
import type { Outline } from '../frame/drafts.ts';
import { plannerOf } from '../frame/planner.ts';
import type { CcdrLink } from './config.ts';
import { type CcdrDetail, ccdrDetail } from './detail.ts';
import { planFailback } from './plans/failback.ts';
import { planFailover } from './plans/failover.ts';
import { planFence } from './plans/fence.ts';
import { planRebuild } from './plans/rebuild.ts';
import { planSetup } from './plans/setup.ts';
import { planSwitchover } from './plans/switchover.ts';
import { planTeardown } from './plans/teardown.ts';
import { planVerify } from './plans/verify.ts';

/** Plans an operation on what was seen, or says why not. Pure. */
export const planCcdr = plannerOf('neo4j-ccdr', ccdrDetail, outlineOf);

/** A first copy is all that this engine can begin with. */
const copyOnly = ({ id }: CcdrLink): Refusal =>
  refuse(
    'bad-input',
    `Replication of ${id} begins with a copy: Neo4j can't let it go on from a time.`,
    `Ask for /repl setup ${id} without --from.`,
  );

function outlineOf(operation: Operation, link: CcdrLink, detail: CcdrDetail): Outline | Refusal {
  switch (operation.kind) {
    case 'setup':
      return operation.from === undefined ? planSetup(link, detail) : copyOnly(link);
    case 'switchover':
      return planSwitchover(operation, link, detail);
    case 'failover':
      return planFailover(operation, link, detail);
    case 'failback':
      return planFailback(link, detail);
    case 'fence':
      return planFence(operation, link, detail);
    case 'rebuild':
      return planRebuild(link, detail);
    case 'teardown':
      return planTeardown(link, detail);
    case 'verify':
      return planVerify(link, detail);
    default:
      return refuse(
        'not-supported',
        `Neo4j has no ${operation.kind} of replicas, so there is none of ${link.id}.`,
        `/repl help ${operation.kind} tells what does instead.`,
      );
  }
}
