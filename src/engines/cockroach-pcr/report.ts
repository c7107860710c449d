import type { Observation } from '../../domain/observation.ts';
import type { RunReport, RunView, StepView } from '../../domain/run.ts';
import { feedReminders } from '../cockroach/feeds.ts';
import { type Micros, microsOfTimestamp, msOfMicros } from '../cockroach/times.ts';
import { fenceKind } from '../frame/drafts.ts';
import { kinds } from './acts.ts';
import { heldUpTo } from './alone.ts';
import { pcrDetail } from './detail.ts';
import { againKey, unheardKey } from './steps/other-side.ts';
import { spell, spellTime } from './words.ts';

type Step = RunView['plan']['steps'][number];
interface Told {
  readonly step: Step;
  readonly view: StepView;
}

/** Measures what a finished run cost. Where nothing was measured it says so, rather than repeat the prediction. Pure. */
export function reportPcr(run: RunView, seen: Observation): RunReport {
  const told = run.plan.steps.flatMap((step, index): readonly Told[] => {
    const view = run.steps[index];
    return view === undefined ? [] : [{ step, view }];
  });
  const { kind } = run.plan.operation;
  if (kind === 'pause' || kind === 'resume') {
    return { sentence: `${seen.headline} Nothing was lost.`, lossMs: 0, downtimeMs: 0, facts: factsNow(seen) };
  }
  if (kind === 'fence') {
    return { sentence: `Only one side takes writes again. ${seen.headline}`, lossMs: 0, downtimeMs: 0, facts: factsNow(seen) };
  }
  if (kind === 'verify') {
    const at = find(told, kinds.compareCopies)?.view.evidence?.['as of'];
    const sentence =
      typeof at === 'string'
        ? `Both sides hold the same data as of ${inUtc(at)}.`
        : 'Whether both sides hold the same data was not proven.';
    return { sentence, lossMs: 0, downtimeMs: 0, facts: factsNow(seen) };
  }
  if (isTold.has(kind)) {
    // Only a rebuild can lose anything: what the side that is copied anew alone had.
    return { sentence: `${changed(run)} ${seen.headline}`, lossMs: run.plan.predictedLoss.ms, downtimeMs: 0, facts: factsNow(seen) };
  }
  if (kind === 'failover' && isOnlyAsked(run)) return reportAsked(run, told, seen);
  if (kind === 'teardown') {
    const drop = run.plan.steps.find((step) => step.kind === kinds.dropCopy);
    const sentence = `The copy on ${drop?.cluster ?? 'the side that did not serve'} is dropped. ${seen.headline}`;
    return { sentence, lossMs: run.plan.predictedLoss.ms, downtimeMs: 0, facts: factsNow(seen) };
  }
  if (kind === 'failback') return reportFailback(run, seen);
  const loss = lossAfterRestart(told) ?? unlessUnheard(told, lossOf(run, told, seen));
  const downtime = downtimeOf(run, told);
  const facts = [
    { label: 'Data lost', value: loss.words },
    { label: 'Time without writes', value: downtime.words },
    ...promotionFacts(told),
    ...feedReminders(run.plan.warnings).map((value) => ({ label: 'Left to people', value })),
    ...factsNow(seen),
  ];
  return { sentence: `${loss.words} ${downtime.words} ${seen.headline}`, lossMs: loss.ms, downtimeMs: downtime.ms, facts };
}

/** Operations of which nothing is measured: that they are done is what there is to tell. */
const isTold: ReadonlySet<string> = new Set(['setup', 'rebuild', 'upgrade', 'retention', 'reader', 'reconnect']);

/** What was changed, by the plan's own words: every step of it is done. */
const changed = ({ plan }: RunView): string => `Done: ${plan.summary.charAt(0).toLowerCase()}${plan.summary.slice(1)}`;

/** A failover to a time far ahead only asks the database for it. */
const isOnlyAsked = ({ plan }: RunView): boolean =>
  !plan.steps.some(({ kind }) => kind === kinds.awaitPromotion || kind === kinds.startService);

/** A failover that promotes nothing lets the side serve that was stopped, because the other one is lost. */
const isAlone = ({ plan }: RunView): boolean =>
  plan.operation.kind === 'failover' && !plan.steps.some(({ kind }) => kind === kinds.awaitPromotion);

