import { describe, expect, it } from 'vitest';
import type { LdrLink } from '../../../src/engines/cockroach-ldr/config.ts';
import type { JobView, LdrDetail, ReadSide } from '../../../src/engines/cockroach-ldr/detail.ts';
import { expectWorks } from './next-step.ts';
import { aJob, aLink, aLook, aSide, bare, bothWays, following, linkId, micros, nowMs, outline, planned, refusal, wrote } from './scenes.ts';

const minute = 60_000;
const last = { kind: 'setup', link: linkId, from: { kind: 'last' } } as const;
const from = (msAgo: number) => ({ kind: 'setup', link: linkId, from: { kind: 'time', at: nowMs - msAgo } }) as const;

type Kept = { readonly primary: number | null; readonly standby: number | null };
const look = (kept: Kept | null, rows: readonly ['filled' | 'empty', 'filled' | 'empty'] = ['filled', 'filled']): LdrDetail['schema'] => {
  const schema = aLook([rows, rows]);
  return schema.kind === 'read' && kept !== null ? { ...schema, pairs: schema.pairs.map((pair) => ({ ...pair, kept })) } : schema;
};

const kept4h = look({ primary: 14_400, standby: 14_400 });
/** Nobody wrote on the standby. */
const untouched = wrote([micros(minute), null], [null, null]);

/** These jobs into the standby are over. */
const over = (jobs: readonly Partial<JobView>[], schema = kept4h, primary: Partial<ReadSide> = {}): LdrDetail => ({
  ...bare(
    aSide(primary),
    aSide({
      jobs: jobs.map((job, place) => aJob({ id: String(900 - place), status: 'canceled', replicated: micros(11 * minute), ...job })),
    }),
    schema,
  ),
  ...untouched,
});

/** The job into the standby ended ten minutes ago, one minute behind. */
const ended = (job: Partial<JobView> = {}, schema = kept4h, primary: Partial<ReadSide> = {}) => over([job], schema, primary);

