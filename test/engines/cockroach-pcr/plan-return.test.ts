import { describe, expect, it } from 'vitest';
import { planPcr } from '../../../src/engines/cockroach-pcr/plan.ts';
import {
  aDetail,
  aJob,
  aLink,
  anObservation,
  aReadSide,
  aSource,
  aStandby,
  aVirtualCluster,
  gone,
  locked,
  micros,
  onVersion,
  silent,
} from './build.ts';
import {
  afterFailover,
  describePlans,
  failback,
  fence,
  fenceIt,
  hasServed,
  planned,
  promotedEarlier,
  sent,
  stopped,
  swapped,
} from './planned.ts';

const follow = ['start-replication@sql-east', 'await-following@sql-east', 'check-split-brain@sql-west'];

describe('a fence', () => {
  it.each([
    ['the side that was not promoted, while both take writes', aDetail(aSource(), hasServed()), 'sql-east'],
    ['the side that was promoted earlier', aDetail(hasServed(), promotedEarlier), 'sql-west'],
    ['nothing on a sound link', aDetail(), null],
    ['nothing while the old side is gone', aDetail(gone, hasServed()), null],
    ['nothing when nothing tells which side was promoted', aDetail(aSource(), aSource()), null],
  ])('is offered for %s', (_, detail, cluster) => {
    const other = cluster === 'sql-east' ? 'sql-west' : 'sql-east';
    const why = `Stop writes on ${cluster}, so that only ${other} takes them. Applications that still use ${cluster} are cut off. If ${cluster} is to go on and ${other} to be stopped: /repl fence prod-sql --keep ${cluster}.`;
    expect(anObservation(detail).offers).toEqual(cluster === null ? [] : [{ operation: 'fence', cluster, why }]);
  });
});

describePlans({
  plans: [
    ['a failback makes the old primary follow, and proves who serves', failback, afterFailover, follow],
    ['a failback of the side that was promoted first', failback, aDetail(hasServed(), stopped), follow.map(swapped)],
    [
      'a failback between different versions',
      failback,
      aDetail(stopped, hasServed({ release: { year: 25, number: 4, text: 'v25.4.6' }, activeVersion: '25.4' })),
      follow,
    ],
    ['a failback when nothing lists the history, soon after', failback, aDetail(stopped, hasServed({ history: 'none' })), follow],
    ['a fence stops the side that was not promoted', fenceIt, aDetail(aSource(), hasServed()), [fence, 'check-split-brain@sql-west']],
    [
      'a fence stops the side that was promoted earlier',
      fenceIt,
      aDetail(hasServed(), promotedEarlier),
      [swapped(fence), 'check-split-brain@sql-east'],
    ],
    [
      'a fence on 23.2 goes by the job that ended, and moves the default target away first',
      fenceIt,
      aDetail(
        aSource({ ...onVersion('23.2'), defaultTarget: 'main' }),
        aReadSide(aVirtualCluster({ job: aJob({ status: 'succeeded' }) }), onVersion('23.2')),
      ),
      ['set-default-target@sql-east', fence, 'check-split-brain@sql-west'],
    ],
  ],
  warnings: [
    ['the end of the history', failback, afterFailover, 'about 23 h 50 min more'],
    ['a history that nobody lists', failback, aDetail(stopped, hasServed({ history: 'none' })), 'lists no job'],
    ['a wrong choice', fenceIt, aDetail(aSource(), hasServed()), 'sql-west was promoted last (2026-06-01 09:50:00.000000 UTC)'],
    ['the roles that stay', failback, afterFailover, '/repl switchover prod-sql'],
  ],
  refusals: [
    ['a failback of what follows', failback, aDetail(), 'not-possible-now', 'nothing to fail back'],
    [
      'a failback in a promotion',
      failback,
      aDetail(gone, aStandby({ status: 'replication failing over' })),
      'not-possible-now',
      'failover is under way',
    ],
    ['a failback in a split brain', failback, aDetail(aSource(), hasServed()), 'not-possible-now', 'split brain'],
    ['a failback with the old primary gone', failback, aDetail(gone, hasServed()), 'not-possible-now', 'needs both sides'],
    ['a failback with the old primary silent', failback, aDetail(silent, hasServed()), 'not-possible-now', 'needs both sides'],
    ['a failback with nobody serving', failback, aDetail(stopped, stopped), 'not-possible-now', 'takes writes'],
    ['a failback of an emptied side', failback, aDetail(aReadSide(null), hasServed()), 'not-possible-now', 'no such virtual cluster'],
    [
      'a failback of a side that was left unusable',
      failback,
      aDetail(aReadSide(aVirtualCluster({ status: 'add', service: 'none' })), hasServed()),
      'not-possible-now',
      'unusable',
    ],
    [
      'a failback on 23.2',
      failback,
      aDetail(aReadSide(aVirtualCluster({ service: 'none' }), onVersion('23.2')), hasServed(onVersion('23.2'))),
      'not-possible-now',
      'from v24.1 on only',
    ],
    [
      'a failback of the older version',
      failback,
      aDetail(aReadSide(aVirtualCluster({ service: 'none' }), onVersion('24.3')), hasServed()),
      'not-possible-now',
      'older than v26.2.2',
    ],
    ['a failback of strangers', failback, aDetail(stopped, aSource()), 'not-possible-now', 'ever followed each other'],
    [
      'a failback when the history is lost',
      failback,
      aDetail(stopped, hasServed({ history: 'lost' })),
      'not-possible-now',
      'no longer keeps the history',
    ],
    [
      'a failback a day later when nobody lists the history',
      failback,
      aDetail(stopped, aReadSide(aVirtualCluster({ activated: micros(25 * 3_600_000) }))),
      'not-possible-now',
      'no longer keeps the history',
    ],
    ['a fence of a sound link', fenceIt, aDetail(), 'not-possible-now', 'nothing to fence'],
    ['a fence after a failover', fenceIt, afterFailover, 'not-possible-now', 'Only sql-west takes writes'],
    ['a fence when nobody serves', fenceIt, aDetail(stopped, stopped), 'not-possible-now', 'Neither side'],
    ['a fence with a side that is gone', fenceIt, aDetail(gone, hasServed()), 'not-possible-now', 'needs both sides'],
    ['a fence with a side that lets nobody in', fenceIt, aDetail(locked, hasServed()), 'not-possible-now', 'needs both sides'],
    ['a fence of two sides that were never promoted', fenceIt, aDetail(aSource(), aSource()), 'not-possible-now', "can't be told"],
    ['a fence of two sides that were promoted at once', fenceIt, aDetail(hasServed(), hasServed()), 'not-possible-now', "can't be told"],
  ],
});

