import { describe, expect, it } from 'vitest';
import { fingerprintOf } from '../../../src/domain/observation.ts';
import type { LdrLink } from '../../../src/engines/cockroach-ldr/config.ts';
import type { JobView, LdrDetail, SideRead } from '../../../src/engines/cockroach-ldr/detail.ts';
import { expiresInMs, flowInto, phaseOf, replicatedOf } from '../../../src/engines/cockroach-ldr/flow.ts';
import { observationOf } from '../../../src/engines/cockroach-ldr/observe.ts';
import { aJob, aLink, aLook, aSide, bare, bothWays, following, gone, micros, mutual, nowMs } from './scenes.ts';

const seen = (detail: LdrDetail, link: LdrLink = aLink()) => observationOf(link, detail, nowMs);
const silent: SideRead = { kind: 'silent', why: 'it gave no answer.' };
const locked: SideRead = { kind: 'locked', why: 'it answered 28P01.' };
const hour = 3_600_000;
const paused: Partial<JobView> = { status: 'paused' };
const gaveUp: Partial<JobView> = { status: 'paused', runningStatus: 'pausing after error: source is gone' };
const queue = (entries: number | null) => ({
  pair: 0,
  queue: 'dlq_113_public_orders',
  entries,
  oldest: micros(hour),
  newest: micros(1_000),
});

describe('the facts of a link that runs', () => {
  const ttlOf = (detail: LdrDetail, link?: LdrLink) => seen(detail, link).facts.find(({ name }) => name === 'ttl')?.value;
  it('say what becomes of row-level TTL', () => {
    const discards = aLink({ options: { ...aLink().settings.options, discardTtlDeletes: true } });
    expect(ttlOf(following())).toContain('are replicated like others, so sql-west needs none of its own');
    expect(ttlOf(following(), discards)).toContain(
      'are left out where the source sets ttl_disable_changefeed_replication, so give sql-west',
    );
    expect(ttlOf(mutual(), bothWays())).toContain('let its job run on one side only');
    expect(ttlOf(bare(aSide(), aSide()))).toBeUndefined();
  });
});

