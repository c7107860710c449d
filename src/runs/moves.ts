import type { EntryKind, RunState } from '../domain/run.ts';

type Moves = Partial<Record<EntryKind, RunState>>;

/**
 * Every legal move of a run: state → entry → next state. An entry that is neither here nor in `stays` cannot be written in that
 * state. `voided` ends in `cancelled`: an approval whose facts have moved is worth nothing, and a new run is a new proposal.
 */
export const moves = {
  proposed: { 'approval-asked': 'awaiting-approval', approved: 'queued', cancelled: 'cancelled' },
  'awaiting-approval': { approved: 'queued', denied: 'denied', expired: 'expired', cancelled: 'cancelled' },
  queued: { started: 'running', voided: 'cancelled', expired: 'expired', cancelled: 'cancelled' },
  running: { halted: 'halted', succeeded: 'succeeded', failed: 'failed', undone: 'undone', cancelled: 'cancelled' },
  halted: { retried: 'running', skipped: 'running', 'undo-begun': 'running', failed: 'failed' },
  succeeded: {},
  failed: {},
  undone: {},
  cancelled: {},
  denied: {},
  expired: {},
} as const satisfies Record<RunState, Moves>;

/** Entries that leave the state as it is, by state. */
export const stays: Readonly<Record<RunState, readonly EntryKind[]>> = {
  proposed: ['glass-broken'],
  'awaiting-approval': ['voted', 'vote-withdrawn'],
  queued: ['queued'],
  running: ['queued', 'taken-over', 'intent', 'performing', 'not-applied', 'progress', 'done', 'confirmed', 'cancel-asked', 'undo-begun'],
  halted: [],
  succeeded: [],
  failed: [],
  undone: [],
  cancelled: [],
  denied: [],
  expired: [],
};

/** What people are told may be written in every state, after the end too. */
export const always: readonly EntryKind[] = ['noted', 'posting', 'posted', 'post-failed'];

/** The state after an entry, or null when that entry may not be written in this state. */
export function moved(state: RunState, entry: EntryKind): RunState | null {
  const table: Moves = moves[state];
  const next = table[entry];
  if (next !== undefined) return next;
  return stays[state].includes(entry) || always.includes(entry) ? state : null;
}
