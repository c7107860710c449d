import { afterEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import { isRefusal } from '../../../src/domain/refusal.ts';
import { mostCounted } from '../../../src/engines/cockroach-ldr/waiting.ts';
import { type LdrBed, ldrLinkId as link, openLdr } from '../../conformance/cockroach-ldr-bed.ts';
import { anIo, carryOut, earlierOn, executorFor, settle } from '../../conformance/drive.ts';
import { until } from '../../support/until.ts';

let bed: LdrBed | null = null;
afterEach(async () => {
  await bed?.close();
  bed = null;
});

const failover: Operation = { kind: 'failover', link, to: { kind: 'latest' } };
const switchover: Operation = { kind: 'switchover', link, maxWriteStopMs: 60_000 };
const read = { tag: 'replops/read' };
const slow: readonly (readonly [string, RegExp])[] = [
  ['counting a queue', /count\(\*\) AS n, min\(dlq_timestamp/],
  ['listing the queues', /information_schema\.tables WHERE table_schema = 'crdb_replication'/],
];

/** A follower of which one question about its dead letter queues is never answered. */
async function openSlow(match: RegExp): Promise<LdrBed> {
  const on = await openLdr('25.2');
  bed = on;
  on.world.faults.add({ side: 'standby', match, act: { kind: 'hang' }, times: 1000 });
  return on;
}

async function planned(on: LdrBed, operation: Operation) {
  const seen = await on.engine().observe(on.link, anIo({ ...read, planning: operation.kind }));
  const plan = on.engine().plan(operation, on.link, seen);
  if (isRefusal(plan)) throw new TypeError(`not planned: ${plan.sentence}`);
  return { seen, plan };
}

describe('a dead letter queue that does not tell what it holds', { timeout: 180_000 }, () => {
  it.each(slow)('makes no side silent by %s, and says so', async (_, match) => {
    const on = await openSlow(match);
    const { seen, plan } = await planned(on, failover);
    expect(seen).toMatchObject({
      health: 'degraded',
      headline: expect.stringMatching(
        / is not known, so sql-west may lack rows: sql-west did not .* sql-east → sql-west: sql-west follows/,
      ),
      standby: { reachable: true },
    });
    expect(seen.facts.map(({ value }) => value).join('\n')).toContain(
      'sql-west did not tell in time what waits in its dead letter queues.',
    );
    expect(plan.warnings.join(' ')).toContain("The dead letter queue of sql-west can't be read");
    expect(plan.predictedLoss.words).toContain('What waits in the dead letter queue of sql-west could not be read');
  });

  it('keeps no failover from its end', async () => {
    const on = await openSlow(/dlq_timestamp/);
    const { plan } = await planned(on, failover);
    for (const step of plan.steps) if (step.by === 'engine') await carryOut(on, step, () => on.engine());
    const last = plan.steps[plan.steps.length - 1];
    if (last === undefined) throw new TypeError('the plan has no step');
    expect(earlierOn(on, last).find(({ kind }) => kind === 'ldr.take-stock')?.evidence).toMatchObject({
      'dead letters': null,
      'replicated time': expect.any(String),
    });
    expect(on.world.ldrJobs('standby').filter(({ status }) => status === 'running')).toEqual([]);
  });

  it.each([
    ['one way stops a switchover, which ends the job', 'unidirectional', 'impossible'],
    ['both ways is told, and stops nobody', 'bidirectional', 'done'],
  ] as const)('%s', async (_, direction, kind) => {
    const on = await openLdr('25.2', { world: { direction } });
    bed = on;
    const { plan } = await planned(on, switchover);
    const count = plan.steps.find((step) => step.kind === 'ldr.count-queue');
    const check = plan.steps.find((step) => step.kind === 'ldr.check-queue');
    if (count === undefined || check === undefined) throw new TypeError('the plan does not look at the queue');
    const before = await settle(on, count, () => on.engine());
    expect(before).toMatchObject({ kind: 'done', evidence: { entries: 0 } });
    on.world.faults.add({ side: 'standby', match: /dlq_timestamp/, act: { kind: 'hang' }, times: 1000 });
    expect(await executorFor(on.engine(), count).probe(count, on.link, anIo())).toMatchObject({ kind, evidence: { entries: null } });
    const probe = await settle(on, check, () => on.engine());
    expect(probe).toMatchObject({ kind, evidence: { entries: null } });
    if (probe.kind === 'impossible') {
      expect(probe.why).toContain('is not known (sql-west did not tell in time');
      expect(probe.why).toContain('no job was ended');
    }
  });

  it('is known to have grown, or not, however long it is', async () => {
    const on = await openLdr('25.2', { world: { tables: [{ name: 'shop.public.orders', rows: 30_000 }, { name: 'shop.public.items' }] } });
    bed = on;
    const fill = async (rows: number) => {
      const before = on.world.tables('standby').reduce((total, { dlq }) => total + dlq, 0);
      on.world.ldr.conflict('standby', 'shop.public.orders', rows);
      on.world.control().advance(61_000);
      await until(() => on.world.tables('standby').some(({ dlq }) => dlq === before + rows), 'the rows are in the queue');
    };
    await fill(mostCounted + 5);
    on.world.control().advance(5_000);
    const seen = await on.engine().observe(on.link, anIo(read));
    expect(seen.headline).toContain('More than 10,000 rows could not be applied on sql-west and wait in its dead letter queue.');
    const { plan } = await planned(on, switchover);
    const [count, check] = ['ldr.count-queue', 'ldr.check-queue'].flatMap((kind) => plan.steps.find((step) => step.kind === kind) ?? []);
    if (count === undefined || check === undefined) throw new TypeError('the plan does not look at the queue');
    expect(await settle(on, count, () => on.engine())).toMatchObject({ kind: 'done', evidence: { entries: mostCounted + 1 } });
    const ask = () => executorFor(on.engine(), check).probe(check, on.link, anIo({ earlier: earlierOn(on, check) }));
    expect(await ask()).toMatchObject({ kind: 'done', evidence: { entries: mostCounted + 1, grown: 'no' } });
    await fill(1);
    expect(await ask()).toMatchObject({ kind: 'impossible', why: expect.stringContaining('has grown since the run began') });
  });

  it('is asked for no more than so many entries', async () => {
    const on = await openLdr('25.2');
    bed = on;
    await planned(on, failover);
    const asked = on.world.statements().filter(({ statement }) => statement.includes('dlq_timestamp'));
    expect(asked.length).toBeGreaterThan(0);
    for (const { statement } of asked) expect(statement).toContain(` LIMIT ${mostCounted + 1})`);
  });
});
