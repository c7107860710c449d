import type { Observation } from '../../domain/observation.ts';
import type { RunReport, RunView, StepView } from '../../domain/run.ts';
import { spanWords } from '../../domain/span.ts';
import { kinds } from './acts.ts';
import { spell, transactions } from './words.ts';

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
export function reportCcdr(run: RunView, seen: Observation): RunReport {
  const told = run.plan.steps.flatMap((step, index): readonly Told[] => {
    const view = run.steps[index];
    return view === undefined ? [] : [{ step, view }];
  });
  const { kind } = run.plan.operation;
  if (kind === 'verify') return quiet(seen, comparison(told));
  if (kind === 'fence') return quiet(seen, 'Only one side takes writes again.');
  if (kind === 'switchover' || kind === 'failover' || kind === 'failback') return moved(run, told, seen);
  const { summary } = run.plan;
  // Only a rebuild can give anything up: what the old database alone had.
  const loss = run.plan.predictedLoss.ms;
  return { ...quiet(seen, `Done: ${summary.charAt(0).toLowerCase()}${summary.slice(1)}`), lossMs: loss };
}

const quiet = (seen: Observation, words: string): RunReport => ({
  sentence: `${words} ${seen.headline}`,
  lossMs: 0,
  downtimeMs: 0,
  facts: factsNow(seen),
});

function moved(run: RunView, told: readonly Told[], seen: Observation): RunReport {
  const loss = run.plan.operation.kind === 'failover' ? lossOfFailover(told) : lossOfMove(told);
  const downtime = downtimeOf(run, told);
  return {
    sentence: `${loss.words} ${downtime.words} ${seen.headline}`,
    lossMs: loss.ms,
    downtimeMs: downtime.ms,
    facts: [{ label: 'Data lost', value: loss.words }, { label: 'Time without writes', value: downtime.words }, ...factsNow(seen)],
  };
}

function comparison(told: readonly Told[]): string {
  const at = evidenceOf(told, kinds.compareCounts, 'transaction');
  const not = evidenceOf(told, kinds.compareCounts, 'not comparable');
  if (not !== null) {
    return `Not comparable now. ${not} Nothing is proven, neither that both sides are equal nor that they differ: ask again in a quiet hour.`;
  }
  return at === null
    ? 'Whether both sides hold the same was not proven.'
    : `Both sides hold equally many nodes and relationships of every label and type at transaction ${at}.`;
}

const find = (told: readonly Told[], kind: string): Told | null => told.find(({ step }) => step.kind === kind) ?? null;

function evidenceOf(told: readonly Told[], kind: string, key: string): string | null {
  const value = find(told, kind)?.view.evidence?.[key];
  return typeof value === 'string' ? value : null;
}

/** Nothing is lost when every copy had the last transaction of a side that took no more. */
function lossOfMove(told: readonly Told[]): Measured {
  const last = evidenceOf(told, kinds.awaitEqual, 'transaction');
  return last === null
    ? { ms: null, words: 'Whether data was lost was not measured: it was not proven that every copy had the last transaction.' }
    : { ms: 0, words: `No write was lost: every copy had transaction ${last}, the last one, before the promotion.` };
}

const digits = (text: string | null): bigint | null => (text !== null && /^\d{1,20}$/.test(text) ? BigInt(text) : null);

/** Ids tell how many transactions; how long ago the lost ones were written the databases do not tell. */
function lossOfFailover(told: readonly Told[]): Measured {
  const reached = digits(evidenceOf(told, kinds.takeStock, 'newest copy'));
  const last = digits(evidenceOf(told, kinds.setReadOnly, 'transaction')) ?? digits(evidenceOf(told, kinds.takeStock, 'other side'));
  if (reached === null || last === null) return lossByLastLook(told, reached);
  const lost = last > reached ? last - reached : 0n;
  if (lost === 0n) return { ms: 0, words: `No write was lost: the replica had transaction ${last}, the last one that was seen.` };
  return {
    ms: null,
    words: `At most ${transactions(lost)} ${lost === 1n ? 'was' : 'were'} lost: the replica had ${reached} right before its promotion, the other side ${last}.`,
  };
}

/** The side that was lost could not be asked any more; what was seen of it before is all there is. */
function lossByLastLook(told: readonly Told[], reached: bigint | null): Measured {
  const seen = digits(evidenceOf(told, kinds.takeStock, 'other side when last seen'));
  const ago = find(told, kinds.takeStock)?.view.evidence?.['last seen ms before'];
  const base = 'How much was lost was not measured, since the side that was lost could not be asked for its last transaction';
  if (reached === null || seen === null || typeof ago !== 'number') return { ms: null, words: `${base}.` };
  const known =
    seen > reached
      ? `the replica lacked at least ${transactions(seen - reached)} of what it had then`
      : 'the replica had everything that it had then';
  return { ms: null, words: `${base}. It was last seen ${spell(ago)} before, and ${known}; what it took after that is lost.` };
}

/** From the moment the stop was begun until a writer was seen; people redirect the traffic after that. */
function downtimeOf(run: RunView, told: readonly Told[]): Measured {
  const began = find(told, kinds.setReadOnly)?.view.beganAt ?? null;
  const served = find(told, kinds.awaitWriter)?.view.endedAt ?? null;
  if (served === null) return { ms: null, words: 'How long writes were stopped was not measured: no writer was seen to be elected.' };
  if (began !== null) {
    const ms = Math.max(0, served - began);
    return { ms, words: `Writes were stopped for ${spanWords(ms)}.` };
  }
  const since = run.startedAt === null ? '' : `, ${spell(Math.max(0, served - run.startedAt))} after the run began`;
  return { ms: null, words: `The new writer was there${since}; when the old one stopped was not measured.` };
}

const factsNow = ({ facts }: Observation): RunReport['facts'] =>
  facts.filter(({ name }) => /\.(state|writer|transaction|lag)$/.test(name)).map(({ label, value }) => ({ label, value }));
