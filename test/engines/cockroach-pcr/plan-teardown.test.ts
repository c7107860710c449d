import { describe, expect, it } from 'vitest';
import { aDetail, aReadSide, aSource, aStandby, aVirtualCluster, gone, silent } from './build.ts';
import { afterFailover, describePlans, hasServed, planned, stopped, swapped, teardown, verify } from './planned.ts';

const drop = ['drop-copy@sql-west', 'check-split-brain@sql-east'];

describePlans({
  plans: [
    ['a verify', verify, aDetail(), ['take-time@sql-west', 'compare-copies@sql-west']],
    ['a verify of swapped roles', verify, aDetail(aStandby(), aSource()), ['take-time@sql-east', 'compare-copies@sql-east']],
    ['a teardown of what follows', teardown, aDetail(), drop],
    ['a teardown of what is paused', teardown, aDetail(aSource(), aStandby({ status: 'replication paused' })), drop],
    [
      'a teardown of what was left unusable',
      teardown,
      aDetail(aSource(), aReadSide(aVirtualCluster({ status: 'add', service: 'none' }))),
      drop,
    ],
    ['a teardown of an old primary', teardown, afterFailover, drop.map(swapped)],
  ],
  losses: [['a teardown of a follower loses no write', teardown, aDetail(), 0]],
  warnings: [
    ['a primary without protection', teardown, aDetail(), 'nothing protects sql-east'],
    ['a load on both sides', verify, aDetail(), 'loads both clusters'],
  ],
  refusals: [
    ['a teardown of nothing', teardown, aDetail(aSource(), aReadSide(null)), 'not-possible-now', 'nothing to tear down'],
    ['a teardown in a split brain', teardown, aDetail(aSource(), hasServed()), 'not-possible-now', 'neither may be dropped'],
    ['a teardown with nobody serving', teardown, aDetail(stopped, stopped), 'not-possible-now', 'none may be dropped'],
    ['a teardown with the primary gone', teardown, aDetail(gone), 'not-possible-now', 'may be the only one'],
    ['a teardown with the primary silent', teardown, aDetail(silent), 'not-possible-now', 'may be the only one'],
    ['a teardown of a standby whose primary is stopped', teardown, aDetail(stopped), 'not-possible-now', 'none may be dropped'],
    [
      'a teardown in a promotion',
      teardown,
      aDetail(aSource(), aStandby({ status: 'replication failing over' })),
      'not-possible-now',
      'failover is under way',
    ],
    [
      'a teardown of what is being dropped',
      teardown,
      aDetail(aSource(), aStandby({ status: 'dropping' })),
      'not-possible-now',
      'being dropped',
    ],
    [
      'a teardown in a state that is not known',
      teardown,
      aDetail(aSource(), aStandby({ status: 'replication sideways' })),
      'not-possible-now',
      'not known here',
    ],
    ['a verify without the primary', verify, aDetail(gone), 'not-possible-now', 'needs both sides'],
    [
      'a verify in the initial scan',
      verify,
      aDetail(aSource(), aStandby({ status: 'initializing replication', replicated: null })),
      'not-possible-now',
      'initial scan',
    ],
    [
      'a verify of what is paused',
      verify,
      aDetail(aSource(), aStandby({ status: 'replication paused' })),
      'not-possible-now',
      'paused by hand',
    ],
    [
      'a verify in a promotion',
      verify,
      aDetail(aSource(), aStandby({ status: 'replication failing over' })),
      'not-possible-now',
      "can't be called off",
    ],
    ['a verify without a follower', verify, afterFailover, 'not-possible-now', 'No side follows'],
  ],
});

describe('a plan', () => {
  it('draws a drop as a point of no return, and says when the copy has what nobody else has', () => {
    const [step] = planned(teardown).steps;
    expect(step).toMatchObject({ pointOfNoReturn: true, undo: { kind: 'none' }, statements: ['DROP VIRTUAL CLUSTER IF EXISTS "main"'] });
    expect(planned(teardown, afterFailover).predictedLoss).toMatchObject({ ms: null, words: expect.stringContaining('only sql-east has') });
  });
});
