import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Sample } from '../../../src/domain/observation.ts';
import { fingerprintOf } from '../../../src/domain/observation.ts';
import { type CrrDetail, crrDetail, type ReadSide } from '../../../src/engines/tigergraph-crr/detail.ts';
import { factsOf } from '../../../src/engines/tigergraph-crr/facts.ts';
import { headlineOf } from '../../../src/engines/tigergraph-crr/headline.ts';
import { noPast, type Past, remember } from '../../../src/engines/tigergraph-crr/history.ts';
import { backupsOf } from '../../../src/engines/tigergraph-crr/inspect-backups.ts';
import { depthOf, isPrefix, prefixBehind } from '../../../src/engines/tigergraph-crr/names.ts';
import { observationOf } from '../../../src/engines/tigergraph-crr/observe.ts';
import { pastOf } from '../../../src/engines/tigergraph-crr/past-view.ts';
import { pairChecks } from '../../../src/engines/tigergraph-crr/preflights/pair.ts';
import { sideChecks } from '../../../src/engines/tigergraph-crr/preflights/side.ts';
import { phaseOf, roleOf, writableOf } from '../../../src/engines/tigergraph-crr/state.ts';
import { rememberedOf, trailOf } from '../../../src/engines/tigergraph-crr/trail.ts';
import { aDetail, aFollower, aLink, aSource, noneSeen, parseRaw, rawSettings, running, servicesDown } from './build.ts';

const { settings } = aLink();
const link = aLink();
const connectorOf = (state: string, taskState = state): ReadSide['connector'] => ({
  kind: 'read',
  tasks: [{ worker: 'w', state, task: '0', taskState }],
});
const unread = { kind: 'unread', why: 'It was not told.' } as const;
const gone = { kind: 'gone', why: 'Nobody listens.' } as const;
const old = { text: '3.9.1', major: 3, minor: 9, patch: 1 };
const crr = (more: Partial<ReadSide['crr']>): ReadSide['crr'] => ({ ...aFollower().crr, ...more });

describe('a fence', () => {
  const by = (cluster: string) => ({ by: `${cluster}-1` });
  const open = (prefix: string) =>
    aFollower({ ...by('graph-west'), crr: { ...aFollower().crr, enabled: false, prefix }, connector: { kind: 'read', tasks: [] } });
  const east = (prefix = '') => aSource({ ...by('graph-east'), crr: { ...aSource().crr, prefix } });
  it.each([
    ['the side that was promoted less often, while both take writes', aDetail({ primary: east(), standby: open('Primary') }), 'graph-east'],
    ['the other one when that was', aDetail({ primary: east('Primary.Primary'), standby: open('Primary') }), 'graph-west'],
    ['nothing on a sound link', aDetail(), null],
    ['nothing when nothing tells which was promoted last', aDetail({ primary: east(), standby: open('') }), null],
  ])('is offered for %s', (_, detail, cluster) => {
    const offers = observationOf(aLink(), detail, 1_000).offers ?? [];
    expect(offers.map((offer) => [offer.operation, offer.cluster])).toEqual(cluster === null ? [] : [['fence', cluster]]);
    for (const { why } of offers) expect(why).toContain(`Stop the services of ${cluster}`);
  });
});

describe('a side, by its own word', () => {
  it.each([
    ['a primary', aSource(), 'serving', 'primary', 'yes'],
    ['a primary whose services are unknown', aSource({ services: unread }), 'serving', 'primary', 'unknown'],
    ['a primary that is stopped', aSource({ services: servicesDown, connector: unread }), 'stopped', 'primary', 'no'],
    ['a follower', aFollower(), 'following', 'standby', 'no'],
    ['a follower without a connector', aFollower({ connector: { kind: 'read', tasks: [] } }), 'halted', 'standby', 'no'],
    [
      'the same below 3.10, which may not have been restarted',
      aFollower({ connector: { kind: 'read', tasks: [] }, version: old }),
      'halted',
      'standby',
      'unknown',
    ],
    ['a paused one', aFollower({ connector: connectorOf('PAUSED') }), 'halted', 'standby', 'no'],
    ['one with a failed task', aFollower({ connector: connectorOf('RUNNING', 'FAILED') }), 'failing', 'standby', 'no'],
    ['one whose connector is unknown', aFollower({ connector: unread }), 'blind', 'standby', 'no'],
    ['one about to be promoted', aFollower({ crr: crr({ enabled: false }) }), 'leaving', 'unknown', 'unknown'],
    [
      'one with a staged change',
      aFollower({ staged: { kind: 'read', keys: ['System.CrossRegionReplication.Enabled'] } }),
      'changing',
      'unknown',
      'unknown',
    ],
    ['one that does not tell', aFollower({ crr: crr({ enabled: null }) }), 'unknown', 'unknown', 'unknown'],
    ['one that is gone', gone, 'unknown', 'unknown', 'unknown'],
  ] as const)('%s', (_, read, phase, role, writable) => {
    expect([phaseOf(read), roleOf(read), writableOf(read)]).toEqual([phase, role, writable]);
  });
});

