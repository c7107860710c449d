import { afterEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { aReach, byHand, type LdrBed, ldrLinkId as link, openLdr } from '../../conformance/cockroach-ldr-bed.ts';
import { anIo } from '../../conformance/drive.ts';

let bed: LdrBed | null = null;
afterEach(async () => {
  await bed?.close();
  bed = null;
});

const names = Array.from({ length: 9 }, (_, at) => `t${at}`);

/** Nine tables whose past is kept for a minute, and a bot that may do little where it does not own them. */
async function checks(operation: Operation, start: 'replicating' | 'none', owner = 'root') {
  const ops = { name: 'ops', password: 'ops-secret', grants: ['EXTERNALCONNECTION', 'VIEWSYSTEMDATA', 'VIEWJOB', 'REPLICATIONSOURCE'] };
  const users = [ops, { name: 'stream', password: 'x' }, { name: 'root', password: 'y', admin: true }];
  const on = await openLdr('25.2', {
    world: { start, users, owner, tables: names.map((name) => ({ name: `shop.public.${name}`, gcSeconds: 60 })) },
    settings: () => ({
      tables: names.map((table) => ({
        primary: { database: 'shop', schema: 'public', table },
        standby: { database: 'shop', schema: 'public', table },
      })),
      streams: { primary: null, standby: { externalConnection: 'to_east', reach: aReach() } },
    }),
  });
  bed = on;
  return on.engine().preflight(operation, on.link, anIo({ tag: 'replops/read' }));
}

describe('a preflight of many tables', { timeout: 180_000 }, () => {
  it.each([
    ['sql-west: privileges of the bot', 'GRANT REPLICATIONDEST ON TABLE ', ' TO "ops"'],
    ['sql-east: privileges of the replication user', 'GRANT REPLICATIONSOURCE ON TABLE ', ' TO "stream"'],
  ])('names every table in %s, in one statement', async (name, before, after) => {
    const found = (await checks({ kind: 'setup', link }, 'none')).find((check) => check.name === name);
    const all = names.map((table) => `"shop"."public"."${table}"`).join(', ');
    expect(found?.next).toContain(`${before}${all}${after}`);
  });

  it('names every table whose past is short', async () => {
    const found = (await checks({ kind: 'verify', link }, 'replicating', 'ops')).filter(({ name }) =>
      name.endsWith('history of the tables'),
    );
    expect(found.map(({ name }) => name)).toEqual(['sql-east: history of the tables', 'sql-west: history of the tables']);
    for (const { seen } of found) for (const table of names) expect(seen).toContain(`shop.public.${table} (1 min)`);
  });
});

describe('a preflight of a start by a bot that is no admin', { timeout: 180_000 }, () => {
  const held = ['VIEWSYSTEMDATA', 'VIEWJOB', 'VIEWCLUSTERSETTING', 'EXTERNALCONNECTION', 'REPLICATION'];

  async function openAs(sides: readonly ('primary' | 'standby')[], label: string | null = null): Promise<LdrBed> {
    const ops = { name: 'ops', password: 'ops-secret', grants: held };
    const on = await openLdr('26.2', {
      world: {
        start: 'none',
        users: [ops, { name: 'boss', password: 'boss-secret', admin: true }],
        operator: 'boss',
        owner: 'boss',
        tables: [{ name: 'shop.public.orders', sides }],
      },
      settings: (world) => {
        const as = (side: 'primary' | 'standby') => {
          const { cluster, host, port } = world[side];
          return { cluster, host, port, user: 'ops', password: new Secret('ops-secret'), tls: { kind: 'disabled' } as const };
        };
        const orders = { database: 'shop', schema: 'public', table: 'orders' };
        return {
          primary: as('primary'),
          standby: as('standby'),
          tables: [{ primary: orders, standby: orders }],
          options: { mode: 'immediate', discardTtlDeletes: false, label, skipSchemaCheck: false },
        };
      },
    });
    bed = on;
    return on;
  }
  const find = async (on: LdrBed, name: string) =>
    (await on.engine().preflight({ kind: 'setup', link }, on.link, anIo({ tag: 'replops/read' }))).find((check) => check.name === name);

  it('asks for USAGE on a connection that is listed and not its own to use', async () => {
    const on = await openAs(['primary', 'standby']);
    const bot = 'sql-west: privileges of the bot';
    await byHand(on.world, 'standby', 'GRANT DROP ON EXTERNAL CONNECTION to_east TO ops');
    expect((await find(on, bot))?.next).toContain('GRANT USAGE ON EXTERNAL CONNECTION "to_east" TO "ops" (unless ops made it)');
    await byHand(on.world, 'standby', 'GRANT USAGE ON EXTERNAL CONNECTION to_east TO ops');
    expect(await find(on, bot)).toMatchObject({ outcome: 'passed', next: null });
  });

  it('asks for CREATE on the database where replication makes the tables, whatever else the bot holds', async () => {
    const on = await openAs(['primary']);
    await byHand(on.world, 'standby', 'GRANT USAGE ON EXTERNAL CONNECTION to_east TO ops');
    expect((await find(on, 'sql-west: privileges of the bot'))?.next).toBe(
      'Unless a role gives it, run GRANT CREATE ON DATABASE "shop" TO "ops" there.',
    );
    await byHand(on.world, 'standby', 'GRANT CREATE ON DATABASE shop TO ops');
    expect(await find(on, 'sql-west: privileges of the bot')).toMatchObject({ outcome: 'passed' });
  });

  it('tells what a label needs, and which way the nodes need', async () => {
    const on = await openAs(['primary', 'standby'], 'shop');
    const metrics = await find(on, 'sql-west: metrics by label');
    expect(metrics).toMatchObject({
      outcome: 'warned',
      seen: 'server.child_metrics.enabled is false on sql-west, so options.label is shown in no metric there. Replication works all the same.',
      next: 'Run SET CLUSTER SETTING server.child_metrics.enabled = true on sql-west.',
    });
    await byHand(on.world, 'standby', 'SET CLUSTER SETTING server.child_metrics.enabled = true');
    expect(await find(on, 'sql-west: metrics by label')).toMatchObject({ outcome: 'passed' });
    expect(await find(on, 'sql-west: way to the nodes of sql-east')).toMatchObject({
      outcome: 'warned',
      seen: expect.stringContaining('Every node of sql-west has to reach every node of sql-east'),
    });
  });
});
