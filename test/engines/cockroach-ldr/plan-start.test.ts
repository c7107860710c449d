import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRefusal } from '../../../src/domain/refusal.ts';
import type { LdrLink } from '../../../src/engines/cockroach-ldr/config.ts';
import type { Finding, LdrDetail, ReadSide, Replicator } from '../../../src/engines/cockroach-ldr/detail.ts';
import { newestId, sortJobs } from '../../../src/engines/cockroach-ldr/own-jobs.ts';
import { quoteTable } from '../../../src/engines/cockroach-ldr/table-name.ts';
import {
  aJob,
  aLink,
  aLook,
  aReach,
  aSide,
  ask,
  bare,
  bothWays,
  following,
  gone,
  linkId,
  micros,
  mutual,
  onVersion,
  outline,
  planned,
  refusal,
  wrote,
} from './scenes.ts';

const setup = { kind: 'setup', link: linkId } as const;
const rebuild = { kind: 'rebuild', link: linkId } as const;
const failback = { kind: 'failback', link: linkId } as const;

/** The last steps of every start. */
const proof = (...clusters: readonly string[]) => clusters.map((cluster) => `ldr.prove-advance ${cluster}`);

const absentStandby = (version: keyof typeof import('./scenes.ts').releases): LdrDetail =>
  bare(
    aSide(onVersion(version)),
    aSide({ tables: ['absent', 'absent'], ...onVersion(version) }),
    aLook([
      ['filled', 'absent'],
      ['filled', 'absent'],
    ]),
  );

