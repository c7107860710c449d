import { fingerprintOf, type Observation } from '../../domain/observation.ts';
import type { Operation } from '../../domain/operation.ts';
import type { Plan } from '../../domain/plan.ts';
import { isRefusal, type Refusal, refuse } from '../../domain/refusal.ts';
import type { CcdrLink } from './config.ts';
import { type CcdrDetail, ccdrDetail } from './detail.ts';
import { numbered, type Outline } from './drafts.ts';
import { planFailback } from './plan-failback.ts';
import { planFailover } from './plan-failover.ts';
import { planFence } from './plan-fence.ts';
import { planRebuild } from './plan-rebuild.ts';
import { planSetup } from './plan-setup.ts';
import { planSwitchover } from './plan-switchover.ts';
import { planTeardown } from './plan-teardown.ts';
import { planVerify } from './plan-verify.ts';

/** Plans an operation on what was seen, or says why not. Pure: equal arguments give an equal plan. */
export function planCcdr(operation: Operation, link: CcdrLink, seen: Observation): Plan | Refusal {
  const detail = ccdrDetail.safeParse(seen.detail);
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
    engine: 'neo4j-ccdr',
    operation,
    ...rest,
    steps: numbered(steps),
    fingerprint: fingerprintOf(facts),
    facts,
  };
}

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
      return planFence(link, detail);
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
