import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/domain/json.ts';
import type { Plan } from '../../../src/domain/plan.ts';
import { isRefusal } from '../../../src/domain/refusal.ts';
import type { RunView, StepView } from '../../../src/domain/run.ts';
import { observationOf } from '../../../src/engines/tigergraph-crr/observe.ts';
import { planCrr } from '../../../src/engines/tigergraph-crr/plan.ts';
import { reportCrr } from '../../../src/engines/tigergraph-crr/report.ts';
import { compare } from '../../../src/engines/tigergraph-crr/steps/counts.ts';
import { aLink } from './build.ts';
import { detailIn, operationsOn, type StateName } from './plan-states.ts';

const link = aLink();
const seenIn = (state: StateName) => observationOf(link, detailIn(state, '4.1.4'), 900_000);

function planOf(name: string, state: StateName): Plan {
  const operation = operationsOn(link)[name];
  if (operation === undefined) throw new TypeError(`no operation ${name}`);
  const plan = planCrr(operation, link, seenIn(state));
  if (isRefusal(plan)) throw new TypeError(plan.sentence);
  return plan;
}

interface Told {
  readonly beganAt?: number;
  readonly endedAt?: number;
  readonly evidence?: JsonObject;
}

/** A run of which every step is done; only what a report reads of it is told. */
function ran(plan: Plan, told: Readonly<Record<string, Told>>): RunView {
  const steps = plan.steps.map(
    ({ id, kind }): StepView =>
      // A report reads times and evidence only.
      ({ id, state: 'done', beganAt: null, endedAt: null, evidence: null, ...told[kind.replace('crr.', '')] }) as unknown as StepView,
  );
  // The same: a report reads the plan, the steps and the start.
  return { plan, steps, startedAt: 100_000 } as unknown as RunView;
}

const minute = 60_000;

