import { nearest } from '../../domain/nearest.ts';
import type { ContinueFrom, FailoverTarget } from '../../domain/operation.ts';
import { type Argument, mustBeGiven, unfit } from '../argument.ts';
import type { Problem } from '../problem.ts';
import { show } from '../show.ts';
import type { Word } from '../tokens.ts';
import { printTimestamp, readTimestamp } from './timestamp.ts';

const howToWrite = 'Write a time with its zone, such as `2026-12-24T10:00Z`, or a distance from now, such as `-10m`.';

function readTime(word: Word, label: string, now: number): number | Problem {
  const shown = show(word.text);
  const reading = readTimestamp(word.plain, now);
  switch (reading.kind) {
    case 'time':
      return reading.at;
    case 'no-zone':
      return unfit(shown, label, 'it has no time zone', `Write \`${reading.utc}\` for UTC, or end it with an offset such as \`+01:00\`.`);
    case 'no-such-time':
      return unfit(shown, label, 'there is no such time between the years 1970 and 9999', howToWrite);
    case 'no-sign':
      return unfit(shown, label, 'it does not say before or after now', `Write \`${reading.relative}\` for that long ago.`);
    case 'not-a-time':
      return unfit(shown, label, 'it is not a time', howToWrite);
  }
}

/** A point in time, past or future, in ms since the epoch. */
export function time(): Argument<number> {
  return {
    place: 'flag',
    placeholder: 'TIME',
    about: 'a time with its zone, such as `2026-12-24T10:00Z`, or a distance from now, such as `-10m` or `+2h`',
    absent: mustBeGiven,
    read: (word, { label, now }) => readTime(word, label, now),
    print: printTimestamp,
  };
}

/** Where a failover cuts: `latest`, or a time; whether a time to come is possible is for the engine to say. `latest` when it is not given. */
export function failoverTarget(): Argument<FailoverTarget> {
  return {
    place: 'flag',
    placeholder: 'latest|TIMESTAMP',
    about: '`latest` (when left out), or a time with its zone, such as `2026-12-24T10:00Z` or `-10m`; one to come schedules it',
    absent: { kind: 'value', value: { kind: 'latest' } },
    read(word, { label, now }) {
      if (word.plain.toLowerCase() === 'latest') return { kind: 'latest' };
      if (nearest(word.plain, ['latest']).length > 0) return unfit(show(word.text), label, 'it is not a time', 'Did you mean `latest`?');
      const at = readTime(word, label, now);
      return typeof at === 'number' ? { kind: 'time', at } : at;
    },
    print: (target) => (target.kind === 'latest' ? 'latest' : printTimestamp(target.at)),
  };
}

/** From when on replication goes on: from where the last one ended, or from a time. */
export function continueFrom(): Argument<ContinueFrom> {
  return {
    place: 'flag',
    placeholder: 'last|TIMESTAMP',
    about: '`last` for where the last replication ended, or a time with its zone, such as `2026-12-24T10:00Z` or `-10m`',
    absent: mustBeGiven,
    read(word, { label, now }) {
      if (word.plain.toLowerCase() === 'last') return { kind: 'last' };
      if (nearest(word.plain, ['last']).length > 0) return unfit(show(word.text), label, 'it is not a time', 'Did you mean `last`?');
      const at = readTime(word, label, now);
      return typeof at === 'number' ? { kind: 'time', at } : at;
    },
    print: (from) => (from.kind === 'last' ? 'last' : printTimestamp(from.at)),
  };
}
