import { otherSide, type Side } from '../../../domain/observation.ts';
import type { Operation } from '../../../domain/operation.ts';
import type { Estimate } from '../../../domain/plan.ts';
import { isRefusal, type Refusal, refuse } from '../../../domain/refusal.ts';
import { problemOf } from '../../cockroach/deaf.ts';
import { spell } from '../../cockroach/spell.ts';
import { type Draft, lookStep, notNow, type Outline, personAct, personStep, redirectAct } from '../../frame/drafts.ts';
import { actsFor, kinds } from '../acts.ts';
import type { LdrLink } from '../config.ts';
import type { LdrDetail } from '../detail.ts';
import { movedFeeds } from '../feeds.ts';
import { type Flow, flowInto, lagMsOf, readOf } from '../flow.ts';
import { limitsOf, movingFlow, queueWarnings, ttlCompareWarnings } from '../scene.ts';
import { plannedQueue, waitingOn } from '../waiting.ts';
import { upper } from '../words.ts';
import { endStep, planReturn } from './refill.ts';
import { wayBackFrom } from './way-back.ts';

/** How long a side may take to show that it keeps up, before anything is asked of people, ms. */
const proofBudgetMs = 180_000;
export const lookBudgetMs = 120_000;
/** Reading every row of both sides, ms. When it is over the run asks, and can go on waiting. */
export const compareBudgetMs = 12 * 3_600_000;
/** The replicated time moves in steps of up to 10 s and is told in whole seconds; shorter write stops can't be kept, ms. */
const leastWriteStopMs = 15_000;

/** Longest write stop of a switchover when nobody says another, ms. */
const usualStopMs = 60_000;

/** Time that a failback may take from the stop of the writes until the other side has everything, ms. */
const failbackStopMs = 10 * 60_000;

type Switchover = Extract<Operation, { kind: 'switchover' }>;

/** Applications move from a side to the one that follows it. */
interface Move {
  readonly operation: 'switchover' | 'failback';
  readonly link: LdrLink;
  readonly detail: LdrDetail;
  readonly flow: Flow;
  readonly maxWriteStopMs: number;
}

export const isBoth = ({ settings }: LdrLink): boolean => settings.direction === 'bidirectional';

/** The side that follows: the standby both ways, else the one that a job writes to. */
export function targetOf(link: LdrLink, detail: LdrDetail): Side {
  if (isBoth(link)) return 'standby';
  return flowInto(link.settings, detail, 'standby') === null && flowInto(link.settings, detail, 'primary') !== null ? 'primary' : 'standby';
}

export function planSwitchover({ maxWriteStopMs = usualStopMs }: Switchover, link: LdrLink, detail: LdrDetail): Outline | Refusal {
  if (maxWriteStopMs < leastWriteStopMs) {
    return refuse(
      'bad-input',
      `A write stop of at most ${spell(maxWriteStopMs)} is too short for ${link.id}: a healthy job tells how far it is every 10 s only.`,
      `Allow at least ${spell(leastWriteStopMs)}.`,
    );
  }
  const flow = movingFlow('switchover', link, detail, targetOf(link, detail));
  return isRefusal(flow) ? flow : planMove({ operation: 'switchover', link, detail, flow, maxWriteStopMs });
}

/** Both ways, applications go back to the primary as they went away from it. One way, the primary has to be filled anew first. */
export function planFailback(link: LdrLink, detail: LdrDetail): Outline | Refusal {
  if (!isBoth(link)) return planReturn(link, detail);
  if (flowInto(link.settings, detail, 'primary') === null) return halfRefusal(link, detail) ?? planReturn(link, detail);
  const flow = movingFlow('failback', link, detail, 'primary');
  return isRefusal(flow) ? flow : planMove({ operation: 'failback', link, detail, flow, maxWriteStopMs: failbackStopMs });
}

/** While the standby follows, what it misses on the way back is mended first: nothing is emptied for it. */
function halfRefusal(link: LdrLink, detail: LdrDetail): Refusal | null {
  const { settings, id } = link;
  const back = wayBackFrom(link, detail, 'standby');
  if (back.kind !== 'broken' || flowInto(settings, detail, 'standby')?.phase !== 'following') return null;
  return notNow(
    `${back.words} So ${settings.primary.cluster} may lack writes, and no failback of ${id} is planned.`,
    `${back.mend} Once it follows, ask for the failback again.`,
  );
}

function planMove(move: Move): Outline | Refusal {
  const { operation, link, detail, flow, maxWriteStopMs } = move;
  const { settings } = link;
  const [into, source] = [flow.into, otherSide(flow.into)];
  const [here, there] = [settings[into].cluster, settings[source].cluster];
  const problem = problemOf(there, detail[source]);
  if (problem !== null)
    return notNow(
      `${problem} A ${operation} of ${link.id} needs both sides.`,
      `If ${there} is lost, /repl failover ${link.id} sends applications to ${here}.`,
    );
  const lagMs = lagMsOf(flow) ?? 0;
  if (lagMs > Math.max(settings.maxLagMs, maxWriteStopMs)) {
    return notNow(
      `${here} is ${spell(lagMs)} behind, so the ${operation} of ${link.id} would stop writes for too long.`,
      'Wait until the lag is smaller, then ask again.',
    );
  }
  return {
    summary: `Have people stop writes on ${there}, wait until ${here} has all of them, and send applications to ${here}.`,
    steps: moveSteps(move, here, there),
    predictedLoss: strandedLoss(link, detail, into) ?? {
      ms: 0,
      words: `Nothing, if all writes on ${there} are stopped when it is confirmed: ${here} is used only after it has everything up to then, and its dead letter queue has not grown.`,
    },
    predictedDowntime: {
      ms: lagMs + 20_000,
      words: `From the stop of the writes: about ${spell(lagMs + 20_000)} to catch up (the run asks after ${spell(maxWriteStopMs)}), and as long as people take to stop and to redirect.`,
    },
    warnings: moveWarnings(move, here, there),
  };
}