describe('the way in which replication is started', () => {
  const rows: readonly [string, LdrLink, LdrDetail, readonly string[]][] = [
    [
      'into empty tables, one way',
      aLink(),
      bare(),
      [
        'ldr.check-connection sql-west',
        'ldr.create-user sql-east',
        'ldr.grant sql-east',
        'ldr.check-schema sql-west',
        'ldr.create-stream sql-west',
        'ldr.prove-source sql-west',
        'ldr.await-scan sql-west',
        ...proof('sql-west'),
      ],
    ],
    [
      'into absent tables, one way, from 25.1 on',
      aLink(),
      absentStandby('25.1'),
      [
        'ldr.check-connection sql-west',
        'ldr.create-user sql-east',
        'ldr.grant sql-east',
        'ldr.check-absent sql-west',
        'ldr.create-replicated sql-west',
        'ldr.prove-source sql-west',
        'ldr.await-scan sql-west',
        ...proof('sql-west'),
      ],
    ],
    [
      'both ways where the primary holds the rows: first into the primary, as the manual demands',
      bothWays(),
      bare(aSide(onVersion('24.3')), aSide(onVersion('24.3'))),
      [
        'ldr.check-connection sql-east',
        'ldr.create-user sql-west',
        'ldr.grant sql-west',
        'ldr.check-connection sql-west',
        'ldr.create-user sql-east',
        'ldr.grant sql-east',
        'ldr.check-schema sql-west',
        'ldr.create-stream sql-east',
        'ldr.prove-source sql-east',
        'ldr.await-scan sql-east',
        'ldr.create-stream sql-west',
        'ldr.prove-source sql-west',
        'ldr.await-scan sql-west',
        ...proof('sql-east', 'sql-west'),
      ],
    ],
    [
      'both ways where the standby holds the rows: first into the standby',
      bothWays({
        streams: { standby: { externalConnection: 'to_east', reach: null }, primary: { externalConnection: 'to_west', reach: null } },
      }),
      bare(
        aSide(),
        aSide(),
        aLook([
          ['empty', 'filled'],
          ['empty', 'empty'],
        ]),
      ),
      [
        'ldr.check-schema sql-east',
        'ldr.create-stream sql-west',
        'ldr.prove-source sql-west',
        'ldr.await-scan sql-west',
        'ldr.create-stream sql-east',
        'ldr.prove-source sql-east',
        'ldr.await-scan sql-east',
        ...proof('sql-west', 'sql-east'),
      ],
    ],
    [
      'with rangefeeds and connections that are not there yet',
      aLink(),
      bare(aSide({ rangefeeds: false }), aSide({ connections: [] })),
      [
        'ldr.set-rangefeeds sql-east',
        'ldr.create-user sql-east',
        'ldr.grant sql-east',
        'ldr.create-connection sql-west',
        'ldr.check-schema sql-west',
        'ldr.create-stream sql-west',
        'ldr.prove-source sql-west',
        'ldr.await-scan sql-west',
        ...proof('sql-west'),
      ],
    ],
    [
      'where people make the connection and the user themselves',
      aLink({ streams: { standby: { externalConnection: 'to_east', reach: null }, primary: null } }),
      bare(),
      [
        'ldr.check-schema sql-west',
        'ldr.create-stream sql-west',
        'ldr.prove-source sql-west',
        'ldr.await-scan sql-west',
        ...proof('sql-west'),
      ],
    ],
  ];
  it.each(rows)('%s', (_, link, detail, steps) => {
    expect(outline(planned(setup, detail, link))).toEqual(steps);
  });

  it('makes absent tables both ways by one statement, which goes back as the user that sends it', () => {
    const streams = {
      standby: { externalConnection: 'to_east', reach: aReach() },
      primary: { externalConnection: 'to_west', reach: aReach({ user: 'ops' }) },
    };
    const plan = planned(setup, absentStandby('26.2'), bothWays({ streams }));
    const create = plan.steps.find(({ kind }) => kind === 'ldr.create-replicated');
    expect(create?.statements).toEqual([
      `CREATE LOGICALLY REPLICATED TABLES ("shop"."public"."orders", "shop"."public"."items") FROM TABLES ("shop"."public"."orders", "shop"."public"."items") ON 'external://to_east' WITH BIDIRECTIONAL ON 'external://to_west'`,
    ]);
    const grants = plan.steps
      .filter(({ kind }) => kind === 'ldr.grant')
      .map(({ cluster, statements }) => [cluster, statements[0]?.split(' ON ')[0]]);
    expect(grants).toEqual([['sql-east', 'GRANT REPLICATIONSOURCE, REPLICATIONDEST']]);
    expect(refusal(setup, absentStandby('26.2'), bothWays()).sentence).toContain('as the user who starts it, ops');
  });

  it.each([
    ['24.3', 'GRANT SYSTEM REPLICATION TO "repl"'],
    ['25.1', 'GRANT SYSTEM REPLICATION TO "repl"'],
    ['25.2', 'GRANT REPLICATIONSOURCE ON TABLE "shop"."public"."orders", "shop"."public"."items" TO "repl"'],
  ] as const)('asks on %s for the privilege that the version knows', (version, statement) => {
    const plan = planned(setup, bare(aSide(onVersion(version)), aSide(onVersion(version))));
    expect(plan.steps.find(({ kind }) => kind === 'ldr.grant')?.statements).toEqual([statement]);
  });

  it('writes every option, and quotes the label', () => {
    const options = { mode: 'validated', discardTtlDeletes: true, label: "o'brien", skipSchemaCheck: true } as const;
    const create = planned(setup, bare(), aLink({ options })).steps.find(({ kind }) => kind === 'ldr.create-stream');
    expect(create?.statements[0]).toMatch(/ WITH MODE = 'validated', DISCARD = 'ttl-deletes', LABEL = 'o''brien', SKIP SCHEMA CHECK$/);
  });

  it('says of which tables deletes by TTL are discarded, and of which they are not', () => {
    const link = aLink({ options: { mode: 'immediate', discardTtlDeletes: true, label: null, skipSchemaCheck: false } });
    const rows = ['filled', 'empty'] as const;
    const told = (findings: Finding[]) =>
      planned(setup, bare(aSide(), aSide(), aLook([rows, rows], { standby: findings })), link).warnings.filter((words) =>
        words.startsWith('Deletes by row-level TTL'),
      );
    const all = 'Deletes by row-level TTL are discarded from the tables of sql-east that set ttl_disable_changefeed_replication';
    expect(told([])).toEqual([`${all}: give sql-west a TTL of its own.`]);
    const unmarked = { rule: 'ttl-table-not-marked', severity: 'warns', side: 'primary', pair: 1, sentence: 'X.', next: 'Y.' } as const;
    expect(told([unmarked])).toEqual([`${all}, and replicated like others from shop.public.items: give sql-west a TTL of its own.`]);
  });

  it('names what becomes of conflicts, and starts nothing where that can not be', () => {
    const options = { mode: 'immediate', discardTtlDeletes: false, label: null, skipSchemaCheck: false, defaultFunction: 'dlq' } as const;
    const create = planned(setup, bare(), aLink({ options })).steps.find(({ kind }) => kind === 'ldr.create-stream');
    expect(create?.statements[0]).toMatch(/ WITH DEFAULT FUNCTION = 'dlq'$/);
    const rows = ['filled', 'absent'] as const;
    const absent = bare(aSide(), aSide({ tables: ['absent', 'absent'] }), aLook([rows, rows]));
    expect(refusal(setup, absent, aLink({ options })).sentence).toContain('the later write would win. Nothing was started.');
    expect(planned(setup, absent, aLink({ options: { ...options, defaultFunction: 'lww' } })).steps.length).toBeGreaterThan(0);
  });

  it('names a function by its name on the side that follows, for a table by its name on the other', () => {
    const name = (database: string, text: string) => ({ database, schema: 'public', table: text });
    const options = {
      mode: 'validated',
      discardTtlDeletes: false,
      label: null,
      skipSchemaCheck: false,
      defaultFunction: { primary: name('shop', 'any'), standby: name('shop', `an"y'`) },
      functions: [{ pair: 1, function: { primary: name('shop', 'east'), standby: name('shop', 'west') } }],
    } as const;
    const tables = aLink().settings.tables.map(({ primary }) => ({ primary, standby: { ...primary, schema: 'copy' } }));
    const creates = planned(setup, bare(), bothWays({ options, tables })).steps.filter(({ kind }) => kind === 'ldr.create-stream');
    expect(creates.map(({ statements }) => statements[0]?.replace(/^.* WITH /, ''))).toEqual([
      `MODE = 'validated', DEFAULT FUNCTION = '"shop"."public"."any"', FUNCTION "shop"."public"."east" FOR TABLE "shop"."copy"."items"`,
      `MODE = 'validated', DEFAULT FUNCTION = '"shop"."public"."an""y''"', FUNCTION "shop"."public"."west" FOR TABLE "shop"."public"."items"`,
    ]);
  });

  it('shows no secret, and binds the approval to where the connection leads', () => {
    const plan = planned(setup, bare(aSide(), aSide({ connections: [] })));
    const create = plan.steps.find(({ kind }) => kind === 'ldr.create-connection');
    expect(create?.statements).toEqual([
      `CREATE EXTERNAL CONNECTION "to_east" AS 'postgresql://repl:*****@127.0.0.1:26257/shop?options=-ccluster%3Dsystem&sslmode=disable'`,
    ]);
    expect(JSON.stringify(plan)).not.toContain('hush-hush');
  });

  const wasThere = (more: Partial<Replicator> = {}): Partial<ReadSide> => ({
    replicator: { user: 'repl', there: true, system: [], tables: [[], []], ...more },
  });
  const ofTheUser = ['ldr.drop-user', 'ldr.revoke'];
  const users: readonly (readonly [string, Partial<ReadSide>, readonly string[]])[] = [
    ['it was not there', wasThere({ there: false }), ofTheUser],
    ['it was there and held nothing', wasThere(), ['ldr.revoke']],
    ['it could replicate one table', wasThere({ tables: [['REPLICATIONSOURCE'], []] }), []],
    ['it held all of a table', wasThere({ tables: [[], ['ALL']] }), []],
    ['it held something else', wasThere({ tables: [['SELECT'], []] }), ['ldr.revoke']],
    ['it could not be read', { replicator: null }, []],
    ['nobody looked', {}, []],
    ['up to 25.1, it was not there', { ...wasThere({ there: false }), ...onVersion('24.3') }, ofTheUser],
    ['up to 25.1, it could replicate', { ...wasThere({ system: ['REPLICATION'] }), ...onVersion('24.3') }, []],
  ];

  it.each(users)('can take back all that it changes; of the user that replicates, where %s', (_, source, undos) => {
    const { release, activeVersion } = aSide(source);
    const plan = planned(setup, bare(aSide({ rangefeeds: false, ...source }), aSide({ connections: [], release, activeVersion })));
    const undone = plan.steps.flatMap(({ undo }) => (undo.kind === 'act' ? [undo.act.kind] : []));
    expect(undone).toEqual(['ldr.set-rangefeeds', ...undos, 'ldr.drop-connection', 'ldr.clear-copy', 'ldr.end-stream']);
    expect(plan.steps.some(({ pointOfNoReturn }) => pointOfNoReturn)).toBe(false);
  });
});

