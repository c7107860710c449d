import { describe, expect, it } from 'vitest';
import { distrusting } from '../../../src/engines/neo4j-ccdr/certificates.ts';
import type { CertificatesView } from '../../../src/engines/neo4j-ccdr/detail.ts';
import { roomObstacle } from '../../../src/engines/neo4j-ccdr/preflights/creation.ts';
import { trustChecks } from '../../../src/engines/neo4j-ccdr/preflights/trust.ts';
import { choose } from '../../../src/engines/neo4j-ccdr/read-side.ts';
import { releaseOf, surfaceOf, versionObstacle } from '../../../src/engines/neo4j-ccdr/release.ts';
import { topologyOf } from '../../../src/engines/neo4j-ccdr/topology.ts';
import {
  aCopy,
  aDatabase,
  aDetail,
  aLink,
  aReadSide,
  aServer,
  aSource,
  aStandby,
  gone,
  nowMs,
  replicaCopies,
  someSettings,
  standardCopies,
} from './build.ts';

const release = (text: string) => {
  const found = releaseOf(text);
  if (found === null) throw new TypeError(`${text} is no release`);
  return found;
};

describe('a release', () => {
  it.each([
    ['2026.08.0', 'ga'],
    ['2027.01', 'ga'],
    ['2026.07.1', 'preview'],
    ['2026.03.0', 'preview'],
    ['2026.02.3', 'none'],
    ['5.26.1', 'none'],
  ] as const)('%s has the surface %s', (text, surface) => {
    expect(surfaceOf(release(text))).toBe(surface);
  });
  it('is not read out of other texts', () => {
    expect([releaseOf('dev'), releaseOf('')]).toEqual([null, null]);
  });

  it.each([
    ['2026.07.1', '2026.07.1', null],
    ['2026.07.0', '2026.07.1', 'the same version'],
    ['2026.02.0', '2026.02.0', 'need 2026.03'],
    ['2025.01.0', '2026.08.0', null],
    ['5.26.0', '2026.08.0', 'has to run 2025.01'],
    ['2026.09.0', '2026.08.0', 'must not be older'],
    ['2026.08.0', '2026.07.1', 'the same version'],
    ['2026.08.2', '2026.08.2', null],
  ] as const)('%s followed by %s: %s', (from, to, words) => {
    const obstacle = versionObstacle(release(from), release(to));
    if (words === null) expect(obstacle).toBeNull();
    else expect(obstacle).toContain(words);
  });
});

describe('room for copies', () => {
  const three = [aServer(1), aServer(2), aServer(3)];
  it.each([
    ['enough servers', three, 3, 0, null],
    ['too many primaries', three, 4, 0, '4 primaries need as many servers'],
    ['too many in all', three, 2, 2, '4 copies need as many servers, and 3 are fit'],
    ['servers that take secondaries only', [aServer(1), aServer(2, { modeConstraint: 'SECONDARY' })], 2, 0, 'there are 1'],
    ['servers that take primaries only', three.map((server) => ({ ...server, modeConstraint: 'PRIMARY' })), 1, 1, '1 secondaries'],
    ['a server that is cordoned', [aServer(1), aServer(2, { state: 'Cordoned' })], 2, 0, 'there are 1'],
    ['a server that is down', [aServer(1), aServer(2, { health: 'Unavailable' })], 2, 0, 'there are 1'],
    ['a server that is not allowed', [aServer(1), aServer(2, { allowed: ['bar*'] })], 2, 0, 'there are 1'],
    ['a server that is denied', [aServer(1), aServer(2, { denied: ['FOO*'] })], 2, 0, 'there are 1'],
    ['allowed by a wildcard', [aServer(1, { allowed: ['fo*'] })], 1, 0, null],
    ['a dot that is a dot', [aServer(1, { allowed: ['f.o'] })], 1, 0, 'there are 0'],
  ] as const)('is judged with %s', (_, servers, primaries, secondaries, words) => {
    const obstacle = roomObstacle(servers, 'foo', { primaries, secondaries });
    if (words === null) expect(obstacle).toBeNull();
    else expect(obstacle).toContain(words);
  });
});

describe('the database that counts', () => {
  const serving = aDatabase('foo', standardCopies());
  const kept = aDatabase('foo', standardCopies({ access: 'read-only' }));
  const replica = aDatabase('foo-b', replicaCopies());
  const promoted = aDatabase('foo-b', standardCopies());
  it.each([
    ['the first while it serves', serving, null, 'foo'],
    ['the replica beside one that serves', serving, replica, 'foo-b'],
    ['the replica beside one that was kept', kept, replica, 'foo-b'],
    ['the promoted one beside one that was kept', kept, promoted, 'foo-b'],
    ['the first of two that serve', serving, promoted, 'foo'],
    ['the only one', null, promoted, 'foo-b'],
  ] as const)('is %s', (_, named, other, name) => {
    expect(choose(named, other).database?.name).toBe(name);
  });
  it('is none when there is none', () => {
    expect(choose(null, null)).toEqual({ database: null, spare: null });
  });
});

