import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dialectOf, dialects, type SimVersion, simVersions } from '../../../src/sim/cockroach/grammar/dialect.ts';
import { parse } from '../../../src/sim/cockroach/grammar/parse.ts';
import type { StatementKind } from '../../../src/sim/cockroach/grammar/statement.ts';
import { SqlError } from '../../../src/sim/cockroach/sql-error.ts';
import { coverage } from '../../../src/sim/cockroach/statements/run.ts';
import { from, upTo } from './bed.ts';
import { ldrStatements } from './ldr/statement-cases.ts';

const all = simVersions;
const since241 = from('24.1');
const since243 = from('24.3');
const until251 = upTo('25.1');
const since252 = from('25.2');
const windows = since241.filter((version) => until251.includes(version));

/** One line per rule of the reference's catalogue (2.4, 3, 5): a statement, its kind, and the versions that take it. */
const statements: readonly (readonly [sql: string, kind: StatementKind, versions: readonly SimVersion[]])[] = [
  [`CREATE VIRTUAL CLUSTER main FROM REPLICATION OF main ON 'postgresql://h'`, 'create-virtual-cluster', all],
  [`CREATE VIRTUAL CLUSTER IF NOT EXISTS "main" FROM REPLICATION OF 'main' ON $1`, 'create-virtual-cluster', all],
  [`CREATE VIRTUAL CLUSTER $1 FROM REPLICATION OF $2 ON $3 WITH RETENTION = $4`, 'create-virtual-cluster', all],
  [
    `CREATE VIRTUAL CLUSTER main FROM REPLICATION OF main ON 'external://c' WITH OPTIONS (RETENTION = '36h')`,
    'create-virtual-cluster',
    all,
  ],
  [`CREATE VIRTUAL CLUSTER main LIKE template FROM REPLICATION OF main ON 'x'`, 'create-virtual-cluster', until251],
  [`CREATE VIRTUAL CLUSTER main FROM REPLICATION OF main ON 'x' WITH READ VIRTUAL CLUSTER`, 'create-virtual-cluster', since243],
  [`CREATE VIRTUAL CLUSTER main FROM REPLICATION OF main ON 'x' WITH EXPIRATION WINDOW = '48h'`, 'create-virtual-cluster', windows],
  [`CREATE VIRTUAL CLUSTER main`, 'create-virtual-cluster', []],
  [`CREATE VIRTUAL CLUSTER main-2 FROM REPLICATION OF main ON 'x'`, 'create-virtual-cluster', []],
  [`ALTER VIRTUAL CLUSTER main PAUSE REPLICATION`, 'pause-replication', all],
  [`alter tenant "main-2" pause replication`, 'pause-replication', all],
  [`ALTER VIRTUAL CLUSTER [3] RESUME REPLICATION`, 'resume-replication', all],
  [`ALTER VIRTUAL CLUSTER 'main' RESUME REPLICATION;`, 'resume-replication', all],
  [`ALTER VIRTUAL CLUSTER main PAUSE`, 'pause-replication', []],
  [`ALTER VIRTUAL CLUSTER main-readonly PAUSE REPLICATION`, 'pause-replication', []],
  [`ALTER VIRTUAL CLUSTER main COMPLETE REPLICATION TO LATEST`, 'complete-replication', all],
  [`ALTER VIRTUAL CLUSTER main COMPLETE REPLICATION TO SYSTEM TIME '-1h'`, 'complete-replication', all],
  [`ALTER VIRTUAL CLUSTER main COMPLETE REPLICATION TO SYSTEM TIME $1::STRING`, 'complete-replication', all],
  [`ALTER VIRTUAL CLUSTER main COMPLETE REPLICATION TO SYSTEM TIME 1695922878030920020.0000000000`, 'complete-replication', all],
  [`ALTER VIRTUAL CLUSTER main COMPLETE REPLICATION TO NOW`, 'complete-replication', []],
  [`ALTER VIRTUAL CLUSTER main SET REPLICATION RETENTION = '6h'`, 'set-replication', all],
  [`ALTER VIRTUAL CLUSTER main SET REPLICATION READ VIRTUAL CLUSTER`, 'set-replication', since243],
  [`ALTER VIRTUAL CLUSTER main SET REPLICATION EXPIRATION WINDOW = '48h'`, 'set-replication', windows],
  [`ALTER VIRTUAL CLUSTER main SET REPLICATION SOURCE EXPIRATION WINDOW = '48h'`, 'set-source-expiration', since252],
  [`ALTER VIRTUAL CLUSTER main SET SOURCE REPLICATION EXPIRATION WINDOW = '48h'`, 'set-source-expiration', []],
  [`ALTER VIRTUAL CLUSTER main START REPLICATION OF main ON 'x'`, 'start-replication', since241],
  [`ALTER VIRTUAL CLUSTER main START REPLICATION OF main ON 'x' WITH READ VIRTUAL CLUSTER`, 'start-replication', since243],
  [`ALTER VIRTUAL CLUSTER main START SERVICE SHARED`, 'start-service', all],
  [`ALTER VIRTUAL CLUSTER main START SERVICE EXTERNAL`, 'start-service', all],
  [`ALTER VIRTUAL CLUSTER main START SERVICE`, 'start-service', []],
  [`ALTER VIRTUAL CLUSTER main STOP SERVICE`, 'stop-service', all],
  [`ALTER VIRTUAL CLUSTER main RENAME TO "old-main"`, 'rename-virtual-cluster', all],
  [`ALTER VIRTUAL CLUSTER main RESET DATA TO SYSTEM TIME '-1h'`, 'reset-virtual-cluster', all],
  [`ALTER VIRTUAL CLUSTER main GRANT ALL CAPABILITIES`, 'alter-capability', all],
  [`ALTER VIRTUAL CLUSTER main REVOKE CAPABILITY can_admin_split, can_view_node_info`, 'alter-capability', all],
  [`ALTER VIRTUAL CLUSTER ALL SET CLUSTER SETTING a.b = 1`, 'alter-virtual-cluster-setting', all],
  [`ALTER VIRTUAL CLUSTER main RESET CLUSTER SETTING a.b`, 'alter-virtual-cluster-setting', all],
  [`DROP VIRTUAL CLUSTER IF EXISTS main IMMEDIATE`, 'drop-virtual-cluster', all],
  [`SHOW VIRTUAL CLUSTERS`, 'show-virtual-cluster', all],
  [`SHOW VIRTUAL CLUSTER ALL WITH REPLICATION STATUS`, 'show-virtual-cluster', all],
  [`SHOW TENANTS WITH CAPABILITIES`, 'show-virtual-cluster', all],
  [`SHOW VIRTUAL CLUSTER main WITH REPLICATION STATUS, PRIOR REPLICATION DETAILS`, 'show-virtual-cluster', since241],
  [`SHOW EXPERIMENTAL_FINGERPRINTS FROM VIRTUAL CLUSTER main WITH START TIMESTAMP = '-1h'`, 'show-fingerprints', all],
  [`SELECT * FROM [SHOW EXPERIMENTAL_FINGERPRINTS FROM VIRTUAL CLUSTER main] AS OF SYSTEM TIME '-1h'`, 'select', all],
  [`SHOW virtual_cluster_name`, 'show-variable', all],
  [`SHOW CLUSTER SETTING kv.rangefeed.enabled`, 'show-cluster-setting', all],
  [`SHOW ALL CLUSTER SETTINGS`, 'show-cluster-settings', all],
  [`SHOW JOBS`, 'show-jobs', all],
  [`SHOW JOBS WITH RESOLVED TIMESTAMP`, 'show-jobs', from('26.1')],
  [`SHOW JOB $1::INT8`, 'show-job', all],
  [`SHOW JOB WHEN COMPLETE 899090689449132033`, 'show-job', all],
  [`SHOW SYSTEM GRANTS FOR ops, repl`, 'show-system-grants', all],
  [`SHOW GRANTS ON ROLE admin FOR ops`, 'show-role-grants', all],
  [`SHOW USERS`, 'show-users', all],
  [`SHOW REGIONS FROM CLUSTER`, 'show-regions', all],
  [`SHOW CLUSTER SESSIONS`, 'show-sessions', all],
  [`SHOW SCHEDULES`, 'show-schedules', all],
  [`SHOW CHANGEFEED JOBS`, 'show-changefeed-jobs', all],
  [`SHOW ALL ZONE CONFIGURATIONS`, 'show-zone-configurations', all],
  [`SHOW EXTERNAL CONNECTION 'c'`, 'show-external-connections', from('24.2')],
  [`SHOW EXTERNAL CONNECTIONS`, 'show-external-connections', from('24.2')],
  [`SELECT connection_name FROM [SHOW CREATE ALL EXTERNAL CONNECTIONS]`, 'select', all],
  [`SELECT version()`, 'select', all],
  [`SELECT length(value) FROM [SHOW CLUSTER SETTINGS] WHERE variable = 'enterprise.license'`, 'select', all],
  [`SELECT a b FROM`, 'select', []],
  [`BEGIN TRANSACTION READ ONLY`, 'begin', all],
  [`COMMIT`, 'commit', all],
  [`ROLLBACK`, 'rollback', all],
  [`SET statement_timeout = '10s'`, 'set-variable', all],
  [`SET SESSION application_name TO 'replops/r-1/3'`, 'set-variable', all],
  [`SET CLUSTER SETTING server.controller.default_target_cluster = 'main'`, 'set-cluster-setting', all],
  [`RESET CLUSTER SETTING kv.rangefeed.enabled`, 'set-cluster-setting', all],
  [`PAUSE JOB 1 WITH REASON = 'why'`, 'control-jobs', all],
  [`CANCEL JOBS (SELECT job_id FROM [SHOW JOBS])`, 'control-jobs', all],
  [`RESUME SCHEDULE 12`, 'control-schedules', all],
  [`CANCEL SESSION IF EXISTS '17'`, 'cancel-sessions', all],
  [`CANCEL SESSIONS (SELECT session_id FROM [SHOW CLUSTER SESSIONS] WHERE application_name LIKE 'x%')`, 'cancel-sessions', all],
  [`CREATE EXTERNAL CONNECTION IF NOT EXISTS c AS 'postgresql://h'`, 'create-external-connection', all],
  [`ALTER EXTERNAL CONNECTION c AS 'postgresql://h'`, 'alter-external-connection', from('25.4')],
  [`DROP EXTERNAL CONNECTION c`, 'drop-external-connection', all],
  [`SHOW CREATE EXTERNAL CONNECTION c`, 'show-create-external-connection', all],
  [`SHOW GRANTS ON EXTERNAL CONNECTION c`, 'show-external-connection-grants', all],
  [`GRANT USAGE, UPDATE ON EXTERNAL CONNECTION c TO u`, 'grant-external-connection', all],
  [`REVOKE ALL ON EXTERNAL CONNECTION c FROM u`, 'grant-external-connection', all],
  [`DROP EXTERNAL CONNECTION IF EXISTS c`, 'drop-external-connection', []],
  [`DROP USER IF EXISTS u, v`, 'drop-user', all],
  [`GRANT SYSTEM REPLICATIONSOURCE TO u WITH GRANT OPTION`, 'grant-system', since252],
  [`CREATE USER IF NOT EXISTS u WITH LOGIN PASSWORD $1`, 'create-user', all],
  [`ALTER USER u CONTROLJOB`, 'alter-user', all],
  [`GRANT SYSTEM REPLICATIONDEST, MANAGEVIRTUALCLUSTER TO ops`, 'grant-system', since252],
  [`REVOKE SYSTEM REPLICATION FROM ops`, 'grant-system', all],
  [`REVOKE SYSTEM REPLICATIONDEST FROM ops`, 'grant-system', since252],
  [`GRANT admin TO ops`, 'grant-role', all],
  [`INSERT INTO t VALUES (1)`, 'select', []],
  ...ldrStatements,
  [`SHOW VIRTUAL CLUSTERS WITH`, 'show-virtual-cluster', []],
  [`ALTER VIRTUAL CLUSTER main CONSTRUCTOR`, 'stop-service', []],
];