describe('a link', () => {
  const past = (more: Partial<CrrDetail['past']>): CrrDetail['past'] => ({ ...noneSeen, ...more });
  it.each([
    ['all is well', aDetail(), 'healthy', 'graph-west follows'],
    ['it was never set up', aDetail({ standby: aSource({ hosts: aFollower().hosts }) }), 'broken', 'no replication is set up'],
    [
      'both serve after a promotion',
      aDetail({ standby: aFollower({ crr: crr({ enabled: false }), connector: { kind: 'read', tasks: [] } }) }),
      'danger',
      'Split brain',
    ],
    ['both are one cluster', aDetail({ standby: aFollower({ hosts: aSource().hosts }) }), 'broken', 'both list 10.0.1.11'],
    ['the prefix is wrong', aDetail({ standby: aFollower({ crr: crr({ prefix: 'Primary.Primary' }) }) }), 'broken', "needs 'Primary'"],
    [
      'it follows somebody else',
      aDetail({ standby: aFollower({ crr: crr({ brokers: ['10.9.9.9'] }) }) }),
      'broken',
      'which is not graph-east',
    ],
    ['it is outdated', aDetail({ past: past({ outdated: ['DROP ALL was run on graph-east.'] }) }), 'broken', 'can only be filled anew'],
    [
      'it stood still for longer than Kafka keeps records',
      aDetail({ past: past({ stillMs: 169 * 3_600_000 }) }),
      'broken',
      'longer than the 168 h',
    ],
    ['it stands still', aDetail({ past: past({ changes: 3, stillMs: 6 * 60_000 }) }), 'broken', 'has not moved for'],
    ['the connector fails', aDetail({ standby: aFollower({ connector: connectorOf('FAILED') }) }), 'broken', 'its connector fails'],
    ['the connector is unknown', aDetail({ standby: aFollower({ connector: unread }) }), 'unknown', 'is not known'],
    ['the primary is gone', aDetail({ primary: gone }), 'broken', "graph-east can't be reached"],
    ['the primary is stopped', aDetail({ primary: aSource({ services: servicesDown }) }), 'broken', "can't write on graph-east"],
    ['both are gone', aDetail({ primary: gone, standby: gone }), 'unknown', 'can be asked'],
    ['both follow', aDetail({ primary: aSource({ crr: crr({}), connector: running }) }), 'broken', 'are set to follow'],
    ['services of the standby are unknown', aDetail({ standby: aFollower({ services: unread }) }), 'degraded', 'is not known'],
    [
      'something is staged',
      aDetail({ primary: aSource({ staged: { kind: 'read', keys: ['Kafka.RetentionHours'] } }) }),
      'degraded',
      'Kafka.RetentionHours',
    ],
    ['metadata is not counted', aDetail({ past: past({ changes: null }) }), 'degraded', 'follows'],
    ['it is far behind', aDetail({ past: past({ records: 20_000 }) }), 'degraded', 'follows'],
  ])('where %s', (_, detail, health, words) => {
    const said = headlineOf(settings, detail);
    expect(said.headline).toContain(words);
    expect(said.health).toBe(health);
  });

  it('is told in full sentences without secrets, and its detail keeps its shape', () => {
    const seen = observationOf(link, aDetail(), 1_000);
    expect(crrDetail.parse(seen.detail)).toEqual(aDetail());
    expect(JSON.stringify(seen)).not.toContain('the value of');
    expect(seen.headline.endsWith('.')).toBe(true);
    expect(seen.lag).toEqual({ kind: 'sequence', sequences: 0 });
    expect(observationOf(link, aDetail({ past: { ...noneSeen, records: null } }), 1_000).lag.kind).toBe('unknown');
  });

  it('keeps its fingerprint while numbers move, and loses it when a role does', () => {
    const of = (detail: CrrDetail) => fingerprintOf(factsOf(settings, detail));
    const before = of(aDetail());
    expect(
      of(
        aDetail({ standby: aFollower({ sequence: { kind: 'read', last: 99, waiting: 1 }, connector: connectorOf('RUNNING', 'FAILED') }) }),
      ),
    ).toBe(before);
    expect(of(aDetail({ standby: aFollower({ crr: crr({ enabled: false }) }) }))).not.toBe(before);
    expect(of(aDetail({ primary: gone }))).not.toBe(before);
    expect(of(aDetail({ primary: aSource({ services: servicesDown }) }))).not.toBe(before);
  });
});

