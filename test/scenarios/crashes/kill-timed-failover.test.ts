import { expect } from 'vitest';
import { byHand } from '../../conformance/cockroach-pcr-bed.ts';
import type { House } from '../../support/house.ts';
import { describeKills, primaryServes, standbyServes } from '../../support/matrix-suite.ts';
import { until } from '../../support/until.ts';

const minuteMs = 60_000;

const standbyIs = ({ sql }: House, status: string): Promise<void> =>
  until(() => sql.vc('standby')?.status === status, `the standby is ${status}`, 300_000);

const isAskedFor = (house: House): Promise<void> => standbyIs(house, 'replication pending failover');

/** Once the promotion is asked for, its time comes. */
async function timeComes(house: House): Promise<void> {
  await isAskedFor(house);
  house.sql.control().advance(20 * minuteMs);
}

/** A run that waits for the time of a promotion looks again and again, and asks for it only once. */
const near = { command: '/repl failover prod-sql --to +20m', ends: standbyServes } as const;

describeKills({ ...near, effects: [/STOP SERVICE/], meanwhile: timeComes });
describeKills({ ...near, effects: [/COMPLETE REPLICATION/], midst: [{ name: 'while it waits', arrives: isAskedFor }], goOn: timeComes });

describeKills({
  command: '/repl failover prod-sql --to +5h',
  effects: [/COMPLETE REPLICATION/],
  ends: (house) => {
    primaryServes(house);
    expect(house.sql.vc('standby')?.status).toBe('replication pending failover');
  },
});

describeKills({
  command: '/repl failover prod-sql --to -30m',
  effects: [/COMPLETE REPLICATION/],
  ends: (house) => {
    standbyServes(house);
    expect(house.sql.lost()?.ms).toBeGreaterThanOrEqual(30 * minuteMs);
  },
});

describeKills({
  command: '/repl failover prod-sql',
  prepare: async (house) => {
    await byHand(house.sql, 'standby', `ALTER VIRTUAL CLUSTER ${house.sql.virtualCluster} COMPLETE REPLICATION TO LATEST`);
    await standbyIs(house, 'ready');
  },
  effects: [/STOP SERVICE/, /START SERVICE/],
  ends: (house) => {
    standbyServes(house);
    const completed = house.sql.effects().filter(({ statement }) => statement.includes('COMPLETE REPLICATION'));
    expect(completed.map(({ tag }) => tag)).toEqual(['somebody']);
  },
});
