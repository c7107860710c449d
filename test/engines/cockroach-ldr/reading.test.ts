import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withInterface } from '../../../src/engines/cockroach/session.ts';
import { type Finding, ldrDetail } from '../../../src/engines/cockroach-ldr/detail.ts';
import { createCockroachLdr } from '../../../src/engines/cockroach-ldr/index.ts';
import { entriesText, readNewest } from '../../../src/engines/cockroach-ldr/reads/dlq-entries.ts';
import { findQueues } from '../../../src/engines/cockroach-ldr/reads/queues.ts';
import { readRows } from '../../../src/engines/cockroach-ldr/reads/tables.ts';
import { readPrimaryKey, readTableView } from '../../../src/engines/cockroach-ldr/table-view.ts';
import type { SqlConnect } from '../../../src/transports/sql.ts';
import { connectSql } from '../../../src/transports/sql.ts';
import { anIo } from '../../conformance/drive.ts';
import { schemaRefusals } from '../../sim/cockroach/ldr/schema-cases.ts';
import { until } from '../../support/until.ts';
import { openLive } from './live.ts';

type Live = Awaited<ReturnType<typeof openLive>>;
const versions = ['24.3', '25.2', '26.2'] as const;
const detailOf = async (on: Live) => ldrDetail.parse((await on.look()).detail);

async function findingsOf(on: Live): Promise<readonly Finding[]> {
  const { schema } = await detailOf(on);
  if (schema.kind !== 'read') throw new TypeError(`the tables were not read: ${JSON.stringify(schema)}`);
  return schema.findings.standby;
}

/** Sends one statement to a side, as the bot's user would. */
async function send(on: Live, side: 'primary' | 'standby', statement: string): Promise<void> {
  const session = await connectSql(
    { ...on.link.settings[side], virtualCluster: on.link.settings.interface },
    { ...anIo(), tag: 'somebody' },
  );
  await session.change(statement).finally(() => session.close());
}

