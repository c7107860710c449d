import { afterEach, describe, expect, it } from 'vitest';
import type { Step } from '../../../src/domain/plan.ts';
import { aReach, type LdrBed, ldrLinkId as link, openLdr, streamPassword } from '../../conformance/cockroach-ldr-bed.ts';
import { anIo, carryOut, earlierOn, executorFor, planOn, settle, through } from '../../conformance/drive.ts';

let bed: LdrBed | null = null;
afterEach(async () => {
  await bed?.close();
  bed = null;
});

const reconnect = { kind: 'reconnect', link } as const;
const streams = { primary: null, standby: { externalConnection: 'to_east', reach: aReach({ user: 'ops' }) } };
const rights = ['EXTERNALCONNECTION', 'VIEWSYSTEMDATA', 'VIEWJOB', 'REPLICATION', 'REPLICATIONSOURCE', 'REPLICATIONDEST'];

async function open(version: '25.3' | '25.4', user: { readonly grants?: readonly string[]; readonly admin?: true }): Promise<LdrBed> {
  const users = [
    { name: 'ops', password: streamPassword, ...user },
    { name: 'root', password: 'root-secret', admin: true },
  ];
  bed = await openLdr(version, { world: { users }, settings: () => ({ streams }) });
  return bed;
}

/** Carries the plan out up to a step of the kind, and answers that. */
async function upTo(on: LdrBed, kind: string): Promise<Step> {
  const plan = await planOn(on, reconnect);
  const at = plan.steps.findIndex((step) => step.kind === kind);
  const step = plan.steps[at];
  if (step === undefined) throw new TypeError(`no ${kind}`);
  await through(on, { ...plan, steps: plan.steps.slice(0, at) }, async (one) => void (await carryOut(on, one, () => on.engine())));
  return step;
}

const connections = (on: LdrBed): unknown => on.effects().map(({ statement }) => statement.split(' ').slice(0, 3).join(' '));

describe('a connection that is changed by making it anew, as up to v25.3', { timeout: 180_000 }, () => {
  it('is not dropped while the bot may make none, which the preflight says too; once it may, Retry goes on', async () => {
    const on = await open('25.3', { grants: rights.slice(1) });
    const checks = await on.engine().preflight(reconnect, on.link, anIo({ tag: 'replops/read' }));
    expect(checks.find(({ name }) => name === 'sql-west: renewal of the connection')).toEqual({
      name: 'sql-west: renewal of the connection',
      outcome: 'failed',
      seen: 'ops does not hold EXTERNALCONNECTION on sql-west, and up to v25.3 to_east is changed by making it anew.',
      next: 'Run GRANT SYSTEM EXTERNALCONNECTION TO "ops" there.',
    });
    const drop = await upTo(on, 'ldr.drop-connection');
    expect(await settle(on, drop, () => on.engine())).toMatchObject({
      kind: 'impossible',
      why: 'ops does not hold EXTERNALCONNECTION on sql-west, so the external connection to_east could be dropped but not made anew. It was left as it is. Run GRANT SYSTEM EXTERNALCONNECTION TO "ops" there, then press Retry.',
    });
    expect(connections(on)).toEqual([]);
    await on.world.control().locally('standby', 'root', 'GRANT SYSTEM EXTERNALCONNECTION TO ops');
    expect(await settle(on, drop, () => on.engine())).toMatchObject({ kind: 'todo' });
  });

  it('is said to be gone when its second half is refused all the same, with what that means', async () => {
    const on = await open('25.3', { admin: true });
    const create = await upTo(on, 'ldr.create-connection');
    const send = (sqlState: string) => {
      on.world.faults.add({ match: /^CREATE EXTERNAL CONNECTION/, act: { kind: 'refuse', sqlState, message: 'not now' } });
      const io = anIo({ earlier: earlierOn(on, create) });
      return executorFor(on.engine(), create)
        .perform(create, on.link, io)
        .catch((cause: unknown) => cause);
    };
    expect(await send('42501')).toMatchObject({
      effect: 'not-applied',
      message: expect.stringMatching(
        /not now\. The external connection to_east is gone from sql-west: it was dropped to be made anew, and that was refused\. Replication goes on until its job starts again, and stops then\. Mend the cause and press Retry, or create the connection by hand\.$/,
      ),
    });
    // Somebody has made one of that name.
    expect(await send('42710')).not.toMatchObject({ message: expect.stringContaining('is gone') });
    expect(connections(on)).toEqual(['DROP EXTERNAL CONNECTION']);
    // Retry, once the cause is mended.
    expect(await carryOut(on, create, () => on.engine())).toBe(1);
    expect(on.world.ldrJobs('standby').map(({ status }) => status)).toEqual(['running']);
  });

  it('asks for nothing of the kind from v25.4 on', async () => {
    const on = await open('25.4', { grants: rights.slice(1) });
    const checks = await on.engine().preflight(reconnect, on.link, anIo({ tag: 'replops/read' }));
    expect(checks.map(({ name }) => name)).not.toContain('sql-west: renewal of the connection');
    expect(await carryOut(on, await upTo(on, 'ldr.alter-connection'), () => on.engine())).toBe(1);
  });
});