const blocking: Finding = {
  rule: 'column-family',
  severity: 'blocks',
  side: 'primary',
  pair: 0,
  sentence: 'shop.public.orders on sql-east has more than one column family.',
  next: 'Make it one.',
};
const filled = aLook([
  ['filled', 'filled'],
  ['filled', 'empty'],
]);

describe('a setup that is refused', () => {
  const rows: readonly [string, LdrLink, LdrDetail, string][] = [
    ['a side is gone', aLink(), bare(aSide(), gone), 'needs both sides'],
    ['a job is there', aLink(), following(), 'replicates tables of shop already (job 1012877040439033857)'],
    ['the version has no such replication', aLink(), bare(aSide(onVersion('24.1'))), 'from v24.3 on only'],
    [
      'an upgrade is not finalized',
      aLink(),
      bare(aSide({ ...onVersion('25.1'), activeVersion: '24.3-upgrading-to-25.1-step-010' })),
      'not finalized',
    ],
    [
      'a schema finding blocks',
      aLink(),
      bare(aSide(), aSide(), aLook([['filled', 'empty']], { standby: [blocking] })),
      'more than one column family',
    ],
    ['the tables could not be read', aLink(), bare(aSide(), aSide(), { kind: 'unread', why: 'No right.' }), 'could not be read'],
    ['the standby has rows', aLink(), bare(aSide(), aSide(), filled), 'would mix with them'],
    ['both sides have rows, both ways', bothWays(), bare(aSide(), aSide(), filled), 'Both sides of shop have rows'],
    ['tables are absent before 25.1', aLink(), absentStandby('24.3'), 'from v25.1 on'],
    ['some tables are absent', aLink(), bare(aSide(), aSide({ tables: ['there', 'absent'] })), 'sql-west lacks shop.public.items'],
    ['the source has no tables', aLink(), bare(aSide({ tables: ['absent', 'absent'] })), 'replicates from it'],
    [
      'no side has the tables',
      bothWays(),
      bare(aSide({ tables: ['absent', 'there'] }), aSide({ tables: ['absent', 'there'] })),
      'Neither side',
    ],
    [
      'nobody says how to make the connection',
      aLink({ streams: { standby: { externalConnection: 'to_east', reach: null }, primary: null } }),
      bare(aSide(), aSide({ connections: [] })),
      'no external connection to_east',
    ],
  ];
  it.each(rows)('when %s', (_, link, detail, words) => {
    const { sentence, next } = refusal(setup, detail, link);
    expect(sentence).toContain(words);
    expect(next).toMatch(/\.$/);
  });
});

