import { describe, expect, it } from 'vitest';
import { asLinkId } from '../../../src/domain/ids.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import type { Operation } from '../../../src/domain/operation.ts';
import { isRefusal } from '../../../src/domain/refusal.ts';
import type { RunView, StepView } from '../../../src/domain/run.ts';
import { microsOfMs, timestampOfMicros } from '../../../src/engines/cockroach/times.ts';
import type { PcrDetail } from '../../../src/engines/cockroach-pcr/detail.ts';
import { planPcr } from '../../../src/engines/cockroach-pcr/plan.ts';
import { reportPcr } from '../../../src/engines/cockroach-pcr/report.ts';
import { aDetail, aLink, anObservation, aReadSide, aStandby, aVirtualCluster, gone, micros, nowMs } from './build.ts';

const link = asLinkId('prod-sql');
const at = (ms: number): string => timestampOfMicros(microsOfMs(nowMs + ms));
const after = anObservation(aDetail(aReadSide(aVirtualCluster({ service: 'none' })), aReadSide(aVirtualCluster())));

interface Told {
  readonly evidence?: JsonObject;
  readonly beganAt?: number;
  readonly endedAt?: number;
}

/** A run of which the report needs to know no more than its plan, its start and what its steps recorded. */
function aRun(operation: Operation, detail: PcrDetail, told: Readonly<Record<string, Told>>): RunView {
  const start = anObservation(detail);
  const plan = planPcr(operation, aLink(), start);
  if (isRefusal(plan)) throw new TypeError(plan.sentence);
  const steps = plan.steps.map(
    ({ id, kind }): StepView =>
      ({ id, state: 'done', beganAt: null, endedAt: null, evidence: null, ...told[kind.replace('pcr.', '')] }) as unknown as StepView,
  );
  return { plan, steps, startFacts: start.facts, startedAt: nowMs } as unknown as RunView;
}

const failover: Operation = { kind: 'failover', link, to: { kind: 'latest' } };
const switchover: Operation = { kind: 'switchover', link, maxWriteStopMs: 60_000 };