/**
 * What nobody could count is not nothing. One way, the job is ended for good, so that what waits in a dead letter queue is in no table of
 * the side that applications move to.
 */
function strandedLoss(link: LdrLink, detail: LdrDetail, into: Side): Estimate | null {
  const read = readOf(detail, into);
  const { rows: entries, words, unread } = waitingOn(read ?? { dlq: [], dlqProblem: null });
  const { cluster } = link.settings[into];
  if (isBoth(link) && unread) {
    return {
      ms: null,
      words: `What waits in the dead letter queue of ${cluster} could not be read: rows there are in no table of ${cluster}. Beyond that nothing, if all writes are stopped when it is confirmed.`,
    };
  }
  if (isBoth(link) || (entries === 0 && !unread)) return null;
  const rows = entries === 0 ? 'Whatever waits' : upper(words);
  return {
    ms: null,
    words: `${rows} in the dead letter queue of ${cluster}, if not handled before, ${entries === 1 || entries === 0 ? 'is' : 'are'} in no table there, and ${link.settings[otherSide(into)].cluster} is not followed any more. Beyond that nothing, if all writes are stopped when it is confirmed.`,
  };
}

/** Both ways nothing is ended, so that a queue which can't be read is told and keeps nobody from moving. */
function countedAs(link: LdrLink, { read }: Flow) {
  const planned = plannedQueue(read);
  if (!isBoth(link)) return { planned };
  return { lenient: true, ...(planned.entries === null ? {} : { planned }) };
}

function moveSteps({ link, flow, maxWriteStopMs }: Move, here: string, there: string): readonly Draft[] {
  const acts = actsFor(link.settings);
  const [into, source] = [flow.into, otherSide(flow.into)];
  const stop = personAct(kinds.stopWriters, `Stop every application that writes to the link's tables on ${there}`, [
    `Logical replication can't stop writers. Stop or drain them, see that none is left (SHOW CLUSTER SESSIONS on ${there}), then confirm.`,
  ]);
  return [
    lookStep(acts.countQueue(into, countedAs(link, flow)), lookBudgetMs),
    lookStep(acts.proveAdvance(into, Math.max(link.settings.maxLagMs, maxWriteStopMs)), proofBudgetMs),
    personStep(stop),
    lookStep(acts.markTime(source), lookBudgetMs),
    lookStep(acts.awaitPast(into), maxWriteStopMs),
    lookStep(acts.checkQueue(into, isBoth(link)), lookBudgetMs),
    ...(isBoth(link) ? [] : flow.jobs.map((job) => endStep(acts, into, job))),
    personStep(redirectAct(link, here)),
    // As of a time that has passed, so no writer waits for it.
    lookStep(acts.compareTables(into, 'caught-up'), compareBudgetMs),
  ];
}

function moveWarnings({ operation, link, detail, flow }: Move, here: string, there: string): readonly string[] {
  const both = isBoth(link);
  const back = wayBackFrom(link, detail, flow.into);
  const after = both
    ? back.kind === 'broken'
      ? []
      : [
          `Both jobs go on, so ${there} stays up to date; ${operation === 'switchover' ? `/repl failback ${link.id} brings applications back` : `/repl switchover ${link.id} moves applications there again`}.`,
        ]
    : [
        `The job into ${here} is ended for good before the redirect, so that nothing late overwrites what applications write there. After that nothing protects ${here}: /repl failback ${link.id} fills ${there} anew and lets it follow.`,
      ];
  const alone =
    both && back.kind === 'broken'
      ? [
          `${back.words} After this move nothing protects ${here}, and there is no way back to ${there} without loss until that is mended: better mend it first. ${back.mend}`,
        ]
      : [];
  return [
    ...alone,
    `CockroachDB can't stop writers for logical replication: a write on ${there} after the confirmation ${both ? `arrives on ${here} late, and may overwrite a newer row there or be overwritten` : `never reaches ${here}`}.`,
    both
      ? `Until writes are redirected nothing has to be taken back: cancel the run and let applications go on with ${there}.`
      : `Until replication is ended nothing has to be taken back: cancel the run and let applications go on with ${there}. From then on nothing replicates, even if they do.`,
    ...queueWarnings(link, detail, flow.into),
    ...movedFeeds(link, detail, flow.into),
    ...after,
    `The last step reads every row of both sides as of the time of the stop; applications need not wait for it, and it finds writes that came after the stop.`,
    ...(both
      ? [
          `Where applications use ${here} already, what they write there may still be on its way to ${there}: the last step then looks again, and says so if it can't prove the sides equal.`,
        ]
      : []),
    ...ttlCompareWarnings(link, flow.into),
    ...limitsOf(link),
  ];
}
