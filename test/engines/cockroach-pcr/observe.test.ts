import { describe, expect, it } from 'vitest';
import { fingerprintOf, type Health } from '../../../src/domain/observation.ts';
import { spell } from '../../../src/engines/cockroach/spell.ts';
import type { PcrDetail } from '../../../src/engines/cockroach-pcr/detail.ts';
import { observationOf } from '../../../src/engines/cockroach-pcr/observe.ts';
import {
  aDetail,
  aJob,
  aLink,
  aMadeLink,
  anObservation,
  aReadSide,
  aSource,
  aStandby,
  aVirtualCluster,
  gone,
  locked,
  micros,
  nowMs,
  onVersion,
  silent,
} from './build.ts';

const paused = { status: 'replication paused' };
const gaveUp = { ...paused, job: aJob({ status: 'paused', runningStatus: 'ingestion job failed (x) but is being paused' }) };
const stopped = aReadSide(aVirtualCluster({ service: 'none' }), { history: 'kept' });
const promoted = aReadSide(aVirtualCluster({ activated: micros(60_000) }));

describe('the share of a first copy', () => {
  const copying = (fraction: number | null, more = {}) =>
    anObservation(aDetail(aSource(), aStandby({ status: 'initializing replication', replicated: null, job: aJob({ fraction }), ...more })));
  const told = ({ facts }: ReturnType<typeof copying>) => facts.find(({ name }) => name === 'standby.scan');
  it.each([
    [0.426, '42 %'],
    [0.999, '99 %'],
    [1, '99 %'],
  ])('%s: %s', (fraction, share) => {
    const seen = copying(fraction);
    expect(seen.headline).toBe(`sql-east → sql-west: the initial scan is running (${share} is copied), so sql-west can't take over yet.`);
    expect(told(seen)).toMatchObject({ label: 'Initial scan of sql-west', value: share, binding: false });
    expect(told(copying(fraction, { status: 'replication paused' }))?.value).toBe(share);
  });

  it.each([null, 0])('is left out where the job does not tell: %s', (fraction) => {
    const seen = copying(fraction);
    expect(seen.headline).toContain('the initial scan is running, so sql-west');
    expect(told(seen)).toBeUndefined();
  });

  it('is over with the copy', () => {
    expect(told(copying(0.5, { status: 'replicating', replicated: micros(12_000) }))).toBeUndefined();
  });
});

describe('the time that is left to resume', () => {
  const hourMs = 3_600_000;
  const pausedFor = (hours: number, version: '23.2' | '26.2', history: 'kept' | 'lost' | 'untold' = 'untold') =>
    aDetail(aSource({ ...onVersion(version), history }), aStandby({ ...paused, replicated: micros(hours * hourMs) }, onVersion(version)));
  it.each([
    ['26.2', null, 13, 'for about 11 h more'],
    ['26.2', 12, 13, 'probably stood still for too long'],
    ['26.2', 48, 25, 'for about 23 h more'],
    // It has no window of a single replication, so the config's can't have been set.
    ['23.2', 12, 13, 'for about 2 d 11 h more'],
  ] as const)('goes by the window of the config where the version has one: %s, %s h, paused %s h', (version, window, hours, words) => {
    const link = aMadeLink({ expirationMs: window === null ? null : window * hourMs });
    const seen = observationOf(link, pausedFor(hours, version), nowMs);
    expect(seen.headline).toContain(words);
    const fact = seen.facts.find(({ name }) => name === 'standby.expires');
    expect(fact?.value).toContain(
      window === null || version === '23.2' ? 'this version begins with' : `${spell(window * hourMs)} that the config says`,
    );
  });
});

