import { expect } from 'vitest';
import { byHand } from '../../conformance/cockroach-ldr-bed.ts';
import { describeKills } from '../../support/matrix-suite.ts';
import { endAll, haveTheSame, jobs, shop, standbyHas, worldOf } from '../../support/shop.ts';

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
    links: shop('none', direction, { connections: 'bot' }),
    prepare: async (house) => {
      await byHand(worldOf(house), 'standby', 'DROP TABLE shop.public.orders, shop.public.items');
      // The way back has to come as whoever runs the statement, so the run makes that connection.
      await byHand(worldOf(house), 'primary', 'DROP EXTERNAL CONNECTION to_dublin');
    },
    effects: [/CREATE LOGICALLY REPLICATED/],
    ends: (house) => {
      standbyHas('running')(house);
      expect(jobs(house, 'primary')).toEqual(back);
      haveTheSame(house);
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
    await endAll(house);
    worldOf(house).ldr.write('standby', 'shop.public.orders', 5);
  },
  effects: [/TRUNCATE/, /CREATE LOGICAL/],
  ends: (house) => {
    expect(jobs(house, 'primary')).toEqual(['running']);
    haveTheSame(house);
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
describeKills({
  command: '/repl setup prod-shop --from last',
  links: shop('replicating', 'unidirectional'),
  prepare: endAll,
  effects: [/CREATE LOGICAL/],
  ends: (house) => {
    standbyHas('canceled', 'running')(house);
    haveTheSame(house);
  },
});
// Users, what they may do, and the connection: on clusters where nothing is prepared.
describeKills({
  command: '/repl setup prod-shop',
  links: shop('none', 'unidirectional', { connections: 'new' }),
  effects: [/kv\.rangefeed\.enabled/, /CREATE USER/, /GRANT/, /CREATE EXTERNAL CONNECTION/],
  ends: (house) => {
    standbyHas('running')(house);
    haveTheSame(house);
  },
});
