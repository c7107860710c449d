import { describe, expect, it } from 'vitest';
import { fingerprintOf, type Health } from '../../../src/domain/observation.ts';
import { type CcdrDetail, ccdrDetail } from '../../../src/engines/neo4j-ccdr/detail.ts';
import type { Seen } from '../../../src/engines/neo4j-ccdr/history.ts';
import {
  aCopy,
  aDatabase,
  aDetail,
  aLink,
  anObservation,
  aReadSide,
  aServer,
  aSource,
  aStandby,
  gone,
  locked,
  nowMs,
  replicaCopies,
  silent,
  standardCopies,
  westServers,
} from './build.ts';

const seen = (secondsAgo: number, upstream: bigint, least: bigint | null): Seen => ({
  at: nowMs - secondsAgo * 1000,
  side: 'primary',
  upstream,
  least,
});
const fenced = aSource(standardCopies({ access: 'read-only' }));
const promoted = aStandby(standardCopies({ lastTxn: '48201' }));
const unelected = aSource(standardCopies({ writer: false }));
const withOne = (more: Parameters<typeof aCopy>[0]) =>
  aStandby([...replicaCopies().slice(0, 2), aCopy({ type: 'replica', access: 'read-only', lastTxn: null, ...more })]);

describe('an observation', () => {
  const rows: readonly (readonly [string, CcdrDetail, Health, string])[] = [
    ['a sound link', aDetail(), 'healthy', 'graph-east → graph-west: graph-west follows and is 12 transactions behind.'],
    [
      'a link that has everything',
      aDetail(aSource(), aStandby(replicaCopies({ lastTxn: '48213' }))),
      'healthy',
      'follows and has everything',
    ],
    [
      'a sound link in the other direction',
      aDetail(aReadSide(aDatabase('foo', replicaCopies())), promoted),
      'healthy',
      'graph-west → graph-east',
    ],
    [
      'a lag that is told in time',
      aDetail(aSource(), aStandby(), [seen(30, 48_200n, 48_190n), seen(20, 48_201n, 48_200n)]),
      'healthy',
      'at most 20 s',
    ],
    [
      'a large lag',
      aDetail(aSource(), aStandby(), [seen(120, 48_201n, 48_200n), seen(90, 48_210n, 48_200n)]),
      'degraded',
      'which is a lot',
    ],
    [
      'a lag that looks large only since looks were far apart',
      aDetail(aSource(), aStandby(), [seen(120, 48_201n, 48_200n), seen(5, 48_210n, 48_200n)]),
      'healthy',
      'at most 2 min behind',
    ],
    [
      'a replica that stands still',
      aDetail(aSource(), aStandby(), [seen(900, 48_201n, 48_201n), seen(300, 48_205n, 48_201n)]),
      'broken',
      'has not moved for 15 min and is 12 transactions behind',
    ],
    [
      'many transactions and no times',
      aDetail(aSource(standardCopies({ lastTxn: '99999' }))),
      'degraded',
      '51798 transactions behind, which is a lot',
    ],
    ['a copy that does not say', aDetail(aSource(), aStandby(replicaCopies({ lastTxn: null }))), 'degraded', 'does not say how far'],
    [
      'a replica in the making',
      aDetail(aSource(), aStandby(replicaCopies({ currentStatus: 'store copying', lastTxn: null }))),
      'degraded',
      'being created (store copying)',
    ],
    [
      'a replica without a copy',
      aDetail(aSource(), aStandby(replicaCopies({ currentStatus: 'dirty', lastTxn: null }))),
      'broken',
      'no copy of the replica',
    ],
    ['a store copy', aDetail(aSource(), withOne({ currentStatus: 'store copying' })), 'degraded', '1 of 3 copies'],
    [
      'a broken store',
      aDetail(aSource(), withOne({ currentStatus: 'dirty', message: 'bad page' })),
      'degraded',
      'its store is broken, so the copy has to be made anew (bad page)',
    ],
    ['a quarantined copy', aDetail(aSource(), withOne({ currentStatus: 'quarantined' })), 'degraded', 'dbms.unquarantineDatabase'],
    [
      'a copy that failed to start',
      aDetail(aSource(), withOne({ currentStatus: 'offline', message: 'no space' })),
      'degraded',
      'it did not start (no space)',
    ],
    [
      'a server that is not heard from',
      aDetail(aSource(), withOne({ currentStatus: 'unknown', address: null })),
      'degraded',
      'not heard from',
    ],
    [
      'copies that differ',
      aDetail(aSource(), withOne({ access: 'read-write', lastTxn: '48201' })),
      'degraded',
      "don't agree on who may write",
    ],
    [
      'a primary that was upgraded before the standby',
      aDetail({ ...aSource(), release: { year: 2026, month: 8, patch: 0, text: '2026.08.0' } }),
      'degraded',
      'The versions do not go together: before 2026.08 both sides have to run the same version, and these run 2026.08.0 and 2026.07.1.',
    ],
    ['a read-only primary', aDetail(fenced), 'broken', 'is read-only; graph-west follows, and it lacks 12 transactions'],
    [
      'a read-only primary and a complete standby',
      aDetail(fenced, aStandby(replicaCopies({ lastTxn: '48213' }))),
      'broken',
      'and it has everything',
    ],
    ['a replica ahead of a read-only primary', aDetail(fenced, aStandby(replicaCopies({ lastTxn: '48214' }))), 'danger', 'has grown apart'],
    ['a dead primary', aDetail(gone), 'broken', 'How much graph-west lacks is not known'],
    ['a dead primary that was seen', aDetail(gone, aStandby(), [seen(20, 48_213n, 48_200n)]), 'broken', 'lacks at least 12 transactions'],
    [
      'a dead primary of which everything that was seen has arrived',
      aDetail(gone, aStandby(replicaCopies({ lastTxn: '48213' })), [seen(20, 48_213n, 48_200n)]),
      'broken',
      'graph-west has everything that was last seen there',
    ],
    ['a silent primary', aDetail(silent), 'broken', 'half gone'],
    ['a primary that lets nobody in', aDetail(locked), 'broken', 'does not let the bot see'],
    ['a primary without a writer', aDetail(unelected), 'broken', 'a standard database without a writer'],
    ['a primary with two writers', aDetail(aSource(standardCopies({ writer: true }))), 'danger', 'Two writers'],
    [
      'a stopped primary',
      aDetail(aSource(standardCopies({ requestedStatus: 'offline', currentStatus: 'offline', writer: false }))),
      'broken',
      'it is stopped',
    ],
    ['a replica whose source was dropped', aDetail(aReadSide(null)), 'broken', 'has nothing to follow'],
    ['a dead standby', aDetail(aSource(), gone), 'broken', 'nothing is known to follow it'],
    [
      'no replica',
      aDetail(aSource(), aReadSide(null, { servers: westServers })),
      'unset',
      'Replication is not set up yet: graph-east takes the writes, and graph-west has no foo-replica',
    ],
    [
      'no replica where one was seen before',
      aDetail(aSource(), aReadSide(null, { servers: westServers }), [seen(20, 48_213n, 48_200n)]),
      'broken',
      'nothing follows it: on graph-west, there is no such database',
    ],
    ['community on the standby', aDetail(aSource(), aReadSide(null, { edition: 'community', servers: [] })), 'broken', 'community edition'],
    [
      'a replica ahead of its source',
      aDetail(aSource(), aStandby(replicaCopies({ lastTxn: '48300' }))),
      'degraded',
      'was restored to an earlier time',
    ],
    [
      'one cluster under two names',
      aDetail(aSource(), aStandby(replicaCopies(), { servers: [aServer(3)] })),
      'broken',
      'the same cluster by another address',
    ],
    [
      'a standby that is being dropped',
      aDetail(aSource(), aStandby(replicaCopies({ currentStatus: 'deallocating' }))),
      'broken',
      'it is being dropped',
    ],
    ['split brain', aDetail(aSource(), promoted), 'danger', 'Split brain'],
    [
      'split brain on one side',
      aDetail(aReadSide(aDatabase('foo', standardCopies()), { spare: aDatabase('foo-b', standardCopies()) }), aStandby()),
      'danger',
      'foo-b takes writes beside foo',
    ],
    ['a promoted standby and a dead primary', aDetail(gone, promoted), 'broken', 'whether graph-east takes writes too is not known'],
    ['a promoted standby and a fenced primary', aDetail(fenced, promoted), 'broken', 'nothing follows it: on graph-east, it is read-only'],
    [
      'two replicas',
      aDetail(aReadSide(aDatabase('foo', replicaCopies())), aStandby()),
      'broken',
      'Both graph-east and graph-west hold a replica',
    ],
    ['a replica that takes writes', aDetail(aSource(), aStandby(replicaCopies({ writer: true }))), 'broken', 'not known here'],
    ['copies of two types', aDetail(aSource(), aStandby([...replicaCopies(), aCopy({ server: 'x' })])), 'broken', 'not known here'],
    ['both fenced', aDetail(fenced, aStandby(standardCopies({ access: 'read-only' }))), 'broken', 'on neither side'],
    ['both gone', aDetail(gone, gone), 'unknown', 'Neither graph-east nor graph-west can be asked'],
  ];
  it.each(rows)('of %s', (_, detail, health, words) => {
    const observation = anObservation(detail);
    expect(observation.headline).toContain(words);
    expect(observation.health).toBe(health);
    expect(observation.headline).toMatch(/^[a-zA-Z].*\.$/s);
    expect(ccdrDetail.parse(JSON.parse(JSON.stringify(observation.detail)))).toEqual(detail);
    expect(JSON.parse(JSON.stringify(observation))).toEqual(observation);
  });

  it('says who can write, and does not guess', () => {
    const roles = (detail: CcdrDetail) => {
      const { primary, standby } = anObservation(detail);
      return [primary.role, primary.writable, standby.role, standby.writable];
    };
    expect(roles(aDetail())).toEqual(['primary', 'yes', 'standby', 'no']);
    expect(roles(aDetail(gone))).toEqual(['unknown', 'unknown', 'standby', 'no']);
    expect(roles(aDetail(fenced, promoted))).toEqual(['none', 'no', 'primary', 'yes']);
    expect(roles(aDetail(unelected))).toEqual(['none', 'unknown', 'standby', 'no']);
    expect(roles(aDetail(aReadSide(null)))).toEqual(['none', 'no', 'standby', 'no']);
    // A replica is told by its type: what a version says of its access does not count.
    expect(roles(aDetail(aSource(), aStandby(replicaCopies({ access: 'read-write' }))))).toEqual(['primary', 'yes', 'standby', 'no']);
  });

  it('tells lag in transactions by the copy furthest behind, and never below zero', () => {
    const copies = replicaCopies().map((copy, n) => ({ ...copy, lastTxn: String(48_200 + n) }));
    expect(anObservation(aDetail(aSource(), aStandby(copies))).lag).toEqual({ kind: 'transactions', transactions: 13 });
    expect(anObservation(aDetail(aSource(), aStandby(replicaCopies({ lastTxn: '48300' })))).lag).toEqual({
      kind: 'transactions',
      transactions: 0,
      atMostMs: 0,
    });
    expect(anObservation(aDetail(gone)).lag.kind).toBe('unknown');
    const beyondFloats = aDetail(
      aSource(standardCopies({ lastTxn: '9007199254740995' })),
      aStandby(replicaCopies({ lastTxn: '9007199254740992' })),
    );
    expect(anObservation(beyondFloats).lag).toEqual({ kind: 'transactions', transactions: 3 });
  });

  it('keeps its fingerprint while lag moves, copies come and go and leaders change', () => {
    const fingerprints = [
      aDetail(),
      aDetail(aSource(standardCopies({ lastTxn: '50000' }))),
      aDetail(unelected),
      aDetail(aSource(), withOne({ server: 'w3', currentStatus: 'unknown' })),
    ].map((detail) => fingerprintOf(anObservation(detail).facts));
    expect(new Set(fingerprints).size).toBe(1);
    expect(fingerprintOf(anObservation(aDetail(fenced)).facts)).not.toBe(fingerprints[0]);
    expect(fingerprintOf(anObservation(aDetail(gone)).facts)).not.toBe(fingerprints[0]);
    expect(fingerprintOf(anObservation(aDetail(silent)).facts)).toBe(fingerprintOf(anObservation(aDetail(gone)).facts));
    expect(fingerprintOf(anObservation(aDetail(aSource(), promoted)).facts)).not.toBe(fingerprints[0]);
  });

  it('names a replica that follows something else than the config says', () => {
    const of = (remote: string, address: string) =>
      anObservation(
        aDetail(
          aSource(),
          aReadSide(aDatabase('foo-replica', replicaCopies(), { follows: { remote, addresses: [address], pullUri: null } })),
        ),
      ).standby.problem;
    expect(of('foo', '127.0.0.1:16000')).toBeNull();
    expect(of('foo', 'evil.example.com:6000')).toContain('follows evil.example.com:6000');
    expect(of('bar', '127.0.0.1:16000')).toContain('follows bar');
  });

  it('says where an alias leads, as a fact that binds', () => {
    const link = aLink({ alias: 'orders' });
    const at = (database: string) =>
      anObservation(
        aDetail(aReadSide(aDatabase('foo', standardCopies()), { aliases: [{ name: 'orders', database, location: 'local' }] })),
        link,
      ).facts.find(({ name }) => name === 'primary.alias');
    expect(at('foo')).toMatchObject({ value: 'foo', binding: true });
  });
});
