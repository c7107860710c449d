import { describe, expect, it } from 'vitest';
import { asLinkId } from '../../../src/domain/ids.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import type { Operation } from '../../../src/domain/operation.ts';
import { isRefusal } from '../../../src/domain/refusal.ts';
import type { RunView, StepView } from '../../../src/domain/run.ts';
import type { CcdrDetail } from '../../../src/engines/neo4j-ccdr/detail.ts';
import { planCcdr } from '../../../src/engines/neo4j-ccdr/plan.ts';
import { reportCcdr } from '../../../src/engines/neo4j-ccdr/report.ts';
import { aDetail, aLink, anObservation, aSource, aStandby, gone, nowMs, standardCopies } from './build.ts';

const link = asLinkId('prod-graph');
const failover: Operation = { kind: 'failover', link, to: { kind: 'latest' } };
const switchover: Operation = { kind: 'switchover', link, maxWriteStopMs: 60_000 };
const after = anObservation(aDetail(aSource(standardCopies({ access: 'read-only' })), aStandby(standardCopies())));

interface Told {
  readonly evidence?: JsonObject;
  readonly beganAt?: number;
  readonly endedAt?: number;
}

/** A run of which the report needs to know no more than its plan, its start and what its steps recorded. */
function aRun(operation: Operation, detail: CcdrDetail, told: Readonly<Record<string, Told>>): RunView {
  const start = anObservation(detail);
  const plan = planCcdr(operation, aLink(), start);
  if (isRefusal(plan)) throw new TypeError(plan.sentence);
  // The report reads no more of a run than what is given here.
  const steps = plan.steps.map(
    ({ id, kind }): StepView =>
      ({ id, state: 'done', beganAt: null, endedAt: null, evidence: null, ...told[kind.replace('ccdr.', '')] }) as unknown as StepView,
  );
  return { plan, steps, startFacts: start.facts, startedAt: nowMs } as unknown as RunView;
}

const served = { 'await-writer': { endedAt: nowMs + 34_000 } };

describe('the report of a run', () => {
  it('tells of a lost side what was seen of it before', () => {
    const stock = (evidence: JsonObject) => aRun(failover, aDetail(gone), { ...served, 'take-stock': { evidence } });
    const base = { 'newest copy': '48201', 'other side': null, 'last seen ms before': 12_000 };
    expect(reportCcdr(stock({ ...base, 'other side when last seen': '48213' }), after).sentence).toMatch(
      /could not be asked for its last transaction\. It was last seen 12 s before, and the replica lacked at least 12 transactions of what it had then; what it took after that is lost\./,
    );
    expect(reportCcdr(stock({ ...base, 'other side when last seen': '48201' }), after).sentence).toContain(
      'the replica had everything that it had then',
    );
  });

  it('proves that a switchover lost nothing, and measures the time without writes', () => {
    const run = aRun(switchover, aDetail(), {
      ...served,
      'set-read-only': { beganAt: nowMs + 4_000 },
      'await-equal': { evidence: { transaction: '48213' } },
    });
    const report = reportCcdr(run, after);
    expect(report).toMatchObject({ lossMs: 0, downtimeMs: 30_000 });
    expect(report.sentence).toContain('every copy had transaction 48213');
  });

  it('says when it was not proven that nothing was lost, e.g. since somebody skipped the step', () => {
    expect(reportCcdr(aRun(switchover, aDetail(), served), after)).toMatchObject({ lossMs: null, downtimeMs: null });
  });

  it.each([
    ['fenced', '48213', '48201', null, 'At most 12 transactions were lost'],
    ['fenced, with one behind', '48213', '48212', null, 'At most 1 transaction was lost'],
    ['fenced and level', '48213', '48213', 0, 'No write was lost'],
  ])('counts what a failover lost: %s', (_, last, reached, lossMs, words) => {
    const run = aRun(failover, aDetail(), {
      ...served,
      'set-read-only': { beganAt: nowMs, evidence: { transaction: last } },
      'take-stock': { evidence: { 'newest copy': reached, 'other side': null } },
    });
    const report = reportCcdr(run, after);
    expect(report).toMatchObject({ lossMs, downtimeMs: 34_000 });
    expect(report.sentence).toContain(words);
  });

  it('measures nothing of a side that was lost, and says so', () => {
    const run = aRun(failover, aDetail(gone), { ...served, 'take-stock': { evidence: { 'newest copy': '48201', 'other side': null } } });
    const report = reportCcdr(run, after);
    expect(report).toMatchObject({ lossMs: null, downtimeMs: null });
    expect(report.sentence).toContain('could not be asked for its last transaction');
    expect(report.sentence).toContain('34 s after the run began');
  });

  it('says what a comparison proved, and what it did not', () => {
    const verify: Operation = { kind: 'verify', link };
    const proven = aRun(verify, aDetail(), { 'compare-counts': { evidence: { transaction: '48213' } } });
    expect(reportCcdr(proven, after).sentence).toContain('at transaction 48213');
    expect(reportCcdr(aRun(verify, aDetail(), {}), after).sentence).toContain('not proven');
    const busy = aRun(verify, aDetail(), { 'compare-counts': { evidence: { compared: 0, 'not comparable': 'No quiet.' } } });
    expect(reportCcdr(busy, after).sentence).toMatch(
      /^Not comparable now\. No quiet\. Nothing is proven, neither that both sides are equal/,
    );
  });

  it('tells of the other operations that they are done, and what may be lost', () => {
    expect(reportCcdr(aRun({ kind: 'teardown', link }, aDetail(), {}), after)).toMatchObject({
      sentence: expect.stringMatching(/^Done: drop the replica/),
      lossMs: 0,
      downtimeMs: 0,
    });
  });
});
