import { describe, expect, it } from 'vitest';
import type { Sample } from '../../../src/domain/observation.ts';
import type { Plan } from '../../../src/domain/plan.ts';
import { hashPlan } from '../../../src/domain/plan.ts';
import { isRefusal, type Refusal } from '../../../src/domain/refusal.ts';
import type { PcrDetail } from '../../../src/engines/cockroach-pcr/detail.ts';
import type { SignsOfUse } from '../../../src/engines/cockroach-pcr/memory.ts';
import { trailOf, withMemory } from '../../../src/engines/cockroach-pcr/remember.ts';
import {
  aDetail,
  aLink,
  anObservation,
  aReadSide,
  aSource,
  aStandby,
  aVirtualCluster,
  gone,
  locked,
  micros,
  nowMs,
  silent,
} from './build.ts';
import { answer, failover, link, planned } from './planned.ts';

const hour = 3_600_000;
const stopped = (more = {}, side = {}) => aReadSide(aVirtualCluster({ service: 'none', ...more }), side);

const toLatest = (detail: PcrDetail): Plan => planned(failover, detail);

const last = (activated: string | null, writable: 'yes' | 'no' | 'unknown', msAgo = hour) => ({ at: micros(msAgo), activated, writable });
const knowing = (detail: PcrDetail, standby: ReturnType<typeof last> | null): PcrDetail => ({
  ...detail,
  remembered: { primary: null, standby },
});

const signs = (more: Partial<SignsOfUse> = {}): SignsOfUse => ({
  sent: null,
  alone: null,
  served: { primary: null, standby: null },
  ...more,
});

