import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asLinkId } from '../../../src/domain/ids.ts';
import type { Operation } from '../../../src/domain/operation.ts';
import { hashPlan, type Plan } from '../../../src/domain/plan.ts';
import { isRefusal, type Refusal } from '../../../src/domain/refusal.ts';
import type { PcrDetail } from '../../../src/engines/cockroach-pcr/detail.ts';
import { planPcr } from '../../../src/engines/cockroach-pcr/plan.ts';
import { sharesOf } from '../../../src/engines/cockroach-pcr/plans/switchover.ts';
import {
  aDetail,
  aJob,
  aLink,
  anObservation,
  aReadSide,
  aSource,
  aStandby,
  aStream,
  aVirtualCluster,
  gone,
  locked,
  micros,
  nowMs,
  onVersion,
  silent,
} from './build.ts';

const link = asLinkId('prod-sql');
const failover: Operation = { kind: 'failover', link, to: { kind: 'latest' } };
const failoverTo = (msAgo: number): Operation => ({ kind: 'failover', link, to: { kind: 'time', at: nowMs - msAgo } });
const switchover: Operation = { kind: 'switchover', link, maxWriteStopMs: 100_000 };
const pause: Operation = { kind: 'pause', link };
const resume: Operation = { kind: 'resume', link };
const failback: Operation = { kind: 'failback', link };
const teardown: Operation = { kind: 'teardown', link };
const verify: Operation = { kind: 'verify', link };
const fenceIt: Operation = { kind: 'fence', link };

const answer = (operation: Operation, detail: PcrDetail): Plan | Refusal => planPcr(operation, aLink(), anObservation(detail));

function planned(operation: Operation, detail: PcrDetail = aDetail()): Plan {
  const plan = answer(operation, detail);
  if (isRefusal(plan)) throw new TypeError(plan.sentence);
  return plan;
}
const kindsOf = (plan: Plan): readonly string[] => plan.steps.map(({ kind, cluster }) => `${kind.replace('pcr.', '')}@${cluster ?? '-'}`);
const sent = (plan: Plan): readonly string[] => plan.steps.filter(({ by }) => by === 'engine').flatMap(({ statements }) => statements);

const serve = [
  'await-promotion@sql-west',
  'start-service@sql-west',
  'set-default-target@sql-west',
  'verify-service@sql-west',
  'redirect@-',
  'check-split-brain@sql-west',
];
const fence = 'stop-service@sql-east';
const promote = 'complete-replication@sql-west';
const swap = ['prove-catch-up@sql-west', fence, 'await-cut@sql-west', promote];
const gaveUp = aJob({ status: 'paused', runningStatus: 'ingestion job failed (x) but is being paused' });
const stopped = aReadSide(aVirtualCluster({ service: 'none' }), { history: 'kept' });
/** After a failover 10 min ago: sql-west serves and keeps the history, sql-east is stopped. */
const hasServed = (more: Parameters<typeof aReadSide>[1] = {}) =>
  aReadSide(aVirtualCluster({ activated: micros(600_000) }), { history: 'kept', ...more });
const promotedEarlier = aReadSide(aVirtualCluster({ activated: micros(900_000) }));
const drop = ['drop-copy@sql-west', 'check-split-brain@sql-east'];
const afterFailover = aDetail(stopped, hasServed());
const follow = ['start-replication@sql-east', 'await-following@sql-east', 'check-split-brain@sql-west'];

const swapped = (step: string): string => step.replace(/sql-(east|west)/, (name) => (name === 'sql-east' ? 'sql-west' : 'sql-east'));

describe('a fence', () => {
  it.each([
    ['the side that was not promoted, while both take writes', aDetail(aSource(), hasServed()), 'sql-east'],
    ['the side that was promoted earlier', aDetail(hasServed(), promotedEarlier), 'sql-west'],
    ['nothing on a sound link', aDetail(), null],
    ['nothing while the old side is gone', aDetail(gone, hasServed()), null],
    ['nothing when nothing tells which side was promoted', aDetail(aSource(), aSource()), null],
  ])('is offered for %s', (_, detail, cluster) => {
    const why = `Stop writes on ${cluster}, so that only ${cluster === 'sql-east' ? 'sql-west' : 'sql-east'} takes them.`;
    expect(anObservation(detail).offers).toEqual(cluster === null ? [] : [{ operation: 'fence', cluster, why }]);
  });
});

const byHand = 'fence-by-hand@-';
const stock = 'take-stock@sql-west';

