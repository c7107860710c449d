import type { PastView, SideRead } from './detail.ts';
import type { Phase } from './state.ts';

/** A length of time for people, e.g. `12 s`, `4 min`, `3.5 h`. */
export function spell(ms: number): string {
  if (ms < 1_000) return 'less than 1 s';
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`;
  return ms < 2 * 3_600_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 360_000) / 10} h`;
}

export const count = (number: number, one: string, many = `${one}s`): string => `${number} ${number === 1 ? one : many}`;

/** `a, b and 3 more`: a sentence has no room for a long list. */
export function few(names: readonly string[], most = 3): string {
  const shown = names.slice(0, most).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}

/** What a cluster is doing, for people; goes on after `graph-east `. */
export const phaseWords: Readonly<Record<Phase, string>> = {
  following: 'follows',
  halted: 'is set to follow, but fetches nothing',
  failing: 'is set to follow, but its connector fails',
  blind: 'is set to follow, and whether it fetches anything is not known',
  serving: 'takes writes',
  stopped: 'is stopped and follows nothing',
  leaving: 'is set not to follow any more, but its services still run as those of a standby: they have to be restarted',
  unsettled: 'is set to follow nobody, and whether its services were restarted since, so that it takes writes, is not known',
  changing: 'has a change of its replication staged that is not applied',
  unknown: 'does not tell whether it follows',
};

/** When both sides were seen the last time, and what the one that follows had then. `words` go on after its name. */
export const lastSeenWords = (follower: string, { at, words }: NonNullable<PastView['lastSeen']>): string =>
  `Both sides were last seen together at ${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC: ${follower} ${words} then.`;

export function problemOf(cluster: string, read: SideRead): string | null {
  switch (read.kind) {
    case 'gone':
      return `${cluster} can't be reached: ${read.why}`;
    case 'silent':
      return `${cluster} accepts connections but gives no usable answer, so it may be half gone, and applications may or may not still write there: ${read.why}`;
    case 'locked':
      return `${cluster} answers, but does not let the bot see its state: ${read.why}`;
    case 'read':
      return null;
  }
}