describe('what is remembered', () => {
  const names = { primary: 'graph-east', standby: 'graph-west' };
  const at = (source: number | null, follower: number, ends?: readonly [number, number, number]) => ({
    primary:
      source === null
        ? gone
        : aSource({
            sequence: { kind: 'read', last: source, waiting: null },
            ...(ends === undefined ? {} : { positions: { kind: 'read' as const, at: ends[2], ends: [{ topic: 'deltaQ', end: ends[0] }] } }),
          }),
    standby: aFollower({
      sequence: { kind: 'read', last: follower, waiting: null },
      ...(ends === undefined ? {} : { positions: { kind: 'read' as const, at: ends[2], ends: [{ topic: 'deltaQ', end: ends[1] }] } }),
    }),
  });
  type Looks = readonly (readonly [number, ReturnType<typeof at>, (readonly string[])?])[];
  const noResets = { primary: {}, standby: {} };
  /** Every look is by a bot that knows only what the ones before left. */
  const samplesOf = (looks: Looks): readonly Sample[] => {
    const samples: Sample[] = [];
    for (const [when, read, resets] of looks) {
      const past = remember(rememberedOf(samples, when).past, read, when, names, resets);
      samples.push({ at: when, health: 'healthy', headline: '', trail: JSON.parse(JSON.stringify(trailOf(past, true, noResets))) });
    }
    return samples;
  };
  const pastAfter = (looks: Looks): Past => {
    const inOneProcess = looks.reduce((past, [when, read, resets]) => remember(past, read, when, names, resets), noPast);
    const { past } = rememberedOf(samplesOf(looks), 1_000_000);
    expect(past).toEqual(inOneProcess);
    return past;
  };

  it('is of no use where it is no look of this engine, or not over by our clock', () => {
    const [first, second] = samplesOf([
      [1, at(5, 5)],
      [9, at(6, 5)],
    ]);
    if (first === undefined || second === undefined) throw new TypeError('two looks leave two samples');
    const strange: Sample = { ...first, at: 3, trail: { kind: 'seen', side: 'left' } };
    expect(rememberedOf([first, strange, second], 8).past.points).toEqual([{ at: 1, side: 'primary', source: 5, follower: 5 }]);
    expect(rememberedOf([], 8)).toEqual({ past: noPast, resets: null, ran: { primary: null, standby: null } });
  });

  it('keeps the points, and nothing else, over a look that sees no follower', () => {
    const samples = samplesOf([
      [1, at(9, 9, [100, 40, 1])],
      [2, at(3, 9)],
    ]);
    const { past, resets } = rememberedOf(
      [...samples, { at: 3, health: 'unknown', headline: '', trail: trailOf(noPast, false, { primary: { m1: 2 }, standby: {} }) }],
      4,
    );
    expect(past).toEqual({ ...noPast, points: rememberedOf(samples, 4).past.points });
    expect(resets).toEqual({ primary: { m1: 2 }, standby: {} });
  });

  it('is the difference at rest, against which records are counted', () => {
    const rest = pastAfter([
      [1_000, at(5, 5, [100, 40, 1_000])],
      [31_000, at(5, 5, [100, 40, 31_000])],
    ]);
    expect(pastOf(rest, at(5, 5), 31_000)).toMatchObject({ changes: 0, records: 0, behindMs: 0 });
    const later = remember(rest, at(7, 5, [150, 60, 61_000]), 61_000, names);
    expect(pastOf(later, at(7, 5), 61_000)).toMatchObject({
      changes: 2,
      records: 30,
      words: 'It lacks 2 changes of metadata, and it lacks 30 records of graph data.',
    });
  });

  it('is nothing of records before both sides were seen at rest', () => {
    const moving = pastAfter([
      [1_000, at(5, 5, [100, 40, 1_000])],
      [31_000, at(5, 5, [101, 41, 31_000])],
    ]);
    expect(pastOf(moving, at(5, 5), 31_000)).toMatchObject({ records: null, behindMs: null });
    expect(pastOf(pastAfter([[1_000, at(5, 5)]]), at(5, 5), 1_000).records).toBeNull();
  });

  it('tells since when the follower stands still', () => {
    const still = pastAfter([
      [1_000, at(5, 5)],
      [2_000, at(6, 5)],
      [9_000, at(8, 5)],
    ]);
    expect(pastOf(still, at(8, 5), 9_000)).toMatchObject({ changes: 3, stillMs: 8_000 });
    expect(pastOf(remember(still, at(8, 6), 10_000, names), at(8, 6), 10_000).stillMs).toBeNull();
  });

  it.each([
    [
      'the primary counts fewer changes than before',
      [
        [1, at(9, 9)],
        [2, at(3, 9)],
      ] as const,
      'fell from 9 to 3',
    ],
    ['the standby is ahead', [[1, at(3, 9)]] as const, 'has taken more changes'],
    [
      'a reset was logged',
      [
        [1, at(9, 9)],
        [2, at(9, 9), ['DROP ALL']],
      ] as const,
      'DROP ALL was run on graph-east',
    ],
  ])('is that the standby is outdated when %s, until it is filled anew', (_, looks, words) => {
    const past = pastAfter(looks);
    expect(pastOf(past, at(3, 9), 3).outdated.join(' ')).toContain(words);
    expect(pastOf(remember(past, at(10, 9), 4, names), at(10, 9), 4).outdated).not.toEqual([]);
    expect(pastOf(remember(past, at(3, 3), 4, names), at(3, 3), 4).outdated).toEqual([]);
  });

  it('keeps the last look at both when the primary is gone', () => {
    const past = pastAfter([
      [1_000, at(9, 7)],
      [2_000, at(null, 7)],
    ]);
    expect(pastOf(past, at(null, 7), 2_000)).toMatchObject({
      changes: null,
      lastSeen: { at: 1_000, words: 'lacked 2 changes of metadata' },
    });
  });

  it('never counts less than nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(50), fc.nat(50), fc.nat(50), fc.nat(50)), { maxLength: 60 }), (looks) => {
        const past = pastAfter(looks.map(([a, b, c, d], index) => [index * 30_000, at(a, b, [c, d, index * 30_000])]));
        expect(pastOf(past, at(1, 1), looks.length * 30_000).records ?? 0).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 50 },
    );
  });
});