describe('the headline', () => {
  const rows: readonly (readonly [string, LdrDetail, string, string, LdrLink?])[] = [
    ['a sound link', following(), 'healthy', 'sql-east → sql-west: sql-west follows and is 4 s behind.'],
    [
      'a job that outlives its source',
      { ...following(), primary: gone },
      'broken',
      "the job on sql-west runs, but sql-east can't be asked",
    ],
    [
      'a job that was ended',
      bare(aSide(), aSide({ jobs: [aJob({ status: 'canceled' })] })),
      'broken',
      'Which side applications use is not known.',
    ],
    ['a sound link both ways', mutual(), 'healthy', 'sql-west → sql-east: sql-east follows', bothWays()],
    [
      'a sound link whose roles were swapped',
      { primary: aSide({ jobs: [aJob()] }), standby: aSide({ history: 'kept' }), schema: { kind: 'skipped' } },
      'healthy',
      'sql-west → sql-east: sql-east follows and is 4 s behind.',
    ],
    [
      'a job that the source knows nothing of',
      following({}, {}, aSide()),
      'degraded',
      'sql-east has no job that keeps history for it, so the external connection to_east leads elsewhere and nothing written on sql-east reaches sql-west.',
    ],
    [
      'a job that may be one the bot is not shown',
      following({}, {}, aSide({ sight: 'own' })),
      'healthy',
      'sql-west follows and is 4 s behind.',
    ],
    ['a job that began while both sides were read', following({ started: micros(2_000) }, {}, aSide()), 'healthy', 'sql-west follows'],
    ['a job of a source that lists its jobs too late', following({}, {}, aSide({ history: 'untold' })), 'healthy', 'sql-west follows'],
    ['lag above the limit', following({ replicated: micros(301_000) }), 'degraded', '5 min 1 s behind, above the limit of 5 min'],
    ['lag far above the limit', following({ replicated: micros(2 * hour) }), 'broken', 'far above the limit'],
    [
      'a first scan',
      following({ replicated: null, fraction: 0.42 }),
      'degraded',
      'the initial scan is running; sql-west has no full copy yet (42 % scanned).',
    ],
    ['a start', following({ status: 'pending', replicated: null }), 'degraded', 'replication is starting'],
    [
      'a job that is tried again',
      following({ status: 'retry-running', runningStatus: 'retrying' }),
      'broken',
      'is being tried again (retrying); sql-west has everything up to 2026-06-01 09:59:56',
    ],
    [
      'a pause by hand',
      following(paused),
      'degraded',
      'paused by hand; sql-west has everything up to 2026-06-01 09:59:56.000000 UTC. It can be resumed for about 24 h more',
    ],
    ['a pause under way', following({ status: 'pause-requested' }), 'degraded', 'a pause is being carried out'],
    ['a pause that has used half of its time', following({ ...paused, replicated: micros(13 * hour) }), 'broken', 'for about 11 h more'],
    ['a pause that was too long', following({ ...paused, replicated: micros(25 * hour) }), 'broken', 'stood still for too long'],
    ['a pause without any time', following({ ...paused, replicated: null, modified: null }), 'degraded', 'is not known'],
    ['a pause by an error', following(gaveUp), 'broken', 'met an error and paused itself (pausing after error: source is gone)'],
    ['a cancel under way', following({ status: 'cancel-requested' }), 'broken', 'is being cancelled'],
    ['a status that nobody knows', following({ status: 'sideways' }), 'broken', 'not known here (sideways)'],
    [
      'a failed job',
      bare(aSide(), aSide({ jobs: [aJob({ status: 'failed', error: 'history retention job is no longer active' })] })),
      'broken',
      'failed for good (history retention job is no longer active), so nothing written on sql-east reaches sql-west',
    ],
    ['a cancelled job', bare(aSide(), aSide({ jobs: [aJob({ status: 'canceled' })] })), 'broken', 'replication was ended'],
    ['no job at all', bare(), 'broken', 'no replication job writes to the tables of the link on sql-west'],
    ['half of the tables', following({ covers: [0], tables: ['shop.public.orders'] }), 'broken', 'no job replicates shop.public.items'],
    [
      'two jobs on one table',
      following({}, { jobs: [aJob(), aJob({ id: '9', covers: [1] })] }),
      'degraded',
      'more than one job replicates shop.public.items',
    ],
    [
      'a job from elsewhere',
      following({ source: 'other', connection: 'to_north' }),
      'degraded',
      'reads from the external connection to_north',
    ],
    ['one direction of two', following(), 'broken', 'sql-west → sql-east: no replication job', bothWays()],
    ['both ways where one was wanted', mutual(), 'degraded', 'configured as unidirectional, but tables are replicated both ways'],
    [
      'conflicts',
      following({}, { dlq: [queue(3)] }),
      'degraded',
      '3 rows could not be applied on sql-west and wait in its dead letter queue.',
    ],
    ['one conflict', following({}, { dlq: [queue(1)] }), 'degraded', '1 row could not be applied on sql-west and waits in'],
    [
      'many conflicts',
      following({}, { dlq: [queue(10_001)] }),
      'degraded',
      'More than 10,000 rows could not be applied on sql-west and wait in',
    ],
    ['an empty queue', following({}, { dlq: [queue(0)] }), 'healthy', 'follows'],
    [
      'a queue that gives no number',
      following({}, { dlq: [queue(null)] }),
      'degraded',
      "What waits in the dead letter queue of sql-west is not known, so sql-west may lack rows: it gave no number. Count it there by hand, or GRANT SELECT on it to the bot's user if that lacks it. /repl dlq shop asks once more. sql-east → sql-west: sql-west follows and is 4 s behind.",
    ],
    [
      'a queue that may not be read beside one that holds a row',
      following(
        {},
        { dlq: [queue(1), queue(null)], dlqProblem: 'user ops does not have SELECT privilege on relation dlq_114_public_items' },
      ),
      'degraded',
      '1 row could not be applied on sql-west and waits in its dead letter queue. What waits in the dead letter queue of sql-west is not known, so sql-west may lack rows: user ops does not have SELECT privilege on relation dlq_114_public_items. Count it there by hand',
    ],
    [
      'queues that are not told, both ways',
      { ...mutual(), primary: aSide({ jobs: [aJob()], dlqProblem: 'sql-east did not tell in time.' }) },
      'degraded',
      'What waits in the dead letter queue of sql-east is not known, so sql-east may lack rows: sql-east did not tell in time. Count',
      bothWays(),
    ],
    ['a dead source', following({}, {}, gone), 'broken', "sql-east can't be reached"],
    ['a silent source', following({}, {}, silent), 'broken', 'half gone'],
    ['a source that lets nobody in', following({}, {}, locked), 'broken', 'does not let the bot see'],
    [
      'a dead follower',
      { primary: aSide(), standby: gone, schema: { kind: 'skipped' } },
      'broken',
      'Whether sql-east → sql-west is replicated is not known',
    ],
    ['both dead', { primary: gone, standby: gone, schema: { kind: 'skipped' } }, 'unknown', 'Neither sql-east nor sql-west can be asked'],
  ];
  it.each(rows.map((row) => [row[0], row] as const))('of %s', (_, [, detail, health, words, link]) => {
    const told = seen(detail, link);
    expect(told.headline).toContain(words);
    expect(told.health).toBe(health);
    expect(told.headline).toMatch(/^[a-zA-Z0-9].*\.$/su);
    expect(JSON.parse(JSON.stringify(told))).toEqual(told);
  });

  it('never calls it a danger that both sides take writes: that is how logical replication is', () => {
    for (const [, detail, , , link] of rows) expect(seen(detail, link).health).not.toBe('danger');
  });
});

