import { describe, expect, it } from 'vitest';
import type { LdrWorldOptions } from '../../../../src/sim/cockroach/ldr/ldr-world.ts';
import { aLine } from '../bed.ts';
import { anLdrWorld, items, orders } from './ldr-bed.ts';

const rich: NonNullable<LdrWorldOptions['tables']> = [
  {
    name: orders,
    columns: [
      { name: 'id', type: 'INT8', default: 'unique_rowid()' },
      { name: 'state', type: 'public.status', nullable: true },
      { name: 'label', type: 'STRING', collation: 'en', nullable: true },
      { name: 'low', type: 'STRING', nullable: true, computed: 'lower(note)', stored: true },
    ],
    indexes: [
      { name: 'part', columns: ['state'], where: 'id > 0' },
      { name: 'hashed', columns: ['low'], hash: 16 },
      { name: 'only', columns: ['label'], unique: true, storing: ['low'] },
    ],
    checks: [{ name: 'positive', expression: 'id > 0' }],
    uniqueWithoutIndex: [['low']],
    families: [{ name: 'f', columns: ['id', 'state', 'label', 'low'] }],
    triggers: ['audit'],
    ttl: { expireAfter: '30 days' },
    locality: 'REGIONAL BY ROW',
  },
  { name: items, foreignKeys: [{ name: 'items_fk', columns: ['id'], references: orders, referenced: ['id'] }] },
];

const options = { start: 'none', tables: rich, enums: [{ name: 'shop.public.status', values: ['new', 'paid'] }] } as const;
const T = '"shop"."public"."orders"';

describe('how a table is made', () => {
  it('is told by the catalog in the words of the product', async () => {
    const world = await anLdrWorld('26.2', options);
    const line = await aLine(world, 'primary');
    const column = async (sql: string, name: string) => (await line.ask(sql)).rows.map((row) => row[name]);
    expect(await column(`SELECT create_statement FROM [SHOW CREATE TABLE ${T}]`, 'create_statement')).toEqual([
      [
        'CREATE TABLE public.orders (',
        '\tid INT8 NOT NULL DEFAULT unique_rowid(),',
        '\tstate public.status NULL,',
        '\tlabel STRING COLLATE en NULL,',
        '\tlow STRING NULL AS (lower(note)) STORED,',
        '\tCONSTRAINT orders_pkey PRIMARY KEY (id ASC),',
        '\tINDEX part (state ASC) WHERE id > 0,',
        '\tINDEX hashed (low ASC) USING HASH WITH (bucket_count=16),',
        '\tUNIQUE INDEX only (label ASC) STORING (low),',
        '\tFAMILY f (id, state, label, low),',
        '\tCONSTRAINT unique_low UNIQUE WITHOUT INDEX (low),',
        '\tCONSTRAINT positive CHECK (id > 0)',
        `) WITH (ttl = 'on', ttl_expire_after = '30 days'::INTERVAL) LOCALITY REGIONAL BY ROW`,
      ].join('\n'),
    ]);
    const columns = `SELECT column_name, data_type, is_nullable, column_default, generation_expression, is_hidden FROM [SHOW COLUMNS FROM ${T}]`;
    expect((await line.ask(columns)).rows.map((row) => Object.values(row))).toEqual([
      ['id', 'INT8', 'f', 'unique_rowid()', '', 'f'],
      ['state', 'public.status', 't', null, '', 'f'],
      ['label', 'STRING COLLATE en', 't', null, '', 'f'],
      ['low', 'STRING', 't', null, 'lower(note)', 'f'],
      ['crdb_internal_low_shard_16', 'INT8', 'f', null, expect.stringContaining('mod('), 't'],
    ]);
    const typed = `SELECT column_name, data_type, collation_name, udt_schema, udt_name FROM "shop".information_schema.columns WHERE table_schema = 'public' AND table_name = 'orders'`;
    expect((await line.ask(typed)).rows.slice(0, 3).map((row) => Object.values(row))).toEqual([
      ['id', 'bigint', null, 'pg_catalog', 'int8'],
      ['state', 'USER-DEFINED', null, 'public', 'status'],
      ['label', 'text', 'en', 'pg_catalog', 'string'],
    ]);
    const unique = `SELECT column_name FROM [SHOW INDEXES FROM ${T}] WHERE NOT non_unique AND NOT storing ORDER BY index_name, seq_in_index`;
    expect(await column(unique, 'column_name')).toEqual(['label', 'id']);
    const checks = `SELECT constraint_name, details FROM [SHOW CONSTRAINTS FROM ${T}] WHERE constraint_type = 'CHECK'`;
    expect((await line.ask(checks)).rows).toEqual([{ constraint_name: 'positive', details: 'CHECK ((id > 0))' }]);
    expect(await column(`SHOW TRIGGERS FROM ${T}`, 'trigger_name')).toEqual(['audit']);
    expect((await line.ask('SHOW ENUMS FROM "shop"."public"')).rows).toMatchObject([
      { schema: 'public', name: 'status', values: '{new,paid}' },
    ]);
    expect(await column(`SHOW ZONE CONFIGURATION FROM TABLE ${T}`, 'raw_config_sql')).toEqual([
      expect.stringContaining('gc.ttlseconds = 14400'),
    ]);
    const partial = `SELECT i.relname FROM "shop".pg_catalog.pg_index x JOIN "shop".pg_catalog.pg_class i ON i.oid = x.indexrelid JOIN "shop".pg_catalog.pg_class t ON t.oid = x.indrelid JOIN "shop".pg_catalog.pg_namespace n ON n.oid = t.relnamespace WHERE n.nspname = 'public' AND t.relname = 'orders' AND x.indpred IS NOT NULL`;
    expect(await column(partial, 'relname')).toEqual(['part']);
    const inbound = `SELECT conname FROM "shop".pg_catalog.pg_constraint WHERE contype = 'f' AND confrelid = '"shop"."public"."orders"'::REGCLASS`;
    expect(await column(inbound, 'conname')).toEqual(['items_fk']);
    expect(await column(`SELECT table_name FROM [SHOW TABLES FROM shop]`, 'table_name')).toEqual(['orders', 'items']);
    expect(await column('SELECT database_name FROM [SHOW DATABASES]', 'database_name')).toEqual([
      'defaultdb',
      'postgres',
      'shop',
      'system',
    ]);
    expect((await line.ask('SHOW GRANTS ON DATABASE shop FOR ops')).rows).toEqual([
      { database_name: 'shop', grantee: 'ops', privilege_type: 'ALL', is_grantable: 't' },
    ]);
  });
});