describe('before a copy', () => {
  const outcomes = (detail: CrrDetail) =>
    Object.fromEntries(pairChecks(link, detail, 'standby').map(({ name, outcome }) => [name, outcome]));
  it.each([
    ['versions of both sides', aDetail({ standby: aFollower({ version: old }) }), 'failed'],
    ['versions of both sides', aDetail({ standby: aFollower({ version: null }) }), 'failed'],
    ['partitions', aDetail({ standby: aFollower({ shape: { partitions: 3, replicas: 1 } }) }), 'failed'],
    ['partitions', aDetail({ standby: aFollower({ shape: null }) }), 'failed'],
    ['copies of partitions', aDetail({ standby: aFollower({ shape: { partitions: 2, replicas: 2 } }) }), 'warned'],
    ['two clusters', aDetail({ standby: aFollower({ hosts: aSource().hosts }) }), 'failed'],
    [
      'topic prefix',
      aDetail({ primary: aSource({ crr: crr({ enabled: false, prefix: Array(26).fill('Primary').join('.') }) }) }),
      'failed',
    ],
  ])('%s is checked', (name, detail, outcome) => {
    expect(outcomes(aDetail())[name]).toBe('passed');
    expect(outcomes(detail)[name]).toBe(outcome);
  });

  it.each([
    ['services', aSource({ services: unread })],
    ['services', aSource({ services: servicesDown })],
    ['staged settings', aSource({ staged: unread })],
    ['staged settings', aSource({ staged: { kind: 'read', keys: ['Kafka.Port'] } })],
    ['host list', aSource({ hosts: [{ id: 'm1', hostname: '127.0.0.1' }] })],
    ['tools', aSource({ tools: null })],
    ['nodes', aSource({ nodes: aSource().nodes.map((node) => ({ ...node, answers: false })) })],
  ])('%s of a side stop it', (name, read) => {
    const check = (of: ReadSide) => sideChecks(settings.primary, of).find((one) => one.name === `graph-east: ${name}`);
    expect(check(aSource())?.outcome).toBe('passed');
    expect(check(read)).toMatchObject({ outcome: 'failed', next: expect.stringMatching(/\.$/) });
  });
});