describe('the topology', () => {
  const routing = {
    ttlSeconds: 300,
    writers: ['127.0.0.1:17681'],
    readers: ['127.0.0.1:17682'],
    routers: ['127.0.0.1:17681', '127.0.0.1:17682'],
  };
  const east = aReadSide(aDatabase('foo', standardCopies()), { routing, servers: [aServer(1), aServer(2), aServer(3), aServer(4)] });

  it('shows every copy, servers without one, and where clients are sent', () => {
    const { headline, columns, rows, notes } = topologyOf(someSettings(), { primary: east, standby: aStandby() });
    expect(headline).toBe(
      'graph-east holds foo (standard) on 3 of 4 servers, and graph-west holds foo-replica (replica) on 3 of 3 servers.',
    );
    expect(rows.every((row) => row.length === columns.length)).toBe(true);
    expect(rows).toContainEqual(['graph-east', '127.0.0.1:17681', 'primary, writer, online, transaction 48213', 'write, ask the way']);
    expect(rows).toContainEqual(['graph-east', '127.0.0.1:17682', 'primary, online, transaction 48213', 'read, ask the way']);
    expect(rows).toContainEqual(['graph-east', '127.0.0.1:17684', 'no copy; Enabled, Available', 'nothing']);
    expect(notes).toContain('graph-west does not tell where it sends the clients of foo-replica.');
  });

  it('tells what it could not see, and what is odd', () => {
    const broken = aReadSide(aDatabase('foo-replica', [aCopy({ type: 'replica', currentStatus: 'dirty', lastTxn: null })]), {
      routing: { ...routing, writers: [] },
      by: 'member',
    });
    const { notes, rows } = topologyOf(someSettings(), { primary: gone, standby: broken });
    expect(notes.some((note) => note.startsWith('graph-east could not be reached'))).toBe(true);
    expect(notes.some((note) => note.includes('drivers have to ask for read access'))).toBe(true);
    expect(notes.some((note) => note.includes('its store is broken'))).toBe(true);
    expect(notes.some((note) => note.includes('it may be old'))).toBe(true);
    expect(rows.length).toBeGreaterThan(0);
  });
});

describe('trust between the clusters', () => {
  const view = (own: string | null, placed: string | null, more: Partial<CertificatesView> = {}): CertificatesView => ({
    own: own === null ? null : { sha256: own, notAfter: nowMs + 365 * 24 * 3_600_000 },
    why: null,
    nodes: [{ node: 'n1', found: placed === null ? 'absent' : 'file', sha256: placed }],
    ...more,
  });
  const outcomes = (primary: CertificatesView | null, standby: CertificatesView | null) =>
    trustChecks(
      someSettings(),
      { ...aDetail(aSource(), aStandby()), certificates: { primary, standby } },
      { kind: 'setup', link: aLink().id },
      nowMs,
    ).map(({ name, outcome }) => `${name}: ${outcome}`);

  it('is what a person vouches for when no hosts are known', () => {
    expect(outcomes(null, null)).toEqual(['trust between the clusters: warned', 'network between the clusters: warned']);
  });
  it('is seen on the hosts when they are known', () => {
    expect(outcomes(view('a', 'b'), view('b', 'a'))).toEqual([
      'graph-east: trust in graph-west: passed',
      'graph-west: trust in graph-east: passed',
      'network between the clusters: warned',
    ]);
    expect(distrusting(view('a', 'b'), view('b', 'a'))).toEqual([]);
  });
  it.each([
    ['is missing on a node', view('a', null), view('b', 'a'), 'graph-east: trust in graph-west: warned'],
    ['was renewed', view('a', 'old'), view('b', 'a'), 'graph-east: trust in graph-west: warned'],
    ['could not be read', view('a', 'b'), view(null, 'a', { why: 'No.' }), 'graph-east: trust in graph-west: warned'],
    ['has expired', view('a', 'b'), view('b', 'a', { own: { sha256: 'b', notAfter: nowMs } }), 'graph-east: trust in graph-west: failed'],
    [
      'expires soon',
      view('a', 'b'),
      view('b', 'a', { own: { sha256: 'b', notAfter: nowMs + 1_000 } }),
      'graph-east: trust in graph-west: warned',
    ],
  ])('is told when a certificate %s', (_, primary, standby, expected) => {
    expect(outcomes(primary, standby)).toContain(expected);
  });
});