describe('the lists of logical replication', () => {
  const described = `LOGICAL REPLICATION STREAM into ${orders}, ${items} from external://to_east`;
  const created = `CREATE LOGICALLY REPLICATED TABLES (${orders}, ${items}) FROM TABLES (${orders}, ${items}) ON 'external://to_east' WITH OPTIONS (UNIDIRECTIONAL)`;
  it.each([
    ['24.3', 'targets', 'description', described],
    ['25.1', 'tables', 'command', created],
    ['25.4', 'tables', 'command', created],
  ] as const)('%s has its own columns', async (version, tables, command, text) => {
    const line = await aLine(await anLdrWorld(version), 'standby');
    const { columns, rows } = await line.ask('SHOW LOGICAL REPLICATION JOBS WITH DETAILS');
    expect(columns).toEqual([
      ['job_id', 20],
      ['status', 25],
      [tables, 1009],
      ['replicated_time', 1184],
      ['replication_start_time', 1184],
      ['conflict_resolution_type', 25],
      [command, 25],
    ]);
    expect(rows).toMatchObject([{ status: 'running', conflict_resolution_type: 'LWW', [command]: text, [tables]: `{${orders},${items}}` }]);
    expect((await line.ask('SHOW LOGICAL REPLICATION JOBS')).columns).toEqual(columns.slice(0, 4));
  });

  it('answer with the product’s command tags', async () => {
    const line = await aLine(await anLdrWorld('26.2', { start: 'none' }), 'standby');
    const tag = (sql: string) =>
      new Promise<string>((resolve, reject) => {
        const connection: unknown = Reflect.get(line.client, 'connection');
        // node-pg keeps only the first word of a tag.
        (connection as NodeJS.EventEmitter).once('commandComplete', (message: { text: string }) => resolve(message.text));
        line.ask(sql).catch(reject);
      });
    const stream = `CREATE LOGICAL REPLICATION STREAM FROM TABLE ${orders} ON 'external://to_east' INTO TABLE ${orders}`;
    expect(await tag(stream)).toBe('CREATE LOGICAL REPLICATION STREAM 1');
    expect(await tag('SHOW LOGICAL REPLICATION JOBS')).toBe('SHOW LOGICAL REPLICATION JOBS 1');
    expect(await tag(`SHOW CREATE TABLE ${orders}`)).toBe('SHOW CREATE 1');
    expect(await tag(`TRUNCATE ${items}`)).toBe('TRUNCATE');
    expect(await tag(`GRANT SELECT ON TABLE ${items} TO repl`)).toBe('GRANT');
    expect(await tag(`REVOKE SELECT ON TABLE ${items} FROM repl`)).toBe('REVOKE');
    expect(await tag(`DROP TABLE ${items}`)).toBe('DROP TABLE');
  });
});