describe('a plan', () => {
  const rows: readonly (readonly [string, Operation, PcrDetail, readonly string[]])[] = [
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
    ['a pause', pause, aDetail(), ['pause@sql-west']],
    ['a pause with a dead primary', pause, aDetail(gone), ['pause@sql-west']],
    ['a pause on 23.2', pause, aDetail(aSource(), aStandby({}, onVersion('23.2'))), ['pause@sql-west']],
    ['a resume', resume, aDetail(aSource(), aStandby({ status: 'replication paused' })), ['resume@sql-west']],
    ['a resume after an error', resume, aDetail(aSource(), aStandby({ status: 'replication paused', job: gaveUp })), ['resume@sql-west']],
    ['a resume with a dead primary', resume, aDetail(gone, aStandby({ status: 'replication paused' })), ['resume@sql-west']],
    [
      'a resume in the initial scan',
      resume,
      aDetail(aReadSide(aVirtualCluster()), aStandby({ status: 'replication paused', replicated: null, job: null })),
      ['resume@sql-west'],
    ],
    [
      'a late resume when the history is still kept',
      resume,
      aDetail(aSource(), aStandby({ status: 'replication paused', replicated: micros(30 * 3_600_000) })),
      ['resume@sql-west'],
    ],
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
  ];
  it.each(rows)('of %s', (_, operation, detail, steps) => {
    expect(kindsOf(planned(operation, detail))).toEqual(steps);
  });

  it('reads the roles from the databases, whatever the config calls the sides', () => {
    const plan = planned(failover, aDetail(aStandby(), aSource()));
    expect(kindsOf(plan).slice(0, 3)).toEqual(['take-stock@sql-east', 'stop-service@sql-west', 'complete-replication@sql-east']);
    expect(plan.summary).toContain('Promote sql-east');
  });

  it('says exactly what will be sent, in order', () => {
    expect(sent(planned(switchover))).toEqual([
      'ALTER VIRTUAL CLUSTER "main" STOP SERVICE',
      'ALTER VIRTUAL CLUSTER "main" COMPLETE REPLICATION TO LATEST',
      'ALTER VIRTUAL CLUSTER "main" START SERVICE SHARED',
      "SET CLUSTER SETTING server.controller.default_target_cluster = 'main'",
      'SELECT 1 AS one',
    ]);
    expect(sent(planned(failoverTo(3_600_000), aDetail(gone)))[0]).toBe(
      `ALTER VIRTUAL CLUSTER "main" COMPLETE REPLICATION TO SYSTEM TIME '2026-06-01 09:00:00.000000+00:00'`,
    );
    expect(sent(planned(pause))).toEqual(['ALTER VIRTUAL CLUSTER "main" PAUSE REPLICATION']);
    expect(sent(planned(resume, aDetail(aSource(), aStandby({ status: 'replication paused' }))))).toEqual([
      'ALTER VIRTUAL CLUSTER "main" RESUME REPLICATION',
    ]);
  });

  it('leaves the traffic to a person, in the words of the team', () => {
    const step = planned(failover).steps.find(({ kind }) => kind === 'redirect');
    expect(step).toMatchObject({ by: 'person', cluster: null, statements: ['Point db.example.com at the new primary.'] });
    expect(step?.title).toContain('sql-west');
  });

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

  it('draws a drop as a point of no return, and says when the copy has what nobody else has', () => {
    const [step] = planned(teardown).steps;
    expect(step).toMatchObject({ pointOfNoReturn: true, undo: { kind: 'none' }, statements: ['DROP VIRTUAL CLUSTER IF EXISTS "main"'] });
    expect(planned(teardown, afterFailover).predictedLoss).toMatchObject({ ms: null, words: expect.stringContaining('only sql-east has') });
  });

  const losses: readonly (readonly [string, Operation, PcrDetail, number | null])[] = [
    ['a dead primary loses the lag', failover, aDetail(gone, aStandby({ status: 'replication error' })), 12_000],
    ['a running stream may fall back by a stride', failover, aDetail(), 42_000],
    ['a time in the past loses what came after', failoverTo(3_600_000), aDetail(gone), 3_600_000],
    ['a switchover loses nothing', switchover, aDetail(), 0],
    ['a teardown of a follower loses no write', teardown, aDetail(), 0],
    ['a pause loses nothing', pause, aDetail(), 0],
  ];
  it.each(losses)('predicts what is lost: %s', (_, operation, detail, ms) => {
    const { predictedLoss, predictedDowntime } = planned(operation, detail);
    expect(predictedLoss.ms).toBe(ms);
    for (const { words } of [predictedLoss, predictedDowntime]) expect(words).toMatch(/^[A-Z].*\.$/s);
  });

  it('names the direction of the loss and the newest time that is safe', () => {
    const { words } = planned(failover, aDetail(gone, aStandby({ status: 'replication error' }))).predictedLoss;
    expect(words).toContain('12 s');
    expect(words).toContain('sql-east → sql-west');
    expect(words).toContain('2026-06-01 09:59:48.000000 UTC');
  });

  const warnings: readonly (readonly [string, Operation, PcrDetail, string])[] = [
    ['a dead primary cannot be fenced', failover, aDetail(gone), "the bot can't fence it"],
    ['what happens when it comes back', failover, aDetail(silent), 'comes back, it takes writes while sql-west does too (split brain)'],
    ['a living primary would allow a switchover', failover, aDetail(), 'a switchover would lose nothing'],
    ['schedules that write where the old primary does', failover, aDetail(), 'once sql-east no longer writes to the same collection'],
    ['schedules that do not pause', switchover, aDetail(), 'do not pause: pause them by hand'],
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
    ['a pause has an end', pause, aDetail(), '24 h'],
    ['a pause on 23.2 has a later end', pause, aDetail(aSource(), aStandby({}, onVersion('23.2'))), '3 d'],
    ['a cause may still be there', resume, aDetail(aSource(), aStandby({ status: 'replication paused', job: gaveUp })), 'do so again'],
    ['the end of the history', failback, afterFailover, 'about 23 h 50 min more'],
    ['a history that nobody lists', failback, aDetail(stopped, hasServed({ history: 'none' })), 'lists no job'],
    ['a primary without protection', teardown, aDetail(), 'nothing protects sql-east'],
    ['a load on both sides', verify, aDetail(), 'loads both clusters'],
    ['a wrong choice', fenceIt, aDetail(aSource(), hasServed()), 'sql-west was promoted last (2026-06-01 09:50:00.000000 UTC)'],
    ['the roles that stay', failback, afterFailover, '/repl switchover prod-sql'],
    ['a source that is not there', resume, aDetail(gone, aStandby({ status: 'replication paused' })), "can't be asked"],
  ];
  it.each(warnings)('warns of %s', (_, operation, detail, words) => {
    expect(planned(operation, detail).warnings.join('\n')).toContain(words);
  });
});

