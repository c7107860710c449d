import { expect } from 'vitest';
import type { LdrWorld } from '../../../src/sim/cockroach/ldr/ldr-world.ts';
import { byHand, endStreams } from '../../conformance/cockroach-ldr-bed.ts';
import type { House } from '../../support/house.ts';
import type { Scene } from '../../support/matrix.ts';
import { describeKills } from '../../support/matrix-suite.ts';
import { until } from '../../support/until.ts';

const shop = (
  start: 'none' | 'replicating' | 'paused',
  direction: 'unidirectional' | 'bidirectional',
  more: { readonly connections?: 'bot'; readonly version?: '25.3' } = {},
): NonNullable<Scene['links']> => [
  { id: 'prod-shop', engine: 'cockroach-ldr', environment: 'production', description: 'Shop', version: '26.2', start, direction, ...more },
];

const worldOf = ({ world }: House): LdrWorld => {
  const found = world.ldr['prod-shop'];
  if (found === undefined) throw new TypeError('there is no shop');
  return found;
};

const jobs = ({ world }: House, side: 'primary' | 'standby'): readonly string[] =>
  world.ldr['prod-shop']?.ldrJobs(side).map(({ status }) => status) ?? [];

/** Every job that was ever started into the side, in order. */
const standbyHas =
  (...statuses: readonly string[]) =>
  (house: House): void => {
    expect(jobs(house, 'standby')).toEqual(statuses);
  };

describeKills({
  command: '/repl pause prod-shop',
  links: shop('replicating', 'bidirectional'),
  effects: [/PAUSE JOB/],
  ends: (house) => {
    expect([...jobs(house, 'primary'), ...jobs(house, 'standby')]).toEqual(['paused', 'paused']);
  },
});
describeKills({
  command: '/repl resume prod-shop',
  links: shop('paused', 'unidirectional'),
  effects: [/RESUME JOB/],
  ends: standbyHas('running'),
});
describeKills({
  command: '/repl switchover prod-shop',
  links: shop('replicating', 'unidirectional'),
  effects: [/CANCEL JOB/],
  ends: standbyHas('canceled'),
});
describeKills({
  command: '/repl teardown prod-shop',
  links: shop('replicating', 'unidirectional'),
  effects: [/CANCEL JOB/],
  ends: standbyHas('canceled'),
});
describeKills({
  command: '/repl setup prod-shop',
  links: shop('none', 'unidirectional'),
  effects: [/CREATE LOGICAL/],
  ends: standbyHas('running'),
});
// One statement makes the tables on the side that follows, starts the copy, and the way back where one is wanted.
for (const [direction, back] of [
  ['unidirectional', []],
  ['bidirectional', ['running']],
] as const) {
  describeKills({
    command: '/repl setup prod-shop',
    links: shop('none', direction),
    prepare: (house) => byHand(worldOf(house), 'standby', 'DROP TABLE shop.public.orders, shop.public.items'),
    effects: [/CREATE LOGICALLY REPLICATED/],
    ends: (house) => {
      standbyHas('running')(house);
      expect(jobs(house, 'primary')).toEqual(back);
      const [here, there] = (['primary', 'standby'] as const).map((side) => worldOf(house).tables(side));
      expect(there?.map(({ name, rows }) => [name, rows])).toEqual(here?.map(({ name, rows }) => [name, rows]));
      expect(here).toHaveLength(2);
    },
  });
}
describeKills({
  command: '/repl failover prod-shop',
  links: shop('replicating', 'unidirectional'),
  prepare: (house) => worldOf(house).faults.down('primary'),
  effects: [/CANCEL JOB/],
  ends: standbyHas('canceled'),
});
describeKills({
  command: '/repl failback prod-shop',
  links: shop('replicating', 'unidirectional'),
  prepare: async (house) => {
    const world = worldOf(house);
    await endStreams(world, 'standby');
    await until(() => world.ldrJobs('standby').every(({ status }) => status === 'canceled'), 'the stream is over');
    world.ldr.write('standby', 'shop.public.orders', 5);
  },
  effects: [/TRUNCATE/, /CREATE LOGICAL/],
  ends: (house) => {
    expect(jobs(house, 'primary')).toEqual(['running']);
    const [here, there] = (['primary', 'standby'] as const).map((side) =>
      worldOf(house)
        .tables(side)
        .map(({ rows }) => rows),
    );
    expect(here).toEqual(there);
  },
});
describeKills({
  command: '/repl alter prod-shop',
  links: shop('replicating', 'unidirectional'),
  effects: [/TRUNCATE/],
  ends: standbyHas('canceled', 'running'),
});
describeKills({
  command: '/repl reconnect prod-shop',
  links: shop('replicating', 'unidirectional', { connections: 'bot' }),
  effects: [/ALTER EXTERNAL CONNECTION/, /RESUME JOB/],
  // No read shows that a job has connected anew, so it may be asked to twice.
  again: /PAUSE JOB|RESUME JOB/,
  ends: standbyHas('running'),
});
// Up to 25.3 there is a moment without any connection.
describeKills({
  command: '/repl reconnect prod-shop',
  links: shop('replicating', 'unidirectional', { connections: 'bot', version: '25.3' }),
  effects: [/DROP EXTERNAL CONNECTION/, /CREATE EXTERNAL CONNECTION/],
  again: /PAUSE JOB|RESUME JOB/,
  ends: (house) => {
    expect(jobs(house, 'standby')).toEqual(['running']);
    const made = worldOf(house)
      .effects()
      .filter(({ kind }) => kind.endsWith('external-connection'));
    expect(made.map(({ kind }) => kind)).toEqual(['drop-external-connection', 'create-external-connection']);
  },
});
describeKills({
  command: '/repl rebuild prod-shop',
  links: shop('paused', 'unidirectional'),
  prepare: async (house) =>
    worldOf(house)
      .control()
      .advance(25 * 3_600_000),
  effects: [/TRUNCATE/],
  ends: standbyHas('canceled', 'running'),
});
