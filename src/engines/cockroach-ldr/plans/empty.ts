import { otherSide, type Side } from '../../../domain/observation.ts';
import type { Estimate } from '../../../domain/plan.ts';
import type { Refusal } from '../../../domain/refusal.ts';
import { spellTime } from '../../cockroach/spell.ts';
import { type Draft, lookStep, notNow, personAct, personStep } from '../../frame/drafts.ts';
import { type Acts, kinds } from '../acts.ts';
import type { LdrLink } from '../config.ts';
import type { LdrDetail } from '../detail.ts';
import { readOf } from '../flow.ts';
import { newestWriteQuery, writesSinceQuery } from '../reads/writes.ts';
import type { TableName } from '../table-name.ts';
import { waitingOn } from '../waiting.ts';
import { isClean, isFollowedBack, looksInUse, newestWords, strayList, untoldWarnings, type Weighing, weigh } from '../weigh.ts';
import { tablesAt, upper } from '../words.ts';

const lookBudgetMs = 120_000;
/** After writers have stopped the way back has only what was under way, ms. */
const drainBudgetMs = 30 * 60_000;
/** Every row of the side that is to be emptied is read, ms. When it is over the run asks, and can go on waiting. */
export const weighBudgetMs = 2 * 3_600_000;

/** A side that is to be emptied, and what is known of the writes that only it has. */
export interface Emptying {
  readonly link: LdrLink;
  readonly detail: LdrDetail;
  readonly into: Side;
  /** Null where the way back still brings everything that is written there. */
  readonly weighing: Weighing | null;
}

export const emptyingOf = (link: LdrLink, detail: LdrDetail, into: Side): Emptying => ({
  link,
  detail,
  into,
  weighing: isFollowedBack(link, detail, into) ? null : weigh(link, detail, into),
});

/** A side with the newest writes is the one in use, whatever people believe at 03:00. `away`: what to do if it is. */
export function inUseRefusal({ link, into, weighing }: Emptying, away: string): Refusal | null {
  if (weighing === null || !looksInUse(weighing)) return null;
  const { settings, id } = link;
  const [here, there] = [settings[into].cluster, settings[otherSide(into)].cluster];
  const [newest, other] = [weighing.newest[into], weighing.newest[otherSide(into)]];
  const than = other === null ? `while ${there} took none` : `after the newest write on ${there} (${spellTime(other)})`;
  return notNow(
    `Applications wrote on ${here} as late as ${spellTime(newest)}, ${than}, so ${here} looks like the side in use. Nothing on ${here} is deleted.`,
    `${away} If ${here} is not in use and those rows are not needed (a schema change that rewrites a table looks the same), empty the tables on ${here} by hand (TRUNCATE), then ask for this again, or for /repl setup ${id}.`,
  );
}

/** Before writers are asked to stop: what waits in the queue by then has nothing to do with the run. */
export const queueSteps = ({ into, weighing }: Emptying, acts: Acts): readonly Draft[] =>
  weighing === null ? [lookStep(acts.countQueue(otherSide(into)), lookBudgetMs)] : [];

/**
 * What has to be so before rows are deleted: the other side has everything that was written here, or a person has said that what only
 * this side has may go. It stands in the journal who did.
 */
export function consentSteps({ link, into, weighing }: Emptying, acts: Acts): readonly Draft[] {
  const source = otherSide(into);
  const mark = lookStep(acts.markTime(into), lookBudgetMs);
  if (weighing === null) {
    return [mark, lookStep(acts.awaitPast(source), drainBudgetMs), lookStep(acts.checkQueue(source), lookBudgetMs)];
  }
  if (isClean(weighing)) return [];
  return [personStep(consentAct(link, into, weighing)), ...(weighing.untold.length > 0 ? [mark] : [])];
}

function consentAct(link: LdrLink, into: Side, weighing: Weighing) {
  const { settings } = link;
  const [here, there] = [settings[into].cluster, settings[otherSide(into)].cluster];
  const strays = strayList(link, weighing);
  const unread = weighing.untold.map(({ pair }) => pair);
  const tableOf = (pair: number): readonly TableName[] => settings.tables.flatMap((names, place) => (place === pair ? [names[into]] : []));
  const [example] = unread.flatMap(tableOf);
  return personAct(kinds.acceptLoss, `Confirm that what only ${here} has may be deleted`, [
    ...(strays.length === 0
      ? []
      : [
          `${here} has writes that ${there} is not known to have: ${strays.join('; ')}. On ${here} they are shown by:`,
          ...weighing.strays.flatMap(({ pair, since }) => tableOf(pair).map((table) => writesSinceQuery(table, since))),
        ]),
    ...(example === undefined
      ? []
      : [
          `Whether applications wrote into ${tablesAt(settings, into, unread)} on ${here} could not be read. Find out, for each of them on ${here}:`,
          newestWriteQuery(example),
        ]),
    'Save what is needed, then confirm. Your name stands in the journal for it.',
  ]);
}

/** Right before rows are deleted, by the database's own word: nothing has come since it was planned or confirmed. */
export const checkWritesStep = ({ into, weighing, link }: Emptying, acts: Acts): Draft =>
  lookStep(acts.checkWrites(into, weighing?.known ?? link.settings.tables.map(() => null)), weighBudgetMs);

export function emptyingLoss({ link, detail, into, weighing }: Emptying): Estimate {
  const { settings } = link;
  const [here, there] = [settings[into].cluster, settings[otherSide(into)].cluster];
  const { rows: stuck, words: rows } = waitingOn(readOf(detail, otherSide(into)) ?? { dlq: [], dlqProblem: null });
  const left =
    stuck === 0
      ? ''
      : ` ${upper(rows)} from ${here} in the dead letter queue of ${there} ${stuck === 1 ? 'is' : 'are'} in no table once ${here} is emptied.`;
  const deletes = `Rows that were deleted on ${here} alone come back.`;
  if (weighing === null) {
    const words = `Nothing, if nothing writes on ${here} from the confirmation on: it is emptied after ${there} has everything that it took.`;
    return { ms: stuck === 0 ? 0 : null, words: `${words}${left}` };
  }
  if (isClean(weighing)) {
    const words = `Nothing: ${here} has no write of its own that ${there} lacks. ${deletes}`;
    return { ms: stuck === 0 ? 0 : null, words: `${words}${left}` };
  }
  const strays = strayList(link, weighing);
  const words =
    strays.length === 0
      ? `Every row that only ${here} has is deleted; whether there are any could not be read.`
      : `Writes on ${here} that never reached ${there} are deleted: ${strays.join('; ')}.`;
  return { ms: null, words: `${words} ${deletes}${left}` };
}

export const emptyingWarnings = ({ link, weighing }: Emptying): readonly string[] =>
  weighing === null ? [] : [newestWords(link, weighing), ...untoldWarnings(link, weighing)];
