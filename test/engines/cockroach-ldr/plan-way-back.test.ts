import { describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import type { JobView, LdrDetail, ReadSide } from '../../../src/engines/cockroach-ldr/detail.ts';
import { aJob, aSide, bothWays, gone, linkId, micros, mutual, planned } from './scenes.ts';

const link = bothWays();
const switchover: Operation = { kind: 'switchover', link: linkId };
const failback: Operation = { kind: 'failback', link: linkId };
const failover: Operation = { kind: 'failover', link: linkId, to: { kind: 'latest' } };

/** The standby follows; the way back is as given. */
const half = (back: Partial<JobView> | null, standby: Partial<ReadSide> = {}): LdrDetail => ({
  ...mutual(),
  primary: aSide({ history: 'kept', jobs: back === null ? [] : [aJob({ id: '77', connection: 'to_west', ...back })] }),
  standby: aSide({ history: 'kept', jobs: [aJob()], ...standby }),
});

const broken: readonly (readonly [string, LdrDetail, RegExp, RegExp])[] = [
  [
    'ended',
    half({ status: 'canceled' }),
    /job 77: canceled/,
    /\/repl setup shop --from last lets it go on without a copy while sql-west keeps the history/,
  ],
  ['failed', half({ status: 'failed' }), /job 77: failed/, /\/repl setup shop --from last/],
  [
    'ended in its first copy',
    half({ status: 'canceled', replicated: null }),
    /job 77: canceled/,
    /^\/repl rebuild shop fills sql-east anew from sql-west\.$/,
  ],
  ['never there', half(null), /none is listed/, /^\/repl rebuild shop/],
  ['paused', half({ status: 'paused' }), /job 77: replication is paused by hand/, /\/repl resume shop lets it go on/],
  [
    'paused for too long',
    half({ status: 'paused', replicated: micros(25 * 3_600_000) }, { history: 'lost' }),
    /paused by hand/,
    /^\/repl rebuild shop fills sql-east anew/,
  ],
  ['without a full copy', half({ replicated: null }), /initial scan is running/, /\/repl status shop/],
  ['tried again', half({ status: 'running', runningStatus: '', replicated: null }), /initial scan/, /status/],
  ['on fewer tables', half({ covers: [0] }), /none for shop\.public\.items/, /Mend the config/],
  ['from elsewhere', half({ source: 'other', connection: 'elsewhere' }), /job 77 follows elsewhere/, /status/],
];

describe('both ways, a side that nothing brings back from', () => {
  it.each(broken)('is said first before people move there: %s', (_, detail, why, mend) => {
    const { warnings } = planned(switchover, detail, link);
    const [first] = warnings;
    expect(first).toMatch(/^No job brings what applications write on sql-west to sql-east as it should \(/);
    expect(first).toMatch(why);
    expect(first).toContain('After this move nothing protects sql-west');
    expect(first?.split('better mend it first. ')[1]).toMatch(mend);
    expect(warnings.join(' ')).not.toContain('Both jobs go on');
  });

  it.each(broken)('is said in a failover, which no less goes on: %s', (_, detail, why) => {
    const words = planned(failover, detail, link).warnings.join(' ');
    expect(words).toMatch(why);
    expect(words).toContain('After this nothing protects sql-west. The job into sql-west stays and tries again.');
    expect(words).not.toMatch(/Both jobs|So does the job back/);
  });

  it('is said on the way to the primary too', () => {
    const detail = { ...mutual({ status: 'paused' }) };
    const { warnings } = planned(failback, detail, link);
    expect(warnings[0]).toContain('No job brings what applications write on sql-east to sql-west as it should');
    expect(warnings[0]).toContain('/repl resume shop lets it go on.');
  });

  it('is not said where both follow, and not promised where the other side is lost', () => {
    expect(planned(switchover, mutual(), link).warnings.join(' ')).toContain('Both jobs go on, so sql-east stays up to date');
    expect(planned(failover, mutual(), link).warnings.join(' ')).toContain('So does the job back into sql-east.');
    expect(planned(failover, { ...mutual(), primary: gone }, link).warnings.join(' ')).toContain(
      "Whether a job on sql-east brings writes back there can't be seen now",
    );
  });
});