describe('the prefix of topics', () => {
  it('grows by one link with every failover', () => {
    expect(['', 'Primary', 'Primary.Primary'].map(prefixBehind)).toEqual(['Primary', 'Primary.Primary', 'Primary.Primary.Primary']);
    fc.assert(fc.property(fc.nat(30), (depth) => depthOf(prefixBehind(Array(depth).fill('Primary').join('.'))) === depth + 1));
    expect(['Secondary', 'Primary.', '.Primary', 'Primary.x'].some(isPrefix)).toBe(false);
  });
});

describe('the list of backups', () => {
  it('shows both sides, newest first, and what can not be restored', () => {
    const row = (tag: string, createdAt: number | null, base: string | null = null) => ({
      tag,
      type: 'FULL',
      version: '4.1.4',
      size: '1 MB',
      base,
      startedAt: null,
      createdAt,
    });
    const shown = backupsOf(
      settings,
      {
        primary: aSource({ backups: { kind: 'read', rows: [row('old', 0), row('new', 7_200_000), row('part', 3_600_000, 'lost')] } }),
        standby: aFollower({ backups: unread }),
      },
      10_800_000,
    );
    expect(shown.headline).toBe('graph-east lists 3 backups, the backups of graph-west are not known.');
    expect(shown.rows.map(([cluster, tag, made]) => [cluster, tag, made])).toEqual([
      ['graph-east', 'new', '1970-01-01 02:00 UTC, 1 h ago'],
      ['graph-east', 'part', '1970-01-01 01:00 UTC, 2 h ago'],
      ['graph-east', 'old', '1970-01-01 00:00 UTC, 3 h ago'],
    ]);
    expect(shown.notes).toContain("part on graph-east builds on lost, which is not there, so it can't be restored.");
  });
});

describe('the settings of a link', () => {
  const problems = (raw: unknown): readonly string[] => {
    const parsed = parseRaw(raw);
    return parsed.kind === 'problems' ? parsed.problems.map(({ path }) => path.join('.')) : [];
  };
  const withStandby = (more: object) => ({ ...rawSettings, standby: { ...rawSettings.standby, ...more } });
  it('are read, with secrets looked up', () => {
    expect(problems(rawSettings)).toEqual([]);
    expect(settings.primary).toMatchObject({
      commands: '/home/tigergraph/tigergraph/app/cmd',
      brokers: { addresses: null, port: null, clientProperties: null },
    });
  });
  it.each([
    [
      'a node of the primary',
      withStandby({ nodes: rawSettings.primary.nodes.map((node) => ({ ...node, name: `x-${node.name}` })) }),
      'standby.nodes.0',
    ],
    ['the name of the primary', withStandby({ cluster: 'graph-east' }), 'standby.cluster'],
    ['another kind of store', withStandby({ backup: { kind: 's3', bucket: 'backups-of-graphs' } }), 'standby.backup.kind'],
    ['a loopback broker', withStandby({ brokers: { addresses: ['127.0.0.1'] } }), 'standby.brokers.addresses.0'],
    [
      'half a key',
      withStandby({ backup: { kind: 's3', bucket: 'backups-of-graphs', accessKeyId: 'env:ID' } }),
      'standby.backup.secretAccessKey',
    ],
  ])('refuse %s', (_, raw, path) => expect(problems(raw)).toContain(path));
});