const outcome = (sql: string, version: SimVersion): string => {
  try {
    return parse(sql, dialects[version])[0]?.statement.kind ?? 'nothing';
  } catch (cause) {
    if (cause instanceof SqlError) return cause.sqlState;
    throw cause;
  }
};

describe('the grammar of a version', () => {
  it.each(statements)('%s', (sql, kind, versions) => {
    const outcomes = Object.fromEntries(simVersions.map((version) => [version, outcome(sql, version)]));
    expect(outcomes).toEqual(Object.fromEntries(simVersions.map((version) => [version, versions.includes(version) ? kind : '42601'])));
  });

  it('adds a reader to a copy that follows already from v24.3.12 on only, and at its beginning before that', () => {
    const later = `ALTER VIRTUAL CLUSTER main SET REPLICATION READ VIRTUAL CLUSTER`;
    const atOnce = `CREATE VIRTUAL CLUSTER main FROM REPLICATION OF main ON $1 WITH READ VIRTUAL CLUSTER`;
    const early = dialectOf('24.3', 11);
    expect(() => parse(later, early)).toThrow(expect.objectContaining({ sqlState: '42601' }));
    expect(parse(atOnce, early)[0]?.statement.kind).toBe('create-virtual-cluster');
    expect(parse(later, dialectOf('24.3', 12))[0]?.statement.kind).toBe('set-replication');
  });

  it('covers exactly the kinds and versions that the simulator says it covers', () => {
    const found: Record<string, readonly SimVersion[]> = {};
    for (const [, kind, versions] of statements) {
      found[kind] = simVersions.filter((version) => versions.includes(version) || (found[kind]?.includes(version) ?? false));
    }
    expect(found).toEqual(coverage);
    expect(Object.keys(coverage).length).toBeGreaterThan(40);
  });

  it('every statement keeps its text and counts its placeholders', () => {
    const parsed = parse(`SHOW JOB $2; -- comment ; here\n SELECT ';' /* ; */, $1 ;`, dialects['26.2']);
    expect(parsed.map(({ text, parameters }) => [text, parameters])).toEqual([
      ['SHOW JOB $2', 2],
      [`SELECT ';' /* ; */, $1`, 1],
    ]);
  });

  it('quoted names keep case and quotes', () => {
    const [parsed] = parse(`ALTER VIRTUAL CLUSTER "Ma""in" STOP SERVICE`, dialects['26.2']);
    expect(parsed?.statement).toEqual({ kind: 'stop-service', vc: { kind: 'text', text: 'Ma"in' } });
  });

  it('any text parses or is refused as the server refuses it', () => {
    const words = fc.constantFrom(
      'ALTER',
      'VIRTUAL',
      'CLUSTER',
      'main',
      'SHOW',
      'SELECT',
      '$1',
      "'",
      '"',
      ';',
      '(',
      '[',
      ']',
      '--',
      '::',
      'constructor',
      'FROM',
      '*',
      '\u0000',
      '1.5',
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(words, { maxLength: 12 }).map((parts) => parts.join(' ')),
    );
    fc.assert(
      fc.property(text, fc.constantFrom(...simVersions), (sql, version) => {
        expect(outcome(sql, version)).toMatch(/^[a-z-]+$|^42601$/);
      }),
      { numRuns: 500 },
    );
  });

  it('a statement of 10,000 characters is no trouble', () => {
    expect(outcome(`SELECT ${'('.repeat(300)}1${')'.repeat(300)}`, '26.2')).toBe('select');
    expect(outcome(`SELECT ${'('.repeat(3000)}1${')'.repeat(3000)}`, '26.2')).toBe('54001');
    expect(outcome(`SELECT 1${' - 1'.repeat(3000)}`, '26.2')).toBe('54001');
    expect(outcome(`SELECT '${'\u{1f600}'.repeat(5000)}'`, '26.2')).toBe('select');
    expect(outcome('a'.repeat(10_000), '26.2')).toBe('42601');
  });
});
