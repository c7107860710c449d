import { describe, expect, it } from 'vitest';
import type { CrrDetail, ReadSide } from '../../../src/engines/tigergraph-crr/detail.ts';
import type { Trace } from '../../../src/engines/tigergraph-crr/detail-signs.ts';
import { outdatedChecks } from '../../../src/engines/tigergraph-crr/preflights/outdated.ts';
import { type Baseline, judgeSigns, unseenOf } from '../../../src/engines/tigergraph-crr/signs.ts';
import { aDetail, aFollower, aLink, aSource, noneSeen } from './build.ts';

const hour = 3_600_000;
const now = 100 * hour;
const read = (signs: Partial<Extract<ReadSide['signs'], { kind: 'read' }>>): ReadSide['signs'] => {
  const base = aSource().signs;
  if (base.kind !== 'read') throw new TypeError('the builder reads signs');
  return { ...base, ...signs };
};
const traced = (...found: readonly Partial<Trace>[]) =>
  read({
    logs: {
      kind: 'read',
      left: 0,
      found: found.map((one) => ({ what: 'DROP ALL', at: null, before: null, where: 'log.INFO.1 on m1', ...one })),
    },
  });
const pair = (source: Partial<ReadSide>, follower: Partial<ReadSide> = {}) => ({
  source: { name: 'east', read: aSource(source) },
  follower: { name: 'west', read: aFollower(follower) },
});
const watched = (more: Partial<Baseline> = {}): Baseline => ({ points: [], watchedSince: 50 * hour, filledAt: null, ...more });
const backups = (createdAt: number): ReadSide['backups'] => ({
  kind: 'read',
  rows: [{ tag: 't', type: 'FULL', version: null, size: null, base: null, startedAt: null, createdAt }],
});

const kept = (first: number | null, newest: number | null = null) => read({ kept: { kind: 'read', first, newest } });
const unkept = read({ kept: { kind: 'unread', why: 'No.' } });

type Judged = readonly [source: Partial<ReadSide>, follower: Partial<ReadSide>, baseline: Baseline];
/** A command that makes standbys outdated was run on the source. */
const ran = (when: Partial<Trace>, baseline: Partial<Baseline> = {}, follower: Partial<ReadSide> = {}): Judged => [
  { signs: traced(when) },
  follower,
  watched(baseline),
];
/** What Kafka still has of the metadata on both sides, where the standby is at change 10. */
const has = (source: ReadSide['signs'], follower: ReadSide['signs']): Judged => [
  { signs: source },
  { signs: follower, sequence: { kind: 'read', last: 10, waiting: null } },
  watched(),
];
/** Looks at both sides, which had as many changes at each. */
const looks = (...seen: readonly (readonly [hours: number, changes: number])[]): Partial<Baseline> => ({
  points: seen.map(([hours, changes]) => ({ at: hours * hour, source: changes, follower: changes })),
});

describe('a verdict on a standby is', () => {
  const rows: readonly (readonly ['certain' | 'doubtful' | 'good', string, Judged])[] = [
    ['certain', 'a reset was run while bots looked', ran({ at: 60 * hour })],
    ['doubtful', 'a reset was run before they looked, by its time', ran({ at: 40 * hour })],
    ['doubtful', 'a reset was run at an unknown time', ran({ before: now })],
    ['good', 'a reset was run before the standby was seen to be filled', ran({ at: 40 * hour }, { filledAt: 45 * hour })],
    ['good', 'a reset stands in a log that was ended before that', ran({ before: 40 * hour }, { filledAt: 45 * hour })],
    [
      'good',
      'a reset was run before old data was put aside on the standby',
      ran({ at: 40 * hour }, {}, { signs: read({ replacedAt: 45 * hour }) }),
    ],
    [
      'good',
      'a reset was run before a change that the standby has replayed since',
      ran({ at: 40 * hour }, looks([39, 7], [41, 7], [42, 9])),
    ],
    [
      'doubtful',
      'a reset was run after the last change that the standby has replayed',
      ran({ at: 43 * hour }, looks([41, 7], [42, 9], [44, 9])),
    ],
    ['good', 'Kafka has every change', has(kept(0), kept(0, 10))],
    ['good', 'the next change is the oldest that Kafka keeps', has(kept(11), kept(0, 10))],
    ['certain', 'the standby lacks changes that its own Kafka has lost', has(kept(0), kept(13, 20))],
    ['certain', 'the primary has lost changes that were never fetched', has(kept(13), kept(0, 10))],
    ['certain', 'the primary has lost changes, and the Kafka of the standby has none at all', has(kept(13), kept(null))],
    ['good', 'the primary has lost changes that were fetched', has(kept(13), kept(0, 12))],
    ['doubtful', 'the primary has lost changes, and what was fetched is not known', has(kept(13), unkept)],
    ['good', 'nothing is known of what Kafka has', has(unkept, unkept)],
  ];
  it.each(rows)('%s where %s', (wanted, _, [source, follower, baseline]) => {
    const { certain, doubts } = judgeSigns(pair(source, follower), baseline);
    expect([certain.length, doubts.length]).toEqual([wanted === 'certain' ? 1 : 0, wanted === 'doubtful' ? 1 : 0]);
  });
});

