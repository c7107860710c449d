import { expect } from 'vitest';
import type { House } from '../../support/house.ts';
import { describeKills, words } from '../../support/matrix-suite.ts';
import { endAll, haveTheSame, jobs, shop, worldOf } from '../../support/shop.ts';

/** Every job that was ever started into each side, in order. */
const has =
  (intoPrimary: readonly string[], intoStandby: readonly string[]) =>
  (house: House): void => {
    expect([jobs(house, 'primary'), jobs(house, 'standby')]).toEqual([intoPrimary, intoStandby]);
  };

const replicating = shop('replicating', 'bidirectional');

describeKills({
  command: '/repl resume prod-shop',
  links: shop('paused', 'bidirectional'),
  effects: [/RESUME JOB/],
  ends: has(['running'], ['running']),
});
// People do all of it.
describeKills({
  command: '/repl switchover prod-shop',
  links: replicating,
  effects: [],
  words: [words.made, words.ended],
  ends: has(['running'], ['running']),
});
describeKills({
  command: '/repl teardown prod-shop',
  links: replicating,
  effects: [/CANCEL JOB/],
  ends: has(['canceled'], ['canceled']),
});
// Nothing is ended: the job from the side that is lost pauses itself sooner or later, and can be resumed.
describeKills({
  command: '/repl failover prod-shop',
  links: replicating,
  prepare: (house) => worldOf(house).faults.down('primary'),
  effects: [],
  words: [words.made, words.ended],
  ends: (house) => {
    expect(jobs(house, 'primary')).toEqual(['running']);
    expect(jobs(house, 'standby').join()).toMatch(/^(running|paused)$/);
  },
});
for (const [command, source] of [
  ['/repl failback prod-shop', 'standby'],
  ['/repl rebuild prod-shop', 'primary'],
] as const) {
  describeKills({
    command,
    links: replicating,
    prepare: async (house) => {
      await endAll(house);
      worldOf(house).ldr.write(source, 'shop.public.orders', 5);
    },
    effects: [/TRUNCATE/, /CREATE LOGICAL/],
    ends: (house) => {
      has(['canceled', 'running'], ['canceled', 'running'])(house);
      haveTheSame(house);
    },
  });
}
describeKills({
  command: '/repl alter prod-shop',
  links: replicating,
  effects: [/TRUNCATE/],
  ends: (house) => {
    has(['canceled', 'running'], ['canceled', 'running'])(house);
    haveTheSame(house);
  },
});
describeKills({
  command: '/repl reconnect prod-shop',
  links: shop('replicating', 'bidirectional', { connections: 'bot' }),
  effects: [/ALTER EXTERNAL CONNECTION/],
  // No read shows that a job has connected anew, so it may be asked to twice.
  again: /PAUSE JOB|RESUME JOB/,
  ends: has(['running'], ['running']),
});
// One statement for each way, where none makes the tables.
describeKills({
  command: '/repl setup prod-shop',
  links: shop('none', 'bidirectional', { version: '24.3', connections: 'new' }),
  effects: [/CREATE EXTERNAL CONNECTION/, /CREATE LOGICAL/],
  ends: (house) => {
    has(['running'], ['running'])(house);
    haveTheSame(house);
  },
});