describe('a plan', () => {
  it('follows by the external connection of the config, so that no password is in a statement', () => {
    expect(sent(planned(failback, afterFailover))).toEqual([
      `ALTER VIRTUAL CLUSTER "main" START REPLICATION OF "main" ON 'external://to-west'`,
    ]);
    expect(sent(planned(failback, aDetail(hasServed(), stopped)))[0]).toContain(`'external://to-east'`);
  });

  it('draws the start of a failback as a point of no return and says what is discarded, from the newest promotion on', () => {
    const { steps, predictedLoss, predictedDowntime, warnings } = planned(failback, afterFailover);
    expect(steps.map((step) => step.pointOfNoReturn)).toEqual([true, false, false]);
    expect(predictedLoss).toMatchObject({
      ms: null,
      words: expect.stringContaining('Every write that sql-east took after 2026-06-01 09:50'),
    });
    expect(predictedDowntime.ms).toBe(0);
    expect(warnings[0]).toContain('discarded for good');
    const stale = planned(failback, aDetail(aReadSide(aVirtualCluster({ service: 'none', activated: micros(60_000) })), hasServed()));
    expect(stale.predictedLoss.words).toContain('2026-06-01 09:59:00.000000 UTC, when sql-east was promoted');
  });
});

describe('a refusal', () => {
  it('of a failback that the config names no external connection for, with what to add', () => {
    const plain = aLink();
    const bare = { ...plain, settings: { ...plain.settings, streams: { primary: null, standby: 'to-east' } } };
    expect(planPcr(failback, bare, anObservation(afterFailover, bare))).toMatchObject({
      kind: 'refusal',
      code: 'not-possible-now',
      next: expect.stringContaining('settings.streams.toPrimary.externalConnection'),
    });
  });
});