describe('a rebuild', () => {
  const failed = () =>
    bare(aSide(), aSide({ jobs: [aJob({ status: 'failed', error: 'history retention job is no longer active' })] }), filled);

  it('makes sure of the way first, asks people, looks at both sides before it empties one, and only then starts', () => {
    const plan = planned(rebuild, { ...failed(), ...wrote([micros(1_000), null], [null, null]) });
    expect(outline(plan)).toEqual([
      'ldr.count-queue sql-east',
      'ldr.check-connection sql-west',
      'ldr.create-user sql-east',
      'ldr.grant sql-east',
      '(ldr.stop-writers)',
      'ldr.check-fit sql-west',
      'ldr.compare-rows sql-west',
      'ldr.check-writes sql-west',
      'ldr.empty-tables sql-west',
      'ldr.check-schema sql-west',
      'ldr.create-stream sql-west',
      'ldr.prove-source sql-west',
      'ldr.await-scan sql-west',
      ...proof('sql-west'),
    ]);
    expect(plan.steps.filter(({ pointOfNoReturn }) => pointOfNoReturn).map(({ kind }) => kind)).toEqual(['ldr.empty-tables']);
    expect(plan.steps[8]?.budgetMs).toBe(6 * 3_600_000);
    expect(plan.steps[8]?.statements).toEqual(['TRUNCATE TABLE "shop"."public"."orders", "shop"."public"."items"']);
    expect(plan.predictedLoss).toMatchObject({ ms: 0, words: expect.stringContaining('no write of its own that sql-east lacks') });
  });

  it('ends first what is left of a job that can go on no more', () => {
    const left = following({ status: 'paused', runningStatus: 'pausing after error: gone' }, {}, aSide({ history: 'lost' }));
    expect(outline(planned(rebuild, { ...left, ...wrote([null, null], [null, null]) })).slice(0, 10)).toEqual([
      'ldr.count-queue sql-east',
      'ldr.check-connection sql-west',
      'ldr.create-user sql-east',
      'ldr.grant sql-east',
      '(ldr.stop-writers)',
      'ldr.check-fit sql-west',
      'ldr.compare-rows sql-west',
      'ldr.cancel sql-west',
      'ldr.check-writes sql-west',
      'ldr.empty-tables sql-west',
    ]);
  });

  it('does not touch a side that follows or can go on', () => {
    expect(refusal(rebuild, following()).sentence).toContain('no need to delete');
    expect(refusal(rebuild, following({ status: 'paused' })).next).toContain('/repl resume');
  });

  it.each([
    ['after a job that was ended by hand or by a move of the applications', aLink(), 'canceled'],
    ['when nothing tells that there ever was a job', aLink(), null],
    ['both ways, when nothing brings its writes to the other side', bothWays(), 'failed'],
  ] as const)('never empties a side that may be in use: %s', (_, of, status) => {
    const jobs = status === null ? [] : [aJob({ status })];
    const { sentence, next } = refusal(rebuild, bare(aSide(), aSide({ jobs }), filled), of);
    expect(sentence).toContain("Whether applications use sql-west or sql-east can't be told");
    expect(sentence).toContain('Nothing on sql-west is deleted.');
    expect(next).toContain('/repl failback shop fills sql-east anew');
  });

  it('is possible both ways while the way back brings what is written', () => {
    const detail = mutual({ status: 'failed' });
    expect(outline(planned(rebuild, { ...detail, schema: filled }, bothWays()))).toContain('ldr.empty-tables sql-west');
  });

  it('is never where a setup leads when both sides hold rows', () => {
    for (const of of [aLink(), bothWays()]) {
      const { next } = refusal(setup, bare(aSide(), aSide(), filled), of);
      expect(next).toContain('/repl failback shop');
      expect(next).not.toContain('rebuild');
    }
  });

  it('does not warn of rows that it deletes itself', () => {
    const finding: Finding = {
      rule: 'destination-filled',
      severity: 'warns',
      side: 'standby',
      pair: 0,
      sentence: 'It holds rows.',
      next: 'Empty it.',
    };
    const rows = ['filled', 'filled'] as const;
    const look = aLook([rows, rows], { standby: [finding] });
    const plan = planned(rebuild, { ...failed(), schema: look });
    expect(plan.warnings.join(' ')).not.toContain('It holds rows.');
  });

  it('does not delete what may be the only rows', () => {
    const only = bare(
      aSide(),
      aSide({ jobs: [aJob({ status: 'failed' })] }),
      aLook([
        ['empty', 'filled'],
        ['filled', 'filled'],
      ]),
    );
    expect(refusal(rebuild, only).sentence).toContain('may delete the only ones');
  });
});

