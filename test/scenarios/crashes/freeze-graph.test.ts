import { expect } from 'vitest';
import type { House } from '../../support/house.ts';
import type { Scene } from '../../support/matrix.ts';
import { describeMatrix } from '../../support/matrix-suite.ts';

const graph: NonNullable<Scene['links']> = [
  { id: 'prod-graph', engine: 'neo4j-ccdr', environment: 'production', description: 'Graph', version: '2026.07.1' },
];

const standbyServes = ({ world }: House): void => {
  expect(world.graphs['prod-graph']?.writable()).toEqual({ primary: false, standby: true });
};

await describeMatrix({
  command: '/repl switchover prod-graph --max-stop 5m',
  how: 'freeze',
  from: 3,
  links: graph,
  effects: [/SET ACCESS READ ONLY/, /promoteReplicaDatabase/],
  ends: standbyServes,
});