/** A time in evidence as everything else shows it. */
const inUtc = (time: string): string => time.replace('+00:00', ' UTC');

function reportAsked({ plan }: RunView, told: readonly Told[], seen: Observation): RunReport {
  const at = find(told, kinds.completeReplication)?.view.evidence?.['failover time'];
  const time = typeof at === 'string' ? inUtc(at) : 'its time';
  const sentence = `The failover is asked for and waits for ${time}; nothing has changed yet. Ask for /repl failover ${plan.link} when that time has come, or the old primary goes on taking writes that are lost. ${seen.headline}`;
  return { sentence, lossMs: null, downtimeMs: 0, facts: factsNow(seen) };
}

function reportFailback({ plan }: RunView, seen: Observation): RunReport {
  const sentence = `${seen.headline} What the side that follows had taken alone was discarded; how many writes that was is not known. /repl switchover ${plan.link} now returns the roles.`;
  return { sentence, lossMs: null, downtimeMs: 0, facts: factsNow(seen) };
}

interface Measured {
  readonly ms: number | null;
  readonly words: string;
}

const atMost = (ms: number): string => (ms < 1_000 ? 'Less than 1 s' : `At most ${spell(ms)}`);

const find = (told: readonly Told[], kind: string): Told | null => told.find(({ step }) => step.kind === kind) ?? null;

function timeIn(told: Told | null, key: string): Micros | null {
  const text = told?.view.evidence?.[key];
  return typeof text === 'string' ? microsOfTimestamp(text) : null;
}

const promotedAt = (told: readonly Told[]): Micros | null =>
  timeIn(find(told, kinds.awaitPromotion), 'promoted to') ?? timeIn(find(told, kinds.completeReplication), 'failover time');

/** Somebody started the old primary again on the way: what it took then is nowhere else. Null when nobody did. */
function lossAfterRestart(told: readonly Told[]): Measured | null {
  const seen = told.find(({ view }) => typeof view.evidence?.[againKey] === 'string');
  if (seen === undefined) return null;
  const here = seen.step.cluster;
  const at = inUtc(String(seen.view.evidence?.[againKey]));
  return {
    ms: null,
    words: `The other side of ${here} took writes again on the way (seen at ${at}): ${here} has none of those, and how many they are is not known.`,
  };
}

/** That nothing was lost rests on the old primary having stayed stopped, and the last look could not see that. */
function unlessUnheard(told: readonly Told[], loss: Measured): Measured {
  const there = find(told, kinds.checkSplitBrain)?.view.evidence?.[unheardKey];
  if (loss.ms !== 0 || typeof there !== 'string') return loss;
  return {
    ms: null,
    words: `Every write that ${there} took until it was stopped is kept; whether it took more since is not known: it gave no answer at the end.`,
  };
}

function lossAlone(told: readonly Told[], seen: Observation): Measured {
  const lost = 'What the lost side took since it was promoted is given up, if it served; how much that is was not measured.';
  const started = find(told, kinds.startService)?.step;
  const detail = pcrDetail.safeParse(seen.detail);
  const upTo = started?.side == null || !detail.success ? null : heldUpTo(started.side, detail.data);
  if (upTo === null) return { ms: null, words: lost };
  return { ms: null, words: `${lost} Up to ${spellTime(upTo)} ${started?.cluster} has all that it had.` };
}

function lossOf(run: RunView, told: readonly Told[], seen: Observation): Measured {
  if (isAlone(run)) return lossAlone(told, seen);
  return run.plan.operation.kind === 'switchover' ? lossOfSwitchover(told) : lossOfFailover(run, told);
}

/** Nothing is lost when the promotion is to a time at or past one at which the primary was stopped, by the databases' own times. */
function lossOfSwitchover(told: readonly Told[]): Measured {
  const cut = timeIn(find(told, kinds.awaitCut), 'cut');
  const promoted = promotedAt(told);
  if (cut === null) return lossUnproven(told, promoted);
  if (promoted === null) return { ms: 0, words: 'No write was lost: the standby had all of them before it was promoted.' };
  const ms = Math.max(0, msOfMicros(cut - promoted));
  return ms === 0
    ? { ms: 0, words: 'No write was lost: the promotion is to a time after the last write.' }
    : { ms, words: `Up to ${spell(ms)} of writes were lost: the promotion is to a time before the stop was proven.` };
}

