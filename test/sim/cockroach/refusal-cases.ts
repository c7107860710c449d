import type { SimSide, SqlWorldOptions } from '../../../src/sim/cockroach/contract.ts';
import type { SimVersion } from '../../../src/sim/cockroach/grammar/dialect.ts';

export interface Case {
  readonly name: string;
  readonly sql: string;
  readonly code: string;
  readonly message: string | RegExp;
  readonly side?: SimSide;
  readonly version?: SimVersion;
  readonly options?: Partial<SqlWorldOptions>;
  readonly vc?: string;
  readonly values?: readonly unknown[];
  /** Statements that come first. */
  readonly before?: readonly string[];
}

const complete = 'ALTER VIRTUAL CLUSTER main COMPLETE REPLICATION TO LATEST';

/** One row per rule: what is sent where, and what the server says. */
export const refusals: readonly Case[] = [
  {
    name: 'altering from the application',
    side: 'primary',
    vc: 'main',
    sql: 'ALTER VIRTUAL CLUSTER main STOP SERVICE',
    code: '42501',
    message: 'only the system tenant can alter tenant',
  },
  {
    name: 'an operator setting from the application',
    side: 'primary',
    vc: 'main',
    sql: 'SET CLUSTER SETTING kv.rangefeed.enabled = true',
    code: '42501',
    message: 'setting kv.rangefeed.enabled is only settable by the operator',
  },
  {
    name: 'showing from the application',
    side: 'primary',
    vc: 'main',
    sql: 'SHOW VIRTUAL CLUSTERS',
    code: '42501',
    message: 'only the system tenant can show other tenants',
  },
  {
    name: 'creating from the application',
    side: 'primary',
    vc: 'main',
    sql: `CREATE VIRTUAL CLUSTER x FROM REPLICATION OF main ON 'x'`,
    code: '42501',
    message: 'only the system tenant can create other tenants',
  },
  {
    name: 'dropping from the application',
    side: 'primary',
    vc: 'main',
    sql: 'DROP VIRTUAL CLUSTER x',
    code: '42501',
    message: 'only the system tenant can drop other tenants',
  },
  {
    name: 'a virtual cluster that is not there',
    sql: 'ALTER VIRTUAL CLUSTER nosuch PAUSE REPLICATION',
    code: '42704',
    message: 'tenant "nosuch" does not exist',
  },
  {
    name: 'an id that is not there',
    sql: 'ALTER VIRTUAL CLUSTER [9] PAUSE REPLICATION',
    code: '42704',
    message: 'tenant "9" does not exist',
  },
  {
    name: 'starting the service of a replica',
    sql: 'ALTER VIRTUAL CLUSTER main START SERVICE SHARED',
    code: '55000',
    message: 'cannot use tenant service mode shared with data state add',
  },
  {
    name: 'completing what does not replicate',
    side: 'primary',
    sql: complete,
    code: 'XXUUU',
    message: 'tenant "main" (3) does not have an active replication consumer job',
  },
  {
    name: 'pausing what does not replicate',
    side: 'primary',
    sql: 'ALTER VIRTUAL CLUSTER main PAUSE REPLICATION',
    code: 'XXUUU',
    message: /does not have an active replication consumer job/,
  },
  {
    name: 'completing during the initial scan',
    options: { start: 'initializing' },
    sql: complete,
    code: 'XXUUU',
    message: 'replicated tenant "main" (3) has not yet recorded a retained timestamp',
  },
  {
    name: 'completing before the retained time',
    sql: `ALTER VIRTUAL CLUSTER main COMPLETE REPLICATION TO SYSTEM TIME '-5h'`,
    code: 'XXUUU',
    message: /^cutover time \d+\.\d{9},0 is before earliest safe cutover time \d+\.\d{9},0$/,
  },
  {
    name: 'resuming what is on its way to paused',
    before: ['ALTER VIRTUAL CLUSTER main PAUSE REPLICATION'],
    sql: 'ALTER VIRTUAL CLUSTER main RESUME REPLICATION',
    code: 'XXUUU',
    message: 'job with state pause-requested cannot be resumed',
  },
  {
    name: 'the same in 24.3',
    version: '24.3',
    before: ['ALTER VIRTUAL CLUSTER main PAUSE REPLICATION'],
    sql: 'ALTER VIRTUAL CLUSTER main RESUME REPLICATION',
    code: 'XXUUU',
    message: 'job with status pause-requested cannot be resumed',
  },
  ...(['primary', 'standby'] as const).map(
    (unlicensed): Case => ({
      name: `a stream of 24.3 where the ${unlicensed} has no licence`,
      version: '24.3',
      options: { start: 'none', settings: { [unlicensed]: { 'enterprise.license': '' } } },
      sql: 'CREATE VIRTUAL CLUSTER main FROM REPLICATION OF main ON $1',
      values: ['<primary>'],
      code: 'XXC02',
      message: /requires an enterprise license/,
    }),
  ),
  ...(['23.2', '24.3'] as const).flatMap((version) =>
    (['primary', 'standby'] as const).map((unnamed): Case => {
      const vc = version === '23.2' ? 'application' : 'main';
      return {
        name: `a stream of ${version} where the ${unnamed} has no organization`,
        version,
        options: { start: 'none', settings: { [unnamed]: { 'cluster.organization': '' } } },
        sql: `CREATE VIRTUAL CLUSTER ${vc} FROM REPLICATION OF ${vc} ON $1`,
        values: ['<primary>'],
        code: 'XXC02',
        message: /requires an enterprise license/,
      };
    }),
  ),
  {
    name: 'a copy like a template on 23.2, whose nodes were started without a profile',
    version: '23.2',
    options: { start: 'none', standbyProfile: false },
    sql: 'CREATE VIRTUAL CLUSTER application LIKE template FROM REPLICATION OF application ON $1',
    values: ['<primary>'],
    code: '42704',
    message: 'tenant "template" does not exist',
  },
  {
    name: 'failing back onto a running service',
    side: 'primary',
    sql: `ALTER VIRTUAL CLUSTER main START REPLICATION OF main ON 'x'`,
    code: '55000',
    message: /service mode must be none/,
  },
  {
    name: 'failing back onto a replica',
    sql: 'ALTER VIRTUAL CLUSTER main START REPLICATION OF main ON $1',
    values: ['<primary>'],
    code: '55000',
    message: 'cannot start replication for tenant "main" (3) in state add (is replication or a restore already running?)',
  },
  {
    name: 'following from a running service',
    side: 'primary',
    sql: 'ALTER VIRTUAL CLUSTER main START REPLICATION OF main ON $1',
    values: ['<standby>'],
    code: '55000',
    message: 'cannot start replication for tenant "main" (3) in service mode shared; service mode must be none',
  },
  {
    name: 'creating what exists',
    sql: 'CREATE VIRTUAL CLUSTER main FROM REPLICATION OF main ON $1',
    values: ['<primary>'],
    code: '42710',
    message: 'tenant with name "main" already exists',
  },
  {
    name: 'creating the system virtual cluster',
    sql: 'CREATE VIRTUAL CLUSTER system FROM REPLICATION OF main ON $1',
    values: ['<primary>'],
    code: 'XXUUU',
    message: /cannot be the system tenant/,
  },
  {
    name: 'a source that is not there',
    sql: 'CREATE VIRTUAL CLUSTER two FROM REPLICATION OF nosuch ON $1',
    values: ['<primary>'],
    code: '42704',
    message: 'tenant "nosuch" does not exist',
  },
  {
    name: 'a URI of no scheme',
    sql: `CREATE VIRTUAL CLUSTER two FROM REPLICATION OF main ON 'source'`,
    code: 'XXUUU',
    message: 'stream replication from scheme "" is unsupported',
  },
  {
    name: 'an unknown external connection',
    sql: `CREATE VIRTUAL CLUSTER two FROM REPLICATION OF main ON 'external://east'`,
    code: '42704',
    message: /external connection .*east/,
  },
  {
    name: 'a source that no one listens on',
    sql: `CREATE VIRTUAL CLUSTER two FROM REPLICATION OF main ON 'postgresql://repl:repl-secret@127.0.0.1:1/defaultdb'`,
    code: 'XXUUU',
    message: /connection refused/,
  },
  {
    name: 'a wrong password in the URI',
    sql: 'CREATE VIRTUAL CLUSTER two FROM REPLICATION OF main ON $1',
    values: ['<primary wrong>'],
    code: 'XXUUU',
    message: /password authentication failed for user repl \(SQLSTATE 28P01\)/,
  },
  {
    name: 'an unknown route',
    sql: 'CREATE VIRTUAL CLUSTER two FROM REPLICATION OF main ON $1',
    values: ['<primary>&crdb_route=moon'],
    code: 'XXUUU',
    message: /unknown crdb_route value/,
  },
  {
    name: 'dropping with the service on',
    side: 'primary',
    sql: 'DROP VIRTUAL CLUSTER main',
    code: '55000',
    message: 'cannot drop tenant "main" (3) in service mode shared',
  },
  { name: 'dropping what is not there', sql: 'DROP VIRTUAL CLUSTER nosuch', code: '42704', message: 'tenant "nosuch" does not exist' },
  {
    name: 'dropping with safe updates',
    before: ['SET sql_safe_updates = on'],
    sql: 'DROP VIRTUAL CLUSTER main',
    code: '01000',
    message: /^rejected \(via sql_safe_updates\): DROP VIRTUAL CLUSTER causes irreversible data loss/,
  },
  {
    name: 'renaming with the service on',
    side: 'primary',
    sql: 'ALTER VIRTUAL CLUSTER main RENAME TO old',
    code: '55000',
    message: /service mode shared/,
  },
  {
    name: 'renaming to a name in use',
    sql: 'ALTER VIRTUAL CLUSTER main RENAME TO system',
    code: '42710',
    message: 'name "system" is already taken',
  },
  { name: 'renaming to no name', sql: `ALTER VIRTUAL CLUSTER main RENAME TO 'Main Street'`, code: '42602', message: /invalid name/ },
  {
    name: 'changing shared to external',
    side: 'primary',
    sql: 'ALTER VIRTUAL CLUSTER main START SERVICE EXTERNAL',
    code: '55000',
    message: /directly/,
  },
  {
    name: 'stopping the system’s service',
    side: 'primary',
    sql: 'ALTER VIRTUAL CLUSTER system STOP SERVICE',
    code: '22023',
    message: /system tenant/,
  },
  {
    name: 'a reader while paused',
    options: { start: 'paused' },
    sql: 'ALTER VIRTUAL CLUSTER main SET REPLICATION READ VIRTUAL CLUSTER',
    code: '55000',
    message: /not replicating/,
  },
  { name: 'a hyphenated bare word', sql: 'SHOW VIRTUAL CLUSTER main-readonly', code: '42601', message: 'at or near "-": syntax error' },
  {
    name: 'a retention that is no interval',
    sql: `ALTER VIRTUAL CLUSTER main SET REPLICATION RETENTION = 'long'`,
    code: '22007',
    message: /could not parse "long" as type interval/,
  },
  { name: 'an unknown variable', sql: 'SET nosuch = 1', code: '42704', message: 'unrecognized configuration parameter "nosuch"' },
  { name: 'an unknown setting', sql: 'SHOW CLUSTER SETTING no.such', code: '22023', message: 'unknown setting: "no.such"' },
  { name: 'a job that is not there', sql: 'PAUSE JOB 12', code: '42704', message: 'job with ID 12 does not exist' },
  {
    name: 'a statement that is not simulated',
    sql: 'INSERT INTO orders VALUES (1)',
    code: '42601',
    message: 'at or near "insert": syntax error',
  },
];
