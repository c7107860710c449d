import { afterEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import type { Plan, Step } from '../../../src/domain/plan.ts';
import type { RunReport, RunView, StepView } from '../../../src/domain/run.ts';
import type { Probe } from '../../../src/engines/engine.ts';
import {
  byHand,
  endStreams,
  failStreams,
  type LdrBed,
  ldrLinkId as link,
  openLdr,
  streamPassword,
} from '../../conformance/cockroach-ldr-bed.ts';
import { anIo, carryOut, planOn, settle } from '../../conformance/drive.ts';
import { until } from '../../support/until.ts';

const orders = 'shop.public.orders';
const admin = [{ name: 'ops', password: streamPassword, admin: true }];
/** Everything that is asked of a dead letter queue itself. */
const queues = { match: /dlq_timestamp/, act: { kind: 'refuse', sqlState: '57014', message: 'statement timeout' }, times: 1000 } as const;
/** Only the counting of all. */
const counting = { ...queues, match: /min\(dlq_timestamp/ } as const;

type BedSide = 'primary' | 'standby';
const otherOf = { primary: 'standby', standby: 'primary' } as const;

let bed: LdrBed | null = null;
afterEach(async () => {
  await bed?.close();
  bed = null;
});

async function open(direction: 'unidirectional' | 'bidirectional' = 'unidirectional'): Promise<LdrBed> {
  const on = await openLdr('25.2', { world: { direction, users: admin } });
  bed = on;
  const jobs = () => [...on.world.ldrJobs('primary'), ...on.world.ldrJobs('standby')];
  await until(() => jobs().every(({ replicatedTime }) => replicatedTime !== null), 'every job follows');
  return on;
}

/** Rows are written, and can't be applied on the other side. */
async function strand({ world }: LdrBed, into: BedSide, rows: number): Promise<void> {
  const before = lettersOn(world, into);
  world.ldr.write(otherOf[into], orders, rows);
  world.ldr.conflict(into, orders, rows);
  world.control().advance(70_000);
  await until(() => lettersOn(world, into) === before + rows, 'the rows are in the queue');
}

const lettersOn = (world: LdrBed['world'], side: BedSide): number => world.tables(side).reduce((total, { dlq }) => total + dlq, 0);
const rowsOn = (on: LdrBed, side: BedSide): number => on.world.tables(side).find(({ name }) => name === orders)?.rows ?? 0;

/** Applications went over to the standby, and nothing follows any more. */
async function moved(on: LdrBed): Promise<void> {
  await endStreams(on.world, 'standby');
  await until(() => on.world.ldrJobs('standby').every(({ status }) => status === 'canceled'), 'the streams are over');
  on.world.control().advance(5_000);
  on.world.ldr.write('standby', orders, 3);
  on.world.control().advance(5_000);
}

interface Outcome {
  readonly plan: Plan;
  /** What stopped the run; null when it came to its end. */
  readonly stopped: { readonly step: string; readonly probe: Exclude<Probe, { kind: 'underway' }> } | null;
  readonly report: RunReport;
}

/** Carries a plan out until something stops it. `before` happens right before a step; a person skips the steps that `skips` names. */
async function carry(
  on: LdrBed,
  plan: Plan,
  before: (step: Step) => Promise<void> = async () => {},
  skips: readonly string[] = [],
): Promise<Outcome> {
  const engine = on.engine();
  const views: Partial<StepView>[] = [];
  let stopped: Outcome['stopped'] = null;
  for (const step of plan.steps) {
    await before(step);
    if (step.by !== 'engine') {
      views.push({ evidence: {}, endedAt: 1, confirmedBy: 'U0ANA' as StepView['confirmedBy'] });
      continue;
    }
    let probe = await settle(on, step, () => engine);
    if (probe.kind === 'todo') {
      await carryOut(on, step, () => engine);
      probe = await settle(on, step, () => engine);
    }
    views.push({ evidence: probe.kind === 'done' ? probe.evidence : null, endedAt: 1, confirmedBy: null });
    if (probe.kind === 'done' || skips.includes(step.kind)) continue;
    stopped = { step: step.kind, probe };
    break;
  }
  const seen = await engine.observe(on.link, anIo({ tag: 'replops/read' }));
  // The cast leaves out what the report does not read.
  return { plan, stopped, report: engine.report({ plan, steps: views, startedAt: 0, retried: [] } as unknown as RunView, seen) };
}

const planOf = (on: LdrBed, kind: 'alter' | 'rebuild' | 'failback' | 'switchover'): Promise<Plan> =>
  planOn(on, kind === 'switchover' ? { kind, link, maxWriteStopMs: 60_000 } : ({ kind, link } satisfies Operation));

const kindsOf = ({ steps }: Plan): readonly string[] => steps.map(({ kind }) => kind);

describe.each(['alter', 'rebuild'] as const)('a %s both ways', { timeout: 180_000 }, (operation) => {
  const prepared = async () => {
    const on = await open('bidirectional');
    if (operation === 'rebuild') await failStreams(on.world);
    return on;
  };

  it.each([
    ['can be counted once only', counting, 'has grown since the run began'],
    ['tells nothing any more', queues, 'is not known (sql-east answered 57014'],
  ] as const)('deletes nothing when rows went to a queue meanwhile that %s', async (_, fault, words) => {
    const on = await prepared();
    let stranded = false;
    const { stopped } = await carry(on, await planOf(on, operation), async ({ by }) => {
      if (by === 'engine' || stranded) return;
      stranded = true;
      await strand(on, 'primary', 4);
      on.world.faults.add({ side: 'primary', ...fault });
    });
    expect(stopped).toMatchObject({ step: 'ldr.check-queue', probe: { kind: 'impossible', why: expect.stringContaining(words) } });
    expect(rowsOn(on, 'standby')).toBe(1004);
    expect(on.world.ldrJobs('primary')).toMatchObject([{ status: 'running' }]);
  });

  it('asks a person about rows that are in no table once their side is emptied, and says so', async () => {
    const on = await open('bidirectional');
    await strand(on, 'primary', 3);
    if (operation === 'rebuild') await failStreams(on.world);
    const plan = await planOf(on, operation);
    const words = '3 rows from sql-west in the dead letter queue of sql-east are in no table once sql-west is emptied.';
    expect(plan.predictedLoss).toMatchObject({ ms: null, words: expect.stringContaining(words) });
    expect(plan.predictedLoss.words).not.toMatch(/Nothing/);
    expect(plan.warnings.join(' ')).not.toContain('They are not lost');
    const consent = plan.steps.find(({ kind }) => kind === 'ldr.accept-loss');
    expect(consent?.statements.join('\n')).toMatch(/FROM "shop"\.crdb_replication\."dlq_\d+_public_orders"/);
    const { stopped, report } = await carry(on, plan);
    expect(stopped).toBeNull();
    expect(report).toMatchObject({ lossMs: null, sentence: expect.stringContaining(words) });
    expect(report.sentence).not.toContain('the redirect was not confirmed');
    // What the source did not have is gone.
    expect([rowsOn(on, 'primary'), rowsOn(on, 'standby')]).toEqual([1000, 1000]);
  });
});

describe('a failback one way', { timeout: 180_000 }, () => {
  it('asks a person about rows that only the emptied side has in a table', async () => {
    const on = await open();
    await strand(on, 'standby', 6);
    await moved(on);
    const plan = await planOf(on, 'failback');
    expect(plan.predictedLoss).toMatchObject({
      ms: null,
      words: expect.stringContaining('6 rows from sql-east in the dead letter queue of sql-west'),
    });
    expect(plan.predictedLoss.words).not.toMatch(/Nothing/);
    expect(kindsOf(plan).indexOf('ldr.accept-loss')).toBeLessThan(kindsOf(plan).indexOf('ldr.empty-tables'));
    expect(kindsOf(plan)).toContain('ldr.accept-loss');
    const { stopped, report } = await carry(on, plan);
    expect(stopped).toBeNull();
    expect(report.lossMs).toBeNull();
    expect(report.sentence).toContain('a person confirmed that what only it had could go');
    expect([rowsOn(on, 'primary'), rowsOn(on, 'standby')]).toEqual([1003, 1003]);
  });

  it('deletes nothing while the queue of the other side can not be counted', async () => {
    const on = await open();
    await strand(on, 'standby', 6);
    await moved(on);
    on.world.faults.add({ side: 'standby', ...queues });
    const plan = await planOf(on, 'failback');
    expect(plan.predictedLoss).toMatchObject({ ms: null, words: expect.stringContaining('could not be read') });
    expect(plan.predictedLoss.words).not.toMatch(/Nothing/);
    const { stopped } = await carry(on, plan);
    expect(stopped).toMatchObject({
      step: 'ldr.count-queue',
      probe: { kind: 'impossible', why: expect.stringMatching(/could not be counted .*is not known\. Nothing was deleted/) },
    });
    expect(rowsOn(on, 'primary')).toBe(1006);
  });

  it('does not say that nothing was lost when a person went over the look', async () => {
    const on = await open();
    await moved(on);
    on.world.faults.add({ side: 'standby', ...queues });
    const { stopped, report } = await carry(on, await planOf(on, 'failback'), undefined, ['ldr.count-queue']);
    expect(stopped).toBeNull();
    expect(report).toMatchObject({ lossMs: null, sentence: expect.stringContaining('is not known') });
  });

  it('says what it proved when no row waited', async () => {
    const on = await open();
    await moved(on);
    const plan = await planOf(on, 'failback');
    expect(kindsOf(plan)).not.toContain('ldr.accept-loss');
    expect(await carry(on, plan)).toMatchObject({ stopped: null, report: { lossMs: 0 } });
  });
});

describe('a switchover one way', { timeout: 180_000 }, () => {
  it('ends no job over rows that went to the queue since it was planned', async () => {
    const on = await open();
    const plan = await planOf(on, 'switchover');
    await strand(on, 'standby', 6);
    const { stopped } = await carry(on, plan);
    expect(stopped).toMatchObject({
      step: 'ldr.count-queue',
      probe: { kind: 'impossible', why: expect.stringContaining('6 rows from sql-east wait in the dead letter queue of sql-west') },
    });
    expect(on.world.ldrJobs('standby')).toMatchObject([{ status: 'running' }]);
  });

  it('knows new rows in a queue that is no longer than before', async () => {
    const on = await open();
    await strand(on, 'standby', 2);
    const plan = await planOf(on, 'switchover');
    const [queue] = await on
      .engine()
      .observe(on.link, anIo())
      .then(({ detail }) => JSON.stringify(detail).match(/dlq_\d+_public_orders/gu) ?? []);
    await byHand(on.world, 'standby', `DELETE FROM "shop".crdb_replication."${queue}" WHERE mutation_type = 'insert'`);
    await strand(on, 'standby', 1);
    expect((await carry(on, plan)).stopped).toMatchObject({
      step: 'ldr.count-queue',
      probe: { why: expect.stringContaining('2 rows waited there, and newer ones have come') },
    });
  });

  it('says which rows are in no table of the side that applications moved to', async () => {
    const on = await open();
    await strand(on, 'standby', 6);
    const { stopped, report } = await carry(on, await planOf(on, 'switchover'), undefined, ['ldr.compare-tables']);
    expect(stopped).toBeNull();
    expect(report).toMatchObject({
      lossMs: null,
      sentence: expect.stringContaining('6 rows of sql-east wait there and are in no table of sql-west.'),
    });
    expect(report.sentence).not.toContain('No write was lost');
  });

  it('loses nothing where both sides hold the same rows', async () => {
    const on = await open();
    const { report } = await carry(on, await planOf(on, 'switchover'));
    expect(report).toMatchObject({ lossMs: 0, sentence: expect.stringContaining('No write was lost') });
  });
});
