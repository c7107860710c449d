import { describe, expect, it } from 'vitest';
import { aLine } from '../bed.ts';
import { anLdrWorld, items, orders, streamOf } from './ldr-bed.ts';
import { ldrRefusals } from './refusal-cases.ts';

describe('what logical replication refuses', () => {
  it.each(ldrRefusals)('$name', async ({ version = '26.2', options, before = [], user, sql, code, message }) => {
    const world = await anLdrWorld(version, { start: 'none', ...options });
    const line = await aLine(world, 'standby', user === undefined ? {} : { user, password: `${user}-secret` });
    for (const first of before) await line.ask(first);
    const tables = world.tables('standby').length;
    const refusal = await line.refusal(sql);
    expect(refusal.message).toMatch(message);
    expect(refusal.code).toBe(code);
    expect(world.effects()).toEqual([]);
    expect(world.ldrJobs('standby')).toEqual([]);
    expect(world.jobs('primary')).toEqual([]);
    expect(world.tables('standby')).toHaveLength(tables);
  });
});

describe('what a version allows', () => {
  it.each([
    ['26.2', { indexes: [{ name: 'h', columns: ['region'], hash: 16 }] }],
    ['26.2', { hashPrimaryKey: 8 }],
    ['26.1', { columns: [{ name: 'id', type: 'INT8', default: `nextval('s')` }] }],
    ['25.2', { indexes: [{ name: 'part', columns: ['region'], where: 'amount > 0' }] }],
    ['24.3', { indexes: [{ name: 'u', columns: ['region'], unique: true }] }],
  ] as const)('%s takes %j', async (version, shape) => {
    const world = await anLdrWorld(version, { start: 'none', tables: [{ name: orders, ...shape }] });
    await (await aLine(world, 'standby')).ask(streamOf(orders));
    expect(world.ldrJobs('standby')).toHaveLength(1);
  });

  it('a schema that differs when nobody looks, and up to 24.3 foreign keys when rows are validated', async () => {
    const world = await anLdrWorld('24.3', { start: 'none' });
    world.ldr.change('standby', orders, { checks: [{ name: 'c', expression: 'amount > 0' }] });
    world.ldr.change('standby', items, { foreignKeys: [{ name: 'fk', columns: ['id'], references: 'shop.public.x', referenced: ['id'] }] });
    const line = await aLine(world, 'standby');
    await line.ask(`${streamOf(orders)} WITH SKIP SCHEMA CHECK`);
    await line.ask(`${streamOf(items)} WITH MODE = 'validated'`);
    expect(world.ldrJobs('standby')).toHaveLength(2);
  });

  it.each([
    ['25.1', 'another user', ['ops', 'repl']],
    ['25.2', 'the user who runs the statement', ['ops']],
    ['26.2', 'the user who runs the statement', ['ops']],
  ] as const)('%s takes a way back by %s', async (version, _, names) => {
    const users = names.map((name) => ({ name, password: `${name}-secret`, grants: ['REPLICATION', 'EXTERNALCONNECTION'] }));
    const world = await anLdrWorld(version, { start: 'none', tables: [{ name: orders, sides: ['primary'] }], users });
    await (await aLine(world, 'standby')).ask(
      `CREATE LOGICALLY REPLICATED TABLE ${orders} FROM TABLE ${orders} ON 'external://to_east' WITH BIDIRECTIONAL ON 'external://to_west'`,
    );
    expect(world.ldrJobs('standby')).toHaveLength(1);
  });

  it('deletes by time to live to be left out once a table says so', async () => {
    const ttl = { expireAfter: '30 days' } as const;
    const world = await anLdrWorld('26.2', { start: 'none', tables: [{ name: orders, ttl }] });
    await (await aLine(world, 'primary')).ask(`ALTER TABLE ${orders} SET (ttl_disable_changefeed_replication = 'true')`);
    const line = await aLine(world, 'standby');
    await line.ask(`${streamOf(orders)} WITH DISCARD = 'ttl-deletes', LABEL = 'x'`);
    expect((await line.ask('SHOW LOGICAL REPLICATION JOBS WITH DETAILS')).rows[0]?.['command']).toBe(
      `${streamOf(orders)} WITH OPTIONS (DISCARD = 'ttl-deletes', LABEL = 'x')`,
    );
    expect((await line.refusal(`ALTER TABLE ${orders} SET (ttl_expire_after = '1 day')`)).message).toContain(
      'this schema change is disallowed',
    );
  });

  it('functions that say what becomes of conflicts, where the session is in their database', async () => {
    const shape = { arguments: ['text', 'orders'], returns: 'text' };
    const world = await anLdrWorld('25.2', {
      start: 'none',
      functions: [
        { name: 'shop.public.merge', overloads: [shape] },
        { name: 'shop.odd "schema".f', overloads: [shape, { ...shape, arguments: [] }], sides: ['standby'] },
      ],
    });
    const line = await aLine(world, 'standby');
    const listed = 'SELECT function_name, argument_data_types FROM [SHOW FUNCTIONS FROM shop."odd ""schema"""]';
    expect((await line.ask(listed)).rows).toEqual([
      { function_name: 'f', argument_data_types: 'text, orders' },
      { function_name: 'f', argument_data_types: '' },
    ]);
    await line.ask('SET database = shop');
    await line.ask(`${streamOf(orders)} WITH FUNCTION shop.public.merge FOR TABLE ${orders}`);
    await line.ask(`${streamOf(items)} WITH DEFAULT FUNCTION = '"shop"."public"."merge"'`);
    expect((await line.ask('SHOW LOGICAL REPLICATION JOBS WITH DETAILS')).rows).toMatchObject([
      { conflict_resolution_type: 'LWW', command: expect.stringContaining(`FUNCTION shop.public.merge FOR TABLE ${orders}`) },
      { conflict_resolution_type: 'UDF' },
    ]);
  });

  it('a runner and a URI with privileges on the table only, from 25.2 on', async () => {
    const users = [
      { name: 'ops', password: 'ops-secret', admin: true },
      { name: 'repl', password: 'repl-secret' },
      { name: 'guest', password: 'guest-secret' },
    ];
    const world = await anLdrWorld('25.2', { start: 'none', users });
    const [here, there] = [await aLine(world, 'standby'), await aLine(world, 'primary')];
    await here.ask(`GRANT REPLICATIONDEST ON TABLE ${orders} TO guest`);
    await here.ask('GRANT USAGE ON EXTERNAL CONNECTION to_east TO guest');
    await there.ask(`GRANT REPLICATIONSOURCE ON TABLE ${orders} TO repl`);
    expect((await here.ask(`SELECT privilege_type FROM [SHOW GRANTS ON TABLE ${orders} FOR guest]`)).rows).toEqual([
      { privilege_type: 'REPLICATIONDEST' },
    ]);
    const guest = await aLine(world, 'standby', { user: 'guest', password: 'guest-secret' });
    await guest.ask(streamOf(orders));
    expect(world.ldrJobs('standby')).toHaveLength(1);
    expect(world.effects().map(({ kind }) => kind)).toEqual([
      'grant-objects',
      'grant-external-connection',
      'grant-objects',
      'create-logical-replication-stream',
    ]);
  });
});