describe('a dead letter queue', () => {
  it('is there from the start, and takes in what could not be applied for a minute', async () => {
    const world = await anLdrWorld('26.2');
    const line = await aLine(world, 'standby');
    const listed = String.raw`SELECT table_name FROM "shop".information_schema.tables WHERE table_schema = 'crdb_replication' AND table_name LIKE 'dlq\_%'`;
    const names = (await line.ask(listed)).rows.map((row) => row['table_name']);
    expect(names).toHaveLength(2);
    expect(names[0]).toMatch(/^dlq_\d+_public_orders$/);
    const queue = `"shop".crdb_replication."${names[0]}"`;
    const counted = `SELECT count(*) AS n, min(dlq_timestamp) AS oldest, max(dlq_timestamp) AS newest FROM (SELECT dlq_timestamp FROM ${queue} LIMIT 10001)`;
    expect((await line.ask(counted)).rows).toEqual([{ n: '0', oldest: null, newest: null }]);
    world.ldr.conflict('standby', orders, 2);
    world.control().advance(50_000);
    expect((await line.ask(counted)).rows[0]?.['n']).toBe('0');
    world.control().advance(20_000);
    const { rows } = await line.ask(
      `SELECT id, dlq_timestamp, dlq_reason, mutation_type, incoming_row->>'id' AS k0, incoming_row->>'no' AS k1 FROM ${queue} ORDER BY dlq_timestamp DESC LIMIT 20`,
    );
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatchObject({
      mutation_type: 'insert',
      dlq_reason: expect.stringMatching(/\(age limit\)$/),
      k0: expect.stringMatching(/^id-/),
      k1: null,
    });
    expect(world.tables('standby')[0]).toMatchObject({ dlq: 2, rows: 998 });
    expect((await line.refusal(`DELETE FROM ${queue}`)).code).toBe('42501');
    const root = await aLine(world, 'standby', { user: 'root', password: 'root-secret' });
    await root.ask(`DELETE FROM ${queue} WHERE id = ${rows[0]?.['id']}`);
    expect(world.tables('standby')[0]?.dlq).toBe(1);
  });
});

describe('the comparison of two tables', () => {
  const prints = (at: string) =>
    `SELECT index_name, fingerprint FROM [SHOW EXPERIMENTAL_FINGERPRINTS FROM TABLE ${T}] AS OF SYSTEM TIME '${at}'`;
  const nowOf = async (line: Awaited<ReturnType<typeof aLine>>) => (await line.ask('SELECT now()::STRING AS at')).rows[0]?.['at'] ?? '';

  it('is equal once rows have arrived, and differs before that and when a row was changed', async () => {
    const world = await anLdrWorld('26.2');
    const [here, there] = [await aLine(world, 'standby'), await aLine(world, 'primary')];
    const both = async (at: string) => Promise.all([here, there].map(async (line) => (await line.ask(prints(at))).rows));
    world.ldr.write('primary', orders, 9);
    const early = await nowOf(there);
    world.control().advance(20_000);
    const late = await nowOf(there);
    const [before, wanted] = await both(early);
    expect(before).not.toEqual(wanted);
    const [after, still] = await both(late);
    expect(after).toEqual(still);
    expect(after).toMatchObject([{ index_name: 'orders_pkey', fingerprint: expect.stringMatching(/^-?\d+$/) }]);
    expect((await here.ask(`SELECT count(*) AS n FROM ${T} AS OF SYSTEM TIME '${early}'`)).rows).toEqual([{ n: '1000' }]);
    expect((await here.ask(`SELECT count(*) AS n FROM ${T} AS OF SYSTEM TIME '${late}'`)).rows).toEqual([{ n: '1009' }]);
    expect((await here.ask(`SELECT count(*) AS n FROM (SELECT 1 FROM ${T} LIMIT 1)`)).rows).toEqual([{ n: '1' }]);
    world.ldr.differ('standby', orders, true);
    const [changed, kept] = await both(late);
    expect(changed).not.toEqual(kept);
  });
});
