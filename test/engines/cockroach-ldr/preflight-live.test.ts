import { afterEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import { aReach, type LdrBed, ldrLinkId as link, openLdr } from '../../conformance/cockroach-ldr-bed.ts';
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
