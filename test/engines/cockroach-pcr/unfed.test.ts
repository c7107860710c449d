import { describe, expect, it } from 'vitest';
import type { Observation } from '../../../src/domain/observation.ts';
import type { Operation } from '../../../src/domain/operation.ts';
import { hashPlan } from '../../../src/domain/plan.ts';
import { isRefusal } from '../../../src/domain/refusal.ts';
import { kinds } from '../../../src/engines/cockroach-pcr/acts.ts';
import type { ReadSide, VirtualClusterView } from '../../../src/engines/cockroach-pcr/detail.ts';
import { planPcr } from '../../../src/engines/cockroach-pcr/plan.ts';
import { byHand, openPcr } from '../../conformance/cockroach-pcr-bed.ts';
import { anIo, carryOut, engineSteps, planOn, pressRetry, settle } from '../../conformance/drive.ts';
import { aDetail, aGround, aLink, aMadeLink, anObservation, aReadSide, aSource, aStandby } from './build.ts';

const link = aLink();
const switchover: Operation = { kind: 'switchover', link: link.id, maxWriteStopMs: 60_000 };
const failover: Operation = { kind: 'failover', link: link.id, to: { kind: 'latest' } };
const verify: Operation = { kind: 'verify', link: link.id };

const seen = (source: Partial<ReadSide>, stream: Partial<VirtualClusterView> = {}, name = 'main') =>
  anObservation(aDetail(aSource(source), aStandby(stream)), aLink(name));

describe('a standby whose stream no job of the primary feeds', () => {
  const none = { history: 'none' } as const;
  const rows: readonly (readonly [string, Observation, boolean])[] = [
    ['no job is listed', seen(none), true],
    ['its jobs are over', seen({ history: 'lost' }), true],
    ['a job is listed', seen({}), false],
    ['its jobs were not told', seen({ history: 'untold' }), false],
    ['jobs of others stay hidden', seen({ ...none, sight: 'own' }), false],
    ['the primary is not virtualized', seen({ ...none, vc: null, flat: true }), false],
    ['the primary has nothing of that name', seen({ ...none, vc: null }), false],
    ['it copies another virtual cluster', seen(none, { sourceName: 'shop' }), false],
    ['it does not follow now', seen(none, { status: 'replication error' }), false],
  ];
  it.each(rows)('%s', (_, observation, isUnfed) => {
    expect(observation.headline.includes('it copies another cluster')).toBe(isUnfed);
    const asked = planPcr(switchover, link, observation);
    expect(isRefusal(asked) && asked.sentence.includes('it copies another cluster')).toBe(isUnfed);
  });

  it('is the same plan whether or not the jobs came in time, and while the stream tries again', () => {
    const hashes = (operation: Operation, sights: readonly Observation[]) =>
      new Set(
        sights.map((sight) => {
          const plan = planPcr(operation, link, sight);
          if (isRefusal(plan)) throw new TypeError(plan.sentence);
          return hashPlan(plan);
        }),
      );
    const late = [seen({}), seen({ history: 'untold' }), seen({ history: 'mixed' }), seen({ sight: 'unknown' })];
    expect(hashes(switchover, late).size).toBe(1);
    expect(hashes(failover, [...late, seen({}, { status: 'replication error' })]).size).toBe(1);
  });

  it('is not judged by a name that lists cut', () => {
    const name = 'a'.repeat(21);
    expect(seen(none, { sourceName: name }, name).health).toBe('healthy');
  });

  it('is broken, and says where its stream leads', () => {
    expect(seen(none)).toMatchObject({ health: 'broken', headline: expect.stringContaining('its stream leads to 10.0.0.1:26257') });
    expect(seen(none, { sourceUri: 'external://to-primary' }).headline).toContain('leads to external://to-primary');
  });

  it('names a comparison that can be asked for', () => {
    const asked = planPcr(switchover, link, seen(none));
    expect(asked).toMatchObject({ next: expect.stringContaining('/repl verify prod-sql') });
    expect(isRefusal(planPcr(verify, link, seen(none)))).toBe(false);
  });

  it('is promoted only after a person stopped the applications, and never by a stop of what it does not copy', () => {
    const plan = planPcr(failover, link, seen(none));
    if (isRefusal(plan)) throw new TypeError(plan.sentence);
    expect(plan.steps.find(({ kind }) => kind === 'fence-by-hand')).toMatchObject({ by: 'person' });
    expect(plan.steps.map(({ kind }) => kind)).not.toContain('pcr.stop-service');
    expect(plan.warnings.join(' ')).toContain('may not be what sql-east has');
    expect(plan.warnings.join(' ')).not.toContain('would lose nothing');
  });
});

