import { describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import { Secret } from '../../../src/domain/secret.ts';
import type { PcrLink } from '../../../src/engines/cockroach-pcr/config.ts';
import type { PcrSetup } from '../../../src/engines/cockroach-pcr/config-setup.ts';
import type { PcrDetail, SideRead } from '../../../src/engines/cockroach-pcr/detail.ts';
import { aDetail, aJob, aLink, aReadSide, aSource, aStandby, aVirtualCluster, gone, micros, onVersion } from './build.ts';
import { answer, byHand, failover, failoverTo, fence, kindsOf, link, planned, promote, sent, serve, stock } from './planned.ts';

const hour = 3_600_000;
const failoverIn = (ms: number): Operation => failoverTo(-ms);
const retention = (windowMs: number | null, expirationMs: number | null): Operation => ({
  kind: 'retention',
  link,
  windowMs,
  expirationMs,
});
const open: Operation = { kind: 'reader', link, on: true };
const close: Operation = { kind: 'reader', link, on: false };
const reconnect: Operation = { kind: 'reconnect', link };
const pendingIn = (ms: number) => aStandby({ status: 'replication pending failover', failover: micros(-ms) });
const leftStopped = (msAgo: number) => aReadSide(aVirtualCluster({ service: 'none', activated: micros(msAgo) }));

describe('a failover to a time to come', () => {
  it('is waited for when it is near, and stops the primary only then', () => {
    const plan = planned(failoverIn(10 * 60_000));
    expect(kindsOf(plan)).toEqual([promote, 'await-time@sql-west', fence, ...serve]);
    expect(plan.steps[0]?.pointOfNoReturn).toBe(true);
    expect(plan.warnings.join(' ')).toMatch(/--to latest/);
  });

  it('is only asked for when it is further away, and says who completes it', () => {
    const plan = planned(failoverIn(5 * hour));
    expect(kindsOf(plan)).toEqual([promote]);
    expect(sent(plan)).toEqual([`ALTER VIRTUAL CLUSTER "main" COMPLETE REPLICATION TO SYSTEM TIME '2026-06-01 15:00:00.000000+00:00'`]);
    expect(plan.warnings.join(' ')).toMatch(/ask for \/repl failover prod-sql.*never promoted to that time/s);
    expect(plan.predictedLoss.ms).toBeNull();
  });

  it('stops nothing that is stopped', () => {
    const stopped = aSource({ vc: aVirtualCluster({ service: 'none' }) });
    expect(kindsOf(planned(failoverIn(60_000), aDetail(stopped)))).toEqual([promote, 'await-time@sql-west', ...serve]);
  });

  const refusals: readonly (readonly [string, number, PcrDetail, string])[] = [
    ['without the primary', hour, aDetail(gone), 'never gets that far'],
    ['while paused', hour, aDetail(aSource(), aStandby({ status: 'replication paused' })), 'wait for ever'],
    ['that is pending for that very time', hour, aDetail(aSource(), pendingIn(hour)), 'pending already'],
  ];
  it.each(refusals)('is refused %s', (_, ms, detail, words) => {
    const refusal = answer(failoverIn(ms), detail);
    expect(refusal).toMatchObject({ kind: 'refusal', sentence: expect.stringContaining(words) });
  });
});

describe('a failover to a time that has passed and is not replicated yet', () => {
  it('stops the primary first, gives up what came after that time, and is reached on the way', () => {
    const plan = planned(failoverTo(5_000));
    expect(kindsOf(plan)).toEqual([stock, fence, promote, ...serve]);
    expect(plan.steps.find(({ kind }) => kind === 'pcr.complete-replication')?.params).not.toMatchObject({ ahead: true });
    const far = planned(failoverTo(600_000), aDetail(aSource(), aStandby({ replicated: micros(2_400_000) })));
    expect(far.predictedLoss).toMatchObject({ ms: 600_000, words: expect.stringContaining('Every write of the last 10 min') });
  });

  it('is refused where the standby never gets there', () => {
    const refused = answer(failoverTo(5_000), aDetail(aSource(), aStandby({ status: 'replication paused' })));
    expect(refused).toMatchObject({ kind: 'refusal', sentence: expect.stringContaining('wait for ever') });
  });
});

describe('a failover while one is pending', () => {
  it('takes what is there when it is asked to, also when the primary died before the time', () => {
    const alive = planned(failover, aDetail(aSource(), pendingIn(5 * hour)));
    expect(kindsOf(alive)).toEqual([stock, fence, promote, ...serve]);
    const dead = planned(failover, aDetail(gone, pendingIn(5 * hour)));
    expect(kindsOf(dead)).toEqual([stock, byHand, promote, ...serve]);
    const step = dead.steps.find(({ kind }) => kind === 'pcr.complete-replication');
    expect(step?.params).toMatchObject({ to: 'latest', replaces: micros(-5 * hour) });
    expect(dead.warnings.join(' ')).toMatch(/takes the place of the failover/);
  });

  it('is moved to another time', () => {
    const plan = planned(failoverIn(2 * hour), aDetail(aSource(), pendingIn(5 * hour)));
    expect(kindsOf(plan)).toEqual([promote]);
    expect(plan.steps[0]?.params).toMatchObject({ replaces: micros(-5 * hour) });
  });

  it('is completed without asking again once its time is near', () => {
    const plan = planned(failoverIn(60_000), aDetail(aSource(), pendingIn(60_000)));
    expect(kindsOf(plan)).toEqual(['await-time@sql-west', fence, ...serve]);
  });

  it('is completed without asking again once everything has arrived', () => {
    const plan = planned(failover, aDetail(aSource(), pendingIn(-60_000)));
    expect(kindsOf(plan)).toEqual([fence, ...serve]);
  });
});

/** The primary is lost, and was seen to take writes until shortly before. */
const seenServing = (standby: SideRead): PcrDetail => ({
  ...aDetail(gone, standby),
  remembered: { primary: { at: micros(60_000), activated: null, writable: 'yes' }, standby: null },
});

describe('a failover that somebody began before', () => {
  it.each(['replication failing over', 'replication cutting over'])('is completed while it is %s', (status) => {
    const detail = aDetail(gone, aStandby({ status, failover: micros(60_000) }));
    expect(kindsOf(planned(failover, detail))).toEqual([byHand, ...serve]);
    expect(answer(failoverIn(-90_000), detail)).toMatchObject({ kind: 'refusal', sentence: expect.stringContaining('has begun') });
  });

  it('is completed when the promoted side was left without service', () => {
    const plan = planned(failover, aDetail(aSource(), leftStopped(hour)));
    expect(kindsOf(plan)).toEqual([fence, ...serve]);
    expect(plan.predictedLoss).toMatchObject({ ms: hour });
    expect(kindsOf(planned(failover, seenServing(leftStopped(hour))))).toEqual([byHand, ...serve]);
  });

  it('is not completed when that would discard what applications wrote for days', () => {
    expect(answer(failover, aDetail(aSource(), leftStopped(25 * hour)))).toMatchObject({
      kind: 'refusal',
      sentence: expect.stringContaining('would discard all of them'),
    });
    expect(kindsOf(planned(failover, seenServing(leftStopped(25 * hour))))).toEqual([byHand, ...serve]);
  });

  it('is not taken for one when the side that serves was promoted later', () => {
    const serving = aSource({ vc: aVirtualCluster({ activated: micros(60_000) }) });
    expect(answer(failover, aDetail(serving, leftStopped(hour)))).toMatchObject({ kind: 'refusal' });
  });
});

describe('a primary that can not be reached', () => {
  const accepts =
    "If that can't be done, sql-east could not be fenced: if it is alive, or comes back, it takes writes while sql-west does too, and those are lost. Whoever confirms this step accepts that, and the run records who did.";

  it('is fenced by a person first when the team has said how', () => {
    const of = aLink();
    const fenced: PcrLink = { ...of, settings: { ...of.settings, fencing: 'Power off the nodes of sql-east.' } };
    const plan = planned(failover, aDetail(gone), fenced);
    expect(kindsOf(plan)).toEqual([stock, byHand, promote, ...serve]);
    expect(plan.steps[1]).toMatchObject({ by: 'person', statements: ['Power off the nodes of sql-east.', accepts] });
    expect(kindsOf(planned(failover, aDetail(), fenced))).toEqual([stock, fence, promote, ...serve]);
  });

  it('is fenced by a person first where nobody has said how, or somebody accepts that it is not', () => {
    const plan = planned(failover, aDetail(gone));
    expect(kindsOf(plan)).toEqual([stock, byHand, promote, ...serve]);
    const [how, acceptance] = plan.steps[1]?.statements ?? [];
    expect(how).toContain('Close every way of applications to sql-east');
    expect(acceptance).toBe(accepts);
    expect(plan.warnings[0]).toContain("the bot can't fence it, and a step asks a person to");
  });
});

describe('a retention', () => {
  it('is told to the standby, and the expiration to the primary from 25.2 on', () => {
    const plan = planned(retention(6 * hour, 48 * hour));
    expect(kindsOf(plan)).toEqual(['set-retention@sql-west', 'set-expiration@sql-east', 'prove-catch-up@sql-west']);
    expect(sent(plan)).toEqual([
      `ALTER VIRTUAL CLUSTER "main" SET REPLICATION RETENTION = '6h'`,
      `ALTER VIRTUAL CLUSTER "main" SET REPLICATION SOURCE EXPIRATION WINDOW = '48h'`,
    ]);
  });

  it('is told to the standby alone before 25.2', () => {
    const plan = planned(retention(null, 90 * 60_000), aDetail(aSource(onVersion('24.3')), aStandby({}, onVersion('24.3'))));
    expect(sent(plan)).toEqual([`ALTER VIRTUAL CLUSTER "main" SET REPLICATION EXPIRATION WINDOW = '90m'`]);
    expect(plan.steps[0]?.cluster).toBe('sql-west');
  });

  it('says what a shorter window gives up', () => {
    expect(planned(retention(hour, null)).warnings.join(' ')).toMatch(/given up at once/);
    expect(planned(retention(null, hour)).warnings.join(' ')).toMatch(/shorter than the 24 h/);
  });

  const refusals: readonly (readonly [string, Operation, PcrDetail, string])[] = [
    ['that sets nothing', retention(null, null), aDetail(), 'Nothing was given'],
    ['of the expiration without the primary', retention(null, hour), aDetail(gone), "can't be set"],
    [
      'of the expiration on 23.2',
      retention(null, hour),
      aDetail(aSource(onVersion('23.2')), aStandby({}, onVersion('23.2'))),
      'from v24.1 on',
    ],
    ['of the expiration between two releases', retention(null, hour), aDetail(aSource(onVersion('24.3')), aStandby()), 'no longer has'],
    ['in a promotion', retention(hour, null), aDetail(aSource(), pendingIn(hour)), 'already pending'],
    ['without a follower', retention(hour, null), aDetail(aSource(), aReadSide(null)), 'No side follows'],
  ];
  it.each(refusals)('%s is refused', (_, operation, detail, words) => {
    expect(answer(operation, detail)).toMatchObject({ kind: 'refusal', sentence: expect.stringContaining(words) });
  });

  it('of the window alone needs no primary', () => {
    expect(sent(planned(retention(hour, null), aDetail(gone)))).toHaveLength(1);
  });
});

describe('a reader', () => {
  const reader = { status: 'ready', service: 'shared' };
  const withReader = (more = {}) => aDetail(aSource(), aStandby({}, { reader: { ...reader, ...more } }));

  it('is opened and waited for', () => {
    const plan = planned(open);
    expect(kindsOf(plan)).toEqual(['open-reader@sql-west', 'await-reader@sql-west', 'verify-reader@sql-west']);
    expect(sent(plan)[0]).toBe('ALTER VIRTUAL CLUSTER "main" SET REPLICATION READ VIRTUAL CLUSTER');
  });

  it('that is stuck is stopped and started', () => {
    expect(kindsOf(planned(open, withReader())).slice(0, 2)).toEqual(['stop-reader@sql-west', 'start-reader@sql-west']);
    expect(kindsOf(planned(open, withReader({ service: 'none' })))[0]).toBe('start-reader@sql-west');
  });

  it('is closed by a stop and a drop, wherever it is', () => {
    expect(sent(planned(close, withReader()))).toEqual([
      'ALTER VIRTUAL CLUSTER "main-readonly" STOP SERVICE',
      'DROP VIRTUAL CLUSTER IF EXISTS "main-readonly"',
    ]);
    const stale = aDetail(gone, aReadSide(aVirtualCluster({ activated: micros(hour) }), { reader }));
    expect(kindsOf(planned(close, stale))).toEqual(['stop-reader@sql-west', 'drop-reader@sql-west']);
  });

  it('goes with a teardown', () => {
    expect(kindsOf(planned({ kind: 'teardown', link }, withReader()))).toEqual([
      'stop-reader@sql-west',
      'drop-reader@sql-west',
      'drop-copy@sql-west',
      'check-split-brain@sql-east',
    ]);
  });

  const early = { release: { year: 24, number: 3, text: 'v24.3.11' } };
  const refusals: readonly (readonly [string, Operation, PcrDetail, string])[] = [
    ['on 23.2', open, aDetail(aSource(), aStandby({}, onVersion('23.2'))), 'from v24.3 on'],
    ['on an early 24.3', open, aDetail(aSource(), aStandby({}, early)), 'from v24.3.12 on'],
    ['of a paused standby', open, aDetail(aSource(), aStandby({ status: 'replication paused' })), 'has to follow'],
    ['that opens already', open, withReader({ status: 'add', service: 'none' }), 'is there already'],
    ['that nobody has', close, aDetail(), 'nothing is open for reads'],
    ['in a promotion', close, aDetail(aSource(), { ...pendingIn(hour), reader }), 'may drop'],
  ];
  it.each(refusals)('%s is refused', (_, operation, detail, words) => {
    expect(answer(operation, detail)).toMatchObject({ kind: 'refusal', sentence: expect.stringContaining(words) });
  });

  it('that came with its copy is stopped and started where none can be added', () => {
    const there = aDetail(aSource(), aStandby({}, { ...early, reader }));
    expect(kindsOf(planned(open, there)).slice(0, 2)).toEqual(['stop-reader@sql-west', 'start-reader@sql-west']);
    const [, drop] = planned(close, there).steps;
    expect(drop).toMatchObject({ pointOfNoReturn: true, undo: { kind: 'none', why: expect.stringContaining('only with a new copy') } });
  });

  it('names the way to a reader where none can be added', () => {
    expect(answer(open, aDetail(aSource(), aStandby({}, early)))).toMatchObject({
      next: expect.stringMatching(/reader: true in settings\.setup, then \/repl teardown prod-sql and \/repl rebuild prod-sql/),
    });
  });

  it('opens on 24.3.12 and says that it may be stuck', () => {
    expect(planned(open, aDetail(aSource(), aStandby({}, onVersion('24.3')))).warnings.join(' ')).toContain('may be stuck');
  });
});

describe('a reconnect', () => {
  const following = aDetail(aSource(), aStandby({ sourceUri: 'external://to-east?redacted' }));
  const setup: PcrSetup = {
    source: 'main',
    retentionMs: null,
    expirationMs: null,
    reader: false,
    user: { name: 'repl', password: new Secret('Tr0ub4dor&3'), create: true },
    addresses: {
      primary: { host: 'east.example.com', port: 26_257, ca: 'PEM', caPath: '/certs/east.crt', verified: true },
      standby: { host: 'west.example.com', port: 26_257, ca: 'PEM', caPath: null, verified: true },
    },
    route: null,
    organization: null,
    license: null,
    consoleUser: null,
  };
  const base = aLink();
  const knowing: PcrLink = { ...base, settings: { ...base.settings, setup } };

  it('replaces the connection in place from 25.4 on, and shows no secret', () => {
    const plan = planned(reconnect, following, knowing);
    expect(kindsOf(plan)).toEqual(['prove-login@sql-east', 'replace-connection@sql-west', 'bounce@sql-west', 'prove-catch-up@sql-west']);
    expect(sent(plan)[0]).toMatch(/^ALTER EXTERNAL CONNECTION "to-east" AS 'postgresql:\/\/repl:\*\*\*\*\*@east/);
    expect(JSON.stringify(plan)).not.toContain('Tr0ub4dor');
  });

  it('drops and makes it anew before that', () => {
    const old = aDetail(aSource(onVersion('24.3')), aStandby({ sourceUri: 'external://to-east' }, onVersion('24.3')));
    expect(sent(planned(reconnect, old, knowing)).slice(0, 2)).toEqual([
      'DROP EXTERNAL CONNECTION "to-east"',
      expect.stringMatching(/^CREATE EXTERNAL CONNECTION "to-east" AS /),
    ]);
  });

  it('has the file with the new certificate in place first, where a connection holds but its path', () => {
    const old = aDetail(aSource(onVersion('23.2')), aStandby({ sourceUri: 'external://to-east' }, onVersion('23.2')));
    expect(kindsOf(planned(reconnect, old, knowing))).toEqual([
      'place-certificate@-',
      'prove-login@sql-east',
      'replace-connection@sql-west',
      'bounce@sql-west',
      'prove-catch-up@sql-west',
    ]);
  });

  it('says that the way back is left as it is', () => {
    expect(planned(reconnect, following, knowing).warnings.join(' ')).toContain(
      'the external connection to-west on sql-east, which a failback goes by, keeps what it holds',
    );
  });

  it('asks a person when the config does not hold what the connection needs', () => {
    const plan = planned(reconnect, following);
    expect(kindsOf(plan)).toEqual(['replace-connection-by-hand@-', 'bounce@sql-west', 'prove-catch-up@sql-west']);
    expect(sent(plan)).toEqual(['ALTER VIRTUAL CLUSTER "main" PAUSE REPLICATION', 'ALTER VIRTUAL CLUSTER "main" RESUME REPLICATION']);
  });

  it('lets a stream go on that gave up, as after a password that has run out', () => {
    const job = aJob({ status: 'paused', runningStatus: 'ingestion job failed (28P01) but is being paused' });
    const stuck = aDetail(aSource(), aStandby({ status: 'replication paused', sourceUri: 'external://to-east', job }));
    expect(kindsOf(planned(reconnect, stuck, knowing))).toContain('bounce@sql-west');
  });

  const refusals: readonly (readonly [string, PcrDetail, string])[] = [
    ['of a stream with a literal address', aDetail(), 'given when the stream was made'],
    ['by another connection than the config names', aDetail(aSource(), aStandby({ sourceUri: 'external://elsewhere' })), 'names to-east'],
    ['of a stream that tells nothing', aDetail(aSource(), aStandby({ sourceUri: null })), 'does not say how'],
    ['in a promotion', aDetail(aSource(), pendingIn(hour)), 'already pending'],
  ];
  it.each(refusals)('%s is refused', (_, detail, words) => {
    expect(answer(reconnect, detail, knowing)).toMatchObject({ kind: 'refusal', sentence: expect.stringContaining(words) });
  });
});

describe('a pause of a failover that waits', () => {
  it('holds it, and says so', () => {
    const plan = planned({ kind: 'pause', link }, aDetail(aSource(), pendingIn(hour)));
    expect(kindsOf(plan)).toEqual(['pause@sql-west']);
    expect(plan.warnings.join(' ')).toContain('is only held');
  });
});