describe('a stream that stands still', () => {
  const hours = (many: number) => micros(many * 3_600_000);
  const still = (many: number, history: 'kept' | 'lost') => aDetail(aSource({ history }), aStandby({ ...paused, replicated: hours(many) }));
  const told = (detail: PcrDetail, link = aLink()) => {
    const seen = observationOf(link, detail, nowMs);
    return [seen.health, seen.headline, seen.facts.find(({ name }) => name === 'standby.expires')?.value];
  };

  it('can be resumed no more once its source says so, however short the pause was', () => {
    expect(told(still(3, 'lost'))).toEqual([
      'broken',
      expect.stringContaining(
        "It can't be resumed any more: sql-east no longer keeps the history that sql-west needs, so the link has to be rebuilt.",
      ),
      'none: sql-east no longer keeps the history',
    ]);
    const byItself = aDetail(aSource({ history: 'lost' }), aStandby({ ...gaveUp, replicated: hours(3) }));
    expect(told(byItself)[1]).toContain("It can't be resumed any more");
  });

  it('can be resumed for as long as its source says so', () => {
    expect(told(still(25, 'kept'))).toEqual([
      'broken',
      expect.stringContaining('sql-east keeps the history that sql-west needs still, but may let it go any moment: resume it now'),
      expect.stringContaining('may let it go any moment'),
    ]);
  });

  it('has the window of the config only where these releases can be told it', () => {
    const link = aMadeLink({ expirationMs: 48 * 3_600_000 });
    const old = aSource({ release: { year: 25, number: 1, text: 'v25.1.4' }, activeVersion: '25.1' });
    const newer = { release: { year: 25, number: 2, text: 'v25.2.1' }, activeVersion: '25.2' };
    const one = { ...paused, replicated: hours(1) };
    expect(told(aDetail(aSource(newer), aStandby(one, newer)), link)[1]).toContain('for about 47 h more');
    expect(told(aDetail(old, aStandby(one, newer)), link)[1]).toContain('for about 23 h more');
  });
});

describe('a failover to a time that the primary did not live to see', () => {
  const at = { replicated: micros(60_000), failover: micros(-3_600_000) };
  it.each([
    ['is pending', { status: 'replication pending failover', ...at }],
    ['stands still', { ...gaveUp, ...at }],
  ])('is told to be broken, with what promotes it, where it %s', (_, stream) => {
    const seen = observationOf(aLink(), aDetail(gone, aStandby(stream)), nowMs);
    expect(seen).toMatchObject({
      health: 'broken',
      headline: expect.stringMatching(
        /^sql-east can't be reached.* never gets to .*: only another one, to the latest time, promotes it\.$/,
      ),
    });
  });

  it('is one state for an approval, whether it still waits, tries again or gave up', () => {
    const of = (status: string, more = {}) => fingerprintOf(anObservation(aDetail(gone, aStandby({ ...at, status, ...more }))).facts);
    expect(of('replication error')).toBe(of('replication pending failover'));
    expect(of('replication paused', gaveUp)).toBe(of('replication pending failover'));
    expect(of('replicating', { failover: null })).not.toBe(of('replicating'));
  });
});

