import { describe, expect, it } from 'vitest';
import type { JobView, LdrDetail, Redirect } from '../../../src/engines/cockroach-ldr/detail.ts';
import { expectWorks } from './next-step.ts';
import { aJob, aLook, aSide, bare, bothWays, linkId, micros, nowMs, outline, planned, refusal, wrote } from './scenes.ts';

const minute = 60_000;
const rebuild = { kind: 'rebuild', link: linkId } as const;
const last = { kind: 'setup', link: linkId, from: { kind: 'last' } } as const;
const at = { kind: 'setup', link: linkId, from: { kind: 'time', at: nowMs - 11 * minute } } as const;

/** The job into the standby ended, having brought all up to eleven minutes ago; nobody is seen to have written on either side since. */
const over = (redirected?: Redirect): LdrDetail => {
  const look = aLook([
    ['filled', 'filled'],
    ['filled', 'filled'],
  ]);
  const kept = { primary: 14_400, standby: 14_400 };
  return {
    ...bare(
      aSide(),
      aSide({ jobs: [aJob({ status: 'canceled', replicated: micros(11 * minute) })] }),
      look.kind === 'read' ? { ...look, pairs: look.pairs.map((pair) => ({ ...pair, kept })) } : look,
    ),
    ...wrote([null, null], [null, null]),
    ...(redirected === undefined ? {} : { redirected }),
  };
};
const sent = (more: Partial<Redirect> = {}): Redirect => ({
  run: 'r-0000000007',
  operation: 'switchover',
  side: 'standby',
  ended: micros(10 * minute),
  ...more,
});

describe('a side that a run of the bot sent applications to', () => {
  it('does not follow the other one again by itself, though nobody is seen to have written there', () => {
    expect(outline(planned(last, over()))).toContain('ldr.create-stream sql-west');
    const { sentence, next } = refusal(last, over(sent()));
    expect(sentence).toBe(
      'The switchover r-0000000007 sent the applications of shop to sql-west, the last of it on 2026-06-01 09:50:00.000000 UTC, and no job has brought anything there since. If they use sql-west still, what they wrote there would be overwritten from sql-east or stay on sql-west alone, so nothing was started.',
    );
    expect(next).toContain('/repl failback shop fills sql-east anew from it.');
    expect(next).toContain('(2026-06-01 09:49:00.000000 UTC at the latest)');
    expectWorks(next, over(sent()));
  });

  it('follows from a time that a person gives, once a person has said where applications are', () => {
    const plan = planned(at, over(sent()));
    expect(outline(plan).slice(0, 2)).toEqual(['(ldr.stop-writers)', '(ldr.accept-loss)']);
    const step = plan.steps.find(({ kind }) => kind === 'ldr.accept-loss');
    expect(step?.statements.join(' ')).toContain(
      'Confirm that applications use sql-east now, and that nothing they wrote on sql-west is needed. If they use sql-west, cancel.',
    );
    expect(plan.predictedLoss.ms).toBeNull();
    expect(outline(planned(at, over())).join()).not.toContain('ldr.accept-loss');
  });

  it.each([
    ['the run sent them to the other side', sent({ side: 'primary' })],
    ['a job has brought something there since', sent({ ended: micros(13 * minute) })],
  ])('is what it was before when %s', (_, redirected) => {
    expect(outline(planned(last, over(redirected)))).toEqual(outline(planned(last, over())));
  });

  it('is not taken for followed since where the clocks differ by less than a minute', () => {
    expect(refusal(last, over(sent({ ended: micros(11.5 * minute) }))).sentence).toContain('r-0000000007');
  });

  it('may follow both ways: the other job brings what is written there', () => {
    const detail = over(sent());
    const back = aJob({ status: 'canceled', connection: 'to_west', replicated: micros(11 * minute) });
    const both: LdrDetail = { ...detail, primary: aSide({ jobs: [back] }) };
    expect(outline(planned(last, both, bothWays()))).toContain('ldr.create-stream sql-west');
  });
});

/** The stream from the new source was over, or failed, before the run sent applications to it. */
const jobInto = (job: Partial<JobView>, redirected?: Redirect): LdrDetail => {
  const detail = over(redirected);
  return { ...detail, standby: aSide({ jobs: [aJob({ status: 'canceled', replicated: micros(11 * minute), ...job })] }) };
};

