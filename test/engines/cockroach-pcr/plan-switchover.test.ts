import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sharesOf } from '../../../src/engines/cockroach-pcr/plans/switchover.ts';
import { aDetail, aReadSide, aSource, aStandby, gone, micros, onVersion } from './build.ts';
import { describePlans, fence, link, planned, promote, promoted, serve, stopped, switchover } from './planned.ts';

const swap = ['prove-catch-up@sql-west', fence, 'await-cut@sql-west', promote];

describePlans({
  plans: [
    ['a switchover proves before it stops', switchover, aDetail(), [...swap, ...serve]],
    ['a switchover of a primary that somebody has stopped already', switchover, aDetail(stopped), [...swap, ...serve]],
    [
      'a switchover on 24.3 leaves the default target alone',
      switchover,
      aDetail(aSource({ ...onVersion('24.3'), defaultTarget: 'main' })),
      [...swap, ...serve],
    ],
    [
      'a switchover on 23.2 moves the default target away first',
      switchover,
      aDetail(aSource({ ...onVersion('23.2'), defaultTarget: 'main' })),
      ['prove-catch-up@sql-west', 'set-default-target@sql-east', ...swap.slice(1), ...serve],
    ],
  ],
  losses: [['a switchover loses nothing', switchover, aDetail(), 0]],
  warnings: [['schedules that do not pause', switchover, aDetail(), 'do not pause: pause them by hand']],
  refusals: [
    ['a switchover without the primary', switchover, aDetail(gone), 'not-possible-now', 'needs both sides'],
    ['a switchover without the virtual cluster', switchover, aDetail(aReadSide(null)), 'not-possible-now', "can't write on sql-east"],
    [
      'a switchover of a paused standby',
      switchover,
      aDetail(aSource(), aStandby({ status: 'replication paused' })),
      'not-possible-now',
      'paused by hand',
    ],
    [
      'a switchover of a standby in error',
      switchover,
      aDetail(aSource(), aStandby({ status: 'replication error' })),
      'not-possible-now',
      'tried again',
    ],
    [
      'a switchover with a large lag',
      switchover,
      aDetail(aSource(), aStandby({ replicated: micros(71_000) })),
      'not-possible-now',
      '1 min 11 s behind',
    ],
    [
      'a switchover in the initial scan',
      switchover,
      aDetail(aSource(), aStandby({ status: 'initializing replication', replicated: null })),
      'not-possible-now',
      'initial scan',
    ],
    ['a switchover in too short a time', { ...switchover, maxWriteStopMs: 4_999 }, aDetail(), 'bad-input', 'too short'],
    [
      'a switchover that is under way',
      switchover,
      aDetail(gone, aStandby({ status: 'replication failing over' })),
      'not-possible-now',
      "can't be called off",
    ],
    ['a switchover without a follower', switchover, promoted, 'not-possible-now', 'No side follows'],
  ],
});

describe('a plan', () => {
  it('has one point of no return, and undoes the write stop before it by itself', () => {
    const { steps } = planned(switchover, aDetail(aSource({ ...onVersion('23.2'), defaultTarget: 'main' })));
    expect(steps.filter((step) => step.pointOfNoReturn).map(({ kind }) => kind)).toEqual(['pcr.complete-replication']);
    expect(steps.filter(({ onLate }) => onLate === 'undo').map(({ kind }) => kind)).toEqual([
      'pcr.set-default-target',
      'pcr.stop-service',
      'pcr.await-cut',
    ]);
    const stop = steps.find(({ kind }) => kind === 'pcr.stop-service');
    expect(stop?.undo).toMatchObject({
      kind: 'act',
      act: { kind: 'pcr.start-service', side: 'primary', statements: ['ALTER VIRTUAL CLUSTER "main" START SERVICE SHARED'] },
    });
    expect(steps.find(({ kind }) => kind === 'pcr.set-default-target')?.undo).toMatchObject({
      kind: 'act',
      act: { params: { target: 'main' } },
    });
  });

  it('shares the write stop among the steps before the promotion and never exceeds it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 5_000, max: 3_600_000 }), (maxWriteStopMs) => {
        const { setting, stop, catchUp } = sharesOf(maxWriteStopMs);
        expect(setting + stop + catchUp).toBeLessThanOrEqual(maxWriteStopMs);
        const plan = planned(
          { kind: 'switchover', link, maxWriteStopMs },
          aDetail(aSource({ ...onVersion('23.2'), defaultTarget: 'main' })),
        );
        const late = plan.steps.filter(({ onLate }) => onLate === 'undo').reduce((sum, { budgetMs }) => sum + budgetMs, 0);
        expect(late).toBe(setting + stop + catchUp);
        expect(plan.steps.every(({ performMs, budgetMs }) => performMs <= budgetMs)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});
