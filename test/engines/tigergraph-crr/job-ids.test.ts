import { describe, expect, it } from 'vitest';
import type { Act } from '../../../src/domain/plan.ts';
import { jobOf } from '../../../src/engines/hosts/tries.ts';
import { kinds } from '../../../src/engines/tigergraph-crr/acts.ts';
import { observationOf } from '../../../src/engines/tigergraph-crr/observe.ts';
import { planCrr } from '../../../src/engines/tigergraph-crr/plan.ts';
import { aLink } from './build.ts';
import { detailIn, operationsOn, stateNames, versions } from './plan-states.ts';

const link = aLink();
const ofJobs: readonly string[] = [
  ...[kinds.restart, kinds.stopServices, kinds.startServices, kinds.initKafka, kinds.installQueries],
  ...[kinds.takeBackup, kinds.copyBackup, kinds.spreadBackup, kinds.restore],
];

/** Every job that a run of a plan may begin, on its way and on its way back. */
const jobsIn = (acts: readonly Act[]): readonly string[] =>
  acts.filter(({ kind }) => ofJobs.includes(kind)).map((act) => jobOf(act, { tag: 'replops/r-4k9zq0tm2x/17', retried: [] }));

describe('the jobs of a plan', () => {
  // Two steps with one job would be one command: the second would be taken for done.
  it.each(versions)('are as many as its commands, %s', (version) => {
    let several = 0;
    for (const operation of Object.values(operationsOn(link))) {
      for (const state of stateNames) {
        const plan = planCrr(operation, link, observationOf(link, detailIn(state, version), 3_000));
        if (plan.kind === 'refusal') continue;
        const jobs = jobsIn(plan.steps.flatMap(({ undo, ...act }) => (undo.kind === 'act' ? [act, undo.act] : [act])));
        expect(new Set(jobs).size, `${operation.kind} in '${state}'`).toBe(jobs.length);
        if (jobs.length > 1) several += 1;
      }
    }
    expect(several).toBeGreaterThan(0);
  });
});
