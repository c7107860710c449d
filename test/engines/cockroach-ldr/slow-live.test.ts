import { afterEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import { isRefusal } from '../../../src/domain/refusal.ts';
import { mostCounted } from '../../../src/engines/cockroach-ldr/waiting.ts';
import { type LdrBed, ldrLinkId as link, openLdr } from '../../conformance/cockroach-ldr-bed.ts';
import { anIo, carryOut, earlierOn, executorFor } from '../../conformance/drive.ts';
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
    expect(seen.health).toBe('healthy');
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

  it('is not known to have grown or not in a switchover', async () => {
    const on = await openLdr('25.2');
    bed = on;
    const { plan } = await planned(on, switchover);
    on.world.faults.add({ side: 'standby', match: /dlq_timestamp/, act: { kind: 'hang' }, times: 1000 });
    for (const kind of ['ldr.count-queue', 'ldr.check-queue']) {
      const step = plan.steps.find((candidate) => candidate.kind === kind);
      if (step === undefined) throw new TypeError(`no step ${kind}`);
      expect(await executorFor(on.engine(), step).probe(step, on.link, anIo())).toMatchObject({
        kind: 'done',
        evidence: { entries: null },
      });
    }
  });

  it('is not known to have grown beyond what is counted', async () => {
    const on = await openLdr('25.2', { world: { tables: [{ name: 'shop.public.orders', rows: 30_000 }, { name: 'shop.public.items' }] } });
    bed = on;
    const { plan } = await planned(on, switchover);
    const step = plan.steps.find(({ kind }) => kind === 'ldr.check-queue');
    if (step === undefined) throw new TypeError('the plan does not check the queue');
    on.world.ldr.conflict('standby', 'shop.public.orders', mostCounted + 5);
    on.world.control().advance(61_000);
    await until(() => on.world.tables('standby').some(({ dlq }) => dlq > mostCounted), 'the rows are in the queue');
    const seen = await on.engine().observe(on.link, anIo(read));
    expect(seen.headline).toContain('More than 10,000 rows could not be applied on sql-west and wait in its dead letter queue.');
    const [[queue = ''] = []] = [...JSON.stringify(seen.detail).matchAll(/dlq_\d+_public_orders/gu)];
    const check = (before: number) => {
      const earlier = [{ kind: 'ldr.count-queue', cluster: 'sql-west', evidence: { queues: { [queue]: before } } }];
      return executorFor(on.engine(), step).probe(step, on.link, anIo({ earlier }));
    };
    expect(await check(mostCounted + 1)).toMatchObject({
      kind: 'done',
      evidence: { entries: null, why: expect.stringContaining('than are counted') },
    });
    expect(await check(7)).toMatchObject({ kind: 'impossible', why: expect.stringContaining('has grown by') });
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
