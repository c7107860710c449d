import { comeBack } from '../../conformance/cockroach-pcr-bed.ts';
import type { Scene } from '../../support/matrix.ts';
import { describeKills, primaryServes, standbyServes } from '../../support/matrix-suite.ts';

const starting = (start: 'replicating' | 'paused' | 'promoted'): NonNullable<Scene['links']> => [
  { id: 'prod-sql', engine: 'cockroach-pcr', environment: 'production', description: 'Orders', version: '26.2', start },
];

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
describeKills({ command: '/repl retention prod-sql --window 6h', effects: [/RETENTION/], ends: primaryServes });
describeKills({ command: '/repl reader prod-sql on', effects: [/READ VIRTUAL CLUSTER/], ends: primaryServes });