describe('observing', { timeout: 180_000 }, () => {
  it.each(versions)('sees a sound link on %s, and changes nothing', async (version) => {
    const on = await openLive(version);
    const seen = await on.look();
    expect(seen).toMatchObject({
      health: 'healthy',
      primary: { role: 'primary', problem: null },
      standby: { role: 'standby', problem: null },
    });
    expect(seen.lag.kind).toBe('duration');
    const detail = ldrDetail.parse(seen.detail);
    expect(detail.standby).toMatchObject({
      jobs: [{ source: 'link', covers: [0, 1], wider: false, connection: 'to_east' }],
      tables: ['there', 'there'],
    });
    expect(detail.primary).toMatchObject({ jobs: [], history: 'kept', rangefeeds: true, connections: ['to_west'] });
    expect(detail.schema).toEqual({ kind: 'skipped' });
    expect(on.world.effects()).toEqual([]);
  });

  it.each(['25.2', '26.2'] as const)('sees both directions as one link on %s', async (version) => {
    const on = await openLive(version, { direction: 'bidirectional' });
    const seen = await on.look();
    expect(seen.health).toBe('healthy');
    expect(seen.headline).toContain('sql-east → sql-west: sql-west follows');
    expect(seen.headline).toContain('sql-west → sql-east: sql-east follows');
    const { primary, standby } = ldrDetail.parse(seen.detail);
    expect([primary, standby]).toMatchObject([
      { history: 'kept', jobs: [{ source: 'link', connection: 'to_west' }] },
      { history: 'kept', jobs: [{ source: 'link', connection: 'to_east' }] },
    ]);
    const parents = [primary, standby].flatMap((side) => (side.kind === 'read' ? side.jobs.map(({ parent }) => parent) : []));
    expect(parents.filter((parent) => parent !== null)).toHaveLength(1);
  });

  it('sees tables in another virtual cluster', async () => {
    const on = await openLive('26.2', { interface: 'main' });
    expect((await on.look()).health).toBe('healthy');
  });

  it('sees a scan, and a pause by hand', async () => {
    const scanning = await openLive('26.2', { start: 'scanning', pace: { scanMs: 3_600_000 } });
    expect((await scanning.look()).headline).toContain('the initial scan is running');
    const paused = await openLive('26.2', { start: 'paused' });
    expect((await paused.look()).headline).toContain('paused by hand');
  });

  it('tells an error from a pause by hand, and says for how long it can be resumed', async () => {
    const on = await openLive('26.2');
    const [job] = on.world.ldrJobs('standby');
    on.world.ldr.fail('standby', job?.id ?? '', 'the source is on fire');
    await expect.poll(async () => (await on.look()).headline, { timeout: 120_000 }).toContain('met an error and paused itself');
    const seen = await on.look();
    expect(seen.headline).toContain('an error whose text is not shown');
    expect(JSON.stringify(seen)).not.toContain('on fire');
    expect(seen.headline).toContain('It can be resumed for about 24 h more');
    expect(seen.health).toBe('broken');
  });

  it.each([
    ['dead', "can't be reached"],
    ['silent', 'half gone'],
  ] as const)('still tells of the follower when the source is %s', async (outage, words) => {
    const on = await openLive('26.2');
    await on.world.faults.down('primary', outage);
    const seen = await on.engine.observe(on.link, anIo({ timeoutMs: 5_000 }));
    expect(seen.primary).toMatchObject({ reachable: false, role: 'unknown', writable: 'unknown' });
    expect(seen.primary.problem).toContain(words);
    expect(seen.standby).toMatchObject({ reachable: true, role: 'standby', problem: null });
    expect(seen.health).toBe('broken');
  });

  it('does not take a job on other tables, or one that reads from elsewhere, for its own', async () => {
    const on = await openLive('26.2');
    const { settings } = on.link;
    const elsewhere = {
      ...on.link,
      settings: { ...settings, streams: { ...settings.streams, standby: { externalConnection: 'to_north', reach: null } } },
    };
    expect((await on.engine.observe(elsewhere, on.io)).headline).toContain('reads from the external connection to_east');
    const half = { ...on.link, settings: { ...settings, tables: settings.tables.slice(0, 1) } };
    const { standby } = ldrDetail.parse((await on.engine.observe(half, on.io)).detail);
    expect(standby).toMatchObject({ jobs: [{ covers: [0], wider: true }] });
    const name = { database: 'shop', schema: 'public', table: 'nothing' };
    const other = { ...on.link, settings: { ...settings, tables: [{ primary: name, standby: name }] } };
    const seen = await on.engine.observe(other, on.io);
    expect(seen.headline).toContain('no replication job writes to the tables');
    expect(seen.standby).toMatchObject({ writable: 'no', problem: 'sql-west has no shop.public.nothing that can be read.' });
  });

  it('reads tables by names that need quotes', async () => {
    const tables = [{ name: `My Shop.public.it's "x"` }, { name: 'My Shop.public.T; DROP TABLE заказы --' }];
    const replicating = await openLive('26.2', { tables });
    expect((await replicating.look()).health).toBe('healthy');
    const idle = await openLive('26.2', { tables, start: 'none' });
    expect(await findingsOf(idle)).toEqual([]);
  });
});

