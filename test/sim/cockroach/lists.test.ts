import { describe, expect, it } from 'vitest';
import { aLine, askThrough, aWorld, from, simVersions, upTo, vcOf } from './bed.ts';

const names = (columns: readonly (readonly [string, number])[]): readonly string[] => columns.map(([name]) => name);

const [int8, text, decimal] = [20, 25, 1700];

describe('SHOW JOBS', () => {
  const common = ['user_name', 'status', 'running_status', 'created'];
  it.each(simVersions)('%s has its own columns', async (version) => {
    const world = await aWorld(version);
    const line = await aLine(world, 'standby');
    const started = upTo('25.2').includes(version) ? ['started'] : [];
    const rest = [...common, ...started, 'finished', 'modified', 'fraction_completed', 'error', 'coordinator_id'];
    const list = await line.ask('SHOW JOBS');
    expect(names(list.columns)).toEqual(['job_id', 'job_type', 'description', ...rest]);
    const id = list.rows[0]?.['job_id'] ?? '';
    expect(id).toMatch(/^\d{18,19}$/);
    const one = await line.ask(`SHOW JOB $1::INT8`, [id]);
    expect(names(one.columns)).toEqual(['job_id', 'job_type', 'description', 'statement', ...rest, 'trace_id', 'execution_errors']);
    const uri =
      version === '23.2'
        ? `127.0.0.1:${world.primary.port}?options=-ccluster%3Dsystem&sslmode=verify-full&sslrootcert=redacted`
        : `127.0.0.1:${world.primary.port}/defaultdb?redacted`;
    expect(one.rows[0]?.['description']).toBe(
      `CREATE VIRTUAL CLUSTER ${vcOf(version)} FROM REPLICATION OF ${vcOf(version)} ON 'postgresql://repl:redacted@${uri}'`,
    );
  });

  it.each(simVersions)('%s tells why a job was paused from 26.1 on only', async (version) => {
    const world = await aWorld(version);
    const line = await aLine(world, 'standby');
    await line.ask(`ALTER VIRTUAL CLUSTER ${vcOf(version)} PAUSE REPLICATION`);
    world.control().advance(5000);
    const [job] = (await line.ask('SHOW JOBS')).rows;
    const reason = 'pausing: ALTER VIRTUAL CLUSTER PAUSE REPLICATION';
    expect(job?.['running_status'] === reason).toBe(from('26.1').includes(version));
  });

  it('the producer is on the primary, the consumer on the standby', async () => {
    const world = await aWorld('26.2');
    const query = `SELECT job_type, description, status FROM [SHOW JOBS] WHERE job_type IN ('REPLICATION STREAM INGESTION','REPLICATION STREAM PRODUCER','LOGICAL REPLICATION')`;
    expect((await (await aLine(world, 'primary')).ask(query)).rows).toEqual([
      { job_type: 'REPLICATION STREAM PRODUCER', description: 'History Retention for Physical Replication of main', status: 'running' },
    ]);
    expect((await (await aLine(world, 'standby')).ask(query)).rows).toMatchObject([
      { job_type: 'REPLICATION STREAM INGESTION', status: 'running' },
    ]);
  });

  it('SHOW JOB WHEN COMPLETE waits for the end of a job', async () => {
    const world = await aWorld('26.2');
    const line = await aLine(world, 'standby');
    await line.ask('ALTER VIRTUAL CLUSTER main COMPLETE REPLICATION TO LATEST');
    const id = world.jobs('standby')[0]?.id;
    expect((await askThrough(world, line, `SHOW JOB WHEN COMPLETE ${id}`, 60_000)).rows).toMatchObject([
      { status: 'succeeded', fraction_completed: '1' },
    ]);
  });
});