describe('a side that is to be emptied, and that a run of the bot sent applications to', () => {
  it.each([
    ['a job that was ended', {}],
    ['a job that had failed by then', { status: 'failed' }],
  ])('is not filled anew by a rebuild after %s, though no row tells that it is in use', (_, job) => {
    const { sentence, next } = refusal(rebuild, jobInto(job, sent()));
    expect(sentence).toBe(
      'The switchover r-0000000007 sent the applications of shop to sql-west, the last of it on 2026-06-01 09:50:00.000000 UTC, and no job has brought anything there since. If they use sql-west still, a rebuild would delete what they wrote there and bring back what they deleted. Nothing on sql-west is deleted.',
    );
    expect(next).toContain('If applications use sql-west, /repl failback shop fills sql-east anew from it.');
    expectWorks(next, jobInto(job, sent()));
    expect(outline(planned(rebuild, jobInto(job)))).toContain('ldr.empty-tables sql-west');
  });

  it.each([
    ['a job has brought something there since', { status: 'failed', replicated: micros(8 * minute) }],
    ['a first copy began there since', { status: 'failed', replicated: null, started: micros(8 * minute) }],
  ])('is filled anew as before when %s', (_, job) => {
    expect(outline(planned(rebuild, jobInto(job, sent())))).toEqual(outline(planned(rebuild, jobInto(job))));
  });

  it('needs a word of a person before a failback, with a loss that is not known', () => {
    const back = { kind: 'failback', link: linkId } as const;
    const plan = planned(back, over(sent({ side: 'primary' })));
    const step = plan.steps.find(({ kind }) => kind === 'ldr.accept-loss');
    expect(step?.statements.join(' ')).toContain('Confirm that applications use sql-west now');
    expect(plan.predictedLoss.ms).toBeNull();
    expect(plan.predictedLoss.words).toContain('If they use sql-east still, what they write and delete there is lost.');
    expect(outline(planned(back, over(sent()))).join()).not.toContain('ldr.accept-loss');
  });

  it('needs that word both ways too, unless the way back brings what is written there', () => {
    const link = bothWays();
    const failed = (redirected?: Redirect) => jobInto({ status: 'failed' }, redirected);
    const plan = planned(rebuild, failed(sent()), link);
    expect(outline(plan)).toContain('(ldr.accept-loss)');
    expect(plan.predictedLoss.ms).toBeNull();
    const back = { primary: aSide({ jobs: [aJob({ connection: 'to_west' })] }) };
    expect(outline(planned(rebuild, { ...failed(sent()), ...back }, link))).toEqual(
      outline(planned(rebuild, { ...failed(), ...back }, link)),
    );
    expect(outline(planned(rebuild, failed(), link)).join()).not.toContain('ldr.accept-loss');
  });
});

describe('a link of which the journal of a run cannot be read', () => {
  const unknown = (detail: LdrDetail): LdrDetail => ({ ...detail, redirectUntold: true });
  const words =
    "The journal of an earlier run can't be read, so which side the applications of shop were sent to last is not known. Confirm that applications use sql-east now, and that nothing they wrote on sql-west is needed. If they use sql-west, cancel.";

  it.each([
    ['goes on from the last time', last, over()],
    ['goes on from a time', at, over()],
    ['is filled anew', rebuild, jobInto({ status: 'failed' })],
  ] as const)('%s once a person has said where applications are', (_, operation, detail) => {
    expect(outline(planned(operation, detail)).join()).not.toContain('ldr.accept-loss');
    const plan = planned(operation, unknown(detail));
    expect(plan.steps.find(({ kind }) => kind === 'ldr.accept-loss')?.statements[0]).toBe(words);
    expect(plan.predictedLoss.ms).toBeNull();
  });

  it('asks nobody where the way back brings what is written there', () => {
    const back = { primary: aSide({ jobs: [aJob({ connection: 'to_west' })] }) };
    const detail = { ...jobInto({ status: 'failed' }), ...back };
    expect(outline(planned(rebuild, unknown(detail), bothWays()))).toEqual(outline(planned(rebuild, detail, bothWays())));
  });
});
