import { describe, expect, it } from 'vitest';
import { judgeAddresses } from '../../../src/engines/neo4j-ccdr/preflights/addresses.ts';
import { aReadSide, aServer, aSource, someSettings } from './build.ts';

const cluster = { ...someSettings().primary, replication: ['g1:6000', 'g2:6000'] };
const servers = [
  aServer(1, { address: 'g1:7687', hosting: ['system', 'foo'] }),
  aServer(2, { address: 'g2:7687', hosting: ['system', 'foo'] }),
];
const { database } = aSource();

describe('the addresses that a replica pulls from', () => {
  it.each([
    ['are the cluster ports of its servers', servers, ['g1:6000', 'g2:6000'], 'passed', /are cluster ports of graph-east/],
    ['are Bolt addresses', [aServer(1, { address: 'G1:6000' })], ['g1:6000'], 'failed', /g1:6000 of graph-east is a Bolt address/],
    [
      'belong to a server without the database',
      [servers[0], aServer(2, { address: 'g2:7687' })],
      null,
      'warned',
      /g2:6000 .* does not hold foo/,
    ],
    ['are not told', servers, null, 'warned', /does not tell its cluster ports/],
    [
      'are others than those told',
      servers,
      ['g1:6000', 'g9:6000'],
      'warned',
      /g2:6000 is no cluster port that graph-east tells; it tells g1:6000, g9:6000/,
    ],
  ] as const)('%s', (_, of, ports, outcome, seen) => {
    const read = aReadSide(database, { servers: of.flatMap((server) => server ?? []) });
    expect(judgeAddresses(cluster, read, ports)).toMatchObject({ outcome, seen: expect.stringMatching(seen) });
  });
});
