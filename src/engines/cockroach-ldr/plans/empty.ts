import { otherSide, type Side } from '../../../domain/observation.ts';
import type { Estimate } from '../../../domain/plan.ts';
import type { Refusal } from '../../../domain/refusal.ts';
import { spellTime } from '../../cockroach/spell.ts';
import { type Draft, lookStep, notNow, personAct, personStep } from '../../frame/drafts.ts';
import { type Acts, kinds } from '../acts.ts';
import type { LdrLink } from '../config.ts';
import type { DlqView, LdrDetail } from '../detail.ts';
import { flowInto, readOf } from '../flow.ts';
import { queueEntriesQuery } from '../reads/queues.ts';
import { newestWriteQuery, writesSinceQuery } from '../reads/writes.ts';
import type { TableName } from '../table-name.ts';
import { type PlannedQueue, plannedQueue, type Waiting, waitingOn } from '../waiting.ts';
import { isClean, isFollowedBack, looksInUse, newestWords, strayList, untoldWarnings, type Weighing, weigh } from '../weigh.ts';
import { tablesAt, upper } from '../words.ts';
import { unprovenConfirm, unprovenWords } from './doubts.ts';
import { type Sent, sentBefore, sentConfirm, sentWords } from './sent.ts';

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
  readonly letters: Letters;
  /** The run that sent applications to it; null where none did, and where the way back brings what they write. */
  readonly sent: Sent | null;
  /** Tables of which nothing proves that the other side ever had a full copy; empty where it was not filled by replication. */
  readonly unproven: readonly number[];
}

/** Rows of the side that is to be emptied which the other side could not apply: they are in no table once it is empty. */
interface Letters {
  readonly planned: PlannedQueue;
  readonly waiting: Waiting;
  /** Queues that hold some. */
  readonly queues: readonly DlqView[];
  /** Whether a job is live that may put more there. */
  readonly growing: boolean;
}

function lettersOn(link: LdrLink, detail: LdrDetail, side: Side): Letters {
  const read = readOf(detail, side) ?? { dlq: [], dlqProblem: `${link.settings[side].cluster} was not asked.` };
  return {
    planned: plannedQueue(read),
    waiting: waitingOn(read),
    queues: read.dlq.filter(({ entries }) => entries !== null && entries > 0),
    growing: flowInto(link.settings, detail, side) !== null,
  };
}

export function emptyingOf(link: LdrLink, detail: LdrDetail, into: Side, unproven: readonly number[] = []): Emptying {
  const isBrought = isFollowedBack(link, detail, into);
  return {
    link,
    detail,
    into,
    weighing: isBrought ? null : weigh(link, detail, into),
    letters: lettersOn(link, detail, otherSide(into)),
    sent: isBrought ? null : sentBefore(link, detail, into),
    unproven,
  };
}

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

/** Before people are asked for anything: what waits in the queue by then is what was approved. */
export const queueSteps = ({ into, letters }: Emptying, acts: Acts): readonly Draft[] => [
  lookStep(acts.countQueue(otherSide(into), { planned: letters.planned }), lookBudgetMs),
];

/**
 * What has to be so before rows are deleted: the other side has everything that was written here, or a person has said that what only
 * this side has may go. It stands in the journal who did.
 */
export function consentSteps(emptying: Emptying, acts: Acts): readonly Draft[] {
  const { into, weighing, letters, sent, unproven } = emptying;
  const source = otherSide(into);
  const mark = lookStep(acts.markTime(into), lookBudgetMs);
  const isFree = (weighing === null || isClean(weighing)) && letters.queues.length === 0 && sent === null && unproven.length === 0;
  const consent = isFree ? [] : [personStep(consentAct(emptying))];
  const check = lookStep(acts.checkQueue(source, false), lookBudgetMs);
  if (weighing === null) return [...consent, mark, lookStep(acts.awaitPast(source), drainBudgetMs), check];
  return [...consent, ...(weighing.untold.length > 0 ? [mark] : []), ...(letters.growing ? [check] : [])];
}

/**
 * Tables of which nobody is asked to give anything up: the other side has to have as many rows of them. Of the others it may lack what was
 * given up, and no more.
 */
export const keptPairs = ({ link, weighing, letters }: Emptying): readonly number[] => {
  const given = new Set([
    ...(weighing === null ? [] : [...weighing.strays, ...weighing.untold].map(({ pair }) => pair)),
    ...letters.queues.map(({ pair }) => pair),
  ]);
  return link.settings.tables.flatMap((_, pair) => (given.has(pair) ? [] : [pair]));
};

function consentAct({ link, into, weighing, letters, sent, unproven }: Emptying) {
  const [here, there] = [link.settings[into].cluster, link.settings[otherSide(into)].cluster];
  return personAct(kinds.acceptLoss, `Confirm that what only ${here} has may be deleted`, [
    ...(sent === null ? [] : [sentConfirm(link, into, sent)]),
    ...(unproven.length === 0 ? [] : unprovenConfirm(link, into, unproven)),
    ...letterWords(link, into, letters),
    ...(weighing === null ? [] : [...strayWords(link, into, weighing, here, there), ...unreadWords(link, into, weighing, here)]),
    'Save what is needed, then confirm. Your name stands in the journal for it.',
  ]);
}

function letterWords({ settings, id }: LdrLink, into: Side, { queues, waiting }: Letters): readonly string[] {
  if (queues.length === 0) return [];
  const source = otherSide(into);
  const [here, there] = [settings[into].cluster, settings[source].cluster];
  return [
    `${upper(waiting.words)} from ${here} could not be applied on ${there}: they wait in its dead letter queue and are in no table once ${here} is emptied. /repl dlq ${id} shows how to handle them. On ${there} they are shown by:`,
    ...queues.flatMap(({ pair, queue }) => {
      const database = settings.tables[pair]?.[source].database;
      return database === undefined ? [] : [queueEntriesQuery({ pair, database, queue })];
    }),
  ];
}