describe('a command that makes standbys outdated', () => {
  it('between a backup and the standby that was filled since may be in it or not', () => {
    const baseline = watched({ filledAt: 45 * hour });
    const at = (time: number) => judgeSigns(pair({ signs: traced({ at: time }), backups: backups(40 * hour) }), baseline);
    expect(at(39 * hour)).toEqual({ certain: [], doubts: [] });
    expect(at(42 * hour)).toMatchObject({ certain: [], doubts: [expect.stringContaining('got a state from before it is not known')] });
  });

  it('is told with its time and its file', () => {
    expect(judgeSigns(pair({ signs: traced({ at: 60 * hour }) }), watched()).certain).toEqual([
      'DROP ALL was run on east at 1970-01-03 12:00:00 UTC (log.INFO.1 on m1).',
    ]);
    expect(judgeSigns(pair({ signs: traced({}) }), watched()).doubts).toEqual([
      'DROP ALL was run on east at a time that is not told (log.INFO.1 on m1), and when west was filled is not known. A standby with a state from before it is outdated.',
    ]);
  });
});

describe('a primary that holds far less', () => {
  const counts = (vertices: number): ReadSide['counts'] => ({ kind: 'read', vertices, edges: 0 });
  it.each([
    [0, 10_000, true],
    [4_000, 10_000, true],
    [9_000, 10_000, false],
    [20_000, 10_000, false],
    [0, 900, false],
  ])('%i against %i: a doubt is %s', (there, here, isDoubt) => {
    expect(judgeSigns(pair({ counts: counts(there) }, { counts: counts(here) }), watched()).doubts.length > 0).toBe(isDoubt);
  });
});

it('says what could not be looked at', () => {
  const unread = { kind: 'unread', why: 'The logs of m1 could not be read.' } as const;
  expect(unseenOf(aSource(), aFollower())).toEqual([]);
  expect(unseenOf(aSource({ signs: read({ logs: unread, restores: { kind: 'read', found: [], left: 0 } }) }), aFollower())).toEqual([
    unread.why,
  ]);
  expect(unseenOf(null, aFollower())).toEqual(['The side that is followed does not answer.']);
});

describe('a preflight of what rests on the standby', () => {
  const link = aLink();
  const checks = (kind: 'resume' | 'rebuild', past: Partial<CrrDetail['past']>) =>
    outdatedChecks({ kind, link: link.id }, link, aDetail({ past: { ...noneSeen, ...past } }));
  const rows: readonly (readonly [string, Partial<CrrDetail['past']>, string, RegExp])[] = [
    ['passes where nothing was found', {}, 'passed', /Nothing was found that has made graph-west outdated\./],
    ['warns of what is known', { outdated: ['DROP ALL was run.'] }, 'warned', /^DROP ALL was run\.$/],
    ['warns of what may be', { doubts: ['It may be.'] }, 'warned', /^It may be\.$/],
  ];
  it.each(rows)('%s', (_, past, outcome, seen) => {
    expect(checks('resume', past)).toEqual([
      expect.objectContaining({ name: 'graph-west: up to date', outcome, seen: expect.stringMatching(seen) }),
    ]);
  });
  it('asks nothing of a standby that is filled anew', () => {
    expect(checks('rebuild', { outdated: ['DROP ALL was run.'] })).toEqual([]);
  });
});
