import { otherSide, type Side } from '../../domain/observation.ts';
import type { Operation, OperationName } from '../../domain/operation.ts';
import type { Check, Plan } from '../../domain/plan.ts';
import { isRefusal, type Refusal } from '../../domain/refusal.ts';
import type { SqlConnect } from '../../transports/sql.ts';
import { problemOf } from '../cockroach/deaf.ts';
import { isAtLeast } from '../cockroach/version.ts';
import type { EngineIo } from '../engine.ts';
import { failed, passed, planChecks, warned } from '../frame/checks.ts';
import { kinds } from './acts.ts';
import type { LdrLink, LdrSettings } from './config.ts';
import type { LdrDetail, ReadSide } from './detail.ts';
import { feedChecksIn } from './feeds.ts';
import { readOf, wantedInto } from './flow.ts';
import { forPlan, observationOf, readDetail } from './observe.ts';
import { laggard } from './pair.ts';
import { planLdr } from './plan.ts';
import { accessChecks } from './preflights/access.ts';
import { controlChecks, renewalChecks } from './preflights/controls.ts';
import { compareHistoryChecks } from './preflights/history.ts';
import { startChecks } from './preflights/start.ts';

const sides = ['primary', 'standby'] as const satisfies readonly Side[];

/** Looks at everything that an operation will need. Changes nothing. */
export async function preflightLdr(connect: SqlConnect, operation: Operation, link: LdrLink, io: EngineIo): Promise<readonly Check[]> {
  const { settings } = link;
  const at = io.clock.now();
  const detail = await forPlan(connect, operation.kind, link, await readDetail(connect, settings, io), io);
  const seen = observationOf(link, detail, at);
  const plan = planLdr(operation, link, seen);
  const [control, access, renewal, start, history] = await Promise.all([
    controlChecks(connect, operation, settings, detail, io),
    accessChecks(connect, settings, detail, isRefusal(plan) ? [] : plan.steps, io),
    renewalChecks(connect, settings, renewedOn(plan), io),
    startChecks(connect, settings, detail, startsInto(operation.kind, settings, plan), io),
    readsThePast.includes(operation.kind) ? compareHistoryChecks(connect, settings, detail, io) : [],
  ]);
  return [
    ...planChecks(operation.kind, plan, seen.headline),
    ...sides.flatMap((side) => sideChecks(operation.kind, settings, detail, side)),
    ...versionPair(settings, detail),
    ...control,
    ...access,
    ...renewal,
    ...feedChecksIn(link, detail),
    ...start,
    ...history,
  ];
}

/** Operations that read tables as of a past time. */
const readsThePast: readonly OperationName[] = ['verify', 'switchover'];

/** Operations that can go on while one side is lost. */
const oneSided: readonly OperationName[] = ['failover', 'teardown', 'pause'];

/** Sides into which the operation starts replication: what the plan says, or, where there is none, what it would be about. */
function startsInto(kind: OperationName, settings: LdrSettings, plan: Plan | Refusal): readonly Side[] {
  if (isRefusal(plan)) return kind === 'setup' || kind === 'rebuild' ? wantedInto(settings) : [];
  const started = plan.steps.flatMap(({ kind: step, side }) =>
    side !== null && (step === kinds.createStream || step === kinds.createReplicated) ? [side] : [],
  );
  // One statement may start both directions.
  const both = started.length > 0 && settings.direction === 'bidirectional';
  return [...new Set([...started, ...(both ? started.map(otherSide) : [])])];
}

/** Sides on which the operation drops the connection to make it anew. */
const renewedOn = (plan: Plan | Refusal): readonly Side[] =>
  isRefusal(plan)
    ? []
    : plan.steps.flatMap(({ kind, side, params }) =>
        kind === kinds.dropConnection && side !== null && params['renewed'] === true ? [side] : [],
      );

function sideChecks(kind: OperationName, settings: LdrSettings, detail: LdrDetail, side: Side): readonly Check[] {
  const { cluster, tls } = settings[side];
  const read = readOf(detail, side);
  const open =
    tls.kind === 'disabled'
      ? [warned(`${cluster}: TLS`, `TLS to ${cluster} is turned off in the config.`, 'Turn it on, unless this is a test.')]
      : [];
  if (read === null) {
    const name = `${cluster}: reachable`;
    const seen = problemOf(cluster, detail[side]) ?? `${cluster} can't be asked.`;
    if (!oneSided.includes(kind)) return [...open, failed(name, seen, `Make ${cluster} reachable for the bot.`)];
    const next =
      kind === 'failover'
        ? `See that ${cluster} is lost indeed, and that no application writes there any more.`
        : `The ${kind} goes on without it; what ${cluster} has stays as it is.`;
    return [...open, warned(name, seen, next)];
  }
  return [
    ...open,
    passed(`${cluster}: reachable`, `${cluster} answers on its virtual cluster ${settings.interface}.`),
    versionCheck(kind, cluster, read),
  ];
}

/** What may have to start a replication. */
const starting: readonly OperationName[] = ['setup', 'rebuild', 'failback', 'alter'];

function versionCheck(kind: OperationName, cluster: string, { release, activeVersion }: ReadSide): Check {
  const name = `${cluster}: version`;
  const seen = `${cluster} runs ${release.text}, active version ${activeVersion}.`;
  if (!isAtLeast(release, 24, 3)) return failed(name, seen, 'Logical data replication needs v24.3 or newer.');
  // New binaries go by the former release until the upgrade is finalized; while that is under way, more words stand there.
  if (activeVersion === `${release.year}.${release.number}`) {
    return isAtLeast(release, 25, 2)
      ? passed(name, seen)
      : warned(name, `${seen} Logical data replication is a preview there.`, 'Upgrade to v25.2 or newer for production.');
  }
  const unfinished = `${seen} The upgrade is not finalized.`;
  // Up to a finalized 25.1 the server refuses to start a stream. What runs goes on.
  return activeVersion.startsWith('24.') && starting.includes(kind)
    ? failed(name, unfinished, 'Finalize the upgrade first.')
    : warned(name, unfinished, 'Finalize the upgrade once nothing speaks against the new release.');
}

function versionPair(settings: LdrSettings, detail: LdrDetail): readonly Check[] {
  const [primary, standby] = [readOf(detail, 'primary'), readOf(detail, 'standby')];
  if (primary === null || standby === null) return [];
  const name = 'versions of both sides';
  const seen = `${settings.primary.cluster} runs ${primary.release.text}, ${settings.standby.cluster} runs ${standby.release.text}.`;
  const late = laggard({ primary, standby });
  if (late !== null) {
    const next = `Upgrade ${settings[late].cluster} and finalize that: nothing can be started anew before both sides are finalized on v25.1 or newer.`;
    return [warned(name, seen, next)];
  }
  const same = primary.release.year === standby.release.year && primary.release.number === standby.release.number;
  return [
    same
      ? passed(name, seen)
      : warned(name, seen, 'Bring both sides to the same version; between two versions only what both know can be replicated.'),
  ];
}