describe('a refusal', () => {
  const promoted = aDetail(stopped, aReadSide(aVirtualCluster({ activated: micros(60_000) })));
  const rows: readonly (readonly [string, Operation, PcrDetail, Refusal['code'], string])[] = [
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
    [
      'a pause of what is paused',
      pause,
      aDetail(aSource(), aStandby({ status: 'replication paused' })),
      'not-possible-now',
      'is paused already',
    ],
    [
      'a pause of what has paused itself',
      pause,
      aDetail(aSource(), aStandby({ status: 'replication paused', job: gaveUp })),
      'not-possible-now',
      'paused itself',
    ],
    [
      'a pause of a promotion',
      pause,
      aDetail(gone, aStandby({ status: 'replication pending failover' })),
      'not-possible-now',
      'already pending',
    ],
    ['a resume of what runs', resume, aDetail(), 'not-possible-now', 'is not paused'],
    [
      'a resume of a pause that is not over',
      resume,
      aDetail(aSource(), aStandby({ job: aJob({ status: 'pause-requested' }) })),
      'not-possible-now',
      'still being carried out',
    ],
    [
      'a resume of a promotion',
      resume,
      aDetail(gone, aStandby({ status: 'replication failing over' })),
      'not-possible-now',
      "can't be called off",
    ],
    [
      'a resume when the history is lost',
      resume,
      aDetail(aSource({ history: 'lost' }), aStandby({ status: 'replication paused' })),
      'not-possible-now',
      'no longer keeps',
    ],
    [
      'a resume after a day with nobody to ask',
      resume,
      aDetail(gone, aStandby({ status: 'replication paused', replicated: micros(25 * 3_600_000) })),
      'not-possible-now',
      'no longer keeps',
    ],
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
  ];
  it.each(rows)('of %s', (_, operation, detail, code, words) => {
    const refusal = answer(operation, detail);
    expect(refusal).toMatchObject({ kind: 'refusal', code });
    if (!isRefusal(refusal)) throw new TypeError('it was planned');
    expect(refusal.sentence).toContain(words);
    for (const sentence of [refusal.sentence, refusal.next]) expect(sentence).toMatch(/^\S.*[.]$/s);
  });

  it('of a failback that the config names no external connection for, with what to add', () => {
    const plain = aLink();
    const bare = { ...plain, settings: { ...plain.settings, streams: { primary: null, standby: 'to-east' } } };
    expect(planPcr(failback, bare, anObservation(afterFailover, bare))).toMatchObject({
      kind: 'refusal',
      code: 'not-possible-now',
      next: expect.stringContaining('settings.streams.toPrimary.externalConnection'),
    });
  });

  it('of an observation in a format that is not known', () => {
    const refusal = planPcr(failover, aLink(), { ...anObservation(), detail: { primary: 'x' } });
    expect(refusal).toMatchObject({ kind: 'refusal', code: 'stale-plan' });
  });
});