describe('a failback one way', () => {
  const everywhere = aLook([
    ['filled', 'filled'],
    ['filled', 'filled'],
  ]);
  const over = (jobs: Parameters<typeof aSide>[0]) => bare(aSide(), aSide(jobs), everywhere);

  it('empties the side that the last job read from', () => {
    const away = planned(failback, over({ jobs: [aJob({ status: 'canceled' })] }));
    expect(outline(away)).toContain('ldr.empty-tables sql-east');
    const home = planned(failback, bare(aSide({ jobs: [aJob({ status: 'canceled' })] }), aSide(), everywhere));
    expect(outline(home)).toContain('ldr.empty-tables sql-west');
  });

  it('is refused while a job says that the roles have not changed', () => {
    expect(refusal(failback, following()).sentence).toContain('is not where shop could fail back from');
    expect(refusal(failback, following({ status: 'paused' })).next).toContain('/repl teardown');
  });

  it('needs to know the way back', () => {
    const link = aLink({ streams: { standby: { externalConnection: 'to_east', reach: null }, primary: null } });
    expect(refusal(failback, over({}), link).next).toContain('settings.streams.toPrimary');
  });
});

describe('telling our job from others', () => {
  const { settings } = aLink();
  const old = aJob({ id: '99', status: 'canceled' });

  it.each([
    ['ours', aJob({ id: '100' }), { started: ['100'] }],
    ['one that was there before', aJob({ id: '99' }), { foreign: ['99'] }],
    ['one from elsewhere', aJob({ id: '100', source: 'other' }), { foreign: ['100'] }],
    ['one over fewer tables', aJob({ id: '100', covers: [0] }), { foreign: ['100'] }],
    ['one over more tables', aJob({ id: '100', wider: true }), { foreign: ['100'] }],
    ['ours, over already', aJob({ id: '100', status: 'failed' }), { ended: ['100'] }],
    ['one that goes away', aJob({ id: '98', status: 'cancel-requested' }), { leaving: ['98'] }],
  ] as const)('%s', (_, job, expected) => {
    const sorted = sortJobs(settings, [job, old], '99');
    const ids = Object.fromEntries(
      Object.entries(sorted).flatMap(([key, jobs]) => (jobs.length === 0 ? [] : [[key, jobs.map(({ id }: { id: string }) => id)]])),
    );
    expect(ids).toEqual(expected);
  });

  it('compares ids as numbers, however many digits they have', () => {
    expect(newestId([{ id: '999' }, { id: '1012877040439033857' }, { id: '1012877040439033856' }])).toBe('1012877040439033857');
    expect(newestId([])).toBe('0');
  });
});

