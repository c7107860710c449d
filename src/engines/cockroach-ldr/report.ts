import type { Observation } from '../../domain/observation.ts';
import type { RunReport, RunView, StepView } from '../../domain/run.ts';
import { feedReminders } from '../cockroach/feeds.ts';
import { spell } from '../cockroach/spell.ts';
import { kinds } from './acts.ts';
import { ttlKey } from './steps/compare.ts';
import { bareKey } from './steps/copied.ts';
import { rowsGivenUp } from './steps/last-look.ts';
import { waitingIn } from './waiting.ts';
import { count, upper } from './words.ts';

type Step = RunView['plan']['steps'][number];
interface Told {
  readonly step: Step;
  readonly view: StepView;
}

interface Measured {
  readonly ms: number | null;
  readonly words: string;
}

/** Measures what a finished run cost. Where nothing was measured it says so, rather than repeat the prediction. Pure. */
export function reportLdr(run: RunView, seen: Observation): RunReport {
  const told = run.plan.steps.flatMap((step, index): readonly Told[] => {
    const view = run.steps[index];
    return view === undefined ? [] : [{ step, view }];
  });
  const { kind } = run.plan.operation;
  const deleted = find(told, kinds.emptyTables);
  const moves = kind === 'switchover' || kind === 'failover' || kind === 'failback';
  if (moves && deleted === null) return moved(run, told, seen);
  if (kind === 'verify') return report(verified(told), { ms: 0, words: '' }, seen, 0);
  const loss = deleted === null ? { ms: 0, words: 'No row was deleted.' } : lossOfEmptying(run, told, deleted.step.cluster ?? 'One side');
  return report(loss, { ms: 0, words: bareWords(run, told).join(' ') }, seen, 0);
}

/** What was deleted is known only where every write was accounted for, and nobody had to vouch for any. */
function lossOfEmptying(run: RunView, told: readonly Told[], cluster: string): Measured {
  const evidence = find(told, kinds.checkWrites)?.view.evidence ?? null;
  const emptied = `${cluster} was emptied and filled anew`;
  const vouched = find(told, kinds.acceptLoss)?.view.confirmedBy ?? null;
  if (vouched !== null)
    return { ms: null, words: `${emptied}; a person confirmed that what only it had could go. ${run.plan.predictedLoss.words}` };
  const letters = lettersIn(told);
  if (letters === null || letters > 0) return { ms: null, words: `${emptied}. ${leftWords(letters, cluster)}` };
  if (find(told, kinds.compareRows)?.view.state === 'skipped') {
    return {
      ms: null,
      words: `${emptied}; it was not proven that the other side had as many rows, and a person had the run go on. What was lost is not known.`,
    };
  }
  const missing = rowsGivenUp(run.retried, find(told, kinds.emptyTables)?.view.evidence ?? null);
  if (missing !== 0) return { ms: null, words: `${emptied}; ${missingWords(missing)}` };
  const changed = find(told, kinds.checkRows);
  const rows = changed?.view.evidence ?? null;
  // Rows that a change of schema wrote anew hide whether applications wrote some of them.
  const untouched = changed === null || (rows?.['written meanwhile'] === 'none' && rows['every row written anew'] === 'none');
  return untouched && evidence?.['written since'] === 'none' && evidence['not read'] === 'none'
    ? { ms: 0, words: `${emptied}; it had no write of its own that the other side lacked.` }
    : { ms: null, words: `${emptied}; whether it had rows that the other side lacked is not known.` };
}

const missingWords = (rows: number | null): string =>
  rows === null
    ? 'a person had been told that the other side had fewer rows; whether it still had when all were deleted is not known.'
    : `a person had the run go on though the other side lacked ${count(rows, 'row')} by then, as the journal tells.`;

const find = (told: readonly Told[], kind: string): Told | null => told.find(({ step }) => step.kind === kind) ?? null;

/** What a first copy left without a row, though the source had some. Full sentences. */
function bareWords({ plan }: RunView, told: readonly Told[]): readonly string[] {
  return told.flatMap(({ step, view }) => {
    const names = step.kind === kinds.awaitScan ? view.evidence?.[bareKey] : undefined;
    if (!Array.isArray(names) || names.length === 0) return [];
    return [
      `${names.join(', ')} on ${step.cluster ?? 'the side that follows'} held no row when the first copy was complete, though the source had some by then: they may wait in the dead letter queue, which /repl dlq ${plan.operation.link} shows, or have been deleted meanwhile.`,
    ];
  });
}

function report(loss: Measured, downtime: Measured, seen: Observation, downtimeMs: number | null): RunReport {
  const words = [loss.words, downtime.words, seen.headline].filter((part) => part !== '');
  return { sentence: words.join(' '), lossMs: loss.ms, downtimeMs, facts: factsNow(seen) };
}

function moved(run: RunView, told: readonly Told[], seen: Observation): RunReport {
  const loss = run.plan.operation.kind === 'failover' ? lossOfFailover(told) : lossOfMove(told);
  const downtime = downtimeOf(run, told);
  return {
    ...report(loss, downtime, seen, downtime.ms),
    facts: [
      { label: 'Data lost', value: loss.words },
      { label: 'Time without writes', value: downtime.words },
      ...feedReminders(run.plan.warnings).map((value) => ({ label: 'Left to people', value })),
      ...factsNow(seen),
    ],
  };
}

/**
 * How many rows the run found in the dead letter queue that it looked at, none of which came unseen; null when that is not known, e.g.
 * since a person skipped the look.
 */