const tableOf = ({ settings }: LdrLink, into: Side, pair: number): readonly TableName[] => {
  const names = settings.tables[pair];
  return names === undefined ? [] : [names[into]];
};

function strayWords(link: LdrLink, into: Side, weighing: Weighing, here: string, there: string): readonly string[] {
  const strays = strayList(link, weighing);
  if (strays.length === 0) return [];
  return [
    `${here} has writes that ${there} is not known to have: ${strays.join('; ')}. On ${here} they are shown by:`,
    ...weighing.strays.flatMap(({ pair, since }) => tableOf(link, into, pair).map((table) => writesSinceQuery(table, since))),
  ];
}

function unreadWords(link: LdrLink, into: Side, weighing: Weighing, here: string): readonly string[] {
  const unread = weighing.untold.map(({ pair }) => pair);
  const [example] = unread.flatMap((pair) => tableOf(link, into, pair));
  if (example === undefined) return [];
  return [
    `Whether applications wrote into ${tablesAt(link.settings, into, unread)} on ${here} could not be read. Find out, for each of them on ${here}:`,
    newestWriteQuery(example),
  ];
}

/** Right before rows are deleted, by the database's own word: nothing has come since it was planned or confirmed. */
export const checkWritesStep = (emptying: Emptying, acts: Acts): Draft =>
  lookStep(acts.checkWrites(emptying.into, knownOf(emptying)), weighBudgetMs);

/** By table, the newest write that was known when it was planned. */
export const knownOf = ({ weighing, link }: Emptying): readonly (string | null)[] =>
  weighing?.known ?? link.settings.tables.map(() => null);

/** `quiet`: what has to be so where the way back brings what is written meanwhile. */
export function emptyingLoss(emptying: Emptying, quiet?: string): Estimate {
  const { link, into, sent, unproven } = emptying;
  const byRows = lossByRows(emptying, quiet);
  const loss = unproven.length === 0 ? byRows : { ms: null, words: `${unprovenWords(link, into, unproven)} Else: ${byRows.words}` };
  if (sent === null) return loss;
  const used = `If they use ${link.settings[into].cluster} still, what they write and delete there is lost.`;
  return { ms: null, words: `${sentWords(link, sent)} ${used} Else: ${loss.words}` };
}

function lossByRows({ link, into, weighing, letters }: Emptying, quiet?: string): Estimate {
  const { settings } = link;
  const [here, there] = [settings[into].cluster, settings[otherSide(into)].cluster];
  const left = lettersLeft(letters, here, there);
  const ms = left === '' ? 0 : null;
  const deletes = `Rows that were deleted on ${here} alone come back.`;
  if (weighing === null) {
    const when = quiet ?? `nothing writes on ${here} from the confirmation on`;
    const rest = `if ${when}: ${here} is emptied after ${there} has everything${left === '' ? '' : ' else'} that ${here} took.`;
    return { ms, words: left === '' ? `Nothing, ${rest}` : `${left} No other write is lost, ${rest}` };
  }
  if (isClean(weighing)) {
    const rest = `${here} has no write of its own that ${there} lacks. ${deletes}`;
    return { ms, words: left === '' ? `Nothing: ${rest}` : `${left} Beside them, ${rest}` };
  }
  const strays = strayList(link, weighing);
  const words =
    strays.length === 0
      ? `Every row that only ${here} has is deleted; whether there are any could not be read.`
      : `Writes on ${here} that never reached ${there} are deleted: ${strays.join('; ')}.`;
  return { ms: null, words: `${words} ${deletes}${left === '' ? '' : ` ${left}`}` };
}

/** What is lost of the rows that the other side could not apply; empty when there is none. */
function lettersLeft({ waiting, queues }: Letters, here: string, there: string): string {
  const { rows, words, unread } = waiting;
  const known =
    queues.length === 0
      ? []
      : [
          `${upper(words)} from ${here} in the dead letter queue of ${there} ${rows === 1 ? 'is' : 'are'} in no table once ${here} is emptied.`,
        ];
  const unknown = `What waits in the dead letter queue of ${there} could not be read: rows from ${here} there are in no table once ${here} is emptied.`;
  return [...known, ...(unread ? [unknown] : [])].join(' ');
}

export const emptyingWarnings = ({ link, into, weighing, letters, unproven }: Emptying): readonly string[] => [
  ...(unproven.length === 0 ? [] : [unprovenWords(link, into, unproven)]),
  ...(weighing === null ? [] : [newestWords(link, weighing), ...untoldWarnings(link, weighing)]),
  ...letterWarnings(link, into, letters),
];

function letterWarnings({ settings, id }: LdrLink, into: Side, { waiting, queues }: Letters): readonly string[] {
  const [here, there] = [settings[into].cluster, settings[otherSide(into)].cluster];
  return [
    ...(queues.length === 0
      ? []
      : [
          `${upper(waiting.words)} from ${here} could not be applied on ${there} and stand in its dead letter queue: /repl dlq ${id} shows them. Only ${here} has them in a table, and every row there is deleted: handle them before this is approved.`,
        ]),
    ...(waiting.unread
      ? [
          `The dead letter queue of ${there} can't be read, so which rows of ${here} could not be applied there is not known. The run stops before anything is done while that is so.`,
        ]
      : []),
  ];
}
