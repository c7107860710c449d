import { expect } from 'vitest';
import { byHand, untilWritable } from '../../conformance/neo4j-ccdr-bed.ts';
import type { House } from '../../support/house.ts';
import type { Scene } from '../../support/matrix.ts';
import { describeKills } from '../../support/matrix-suite.ts';

const starting = (start: 'replicating' | 'none' | 'promoted'): NonNullable<Scene['links']> => [
  { id: 'prod-graph', engine: 'neo4j-ccdr', environment: 'production', description: 'Graph', version: '2026.08.0', start },
];

const graphOf = ({ world }: House) => {
  const graph = world.graphs['prod-graph'];
  if (graph === undefined) throw new TypeError('there is no graph');
  return graph;
};

/** One side serves, and the other one follows it, or holds nothing. */
const serves =
  (side: 'primary' | 'standby', other: 'replica' | 'standard' | 'nothing') =>
  (house: House): void => {
    const graph = graphOf(house);
    const rest = side === 'primary' ? 'standby' : 'primary';
    expect(graph.writable()).toEqual({ primary: side === 'primary', standby: side === 'standby' });
    expect(graph.database(rest)?.type ?? 'nothing').toBe(other);
  };

describeKills({
  command: '/repl setup prod-graph',
  links: starting('none'),
  effects: [/CREATE REPLICA/],
  ends: serves('primary', 'replica'),
});
describeKills({
  command: '/repl failback prod-graph',
  links: starting('promoted'),
  effects: [/STOP DATABASE/, /DROP DATABASE/, /CREATE REPLICA/, /SET ACCESS READ ONLY/, /CALL dbms\.promoteReplicaDatabase\('orders'/],
  ends: serves('primary', 'replica'),
});
describeKills({
  command: '/repl rebuild prod-graph',
  links: starting('promoted'),
  effects: [/STOP DATABASE/, /DROP DATABASE/, /CREATE REPLICA/],
  ends: serves('standby', 'replica'),
});
describeKills({
  command: '/repl teardown prod-graph',
  links: starting('replicating'),
  effects: [/DROP DATABASE/],
  ends: serves('primary', 'nothing'),
});
describeKills({
  command: '/repl fence prod-graph',
  links: starting('promoted'),
  prepare: async (house) => {
    await byHand(graphOf(house), 'primary', 'ALTER DATABASE orders SET ACCESS READ WRITE');
    await untilWritable(graphOf(house), 'primary', true);
  },
  effects: [/SET ACCESS READ ONLY/],
  ends: serves('standby', 'standard'),
});