describe('a setup that goes on from where the last replication ended', () => {
  it('starts at the time up to which everything has arrived, copies nothing, and empties nothing when it is taken back', () => {
    const plan = planned(last, ended());
    expect(outline(plan)).toEqual([
      '(ldr.stop-writers)',
      'ldr.check-connection sql-west',
      'ldr.create-user sql-east',
      'ldr.grant sql-east',
      'ldr.create-stream sql-west',
      'ldr.prove-source sql-west',
      'ldr.await-scan sql-west',
      'ldr.prove-advance sql-west',
    ]);
    const create = plan.steps.find(({ kind }) => kind === 'ldr.create-stream');
    expect(create?.statements[0]).toMatch(/ WITH CURSOR = '2026-06-01 09:49:00\.000000\+00:00'$/);
    expect(create?.title).toBe('Let replication sql-east → sql-west go on from 2026-06-01 09:49:00.000000 UTC');
    expect(create?.undo).toMatchObject({ act: { kind: 'ldr.end-stream' } });
    expect(plan.steps.map(({ undo }) => (undo.kind === 'act' ? undo.act.kind : ''))).not.toContain('ldr.clear-copy');
    expect(JSON.stringify(plan)).not.toContain('TRUNCATE');
    expect(plan.warnings[0]).toBe(
      'sql-east keeps the history from 2026-06-01 09:49:00.000000 UTC on for 3 h 49 min more, and nothing protects it until replication runs and has caught up.',
    );
    expect(plan.predictedLoss.ms).toBe(0);
  });

  it('goes on each way from its own time', () => {
    const back = aJob({ status: 'canceled', connection: 'to_west', replicated: micros(12 * minute) });
    const plan = planned(last, ended({}, undefined, { jobs: [back] }), bothWays());
    const cursors = plan.steps.filter(({ kind }) => kind === 'ldr.create-stream').map(({ cluster, params }) => [cluster, params['cursor']]);
    expect(cursors).toEqual([
      ['sql-west', '2026-06-01 09:49:00.000000+00:00'],
      ['sql-east', '2026-06-01 09:48:00.000000+00:00'],
    ]);
    expect(plan.steps.every(({ by }) => by === 'engine')).toBe(true);
  });

  it('takes an earlier time than that too', () => {
    const plan = planned(from(20 * minute), ended());
    expect(plan.steps.find(({ kind }) => kind === 'ldr.create-stream')?.params['cursor']).toBe('2026-06-01 09:40:00.000000+00:00');
    expect(plan.warnings.join(' ')).not.toContain('lists no earlier job');
  });

  it('goes on over a side whose own writes are older than that', () => {
    const old = wrote([micros(minute), micros(30 * minute)], [null, null]);
    expect(planned(last, { ...ended(), ...old }).steps.length).toBeGreaterThan(0);
  });

  it('says what nobody can know when no earlier job is listed', () => {
    const plan = planned(from(20 * minute), over([]));
    expect(outline(plan).slice(0, 2)).toEqual(['(ldr.stop-writers)', '(ldr.accept-loss)']);
    expect(plan.steps[1]?.statements[0]).toBe(
      'sql-west lists no job that brought shop.public.orders, shop.public.items. Confirm that it has everything of sql-east up to 2026-06-01 09:40:00.000000 UTC: what it lacks from before never arrives, without notice.',
    );
    expect(plan.predictedLoss.ms).toBeNull();
  });

  it('goes on from the least of what the last job of each table brought', () => {
    const split = over([
      { covers: [1], replicated: micros(20 * minute) },
      { covers: [0], replicated: micros(11 * minute) },
      { covers: [0, 1], replicated: micros(40 * minute) },
    ]);
    const plan = planned(last, split);
    expect(plan.steps.find(({ kind }) => kind === 'ldr.create-stream')?.params['cursor']).toBe('2026-06-01 09:40:00.000000+00:00');
    expect(plan.predictedLoss.ms).toBe(0);
  });

  it('lets a person answer for the tables that no job brought, and for no other', () => {
    const plan = planned(from(20 * minute), over([{ covers: [0] }]));
    expect(plan.steps[1]?.statements[0]).toContain('lists no job that brought shop.public.items. Confirm');
  });

  it.each([
    ['slow', 'a quick look was not enough for their size'],
    ['refused', 'the bot may not read them'],
  ] as const)('lets a person answer for a side of which it is not known who wrote there: %s', (why, words) => {
    const plan = planned(last, { ...over([{}]), ...wrote([micros(minute), why], [null, null]) });
    expect(outline(plan).slice(0, 2)).toEqual(['(ldr.stop-writers)', '(ldr.accept-loss)']);
    expect(plan.steps[1]?.statements.join(' ')).toContain(
      'SELECT max(crdb_internal_mvcc_timestamp) AS newest FROM "shop"."public"."orders"',
    );
    expect(plan.warnings.join(' ')).toContain(
      `Whether applications wrote into shop.public.orders on sql-west is not known: ${words}. A person has to say so before replication goes on over it.`,
    );
    expect(plan.predictedLoss.ms).toBeNull();
  });

  it('asks nobody about a table without rows', () => {
    const both = look({ primary: 14_400, standby: 14_400 }, ['empty', 'empty']);
    const plan = planned(last, { ...over([{}], both), ...wrote(['slow', 'slow'], ['slow', 'slow']) });
    expect(outline(plan)).not.toContain('(ldr.accept-loss)');
  });
});

