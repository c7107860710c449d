import { afterEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import { connectSql } from '../../../src/transports/sql.ts';
import { byHand, pcrLinkId as link, openPcr, type PcrBed } from '../../conformance/cockroach-pcr-bed.ts';
import { anIo, carryOut, planOn } from '../../conformance/drive.ts';

let bed: PcrBed | null = null;
afterEach(async () => {
  await bed?.close();
  bed = null;
});

const upgrade: Operation = { kind: 'upgrade', link };
const failover: Operation = { kind: 'failover', link, to: { kind: 'latest' } };
const switchover: Operation = { kind: 'switchover', link, maxWriteStopMs: 60_000 };
const io = () => anIo({ tag: 'replops/read' });
const ask = async (on: PcrBed, operation: Operation) =>
  on.engine().plan(operation, on.link, await on.engine().observe(on.link, { ...io(), planning: operation.kind }));
const checkOf = async (on: PcrBed, operation: Operation) =>
  (await on.engine().preflight(operation, on.link, io())).find(({ name }) => name === 'sql-east: version of main');

async function versionOfMain(on: PcrBed): Promise<unknown> {
  const { signal } = new AbortController();
  const address = { ...on.link.settings.primary, virtualCluster: 'main' };
  const session = await connectSql(address, { signal, timeoutMs: 60_000, tag: 'somebody' });
  const [row] = await session.read('SHOW CLUSTER SETTING version');
  session.close();
  return Object.values(row ?? {})[0];
}

/** Both control planes are at 25.2 and the standby has 25.4 on its nodes; nobody has finalized main since 24.3. */
async function late(users: NonNullable<Parameters<typeof openPcr>[1]>['users'] = [{ name: 'ops', password: 'opssecret', admin: true }]) {
  const on = await openPcr('24.3', { users });
  bed = on;
  for (const side of ['standby', 'primary'] as const) {
    on.world.control().install(side, '25.2');
    await byHand(on.world, side, "SET CLUSTER SETTING version = '25.2'");
  }
  on.world.control().install('standby', '25.4');
  return on;
}

describe('a virtual cluster that was not finalized with its control plane', { timeout: 180_000 }, () => {
  it('is finalized by an upgrade before anything else, while its old binaries still run it', async () => {
    const on = await late();
    expect(await checkOf(on, upgrade)).toMatchObject({ outcome: 'warned', seen: expect.stringContaining('It is behind.') });
    const plan = await planOn(on, upgrade);
    expect(plan.steps.map(({ kind, cluster, params }) => `${kind}@${cluster ?? '-'} ${String(params['version'] ?? '')}`.trim())).toEqual([
      'pcr.finalize-application@sql-east 25.2',
      'pcr.finalize@sql-west 25.4',
      'pcr.replace-binaries@-',
      'pcr.verify-release@sql-east 25.4',
      'pcr.finalize@sql-east 25.4',
      'pcr.finalize-application@sql-east 25.4',
    ]);
    expect(plan.warnings[0]).toMatch(
      /^main on sql-east still has the active version 24\.3, so it is finalized at 25\.2 before anything else/,
    );
    for (const step of plan.steps) {
      if (step.by === 'engine') await carryOut(on, step, () => on.engine());
      else on.world.control().install('primary', '25.4');
    }
    expect(await versionOfMain(on)).toBe('25.4');
    expect(on.world.writable()).toEqual({ primary: true, standby: false });
  });

  it('is not promoted on binaries that would not start it, unless people take the risk of a failover', async () => {
    const on = await late();
    const words = expect.stringContaining('active version 24.3, more than one upgrade behind v25.4');
    expect(await ask(on, switchover)).toMatchObject({ kind: 'refusal', sentence: words });
    expect(await checkOf(on, switchover)).toMatchObject({ outcome: 'failed', next: expect.stringContaining("version = '25.2'") });
    // A failover may be the only way out.
    expect(await ask(on, failover)).toMatchObject({ kind: 'plan', warnings: expect.arrayContaining([words]) });
    expect(await checkOf(on, failover)).toMatchObject({ outcome: 'warned' });
    expect(on.effects()).toEqual([]);
  });

  it('is named in a warning where nobody can tell its version', async () => {
    const on = await late([{ name: 'ops', password: 'opssecret', admin: true, in: 'system' }]);
    expect(await ask(on, upgrade)).toMatchObject({
      kind: 'plan',
      warnings: expect.arrayContaining([
        expect.stringMatching(/active version of main on sql-east is unknown.*more than one upgrade older/),
      ]),
    });
  });
});
