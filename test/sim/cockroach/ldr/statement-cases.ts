import { type SimVersion, simVersions } from '../../../../src/sim/cockroach/grammar/dialect.ts';
import type { StatementKind } from '../../../../src/sim/cockroach/grammar/statement.ts';
import { from } from '../bed.ts';

const all = simVersions;
const streams = from('24.3');
const creates = from('25.1');

const stream = 'create-logical-replication-stream';
const created = 'create-logically-replicated';

/** Statements of logical data replication and about tables: text, kind, and the versions that have it. */
export const ldrStatements: readonly (readonly [sql: string, kind: StatementKind, versions: readonly SimVersion[]])[] = [
  [`CREATE LOGICAL REPLICATION STREAM FROM TABLE a ON 'external://c' INTO TABLE b`, stream, streams],
  [`CREATE LOGICAL REPLICATION STREAM FROM TABLES (d.s.a, "D"."S"."b") ON $1 INTO TABLES (a, b)`, stream, streams],
  [`CREATE LOGICAL REPLICATION STREAM FROM DATABASE d ON 'external://c' INTO DATABASE d`, stream, streams],
  [
    `CREATE LOGICAL REPLICATION STREAM FROM TABLE a ON c INTO TABLE b WITH OPTIONS (CURSOR = $1, MODE = immediate, DEFAULT FUNCTION = 'lww', FUNCTION f FOR TABLE a, DISCARD = 'ttl-deletes', SKIP SCHEMA CHECK, LABEL = 'x', PARENT = '1')`,
    stream,
    streams,
  ],
  [`CREATE LOGICAL REPLICATION STREAM FROM TABLE a ON c INTO TABLE b WITH discard = ttl-deletes`, stream, []],
  [`CREATE LOGICAL REPLICATION STREAM FROM TABLE (a, b) ON c INTO TABLE (a, b)`, stream, []],
  [`CREATE LOGICAL REPLICATION STREAM FROM TABLES a, b ON c INTO TABLES a, b`, stream, []],
  [`CREATE LOGICAL REPLICATION STREAM FROM TABLE $1 ON c INTO TABLE b`, stream, []],
  [`CREATE LOGICAL REPLICATION STREAM FROM TABLE a ON c INTO TABLE b WITH MODE = immediate, MODE = validated`, stream, []],
  [`CREATE LOGICAL REPLICATION STREAM FROM TABLE a ON c INTO TABLE b WITH SKIP SCHEMA CHECK, SKIP SCHEMA CHECK`, stream, []],
  [`CREATE LOGICAL REPLICATION STREAM FROM TABLE a ON c INTO TABLE b WITH FUNCTION f FOR TABLE a, FUNCTION g FOR TABLE a`, stream, []],
  [`CREATE LOGICAL REPLICATION STREAM FROM TABLE a ON c INTO TABLE b WITH UNIDIRECTIONAL`, stream, []],
  [`CREATE LOGICALLY REPLICATED TABLE b FROM TABLE a ON 'external://c' WITH UNIDIRECTIONAL`, created, creates],
  [
    `CREATE LOGICALLY REPLICATED TABLES (a, b) FROM TABLES (a, b) ON $1 WITH BIDIRECTIONAL ON $2, MODE = validated, DISCARD = 'all-deletes', LABEL = l`,
    created,
    creates,
  ],
  [`CREATE LOGICALLY REPLICATED TABLE b FROM TABLE a ON c WITH UNIDIRECTIONAL, UNIDIRECTIONAL`, created, []],
  [`CREATE LOGICALLY REPLICATED TABLE b FROM TABLE a ON c WITH UNIDIRECTIONAL, CURSOR = '1'`, created, []],
  [`SHOW LOGICAL REPLICATION JOBS`, 'show-ldr-jobs', streams],
  [`SHOW LOGICAL REPLICATION JOBS WITH DETAILS`, 'show-ldr-jobs', streams],
  [`SELECT status FROM [SHOW LOGICAL REPLICATION JOBS]`, 'select', streams],
  [`SHOW CREATE TABLE "d"."s"."t"`, 'show-create-table', all],
  [`SHOW COLUMNS FROM d.s.t`, 'show-columns', all],
  [`SHOW INDEXES FROM t`, 'show-indexes', all],
  [`SHOW CONSTRAINTS FROM d.t`, 'show-constraints', all],
  [`SHOW TRIGGERS FROM t`, 'show-triggers', streams],
  [`SHOW ENUMS FROM d.s`, 'show-enums', all],
  [`SHOW FUNCTIONS FROM d.s`, 'show-functions', all],
  [`SHOW TABLES FROM d`, 'show-tables', all],
  [`SHOW DATABASES`, 'show-databases', all],
  [`SHOW ZONE CONFIGURATION FROM TABLE t`, 'show-zone-configuration', all],
  [`SHOW GRANTS ON TABLE a, d.s.b FOR u`, 'show-object-grants', all],
  [`SHOW GRANTS ON DATABASE d`, 'show-object-grants', all],
  [`SHOW EXPERIMENTAL_FINGERPRINTS FROM TABLE t`, 'show-table-fingerprints', all],
  [`GRANT CREATE ON DATABASE d TO u`, 'grant-objects', all],
  [`REVOKE SELECT ON TABLE a, b FROM u, v`, 'grant-objects', all],
  [`TRUNCATE TABLE a, b`, 'truncate-tables', all],
  [`DROP TABLE IF EXISTS a, b CASCADE`, 'drop-tables', all],
  [`ALTER TABLE t SET (ttl_disable_changefeed_replication = 'true')`, 'alter-table-storage', all],
  [`ALTER TABLE t ADD COLUMN c INT8`, 'alter-table-storage', []],
  [`DELETE FROM d.crdb_replication.dlq_1_public_t WHERE id = 1`, 'delete-rows', all],
  [`SELECT count(*) AS n FROM (SELECT 1 FROM d.s.t LIMIT 1)`, 'select', all],
  [`SELECT incoming_row->>'id' AS k0 FROM d.crdb_replication.q ORDER BY dlq_timestamp DESC LIMIT 20`, 'select', all],
  [
    `SELECT i.relname FROM "d".pg_catalog.pg_index x JOIN "d".pg_catalog.pg_class i ON i.oid = x.indexrelid JOIN "d".pg_catalog.pg_class t ON t.oid = x.indrelid JOIN "d".pg_catalog.pg_namespace n ON n.oid = t.relnamespace WHERE n.nspname = 's' AND t.relname = 't' AND x.indpred IS NOT NULL`,
    'select',
    all,
  ],
  [`SELECT i.relname FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid`, 'select', []],
  [`SELECT conname FROM "d".pg_catalog.pg_constraint WHERE contype = 'f' AND confrelid = '"d"."s"."t"'::REGCLASS`, 'select', all],
];
