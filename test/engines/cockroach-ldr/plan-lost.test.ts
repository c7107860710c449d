import { describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import type { LdrLink } from '../../../src/engines/cockroach-ldr/config.ts';
import type { JobView, LdrDetail, SideRead } from '../../../src/engines/cockroach-ldr/detail.ts';
import { expectWorks } from './next-step.ts';
import {
  aJob,
  aLink,
  aLook,
  aSide,
  bare,
  bothWays,
  following,
  gone,
  linkId,
  micros,
  mutual,
  outline,
  planned,
  refusal,
  wrote,
} from './scenes.ts';

const minute = 60_000;
const failover: Operation = { kind: 'failover', link: linkId, to: { kind: 'latest' } };
const nothingSeen: LdrDetail['schema'] = { kind: 'unread', why: 'a side is gone' };

/** What is left on the standby after the primary went away. */
const left = (jobs: readonly Partial<JobView>[], primary: SideRead = gone): LdrDetail => ({
  primary,
  standby: aSide({ jobs: jobs.map((job, place) => aJob({ id: String(900 - place), ...job })) }),
  schema:
    primary.kind === 'read'
      ? aLook([
          ['filled', 'filled'],
          ['filled', 'filled'],
        ])
      : nothingSeen,
});

const canceled = { status: 'canceled', replicated: micros(11 * minute) } as const;

describe('a failover whose job is over', () => {
  it.each([
    ['canceled', canceled],
    ['failed', { ...canceled, status: 'failed', error: 'history is gone' }],
  ] as const)('goes by what arrived before it was %s', (status, job) => {
    const plan = planned(failover, left([job]));
    expect(outline(plan)).toEqual(['ldr.take-stock sql-west', '(redirect)']);
    expect(plan.predictedLoss).toEqual({
      ms: 11 * minute + 10_000,
      words:
        'The writes of at most the last 11 min 10 s on sql-east have not arrived and stay on sql-east only. sql-west has everything up to 2026-06-01 09:49:00.000000 UTC, 11 min ago.',
    });
    expect(plan.warnings[0]).toBe(
      `Over already on sql-west: job 900 (shop.public.orders, shop.public.items): ${status}, everything up to 2026-06-01 09:49:00.000000 UTC. If a switchover or a failover ended this, applications use sql-west already: then cancel, there is nothing left to do.`,
    );
    expect(plan.warnings.join(' ')).toContain('nothing has to be done in CockroachDB before applications use it');
  });

  it('counts from the table that came least far, and ends what is left', () => {
    const plan = planned(failover, left([{ covers: [0] }, { ...canceled, covers: [1] }]));
    expect(outline(plan)).toEqual(['ldr.take-stock sql-west', '(redirect)', 'ldr.cancel sql-west']);
    expect(plan.predictedLoss.ms).toBe(11 * minute + 10_000);
    expect(plan.warnings[0]).toMatch(
      /^Over already on sql-west: job 899 \(shop\.public\.items\): canceled, everything up to [^.]*[^ ]* UTC\.$/,
    );
  });

  it('promises no number where a table is not told of', () => {
    const unlisted = planned(failover, left([{ ...canceled, covers: [0] }])).predictedLoss;
    expect(unlisted).toMatchObject({
      ms: null,
      words: expect.stringContaining('What sql-west has of shop.public.items is not known: no job is listed that brought it.'),
    });
    const unfilled = planned(
      failover,
      left([
        { covers: [1], replicated: null },
        { ...canceled, covers: [0] },
      ]),
    ).predictedLoss;
    expect(unfilled).toMatchObject({
      ms: null,
      words: expect.stringContaining('shop.public.items on sql-west never had a full copy: rows of any age are missing there.'),
    });
  });

  it('both ways, promises no late arrival where no job is left that would bring it', () => {
    const plan = planned(failover, left([canceled]), bothWays());
    expect(plan.predictedLoss.words).toContain('stay on sql-east only');
    expect(plan.warnings.join(' ')).toContain('those writes never come to sql-west');
    expect(plan.warnings.join(' ')).not.toContain('Both jobs');
  });

  it('says what else there is while the source answers, and that works', () => {
    const detail: LdrDetail = {
      ...left([canceled], aSide()),
      schema: keptFor4h,
      ...wrote([micros(minute), null], [null, null]),
    };
    const [first] = planned(failover, detail).warnings;
    expect(first).toMatch(
      /^sql-east answers: this failover gives up everything written there since .*09:49.*\/repl setup shop --from last keeps those writes .*\/repl rebuild shop after that\.$/,
    );
    expect(planned({ kind: 'setup', link: linkId, from: { kind: 'last' } }, detail).steps.length).toBeGreaterThan(0);
    expect(planned({ kind: 'rebuild', link: linkId }, detail).steps.length).toBeGreaterThan(0);
  });

  it('goes back to the primary where that one followed last', () => {
    const detail: LdrDetail = {
      primary: aSide({ jobs: [aJob({ ...canceled, connection: 'to_west' })] }),
      standby: gone,
      schema: nothingSeen,
    };
    expect(outline(planned(failover, detail))).toEqual(['ldr.take-stock sql-east', '(redirect)']);
  });
});

const keptFor4h = ((): LdrDetail['schema'] => {
  const look = aLook([
    ['filled', 'filled'],
    ['filled', 'filled'],
  ]);
  return look.kind === 'read'
    ? { ...look, pairs: look.pairs.map((pair) => ({ ...pair, kept: { primary: 14_400, standby: 14_400 } })) }
    : look;
})();

describe('no failover', () => {
  const rows: readonly (readonly [string, LdrDetail, RegExp, RegExp])[] = [
    ['where nothing is known', left([]), /none is listed that did/, /has to be looked at by people first/],
    [
      'where no table has a full copy, and the source is lost',
      left([{ ...canceled, replicated: null }]),
      /no full copy yet of any table/,
      /Bring sql-east back/,
    ],
    [
      'where no table has a full copy, and the source answers',
      following({ replicated: null }),
      /no full copy yet of any table/,
      /initial scan has ended/,
    ],
    [
      'to a side that the lost one followed',
      { ...left([canceled]), standby: aSide({ history: 'kept', jobs: [aJob(canceled)] }) },
      /there is nothing to fail over/,
      /let them go on/,
    ],
    [
      'by a job that follows something else',
      left([{ ...canceled, source: 'other', connection: 'renamed' }]),
      /replicates from renamed/,
      /name it in the config \(settings\.streams\.toStandby\.externalConnection\)/,
    ],
  ];
  it.each(rows)('%s', (_, detail, sentence, next) => {
    const answer = refusal(failover, detail);
    expect(answer.sentence).toMatch(sentence);
    expect(answer.next).toMatch(next);
    expect(answer.next).not.toMatch(/teardown|setup/);
  });
});

describe('what needs both sides', () => {
  const rows: readonly (readonly [Operation['kind'], LdrLink, LdrDetail])[] = (['setup', 'rebuild', 'failback'] as const).flatMap(
    (kind) => [
      [kind, aLink(), left([canceled])] as const,
      [kind, aLink(), { ...following(), primary: gone }] as const,
      [kind, bothWays(), { ...mutual(), standby: gone, primary: aSide({ jobs: [aJob({ connection: 'to_west' })] }) }] as const,
    ],
  );
  it.each(rows)('names what a lost side leaves: %s', (kind, link, detail) => {
    // The three take no argument that matters here.
    const answer = refusal({ kind, link: linkId } as Operation, detail, link);
    expect(answer.sentence).toContain('needs both sides');
    expectWorks(answer.next, detail, link);
  });

  it('names no failover where the side that answers has nothing', () => {
    expect(refusal({ kind: 'setup', link: linkId }, bare(aSide(), gone)).next).not.toContain('failover');
  });
});

describe('a side whose first copy was never complete', () => {
  const failback: Operation = { kind: 'failback', link: linkId };
  const setup: Operation = { kind: 'setup', link: linkId };
  const none = wrote([micros(minute), null], [micros(minute), null]);
  const half = (jobs: readonly Partial<JobView>[]): LdrDetail => ({ ...left(jobs, aSide()), ...none });
  /** The standby is the one that is written to. */
  const inUse = (detail: LdrDetail): LdrDetail => ({ ...detail, ...wrote([micros(2 * minute), micros(minute)], [null, null]) });
  const never = { ...canceled, replicated: null };

  it.each([
    ['of all tables', aLink(), half([never])],
    [
      'of one table',
      aLink(),
      half([
        { ...never, covers: [1] },
        { ...canceled, covers: [0] },
      ]),
    ],
    ['both ways', bothWays(), half([never])],
  ] as const)('is not failed back from: %s', (_, link, detail) => {
    const { sentence, next } = refusal(failback, detail, link);
    expect(sentence).toMatch(
      /^sql-west never had a full copy of .*shop\.public\.items: job \d+ ended before its first copy was complete\./,
    );
    expect(next).toMatch(/^\/repl rebuild shop fills sql-west anew from sql-east\./);
    expectWorks(next, detail, link);
    const start = refusal(setup, detail, link);
    expect(start.sentence).toContain('never had a full copy');
    expect(start.next).toMatch(/^\/repl rebuild shop/);
    expectWorks(start.next, detail, link);
  });

  it('is not named to fail back from where a rebuild is refused', () => {
    const detail = inUse(half([never]));
    const { sentence, next } = refusal({ kind: 'rebuild', link: linkId }, detail);
    expect(sentence).toContain('sql-west looks like the side in use');
    expect(next).toMatch(/^If applications use sql-west, it still lacks what its first copy never brought/);
    expect(refusal(failback, detail).next).toMatch(/^If applications use sql-east, empty the tables on sql-west by hand \(TRUNCATE\)/);
  });

  it('may be failed back from where the other side has no row to lose', () => {
    const schema = aLook([
      ['empty', 'filled'],
      ['empty', 'filled'],
    ]);
    expect(planned(failback, { ...inUse(half([never])), schema }).steps.length).toBeGreaterThan(0);
  });

  it.each([
    ['no job is listed any more', []],
    ['the job did not name its source', [{ ...canceled, source: 'unknown' }]],
  ] as const)('is not told from one that had it where %s, and people are told so', (_, jobs) => {
    const plan = planned(failback, inUse(half([...jobs])));
    expect(plan.predictedLoss).toMatchObject({
      ms: null,
      words: expect.stringMatching(/^Nothing proves that sql-west ever had a full copy of shop\.public\.orders, shop\.public\.items: /),
    });
    const kinds = plan.steps.map(({ kind }) => kind);
    expect(kinds.indexOf('ldr.compare-rows')).toBe(kinds.indexOf('ldr.accept-loss') - 1);
    expect(kinds.filter((kind) => kind === 'ldr.compare-rows')).toHaveLength(1);
  });

  it('needs no word of people where a job had brought everything', () => {
    expect(planned(failback, inUse(half([canceled]))).predictedLoss.words).not.toContain('Nothing proves');
  });
});