describe('an observation', () => {
  const rows: readonly (readonly [string, PcrDetail, Health, string])[] = [
    ['a sound link', aDetail(), 'healthy', 'sql-east → sql-west: sql-west follows and is 12 s behind.'],
    ['a sound link in the other direction', aDetail(aStandby(), aSource()), 'healthy', 'sql-west → sql-east'],
    ['a large lag', aDetail(aSource(), aStandby({ replicated: micros(10 * 60_000) })), 'degraded', '10 min behind'],
    ['an excessive lag', aDetail(aSource(), aStandby({ replicated: micros(3 * 3_600_000) })), 'broken', '3 h behind'],
    ['no lag to tell', aDetail(aSource(), aStandby({ replicated: null })), 'degraded', 'does not say'],
    [
      'the initial scan',
      aDetail(aSource(), aStandby({ status: 'initializing replication', replicated: null })),
      'degraded',
      'initial scan',
    ],
    ['an error', aDetail(aSource(), aStandby({ status: 'replication error' })), 'broken', 'tried again'],
    ['a pause by hand', aDetail(aSource(), aStandby(paused)), 'degraded', 'paused by hand. It can be resumed for about 24 h more'],
    ['a pause by hand on 23.2', aDetail(aSource(), aStandby(paused, onVersion('23.2'))), 'degraded', 'for about 3 d more'],
    ['a pause by itself', aDetail(aSource(), aStandby(gaveUp)), 'broken', 'paused itself (ingestion job failed (x) but is being paused)'],
    [
      'a pause of which no job is seen',
      aDetail(aSource(), aStandby({ ...paused, job: null })),
      'degraded',
      'paused, by hand or by an error',
    ],
    [
      'a pause that has used half of its time',
      aDetail(aSource(), aStandby({ ...paused, replicated: micros(13 * 3_600_000) })),
      'broken',
      '11 h more',
    ],
    [
      'a pause that was too long',
      aDetail(aSource({ history: 'untold' }), aStandby({ ...paused, replicated: micros(25 * 3_600_000) })),
      'broken',
      'too long',
    ],
    ['a pause without any time', aDetail(aSource(), aStandby({ ...paused, replicated: null, job: null })), 'degraded', 'not known'],
    [
      'a failover that is pending',
      aDetail(aSource(), aStandby({ status: 'replication pending failover', failover: micros(0) })),
      'degraded',
      'pending',
    ],
    ['a failover that is under way', aDetail(gone, aStandby({ status: 'replication failing over' })), 'degraded', 'under way'],
    ['a dead primary', aDetail(gone), 'broken', "sql-east can't be reached"],
    ['a silent primary', aDetail(silent), 'broken', 'half gone'],
    ['a primary that lets nobody in', aDetail(locked), 'broken', 'does not let the bot see'],
    ['a stopped primary', aDetail(stopped), 'broken', "Applications can't write on sql-east"],
    ['a dead standby', aDetail(aSource(), { kind: 'gone', why: 'x.' }), 'broken', 'nothing is known to follow it'],
    ['a promoted standby and a dead primary', aDetail(gone, promoted), 'broken', 'whether sql-east takes writes too is not known'],
    ['a promoted standby and a stopped primary', aDetail(stopped, promoted), 'broken', 'sql-west takes the writes and nothing follows it'],
    ['split brain', aDetail(aSource(), promoted), 'danger', 'Split brain'],
    ['two followers', aDetail(aStandby(), aStandby()), 'broken', 'follow, so applications can write on neither'],
    ['nobody serving', aDetail(stopped, stopped), 'broken', 'on neither side'],
    ['nobody serving and one gone', aDetail(gone, stopped), 'broken', 'neither follows nor takes writes'],
    ['both gone', aDetail(gone, gone), 'unknown', 'Neither sql-east nor sql-west can be asked'],
    ['a state that is not known', aDetail(aSource(), aStandby({ status: 'sideways' })), 'broken', 'not known here'],
  ];
  it.each(rows)('of %s', (_, detail, health, words) => {
    const seen = anObservation(detail);
    expect(seen.health).toBe(health);
    expect(seen.headline).toContain(words);
    expect(seen.headline).toMatch(/^[a-zA-Z].*\.$/s);
    expect(JSON.parse(JSON.stringify(seen))).toEqual(seen);
  });

  it('says who can write, and does not guess', () => {
    const roles = (detail: PcrDetail) => {
      const { primary, standby } = anObservation(detail);
      return [primary.role, primary.writable, standby.role, standby.writable];
    };
    expect(roles(aDetail())).toEqual(['primary', 'yes', 'standby', 'no']);
    expect(roles(aDetail(gone))).toEqual(['unknown', 'unknown', 'standby', 'no']);
    expect(roles(aDetail(stopped, promoted))).toEqual(['none', 'no', 'primary', 'yes']);
    expect(roles(aDetail(aSource(), aStandby({ status: 'sideways' })))).toEqual(['primary', 'yes', 'unknown', 'unknown']);
    expect(roles(aDetail(aReadSide(null)))).toEqual(['none', 'no', 'standby', 'no']);
  });

  it('gives split brain a sentence on each side', () => {
    const { primary, standby } = anObservation(aDetail(aSource(), promoted));
    expect(primary.problem).toBe('sql-east takes writes while sql-west does too.');
    expect(standby.problem).toBe('sql-west takes writes while sql-east does too.');
  });

  it('keeps its fingerprint while lag moves and a dying primary drags the stream through its states', () => {
    const fingerprints = [
      aStandby(),
      aStandby({ replicated: micros(90_000) }),
      aStandby({ status: 'replication error' }),
      aStandby(gaveUp),
    ].map((standby) => fingerprintOf(anObservation(aDetail(gone, standby)).facts));
    expect(new Set(fingerprints).size).toBe(1);
    expect(fingerprintOf(anObservation(aDetail(silent)).facts)).toBe(fingerprints[0]);
    expect(fingerprintOf(anObservation(aDetail()).facts)).not.toBe(fingerprints[0]);
    expect(fingerprintOf(anObservation(aDetail(gone, aStandby(paused))).facts)).not.toBe(fingerprints[0]);
  });
});