describe('the report of a run', () => {
  it('measures a failover with a fence from the promotion to the stop', () => {
    const run = aRun(failover, aDetail(), {
      'stop-service': { evidence: { 'seen at': at(5_000) }, beganAt: nowMs + 4_000, endedAt: nowMs + 5_000 },
      'await-promotion': { evidence: { 'promoted to': at(-3_000) } },
      'start-service': { endedAt: nowMs + 34_000 },
    });
    const report = reportPcr(run, after);
    expect(report).toMatchObject({ lossMs: 8_000, downtimeMs: 30_000 });
    expect(report.sentence).toContain('At most 8 s of writes were lost');
    expect(report.facts).toContainEqual({ label: 'Promoted to', value: at(-3_000).replace('+00:00', ' UTC') });
  });

  it('says what it does not know when the old primary could not be fenced', () => {
    const run = aRun(failover, aDetail(gone, aStandby({ status: 'replication error' })), {
      'complete-replication': { evidence: { 'failover time': at(-12_000) } },
      'start-service': { endedAt: nowMs + 60_000 },
    });
    const report = reportPcr(run, after);
    expect(report).toMatchObject({ lossMs: 12_000, downtimeMs: null });
    expect(report.sentence).toContain('is not known, since the old primary could not be fenced: at most 12 s of them');
    expect(report.sentence).toContain('1 min after the run began; when the old one stopped was not measured');
  });

  it('proves that a switchover lost nothing, or says that it did not prove it', () => {
    const proven = { 'await-cut': { evidence: { cut: at(10_000) } }, 'await-promotion': { evidence: { 'promoted to': at(11_000) } } };
    expect(reportPcr(aRun(switchover, aDetail(), proven), after)).toMatchObject({ lossMs: 0, downtimeMs: null });
    expect(reportPcr(aRun(switchover, aDetail(), { 'await-cut': proven['await-cut'] }), after)).toMatchObject({ lossMs: 0 });
    const early = { ...proven, 'await-promotion': { evidence: { 'promoted to': at(8_000) } } };
    expect(reportPcr(aRun(switchover, aDetail(), early), after)).toMatchObject({ lossMs: 2_000 });
    const skipped = { 'await-promotion': proven['await-promotion'] };
    const report = reportPcr(aRun(switchover, aDetail(), skipped), after);
    expect(report.lossMs).toBeNull();
    expect(report.sentence).toContain('not measured');
    const accepted = { 'stop-service': { evidence: { 'seen at': at(20_000) } }, ...skipped };
    expect(reportPcr(aRun(switchover, aDetail(), accepted), after)).toMatchObject({
      lossMs: 9_000,
      sentence: expect.stringContaining('At most 9 s of writes were lost'),
    });
  });

  it('does not say that nothing was lost when the old primary took writes again on the way', () => {
    const proven = { 'await-cut': { evidence: { cut: at(10_000) } }, 'await-promotion': { evidence: { 'promoted to': at(11_000) } } };
    const again = { 'start-service': { evidence: { 'took writes again': at(15_000) } } };
    const report = reportPcr(aRun(switchover, aDetail(), { ...proven, ...again }), after);
    expect(report.lossMs).toBeNull();
    expect(report.sentence).toMatch(/^The other side of sql-west took writes again on the way .*: sql-west has none of those/);
  });

  it('does not say that nothing was lost when the old primary gave no answer at the end', () => {
    const proven = { 'await-cut': { evidence: { cut: at(10_000) } }, 'await-promotion': { evidence: { 'promoted to': at(11_000) } } };
    const fenced = { 'stop-service': { evidence: { 'seen at': at(5_000) } }, 'await-promotion': proven['await-promotion'] };
    const deaf = { 'check-split-brain': { evidence: { 'gave no answer at the end': 'sql-east' } } };
    for (const [operation, told] of [
      [switchover, proven],
      [failover, fenced],
    ] as const) {
      expect(reportPcr(aRun(operation, aDetail(), told), after)).toMatchObject({ lossMs: 0 });
      const report = reportPcr(aRun(operation, aDetail(), { ...told, ...deaf }), after);
      expect(report.lossMs).toBeNull();
      expect(report.sentence).toMatch(
        /^Every write that sql-east took until it was stopped is kept; whether it took more since is not known/,
      );
    }
  });

  it('does not blame a fence for a primary that was stopped before the run', () => {
    const stopped = aDetail(aReadSide(aVirtualCluster({ service: 'none' }), { history: 'kept' }));
    const report = reportPcr(aRun(failover, stopped, { 'await-promotion': { evidence: { 'promoted to': at(-3_000) } } }), after);
    expect(report.sentence).toMatch(/^The old primary took no writes when the run began; when it took its last is not known: at most 3 s/);
  });

  it.each([
    ['what a lost side was last heard to be', micros(600_000), ' sql-east has all that it had.'],
    ['nothing of a lost side', null, ''],
  ] as const)('knows %s, and says of a failover to the stopped one what is given up', (_, activated, upTo) => {
    const told = { 'start-service': { beganAt: nowMs + 60_000, endedAt: nowMs + 90_000 } };
    const run = aRun(failover, aDetail(aReadSide(aVirtualCluster({ service: 'none' })), gone), told);
    const standby = activated === null ? null : { at: micros(60_000), activated, writable: 'yes' as const };
    const seen = { ...aDetail(aReadSide(aVirtualCluster()), gone), remembered: { primary: null, standby } };
    const report = reportPcr(run, anObservation(seen));
    expect(report.lossMs).toBeNull();
    expect(report.sentence).toMatch(
      /^What the lost side took since it was promoted is given up, if it served; how much that is was not measured\./,
    );
    expect(report.sentence.includes(upTo)).toBe(true);
    expect(report.sentence.includes('Up to ')).toBe(activated !== null);
    expect(report.sentence).not.toContain('No write was lost');
  });

  it('measures nothing that was not seen', () => {
    const report = reportPcr(aRun(failover, aDetail(gone), {}), after);
    expect(report).toMatchObject({ lossMs: null, downtimeMs: null });
  });

  it('says of a failback that what was discarded is not known, and how the roles return', () => {
    const served = aReadSide(aVirtualCluster({ activated: micros(600_000) }), { history: 'kept' });
    const run = aRun({ kind: 'failback', link }, aDetail(aReadSide(aVirtualCluster({ service: 'none' })), served), {});
    const report = reportPcr(run, anObservation(aDetail(aStandby(), served)));
    expect(report).toMatchObject({ lossMs: null, downtimeMs: 0 });
    expect(report.sentence).toContain('sql-west → sql-east: sql-east follows');
    expect(report.sentence).toContain('/repl switchover prod-sql');
  });

  it('tells of a pause in one sentence', () => {
    const report = reportPcr(
      aRun({ kind: 'pause', link }, aDetail(), {}),
      anObservation(aDetail(undefined, aStandby({ status: 'replication paused' }))),
    );
    expect(report).toMatchObject({ lossMs: 0, downtimeMs: 0 });
    expect(report.sentence).toContain('paused by hand');
  });
});
