import { afterEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import type { Check } from '../../../src/domain/plan.ts';
import { userIn } from '../../../src/engines/cockroach-pcr/route.ts';
import type { SimVersion } from '../../../src/sim/cockroach/grammar/dialect.ts';
import { aSetup, byHand, pcrLinkId as link, openPcr, type PcrBed } from '../../conformance/cockroach-pcr-bed.ts';
import { anIo, planOn } from '../../conformance/drive.ts';

let bed: PcrBed | null = null;
afterEach(async () => {
  await bed?.close();
  bed = null;
});

const failback: Operation = { kind: 'failback', link };
const name = 'sql-east: user of to-standby';

/** The standby was promoted, and the old primary has a connection to it that the bot made. */
async function open(version: SimVersion): Promise<PcrBed> {
  const grants = [Number(version) >= 25.2 ? 'REPLICATIONSOURCE' : 'REPLICATION'];
  const users = [
    { name: 'ops', password: 'ops-secret', admin: true },
    { name: 'repl', password: 'repl-secret', grants, in: 'system' } as const,
  ];
  bed = await openPcr(version, { start: 'promoted', users }, undefined, (world) => ({ setup: aSetup(world) }));
  return bed;
}

async function checkOf(on: PcrBed): Promise<Check | undefined> {
  return (await on.engine().preflight(failback, on.link, anIo({ tag: 'replops/read' }))).find((one) => one.name === name);
}

describe('a connection that is taken as it is', { timeout: 180_000 }, () => {
  it('is asked as which user it logs in, and whether that may be copied from', async () => {
    const on = await open('26.2');
    expect(await checkOf(on)).toMatchObject({
      outcome: 'passed',
      seen: 'to-standby on sql-east logs in on sql-west as repl, who holds REPLICATIONSOURCE there.',
    });
    await byHand(on.world, 'standby', 'REVOKE SYSTEM REPLICATIONSOURCE FROM repl');
    expect(await checkOf(on)).toMatchObject({
      outcome: 'warned',
      next: 'Unless a role gives it, run GRANT SYSTEM REPLICATIONSOURCE TO "repl" on sql-west.',
    });
    await byHand(on.world, 'standby', 'DROP USER repl');
    expect(await checkOf(on)).toMatchObject({ outcome: 'failed', seen: expect.stringContaining('sql-west has no such user') });
    expect(on.effects()).toEqual([]);
  });

  it('says so where the release does not show it', async () => {
    expect(await checkOf(await open('24.1'))).toMatchObject({ outcome: 'warned', seen: expect.stringContaining('is not shown') });
  });

  it('folds the name of the user as the database does', async () => {
    const on = await open('26.2');
    await byHand(on.world, 'primary', `ALTER EXTERNAL CONNECTION "to-standby" AS 'postgresql://Repl:x@sql-west:26257/defaultdb'`);
    expect(await checkOf(on)).toMatchObject({ outcome: 'passed', seen: expect.stringContaining('logs in on sql-west as repl, who holds') });
  });

  it('may lead to another node or name of the other side in a failback, whose plan names both', async () => {
    const on = await open('26.2');
    expect((await planOn(on, failback)).warnings.join(' ')).not.toContain('leads to');
    await byHand(on.world, 'primary', `ALTER EXTERNAL CONNECTION "to-standby" AS 'postgresql://repl:x@lb-west:26257/defaultdb'`);
    const plan = await planOn(on, failback);
    expect(plan.steps.map(({ kind }) => kind)).toContain('pcr.start-replication');
    expect(plan.warnings).toContain(
      'The external connection to-standby on sql-east leads to lb-west:26257, and the config of prod-sql says sql-west:26257: that does no harm where both are sql-west. Where the first is another cluster, sql-east refuses to follow it and keeps what it has.',
    );
  });
});

describe('the user in an address', () => {
  it.each([
    ['postgresql://repl:redacted@10.0.0.1:26257/defaultdb?redacted', 'repl'],
    ['postgres://a%40b@10.0.0.1', 'a@b'],
    ['postgresql://redacted@10.0.0.1', null],
    ['postgresql://10.0.0.1', null],
    ['postgresql://%:x@10.0.0.1', null],
    ['external://to-west', null],
    ['failed to redact the URI', null],
    ['', null],
  ])('%s: %s', (uri, user) => {
    expect(userIn(uri)).toBe(user);
  });
});
