import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/domain/json.ts';
import type { Operation } from '../../../src/domain/operation.ts';
import type { RunView, StepView } from '../../../src/domain/run.ts';
import type { LdrDetail } from '../../../src/engines/cockroach-ldr/detail.ts';
import { observationOf } from '../../../src/engines/cockroach-ldr/observe.ts';
import { reportLdr } from '../../../src/engines/cockroach-ldr/report.ts';
import { rowsGivenUp } from '../../../src/engines/cockroach-ldr/steps/last-look.ts';
import { aJob, aLink, aLook, aSide, bare, following, gone, linkId as link, nowMs, planned, wrote } from './scenes.ts';

const after = observationOf(aLink(), following(), nowMs);

interface Told {
  readonly state?: 'skipped';
  readonly evidence?: JsonObject;
  readonly endedAt?: number;
}

/** A run of which the report needs to know no more than its plan, its start and what its steps recorded. */
function aRun(operation: Operation, detail: LdrDetail, told: Readonly<Record<string, Told>> = {}): RunView {
  const plan = planned(operation, detail);
  const steps = plan.steps.map(
    // The cast leaves out what the report does not read.
    ({ id, kind }): StepView =>
      ({ id, state: 'done', beganAt: null, endedAt: null, evidence: null, ...told[kind.replace('ldr.', '')] }) as unknown as StepView,
  );
  // The cast leaves out what the report does not read.
  return { plan, steps, startFacts: [], startedAt: nowMs, retried: [] } as unknown as RunView;
}

const switchover: Operation = { kind: 'switchover', link, maxWriteStopMs: 60_000 };
const failover: Operation = { kind: 'failover', link, to: { kind: 'latest' } };
const dead: LdrDetail = { ...following(), primary: gone };

