import { describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import type { JobView, LdrDetail, ReadSide } from '../../../src/engines/cockroach-ldr/detail.ts';
import { expectWorks } from './next-step.ts';
import { aJob, aLook, aSide, bothWays, following, gone, linkId, micros, outline, planned, refusal, wrote } from './scenes.ts';

const minute = 60_000;
const link = bothWays();
const setup: Operation = { kind: 'setup', link: linkId };
const last: Operation = { kind: 'setup', link: linkId, from: { kind: 'last' } };
const rebuild: Operation = { kind: 'rebuild', link: linkId };
const resume: Operation = { kind: 'resume', link: linkId };

function kept(seconds: number): LdrDetail['schema'] {
  const look = aLook([
    ['filled', 'filled'],
    ['filled', 'filled'],
  ]);
  if (look.kind !== 'read') return look;
  return { ...look, pairs: look.pairs.map((pair) => ({ ...pair, kept: { primary: seconds, standby: seconds } })) };
}

const backJob = (more: Partial<JobView> = {}) =>
  aJob({ id: '77', connection: 'to_west', status: 'canceled', replicated: micros(11 * minute), ...more });

/** Both ways; the job into the primary is over, or what is given, and the standby follows, or does what is given. */
const half = (
  back: Partial<JobView> = {},
  into: Partial<JobView> = {},
  schema = kept(14_400),
  standby: Partial<ReadSide> = {},
): LdrDetail => ({
  primary: aSide({ history: 'kept', jobs: [backJob(back)] }),
  standby: aSide({ history: 'none', jobs: [aJob(into)], ...standby }),
  schema,
});

describe('both ways, one direction that is over', () => {
  it('goes on beside the other one, which stays as it is', () => {
    const plan = planned(last, half(), link);
    expect(outline(plan).filter((step) => /stream|scan|prove|cancel|empty/.test(step))).toEqual([
      'ldr.create-stream sql-east',
      'ldr.prove-source sql-east',
      'ldr.await-scan sql-east',
      'ldr.prove-advance sql-east',
    ]);
    expect(plan.steps.find(({ kind }) => kind === 'ldr.create-stream')?.params['cursor']).toBe('2026-06-01 09:49:00.000000+00:00');
    expect(plan.warnings.join(' ')).toContain('sql-east → sql-west goes on meanwhile as it is.');
    expect(plan.predictedLoss.ms).toBe(0);
  });

  it('does so into the standby too', () => {
    const detail: LdrDetail = {
      primary: aSide({ jobs: [backJob({ status: 'running', replicated: micros(4_000) })] }),
      standby: aSide({ history: 'kept', jobs: [aJob({ status: 'failed', replicated: micros(5 * minute) })] }),
      schema: kept(14_400),
    };
    expect(outline(planned(last, detail, link)).filter((step) => step.includes('stream'))).toEqual(['ldr.create-stream sql-west']);
  });

  it('is filled anew from the side that follows when its time is over', () => {
    const plan = planned(rebuild, { ...half(), schema: { kind: 'skipped' } }, link);
    expect(plan.summary).toBe("Delete what sql-east has of the link's tables, and copy everything anew from sql-west.");
    const steps = outline(plan);
    expect(steps.indexOf('ldr.await-past sql-west')).toBeGreaterThan(-1);
    expect(steps.indexOf('ldr.await-past sql-west')).toBeLessThan(steps.indexOf('ldr.empty-tables sql-east'));
    expect(steps).not.toContain('ldr.empty-tables sql-west');
  });

  it('is the standby where that one does not follow', () => {
    const detail: LdrDetail = {
      primary: aSide({ history: 'kept', jobs: [backJob({ status: 'running', replicated: micros(4_000) })] }),
      standby: aSide({ jobs: [aJob({ status: 'failed' })] }),
      schema: { kind: 'skipped' },
    };
    expect(outline(planned(rebuild, detail, link))).toContain('ldr.empty-tables sql-west');
  });
});

describe('both ways, what is refused while one direction is over names what works', () => {
  const longOver = { replicated: micros(300 * minute) };
  const rows: readonly (readonly [string, Operation, LdrDetail, string])[] = [
    ['a setup', setup, half(), '/repl setup shop --from last'],
    ['a setup, when the history is gone', setup, half(longOver), '/repl rebuild shop'],
    ['going on, when the history is gone', last, half(longOver), '/repl rebuild shop'],
    ['going on after a first copy that was cut short', last, half({ replicated: null }), '/repl rebuild shop'],
    ['a failback', { kind: 'failback', link: linkId }, half(), '/repl setup shop --from last'],
    ['a failback after a copy that was cut short', { kind: 'failback', link: linkId }, half({ replicated: null }), '/repl rebuild shop'],
    ['an alter', { kind: 'alter', link: linkId }, half(), '/repl setup shop --from last'],
    ['going on beside one that is paused', last, half({}, { status: 'paused' }, undefined, {}), '/repl resume shop'],
    [
      'going on beside one that stood still for too long',
      last,
      { ...half({}, { status: 'paused' }), primary: aSide({ history: 'lost', jobs: [backJob()] }) },
      '/repl teardown shop',
    ],
  ];
  it.each(rows)('%s', (_, operation, detail, words) => {
    const { next } = refusal(operation, detail, link);
    expect(next).toContain(words);
    expectWorks(next, detail, link);
  });
});

describe('a direction that stood still for too long', () => {
  const day = 25 * 60 * minute;
  const paused = (into: Partial<JobView>, back: Partial<JobView>): LdrDetail => ({
    primary: aSide({ history: 'kept', jobs: [backJob({ status: 'paused', ...back })] }),
    standby: aSide({ history: 'lost', jobs: [aJob({ status: 'paused', ...into })] }),
    schema: { kind: 'skipped' },
  });

  it('keeps no other one from being resumed', () => {
    const plan = planned(resume, paused({ replicated: micros(60 * minute) }, { replicated: micros(day) }), link);
    expect(outline(plan)).toEqual(['ldr.resume sql-west']);
    expect(plan.warnings[0]).toBe(
      'sql-west → sql-east has stood still for too long and stays as it is: its history is gone. Once the other direction follows, /repl rebuild shop fills sql-east anew from sql-west.',
    );
  });

  it('is filled anew once the other one follows', () => {
    const detail = paused({ status: 'running', replicated: micros(4_000) }, { replicated: micros(day) });
    const { next } = refusal(resume, detail, link);
    expect(next).toBe('/repl rebuild shop ends what is left and fills sql-east anew from sql-west.');
    expectWorks(next, detail, link);
    expect(outline(planned(rebuild, detail, link))).toContain('ldr.empty-tables sql-east');
  });

  it('keeps no other one from being reconnected', () => {
    const plan = planned(
      { kind: 'reconnect', link: linkId },
      paused({ replicated: micros(60 * minute) }, { replicated: micros(day) }),
      link,
    );
    expect(new Set(plan.steps.map(({ cluster }) => cluster))).toEqual(new Set(['sql-east', 'sql-west']));
    expect(outline(plan).some((step) => step === 'ldr.alter-connection sql-east')).toBe(false);
  });

  const lost = { status: 'paused', replicated: micros(day) } as const;
  it.each([
    ['one way', following(lost, {}, aSide({ history: 'lost' })), undefined],
    ['one way with a lost source', following(lost, {}, gone), undefined],
    ['both ways, both of them', { ...paused(lost, lost), primary: aSide({ history: 'lost', jobs: [backJob(lost)] }) }, link],
  ] as const)('is refused with what works: %s', (_, detail, of) => {
    const told = { ...detail, ...wrote([null, null], [null, null]) };
    expectWorks(refusal(resume, told, of).next, told, of);
  });
});
