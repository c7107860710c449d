import { otherSide, type Side } from '../../../domain/observation.ts';
import type { OperationName } from '../../../domain/operation.ts';
import { isRefusal, type Refusal } from '../../../domain/refusal.ts';
import { changeStep, type Draft, lookStep, notNow, noUndo, type Outline, personAct, personStep } from '../../frame/drafts.ts';
import { type Acts, actsFor, kinds } from '../acts.ts';
import type { LdrLink } from '../config.ts';
import type { JobView, LdrDetail } from '../detail.ts';
import { lastFollower, sideToRebuild } from '../emptied-side.ts';
import { flowInto, isLive, phaseOf } from '../flow.ts';
import { newestId } from '../own-jobs.ts';
import { bothRead, limitsOf, sides } from '../scene.ts';
import { emptied, findingWarnings, schemaRefusal, versionRefusal } from '../unfit.ts';
import { count, phaseWords, tablesAt, wayOf } from '../words.ts';
import { doubtsOf } from './doubts.ts';
import {
  checkWritesStep,
  consentSteps,
  type Emptying,
  emptyingLoss,
  emptyingOf,
  emptyingWarnings,
  inUseRefusal,
  keptPairs,
  knownOf,
  queueSteps,
  weighBudgetMs,
} from './empty.ts';
import { backWords, neverRefusal, servingRefusal, soundRefusal } from './may-empty.ts';
import { sentWords } from './sent.ts';
import { type Form, type Reads, startParts } from './start.ts';
import { ttlWarnings } from './ttl.ts';

/** Ending a job takes seconds, ms. */
const endBudgetMs = 10 * 60_000;
export const schemaBudgetMs = 10 * 60_000;

/** Which side is emptied and filled anew from the other one. */
export interface Refill extends Emptying {
  readonly reads: Reads;
}

/** Plans a new full copy for the side that follows. Pure. */
export function planRebuild(link: LdrLink, detail: LdrDetail): Outline | Refusal {
  const reads = bothRead('rebuild', link, detail);
  if (isRefusal(reads)) return reads;
  const into = sideToRebuild(link, detail, reads);
  const emptying = emptyingOf(link, detail, into);
  return rebuildRefusal(emptying) ?? planRefill('rebuild', { ...emptying, reads });
}

function rebuildRefusal(emptying: Emptying): Refusal | null {
  const { link, detail, into } = emptying;
  const inUse = () => inUseRefusal(emptying, backWords(link, detail, into));
  return soundRefusal(link, detail, into) ?? inUse() ?? sentRefusal(emptying) ?? servingRefusal(emptying);
}

/** Whether a rebuild would fill a side anew. */
function isRebuilt(link: LdrLink, detail: LdrDetail, reads: Reads, into: Side): boolean {
  if (sideToRebuild(link, detail, reads) !== into) return false;
  const emptying = emptyingOf(link, detail, into);
  return emptying.sent === null && rebuildRefusal(emptying) === null && !isRefusal(planRefill('rebuild', { ...emptying, reads }));
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
  const emptying = emptyingOf(link, detail, otherSide(former), doubtsOf(link, detail, former).unproven);
  const away = `If applications use ${link.settings[emptying.into].cluster}, this would go the wrong way: /repl rebuild ${link.id} fills ${link.settings[former].cluster} anew instead.`;
  const never = neverRefusal(link, detail, emptying.into, () => isRebuilt(link, detail, reads, former));
  return never ?? inUseRefusal(emptying, away) ?? planRefill('failback', { ...emptying, reads });
}

/** One way, the side that applications were sent to is not the one to be filled anew, whatever became of its job. */
function sentRefusal({ link, detail, into, sent }: Emptying): Refusal | null {
  const { settings, id } = link;
  // Where nobody knows, a person is asked, or the link could never be mended.
  if (sent === null || sent === 'untold' || settings.direction === 'bidirectional') return null;
  const [here, there] = [settings[into].cluster, settings[otherSide(into)].cluster];
  const back = isRefusal(planReturn(link, detail)) ? '' : `If applications use ${here}, /repl failback ${id} fills ${there} anew from it. `;
  const first = into === 'primary' ? `swap primary and standby in the config of ${id}, ` : '';
  return notNow(
    `${sentWords(link, sent)} If they use ${here} still, a rebuild would delete what they wrote there and bring back what they deleted. Nothing on ${here} is deleted.`,
    `${back}If they were brought back to ${there} by hand, ${first}empty the tables on ${here} by hand (TRUNCATE), then ask for /repl setup ${id}.`,
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
  const parts = startParts(operation, link, reads, form);
  if (isRefusal(parts)) return parts;
  const acts = actsFor(settings);
  const [here, there] = [settings[into].cluster, settings[source].cluster];
  return {
    summary: `Delete what ${here} has of the link's tables, and copy everything anew from ${there}.`,
    steps: [
      ...queueSteps(refill, acts),
      ...parts.access,
      personStep(quietAct(refill)),
      // Whoever has to answer for a side of which nothing is proven is shown the numbers first.
      ...(isDoubtful(refill) ? [compareStep(refill, acts)] : []),
      ...consentSteps(refill, acts),
      ...clearSteps(refill, acts),
      ...parts.start,
    ],
    predictedLoss: emptyingLoss(refill),
    predictedDowntime: { ms: 0, words: `Applications go on with ${there}; ${here} can't be used until its first copy is complete.` },
    warnings: [
      `Be sure that applications use ${there} and not ${here}: CockroachDB does not tell who is in use, and ${here} is emptied.`,
      ...emptyingWarnings(refill),
      ...(operation === 'rebuild' ? ttlWarnings(refill) : []),
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

const compareStep = (refill: Refill, acts: Acts): Draft => lookStep(acts.compareRows(refill.into, keptPairs(refill)), weighBudgetMs);

const isDoubtful = ({ unproven }: Refill): boolean => unproven.length > 0;

/** Ends what is left of jobs on both sides, then empties the side that is to be filled. */
const clearSteps = (refill: Refill, acts: Acts): readonly Draft[] => [
  // Nothing is ended or deleted before the tables are known to fit: an unfit copy is better than none.
  lookStep(acts.checkFit(refill.into), schemaBudgetMs),
  ...(isDoubtful(refill) ? [] : [compareStep(refill, acts)]),
  ...endSteps(refill.reads, acts),
  checkWritesStep(refill, acts),
  ...emptySteps(
    refill,
    acts,
    refill.link.settings.tables.map((_, pair) => pair),
  ),
];

export const endSteps = (reads: Reads, acts: Acts): readonly Draft[] =>
  sides.flatMap((side) => reads[side].jobs.filter(isLive).map((job) => endStep(acts, side, job)));

/** Deletes every row of the link's tables on a side, and sees that it is so. `kept`: tables whose rows are counted on both sides once more. */
export function emptySteps(refill: Refill, acts: Acts, kept: readonly number[]): readonly Draft[] {
  const { link, reads, into } = refill;
  const pairs = link.settings.tables.map((_, pair) => pair);
  const undo = noUndo('Deleted rows come back only by the copy that follows.');
  const act = acts.emptyTables(into, pairs, { after: newestId(reads[into].jobs), known: knownOf(refill), kept });
  // It looks at every row again before it begins: it counts them, and then sees who wrote last.
  return [changeStep(act, 3 * weighBudgetMs, undo, { pointOfNoReturn: true }), lookStep(acts.checkSchema(into), schemaBudgetMs)];
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
