import type { Observation } from '../../domain/observation.ts';
import type { RunReport, RunView } from '../../domain/run.ts';
import { spanWords } from '../../domain/span.ts';
import { kinds } from './acts.ts';
import { graphOf, type Told } from './report-graph.ts';
import { spell } from './words.ts';

/** Measures what a finished run cost. Where nothing was measured it says so, rather than repeat the prediction. Pure. */
export function reportCrr(run: RunView, seen: Observation): RunReport {
  const told = run.plan.steps.flatMap((step, index): readonly Told[] => {
    const view = run.steps[index];
    return view === undefined ? [] : [{ step, view }];
  });
  const { kind } = run.plan.operation;
  if (kind === 'failover' || kind === 'switchover') return reportPromotion(run, told, seen);
  const graph = graphOf(told);
  const facts = [...backupFacts(told), ...oldDataFacts(told), ...graph.facts, ...timeFacts(told), ...factsNow(seen)];
  const lossMs = run.plan.predictedLoss.ms;
  if (kind === 'restore') {
    const [offline, loss] = [offlineOf(told), givenUp(told)];
    const sentence = joined(changed(run), loss.words, offline.words, graph.words, seen.headline);
    return { sentence, lossMs: loss.ms, downtimeMs: offline.ms, facts };
  }
  return { sentence: joined(changed(run), graph.words, seen.headline), lossMs, downtimeMs: 0, facts };
}

const joined = (...sentences: readonly string[]): string => sentences.filter((words) => words !== '').join(' ');

interface Measured {
  readonly ms: number | null;
  readonly words: string;
}

/** What was changed, by the plan's own words: every step of it is done. */
const changed = ({ plan }: RunView): string => `Done: ${plan.summary.charAt(0).toLowerCase()}${plan.summary.slice(1)}`;

const find = (told: readonly Told[], kind: string): Told | null => told.find(({ step }) => step.kind === kind) ?? null;

function reportPromotion(run: RunView, told: readonly Told[], seen: Observation): RunReport {
  const loss = lossOf(told);
  const downtime = downtimeOf(run, told);
  const facts = [
    { label: 'Data lost', value: loss.words },
    { label: 'Time without writes', value: downtime.words },
    ...timeFacts(told),
    ...factsNow(seen),
  ];
  return { sentence: `${loss.words} ${downtime.words} ${seen.headline}`, lossMs: loss.ms, downtimeMs: downtime.ms, facts };
}

/** Nothing is lost when the standby was seen to have everything after the stop; otherwise nothing in the product tells. */
function lossOf(told: readonly Told[]): Measured {
  if (find(told, kinds.awaitEqual)?.view.evidence?.['topics'] !== undefined) {
    return { ms: 0, words: 'No write was lost, as far as Kafka tells: the standby had all records after the stop.' };
  }
  return { ms: null, words: 'How much was lost was not measured: TigerGraph keeps no time at which the standby was promoted.' };
}

/** From the moment the stop was begun until the promoted side was seen in service; people redirect the traffic after that. */
function downtimeOf(run: RunView, told: readonly Told[]): Measured {
  const served = find(told, kinds.verifyServing)?.view.endedAt ?? null;
  if (served === null)
    return { ms: null, words: 'How long writes were stopped was not measured: the promoted side was not seen to serve.' };
  const began = find(told, kinds.stopServices)?.view.beganAt ?? null;
  if (began !== null) {
    const ms = Math.max(0, served - began);
    return { ms, words: `Writes were stopped for ${spanWords(ms)}.` };
  }
  const since = run.startedAt === null ? '' : `, ${spell(Math.max(0, served - run.startedAt))} after the run began`;
  return { ms: null, words: `The new primary was ready for writes${since}; when the old one stopped was not measured.` };
}

function offlineOf(told: readonly Told[]): Measured {
  const began = find(told, kinds.restore)?.view.beganAt ?? null;
  const served = find(told, kinds.verifyServing)?.view.endedAt ?? null;
  if (began === null || served === null) return { ms: null, words: 'How long the cluster was offline was not measured.' };
  return { ms: Math.max(0, served - began), words: `The cluster was offline for ${spanWords(Math.max(0, served - began))}.` };
}

/** What the cluster took between the state that it was taken back to and the begin of the restore. */
function givenUp(told: readonly Told[]): Measured {
  const restored = find(told, kinds.restore);
  const [at, began] = [restored?.step.params['stateAt'], restored?.view.beganAt ?? null];
  if (typeof at !== 'number' || began === null) return { ms: null, words: '' };
  const ms = Math.max(0, began - at);
  return { ms, words: `The writes of ${spell(ms)} before it were given up.` };
}

/** It takes as much room as the new data, and nobody but people deletes it. */
function oldDataFacts(told: readonly Told[]): RunReport['facts'] {
  const { step, view } = find(told, kinds.restore) ?? {};
  const path = view?.evidence?.['old data'];
  return typeof path === 'string' ? [{ label: `Old data on each node of ${step?.cluster ?? ''}, to be deleted by hand`, value: path }] : [];
}

function backupFacts(told: readonly Told[]): RunReport['facts'] {
  const evidence = find(told, kinds.takeBackup)?.view.evidence ?? null;
  return typeof evidence?.['backup'] === 'string' ? [{ label: 'Backup', value: evidence['backup'] }] : [];
}

/** How long the long commands took: what the next one may be expected to take. */
function timeFacts(told: readonly Told[]): RunReport['facts'] {
  const long: readonly string[] = [kinds.takeBackup, kinds.copyBackup, kinds.restore, kinds.installQueries, kinds.restart];
  return told.flatMap(({ step, view }) =>
    long.includes(step.kind) && view.beganAt !== null && view.endedAt !== null
      ? [{ label: step.title, value: spell(Math.max(0, view.endedAt - view.beganAt)) }]
      : [],
  );
}

/** What a run may have changed; `describe` tells the rest. */
const ofReport = /\.(nodes|services|connector|sequence|counts|backups|changes|records|lag-time|outdated|doubts)$/;

const factsNow = ({ facts }: Observation): RunReport['facts'] =>
  facts.filter(({ name }) => ofReport.test(name)).map(({ label, value }) => ({ label, value }));
