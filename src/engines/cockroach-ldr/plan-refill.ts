import type { Side } from '../../domain/observation.ts';
import type { OperationName } from '../../domain/operation.ts';
import { isRefusal, type Refusal } from '../../domain/refusal.ts';
import { changeStep, type Draft, lookStep, notNow, noUndo, type Outline, personAct, personStep } from '../cockroach/drafts.ts';
import { type Acts, actsFor, kinds } from './acts.ts';
import type { LdrLink } from './config.ts';
import type { JobView, LdrDetail } from './detail.ts';
import { flowInto, isLive, lastOver, otherSide, phaseOf } from './flow.ts';
import { isAfter, newestId } from './own-jobs.ts';

import { type Form, type Reads, startSteps } from './plan-start.ts';
import { bothRead, isExpired, limitsOf, queueWarnings, sides } from './scene.ts';
import { emptied, findingWarnings, schemaRefusal, versionRefusal } from './unfit.ts';
import { count, phaseWords, tablesAt, wayOf } from './words.ts';

/** Ending a job takes seconds; emptying a table is answered at once, ms. */
const endBudgetMs = 10 * 60_000;
const schemaBudgetMs = 10 * 60_000;

/** Which side is emptied and filled anew from the other one. */
interface Refill {
  readonly link: LdrLink;
  readonly detail: LdrDetail;
  readonly reads: Reads;
  readonly into: Side;
}

/** Plans a new full copy for the side that follows. Pure. */
export function planRebuild(link: LdrLink, detail: LdrDetail): Outline | Refusal {
  const reads = bothRead('rebuild', link, detail);
  if (isRefusal(reads)) return reads;
  const into = lastFollower(link, reads);
  const sound = soundRefusal(link, detail, into) ?? servingRefusal(link, detail, into);
  return sound ?? planRefill('rebuild', { link, detail, reads, into });
}

/** Plans that the side that used to be the source follows the other one. Only where no job is live: a live one says that the roles have not changed. */
export function planReturn(link: LdrLink, detail: LdrDetail): Outline | Refusal {
  const reads = bothRead('failback', link, detail);
  if (isRefusal(reads)) return reads;
  const former = link.settings.direction === 'bidirectional' ? 'standby' : lastFollower(link, reads);
  const live = sides.map((side) => flowInto(link.settings, detail, side)).find((flow) => flow !== null) ?? null;
  if (live !== null) {
    const here = link.settings[live.into].cluster;
    return notNow(
      `${wayOf(link.settings, live.into)}: ${phaseWords[live.phase]}, so applications are taken to use the other side, and ${here} is not where ${link.id} could fail back from.`,
      `If applications use ${here} now, end the job first with /repl teardown ${link.id}, then ask again; if ${here} can't follow any more, ask for a rebuild.`,
    );
  }
  return planRefill('failback', { link, detail, reads, into: otherSide(former) });
}

/** The side with the newest job, live or over; the standby when no job is listed. */
function lastFollower({ settings }: LdrLink, reads: Reads): Side {
  if (settings.direction === 'bidirectional') return 'standby';
  const live = sides.filter((side) => reads[side].jobs.some(isLive));
  const [only] = live;
  if (only !== undefined && live.length === 1) return only;
  // Ids grow with time on both clusters.
  return isAfter(newestId(reads.primary.jobs), newestId(reads.standby.jobs)) ? 'primary' : 'standby';
}

/**
 * A side that may be the one in use is not emptied. A job that was cancelled may have been ended by a switchover or a failover to this
 * very side, and both ways either side may serve, unless the way back still brings what is written here.
 */
function servingRefusal(link: LdrLink, detail: LdrDetail, into: Side): Refusal | null {
  const { settings, id } = link;
  const [here, there] = [settings[into].cluster, settings[otherSide(into)].cluster];
  const both = settings.direction === 'bidirectional';
  const back = flowInto(settings, detail, otherSide(into));
  const told = both
    ? back?.phase === 'following' && back.missing.length === 0
    : flowInto(settings, detail, into) !== null || lastOver(detail, into)?.status === 'failed';
  if (told) return null;
  return notNow(
    `Whether applications use ${here} or ${there} can't be told: ${both ? `no job brings ${here}'s writes to ${there}` : `no job into ${here} failed; one that was ended by hand, by a switchover or by a failover may have left ${here} in use`}. Nothing on ${here} is deleted.`,
    `${into === 'standby' ? `If applications use ${here}, /repl failback ${id} fills ${there} anew from it. ` : ''}If they use ${there}, empty the tables on ${here} by hand (TRUNCATE), then ask for /repl setup ${id}.`,
  );
}

/** A side that follows, or that can go on, is not emptied. */
function soundRefusal({ settings, id }: LdrLink, detail: LdrDetail, into: Side): Refusal | null {
  const flow = flowInto(settings, detail, into);
  if (flow === null || flow.missing.length > 0) return null;
  const halted = flow.phase === 'paused' || flow.phase === 'gave-up';
  if (halted && isExpired(detail, flow)) return null;
  if (flow.phase === 'retrying' || flow.phase === 'strange') return null;
  return notNow(
    `${wayOf(settings, into)}: ${phaseWords[flow.phase]}, so there is no need to delete what ${settings[into].cluster} has and copy it anew.`,
    halted ? `/repl resume ${id} lets it go on.` : `If it must be done all the same, end the replication with /repl teardown ${id} first.`,
  );
}

