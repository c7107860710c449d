import { expect } from 'vitest';
import type { House } from '../../support/house.ts';
import type { Scene } from '../../support/matrix.ts';
import { describeKills } from '../../support/matrix-suite.ts';

const shop = (start: 'replicating' | 'paused', direction: 'unidirectional' | 'bidirectional'): NonNullable<Scene['links']> => [
  { id: 'prod-shop', engine: 'cockroach-ldr', environment: 'production', description: 'Shop', version: '26.2', start, direction },
];

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
