import type { CopyView, Glance, SideRead } from './detail.ts';
import type { Phase } from './state.ts';

/** A length of time for people, e.g. `12 s`, `4 min`, `3.5 h`. */
export function spell(ms: number): string {
  if (ms < 1_000) return 'less than 1 s';
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`;
  return ms < 2 * 3_600_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 360_000) / 10} h`;
}

/** `1 transaction`, `12 transactions`. */
export const transactions = (count: bigint | number | string): string =>
  `${count} ${String(count) === '1' ? 'transaction' : 'transactions'}`;

/** What a database is doing, for people; goes on after `on graph-east, `. */
export const phaseWords: Readonly<Record<Phase, string>> = {
  absent: 'there is no such database',
  creating: 'it is being created as a replica',
  following: 'it is a replica',
  fallen: 'it is a replica of which no copy is online',
  serving: 'it takes writes',
  electing: 'it is a standard database without a writer',
  'two-writers': 'more than one of its servers takes writes',
  'read-only': 'it is read-only',
  dropping: 'it is being dropped',
  stopped: 'it is stopped',
  strange: 'it is in a state that is not known here',
};

/**
 * The state that an approval rests on. A database that has a writer and one that is about to elect one are the same here: a change of
 * the leader must not void an approval.
 */
export function coarseState(side: SideRead, phase: Phase): string {
  if (side.kind !== 'read') return 'unknown';
  if (phase === 'electing') return 'serving';
  return phase === 'strange' ? `strange (${[...new Set(side.database?.copies.map(({ type }) => type) ?? [])].sort().join(', ')})` : phase;
}

export function problemOf(cluster: string, read: Glance): string | null {
  switch (read.kind) {
    case 'gone':
      return read.why;
    case 'silent':
      return `${cluster} accepts connections but gives no usable answer, so it may be half gone, and applications may or may not still write there: ${read.why}`;
    case 'locked':
      return `${cluster} answers, but does not let the bot see its state: ${read.why}`;
    case 'read':
      return null;
  }
}

/** How a copy is called: by its address, or by its server when that is not heard from. */
export const nameOf = ({ address, server }: CopyView): string => address ?? `server ${server}`;

/** `a, b and 3 more`: a sentence has no room for a long list. */
export function few(names: readonly string[], most = 3): string {
  const shown = names.slice(0, most).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}
