import { describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import type { LdrLink } from '../../../src/engines/cockroach-ldr/config.ts';
import type { LdrDetail } from '../../../src/engines/cockroach-ldr/detail.ts';
import {
  aJob,
  aLink,
  aSide,
  ask,
  bare,
  bothWays,
  following,
  gone,
  linkId as link,
  micros,
  mutual,
  onVersion,
  outline,
  planned,
  refusal,
  wrote,
} from './scenes.ts';

const switchover: Operation = { kind: 'switchover', link, maxWriteStopMs: 60_000 };
const failover: Operation = { kind: 'failover', link, to: { kind: 'latest' } };
const failback: Operation = { kind: 'failback', link };
const verify: Operation = { kind: 'verify', link };
const alter: Operation = { kind: 'alter', link };
const pause: Operation = { kind: 'pause', link };
const resume: Operation = { kind: 'resume', link };
const teardown: Operation = { kind: 'teardown', link };
const reconnect: Operation = { kind: 'reconnect', link };

const dead = (detail: LdrDetail): LdrDetail => ({ ...detail, primary: gone });
const reversed = (): LdrDetail => ({
  primary: aSide({ jobs: [aJob({ connection: 'to_west' })] }),
  standby: aSide({ history: 'kept' }),
  schema: { kind: 'skipped' },
});

const moveTo = (here: string, there: string, ...end: readonly string[]) => [
  `ldr.count-queue ${here}`,
  `ldr.prove-advance ${here}`,
  '(ldr.stop-writers)',
  `ldr.mark-time ${there}`,
  `ldr.await-past ${here}`,
  `ldr.check-queue ${here}`,
  ...end,
  '(redirect)',
  `ldr.compare-tables ${here}`,
];

describe('the order of steps', () => {
  const rows: readonly [string, Operation, LdrLink, LdrDetail, readonly string[]][] = [
    ['switchover one way', switchover, aLink(), following(), moveTo('sql-west', 'sql-east', 'ldr.cancel sql-west')],
    ['switchover back after the link was turned', switchover, aLink(), reversed(), moveTo('sql-east', 'sql-west', 'ldr.cancel sql-east')],
    ['switchover both ways', switchover, bothWays(), mutual(), moveTo('sql-west', 'sql-east')],
    ['failback both ways', failback, bothWays(), mutual(), moveTo('sql-east', 'sql-west')],
    ['failover one way', failover, aLink(), dead(following()), ['ldr.take-stock sql-west', '(redirect)', 'ldr.cancel sql-west']],
    ['failover both ways', failover, bothWays(), dead(mutual()), ['ldr.take-stock sql-west', '(redirect)']],
    ['failover both ways to the primary', failover, bothWays(), { ...mutual(), standby: gone }, ['ldr.take-stock sql-east', '(redirect)']],
    ['verify', verify, aLink(), following(), ['ldr.count-queue sql-west', 'ldr.compare-tables sql-west']],
    ['pause both ways', pause, bothWays(), mutual(), ['ldr.pause sql-west', 'ldr.pause sql-east']],
    ['pause of what is not paused yet', pause, bothWays(), mutual({ status: 'paused' }), ['ldr.pause sql-east']],
    ['resume of what stands', resume, bothWays(), mutual({ status: 'paused' }), ['ldr.resume sql-west']],
    ['teardown both ways', teardown, bothWays(), mutual(), ['ldr.cancel sql-west', 'ldr.cancel sql-east']],
    ['teardown with a dead source', teardown, aLink(), dead(following()), ['ldr.cancel sql-west']],
    [
      'reconnect from 25.4 on',
      reconnect,
      aLink(),
      following(),
      ['ldr.prove-login sql-east', 'ldr.alter-connection sql-west', 'ldr.bounce sql-west', 'ldr.prove-advance sql-west'],
    ],
    [
      'reconnect before 25.4',
      reconnect,
      aLink(),
      following({}, onVersion('25.2')),
      [
        'ldr.prove-login sql-east',
        'ldr.drop-connection sql-west',
        'ldr.create-connection sql-west',
        'ldr.bounce sql-west',
        'ldr.prove-advance sql-west',
      ],
    ],
    [
      'reconnect of a connection that people keep',
      reconnect,
      aLink({ streams: { standby: { externalConnection: 'to_east', reach: null }, primary: null } }),
      following(),
      ['(ldr.renew-connection)', 'ldr.bounce sql-west', 'ldr.prove-advance sql-west'],
    ],
    [
      'alter one way',
      alter,
      aLink({ streams: { standby: { externalConnection: 'to_east', reach: null }, primary: null } }),
      { ...following(), ...wrote([micros(1_000), null], [micros(9_000), null]) },
      [
        'ldr.count-queue sql-east',
        '(ldr.stop-writers)',
        'ldr.compare-rows sql-west',
        'ldr.cancel sql-west',
        'ldr.count-rows sql-west',
        'ldr.check-writes sql-west',
        '(ldr.change-schema)',
        'ldr.check-fit sql-west',
        'ldr.check-rows sql-west',
        'ldr.empty-tables sql-west',
        'ldr.check-schema sql-west',
        'ldr.create-stream sql-west',
        'ldr.prove-source sql-west',
        'ldr.await-scan sql-west',
        'ldr.prove-advance sql-west',
      ],
    ],
    [
      'alter both ways: gather on the primary, end both, fill the standby anew',
      alter,
      bothWays({
        streams: { standby: { externalConnection: 'to_east', reach: null }, primary: { externalConnection: 'to_west', reach: null } },
      }),
      mutual(),
      [
        'ldr.count-queue sql-east',
        '(redirect)',
        'ldr.mark-time sql-west',
        'ldr.await-past sql-east',
        'ldr.check-queue sql-east',
        'ldr.compare-rows sql-west',
        'ldr.cancel sql-east',
        'ldr.cancel sql-west',
        'ldr.count-rows sql-west',
        'ldr.check-writes sql-west',
        '(ldr.change-schema)',
        'ldr.check-fit sql-west',
        'ldr.check-rows sql-west',
        'ldr.empty-tables sql-west',
        'ldr.check-schema sql-west',
        'ldr.create-stream sql-east',
        'ldr.prove-source sql-east',
        'ldr.await-scan sql-east',
        'ldr.create-stream sql-west',
        'ldr.prove-source sql-west',
        'ldr.await-scan sql-west',
        'ldr.prove-advance sql-east',
        'ldr.prove-advance sql-west',
        '(ldr.spread-traffic)',
      ],
    ],
  ];
  it.each(rows)('%s', (_, operation, of, detail, steps) => {
    expect(outline(planned(operation, detail, of))).toEqual(steps);
  });

  it('draws one line, where there is nothing to go back to, and none in a pause', () => {
    const noReturn = (operation: Operation, detail: LdrDetail, of?: LdrLink) =>
      planned(operation, detail, of)
        .steps.filter(({ pointOfNoReturn }) => pointOfNoReturn)
        .map(({ kind }) => kind);
    expect(noReturn(switchover, following())).toEqual(['ldr.cancel']);
    expect(noReturn(teardown, following())).toEqual(['ldr.cancel']);
    expect(noReturn(alter, following())).toEqual(['ldr.cancel']);
    expect(noReturn(failover, dead(following()))).toEqual(['redirect']);
    expect(noReturn(failover, dead(mutual()), bothWays())).toEqual(['redirect']);
    expect(noReturn(teardown, mutual(), bothWays())).toEqual(['ldr.cancel']);
    expect(noReturn(switchover, mutual(), bothWays())).toEqual([]);
    expect(noReturn(pause, following())).toEqual([]);
    expect(planned(pause, following()).steps[0]?.undo).toMatchObject({
      kind: 'act',
      act: { statements: ['RESUME JOB 1012877040439033857'] },
    });
  });

  it('tells a hook which cluster the traffic goes to', () => {
    expect(planned(switchover, following()).steps.find(({ kind }) => kind === 'redirect')?.params).toEqual({ to: 'sql-west' });
  });

  it('keeps the time of the write stop as the budget of the wait', () => {
    expect(planned(switchover, following()).steps.find(({ kind }) => kind === 'ldr.await-past')?.budgetMs).toBe(60_000);
  });
});

describe('what a plan predicts and warns of', () => {
  it('a failover loses what has not arrived, and says so', () => {
    const { predictedLoss, warnings } = planned(failover, dead(following({ replicated: micros(30_000) })));
    expect(predictedLoss.ms).toBe(40_000);
    expect(predictedLoss.words).toContain('stay on sql-east only');
    expect(warnings.join(' ')).toContain("can't fence sql-east");
  });

  it('both ways the late writes arrive when the lost side comes back', () => {
    expect(planned(failover, dead(mutual()), bothWays()).predictedLoss.words).toContain('arrive then, and the later write of a row wins');
  });

  it('a living source is a reason for a switchover instead', () => {
    expect(planned(failover, following()).warnings[0]).toBe('sql-east answers: a switchover of shop would lose nothing.');
  });

  it.each([
    ['paused', { status: 'paused' }, 'kept', 'after /repl resume shop'],
    ['its history lost', { status: 'paused', replicated: micros(25 * 3_600_000) }, 'lost', '/repl rebuild shop keeps those writes'],
    ['too far behind', { replicated: micros(3_600_000) }, 'kept', 'A switchover is not possible now: sql-west is'],
  ] as const)('never promises a switchover that would be refused: %s', (_, job, history, words) => {
    const [first] = planned(failover, following(job, {}, aSide({ history }))).warnings;
    expect(first).toContain(words);
    expect(first).not.toContain('a switchover of shop would lose nothing');
  });

  it('one way, counts what is left in a dead letter queue as lost, and says when the way back ends', () => {
    const dlq = [{ pair: 0, queue: 'dlq_113_public_orders', entries: 3, oldest: null, newest: micros(1_000) }];
    const plan = planned(switchover, following({}, { dlq }));
    expect(plan.predictedLoss).toMatchObject({ ms: null, words: expect.stringContaining('3 rows in the dead letter queue of sql-west') });
    expect(plan.warnings.join(' ')).toContain('Until replication is ended nothing has to be taken back');
    expect(planned(switchover, mutual(), bothWays()).warnings.join(' ')).toContain('Until writes are redirected nothing');
  });

  it('an alter brings applications back in words of its own', () => {
    const plan = planned(alter, mutual(), bothWays());
    const last = plan.steps[plan.steps.length - 1];
    expect(last?.statements.join(' ')).not.toContain('Point shop.example.com');
    expect(planned(alter, following()).predictedLoss.ms).toBeNull();
  });

  it('names the rows that wait in a dead letter queue', () => {
    const dlq = [{ pair: 0, queue: 'dlq_113_public_orders', entries: 3, oldest: null, newest: micros(1_000) }];
    for (const operation of [switchover, failover, verify]) {
      expect(planned(operation, following({}, { dlq })).warnings.join(' ')).toContain(
        '3 rows from sql-east could not be applied on sql-west',
      );
    }
    expect(planned(switchover, following({}, { dlqProblem: 'no right' })).warnings.join(' ')).toContain("can't be read");
  });

  it.each([switchover, failover])('says what logical replication does not give ($kind)', (operation) => {
    const words = planned(operation, mutual(), bothWays()).warnings.join(' ');
    for (const limit of ['not as whole transactions', 'the later write wins', 'sequences']) expect(words).toContain(limit);
  });
});

describe('a refusal', () => {
  const rows: readonly [string, Operation, LdrLink, LdrDetail, string][] = [
    ['switchover with too short a stop', { ...switchover, maxWriteStopMs: 5_000 }, aLink(), following(), 'too short'],
    ['switchover with a dead source', switchover, aLink(), dead(following()), 'needs both sides'],
    ['switchover while paused', switchover, aLink(), following({ status: 'paused' }), 'paused by hand'],
    ['switchover while scanning', switchover, aLink(), following({ replicated: null }), 'initial scan'],
    ['switchover far behind', switchover, aLink(), following({ replicated: micros(3_600_000) }), 'would stop writes for too long'],
    ['switchover without a job', switchover, aLink(), bare(), 'No job replicates sql-east → sql-west'],
    ['switchover with a table left out', switchover, aLink(), following({ covers: [0] }), 'No job replicates shop.public.items'],
    [
      'switchover with another source',
      switchover,
      aLink(),
      following({ source: 'other', connection: 'elsewhere' }),
      'replicates from elsewhere',
    ],
    ['failover to a past time', { ...failover, to: { kind: 'time', at: 0 } }, aLink(), following(), 'keeps no past states'],
    ['failover with a topology', { ...failover, topology: { primaries: 1, secondaries: 0 } }, aLink(), following(), "can't set a topology"],
    ['failover without a full copy', failover, aLink(), dead(following({ replicated: null })), 'no full copy yet'],
    ['failover to a dead side', failover, aLink(), { ...following(), standby: gone }, "can't be reached"],
    ['pause of nothing', pause, aLink(), bare(), 'No job of shop is there'],
    ['pause of what is paused', pause, aLink(), following({ status: 'paused' }), 'nothing to pause'],
    ['resume of what goes', resume, aLink(), following(), 'nothing to resume'],
    ['resume during a pause', resume, aLink(), following({ status: 'pause-requested' }), 'a pause is being carried out'],
    [
      'resume after the history is gone',
      resume,
      aLink(),
      following({ status: 'paused' }, {}, aSide({ history: 'lost' })),
      'stood still for too long',
    ],
    [
      'resume after 24 h',
      resume,
      aLink(),
      dead(following({ status: 'paused', replicated: micros(25 * 3_600_000) })),
      'stood still for too long',
    ],
    [
      'reconnect after 24 h',
      reconnect,
      aLink(),
      dead(following({ status: 'paused', replicated: micros(25 * 3_600_000) })),
      'stood still for too long',
    ],
    ['teardown of nothing', teardown, aLink(), bare(), 'No job of shop is there'],
    ['teardown of what is not known', teardown, aLink(), bare(aSide(), gone), 'No job of shop is known'],
    ['alter of one side only', alter, aLink(), dead(following()), 'needs both sides'],
    ['alter while paused', alter, bothWays(), mutual({}, { status: 'paused' }), 'paused by hand'],
    ['fence', { kind: 'fence', link }, aLink(), following(), 'nothing that stops writers'],
    ['reader', { kind: 'reader', link, on: true }, aLink(), following(), 'at all times'],
    ['retention', { kind: 'retention', link, windowMs: 1, expirationMs: null }, aLink(), following(), 'no past states'],
    ['upgrade', { kind: 'upgrade', link }, aLink(), following(), 'no order of upgrades'],
  ];
  it.each(rows)('%s', (_, operation, of, detail, words) => {
    const { sentence, next } = refusal(operation, detail, of);
    expect(sentence).toContain(words);
    expect(next).toMatch(/\.$/);
  });

  it('of an observation that another version made', () => {
    const seen = ask(switchover, following());
    expect(seen.kind).toBe('plan');
    expect(refusal(switchover, { ...following(), more: 1 } as LdrDetail)).toMatchObject({ code: 'stale-plan' });
  });
});
