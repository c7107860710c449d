import type { Observation } from '../../domain/observation.ts';
import type { RunReport, RunView, StepView } from '../../domain/run.ts';
import { feedReminders } from '../cockroach/feeds.ts';
import { spell } from '../cockroach/spell.ts';
import { kinds } from './acts.ts';

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
  const moves = kind === 'switchover' || kind === 'failover' || find(told, kinds.awaitPast) !== null;
  if (moves && kind !== 'alter') return moved(run, told, seen);
  if (kind === 'verify') return report(verified(told), { ms: 0, words: '' }, seen, 0);
  const deleted = find(told, kinds.emptyTables);
  if (deleted !== null) {
    return report(lossOfEmptying(run, told, deleted.step.cluster ?? 'One side'), { ms: 0, words: '' }, seen, 0);
  }
  return report({ ms: 0, words: 'No row was deleted.' }, { ms: 0, words: '' }, seen, 0);
}

/** What was deleted is known only where every write was accounted for, and nobody had to vouch for any. */
function lossOfEmptying(run: RunView, told: readonly Told[], cluster: string): Measured {
  const evidence = find(told, kinds.checkWrites)?.view.evidence ?? null;
  const emptied = `${cluster} was emptied and filled anew`;
  const vouched = find(told, kinds.acceptLoss)?.view.confirmedBy ?? null;
  if (vouched !== null)
    return { ms: null, words: `${emptied}; a person confirmed that what only it had could go. ${run.plan.predictedLoss.words}` };
  const changed = find(told, kinds.checkRows);
  const rows = changed?.view.evidence ?? null;
  // Rows that a change of schema wrote anew hide whether applications wrote some of them.
  const untouched = changed === null || (rows?.['written meanwhile'] === 'none' && rows['every row written anew'] === 'none');
  return untouched && evidence?.['written since'] === 'none' && evidence['not read'] === 'none'
    ? { ms: 0, words: `${emptied}; it had no write of its own that the other side lacked.` }
    : { ms: null, words: `${emptied}; whether it had rows that the other side lacked is not known.` };
}

const find = (told: readonly Told[], kind: string): Told | null => told.find(({ step }) => step.kind === kind) ?? null;

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

/** Nothing is lost when the side that was moved to passed the time at which writes were confirmed to be stopped. */
function lossOfMove(told: readonly Told[]): Measured {
  const passed = find(told, kinds.awaitPast)?.view.evidence ?? null;
  if (typeof passed?.['replicated time'] !== 'string') {
    return { ms: null, words: 'Whether data was lost was not measured: the wait for the last writes was not proven.' };
  }
  const compared = find(told, kinds.compareTables)?.view.evidence ?? null;
  const proof =
    compared?.['differ'] === 'none'
      ? ' Both sides held the same rows at that time.'
      : ' That both sides held the same rows was not proven.';
  return { ms: 0, words: `No write was lost that was made before writes were confirmed to be stopped.${proof}` };
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
    words: typeof at === 'string' ? `Both sides hold the same rows as of ${at}.` : 'Whether both sides hold the same rows was not proven.',
  };
}

const factsNow = ({ facts }: Observation): RunReport['facts'] =>
  facts.filter(({ name }) => /\.(status|replicated-time|lag|dlq)$/.test(name)).map(({ label, value }) => ({ label, value }));