describe('what a run is told to have cost', () => {
  it('a switchover that proved the standby equal after the stop', () => {
    const run = ran(planOf('switchover', 'following'), {
      'stop-services': { beganAt: 200_000, endedAt: 220_000 },
      'await-equal': { evidence: { topics: 3, metadata: 10 } },
      restart: { beganAt: 230_000, endedAt: 230_000 + 4 * minute },
      'verify-serving': { endedAt: 200_000 + 5 * minute },
    });
    const report = reportCrr(run, seenIn('promoted'));
    expect(report).toMatchObject({ lossMs: 0, downtimeMs: 5 * minute });
    expect(report.sentence).toMatch(/^No write was lost, as far as Kafka tells: .* Writes were stopped for 5 min\./);
    expect(report.facts).toContainEqual({ label: 'Restart graph-west so that it takes writes', value: '4 min' });
  });

  it('a failover from a primary that was gone: nothing is claimed that was not measured', () => {
    const run = ran(planOf('failover', 'primary gone'), { 'verify-serving': { endedAt: 100_000 + 3 * minute } });
    const report = reportCrr(run, seenIn('primary gone'));
    expect(report).toMatchObject({ lossMs: null, downtimeMs: null });
    expect(report.sentence).toMatch(
      /^How much was lost was not measured: .* The new primary was ready for writes, 3 min after the run began; when the old one stopped was not measured\./,
    );
  });

  it('a failover whose promoted side was never seen to serve', () => {
    const report = reportCrr(ran(planOf('failover', 'following'), { 'stop-services': { beganAt: 200_000 } }), seenIn('promoted'));
    expect(report).toMatchObject({ lossMs: null, downtimeMs: null });
    expect(report.sentence).toContain('How long writes were stopped was not measured');
  });

  it('a restore: how long the cluster was offline', () => {
    const told = {
      restore: { beganAt: 300_000, endedAt: 300_000 + 90 * minute },
      'verify-serving': { endedAt: 300_000 + 3 * 60 * minute },
    };
    const report = reportCrr(ran(planOf('restore of its own', 'following'), told), seenIn('following'));
    expect(report.downtimeMs).toBe(3 * 60 * minute);
    expect(report.sentence).toContain('The cluster was offline for 3 h.');
    expect(reportCrr(ran(planOf('restore of its own', 'following'), {}), seenIn('following'))).toMatchObject({ downtimeMs: null });
  });

  it('a set-up: its backup by its full name, and how long each long command took', () => {
    const told = { 'take-backup': { beganAt: 100_000, endedAt: 100_000 + 31 * minute, evidence: { backup: 'replops1', size: '49 GB' } } };
    const report = reportCrr(ran(planOf('setup', 'no set-up'), told), seenIn('following'));
    expect(report.facts).toContainEqual({ label: 'Backup', value: 'replops1' });
    expect(report.facts).toContainEqual({ label: 'Take a full backup of graph-east', value: '31 min' });
    expect(report.sentence).toMatch(/^Done: take a backup of graph-east, restore it on graph-west/);
    expect(report.downtimeMs).toBe(0);
  });

  describe('in what graphs hold', () => {
    const some = { vertices: 10, edges: 90 };
    const inStep = (evidence: JsonObject) =>
      reportCrr(ran(planOf('setup', 'no set-up'), { 'await-in-step': { evidence } }), seenIn('following')).sentence;
    it.each([
      ['equal numbers', { graph: some, 'graph there': some, graphs: 'equal' }, 'Both sides count the same: 10 vertices and 90 edges.'],
      [
        'writes meanwhile',
        { graph: some, 'graph there': { vertices: 11, edges: 95 }, graphs: 'drifting' },
        "Writes went on while both sides were counted, so the numbers can't be equal: graph-west counts 10 vertices and 90 edges, its primary 11 vertices and 95 edges.",
      ],
      [
        'a difference at rest',
        { graph: some, 'graph there': { vertices: 11, edges: 95 }, graphs: 'differ' },
        'The graphs differ although nothing was written while they were counted:',
      ],
      [
        'a side that did not tell',
        { graph: 'not known: x', 'graph there': some, graphs: 'not known' },
        'Whether both sides hold the same was not counted',
      ],
    ] as const)('%s', (_, evidence, words) => {
      expect(inStep(evidence)).toContain(words);
    });

    it('nothing, where nobody has counted', () => {
      expect(inStep({ metadata: 10 })).not.toMatch(/count/);
    });

    it('before and after a restore, and that nothing is left', () => {
      const plan = planOf('restore of its own', 'following');
      const [restore] = plan.steps.filter(({ kind }) => kind === 'crr.restore');
      if (restore === undefined) throw new TypeError('the plan restores nothing');
      const looked: Plan = { ...plan, steps: [{ ...restore, kind: 'crr.looked' }, ...plan.steps] };
      const told = (after: JsonObject) => ({ looked: { evidence: { graph: some } }, restore: { evidence: { graph: after } } });
      const report = (after: JsonObject) => reportCrr(ran(looked, told(after)), seenIn('following'));
      expect(report(some).facts).toContainEqual({
        label: 'Graph on graph-east after the restore, about',
        value: '10 vertices and 90 edges',
      });
      expect(report(some).sentence).not.toContain('counts nothing');
      expect(report({ vertices: 0, edges: 0 }).sentence).toContain(
        'graph-east counts nothing after the restore, and graph-east held 10 vertices and 90 edges before it',
      );
    });
  });

  it.each([
    ['the same at rest', [10, 10, 10], 'equal'],
    ['between two numbers that grow', [10, 11, 12], 'equal'],
    ['less than numbers that grow', [10, 9, 12], 'drifting'],
    ['less at rest', [10, 9, 10], 'differ'],
    ['more at rest', [10, 12, 10], 'differ'],
  ] as const)('compares graphs: %s', (_, [before, standby, after], verdict) => {
    const of = (vertices: number) => ({ vertices, edges: 0 });
    expect(compare(of(before), of(standby), of(after))).toBe(verdict);
  });
});