describe('hostile names', () => {
  it('never leave their quotes, in any statement of any plan', () => {
    const name = fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' }).filter((text) => !text.includes('\u0000'));
    fc.assert(
      fc.property(name, name, name, fc.constantFrom(setup, rebuild, failback), (database, schema, table, operation) => {
        const hostile = { database, schema, table };
        const link = aLink({ tables: [{ primary: hostile, standby: hostile }] });
        const detail = bare(
          aSide({ tables: ['there'] }),
          aSide({ tables: ['there'], jobs: [aJob({ status: 'failed' })] }),
          aLook([['filled', operation.kind === 'setup' ? 'empty' : 'filled']]),
        );
        const plan = ask(operation, detail, link);
        if (isRefusal(plan)) throw new TypeError(plan.sentence);
        const quoted = quoteTable(hostile);
        const sent = plan.steps.filter(({ by }) => by === 'engine').flatMap(({ statements }) => statements);
        const rests = sent.map((statement) => statement.replaceAll(quoted, 'T'));
        expect(rests.filter((rest) => rest.includes('CREATE LOGICAL'))).toEqual(
          ["CREATE LOGICAL REPLICATION STREAM FROM TABLE T ON 'external://to_X' INTO TABLE T"].map((text) =>
            text.replace('X', operation.kind === 'failback' ? 'west' : 'east'),
          ),
        );
        expect(rests.every((rest) => /^(CREATE|GRANT|TRUNCATE|CANCEL|SELECT)[\x20-\x7e]*$/.test(rest))).toBe(true);
      }),
    );
  });
});