function planRefill(operation: OperationName, refill: Refill): Outline | Refusal {
  const { link, detail, reads, into } = refill;
  const { settings } = link;
  const source = otherSide(into);
  const form: Form = { kind: 'stream', order: settings.direction === 'bidirectional' ? [source, into] : [into] };
  const refusal =
    versionRefusal(operation, link, reads) ?? tablesRefusal(operation, refill) ?? schemaRefusal(operation, link, detail, form.order);
  if (refusal !== null) return refusal;
  const start = startSteps(operation, link, reads, form);
  if (isRefusal(start)) return start;
  const [here, there] = [settings[into].cluster, settings[source].cluster];
  return {
    summary: `Delete what ${here} has of the link's tables, and copy everything anew from ${there}.`,
    steps: [personStep(quietAct(refill)), ...clearSteps(refill, actsFor(settings)), ...start],
    predictedLoss: {
      ms: null,
      words: `Every row that only ${here} has is deleted: writes that never reached ${there}, and those that wait in a dead letter queue there. How many those are is not known.`,
    },
    predictedDowntime: { ms: 0, words: `Applications go on with ${there}; ${here} can't be used until its first copy is complete.` },
    warnings: [
      `Be sure that applications use ${there} and not ${here}: CockroachDB does not tell who is in use, and ${here} is emptied.`,
      `Save from ${here} what ${there} lacks before you approve.`,
      ...queueWarnings(link, detail, into),
      ...afterwards(operation, refill),
      ...limitsOf(link),
      ...findingWarnings(detail, form.order, emptied),
    ],
  };
}

const quietAct = ({ link, into }: Refill) => {
  const here = link.settings[into].cluster;
  const there = link.settings[otherSide(into)].cluster;
  return personAct(kinds.stopWriters, `Make sure that applications use ${there} and that nothing writes on ${here}`, [
    `Look at the sessions on ${here} (SHOW CLUSTER SESSIONS). The next steps delete every row of ${tablesAt(
      link.settings,
      into,
      link.settings.tables.map((_, pair) => pair),
    )} there.`,
  ]);
};

/** Ends what is left of jobs on both sides, then empties the side that is to be filled. */
export function clearSteps({ link, reads, into }: Pick<Refill, 'link' | 'reads' | 'into'>, acts: Acts): readonly Draft[] {
  const ends = sides.flatMap((side) => reads[side].jobs.filter(isLive).map((job) => endStep(acts, side, job)));
  const pairs = link.settings.tables.map((_, pair) => pair);
  const empty = changeStep(
    acts.emptyTables(into, pairs, { after: newestId(reads[into].jobs) }),
    endBudgetMs,
    noUndo('Deleted rows come back only by the copy that follows.'),
    {
      pointOfNoReturn: true,
    },
  );
  // Nothing is deleted before the tables are known to fit: an unfit copy is better than none.
  return [...ends, lookStep(acts.checkFit(into), schemaBudgetMs), empty, lookStep(acts.checkSchema(into), schemaBudgetMs)];
}

export const endStep = (acts: Acts, side: Side, job: JobView): Draft =>
  changeStep(acts.cancel(side, job.id), endBudgetMs, noUndo('A job that was ended can only be started anew, with a full copy.'), {
    pointOfNoReturn: true,
  });

function tablesRefusal(operation: OperationName, { link, detail, reads, into }: Refill): Refusal | null {
  const { settings, id } = link;
  const source = otherSide(into);
  for (const side of [source, into]) {
    const absent = reads[side].tables.flatMap((state, pair) => (state === 'absent' ? [pair] : []));
    if (absent.length === 0) continue;
    const { cluster } = settings[side];
    return notNow(
      `${cluster} has no ${tablesAt(settings, side, absent)}, so the ${operation} of ${id} has nothing to ${side === source ? 'copy' : 'fill'}.`,
      side === into && absent.length === settings.tables.length
        ? `/repl setup ${id} makes the tables where the version can.`
        : `Make them on ${cluster} just as on the other side, then ask again.`,
    );
  }
  if (detail.schema.kind !== 'read') return null;
  const bare = detail.schema.pairs.flatMap(({ rows }, pair) => (rows[into] === 'filled' && rows[source] !== 'filled' ? [pair] : []));
  if (bare.length === 0) return null;
  return notNow(
    `${settings[source].cluster} has no rows for ${tablesAt(settings, into, bare)}, while ${settings[into].cluster} has: deleting those may delete the only ones.`,
    `Find out which side applications use; the ${operation} of ${id} would copy from ${settings[source].cluster}.`,
  );
}

function afterwards(operation: OperationName, { link, into, reads }: Refill): readonly string[] {
  const live = sides.flatMap((side) => reads[side].jobs.filter(isLive));
  const ended =
    live.length === 0
      ? []
      : [
          `${count(live.length, 'job')} that ${live.length === 1 ? 'is' : 'are'} left (${live.map((job) => `${job.id}: ${phaseWords[phaseOf(job)]}`).join('; ')}) ${live.length === 1 ? 'ends' : 'end'} first, for good.`,
        ];
  if (operation !== 'failback' || link.settings.direction === 'bidirectional') return ended;
  return [...ended, `Afterwards ${link.settings[into].cluster} follows; /repl switchover ${link.id} then brings applications back to it.`];
}
