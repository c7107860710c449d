import { describe, expect, it } from 'vitest';
import { Fault } from '../../../src/domain/faults.ts';
import { asRunId } from '../../../src/domain/ids.ts';
import type { Sample, Side } from '../../../src/domain/observation.ts';
import { isRefusal } from '../../../src/domain/refusal.ts';
import type { PcrDetail } from '../../../src/engines/cockroach-pcr/detail.ts';
import type { SignsOfUse } from '../../../src/engines/cockroach-pcr/memory.ts';
import { trailOf, withMemory } from '../../../src/engines/cockroach-pcr/remember.ts';
import { aDetail, aLink, anObservation, aReadSide, aSource, aVirtualCluster, gone, micros, nowMs } from './build.ts';
import { answer, fenceIt, planned } from './planned.ts';

const hour = 3_600_000;
const minute = 60_000;
const { settings } = aLink();

/** Both take writes; sql-west was promoted two hours ago. */
const promoted = (ms = 2 * hour) => aReadSide(aVirtualCluster({ activated: micros(ms) }));
const split = (more: Partial<SignsOfUse> = {}): PcrDetail => ({
  ...aDetail(aSource(), promoted()),
  signs: { sent: null, alone: null, served: { primary: null, standby: null }, ...more },
});
const at = (side: Side, msAgo: number) => ({ side, at: micros(msAgo) });

describe('the side that a fence keeps by itself', () => {
  it.each<readonly [string, Partial<SignsOfUse>, 'sql-east' | 'sql-west']>([
    ['the one that was promoted last, where nothing else is known', {}, 'sql-west'],
    ['the same where a run sent applications there', { sent: at('standby', hour) }, 'sql-west'],
    ['the same where applications were sent elsewhere long before that', { sent: at('primary', 9 * hour) }, 'sql-west'],
    ['the same where the other one alone was heard before that', { alone: at('primary', 3 * hour) }, 'sql-west'],
    ['the one to which a run has sent applications since', { sent: at('primary', hour) }, 'sql-east'],
    ['the same where it was heard alone since, too', { sent: at('primary', hour), alone: at('primary', minute) }, 'sql-east'],
    ['the same where the other one was heard alone before that', { sent: at('primary', minute), alone: at('standby', hour) }, 'sql-east'],
  ])('is %s', (_, signs, kept) => {
    const stops = kept === 'sql-east' ? 'sql-west' : 'sql-east';
    const plan = planned(fenceIt, split(signs));
    expect(plan.summary).toBe(`Stop writes on ${stops}, so that only ${kept} takes them.`);
    expect(anObservation(split(signs)).offers).toEqual([expect.objectContaining({ operation: 'fence', cluster: stops })]);
    if (kept === 'sql-east')
      expect(plan.warnings[0]).toMatch(
        /^sql-east keeps serving and sql-west is stopped, by what is known: sql-west was promoted last .*; a run .* sent to sql-east/,
      );
  });

  it.each<readonly [string, Partial<SignsOfUse>, RegExp]>([
    [
      'a run sent applications elsewhere so shortly before the promotion that clocks may lie',
      { sent: at('primary', 2 * hour + minute) },
      /sent to sql-east/,
    ],
    [
      'the other one alone was heard since the promotion, and no run tells',
      { alone: at('primary', hour) },
      /sql-east was seen to serve while sql-west gave no answer/,
    ],
    [
      'the other one alone was heard since a run sent applications',
      { sent: at('primary', hour), alone: at('standby', minute) },
      /sent to sql-east .*; sql-west was seen/,
    ],
    ['the runs could not be read', { untold: true }, /could not be read/],
  ])('has to be named where %s', (_, signs, why) => {
    const refusal = answer(fenceIt, split(signs));
    if (!isRefusal(refusal)) throw new TypeError('it was planned');
    expect(refusal.sentence).toMatch(why);
    expect(refusal.next).toContain('/repl fence prod-sql --keep sql-east stops sql-west, --keep sql-west stops sql-east');
    const seen = anObservation(split(signs));
    expect(seen.offers).toEqual([]);
    expect(seen.headline).toMatch(/^Split brain: .* can't be told: .*\. Name it to the fence with --keep\.$/);
    expect(planned({ ...fenceIt, keep: 'sql-east' }, split(signs)).summary).toContain('Stop writes on sql-west');
  });
});

describe('what is gathered of it', () => {
  const look = (detail: PcrDetail): Sample => ({ at: nowMs, health: 'broken', headline: 'Well.', trail: trailOf(detail) });
  const serves = (msAgo: number, vc = {}) => aReadSide(aVirtualCluster(vc), { now: micros(msAgo) });
  const both = { primary: null, standby: { at: micros(3 * hour), activated: micros(4 * hour), writable: 'yes' as const } };
  const withoutWest = (msAgo: number): PcrDetail => ({ ...aDetail(serves(msAgo), gone), remembered: both });
  const now = aDetail(aSource(), promoted());
  const run = asRunId('r-7k2m4qpx');

  it('is who served alone before both did, however often both were seen since', async () => {
    const history = async () => [look(withoutWest(hour)), look(withoutWest(minute)), look(now), look(now)];
    const { signs, remembered } = await withMemory(settings, now, { history });
    expect(signs).toEqual({ sent: null, alone: at('primary', minute), served: { primary: micros(0), standby: micros(0) } });
    expect(remembered).toBeUndefined();
  });

  it('is what a side said before a look that knew nothing of it, since its history could not be read then', async () => {
    const blind = look(aDetail(serves(minute), gone));
    expect(blind.trail).toMatchObject({ standby: null });
    const history = async () => [look(withoutWest(hour)), blind];
    expect((await withMemory(settings, aDetail(serves(0), gone), { history })).remembered?.standby).toMatchObject(both.standby);
  });

  it('is nobody where both were heard before that', async () => {
    const follows = aReadSide(aVirtualCluster({ status: 'replicating', service: 'none' }));
    const history = async () => [look(withoutWest(hour)), look(aDetail(aSource(), follows)), look(now)];
    expect((await withMemory(settings, now, { history })).signs?.alone).toBeNull();
  });

  it.each([
    ['sql-east', at('primary', minute)],
    ['a cluster that the link had once', null],
  ])('is where a run sent applications: %s', async (to, sent) => {
    const io = { history: async () => [], redirected: async () => ({ run, operation: 'failover' as const, to, endedAt: nowMs - minute }) };
    expect((await withMemory(settings, now, io)).signs).toMatchObject({ sent });
    const left = aDetail(aReadSide(aVirtualCluster({ service: 'none' })), gone);
    expect((await withMemory(settings, left, io)).signs).toMatchObject({ sent });
  });

  it('says that the runs could not be read, rather than that there are none', async () => {
    const fault = new Fault('redis-unavailable', 'Redis gives no answer.', { effect: 'not-applied', facts: {} });
    const io = { history: async () => [], redirected: () => Promise.reject(fault) };
    expect((await withMemory(settings, now, io)).signs).toMatchObject({ sent: null, untold: true });
  });
});
