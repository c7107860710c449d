import { describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import { Secret } from '../../../src/domain/secret.ts';
import type { SimVersion } from '../../../src/sim/cockroach/grammar/dialect.ts';
import { aReach, byHand, type LdrBed, ldrLinkId as link } from '../../conformance/cockroach-ldr-bed.ts';
import { anIo } from '../../conformance/drive.ts';
import { openBed } from './beds.ts';

const setup: Operation = { kind: 'setup', link };
const held = ['VIEWSYSTEMDATA', 'VIEWJOB', 'VIEWCLUSTERSETTING', 'EXTERNALCONNECTION', 'REPLICATION'];

/** A bot that is no admin and owns nothing, and a link whose plan makes a user, grants, and turns rangefeeds on. */
function open(version: SimVersion, user: 'stream' | 'ops', grants: readonly string[] = held): Promise<LdrBed> {
  return openBed(version, {
    world: {
      start: 'none',
      users: [
        { name: 'ops', password: 'ops-secret', grants },
        { name: 'boss', password: 'boss-secret', admin: true },
      ],
      operator: 'boss',
      owner: 'boss',
      settings: { primary: { 'kv.rangefeed.enabled': 'false' } },
    },
    settings: (world) => {
      const as = (side: 'primary' | 'standby') => {
        const { cluster, host, port } = world[side];
        return { cluster, host, port, user: 'ops', password: new Secret('ops-secret'), tls: { kind: 'disabled' } as const };
      };
      const streams = { primary: null, standby: { externalConnection: 'on_to_east', reach: aReach({ user, password: new Secret('pw') }) } };
      return { primary: as('primary'), standby: as('standby'), streams };
    },
    // Whatever it may not read is not there for it, and nothing is planned then.
    prepare: async (world) => {
      for (const side of ['primary', 'standby'] as const)
        await byHand(world, side, 'GRANT SELECT ON TABLE shop.public.orders, shop.public.items TO ops');
    },
  });
}

const find = async (on: LdrBed, name: string) =>
  (await on.engine().preflight(setup, on.link, anIo({ tag: 'replops/read' }))).find((check) => check.name === `sql-east: ${name}`);
const byBoss = (on: LdrBed, ...statements: readonly string[]) =>
  statements.reduce(async (before, statement) => before.then(() => byHand(on.world, 'primary', statement)), Promise.resolve());

describe('a preflight of the steps that let replication in', { timeout: 180_000 }, () => {
  it('asks for what the bot needs to make a user, to turn on rangefeeds and to grant', async () => {
    const on = await open('26.2', 'stream');
    const cases = [
      ['right to turn on rangefeeds', 'GRANT SYSTEM MODIFYCLUSTERSETTING TO "ops"'],
      ['right to make users', 'ALTER USER "ops" CREATEROLE'],
    ] as const;
    for (const [name, statement] of cases) {
      expect(await find(on, name)).toMatchObject({ outcome: 'warned', next: `Unless a role gives it, run ${statement} there.` });
      await byBoss(on, statement);
      expect(await find(on, name)).toMatchObject({ outcome: 'passed' });
    }
    expect(await find(on, 'right to let others replicate')).toMatchObject({
      outcome: 'warned',
      next: 'Unless a role gives it, run GRANT REPLICATIONSOURCE ON TABLE "shop"."public"."orders", "shop"."public"."items" TO "ops" WITH GRANT OPTION there.',
    });
  });

  it('asks for a grant of the whole system up to 25.1, and for nothing where the user holds it', async () => {
    const on = await open('25.1', 'stream');
    const grant = 'GRANT SYSTEM REPLICATION TO "ops" WITH GRANT OPTION';
    expect((await find(on, 'right to let others replicate'))?.next).toContain(grant);
    await byBoss(on, 'CREATE USER stream', 'GRANT SYSTEM REPLICATION TO stream');
    for (const name of ['right to let others replicate', 'right to make users']) expect(await find(on, name)).toBeUndefined();
  });

  it.each([
    ['25.1', 'GRANT SYSTEM REPLICATION TO "ops"'],
    ['26.2', 'GRANT REPLICATIONSOURCE ON TABLE "shop"."public"."orders", "shop"."public"."items" TO "ops"'],
  ] as const)('fails on %s where the connection comes as the bot, to whom no plan grants anything', async (version, statement) => {
    const on = await open(version, 'ops', held.slice(0, 4));
    expect(await find(on, 'privileges of the replication user')).toEqual({
      name: 'sql-east: privileges of the replication user',
      outcome: 'failed',
      seen: 'ops does not hold what replication from sql-east needs, and the bot grants itself nothing.',
      next: `Run ${statement} there.`,
    });
    await byBoss(on, statement);
    expect(await find(on, 'privileges of the replication user')).toMatchObject({ outcome: 'passed' });
  });
});