/** The wait for the last writes was skipped: a person has seen that some may be missing. */
function lossUnproven(told: readonly Told[], promoted: Micros | null): Measured {
  const stopped = timeIn(find(told, kinds.stopService), 'seen at');
  if (stopped === null || promoted === null || promoted >= stopped)
    return { ms: null, words: 'Whether data was lost was not measured: the wait for the last writes was not proven.' };
  const ms = msOfMicros(stopped - promoted);
  return { ms, words: `${atMost(ms)} of writes were lost: the promotion is to a time before the old primary was seen stopped.` };
}

function lossOfFailover(run: RunView, told: readonly Told[]): Measured {
  const promoted = promotedAt(told);
  if (promoted === null)
    return { ms: null, words: 'How much was lost was not measured: the database does not say to which time it was promoted.' };
  const stopped = timeIn(find(told, kinds.stopService), 'seen at');
  if (stopped !== null) {
    const ms = Math.max(0, msOfMicros(stopped - promoted));
    if (ms === 0) return { ms, words: 'No write was lost: the promotion is to a time at which the old primary was seen stopped.' };
    return {
      ms,
      words: `${atMost(ms)} of writes were lost: from the time of the promotion until the old primary was seen stopped.`,
    };
  }
  const start = startClock(run, told);
  if (start === null)
    return { ms: null, words: 'How much was lost was not measured: when the old primary took its last write is not known.' };
  const ms = Math.max(0, msOfMicros(start - promoted));
  if (!told.some(({ step }) => step.kind === fenceKind)) {
    return {
      ms,
      words: `The old primary took no writes when the run began; when it took its last is not known: ${atMost(ms).charAt(0).toLowerCase()}${atMost(ms).slice(1)} of them were lost.`,
    };
  }
  return {
    ms,
    words: `How many writes were lost is not known, since the old primary could not be fenced: ${atMost(ms).charAt(0).toLowerCase()}${atMost(ms).slice(1)} of them if it took none after the run began.`,
  };
}

/** The standby's clock when the run began. */
function startClock(run: RunView, told: readonly Told[]): Micros | null {
  const side = find(told, kinds.completeReplication)?.step.side;
  const text = run.startFacts.find(({ name }) => name === `${side}.clock`)?.value;
  return text === undefined ? null : microsOfTimestamp(text.replace(' UTC', '+00:00'));
}

/** From the moment the stop was begun until the promoted side was seen in service; people redirect the traffic after that. */
function downtimeOf(run: RunView, told: readonly Told[]): Measured {
  const began = find(told, kinds.stopService)?.view.beganAt ?? null;
  const served = find(told, kinds.startService)?.view.endedAt ?? null;
  if (served === null) return { ms: null, words: 'How long writes were stopped was not measured: the service was not seen to start.' };
  if (began !== null) {
    const ms = Math.max(0, served - began);
    return { ms, words: `Writes were stopped for ${spell(ms)}.` };
  }
  const since = run.startedAt === null ? '' : ` ${spell(Math.max(0, served - run.startedAt))} after the run began`;
  return { ms: null, words: `The new primary was ready for writes${since}; when the old one stopped was not measured.` };
}

function promotionFacts(told: readonly Told[]): RunReport['facts'] {
  const evidence = find(told, kinds.awaitPromotion)?.view.evidence ?? null;
  const job =
    typeof evidence?.['job'] === 'string' ? [{ label: 'Job of the promotion', value: `${evidence['job']} ${evidence['job status']}` }] : [];
  const to = typeof evidence?.['promoted to'] === 'string' ? [{ label: 'Promoted to', value: inUtc(evidence['promoted to']) }] : [];
  return [...to, ...job];
}

const factsNow = ({ facts }: Observation): RunReport['facts'] =>
  facts.filter(({ name }) => /\.(status|service|replicated-time|lag)$/.test(name)).map(({ label, value }) => ({ label, value }));