describe('the judgement of tables', { timeout: 180_000 }, () => {
  it.each(versions)('is clean on %s where the server starts replication', async (version) => {
    const on = await openLive(version, { start: 'none' });
    expect(await findingsOf(on)).toEqual([]);
    await send(
      on,
      'standby',
      "CREATE LOGICAL REPLICATION STREAM FROM TABLES (shop.public.orders, shop.public.items) ON 'external://to_east' INTO TABLES (shop.public.orders, shop.public.items)",
    );
    await expect.poll(async () => (await detailOf(on)).schema.kind, { timeout: 100_000 }).toBe('skipped');
  });

  it.each(schemaRefusals.map((refusal) => [refusal.name, refusal] as const))('finds %s, as the server does', async (_, refusal) => {
    const on = await openLive(refusal.version ?? '26.2', { start: 'none', ...refusal.options });
    const blocking = (await findingsOf(on)).filter(({ severity }) => severity === 'blocks');
    expect(blocking.length).toBeGreaterThan(0);
    for (const { sentence } of blocking) expect(sentence).toContain('shop.public.orders');
    await expect(send(on, 'standby', refusal.sql)).rejects.toMatchObject({ facts: { sqlState: '42P16' } });
    expect(on.engine.plan({ kind: 'setup', link: on.link.id }, on.link, await on.look())).toMatchObject({ kind: 'refusal' });
    const checks = await on.engine.preflight({ kind: 'setup', link: on.link.id }, on.link, on.io);
    for (const { sentence } of blocking) expect(checks.some(({ seen, outcome }) => seen === sentence && outcome === 'failed')).toBe(true);
  });

  it('is not made while a side is silent', async () => {
    const on = await openLive('26.2', { start: 'none' });
    await on.world.faults.down('primary');
    const { schema } = ldrDetail.parse((await on.engine.observe(on.link, anIo({ timeoutMs: 5_000 }))).detail);
    expect(schema).toMatchObject({ kind: 'unread' });
  });
});

describe('a preflight', { timeout: 180_000 }, () => {
  const setupOf = (on: Live) => on.engine.preflight({ kind: 'setup', link: on.link.id }, on.link, on.io);
  const notPassed = async (on: Live) => (await setupOf(on)).filter(({ outcome, name }) => outcome !== 'passed' && !name.includes('TLS'));

  it('knows what is missing: a setting, a connection, a privilege', async () => {
    const users = [
      { name: 'ops', password: 'ops-secret', grants: ['VIEWSYSTEMDATA'] },
      { name: 'repl', password: 'repl-secret', grants: [] },
      { name: 'root', password: 'root-secret', admin: true },
    ];
    const on = await openLive(
      '26.2',
      { start: 'none', users, owner: 'root', settings: { primary: { 'kv.rangefeed.enabled': 'false' } } },
      {
        streams: {
          primary: null,
          standby: {
            externalConnection: 'to_nowhere',
            reach: { host: null, port: null, user: 'repl', password: null, ca: null, tls: 'disable', route: 'nodes' },
          },
        },
      },
    );
    const checks = await notPassed(on);
    const names = checks.map(({ name }) => name);
    expect(names).toContain('sql-east: rangefeeds');
    expect(names).toContain('sql-west: external connection');
    expect(names).toContain('sql-west: control of jobs');
    const bot = checks.find(({ name }) => name === 'sql-west: privileges of the bot');
    expect(bot?.next).toContain('GRANT SYSTEM EXTERNALCONNECTION TO "ops"');
  });

  it('fails where a side is silent, but not where an operation can go on without it', async () => {
    const on = await openLive('26.2');
    await on.world.faults.down('primary');
    const outcome = async (kind: 'verify' | 'pause') =>
      (await on.engine.preflight({ kind, link: on.link.id }, on.link, anIo({ timeoutMs: 5_000 }))).find(
        ({ name }) => name === 'sql-east: reachable',
      )?.outcome;
    expect(await outcome('verify')).toBe('failed');
    expect(await outcome('pause')).toBe('warned');
    const lost = await on.engine.preflight(
      { kind: 'failover', link: on.link.id, to: { kind: 'latest' } },
      on.link,
      anIo({ timeoutMs: 5_000 }),
    );
    expect(lost.find(({ name }) => name === 'sql-east: reachable')?.next).toBe(
      'See that sql-east is lost indeed, and that no application writes there any more.',
    );
  });

  it('tells every warning of the plan, each by itself', async () => {
    const on = await openLive('26.2');
    const operation = { kind: 'alter', link: on.link.id } as const;
    const plan = on.engine.plan(operation, on.link, await on.engine.observe(on.link, { ...on.io, planning: 'alter' }));
    const checks = await on.engine.preflight(operation, on.link, on.io);
    const told = checks.filter(({ name }) => name.startsWith('an alter can be planned: warning ')).map(({ seen }) => seen);
    expect(plan).toMatchObject({ kind: 'plan', warnings: told });
    expect(told.length).toBeGreaterThan(2);
    expect(checks.find(({ name }) => name === 'an alter can be planned')).toMatchObject({ outcome: 'passed' });
  });

  it('warns of a job that is on the tables already', async () => {
    const on = await openLive('26.2');
    const checks = await on.engine.preflight({ kind: 'setup', link: on.link.id }, on.link, on.io);
    expect(checks.find(({ name }) => name === 'sql-west: no job on the tables yet')).toMatchObject({ outcome: 'warned' });
  });
});

