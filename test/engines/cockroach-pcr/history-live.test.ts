import { afterEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import type { Plan, Step } from '../../../src/domain/plan.ts';
import { byHand, pcrLinkId as link, openPcr, type PcrBed } from '../../conformance/cockroach-pcr-bed.ts';
import { byConnection, streamSettings, streamUsers } from '../../conformance/cockroach-pcr-streams.ts';
import { anIo, carryOut, executorFor, planOn, settle } from '../../conformance/drive.ts';
import { until } from '../../support/until.ts';

const hour = 3_600_000;
const reconnect: Operation = { kind: 'reconnect', link };
const resume: Operation = { kind: 'resume', link };
const failover: Operation = { kind: 'failover', link, to: { kind: 'latest' } };

let bed: PcrBed | null = null;
afterEach(async () => {
  await bed?.close();
  bed = null;
});

/** A stream by an external connection, paused by hand. */
async function open(): Promise<PcrBed> {
  const on = await openPcr('25.4', streamUsers('25.4'), (world) => byConnection(world, '25.4'), streamSettings);
  bed = on;
  await byHand(on.world, 'standby', 'ALTER VIRTUAL CLUSTER main PAUSE REPLICATION');
  await until(() => on.world.vc('standby')?.status === 'replication paused', 'it is paused');
  return on;
}

/** Time passes until the source has given the history up. */
async function outlive(on: PcrBed): Promise<void> {
  on.world.control().advance(25 * hour);
  await until(
    () => on.world.jobs('primary').some(({ type, status }) => type.endsWith('PRODUCER') && status === 'failed'),
    'the history is gone',
  );
}

const look = (on: PcrBed) => on.engine().observe(on.link, anIo());
const step = (plan: Plan, kind: string): Step => {
  const found = plan.steps.find((one) => one.kind === kind);
  if (found === undefined) throw new TypeError(`no ${kind}`);
  return found;
};

/** Nothing was sent, and what the standby has can still be promoted. */
async function isWhole(on: PcrBed): Promise<void> {
  expect(on.effects()).toEqual([]);
  expect(on.world.vc('standby')?.status).toBe('replication paused');
  await planOn(on, failover);
}

const gone = {
  kind: 'impossible',
  why: expect.stringMatching(/sql-east no longer keeps the history that sql-west needs .* can still be promoted to what it has\.$/),
};

describe('a stream whose history is gone', { timeout: 180_000 }, () => {
  it('is neither resumed nor reconnected: both are refused', async () => {
    const on = await open();
    await outlive(on);
    const seen = await look(on);
    for (const operation of [resume, reconnect]) {
      expect(on.engine().plan(operation, on.link, seen)).toMatchObject({
        kind: 'refusal',
        sentence: expect.stringContaining('no longer keeps the history'),
        next: expect.stringContaining('can still be promoted'),
      });
    }
    await isWhole(on);
  });

  it.each([
    [resume, 'pcr.resume'],
    [reconnect, 'pcr.bounce'],
  ] as const)('is not let go on by what was approved while it was there: %o', async (operation, kind) => {
    const on = await open();
    const plan = await planOn(on, operation);
    const before = (await look(on)).facts.find(({ name }) => name === 'primary.history-gone');
    await outlive(on);
    expect(await settle(on, step(plan, kind), () => on.engine())).toMatchObject(gone);
    // An approval of before does not hold any more.
    const after = (await look(on)).facts.find(({ name }) => name === 'primary.history-gone');
    expect([before, after]).toMatchObject([
      { binding: true, value: 'no' },
      { binding: true, value: 'yes' },
    ]);
    await isWhole(on);
  });

  it('is not let go on when a pause is taken back', async () => {
    const on = await openPcr('25.4');
    bed = on;
    const pause = step(await planOn(on, { kind: 'pause', link }), 'pcr.pause');
    await carryOut(on, pause, () => on.engine());
    await outlive(on);
    if (pause.undo.kind !== 'act') throw new TypeError('a pause can be taken back');
    const back = { ...pause, ...pause.undo.act };
    expect(await executorFor(on.engine(), back).probe(back, on.link, anIo())).toMatchObject(gone);
    expect(on.world.vc('standby')?.status).toBe('replication paused');
  });

  it('is left alone while nobody can ask the source and the window has passed', async () => {
    const on = await open();
    const [resuming, bouncing] = [step(await planOn(on, resume), 'pcr.resume'), step(await planOn(on, reconnect), 'pcr.bounce')];
    await on.world.faults.down('primary');
    on.world.control().advance(23 * hour);
    expect(await executorFor(on.engine(), resuming).probe(resuming, on.link, anIo())).toEqual({ kind: 'todo' });
    on.world.control().advance(2 * hour);
    for (const one of [resuming, bouncing]) {
      expect(await executorFor(on.engine(), one).probe(one, on.link, anIo())).toMatchObject({
        kind: 'unknown',
        why: expect.stringMatching(/^sql-east .* longer than the 24 h .* press Retry/),
      });
    }
    await isWhole(on);
  });

  it('is not taken to go on because it is no longer paused', async () => {
    const on = await open();
    const bounce = step(await planOn(on, reconnect), 'pcr.bounce');
    await outlive(on);
    // Somebody else lets it go on at the same moment, after the look.
    await expect(executorFor(on.engine(), bounce).perform(bounce, on.link, anIo())).rejects.toMatchObject({
      effect: 'unknown',
      message: expect.stringMatching(/stream into sql-west ended|is still/),
    });
  });
});
