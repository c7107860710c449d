import { describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import type { Plan } from '../../../src/domain/plan.ts';
import { isRefusal, type Refusal } from '../../../src/domain/refusal.ts';
import { Secret } from '../../../src/domain/secret.ts';
import type { PcrDetail, ReadSide } from '../../../src/engines/cockroach-pcr/detail.ts';
import { clockCheck } from '../../../src/engines/cockroach-pcr/preflights/clocks.ts';
import { followRefusal } from '../../../src/engines/cockroach-pcr/versions.ts';
import {
  aDetail,
  aGround,
  aJob,
  aMadeLink,
  anObservation,
  aReadSide,
  aSource,
  aStandby,
  aStream,
  aVirtualCluster,
  gone,
  micros,
  nowMs,
  onVersion,
} from './build.ts';
import { answer, failover, link, planned, switchover } from './planned.ts';

const hour = 3_600_000;

describe('a failover while the primary works', () => {
  const paused = (msAgo: number) => aStandby({ status: 'replication paused', replicated: micros(msAgo), job: aJob({ status: 'paused' }) });
  const cases: readonly (readonly [string, PcrDetail, RegExp])[] = [
    ['a healthy stream', aDetail(), /a switchover would lose nothing \(\/repl switchover prod-sql\)/],
    [
      'a lag of hours',
      aDetail(aSource(), aStandby({ replicated: micros(3 * hour) })),
      /discards the last 3 h of its writes.*catches up first/,
    ],
    ['a pause', aDetail(aSource(), paused(hour)), /discards the last 1 h.*\/repl resume prod-sql, then \/repl switchover prod-sql/],
    [
      'a pause that was too long',
      aDetail(aSource({ history: 'lost' }), paused(25 * hour)),
      /no longer keeps the history.*discards the last 25 h of its writes; \/repl rebuild prod-sql keeps them/,
    ],
    ['an error', aDetail(aSource(), aStandby({ status: 'replication error' })), /mended first, and then \/repl switchover prod-sql/],
    [
      'a pending failover',
      aDetail(aSource(), aStandby({ status: 'replication pending failover', failover: micros(-hour) })),
      /is pending, so no switchover is possible any more/,
    ],
  ];
  it.each(cases)('says first what would keep the writes: %s', (_, detail, words) => {
    const { warnings } = planned(failover, detail);
    expect(warnings[0]).toMatch(words);
    const asked = answer(switchover, detail);
    expect(warnings.some((warning) => warning.includes('a switchover would lose nothing'))).toBe(!isRefusal(asked));
  });

  it('counts what a running stream may lag by while a failover is pending', () => {
    const pending = aStandby({ status: 'replication pending failover', failover: micros(-hour), replicated: micros(1_000) });
    expect(planned(failover, aDetail(aSource(), pending)).predictedLoss.ms).toBeGreaterThanOrEqual(30_000);
  });
});

describe('a promotion', () => {
  const readers = { reader: { status: 'ready', service: 'shared' } };
  it.each([failover, switchover])('says that an older primary can not follow a newer one: $kind', (operation) => {
    const newer = aDetail(aSource({ ...onVersion('24.3') }), aStandby({}, { release: { year: 25, number: 2, text: 'v25.2.1' } }));
    expect(planned(operation, newer).warnings.join(' ')).toMatch(/newer than v24\.3\.12.*can't follow it until it is upgraded/s);
    expect(planned(operation, aDetail()).warnings.join(' ')).not.toMatch(/newer than/);
  });

  it.each([failover, switchover])('says what becomes of the reader: $kind', (operation) => {
    expect(planned(operation, aDetail(aSource(), aStandby({}, readers))).warnings.join(' ')).toMatch(/drops main-readonly.*cut off/);
    const older = aDetail(aSource(onVersion('24.3')), aStandby({}, { ...onVersion('24.3'), ...readers }));
    expect(planned(operation, older).warnings.join(' ')).toMatch(/old data until \/repl reader prod-sql off/);
    expect(planned(operation, aDetail()).warnings.join(' ')).not.toMatch(/readonly/);
  });

  it('drops the reader of an older release when it is to a time', () => {
    const older = aDetail(aSource(onVersion('24.3')), aStandby({}, { ...onVersion('24.3'), ...readers }));
    const past: Operation = { kind: 'failover', link, to: { kind: 'time', at: nowMs - hour } };
    expect(planned(past, older).warnings.join(' ')).toMatch(/drops main-readonly/);
  });
});

describe('without a side that follows', () => {
  const bare = aDetail(aSource({ history: 'none' }), aReadSide(null));
  it.each([failover, switchover, { kind: 'pause', link } as const])('a $kind names what makes one follow', (operation) => {
    expect(answer(operation, bare, aMadeLink())).toMatchObject({ next: expect.stringContaining('/repl setup prod-sql') });
    expect(answer(operation, bare)).toMatchObject({ next: expect.stringContaining('/repl rebuild prod-sql') });
    const old = aReadSide(aVirtualCluster({ service: 'none' }), onVersion('23.2'));
    const promoted = aReadSide(aVirtualCluster({ activated: micros(hour) }), { ...onVersion('23.2'), history: 'kept' });
    expect(answer(operation, aDetail(old, promoted))).toMatchObject({ next: expect.stringContaining('/repl rebuild prod-sql') });
    const recent = aReadSide(aVirtualCluster({ activated: micros(hour) }), { history: 'kept' });
    const left = aReadSide(aVirtualCluster({ service: 'none' }), { history: 'kept' });
    expect(answer(operation, aDetail(left, recent))).toMatchObject({ next: expect.stringContaining('/repl failback prod-sql') });
  });
});

describe('a virtual cluster on the standby that is to be set up', () => {
  const withOn = (name: string, service: string): PcrDetail =>
    aDetail(
      aSource({ ground: aGround }),
      aReadSide(null, { ground: { ...aGround, virtualClusters: [{ name, status: 'ready', service }] } }),
    );
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['main', 'none', /\/repl rebuild prod-sql replaces it/],
    ['main', 'shared', /^Applications may use it.*ALTER VIRTUAL CLUSTER "main" STOP SERVICE; DROP/],
    ['other"s', 'none', /^Applications may use it.*DROP VIRTUAL CLUSTER "other""s"/],
  ];
  it.each(cases)('%s, service %s', (name, service, words) => {
    expect(answer({ kind: 'setup', link }, withOn(name, service), aMadeLink())).toMatchObject({ next: expect.stringMatching(words) });
  });
});

describe('the releases of both sides', () => {
  const of = (year: number, number: number, active = `${year}.${number}`) =>
    aReadSide(null, { release: { year, number, text: `v${year}.${number}.3` }, activeVersion: active });
  const fits: readonly (readonly [string, ReturnType<typeof of>, ReturnType<typeof of>, RegExp | null])[] = [
    ['equal', of(25, 4), of(25, 4), null],
    ['one ahead', of(26, 1), of(25, 4), null],
    ['one upgrade ahead that skips a release', of(25, 2), of(24, 3), null],
    ['over a new year', of(24, 1), of(23, 2), null],
    ['older', of(24, 3), of(25, 2), /older than/],
    ['two upgrades ahead', of(25, 4), of(24, 3), /more than one upgrade ahead/],
    ['years ahead', of(26, 2), of(24, 1), /more than one upgrade ahead/],
    ['as new, not finalized', of(25, 2, '24.3-upgrading-to-25.2-step-004'), of(25, 2), /active version/],
  ];
  it.each(fits)('%s', (_, here, there, words) => {
    const refusal = followRefusal('west', here, 'east', there);
    if (words === null) expect(refusal).toBeNull();
    else expect(refusal?.sentence).toMatch(words);
  });

  const newer = { appVersion: '26.2', release: { year: 26, number: 2, text: 'v26.2.2' }, activeVersion: '25.4-upgrading-to-26.2-step-004' };
  const notNewer = { ...newer, activeVersion: '26.2' };
  const unreadable = { ...notNewer, appVersion: null };
  const old = { release: { year: 25, number: 4, text: 'v25.4.1' }, activeVersion: '25.4' };
  const left = { ...aReadSide(aVirtualCluster({ service: 'none', activated: micros(2 * hour) }), { history: 'kept' }), ground: aGround };

  /** Every operation that begins a stream, on a source as given. */
  const beginnings = (source: Partial<ReadSide>): readonly (readonly [Operation, PcrDetail])[] => [
    [
      { kind: 'setup', link },
      aDetail(aSource({ ...source, ground: aGround }), aReadSide(null, { ground: { ...aGround, virtualClusters: [] } })),
    ],
    [{ kind: 'rebuild', link }, aDetail(aSource({ ...source, ground: aGround }), left)],
    [{ kind: 'failback', link }, aDetail(left, aReadSide(aVirtualCluster({ activated: micros(hour) }), { ...source, history: 'kept' }))],
  ];

  it.each(['setup', 'rebuild', 'failback'])('a %s: no virtual cluster is copied that is newer than its own control plane', (kind) => {
    const on = (source: Partial<ReadSide>) => {
      const [operation, detail] = beginnings(source).find(([one]) => one.kind === kind) ?? [];
      if (operation === undefined || detail === undefined) throw new TypeError(kind);
      return answer(operation, detail, aMadeLink());
    };
    expect(on(newer)).toMatchObject({
      kind: 'refusal',
      sentence: expect.stringContaining('active version 26.2, newer than 25.4-upgrading'),
    });
    expect(on(notNewer)).toMatchObject({ kind: 'plan' });
    expect(JSON.stringify(on(notNewer))).not.toContain('is unknown');
    expect(on(unreadable)).toMatchObject({
      kind: 'plan',
      warnings: expect.arrayContaining([expect.stringMatching(/active version of main on .* is unknown/)]),
    });
  });

  it.each([failover, switchover])('a $kind: nothing is promoted that the standby could not start', (operation) => {
    expect(answer(operation, aDetail(aSource(notNewer), aStandby({}, old)))).toMatchObject({
      kind: 'refusal',
      sentence: expect.stringContaining('newer than 25.4 on sql-west: once promoted, it would not start there'),
      next: expect.stringContaining('/repl upgrade prod-sql'),
    });
    expect(planned(operation, aDetail(aSource(notNewer), aStandby())).warnings.join(' ')).not.toContain('is unknown');
    expect(planned(operation, aDetail(aSource(unreadable), aStandby())).warnings.join(' ')).toContain('is unknown');
    expect(planned(operation, aDetail(aSource(notNewer), aStandby())).warnings.join(' ')).not.toContain("can't be asked");
    expect(answer(failover, aDetail(gone, aStandby({}, old)))).toMatchObject({ kind: 'plan' });
  });

  it('a failover that somebody began, or to a time to come, is judged alike; one to a time past says what it depends on', () => {
    const begun = aReadSide(aStream({ status: 'replication failing over', failover: micros(hour) }), old);
    expect(answer(failover, aDetail(aSource(notNewer), begun))).toMatchObject({ kind: 'refusal' });
    const to = (at: number): Operation => ({ kind: 'failover', link, to: { kind: 'time', at } });
    const here = aDetail(aSource(notNewer), aStandby({}, old));
    expect(answer(to(nowMs + hour), here)).toMatchObject({ kind: 'refusal' });
    expect(planned(to(nowMs - hour), here).warnings.join(' ')).toMatch(/only if it was not upgraded yet at that time/);
  });

  it('are judged before a setup, a rebuild and a failback', () => {
    const on = (year: number, number: number) => ({
      release: { year, number, text: `v${year}.${number}.1` },
      activeVersion: `${year}.${number}`,
      ground: aGround,
    });
    const far = aDetail(aSource(on(24, 1)), aReadSide(null, on(26, 2)));
    for (const kind of ['setup', 'rebuild'] as const)
      expect(answer({ kind, link }, far, aMadeLink())).toMatchObject({ sentence: expect.stringContaining('more than one upgrade ahead') });
    const old = aReadSide(aVirtualCluster({ service: 'none' }), on(26, 2));
    const promoted = aReadSide(aVirtualCluster({ activated: micros(hour) }), { ...on(24, 1), history: 'kept' });
    expect(answer({ kind: 'failback', link }, aDetail(old, promoted))).toMatchObject({
      sentence: expect.stringContaining('more than one upgrade ahead'),
    });
  });
});

describe('a stream by a plain address', () => {
  it('can only be renewed by a new copy, and says what that costs', () => {
    const { next } = answer({ kind: 'reconnect', link }, aDetail()) as Refusal;
    expect(next).toMatch(/\/repl teardown prod-sql, then \/repl rebuild prod-sql\. Nothing protects sql-east until/);
  });
});

describe('points of no return', () => {
  const back = (plan: Plan): readonly string[] => plan.steps.filter((step) => step.pointOfNoReturn).map(({ kind }) => kind);
  const reading = aDetail(aSource(), aStandby({}, { reader: { status: 'ready', service: 'shared' } }));

  it('are not drawn where everything can be taken back', () => {
    const opened = planned({ kind: 'reader', link, on: true });
    expect(back(opened)).toEqual([]);
    expect(opened.steps[0]?.undo).toMatchObject({ kind: 'act', act: { kind: 'pcr.close-reader' } });
    const closed = planned({ kind: 'reader', link, on: false }, reading);
    expect(back(closed)).toEqual([]);
    expect(closed.steps.at(-1)?.undo).toMatchObject({ kind: 'act', act: { kind: 'pcr.open-reader' } });
    const full = { expirationMs: 48 * hour, reader: true };
    const empty = { ...aGround, rangefeed: false, virtualClusters: [] };
    const bare = aDetail(aSource({ ground: { ...aGround, rangefeed: false } }), aReadSide(null, { ground: empty }));
    for (const kind of ['setup', 'rebuild'] as const) expect(back(planned({ kind, link }, bare, aMadeLink(full)))).toEqual([]);
  });

  it('are kept where what was before can not be known or had', () => {
    expect(back(planned({ kind: 'retention', link, windowMs: hour, expirationMs: null }))).toEqual(['pcr.set-retention']);
    expect(back(planned({ kind: 'teardown', link }, reading))).toEqual(['pcr.drop-reader', 'pcr.drop-copy']);
  });
});

describe('a promotion that is asked for ahead', () => {
  it('is not called a promotion before its time', () => {
    const [step] = planned({ kind: 'failover', link, to: { kind: 'time', at: nowMs + 5 * hour } }).steps;
    expect(step).toMatchObject({ title: 'Ask for the promotion of sql-west to 2026-06-01 15:00:00.000000 UTC', undo: { kind: 'none' } });
    expect(step?.undo).toMatchObject({ why: expect.stringContaining('moved to another time, or held') });
  });
});

describe('a failback', () => {
  const failback: Operation = { kind: 'failback', link };
  const promoted = (more = {}) => aReadSide(aVirtualCluster({ activated: micros(hour) }), { history: 'kept', ...more });
  const old = (more = {}) => aReadSide(aVirtualCluster({ service: 'none' }), { history: 'kept', ...more });

  it('needs the history of both sides', () => {
    expect(answer(failback, aDetail(old({ history: 'lost' }), promoted()))).toMatchObject({
      sentence: expect.stringContaining('sql-east no longer keeps its own history'),
      next: expect.stringContaining('/repl rebuild prod-sql'),
    });
  });

  it('makes what a stream needs on the side that serves, and keeps what the config asks for', () => {
    const ground = { ...aGround, rangefeed: false, connections: [] };
    const link = aMadeLink({ retentionMs: 6 * hour, expirationMs: 48 * hour, reader: true });
    const plan = planned(failback, aDetail(old({ ground }), promoted({ ground })), link);
    expect(plan.steps.map(({ kind, cluster }) => `${kind.replace('pcr.', '')}@${cluster}`)).toEqual([
      'configure@sql-west',
      'create-user@sql-west',
      'grant-user@sql-west',
      'create-connection@sql-east',
      'start-replication@sql-east',
      'await-following@sql-east',
      'check-split-brain@sql-west',
      'set-expiration@sql-west',
      'await-reader@sql-east',
      'verify-reader@sql-east',
    ]);
    expect(plan.steps.find(({ kind }) => kind === 'pcr.start-replication')?.statements[0]).toMatch(
      / WITH RETENTION = '6h', READ VIRTUAL CLUSTER$/,
    );
  });
});

describe('clusters on which nothing was made yet', () => {
  const ground = { ...aGround, rangefeed: false, organization: false, license: false, virtualClusters: [] };
  const bare = aDetail(aReadSide(aVirtualCluster(), { ground }), aReadSide(null, { ground }));

  it('are not set up, which is no failure', () => {
    expect(anObservation(bare)).toMatchObject({
      health: 'unset',
      headline: 'Replication is not set up yet: sql-east takes the writes, and sql-west has no main.',
    });
  });

  it.each([
    ['a job that fed it is listed', { history: 'lost' as const }],
    ['the primary was promoted once', { vc: aVirtualCluster({ activated: micros(hour) }) }],
  ])('are broken when %s', (_, more) => {
    expect(anObservation(aDetail(aSource({ history: 'none', ...more }), aReadSide(null))).health).toBe('broken');
  });

  it('get what a setup would set by a rebuild as well, and nothing that has to be taken back by hand', () => {
    const link = aMadeLink({ organization: 'Example', license: new Secret('crl-0-x') });
    const plan = planned({ kind: 'rebuild', link: link.id }, bare, link);
    expect(plan.steps.flatMap(({ statements, cluster }) => statements.map((one) => `${cluster}: ${one}`)).slice(0, 6)).toEqual(
      ['sql-east', 'sql-west'].flatMap((cluster) => [
        `${cluster}: SET CLUSTER SETTING cluster.organization = 'Example'`,
        `${cluster}: SET CLUSTER SETTING enterprise.license = '*****'`,
        `${cluster}: SET CLUSTER SETTING kv.rangefeed.enabled = true`,
      ]),
    );
    expect(plan.steps.filter(({ pointOfNoReturn }) => pointOfNoReturn)).toEqual([]);
    expect(plan.summary).toMatch(/^Copy main of sql-east to sql-west in full/);
    expect(plan.predictedLoss).toEqual({ ms: 0, words: 'Nothing is lost: sql-west has no copy yet.' });
  });

  it('are asked of a person where the release wants a licence and the config gives none, before anything is dropped', () => {
    const on = onVersion('24.3');
    const old = aDetail(aReadSide(aVirtualCluster(), { ...on, ground }), aReadSide(null, { ...on, ground }));
    const { steps } = planned({ kind: 'rebuild', link }, old, aMadeLink());
    expect(steps.slice(0, 6).map(({ kind }) => kind)).toEqual(
      ['sql-east', 'sql-west'].flatMap(() => ['pcr.configure-by-hand', 'pcr.see-setting', 'pcr.see-setting']),
    );
  });
});

describe('a pause', () => {
  it('says that the time runs already when the primary is gone', () => {
    expect(planned({ kind: 'pause', link }, aDetail(gone)).warnings[0]).toMatch(/stands still already, at .*run from there/);
  });
});

describe('a teardown', () => {
  it('says what stays', () => {
    expect(planned({ kind: 'teardown', link }, aDetail(), aMadeLink()).warnings.join(' ')).toMatch(/These stay.*to-east.*user stream/);
  });
});

describe('the clocks of both sides', () => {
  const skew = (aheadMs: number, slackMs: number, cluster = 'east') => ({ cluster, aheadMs, slackMs });
  const cases: readonly (readonly [string, number, number, number, 'passed' | 'warned'])[] = [
    ['together', 3, -4, 10, 'passed'],
    ['half a second apart', 250, -250, 0, 'passed'],
    ['further apart than nodes bear', 400, -400, 20, 'warned'],
    ['apart by no more than the way may be', 400, -400, 200, 'passed'],
    ['together, but far from the bot', 5_500, 5_500, 20, 'warned'],
  ];
  it.each(cases)('%s', (_, east, west, slack, outcome) => {
    const check = clockCheck(skew(east, slack), skew(west, slack, 'west'));
    expect(check.outcome).toBe(outcome);
    expect(check.next === null).toBe(outcome === 'passed');
  });
});