describe('the dead letter queue', { timeout: 180_000 }, () => {
  const secret = 'bob@example.com';
  async function conflicted(dlqKeys: 'hashed' | 'shown' = 'hashed') {
    const on = await openLive('26.2', {}, { dlqKeys });
    on.world.ldr.conflict(
      'standby',
      'shop.public.orders',
      3,
      `duplicate key value violates unique constraint "one_mail" Key (mail)=('${secret}') (age limit)`,
    );
    // The server tries again for a minute before it gives a row up.
    on.world.control().advance(61_000);
    await expect.poll(() => on.world.tables('standby').reduce((sum, { dlq }) => sum + dlq, 0), { timeout: 120_000 }).toBe(3);
    const inspector = on.engine.inspections.dlq;
    if (inspector === undefined) throw new TypeError('no look at the queue');
    return { on, inspect: () => inspector.look(on.link, on.io) };
  }

  it('is counted in the observation', async () => {
    const { on } = await conflicted();
    const seen = await on.look();
    expect(seen.health).toBe('degraded');
    expect(seen.headline).toContain('3 rows could not be applied on sql-west and wait in its dead letter queue.');
  });

  it('is shown by hashed keys and by reason, without a value of a row', async () => {
    const { on, inspect } = await conflicted();
    const { headline, columns, rows, notes } = await inspect();
    expect(headline).toMatch(/^3 rows could not be applied on sql-west \(newest .* ago, oldest .* ago\)\.$/u);
    expect(columns).toHaveLength(4);
    expect(rows).toHaveLength(3);
    for (const row of rows) {
      expect(row).toHaveLength(4);
      expect(row[2]).toBe('breaks unique constraint one_mail (age limit)');
      expect(row[3]).toMatch(/^\d+: \w+ of row [0-9a-f]{10}$/u);
    }
    // Slack cuts a note at 300 characters.
    expect(notes.every((note) => note.length <= 300)).toBe(true);
    expect(notes.some((note) => note.includes('DELETE FROM "shop".crdb_replication."dlq_'))).toBe(true);
    expect(JSON.stringify([headline, rows, notes])).not.toContain(secret);
    const listed = on.world.statements().filter(({ statement }) => statement.includes('incoming_row'));
    expect(listed.length).toBeGreaterThan(0);
    for (const { statement } of listed)
      expect(statement).toMatch(/SELECT id, dlq_timestamp, dlq_reason, mutation_type, incoming_row->>'id' AS k0 FROM/u);
    expect(on.world.effects()).toEqual([]);
  });

  it('shows keys only where the config says so, and hashes them differently in another process', async () => {
    const { inspect } = await conflicted('shown');
    for (const row of (await inspect()).rows) expect(row[3]).toMatch(/^\d+: \w+ of row id = \S+$/u);
    const hidden = await conflicted();
    const [first] = (await hidden.inspect()).rows;
    const other = createCockroachLdr({ connect: connectSql, salt: 'another salt' }).inspections.dlq;
    const [again] = (await other?.look(hidden.on.link, hidden.on.io))?.rows ?? [];
    expect(again?.[3]).not.toBe(first?.[3]);
  });

  it('that is too long to be counted or to be put in order is told as far as it is known, with its newest entries', async () => {
    const on = await openLive('26.2', { tables: [{ name: 'shop.public.orders', rows: { primary: 10_100, standby: 0 } }] });
    await until(() => on.world.ldrJobs('standby').every(({ replicatedTime }) => replicatedTime !== null), 'it follows');
    on.world.ldr.conflict('standby', 'shop.public.orders', 10_050);
    on.world.control().advance(61_000);
    await until(() => on.world.tables('standby').every(({ dlq }) => dlq === 10_050), 'the rows wait');
    const inspect = () => on.engine.inspections.dlq?.look(on.link, on.io);
    const seen = await inspect();
    expect(seen?.headline).toBe('More than 10,000 rows could not be applied on sql-west.');
    expect(seen?.rows).toHaveLength(20);
    const lists = on.world.statements().filter(({ statement }) => statement.includes('ORDER BY dlq_timestamp'));
    expect(lists.length).toBeGreaterThan(0);
    expect(lists.every(({ statement }) => / WHERE ingestion_job_id = \d+ ORDER BY /u.test(statement))).toBe(true);
    const act = { kind: 'refuse', sqlState: '57014', message: 'query execution canceled due to statement timeout' } as const;
    on.world.faults.add({ side: 'standby', match: /min\(dlq_timestamp/u, act, times: 100 });
    const uncounted = await inspect();
    expect(uncounted?.headline).toBe('What waits on sql-west could not be counted.');
    expect(uncounted?.rows).toHaveLength(20);
    expect(uncounted?.notes[0]).toContain('A dead letter queue could not be counted: ');
    // The job that put them there is over, and is no longer listed.
    for (const { id } of on.world.ldrJobs('standby')) await send(on, 'standby', `CANCEL JOB ${id}`);
    await until(() => on.world.ldrJobs('standby').every(({ status }) => status === 'canceled'), 'the job is over');
    on.world.control().advance(20 * 86_400_000);
    const unlisted = await inspect();
    expect(unlisted?.rows).toEqual([]);
    expect(unlisted?.notes.find((note) => note.startsWith('No entry of '))).toMatch(
      /^No entry of shop\.public\.orders on sql-west was listed: its queue was not counted, and the newest jobs that sql-west still lists put nothing there\. Ask "shop"\.crdb_replication\."dlq_\S+ by hand\.$/u,
    );
  });

  it('is counted though its entries are not listed in time', async () => {
    const { on, inspect } = await conflicted();
    on.world.faults.add({ side: 'standby', match: /ORDER BY dlq_timestamp/u, act: { kind: 'hang' }, times: 100 });
    const { headline, rows, notes } = await inspect();
    expect(headline).toMatch(/^3 rows could not be applied on sql-west/u);
    expect(rows).toEqual([]);
    expect(notes[0]).toMatch(/^The entries of shop\.public\.orders on sql-west could not be listed: /u);
  });

  it('is listed whole where no job that is known has filled it', async () => {
    const { on } = await conflicted();
    const table = { database: 'shop', schema: 'public', table: 'orders' };
    const found = await withInterface(connectSql, on.link.settings.standby, 'system', on.io, async (session) => {
      const queue = (await findQueues(session, on.link.settings, 'standby')).find(({ pair }) => pair === 0);
      if (queue === undefined) throw new TypeError('no queue');
      return readNewest(session, { queue, entries: 3, jobs: ['1'] }, await readPrimaryKey(session, table));
    });
    expect(found).toHaveLength(3);
  });

  it('is empty in so many words', async () => {
    const on = await openLive('26.2');
    expect(await on.engine.inspections.dlq?.look(on.link, on.io)).toEqual({
      headline: 'No row waits in a dead letter queue on sql-west and sql-east.',
      columns: ['Table', 'Since', 'Why', 'Entry'],
      rows: [],
      notes: [],
    });
  });

  it('is told by the side that follows after the roles were swapped, though the other one is lost', async () => {
    const on = await openLive('26.2');
    await on.world.faults.down('standby');
    const seen = await on.engine.inspections.dlq?.look(on.link, on.io);
    expect(seen?.headline).toBe('No row waits in a dead letter queue on sql-east. sql-west could not be asked.');
    expect(seen?.notes[0]).toContain('Not seen: sql-west could not be reached');
  });

  it('is told without the other side, and is a fault when nobody answers', async () => {
    const { on, inspect } = await conflicted();
    await on.world.faults.down('primary');
    const { headline, rows, notes } = await inspect();
    expect(rows).toHaveLength(3);
    expect(headline).toContain('sql-east could not be asked.');
    expect(notes[0]).toContain('Not seen: sql-east could not be reached');
    await on.world.faults.down('standby');
    await expect(inspect()).rejects.toMatchObject({ code: 'connect-failed' });
  });
});

describe('statements that only read', { timeout: 180_000 }, () => {
  /** The statement with every quoted piece taken out: what is left must not depend on any name. */
  const skeleton = (statement: string): string => statement.replace(/"(?:[^"]|"")*"|'(?:[^']|'')*'/gu, (piece) => piece.slice(0, 1));

  async function skeletons(table: string): Promise<readonly string[]> {
    const sent: string[] = [];
    const recording: SqlConnect = async (target, call) => {
      const session = await connectSql(target, call);
      const read = (statement: string) => {
        sent.push(skeleton(statement));
        return session.read(statement);
      };
      return { ...session, read };
    };
    const on = await openLive('26.2', { start: 'none', tables: [{ name: 'shop.public.t' }] });
    const name = { database: table, schema: table, table };
    const link = { ...on.link, settings: { ...on.link.settings, tables: [{ primary: name, standby: name }] } };
    const engine = createCockroachLdr({ connect: recording, salt: '' });
    await engine.preflight({ kind: 'verify', link: link.id }, link, on.io);
    await engine.inspections.dlq?.look(link, on.io);
    return [...new Set(sent)].sort();
  }

  it('say the same whatever a table is called', async () => {
    const plain = await skeletons('nothing');
    expect(plain.length).toBeGreaterThan(8);
    for (const hostile of [`x"; DROP TABLE y; --`, `'; SELECT 1; --`, `"'"'`, 'a\nb', '名前', '\\', '%_', '$1']) {
      expect(await skeletons(hostile)).toEqual(plain);
    }
  });

  /** A session that has an answer to everything, so that every statement about a table is sent. */
  async function aboutTable(name: string): Promise<readonly string[]> {
    const sent: string[] = [];
    const row = {
      data_type: 'USER-DEFINED',
      udt_schema: name,
      index_name: name,
      column_name: name,
      constraint_name: name,
      constraint_type: 'PRIMARY KEY',
      n: '1',
    };
    const read = (statement: string) => {
      sent.push(skeleton(statement));
      return Promise.resolve([row]);
    };
    const session = { read, change: read, close: () => undefined };
    const table = { database: name, schema: name, table: name };
    await readTableView(session, table);
    await readRows(session, table);
    sent.push(skeleton(entriesText({ pair: 0, database: name, queue: name }, await readPrimaryKey(session, table), null)));
    return sent;
  }

  it('ask for a table in the same words whatever it is called', async () => {
    const plain = await aboutTable('plain');
    expect(plain.length).toBeGreaterThan(10);
    const any = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }).filter((text) => !text.includes('\u0000'));
    await fc.assert(
      fc.asyncProperty(any, async (name) => {
        expect(await aboutTable(name)).toEqual(plain);
      }),
    );
  });
});