describe('a primary of the config that is another cluster than the one that is copied', { timeout: 180_000 }, () => {
  it('is seen, and is not stopped', async () => {
    const [bed, other] = [await openPcr('25.2'), await openPcr('25.2', { start: 'none' })];
    try {
      const moved = { ...bed, link: { ...bed.link, settings: { ...bed.link.settings, primary: other.link.settings.primary } } };
      const observation = await bed.engine().observe(moved.link, anIo({ tag: 'replops/read' }));
      expect(observation).toMatchObject({ health: 'broken', headline: expect.stringContaining('no job on sql-east feeds it') });
      await expect(planOn(moved, switchover)).rejects.toThrow(/copies another cluster/);
      expect((await planOn(moved, verify)).steps.length).toBeGreaterThan(0);
    } finally {
      await Promise.all([bed.close(), other.close()]);
    }
  });
});

describe('a run whose standby comes to be fed by another cluster', { timeout: 180_000 }, () => {
  it.each([
    ['switchover', switchover, kinds.proveCatchUp],
    ['switchover', switchover, kinds.completeReplication],
    ['failover', failover, kinds.takeStock],
  ] as const)('stops a %s and asks, before anything is stopped or promoted: at %s', async (_, operation, at) => {
    const [bed, other] = [await openPcr('25.2'), await openPcr('25.2', { start: 'none' })];
    try {
      const on = { ...bed };
      const steps = engineSteps(await planOn(on, operation));
      const index = steps.findIndex(({ kind }) => kind === at);
      const step = steps[index];
      if (step === undefined) throw new TypeError(`the plan has no ${at}`);
      for (const before of steps.slice(0, index)) await carryOut(on, before, () => on.engine());
      await byHand(other.world, 'primary', 'ALTER VIRTUAL CLUSTER "main" STOP SERVICE');
      Object.assign(on, { link: { ...bed.link, settings: { ...bed.link.settings, primary: other.link.settings.primary } } });
      const halt = await settle(on, step, () => on.engine());
      expect(halt).toMatchObject({ kind: 'unknown', why: expect.stringMatching(/^No job on sql-east feeds sql-west any more/) });
      expect(bed.world.vc('standby')?.status).toBe('replicating');
      pressRetry(on, halt);
      expect((await settle(on, step, () => on.engine())).kind).not.toBe('unknown');
    } finally {
      await Promise.all([bed.close(), other.close()]);
    }
  });
});

describe('a connection that is there before a setup', () => {
  const made = aMadeLink();
  const kinds = (uri: string | null) => {
    const connections = uri === null ? [] : [{ name: 'to-east', uri }];
    const bare = { ...aGround, virtualClusters: [], connections };
    const detail = aDetail(aSource({ history: 'none', ground: aGround }), aReadSide(null, { ground: bare }));
    const plan = planPcr({ kind: 'setup', link: made.id }, made, anObservation(detail, made));
    return isRefusal(plan) ? `${plan.sentence} ${plan.next}` : plan.steps.map(({ kind }) => kind);
  };

  it('is not used where it leads to another cluster than the config says', () => {
    expect(kinds('staging-db:26257')).toMatch(
      /to-east on sql-west leads to staging-db:26257, but the config of prod-sql says 10\.0\.0\.1:26257/,
    );
  });

  it('is used where it leads there, or says nothing, and made where it was dropped', () => {
    expect(kinds('10.0.0.1:26257')).not.toContain('pcr.create-connection');
    expect(kinds('')).toContain('pcr.create-copy');
    expect(kinds(null)).toContain('pcr.create-connection');
  });
});