describe('planning', () => {
  const arbitraryStatus = fc.constantFrom(
    'ready',
    'add',
    'replicating',
    'replication paused',
    'replication error',
    'initializing replication',
    'replication pending failover',
    'replication failing over',
    'dropping',
    'something new',
  );
  const arbitraryTime = fc.option(fc.integer({ min: 0, max: 10 * 3_600_000 }).map(micros));
  const arbitrarySide = fc.oneof(
    fc.constantFrom(gone, silent, locked, aReadSide(null)),
    fc
      .record({
        status: arbitraryStatus,
        service: fc.constantFrom('none', 'shared', 'external'),
        replicated: arbitraryTime,
        retained: arbitraryTime,
      })
      .map((vc) => aReadSide(aStream(vc))),
  );
  const arbitraryOperation = fc.oneof(
    fc.constantFrom(failover, failback, fenceIt, verify, teardown, pause, resume),
    fc.integer({ min: -3_600_000, max: 3_600_000 }).map(failoverTo),
    fc.integer({ min: 0, max: 600_000 }).map((maxWriteStopMs): Operation => ({ kind: 'switchover', link, maxWriteStopMs })),
  );

  it('is pure, and never plans a promotion of a side without a consistent copy', () => {
    fc.assert(
      fc.property(arbitraryOperation, arbitrarySide, arbitrarySide, (operation, primary, standby) => {
        const detail = aDetail(primary, standby);
        const first = answer(operation, detail);
        expect(answer(structuredClone(operation), structuredClone(detail))).toEqual(first);
        if (isRefusal(first)) return;
        const promotion = first.steps.find(({ kind }) => kind === 'pcr.complete-replication');
        if (promotion === undefined || promotion.side === null) return;
        const side = detail[promotion.side];
        expect(side.kind === 'read' && side.vc?.replicated).toBeTruthy();
        expect(JSON.parse(JSON.stringify(first))).toEqual(first);
      }),
      { numRuns: 500 },
    );
  });

  it('makes the same plan while only the lag moves, so that an approval lasts', () => {
    const early = planned(failover, aDetail(gone, aStandby({ replicated: micros(12_000) })));
    const late = planned(failover, aDetail(gone, aStandby({ replicated: micros(90_000), status: 'replication error' })));
    expect(hashPlan(late)).toBe(hashPlan(early));
    expect(late.predictedLoss).not.toEqual(early.predictedLoss);
  });

  it.each([
    ['the primary comes back', aDetail()],
    ['the primary is stopped', aDetail(stopped)],
    ['the standby is paused by hand', aDetail(gone, aStandby({ status: 'replication paused' }))],
    ['the standby follows somebody else', aDetail(gone, aStandby({ sourceUri: 'external://other' }))],
  ])('makes another plan when %s', (_, detail) => {
    expect(hashPlan(planned(failover, detail))).not.toBe(hashPlan(planned(failover, aDetail(gone))));
  });

  it('quotes any name of a virtual cluster, so that a statement keeps its meaning', () => {
    const tail = / (STOP SERVICE|COMPLETE REPLICATION TO LATEST|START SERVICE SHARED)$/;
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', minLength: 1, maxLength: 50 }).filter((name) => !name.includes('\u0000')),
        (name) => {
          const hostile = aLink(name);
          const plan = planPcr(failover, hostile, anObservation(aDetail(aSource(), aStandby({ sourceName: name })), hostile));
          if (isRefusal(plan)) throw new TypeError(plan.sentence);
          const alters = sent(plan).filter((statement) => statement.startsWith('ALTER'));
          expect(alters.length).toBe(3);
          for (const statement of alters) {
            const quoted = statement.slice('ALTER VIRTUAL CLUSTER '.length).replace(tail, '');
            expect(quoted.slice(1, -1).replaceAll('""', '')).not.toContain('"');
            expect(quoted.slice(1, -1).replaceAll('""', '"')).toBe(name);
          }
        },
      ),
    );
  });
});