describe('the sides', () => {
  const roles = (detail: LdrDetail, link?: LdrLink) => {
    const { primary, standby } = seen(detail, link);
    return [primary.role, primary.writable, standby.role, standby.writable];
  };

  it('have roles by who follows, and take writes wherever the tables are', () => {
    expect(roles(following())).toEqual(['primary', 'yes', 'standby', 'yes']);
    expect(roles(mutual(), bothWays())).toEqual(['primary', 'yes', 'standby', 'yes']);
    expect(roles({ primary: aSide({ jobs: [aJob()] }), standby: aSide(), schema: { kind: 'skipped' } })).toEqual([
      'standby',
      'yes',
      'primary',
      'yes',
    ]);
    expect(roles(following({}, {}, gone))).toEqual(['unknown', 'unknown', 'standby', 'yes']);
    expect(roles(bare())).toEqual(['none', 'yes', 'none', 'yes']);
    expect(roles(following({ replicated: null }, { tables: ['absent', 'absent'] }))).toEqual(['primary', 'yes', 'standby', 'no']);
  });

  it('say which tables are missing', () => {
    const { standby, primary } = seen(following({}, { tables: ['there', 'absent'] }));
    expect(standby.problem).toBe('sql-west has no shop.public.items that can be read.');
    expect(primary.problem).toBeNull();
  });

  it('give the lag of the slower direction, and none that is not known', () => {
    expect(seen(mutual({}, { replicated: micros(9_000) }), bothWays()).lag).toEqual({ kind: 'duration', ms: 9_000 });
    expect(seen(mutual({ replicated: null }), bothWays()).lag.kind).toBe('unknown');
    expect(seen(bare()).lag.kind).toBe('unknown');
    expect(seen(following({ replicated: micros(-2_000) })).lag).toEqual({ kind: 'duration', ms: 0 });
  });
});

describe('a flow', () => {
  it('is as far as its slowest job, and knows nothing while one job knows nothing', () => {
    const of = (...jobs: readonly JobView[]) => flowInto(aLink().settings, following({}, { jobs: [...jobs] }), 'standby');
    const [a, b] = [aJob({ covers: [0], replicated: micros(1_000) }), aJob({ id: '7', covers: [1], replicated: micros(60_000) })];
    const both = of(a, b);
    expect(both === null ? null : replicatedOf(both)).toBe(BigInt(micros(60_000)));
    const scanning = of(a, { ...b, replicated: null });
    expect(scanning === null ? 'none' : replicatedOf(scanning)).toBeNull();
    const late = of({ ...b, replicated: null }, a);
    expect(late === null ? 'none' : replicatedOf(late)).toBeNull();
    expect(both?.phase).toBe('following');
    expect(of(a, { ...b, ...paused })?.phase).toBe('paused');
    expect(of({ ...a, status: 'sideways' }, { ...b, ...paused })?.phase).toBe('strange');
  });

  it('counts the time left by the job that has stood still longest', () => {
    const jobs = [
      aJob({ covers: [0], ...paused, replicated: micros(hour) }),
      aJob({ id: '7', covers: [1], ...gaveUp, replicated: micros(3 * hour) }),
    ];
    const flow = flowInto(aLink().settings, following({}, { jobs }), 'standby');
    expect(flow === null ? null : expiresInMs(flow)).toBe(21 * hour);
  });

  const phases: readonly (readonly [string, string])[] = [
    ['pending', 'starting'],
    ['running', 'following'],
    ['retry-running', 'retrying'],
    ['pause-requested', 'pausing'],
    ['paused', 'paused'],
    ['cancel-requested', 'ending'],
    ['reverting', 'ending'],
    ['retry-reverting', 'ending'],
    ['failed', 'failed'],
    ['revert-failed', 'failed'],
    ['succeeded', 'over'],
    ['canceled', 'over'],
    ['', 'strange'],
  ];
  it.each(phases)('has a word for the status %s', (status, phase) => {
    expect(phaseOf(aJob({ status }))).toBe(phase);
  });
});

