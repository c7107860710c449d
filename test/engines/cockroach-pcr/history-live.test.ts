import { afterEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import type { Plan, Step } from '../../../src/domain/plan.ts';
import { ownHistory } from '../../../src/engines/cockroach-pcr/own-history.ts';
import type { SqlWorldOptions } from '../../../src/sim/cockroach/contract.ts';
import { tinyPace } from '../../../src/sim/cockroach/pace.ts';
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
async function open(options: Partial<SqlWorldOptions> = {}): Promise<PcrBed> {
  const on = await openPcr('25.4', { ...streamUsers('25.4'), ...options }, (world) => byConnection(world, '25.4'), streamSettings);
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

describe('a source that a third cluster follows as well', { timeout: 180_000 }, () => {
  it('is not taken to keep history for a stream that has outlived its own', async () => {
    const on = await open();
    on.world.control().advance(hour);
    on.world.control().followedBesides('primary');
    const planned = step(await planOn(on, resume), 'pcr.resume');
    await outlive(on);
    expect(on.world.jobs('primary').filter(({ type, status }) => type.endsWith('PRODUCER') && status === 'running')).toHaveLength(1);
    const seen = await look(on);
    expect(on.engine().plan(resume, on.link, seen)).toMatchObject({
      kind: 'refusal',
      sentence: expect.stringContaining('no longer keeps the history'),
    });
    expect(await settle(on, planned, () => on.engine())).toMatchObject(gone);
    await isWhole(on);
  });

  it('is asked about by a run where nothing tells the two apart', async () => {
    const on = await open();
    on.world.control().followedBesides('primary');
    const planned = step(await planOn(on, resume), 'pcr.resume');
    await outlive(on);
    expect(await settle(on, planned, () => on.engine())).toMatchObject({
      kind: 'unknown',
      why: expect.stringMatching(/sql-east keeps history by several jobs, and which of them does for sql-west is not told/),
    });
    await isWhole(on);
  });
});

describe('a resume', { timeout: 180_000 }, () => {
  it('is proven by a replicated time that moves, not by its status', async () => {
    const on = await open();
    const plan = await planOn(on, resume);
    expect(plan.steps.map(({ kind }) => kind)).toEqual(['pcr.resume', 'pcr.prove-catch-up']);
    await carryOut(on, step(plan, 'pcr.resume'), () => on.engine());
    expect((await settle(on, step(plan, 'pcr.resume'), () => on.engine())).kind).toBe('done');
    const proof = step(plan, 'pcr.prove-catch-up');
    expect(await settle(on, proof, () => on.engine())).toMatchObject({ kind: 'done', evidence: { before: expect.any(String) } });
    on.world.control().linkDown();
    await until(() => on.world.vc('standby')?.status === 'replication paused', 'it gave up');
    expect(await settle(on, proof, () => on.engine())).toMatchObject({
      kind: 'impossible',
      why: expect.stringContaining('gave up after an error'),
    });
  });
});

describe('a resume whose stream catches up for long', { timeout: 180_000 }, () => {
  it('is over after a while with a warning, and is not taken back by a pause', async () => {
    const on = await open({ pace: { ...tinyPace, giveUpMs: hour } });
    on.world.faults.catchUpStuck('standby', true);
    const plan = await planOn(on, resume);
    const [go, proof] = [step(plan, 'pcr.resume'), step(plan, 'pcr.prove-catch-up')];
    expect(go).toMatchObject({ pointOfNoReturn: true, undo: { kind: 'none', why: expect.stringContaining('/repl pause prod-sql') } });
    await carryOut(on, go, () => on.engine());
    await until(() => on.world.vc('standby')?.status === 'replicating', 'it runs');
    const probe = (agoMs: number) => {
      const earlier = [{ kind: go.kind, cluster: go.cluster, evidence: {}, at: Date.now() - agoMs }];
      return executorFor(on.engine(), proof).probe(proof, on.link, anIo({ timeoutMs: 20_000, earlier }));
    };
    expect(await probe(0)).toMatchObject({ kind: 'underway', note: expect.stringContaining('has not been seen to move yet') });
    expect(await probe(hour)).toMatchObject({
      kind: 'done',
      evidence: {
        warning: expect.stringMatching(/^The stream into sql-west runs, but has not been seen to move since .* Look again with/),
      },
    });
    on.world.control().linkDown();
    await until(() => on.world.vc('standby')?.status === 'replication error', 'it fails');
    expect((await probe(hour)).kind).toBe('underway');
  });
});

describe('whose history is kept', () => {
  const at = (minutes: number) => String(BigInt(minutes) * 60_000_000n + 1_764_000_000_000_000n);
  const job = { id: '9', status: 'paused', runningStatus: '', fraction: null, error: '', modified: null, created: at(0) };
  const producer = (status: string, minutes: number | null) => ({
    id: String(minutes),
    status,
    created: minutes === null ? null : at(minutes),
  });
  it.each([
    ['its own', [producer('running', 0)], 'kept'],
    ['its own, by a clock that differs', [producer('running', -9)], 'kept'],
    ['its own and an older one that ended', [producer('running', 0), producer('failed', -90)], 'kept'],
    ['a newer one that is not its own', [producer('running', 90), producer('failed', 0)], 'lost'],
    ['one that is not its own, where its own is not listed any more', [producer('running', 90)], 'mixed'],
    ['two of one time', [producer('running', 1), producer('failed', 0)], 'mixed'],
    ['two of one time that live', [producer('running', 1), producer('running', 0)], 'kept'],
    ['two whose time is not told', [producer('running', null), producer('failed', null)], 'mixed'],
  ] as const)('%s', (_, producers, history) => {
    expect(ownHistory(job, { history: 'kept', producers: [...producers] })).toBe(history);
  });

  it.each(['lost', 'none', 'untold'] as const)('%s stays what it is', (history) => {
    expect(ownHistory(job, { history, producers: [] })).toBe(history);
  });
});
