import { afterEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import type { Plan } from '../../../src/domain/plan.ts';
import { isRefusal, type Refusal } from '../../../src/domain/refusal.ts';
import type { PcrLink } from '../../../src/engines/cockroach-pcr/config.ts';
import type { PcrDetail } from '../../../src/engines/cockroach-pcr/detail.ts';
import { planPcr } from '../../../src/engines/cockroach-pcr/plan.ts';
import { comeBack, openPcr, type PcrBed } from '../../conformance/cockroach-pcr-bed.ts';
import { carryOut, planOn } from '../../conformance/drive.ts';
import {
  aDetail,
  aGround,
  aJob,
  aLink,
  aMadeLink,
  anObservation,
  aReadSide,
  aSource,
  aStandby,
  aVirtualCluster,
  gone,
  micros,
  onVersion,
} from './build.ts';

const link = aLink().id;
const hour = 3_600_000;
const setup: Operation = { kind: 'setup', link };
const failover: Operation = { kind: 'failover', link, to: { kind: 'latest' } };
const kept = { history: 'kept', ground: aGround } as const;
const stopped = (more = {}, side = {}) => aReadSide(aVirtualCluster({ service: 'none', ...more }), { ...kept, ...side });
const promoted = (side = {}) => aReadSide(aVirtualCluster({ activated: micros(hour) }), { ...kept, ...side });

const answer = (operation: Operation, detail: PcrDetail, of: PcrLink = aMadeLink()): Plan | Refusal =>
  planPcr(operation, of, anObservation(detail, of));

function refused(operation: Operation, detail: PcrDetail, of?: PcrLink): Refusal {
  const refusal = answer(operation, detail, of);
  if (!isRefusal(refusal)) throw new TypeError(`planned: ${refusal.summary}`);
  return refusal;
}

function planned(operation: Operation, detail: PcrDetail, of?: PcrLink): Plan {
  const plan = answer(operation, detail, of);
  if (isRefusal(plan)) throw new TypeError(plan.sentence);
  return plan;
}

/** The operation that a lead names is planned in the state in which it is named. */
const leadWorks = (next: string, kind: 'failback' | 'rebuild' | 'failover', detail: PcrDetail, of?: PcrLink): void => {
  expect(next).toContain(`/repl ${kind} prod-sql`);
  planned(kind === 'failover' ? failover : { kind, link }, detail, of);
};

const withTemplate = { ...aGround, virtualClusters: [...aGround.virtualClusters, { name: 'template', status: 'ready', service: 'none' }] };

describe('a setup after the standby was promoted', () => {
  it('never starts or copies the old primary, and leads to a failback', () => {
    const detail = aDetail(stopped(), promoted());
    const { sentence, next } = refused(setup, detail);
    expect(sentence).toMatch(
      /sql-west was promoted at .* and takes the writes, so sql-east must not be copied over it, and must not be started/,
    );
    expect(`${sentence} ${next}`).not.toMatch(/START SERVICE|[Ss]tart its service|DROP/);
    leadWorks(next, 'failback', detail);
  });

  it.each([
    ['a new empty cluster in place of the old one', aReadSide(null, { ground: { ...aGround, virtualClusters: [] } }), {}],
    ['a release without failback', stopped({}, { ...onVersion('23.2'), ground: withTemplate }), onVersion('23.2')],
  ])('leads to a rebuild: %s', (_, primary, side) => {
    const at = { ...way, caPath: '/certs/other.crt' };
    const of = aMadeLink({ addresses: { primary: at, standby: at } });
    const detail = aDetail(primary, promoted(side));
    leadWorks(refused(setup, detail, of).next, 'rebuild', detail, of);
  });

  it('never drops what serves, whatever the source was called', () => {
    const { sentence, next } = refused(setup, aDetail(aReadSide(null, kept), promoted()), aMadeLink({ source: 'shop' }));
    expect(`${sentence} ${next}`).not.toMatch(/DROP|empty, so it/);
  });

  it('says what to put in the place of a primary that is gone', () => {
    expect(refused(setup, aDetail(gone, promoted())).next).toMatch(
      /cockroach init --virtualized-empty\), \/repl failback prod-sql or \/repl rebuild/,
    );
  });

  it('ends a split brain first, and starts nobody while it is not known who is newer', () => {
    const both = aDetail(aSource({ ground: aGround }), promoted());
    expect(refused(setup, both).next).toContain('/repl fence prod-sql');
    planned({ kind: 'fence', link }, both);
    const neither = refused(setup, aDetail(stopped(), stopped({ activated: micros(hour) })));
    expect(neither.next).toMatch(/^Find out which side has the newest data \(sql-west was promoted last/);
  });
});

const way = { host: '10.0.0.1', port: 26_257, ca: null, caPath: null, verified: false };

describe('a side that is left stopped while the other one is gone', () => {
  it.each([
    ['nothing', aReadSide(null)],
    ['a cancelled copy', aReadSide(aVirtualCluster({ status: 'add', service: 'none' }))],
  ])('is never started where it has %s', (_, standby) => {
    const { next } = refused(failover, aDetail(gone, standby));
    expect(next).toMatch(/^sql-west has nothing that could serve: make sql-east reachable, or restore a backup/);
  });

  it('still says that it takes the writes where it does', () => {
    expect(refused({ kind: 'switchover', link }, aDetail(gone, promoted())).sentence).toContain('On sql-west, it takes the writes.');
    const flat = aReadSide(null, { flat: true });
    expect(refused({ kind: 'switchover', link }, aDetail(flat, gone)).sentence).toContain('On sql-east, it takes the writes.');
  });
});

describe('a side that serves beside one that was promoted after it', () => {
  const beside = (ms: number) => aDetail(aSource(), stopped({ activated: micros(ms) }));

  it('is no lead by itself: both ways are named with what they give up, and both can be asked for', () => {
    const detail = beside(hour);
    const { next } = refused({ kind: 'switchover', link }, detail);
    expect(next).toMatch(/sql-west was promoted after sql-east, at .*: if it has served since, its data is the newer/);
    leadWorks(next, 'failback', detail);
    leadWorks(next, 'failover', detail);
  });

  it.each(['failback', 'teardown', 'rebuild'] as const)('a %s says first that the newer data may be what it discards', (kind) => {
    const plan = planned({ kind, link }, beside(hour));
    expect(plan.warnings[0]).toMatch(/its data is the newer\. This discards what sql-west took\. \/repl failover prod-sql/);
    expect(plan.predictedLoss.words).not.toContain('after a switchover there are none');
    expect(planned({ kind, link }, aDetail(stopped(), promoted())).warnings.join(' ')).not.toContain('is the newer');
  });

  it('names no failover that would be refused', () => {
    const old = beside(25 * hour);
    const { next } = refused({ kind: 'switchover', link }, old);
    expect(next).not.toContain('/repl failover');
    expect(next).toContain('stop the service of sql-east and then start that of sql-west by hand');
    leadWorks(next, 'failback', old);
    const lost = aDetail(aSource({ ground: aGround, history: 'lost' }), stopped({ activated: micros(25 * hour) }));
    leadWorks(refused({ kind: 'switchover', link }, lost).next, 'rebuild', lost);
  });

  it('is told by the status with what each way gives up', () => {
    expect(anObservation(beside(hour)).headline).toMatch(/a failback keeps that.*gives up what sql-west took, if it ever served/);
  });
});

describe('a fence of one of two sides that take writes', () => {
  const split = (primary = {}, standby = {}) => aDetail(aSource(primary), promoted(standby));
  const fenced = (keep?: string, detail = split()) => planned({ kind: 'fence', link, ...(keep === undefined ? {} : { keep }) }, detail);

  it.each([
    [
      undefined,
      'sql-east',
      'sql-west',
      /^sql-west was promoted last \(2026-06-01 09:00\S* UTC\), so it keeps serving and sql-east is stopped/,
    ],
    ['sql-west', 'sql-east', 'sql-west', /^sql-west was promoted last/],
    [
      'sql-east',
      'sql-west',
      'sql-east',
      /^sql-east keeps serving, since it was named, although sql-west was promoted last \(2026-06-01 09:00/,
    ],
  ])('keeps the one that is named, or else that was promoted last: %s', (keep, stops, goesOn, why) => {
    const plan = fenced(keep);
    expect(plan.summary).toBe(`Stop writes on ${stops}, so that only ${goesOn} takes them.`);
    expect(plan.steps.map(({ kind, cluster }) => `${kind} ${cluster}`)).toEqual([
      `pcr.stop-service ${stops}`,
      `pcr.check-split-brain ${goesOn}`,
    ]);
    expect(plan.warnings[0]).toMatch(why);
    expect(plan.warnings.slice(1, 3)).toEqual([
      expect.stringMatching(/^sql-east was never promoted, as far as it tells; what it took after 2026-06-01 09:00/),
      expect.stringMatching(/^sql-west was promoted to 2026-06-01 09:00\S* UTC; what it took after/),
    ]);
    expect(plan.warnings.join(' ')).toContain(`/repl fence prod-sql --keep ${stops}`);
    expect(plan.predictedDowntime.words).toContain(`those that still use ${stops} are cut off at once`);
  });

  it('can be asked for where nothing tells which was promoted last, and the refusal says so', () => {
    const untold = aDetail(aSource(), aSource());
    expect(refused({ kind: 'fence', link }, untold).next).toContain('/repl fence prod-sql --keep sql-east stops sql-west, --keep sql-west');
    expect(fenced('sql-east', untold).warnings[0]).toContain("which side was promoted last can't be told");
  });

  it('keeps no cluster that the link has not', () => {
    expect(refused({ kind: 'fence', link, keep: 'sql-north' }, split())).toMatchObject({
      code: 'bad-input',
      sentence: expect.stringContaining('no cluster sql-north'),
    });
  });

  it('is offered with whom it cuts off, and with the way to the other one', () => {
    expect(anObservation(split()).offers).toEqual([
      {
        operation: 'fence',
        cluster: 'sql-east',
        why: expect.stringMatching(
          /Applications that still use sql-east are cut off\. .* and sql-west to be stopped: \/repl fence prod-sql --keep sql-east\.$/,
        ),
      },
    ]);
  });
});

describe('what can not end by itself', () => {
  const scanning = aStandby({ status: 'initializing replication', replicated: null });

  it('a first copy whose source is gone is not waited for', () => {
    expect(refused(failover, aDetail(gone, scanning)).next).toMatch(/^It can't end without sql-east: .*restore a backup/);
    expect(refused(failover, aDetail(aSource(), scanning)).next).toMatch(/^Wait until/);
    expect(anObservation(aDetail(gone, scanning)).headline).toContain('sql-west has no complete copy yet');
  });

  it('a scheduled failover is held by a pause before a teardown or a rebuild', () => {
    const pending = (aheadMs: number) =>
      aDetail(aSource(), aStandby({ status: 'replication pending failover', failover: micros(aheadMs), replicated: micros(12_000) }));
    const scheduled = pending(-5 * hour);
    expect(refused({ kind: 'teardown', link }, scheduled).next).toContain('/repl pause prod-sql holds it');
    expect(refused({ kind: 'rebuild', link }, scheduled).next).toContain('/repl pause prod-sql holds it');
    planned({ kind: 'pause', link }, scheduled);
    const held = aDetail(
      aSource({ ground: aGround }),
      aStandby({ status: 'replication paused', failover: micros(-5 * hour) }, { ground: aGround }),
    );
    planned({ kind: 'teardown', link }, held);
    planned({ kind: 'rebuild', link }, held);
    expect(refused({ kind: 'teardown', link }, pending(20_000)).next).toContain('Wait until that is over');
  });

  it.each([
    ['paused', aJob({ status: 'paused' })],
    ['gave up', aJob({ status: 'paused', runningStatus: 'pausing after error: x' })],
  ])('a stream that %s still tells of the failover that it does not reach', (_, job) => {
    const standby = aStandby({ status: 'replication paused', failover: micros(-5 * hour), job });
    expect(anObservation(aDetail(aSource(), standby)).headline).toMatch(/A failover of sql-west to .* is asked for, and is not reached/);
  });

  it('a failback says what nobody protects meanwhile', () => {
    expect(planned({ kind: 'failback', link }, aDetail(stopped(), promoted())).warnings.join(' ')).toMatch(
      /until sql-east follows, nothing protects sql-west/,
    );
  });
});

describe('what the leads say, done', { timeout: 180_000 }, () => {
  let close: () => Promise<void> = async () => undefined;
  afterEach(() => close());
  const open = async (start: 'promoted', prepare: Parameters<typeof openPcr>[2]): Promise<PcrBed> => {
    const bed = await openPcr('25.2', { start }, prepare);
    close = () => bed.close();
    return bed;
  };
  it('keeps the side that a fence would stop, where the promotion was a mistake', async () => {
    const bed = await open('promoted', comeBack);
    const fence = await planOn(bed, { kind: 'fence', link });
    const words = fence.warnings.find((line) => line.includes('drill or a mistake')) ?? '';
    expect(words).toContain('/repl fence prod-sql --keep sql-east; then /repl failback prod-sql makes sql-west follow sql-east');
    const other = await planOn(bed, { kind: 'fence', link, keep: 'sql-east' });
    for (const step of other.steps) await carryOut(bed, step, () => bed.engine());
    expect(bed.world.vc('standby')?.serviceMode).toBe('none');
    const back = await planOn(bed, { kind: 'failback', link });
    expect(back.summary).toMatch(/make it follow sql-east/);
    expect(bed.world.vc('primary')?.serviceMode).toBe('shared');
  });
});