function lettersIn(told: readonly Told[]): number | null {
  const before = find(told, kinds.countQueue)?.view.evidence?.['entries'];
  const check = find(told, kinds.checkQueue);
  if (check !== null && check.view.evidence?.['grown'] !== 'no') return null;
  const after = check?.view.evidence?.['entries'];
  if (typeof after === 'number') return after;
  return typeof before === 'number' ? before : null;
}

const leftWords = (letters: number | null, cluster: string): string =>
  letters === null
    ? `Whether the other side lacked rows of ${cluster}, which would have waited in its dead letter queue, is not known.`
    : `${rowsOf(letters)} of ${cluster} waited in the dead letter queue of the other side, and ${letters === 1 ? 'is' : 'are'} in no table unless a person saved ${letters === 1 ? 'it' : 'them'}.`;

const rowsOf = (letters: number): string => upper(waitingIn([{ entries: letters }]).words);

/** Nothing is lost when the side that was moved to held the same rows as of the time at which writes were confirmed to be stopped. */
function lossOfMove(told: readonly Told[]): Measured {
  const past = find(told, kinds.awaitPast);
  const [there, here] = [find(told, kinds.markTime)?.step.cluster ?? 'The other side', past?.step.cluster ?? 'this side'];
  const passed = past?.view.evidence ?? null;
  if (typeof passed?.['replicated time'] !== 'string') {
    return { ms: null, words: 'Whether data was lost was not measured: the wait for the last writes was not proven.' };
  }
  const letters = lettersIn(told);
  const compared = find(told, kinds.compareTables)?.view.evidence ?? null;
  if (compared?.['differ'] === 'none') {
    const words = 'No write was lost that was made before writes were confirmed to be stopped. Both sides held the same rows at that time.';
    const left = letters === null || letters === 0 ? '' : ` ${rowsOf(letters)} stood in the dead letter queue of ${here} even so.`;
    return { ms: 0, words: `${words}${left}` };
  }
  const arrived = `What ${there} took until writes were confirmed to be stopped had arrived on ${here}, or waits in its dead letter queue.`;
  const unproven = `That both sides held the same rows was not proven${openWords(compared)}.`;
  return { ms: null, words: `${arrived} ${waitingWords(letters, here, there)} ${unproven}` };
}

/** Why a comparison proved nothing, as far as the step recorded it. Goes on before a full stop. */
function openWords(compared: StepView['evidence']): string {
  const named = (key: string): string => (typeof compared?.[key] === 'string' && compared[key] !== 'none' ? compared[key] : '');
  const [busy, expiring] = [named('written meanwhile'), named(ttlKey)];
  const why = [
    ...(busy === '' ? [] : [`${busy} took writes all the while`]),
    ...(expiring === '' ? [] : [`${expiring} can't be compared, since deletes by TTL are discarded`]),
  ];
  return why.length === 0 ? '' : `: ${why.join('; ')}`;
}

function waitingWords(letters: number | null, here: string, there: string): string {
  if (letters === null) return 'How much waits there is not known.';
  if (letters === 0) return 'Nothing waited there then.';
  return `${rowsOf(letters)} of ${there} ${letters === 1 ? 'waits' : 'wait'} there and ${letters === 1 ? 'is' : 'are'} in no table of ${here}.`;
}

function lossOfFailover(told: readonly Told[]): Measured {
  const evidence = find(told, kinds.takeStock)?.view.evidence ?? null;
  const lag = evidence?.['lag in ms'];
  if (typeof lag !== 'number')
    return { ms: null, words: 'How much had not arrived was not measured: the database told no replicated time.' };
  const letters = evidence?.['dead letters'];
  return { ms: lag, words: `The writes of at most the last ${spell(lag)} had not arrived when the run began.${queueWords(letters)}` };
}

/** What the step recorded of the dead letter queues: a number, words where there are more than are counted, null when they were not told. */
function queueWords(letters: unknown): string {
  if (letters === null) return ' What stands in the dead letter queue was not told.';
  if (typeof letters === 'string') return ` Beside them, ${letters} stand in the dead letter queue.`;
  return typeof letters === 'number' && letters > 0 ? ` ${letters} more rows stand in the dead letter queue.` : '';
}

/** Times of people: from the confirmed stop, or from the start, until they confirmed the redirect. */
function downtimeOf(run: RunView, told: readonly Told[]): Measured {
  const redirected = told.find(({ step }) => step.kind.startsWith('redirect'))?.view.endedAt ?? null;
  const stopped = find(told, kinds.stopWriters)?.view.endedAt ?? null;
  if (redirected === null)
    return { ms: null, words: 'How long applications could not write was not measured: the redirect was not confirmed.' };
  if (stopped !== null) {
    const ms = Math.max(0, redirected - stopped);
    return { ms, words: `Applications could not write for ${spell(ms)}, from the confirmed stop to the confirmed redirect.` };
  }
  const since = run.startedAt === null ? '' : ` ${spell(Math.max(0, redirected - run.startedAt))} after the run began`;
  return { ms: null, words: `Applications were redirected${since}; when they could write last was not measured.` };
}

function verified(told: readonly Told[]): Measured {
  const evidence = find(told, kinds.compareTables)?.view.evidence ?? null;
  const at = evidence?.['as of'];
  return {
    ms: 0,
    words:
      typeof at === 'string'
        ? `Both sides hold the same rows as of ${at}.`
        : `Whether both sides hold the same rows was not proven${openWords(evidence)}.`,
  };
}

const factsNow = ({ facts }: Observation): RunReport['facts'] =>
  facts.filter(({ name }) => /\.(status|replicated-time|lag|dlq)$/.test(name)).map(({ label, value }) => ({ label, value }));
