import { describe, expect, it } from 'vitest';
import { aDetail, aReadSide, aSource, aStandby, aVirtualCluster, gone, locked, onVersion, silent } from './build.ts';
import {
  byHand,
  describePlans,
  failover,
  failoverTo,
  fence,
  gaveUp,
  kindsOf,
  planned,
  promote,
  promoted,
  serve,
  stock,
  stopped,
} from './planned.ts';

describePlans({
  plans: [
    ['a failover with a living primary fences it first', failover, aDetail(), [stock, fence, promote, ...serve]],
    ['a failover with a dead primary asks people for the fence first', failover, aDetail(gone), [stock, byHand, promote, ...serve]],
    ['a failover with a silent primary does so too', failover, aDetail(silent), [stock, byHand, promote, ...serve]],
    ['a failover with a primary that lets nobody in does so too', failover, aDetail(locked), [stock, byHand, promote, ...serve]],
    ['a failover with a stopped primary needs no fence', failover, aDetail(stopped), [stock, promote, ...serve]],
    [
      'a failover from a virtual cluster with another name, of which the primary has none',
      failover,
      aDetail(aReadSide(null), aStandby({ sourceName: 'system' })),
      [stock, 'fence-by-hand@-', promote, ...serve],
    ],
    [
      'a failover from a virtual cluster with another name, beside one with the name of the link',
      failover,
      aDetail(aSource(), aStandby({ sourceName: 'shop' })),
      [stock, 'fence-by-hand@-', promote, ...serve],
    ],
    [
      'a failover from a primary in a state that is not known',
      failover,
      aDetail(aReadSide(aVirtualCluster({ status: 'read only' }))),
      [stock, 'fence-by-hand@-', promote, ...serve],
    ],
    ['a failover with an emptied primary needs no fence', failover, aDetail(aReadSide(null)), [stock, promote, ...serve]],
    [
      'a failover of a paused standby',
      failover,
      aDetail(gone, aStandby({ status: 'replication paused' })),
      [stock, byHand, promote, ...serve],
    ],
    [
      'a failover of a standby that gave up',
      failover,
      aDetail(gone, aStandby({ status: 'replication paused', job: gaveUp })),
      [stock, byHand, promote, ...serve],
    ],
    [
      'a failover of a standby in error',
      failover,
      aDetail(gone, aStandby({ status: 'replication error' })),
      [stock, byHand, promote, ...serve],
    ],
    ['a failover to a time', failoverTo(3_600_000), aDetail(gone), [stock, byHand, promote, ...serve]],
    [
      'a failover on 23.2 moves the default target away before the fence',
      failover,
      aDetail(aSource({ ...onVersion('23.2'), defaultTarget: 'main' })),
      [stock, 'set-default-target@sql-east', fence, promote, ...serve],
    ],
    [
      'a failover on 23.2 with another default target',
      failover,
      aDetail(aSource({ ...onVersion('23.2'), defaultTarget: 'system' })),
      [stock, fence, promote, ...serve],
    ],
  ],
  losses: [
    ['a dead primary loses the lag', failover, aDetail(gone, aStandby({ status: 'replication error' })), 12_000],
    ['a running stream may fall back by a stride', failover, aDetail(), 42_000],
    ['a time in the past loses what came after', failoverTo(3_600_000), aDetail(gone), 3_600_000],
  ],
  warnings: [
    ['a dead primary cannot be fenced', failover, aDetail(gone), "the bot can't fence it"],
    ['what happens when it comes back', failover, aDetail(silent), 'comes back, it takes writes while sql-west does too (split brain)'],
    ['a living primary would allow a switchover', failover, aDetail(), 'a switchover would lose nothing'],
    ['schedules that write where the old primary does', failover, aDetail(), 'once sql-east no longer writes to the same collection'],
    [
      'a time past that 24.1 may not reach',
      failoverTo(3_600_000),
      aDetail(gone, aStandby({}, { release: { year: 24, number: 1, text: 'v24.1.6' }, activeVersion: '24.1' })),
      '/repl failover prod-sql --to latest is safe there',
    ],
    ['a stopped primary', failover, aDetail(stopped), 'needs no fence'],
    [
      'a source with another name',
      failover,
      aDetail(aReadSide(null), aStandby({ sourceName: 'shop' })),
      "sql-west copies shop of sql-east, while the config of prod-sql names main: the bot can't tell what to stop there",
    ],
    [
      'a primary in a state that is not known',
      failover,
      aDetail(aReadSide(aVirtualCluster({ status: 'read only' }))),
      'main on sql-east is in a state that is not known here (read only, service shared), so whether applications can write there is not known',
    ],
    [
      'a version that a dead primary does not tell',
      failover,
      aDetail(gone),
      "Which active version main has can't be asked while sql-east tells nothing",
    ],
    ['a version that a stopped primary does not tell', failover, aDetail(stopped), "can't be asked while sql-east does not serve it"],
    ['a paused standby', failover, aDetail(gone, aStandby({ status: 'replication paused' })), 'everything written since the pause is lost'],
    ['a standby in trouble', failover, aDetail(gone, aStandby({ status: 'replication error' })), 'takes what has arrived'],
  ],
  refusals: [
    ['a failover that has been done', failover, promoted, 'not-possible-now', 'has been promoted already'],
    ['a failover without anything to promote', failover, aDetail(aSource(), aReadSide(null)), 'not-possible-now', 'No side follows'],
    [
      'a failover of a useless standby',
      failover,
      aDetail(aSource(), aReadSide(aVirtualCluster({ status: 'add', service: 'none' }))),
      'not-possible-now',
      'unusable',
    ],
    ['a failover with nobody serving', failover, aDetail(stopped, stopped), 'not-possible-now', 'service is stopped'],
    ['a failover of a standby that is gone', failover, aDetail(aSource(), gone), 'not-possible-now', 'No side is known to follow'],
    ['a failover with both sides gone', failover, aDetail(gone, gone), 'not-possible-now', 'No side is known to follow'],
    ['a failover in a split brain', failover, aDetail(aSource(), aSource()), 'not-possible-now', 'split brain'],
    ['a failover with two followers', failover, aDetail(aStandby(), aStandby()), 'not-possible-now', 'Both sql-east and sql-west follow'],
    [
      'a failover in a state that is not known',
      failover,
      aDetail(aSource(), aStandby({ status: 'replication sideways' })),
      'not-possible-now',
      'not known here',
    ],
    [
      'a failover in the initial scan',
      failover,
      aDetail(aSource(), aStandby({ status: 'initializing replication', replicated: null })),
      'not-possible-now',
      'initial scan',
    ],
    [
      'a failover in a finer state of the initial scan',
      failover,
      aDetail(aSource(), aStandby({ status: 'running initial scan' })),
      'not-possible-now',
      'initial scan',
    ],
    [
      'a failover without a replicated time',
      failover,
      aDetail(gone, aStandby({ replicated: null })),
      'not-possible-now',
      'no replicated time',
    ],
    ['a failover before anything is retained', failover, aDetail(gone, aStandby({ retained: '1' })), 'not-possible-now', 'how far back'],
    ['a time before the retention', failoverTo(5 * 3_600_000), aDetail(gone), 'bad-input', 'before the oldest time'],
    [
      'a time when nothing is retained',
      failoverTo(60_000),
      aDetail(gone, aStandby({ retained: null })),
      'bad-input',
      'before the oldest time',
    ],
    ['a time that has not arrived', failoverTo(5_000), aDetail(gone), 'bad-input', 'later than what has been replicated'],
    ['a time in the future', failoverTo(-60_000), aDetail(gone), 'bad-input', 'later than what has been replicated'],
  ],
});

describe('a plan', () => {
  it('reads the roles from the databases, whatever the config calls the sides', () => {
    const plan = planned(failover, aDetail(aStandby(), aSource()));
    expect(kindsOf(plan).slice(0, 3)).toEqual(['take-stock@sql-east', 'stop-service@sql-west', 'complete-replication@sql-east']);
    expect(plan.summary).toContain('Promote sql-east');
  });

  it('leaves the traffic to a person, in the words of the team', () => {
    const step = planned(failover).steps.find(({ kind }) => kind === 'redirect');
    expect(step).toMatchObject({ by: 'person', cluster: null, statements: ['Point db.example.com at the new primary.'] });
    expect(step?.title).toContain('sql-west');
  });

  it('names the direction of the loss and the newest time that is safe', () => {
    const { words } = planned(failover, aDetail(gone, aStandby({ status: 'replication error' }))).predictedLoss;
    expect(words).toContain('12 s');
    expect(words).toContain('sql-east → sql-west');
    expect(words).toContain('2026-06-01 09:59:48.000000 UTC');
  });
});