describe('no setup goes on', () => {
  const rows: readonly (readonly [string, Parameters<typeof refusal>[0], LdrDetail, RegExp, LdrLink])[] = [
    [
      'from a time after the one up to which everything arrived',
      from(5 * minute),
      ended(),
      /brought everything up to 2026-06-01 09:49:00.*would never arrive/,
      aLink(),
    ],
    ['from a time to come', from(-minute), ended(), /has not come yet by the clock of sql-east/, aLink()],
    [
      'from before what the source keeps',
      from(20 * minute),
      ended({}, look({ primary: 600, standby: 14_400 })),
      /keeps the history of the link's tables for 10 min.*is 20 min ago/,
      aLink(),
    ],
    [
      'where the source does not say what it keeps',
      last,
      ended({}, look({ primary: null, standby: 14_400 })),
      /could not be read, so nothing was started/,
      aLink(),
    ],
    ['where nothing was read of it', last, ended({}, look(null)), /could not be read/, aLink()],
    ['where no job tells from when', last, over([]), /lists no earlier job/, aLink()],
    [
      'after a job that never had everything',
      last,
      ended({ replicated: null }),
      /Job 900 on sql-west, the last one for shop.public.orders, shop.public.items, does not tell .*: it ended before its first copy was complete/,
      aLink(),
    ],
    ['after a job on fewer tables', last, ended({ covers: [0] }), /lists no earlier job of shop.public.items of shop/, aLink()],
    ['after a job from elsewhere', last, ended({ source: 'other' }), /followed the external connection to_east, which is not/, aLink()],
    ['after a job from nobody knows where', last, ended({ source: 'unknown', connection: null }), /what it followed is not known/, aLink()],
    [
      'from a time that one of two jobs has not reached',
      from(12 * minute),
      over([{ covers: [0] }, { covers: [1], replicated: micros(20 * minute) }]),
      /Job 899, the last one of shop for shop\.public\.items into sql-west, brought everything up to 2026-06-01 09:40:00.* only/,
      aLink(),
    ],
    [
      'from a time that one job has not reached, while no job is listed of the other table',
      from(5 * minute),
      over([{ covers: [0] }]),
      /Job 900, the last one of shop for shop\.public\.orders/,
      aLink(),
    ],
    [
      'from any time after a first copy that was cut short, whatever an older job brought',
      from(60 * minute),
      over([{ replicated: null }, { replicated: micros(30 * minute) }]),
      /Job 900 on sql-west.* ended before its first copy was complete/,
      aLink(),
    ],
    [
      'from any time after a first copy of one table that was cut short',
      from(60 * minute),
      over([{ covers: [1], replicated: null }, { covers: [0] }]),
      /the last one for shop\.public\.items, does not tell/,
      aLink(),
    ],
    [
      'where the time that is known is over, and another one would leave something out',
      from(5 * minute),
      ended({ replicated: micros(300 * minute) }),
      /brought everything up to 2026-06-01 05:00:00/,
      aLink(),
    ],
    [
      'both ways, where one of them does not tell',
      from(30 * minute),
      ended({}, kept4h, { jobs: [aJob({ status: 'canceled', connection: 'to_west', replicated: null })] }),
      /on sql-east, the last one for/,
      bothWays(),
    ],
    [
      'into a table without rows',
      from(20 * minute),
      ended({}, look({ primary: 14_400, standby: 14_400 }, ['filled', 'empty'])),
      /holds no row, while sql-east has some/,
      aLink(),
    ],
    [
      'into a table that is not there',
      last,
      bare(aSide(), aSide({ tables: ['there', 'absent'] })),
      /sql-west has no shop\.public\.items/,
      aLink(),
    ],
    [
      'over what applications wrote since on the side that follows',
      last,
      { ...ended(), ...wrote([micros(minute), micros(2 * minute)], [null, null]) },
      /sql-west has taken writes since 2026-06-01 09:49:00.* that no job brought \(shop\.public\.orders up to 2026-06-01 09:58:00/,
      aLink(),
    ],
    ['beside a job that runs', last, following(), /replicates tables of shop already/, aLink()],
    ['both ways, when one of them does not tell', last, ended(), /sql-east lists no earlier job/, bothWays()],
  ];
  it.each(rows)('%s', (_, operation, detail, sentence, link) => {
    const answer = refusal(operation, detail, link);
    expect(answer.sentence).toMatch(sentence);
    expect(answer.next).not.toBe('');
  });

  const leads = rows.filter(
    ([name]) => !['from a time to come', 'into a table that is not there', 'beside a job that runs'].includes(name),
  );
  it.each(leads)('and what is to be done instead works: %s', (_, operation, detail, __, link) => {
    expectWorks(refusal(operation, detail, link).next, detail, link);
  });
});
