import type { Entry, JournalRecord, RunView, StepView } from '../domain/run.ts';
import type { RunEnding } from '../domain/run-ending.ts';
import { foldStep, isStepEntry } from './fold-steps.ts';
import { moved } from './moves.ts';

type Of<Kind extends Entry['kind']> = Extract<Entry, { kind: Kind }>;

/**
 * The state of a run, from its journal alone. Pure.
 * Throws TypeError for a journal that is empty, has gaps, or holds an illegal move: none of these can come from our own writing.
 */
export function fold(records: readonly JournalRecord[]): RunView {
  const [first, ...rest] = records;
  if (first?.entry.kind !== 'proposed' || first.seq !== 1) throw new TypeError('a journal begins with its proposal');
  return rest.reduce(foldOne, begin(first.entry));
}

/** Adds records to a view that was folded before. */
export const foldMore = (view: RunView, records: readonly JournalRecord[]): RunView => records.reduce(foldOne, view);

function begin(entry: Of<'proposed'>): RunView {
  return {
    id: entry.run,
    seq: 1,
    state: 'proposed',
    plan: entry.plan,
    planHash: entry.planHash,
    origin: entry.origin,
    reason: entry.reason,
    wait: entry.wait,
    breakGlass: entry.breakGlass,
    verdict: entry.verdict,
    requirement: null,
    glassBroken: null,
    votes: [],
    approvedBy: [],
    expiresAt: null,
    queue: null,
    direction: 'forward',
    steps: entry.plan.steps.map((step) => untouched(step.id)),
    halt: null,
    halts: 0,
    retried: [],
    cancelAskedBy: null,
    startFacts: [],
    report: null,
    ending: null,
    posted: {},
    proposedAt: entry.at,
    startedAt: null,
    endedAt: null,
    takenOver: null,
  };
}

const untouched = (id: string): StepView => ({
  id,
  state: 'todo',
  attempts: 0,
  effect: null,
  sent: null,
  calls: 0,
  beganAt: null,
  deadlineAt: null,
  quietAt: null,
  endedAt: null,
  progress: null,
  evidence: null,
  confirmedBy: null,
});

function foldOne(view: RunView, record: JournalRecord): RunView {
  if (record.seq !== view.seq + 1) throw new TypeError(`journal of ${view.id} jumps from entry ${view.seq} to ${record.seq}`);
  const state = moved(view.state, record.entry.kind);
  if (state === null) throw new TypeError(`journal of ${view.id} has '${record.entry.kind}' in state '${view.state}'`);
  return { ...foldEntry(view, record.entry), seq: record.seq, state };
}

function foldEntry(view: RunView, entry: Entry): RunView {
  if (isStepEntry(entry)) return { ...foldStep(view, entry), queue: null };
  switch (entry.kind) {
    case 'approval-asked':
      return { ...view, requirement: entry.requirement, expiresAt: entry.expiresAt };
    case 'glass-broken':
      return { ...view, glassBroken: { person: entry.person, reason: entry.reason } };
    case 'voted':
      return { ...view, votes: [...view.votes.filter((vote) => vote.person !== entry.vote.person), entry.vote] };
    case 'vote-withdrawn':
      return { ...view, votes: view.votes.filter((vote) => vote.person !== entry.person) };
    case 'approved':
      return { ...view, approvedBy: entry.by, expiresAt: entry.startBy };
    case 'queued':
      return { ...view, queue: { behind: entry.behind, place: entry.place } };
    case 'started':
      return { ...view, startFacts: entry.observation.facts, startedAt: entry.at, expiresAt: null, queue: null };
    case 'taken-over':
      return { ...view, takenOver: { worker: entry.worker, from: entry.from, at: entry.at } };
    case 'halted':
      return { ...view, halt: { ...entry.halt, step: entry.step }, halts: view.halts + 1, queue: null };
    case 'cancel-asked':
      return { ...view, cancelAskedBy: entry.by };
    case 'undo-begun':
      return { ...view, direction: 'undo', halt: null };
    case 'noted':
      return view;
    case 'posting':
      return { ...view, posted: { ...view.posted, [entry.key]: { channel: entry.channel, ts: null, failed: null } } };
    case 'posted':
      return { ...view, posted: { ...view.posted, [entry.key]: { channel: entry.channel, ts: entry.ts, failed: null } } };
    case 'post-failed':
      return { ...view, posted: { ...view.posted, [entry.key]: { channel: entry.channel, ts: null, failed: entry.why } } };
    case 'proposed':
      throw new TypeError(`journal of ${view.id} has two proposals`);
    default:
      return foldEnding(view, entry);
  }
}

type Ending = Of<'denied' | 'expired' | 'voided' | 'succeeded' | 'failed' | 'undone' | 'cancelled'>;

function foldEnding(view: RunView, entry: Ending): RunView {
  const over: RunView = { ...view, endedAt: entry.at, expiresAt: null, halt: null, queue: null };
  const ends = (sentence: string, more: Partial<RunEnding> = {}): RunView => ({
    ...over,
    ending: { sentence, by: null, databases: null, next: null, differences: [], ...more },
  });
  switch (entry.kind) {
    case 'denied':
      return ends(entry.reason ?? 'No reason was given.', { by: entry.by });
    case 'succeeded':
      return { ...ends(entry.report.sentence), report: entry.report };
    case 'failed':
      return ends(entry.sentence, { databases: entry.databases, next: entry.next });
    case 'voided':
    case 'undone':
      return ends(entry.sentence, { differences: entry.differences });
    case 'expired':
      return ends(entry.sentence);
    case 'cancelled':
      return ends(entry.sentence, { by: entry.by });
  }
}