describe('a failover to a side that was stopped, while the one in its place is lost', () => {
  it('has a person answer for the lost side, then starts this one, and promotes nothing', () => {
    const plan = toLatest(aDetail(stopped(), gone));
    expect(plan.steps.map(({ kind, side, by }) => [kind, side, by])).toEqual([
      ['fence-by-hand', null, 'person'],
      ['pcr.start-service', 'primary', 'engine'],
      ['pcr.set-default-target', 'primary', 'engine'],
      ['pcr.verify-service', 'primary', 'engine'],
      ['redirect', null, 'person'],
      ['pcr.check-split-brain', 'primary', 'engine'],
    ]);
    expect(plan.steps.map(({ pointOfNoReturn }) => pointOfNoReturn)).toEqual([false, true, false, false, false, false]);
    expect(plan.steps[0]?.statements.join(' ')).toMatch(/a side that served does so again when its nodes start/);
    expect(plan.warnings.join(' ')).toMatch(/split brain.*If sql-west answers before sql-east is started, the run stops/);
  });

  const cases: readonly (readonly [string, ReturnType<typeof last> | null, RegExp])[] = [
    ['no earlier look knows', null, /^What sql-west took since it was promoted, if it served; how much that is is not known\./],
    [
      'it served',
      last(micros(2 * hour), 'yes'),
      /^Every write that sql-west took after 2026-06-01 08:00\S* UTC, when it was promoted; it took/,
    ],
    ['it served since a time that is not told', last(null, 'yes'), /^Every write that sql-west took since it was promoted; it took writes/],
    [
      'it never served',
      last(null, 'no'),
      /^What sql-west took after it was last seen, at 2026-06-01 09:00\S* UTC, if it served since; it took no writes then\./,
    ],
  ];
  it.each(cases)('says what is given up: %s', (_, said, words) => {
    const { predictedLoss } = toLatest(knowing(aDetail(stopped(), gone), said));
    expect(predictedLoss.words).toMatch(words);
    expect(predictedLoss.words).toContain('sql-east has everything that it took until it was stopped.');
    expect(predictedLoss.ms).toBeNull();
  });

  it('goes the other way round as well, also past an older promotion of its own', () => {
    const newer = { primary: last(micros(hour), 'yes'), standby: null };
    const old = { ...aDetail(gone, stopped({ activated: micros(5 * hour) })), remembered: newer };
    expect(toLatest(old).summary).toBe('Let sql-west serve again with what it had when it was stopped, because sql-east is lost.');
  });

  it('completes a promotion that was begun and never put to use', () => {
    const begun = aDetail(gone, stopped({ activated: micros(hour) }));
    const older = { ...begun, remembered: { primary: last(micros(9 * hour), 'yes'), standby: null } };
    expect(toLatest(older).summary).toContain('that was begun before');
    // The other one was stopped first, and was seen to serve shortly before that.
    const fenced = { ...begun, remembered: { primary: last(null, 'no'), standby: null }, signs: signs({ served: served(hour + minute) }) };
    expect(toLatest(fenced).summary).toContain('that was begun before');
  });

  const minute = 60_000;
  const served = (primaryAgo: number | null, standbyAgo: number | null = null) => ({
    primary: primaryAgo === null ? null : micros(primaryAgo),
    standby: standbyAgo === null ? null : micros(standbyAgo),
  });
  // sql-east was promoted 30 days ago; sql-west took its place a minute ago and is lost.
  const round = (more: Partial<SignsOfUse>, said: ReturnType<typeof last> | null = null): PcrDetail => ({
    ...aDetail(stopped({ activated: micros(720 * hour) }), gone),
    remembered: { primary: null, standby: said },
    signs: signs(more),
  });

  it.each<readonly [string, PcrDetail]>([
    ['it was seen to serve since', round({ served: served(minute) }, last(micros(1440 * hour), 'no', minute))],
    ['it was seen to serve since, and the other one followed then', round({ served: served(minute) }, last(null, 'no', minute))],
    ['a run had applications sent to it since', round({ sent: { side: 'primary', at: micros(719 * hour) } })],
    ['a run had them sent to the other one since', round({ sent: { side: 'standby', at: micros(minute) } })],
    ['the other one was promoted since', round({}, last(micros(minute), 'no', minute))],
  ])('goes past an older promotion of this one, on a link that went round: %s', (_, detail) => {
    const plan = toLatest(detail);
    expect(plan.summary).toBe('Let sql-east serve again with what it had when it was stopped, because sql-west is lost.');
    expect(JSON.stringify(plan)).not.toMatch(/Every write of the last|begun before/);
    expect(anObservation(detail).headline).toMatch(/If sql-west is lost, a failover lets sql-east serve what it has\.$/);
  });

  it.each<readonly [string, PcrDetail]>([
    ['nothing is remembered', aDetail(stopped({ activated: micros(720 * hour) }), gone)],
    [
      'all that is remembered is from before',
      round({ served: served(721 * hour, 722 * hour), sent: { side: 'primary', at: micros(721 * hour) } }),
    ],
  ])('says both that fit where nothing tells whether this one served since its promotion: %s', (_, detail) => {
    const plan = toLatest(detail);
    expect(plan.summary).toBe('Let sql-east serve with what it has, because sql-west is lost.');
    expect(plan.predictedLoss).toEqual({
      ms: null,
      words: expect.stringMatching(
        /^Whether sql-east served after 2026-05-02 10:00\S* UTC, when it was promoted, is not known\. If it did, what sql-west took after sql-east was stopped is given up\. If it never did, all that sql-west took after 2026-05-02/,
      ),
    });
    expect(plan.warnings[0]).toMatch(/^sql-east was promoted to 2026-05-02 .* Find out which it is/);
    expect(anObservation(detail).headline).toMatch(/a failover lets sql-east serve what it has; whether it served .* is not known\.$/);
    const { next } = answer({ kind: 'failback', link }, detail) as Refusal;
    expect(next).toContain('/repl failover prod-sql lets sql-east serve with what it has, and says');
  });

  it('says up to when both have the same, where the promotion of the other one is known', () => {
    const { predictedLoss } = toLatest(round({}, last(micros(minute), 'yes', 0)));
    expect(predictedLoss.words).toMatch(/Up to 2026-06-01 09:59:00\S* UTC it has all that sql-west had\.$/);
  });

  it('says first and by itself that a side which accepts connections may serve', () => {
    const plan = toLatest(aDetail(stopped(), silent));
    expect(plan.summary).toContain('because sql-west gives no answer.');
    expect(plan.warnings[0]).toMatch(/^sql-west is not proven to be lost: it accepts connections .* before the first step is confirmed/);
    expect(plan.steps[0]?.statements[0]).toMatch(
      /^If sql-west accepts connections, it may serve this very moment: confirm only once it is cut off/,
    );
    // One that is about to die does so now and then: the approval of one is that of the other.
    const lost = toLatest(aDetail(stopped(), gone));
    expect(lost.warnings.join(' ')).not.toContain('accepts connections');
    expect(hashPlan(lost)).toBe(hashPlan(plan));
  });

  it('goes to no time past', () => {
    const refusal = answer({ kind: 'failover', link, to: { kind: 'time', at: nowMs - hour } }, aDetail(stopped(), silent));
    expect(refusal).toMatchObject({ code: 'bad-input', next: expect.stringContaining('without --to') });
  });

  it.each([
    ['one that answers', aDetail(stopped(), locked)],
    ['one that is empty for all that is known', aDetail(gone, stopped())],
    ['a virtual cluster that serves', aDetail(aSource(), gone)],
    ['nothing', aDetail(aReadSide(null), gone)],
    ['both gone', aDetail(gone, gone)],
  ])('is not planned: %s', (_, detail) => {
    const refusal = answer(failover, detail);
    expect(isRefusal(refusal)).toBe(true);
    expect(JSON.stringify(refusal)).not.toContain('serve again');
  });

  it.each(['switchover', 'pause', 'failback', 'rebuild', 'teardown', 'fence'] as const)('is what the refusal of a %s leads to', (kind) => {
    const refusal = answer({ kind, link }, aDetail(stopped(), gone));
    expect(refusal).toMatchObject({
      next: expect.stringMatching(/^Make sql-west reachable if it may come back: .*\/repl failover prod-sql lets sql-east serve again/),
    });
  });

  it('is what the status leads to', () => {
    expect(anObservation(aDetail(stopped(), gone)).headline).toContain('If sql-west is lost, a failover lets sql-east serve what it has.');
    expect(anObservation(aDetail(stopped(), locked)).headline).not.toContain('a failover');
  });
});

describe('what a side said of itself', () => {
  const sampleOf = (trail: Sample['trail']): Sample => ({ at: nowMs, health: 'healthy', headline: 'Well.', trail });
  const both = aDetail(aSource(), aStandby());
  const { settings } = aLink();

  it('is left by each look for the one that can not ask it any more, and is handed on', async () => {
    const history = async () => [
      sampleOf(trailOf(aDetail(stopped(), aReadSide(aVirtualCluster({ activated: micros(hour) }))))),
      sampleOf(null),
    ];
    const seen = await withMemory(settings, aDetail(stopped(), gone), { history });
    expect(seen.remembered?.standby).toEqual({ at: micros(0), activated: micros(hour), writable: 'yes' });
    expect(trailOf(seen)['standby']).toEqual({ ...seen.remembered?.standby, unheard: true });
  });

  it('is not read while both sides answer, and not taken from what another engine left', async () => {
    expect(await withMemory(settings, both, { history: () => Promise.reject(new TypeError('asked')) })).toBe(both);
    const foreign = async () => [sampleOf({ side: 'primary', upstream: '1' })];
    expect((await withMemory(settings, aDetail(stopped(), gone), { history: foreign })).remembered).toBeUndefined();
  });
});
