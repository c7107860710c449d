import { expect } from 'vitest';
import { byHand, comeBack } from '../../conformance/cockroach-pcr-bed.ts';
import type { House } from '../../support/house.ts';
import type { Scene } from '../../support/matrix.ts';
import { describeKills, primaryServes, standbyServes } from '../../support/matrix-suite.ts';
import { until } from '../../support/until.ts';

const orders = { id: 'prod-sql', engine: 'cockroach-pcr', environment: 'production', description: 'Orders', version: '26.2' } as const;
const starting = (start: 'replicating' | 'paused' | 'promoted' | 'none'): NonNullable<Scene['links']> => [{ ...orders, start }];

const onStandby = ({ sql }: House, what: string): Promise<void> => byHand(sql, 'standby', what.replaceAll('$', sql.virtualCluster));

/** A stream that goes by the external connection of the standby. */
async function followByConnection(house: House): Promise<void> {
  await onStandby(house, `CREATE VIRTUAL CLUSTER $ FROM REPLICATION OF $ ON 'external://to-primary'`);
  await until(() => house.sql.vc('standby')?.status === 'replicating', 'the standby follows');
}

async function openReader(house: House): Promise<void> {
  await onStandby(house, 'ALTER VIRTUAL CLUSTER $ SET REPLICATION READ VIRTUAL CLUSTER');
  await until(() => house.sql.vc('standby', `${house.sql.virtualCluster}-readonly`)?.serviceMode === 'shared', 'the reader serves');
}

async function installBoth({ sql }: House): Promise<void> {
  for (const side of ['standby', 'primary'] as const) sql.control().install(side, '25.2');
}

describeKills({ command: '/repl pause prod-sql', effects: [/PAUSE REPLICATION/], ends: primaryServes });
describeKills({ command: '/repl resume prod-sql', links: starting('paused'), effects: [/RESUME REPLICATION/], ends: primaryServes });
describeKills({ command: '/repl teardown prod-sql', effects: [/DROP VIRTUAL CLUSTER/], ends: primaryServes });
describeKills({
  command: '/repl failback prod-sql',
  links: starting('promoted'),
  effects: [/START REPLICATION/],
  ends: standbyServes,
});
describeKills({
  command: '/repl fence prod-sql',
  links: starting('promoted'),
  prepare: ({ sql }) => comeBack(sql),
  effects: [/STOP SERVICE/],
  ends: standbyServes,
});
describeKills({
  command: '/repl fence prod-sql --keep prod-sql-frankfurt',
  links: starting('promoted'),
  prepare: ({ sql }) => comeBack(sql),
  effects: [/STOP SERVICE/],
  ends: primaryServes,
});
// The side that was promoted is lost: what was stopped for it serves again.
describeKills({
  command: '/repl failover prod-sql',
  links: starting('promoted'),
  prepare: ({ sql }) => sql.faults.down('standby'),
  effects: [/START SERVICE/],
  ends: ({ sql }) => {
    expect(sql.writable().primary).toBe(true);
    expect(sql.splitBrain()).toEqual([]);
  },
});
describeKills({ command: '/repl retention prod-sql --window 6h', effects: [/RETENTION/], ends: primaryServes });
describeKills({ command: '/repl reader prod-sql on', effects: [/READ VIRTUAL CLUSTER/], ends: primaryServes });
describeKills({
  command: '/repl reader prod-sql off',
  prepare: openReader,
  effects: [/STOP SERVICE/, /DROP VIRTUAL CLUSTER/],
  ends: primaryServes,
});
describeKills({
  command: '/repl setup prod-sql',
  links: [{ ...orders, start: 'none', bare: true }],
  effects: [/SET CLUSTER SETTING enterprise/, /CREATE USER/, /GRANT SYSTEM/, /CREATE EXTERNAL CONNECTION/, /CREATE VIRTUAL CLUSTER/],
  ends: primaryServes,
});
describeKills({
  command: '/repl rebuild prod-sql',
  links: starting('promoted'),
  effects: [/DROP VIRTUAL CLUSTER/, /CREATE VIRTUAL CLUSTER/],
  ends: standbyServes,
});
describeKills({
  command: '/repl reconnect prod-sql',
  links: starting('none'),
  prepare: followByConnection,
  effects: [/PAUSE REPLICATION/, /RESUME REPLICATION/],
  // One act, which is sent again whole.
  again: /(PAUSE|RESUME) REPLICATION/,
  ends: primaryServes,
});
describeKills({
  command: '/repl upgrade prod-sql',
  links: [{ ...orders, version: '24.3' }],
  prepare: installBoth,
  effects: [/SET CLUSTER SETTING version/],
  // Once in the control plane and once in the application's virtual cluster.
  again: /SET CLUSTER SETTING version/,
  ends: primaryServes,
});