describe('the report of a run', () => {
  it('measures a switchover from the confirmed stop to the confirmed redirect', () => {
    const told = {
      'stop-writers': { endedAt: nowMs + 10_000 },
      'await-past': { evidence: { 'replicated time': '2026-06-01 10:00:15.000000+00:00' } },
      redirect: { endedAt: nowMs + 52_000 },
      'compare-tables': { evidence: { differ: 'none' } },
    };
    const report = reportLdr(aRun(switchover, following(), told), after);
    expect(report).toMatchObject({ lossMs: 0, downtimeMs: 42_000 });
    expect(report.sentence).toContain('could not write for 42 s');
    expect(report.sentence).toContain('Both sides held the same rows');
    expect(report.facts.map(({ label }) => label)).toContain('Data lost');
  });

  it('tells of tables that a first copy left without a row', () => {
    const told = { 'await-scan': { evidence: { 'tables without rows': ['shop.public.items'] } } };
    const setup: Operation = { kind: 'setup', link };
    expect(reportLdr(aRun(setup, bare(), told), after).sentence).toContain(
      'shop.public.items on sql-west held no row when the first copy was complete, though the source had some by then: they may wait in the dead letter queue, which /repl dlq shop shows,',
    );
    expect(reportLdr(aRun(setup, bare()), after).sentence).not.toContain('held no row');
  });

  it('claims nothing of a switchover that it did not measure', () => {
    const report = reportLdr(aRun(switchover, following()), after);
    expect(report).toMatchObject({ lossMs: null, downtimeMs: null });
    expect(report.sentence).toContain('not proven');
    expect(report.sentence).toContain('the redirect was not confirmed');
    const past = { 'await-past': { evidence: { 'replicated time': '2026-06-01 10:00:15.000000+00:00' } } };
    expect(reportLdr(aRun(switchover, following(), past), after).sentence).toContain('same rows was not proven');
  });

  it.each([
    ['what the run counted', { entries: 0 }, { entries: 0, grown: 'no' }, 'none', 0, 'No write was lost'],
    [
      'rows that stand in a queue although both sides are the same',
      { entries: 2 },
      { entries: 2, grown: 'no' },
      'none',
      0,
      '2 rows stood in the dead letter queue',
    ],
    [
      'rows that are in no table',
      { entries: 6 },
      { entries: 6, grown: 'no' },
      null,
      null,
      '6 rows of sql-east wait there and are in no table of sql-west.',
    ],
    [
      'one row that is in no table',
      { entries: 1 },
      { entries: 1, grown: 'no' },
      null,
      null,
      '1 row of sql-east waits there and is in no table of sql-west.',
    ],
    [
      'a queue that tells only that it has not grown',
      { entries: 3 },
      { entries: null, grown: 'no' },
      null,
      null,
      '3 rows of sql-east wait there',
    ],
    [
      'a queue that nobody could read',
      { entries: 0 },
      { entries: null, grown: 'not known' },
      null,
      null,
      'How much waits there is not known.',
    ],
    ['a look that a person skipped', { entries: 0 }, null, null, null, 'How much waits there is not known.'],
    ['an empty queue without a comparison', { entries: 0 }, { entries: 0, grown: 'no' }, null, null, 'Nothing waited there then.'],
  ] as const)('says of a switchover no more than is proven by %s', (_, before, check, differ, lossMs, words) => {
    const told = {
      'await-past': { evidence: { 'replicated time': '2026-06-01 10:00:15.000000+00:00' } },
      'count-queue': { evidence: before },
      'check-queue': check === null ? {} : { evidence: check },
      'compare-tables': differ === null ? {} : { evidence: { differ } },
    };
    const report = reportLdr(aRun(switchover, following(), told), after);
    expect(report).toMatchObject({ lossMs, sentence: expect.stringContaining(words) });
    expect(report.sentence.includes('No write was lost')).toBe(lossMs === 0);
  });

  it.each([
    ['nothing waited', { entries: 0 }, 0, 'no write of its own that the other side lacked'],
    ['rows waited', { entries: 3 }, null, '3 rows of sql-west waited in the dead letter queue of the other side'],
    ['the queue could not be read', { entries: null }, null, 'would have waited in its dead letter queue, is not known'],
  ] as const)('of a side that was emptied, tells whether %s', (_, counted, lossMs, words) => {
    const looked = aLook([
      ['filled', 'filled'],
      ['filled', 'filled'],
    ]);
    const ended = { ...bare(aSide(), aSide({ jobs: [aJob({ status: 'failed' })] }), looked), ...wrote([null, null], [null, null]) };
    const told = { 'count-queue': { evidence: counted }, 'check-writes': { evidence: { 'written since': 'none', 'not read': 'none' } } };
    const report = reportLdr(aRun({ kind: 'rebuild', link }, ended, told), after);
    expect(report).toMatchObject({ lossMs, downtimeMs: 0, sentence: expect.stringContaining(words) });
    // Whatever else was proven, rows of the other side that nobody compared may be gone.
    const skipped = aRun({ kind: 'rebuild', link }, ended, { ...told, 'compare-rows': { state: 'skipped' } });
    expect(reportLdr(skipped, after).lossMs).toBeNull();
  });

  it.each([
    ['nobody was asked', [], {}, 0],
    ['all had come back', [{ 'rows missing there, as shown': [100, 0] }], { 'rows missing there when all were deleted': [0, 0] }, 0],
    ['some were missing', [{ 'rows missing there, as shown': [100, 0] }], { 'rows missing there when all were deleted': [98, 0] }, 98],
    ['another worker deleted them', [{ 'rows missing there, as shown': [100, 0] }], { tables: 'empty' }, null],
    ['an earlier version was told yes', [{ 'missing rows that Retry accepts': [200, 0] }], { tables: 'empty' }, null],
  ] as const)('counts for given up what was missing when rows were deleted: %s', (_, retried, evidence, rows) => {
    expect(rowsGivenUp(retried, evidence)).toBe(rows);
  });

  it('measures the loss of a failover by what had arrived when it began', () => {
    const told = { 'take-stock': { evidence: { 'lag in ms': 9_000, 'dead letters': 2 } }, redirect: { endedAt: nowMs + 60_000 } };
    const report = reportLdr(aRun(failover, dead, told), after);
    expect(report).toMatchObject({ lossMs: 9_000, downtimeMs: null });
    expect(report.sentence).toContain('the last 9 s had not arrived');
    expect(report.sentence).toContain('2 more rows stand in the dead letter queue');
    const queue = (letters: number | string | null) =>
      reportLdr(aRun(failover, dead, { 'take-stock': { evidence: { 'lag in ms': 9_000, 'dead letters': letters } } }), after).sentence;
    expect(queue('more than 10,000 rows')).toContain('more than 10,000 rows stand in the dead letter queue');
    expect(queue(null)).toContain('was not told');
    expect(queue(0)).not.toContain('dead letter queue');
    expect(report.sentence).toContain('1 min after the run began');
    expect(reportLdr(aRun(failover, dead), after)).toMatchObject({ lossMs: null });
  });

  it('says whether a comparison proved anything', () => {
    const told = { 'compare-tables': { evidence: { 'as of': '2026-06-01 10:00:00.000000+00:00' } } };
    expect(reportLdr(aRun({ kind: 'verify', link }, following(), told), after).sentence).toContain('the same rows as of 2026-06-01');
    expect(reportLdr(aRun({ kind: 'verify', link }, following()), after).sentence).toContain('was not proven');
  });

  it('does not claim that emptying a side lost nothing', () => {
    const rows = aLook([
      ['filled', 'filled'],
      ['filled', 'filled'],
    ]);
    const ended = bare(aSide(), aSide({ jobs: [aJob({ status: 'failed' })] }), rows);
    expect(reportLdr(aRun({ kind: 'rebuild', link }, ended), after)).toMatchObject({ lossMs: null, downtimeMs: 0 });
    expect(reportLdr(aRun({ kind: 'alter', link }, following()), after)).toMatchObject({ lossMs: null });
    expect(reportLdr(aRun({ kind: 'pause', link }, following()), after)).toMatchObject({ lossMs: 0, downtimeMs: 0 });
  });
});
