import { afterEach, describe, expect, it } from 'vitest';
import { isFault } from '../../../src/domain/faults.ts';
import type { Operation } from '../../../src/domain/operation.ts';
import { connectSql } from '../../../src/transports/sql.ts';
import { aSetup, byHand, pcrLinkId as link, openPcr, type PcrBed } from '../../conformance/cockroach-pcr-bed.ts';
import { bare } from '../../conformance/cockroach-pcr-situations.ts';
import { anIo } from '../../conformance/drive.ts';
import { until } from '../../support/until.ts';

let bed: PcrBed | null = null;
afterEach(async () => {
  await bed?.close();
  bed = null;
});

const failover: Operation = { kind: 'failover', link, to: { kind: 'latest' } };
const setup: Operation = { kind: 'setup', link };
const ask = async (on: PcrBed, operation: Operation) =>
  on.engine().plan(operation, on.link, await on.engine().observe(on.link, anIo({ tag: 'replops/read' })));
const versionCheck = async (on: PcrBed, operation: Operation, cluster: string) =>
  (await on.engine().preflight(operation, on.link, anIo({ tag: 'replops/read' }))).find(
    ({ name }) => name === `${cluster}: version of main`,
  );

const inMain = (on: PcrBed, side: 'primary' | 'standby') =>
  connectSql(
    { ...on.link.settings[side], virtualCluster: 'main' },
    { signal: new AbortController().signal, timeoutMs: 60_000, tag: 'somebody' },
  );

/** Somebody upgrades the primary before the standby, against the manual. */
async function wrongWayRound(): Promise<PcrBed> {
  const on = await openPcr('24.3', { users: [{ name: 'ops', password: 'ops-secret', admin: true }] });
  bed = on;
  on.world.control().install('primary', '25.2');
  await byHand(on.world, 'primary', "SET CLUSTER SETTING version = '25.2'");
  const session = await inMain(on, 'primary');
  await session.change("SET CLUSTER SETTING version = '25.2'");
  session.close();
  return on;
}

describe('a virtual cluster that was upgraded before the standby', { timeout: 180_000 }, () => {
  it('is not promoted where it could not start, and the preflight shows its version', async () => {
    const on = await wrongWayRound();
    for (const operation of [failover, { kind: 'switchover', link } as const])
      expect(await ask(on, operation)).toMatchObject({
        kind: 'refusal',
        sentence: expect.stringContaining('active version 25.2, newer than 24.3 on sql-west'),
      });
    expect(await versionCheck(on, failover, 'sql-east')).toMatchObject({
      outcome: 'passed',
      seen: 'main on sql-east has the active version 25.2, the system virtual cluster 25.2.',
    });
    expect(on.effects()).toEqual([]);
  });

  it('does not answer on binaries that are older than itself, whoever promotes it by hand', async () => {
    const on = await wrongWayRound();
    await byHand(on.world, 'standby', 'ALTER VIRTUAL CLUSTER main COMPLETE REPLICATION TO LATEST');
    await until(() => on.world.vc('standby')?.dataState === 'ready', 'the standby is promoted');
    await byHand(on.world, 'standby', 'ALTER VIRTUAL CLUSTER main START SERVICE SHARED');
    const refused = await inMain(on, 'standby').then(
      () => null,
      (cause: unknown) => (isFault(cause) ? cause.facts['sqlState'] : cause),
    );
    expect(refused).toBe('08000');
    on.world.control().install('standby', '25.2');
    await until(
      async () =>
        inMain(on, 'standby').then(
          (session) => {
            session.close();
            return true;
          },
          () => false,
        ),
      'newer binaries start it',
    );
  });
});

describe('a virtual cluster into which the bot may not log in', { timeout: 180_000 }, () => {
  it('is set up with a warning that its version is unknown, and read where it may', async () => {
    const users = [{ name: 'ops', password: "ops'secret", admin: true, in: 'system' as const }];
    bed = await openPcr('26.2', { ...bare, users }, undefined, (world) => ({ setup: aSetup(world) }));
    expect(await ask(bed, setup)).toMatchObject({
      kind: 'plan',
      warnings: expect.arrayContaining([expect.stringMatching(/active version of main on sql-east is unknown/)]),
    });
    expect(await versionCheck(bed, setup, 'sql-east')).toMatchObject({ outcome: 'warned', next: 'Let ops log in to main on sql-east.' });
    await bed.close();
    bed = await openPcr('26.2', bare, undefined, (world) => ({ setup: aSetup(world) }));
    expect(JSON.stringify(await ask(bed, setup))).not.toContain('is unknown');
    expect(await versionCheck(bed, setup, 'sql-east')).toMatchObject({ outcome: 'passed' });
  });
});