describe('grants, users, regions, settings', () => {
  it.each([
    ['23.2', 'REPLICATION'],
    ['24.1', 'REPLICATION'],
    ['25.1', 'REPLICATION'],
    ['25.2', 'REPLICATIONSOURCE'],
    ['26.2', 'REPLICATIONSOURCE'],
  ] as const)('%s: the stream’s user has %s', async (version, privilege) => {
    const line = await aLine(await aWorld(version), 'primary');
    const { columns, rows } = await line.ask('SHOW SYSTEM GRANTS FOR repl');
    expect(columns).toEqual([
      ['grantee', text],
      ['privilege_type', text],
      ['is_grantable', 16],
    ]);
    expect(rows).toEqual([{ grantee: 'repl', privilege_type: privilege, is_grantable: 'f' }]);
  });

  it('other lists have their columns', async () => {
    const line = await aLine(await aWorld('26.2'), 'primary');
    expect(await line.ask('SHOW GRANTS ON ROLE admin')).toEqual({
      columns: [
        ['role_name', text],
        ['member', text],
        ['is_admin', 16],
      ],
      rows: [{ role_name: 'admin', member: 'root', is_admin: 't' }],
    });
    expect((await line.ask('SELECT username FROM [SHOW USERS]')).rows.map((row) => row['username'])).toEqual([
      'admin',
      'ops',
      'repl',
      'root',
    ]);
    expect((await line.ask('SHOW REGIONS FROM CLUSTER')).rows).toEqual([{ region: 'us-east', zones: '{us-east-a,us-east-b}' }]);
    expect((await line.ask('SHOW CLUSTER SETTING kv.rangefeed.enabled')).columns).toEqual([['kv.rangefeed.enabled', 16]]);
    expect((await line.ask(`SELECT length(value) FROM [SHOW CLUSTER SETTINGS] WHERE variable='enterprise.license'`)).rows).toEqual([
      { length: '15' },
    ]);
    expect((await line.ask('SHOW ALL ZONE CONFIGURATIONS')).rows).toHaveLength(1);
  });

  it('has_system_privilege is there from 25.4 on', async () => {
    const sql = `SELECT has_system_privilege('repl', 'REPLICATIONSOURCE') AS has`;
    expect((await (await aLine(await aWorld('25.4'), 'primary')).ask(sql)).rows).toEqual([{ has: 't' }]);
    expect((await (await aLine(await aWorld('25.3'), 'primary')).refusal(sql)).code).toBe('42883');
  });

  it('values are summed up as the product sums them up', async () => {
    const line = await aLine(await aWorld('24.3'), 'primary');
    const sql = `SELECT fnv64('a') AS a, xor_agg(fnv64('a')) AS once, json_build_array('a', 'b')::STRING AS list FROM [SHOW VIRTUAL CLUSTERS] WHERE name = 'system'`;
    // The published value for FNV-1 of 64 bits, 0xaf63bd4c8601b7be.
    const a = String(BigInt.asIntN(64, 0xaf63bd4c8601b7ben));
    expect((await line.ask(sql)).rows).toEqual([{ a, once: a, list: '["a", "b"]' }]);
    expect((await line.ask(`SELECT xor_agg(fnv64(name)) AS none FROM [SHOW VIRTUAL CLUSTERS] WHERE name = 'nosuch'`)).rows).toEqual([
      { none: null },
    ]);
    expect((await line.refusal(`SELECT fnv64(json_build_array('a'))`)).code).toBe('42883');
  });

  it('crdb_internal is blocked from 26.1 on, unless the session insists', async () => {
    const sql = 'SELECT count(*) FROM crdb_internal.gossip_nodes';
    expect((await (await aLine(await aWorld('25.4'), 'primary')).ask(sql)).rows).toEqual([{ count: '3' }]);
    const line = await aLine(await aWorld('26.1'), 'primary');
    expect(await line.refusal(sql)).toMatchObject({ code: '42501', message: 'Access to crdb_internal and system is restricted.' });
    await line.ask('SET allow_unsafe_internals = true');
    expect((await line.ask(sql)).rows).toEqual([{ count: '3' }]);
  });

  it('a SHOW can be filtered, ordered, limited and counted', async () => {
    const line = await aLine(await aWorld('26.2'), 'standby');
    expect((await line.ask(`SELECT name FROM [SHOW VIRTUAL CLUSTERS] ORDER BY id DESC LIMIT 1`)).rows).toEqual([{ name: 'main' }]);
    expect((await line.ask(`SELECT count(*) AS n, max(id) AS newest FROM [SHOW VIRTUAL CLUSTERS] WHERE NOT name = 'system'`)).rows).toEqual(
      [{ n: '1', newest: '3' }],
    );
    expect((await line.ask(`SELECT name FROM [SHOW VIRTUAL CLUSTERS] WHERE name LIKE 'm%n' OR id IN (99)`)).rows).toEqual([
      { name: 'main' },
    ]);
    expect((await line.refusal('SELECT nosuch FROM [SHOW VIRTUAL CLUSTERS]')).code).toBe('42703');
    expect((await line.refusal('SELECT * FROM orders')).code).toBe('42P01');
  });
});

describe('SHOW EXPERIMENTAL_FINGERPRINTS', () => {
  const query = (at: string) => `SELECT * FROM [SHOW EXPERIMENTAL_FINGERPRINTS FROM VIRTUAL CLUSTER main] AS OF SYSTEM TIME '${at}'`;

  it('are equal on both sides at a replicated time, and differ when one side is corrupt', async () => {
    const world = await aWorld('26.2');
    const [primary, standby] = [await aLine(world, 'primary'), await aLine(world, 'standby')];
    const { rows } = await standby.ask('SELECT replicated_time::STRING AS at FROM [SHOW VIRTUAL CLUSTER main WITH REPLICATION STATUS]');
    const at = rows[0]?.['at'] ?? '';
    const [left, right] = [await primary.ask(query(at)), await standby.ask(query(at))];
    expect(left.columns).toEqual([
      ['tenant_name', text],
      ['start_ts', decimal],
      ['end_ts', decimal],
      ['fingerprint', int8],
    ]);
    expect(left.rows).toHaveLength(1);
    expect(left.rows).toEqual(right.rows);
    world.faults.corrupt('standby', true);
    expect((await standby.ask(query(at))).rows[0]?.['fingerprint']).not.toBe(left.rows[0]?.['fingerprint']);
    expect((await standby.refusal(query('+1h'))).message).toContain('later than the newest replicated time');
  });
});