describe('the line of a table', () => {
  const lines = (detail: LdrDetail) =>
    seen(detail)
      .facts.filter(({ name }) => name.startsWith('standby.table.'))
      .map(({ label, value, binding }) => [label, value, binding]);

  it('tells its own job, how far that is, and what waits in its dead letter queue', () => {
    const jobs = [aJob({ id: '7', covers: [0] }), aJob({ id: '8', covers: [1], replicated: null, fraction: 0.25 })];
    expect(lines(following({}, { jobs, dlq: [queue(3)] }))).toEqual([
      [
        'shop.public.orders on sql-west',
        expect.stringMatching(/^job 7: it follows, up to .* UTC, 4 s behind; 3 rows in the dead letter queue$/),
        false,
      ],
      ['shop.public.items on sql-west', 'job 8: the initial scan is running, 25 % scanned', false],
    ]);
  });

  it('is joined by one of each job where there are several, with its state, its time and its tables', () => {
    const jobs = [aJob({ id: '7', covers: [0] }), aJob({ id: '8', covers: [1], replicated: null, fraction: 0.25, status: 'running' })];
    const told = (some: readonly JobView[]) =>
      seen(following({}, { jobs: [...some] }))
        .facts.filter(({ name }) => name.startsWith('standby.job.'))
        .map(({ label, value }) => [label, value]);
    expect(told(jobs)).toEqual([
      ['Job 7 on sql-west', expect.stringMatching(/^running, it follows, up to .* UTC, 4 s behind; shop\.public\.orders$/)],
      ['Job 8 on sql-west', 'running, the initial scan is running, 25 % scanned; shop.public.items'],
    ]);
    expect(told(jobs.slice(0, 1))).toEqual([]);
  });

  it('says when no job replicates it, and when its queue can not be read', () => {
    expect(lines(following({ covers: [0] }, { dlq: [queue(null)] })).map(([, value]) => value)).toEqual([
      expect.stringContaining('dead letter queue not readable'),
      'no job replicates it',
    ]);
  });
});

describe('what an approval rests on', () => {
  const print = (detail: LdrDetail, link?: LdrLink) => fingerprintOf(seen(detail, link).facts);
  const sound = print(following());

  it('stays while lag moves and a dying source drags the job through its states', () => {
    expect(print(following({ replicated: micros(90_000), modified: micros(0) }))).toBe(sound);
    expect(print(following({ status: 'retry-running' }))).toBe(sound);
    expect(print(following(gaveUp))).toBe(sound);
    expect(print(following({}, { dlq: [queue(3)] }))).toBe(sound);
  });

  it('stays when a job that is over leaves the list', () => {
    expect(print(bare(aSide(), aSide({ jobs: [aJob({ status: 'canceled' })] })))).toBe(print(bare()));
  });

  const moved: readonly (readonly [string, LdrDetail])[] = [
    ['a pause by hand', following(paused)],
    ['another job', following({ id: '1012877040439033999' })],
    ['a job on fewer tables', following({ covers: [0] })],
    ['no job', bare()],
    ['a dead source', following({}, {}, gone)],
    ['a table that is gone', following({}, { tables: ['there', 'absent'] })],
    ['a connection that is gone', following({}, { connections: [] })],
    ['rangefeeds turned off', following({}, { rangefeeds: false })],
  ];
  it.each(moved)('does not outlive %s', (_, detail) => {
    expect(print(detail)).not.toBe(sound);
  });

  it('knows of findings that block', () => {
    const finding = { rule: 'trigger', severity: 'blocks', side: 'primary', pair: 0, sentence: 'x.', next: 'y.' } as const;
    const look = aLook(
      [
        ['filled', 'empty'],
        ['filled', 'empty'],
      ],
      { standby: [finding] },
    );
    expect(print(bare(aSide(), aSide(), look))).not.toBe(print(bare()));
  });

  it('has the same names whichever side is silent', () => {
    const names = (detail: LdrDetail) =>
      seen(detail)
        .facts.filter(({ binding }) => binding)
        .map(({ name }) => name);
    expect(names(following({}, {}, gone))).toEqual(names(following()));
    expect(names({ primary: gone, standby: gone, schema: { kind: 'skipped' } })).toEqual(names(following()));
  });
});

describe('the lags of a link both ways', () => {
  const lags = (detail: LdrDetail) =>
    seen(detail, bothWays()).lags?.map(({ name, lag }) => [name, lag.kind === 'duration' ? lag.ms : lag.kind]);
  it.each([
    ['that is sound', mutual({}, { replicated: micros(9_000) }), 4_000, 9_000],
    ['of which one direction has stopped', following(), 4_000, 'unknown'],
    ['of which one direction is scanned', mutual({ replicated: null }), 'unknown', 4_000],
    ['of which one side is gone', { ...mutual(), primary: gone }, 4_000, 'unknown'],
  ])('%s are told apart', (_, detail, west, east) => {
    expect(lags(detail)).toEqual([
      ['sql-west', west],
      ['sql-east', east],
    ]);
  });

  it('are one where one side follows', () => {
    expect(seen(following()).lags).toBeUndefined();
    expect(seen(following()).facts.filter(({ about }) => about === 'lag').length).toBeGreaterThan(0);
  });
});
