import { describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import { observationOf } from '../../../src/engines/tigergraph-crr/observe.ts';
import { planCrr } from '../../../src/engines/tigergraph-crr/plan.ts';
import { type Dated, type Ran, takenOnBy } from '../../../src/engines/tigergraph-crr/running.ts';
import { phaseOf, writableOf } from '../../../src/engines/tigergraph-crr/state.ts';
import { anIo, carryOut, executorFor, planOn } from '../../conformance/drive.ts';
import { type CrrBed, openCrr } from '../../conformance/tigergraph-crr-bed.ts';
import { aDetail, aFollower, aLink, aSource } from './build.ts';

const link = aLink();
const process = (name: string, pid: number, sinceChange: boolean | null = false): Dated => ({ name, pid, startedAt: 60_000, sinceChange });
const seen = (follows: boolean, ...processes: readonly Dated[]): Ran => ({ follows, processes: [...processes] });
const [gsql, gpe] = [process('GSQL#1', 7), process('GPE_1#1', 8)];

describe('whether services go by the settings that are applied', () => {
  it.each<readonly [string, readonly Dated[], Ran | null, string]>([
    ['started since they were changed', [process('GSQL#1', 7, true), process('GPE_1#1', 8, true)], null, 'yes'],
    ['one of them started before', [process('GSQL#1', 7, true), gpe], null, 'unknown'],
    ['started before, and never seen', [gsql, gpe], null, 'unknown'],
    ['settings of which nobody tells when they were changed', [process('GSQL#1', 7, null)], null, 'unknown'],
    ['seen to follow, and not started since', [gsql, gpe], seen(true, gsql, gpe), 'no'],
    ['seen to follow, whatever the clock says of the settings', [process('GSQL#1', 7, true)], seen(true, gsql), 'no'],
    ['only one of them started since it followed', [gsql, process('GPE_1#1', 9, true)], seen(true, gsql, gpe), 'unknown'],
    ['all started since they followed', [process('GSQL#1', 9, true)], seen(true, gsql, gpe), 'yes'],
    ['seen to serve, and other settings changed since', [gsql, gpe], seen(false, gsql, gpe), 'yes'],
    ['the same number at another time', [{ ...gsql, startedAt: 90_000 }], seen(true, gsql), 'unknown'],
    ['nothing that runs', [], seen(true, gsql), 'unknown'],
  ])('%s', (_, now, then, told) => {
    expect(takenOnBy(now, then)).toBe(told);
  });
});

const left = { enabled: false, brokers: ['10.0.1.11', '10.0.1.12'], port: 30_002, prefix: 'Primary' };
const west = (takenOn: 'yes' | 'no' | 'unknown') =>
  aFollower({ by: 'graph-west-1', crr: left, connector: { kind: 'read', tasks: [] }, takenOn });
const east = aSource({ by: 'graph-east-1' });
const gone = { kind: 'gone', why: 'Nothing answers.' } as const;
const asked = (operation: 'failover' | 'failback' | 'fence' | 'setup'): Operation =>
  operation === 'failover' ? { kind: operation, link: link.id, to: { kind: 'latest' } } : { kind: operation, link: link.id };

describe('a standby that left the replication and was not restarted', () => {
  it.each([
    ['yes', 'serving', 'yes', 'danger'],
    ['no', 'leaving', 'no', 'broken'],
    ['unknown', 'unsettled', 'unknown', 'broken'],
  ] as const)('with %s is no writer unless it is known to be one', (takenOn, phase, writable, health) => {
    const standby = west(takenOn);
    const seen = observationOf(link, aDetail({ primary: east, standby }), 1_000);
    expect([phaseOf(standby), writableOf(standby), seen.health]).toEqual([phase, writable, health]);
    expect(seen.offers?.length).toBe(takenOn === 'yes' ? 1 : 0);
  });

  it.each(['no', 'unknown'] as const)('is promoted by the next failover, and fences nothing that serves alone (%s)', (takenOn) => {
    const on = (primary: typeof east | typeof gone) => observationOf(link, aDetail({ primary, standby: west(takenOn) }), 1_000);
    const kinds = (primary: typeof east | typeof gone) => {
      const plan = planCrr(asked('failover'), link, on(primary));
      if (plan.kind === 'refusal') throw new TypeError(plan.sentence);
      expect(plan.summary).toMatch(/^Complete the promotion of graph-west/);
      return plan.steps.map(({ kind, cluster }) => `${cluster ?? ''} ${kind}`);
    };
    expect(kinds(gone)).toContain('graph-west crr.restart');
    expect(kinds(east)[0]).toBe('graph-east crr.stop-services');
    expect(planCrr(asked('fence'), link, on(east)).kind).toBe('refusal');
    expect(planCrr(asked('setup'), link, on(east))).toMatchObject({
      kind: 'refusal',
      next: expect.stringMatching(/failover .* completes/),
    });
    expect(JSON.stringify(planCrr(asked('failback'), link, on(east))).includes('may hold what graph-east lacks')).toBe(
      takenOn === 'unknown',
    );
  });
});

const enabled = 'System.CrossRegionReplication.Enabled';

describe('a setting that is staged and not applied', () => {
  const staged = (keys: readonly string[], stagedEnabled: boolean) =>
    aFollower({ by: 'graph-west-1', staged: { kind: 'read', keys: [...keys] }, crr: { ...left, enabled: true, stagedEnabled } });

  it('leaves the standby what it is, and shows', () => {
    const standby = staged([enabled], false);
    expect(phaseOf(standby)).toBe('following');
    expect(observationOf(link, aDetail({ primary: east, standby }), 1_000)).toMatchObject({
      health: 'degraded',
      headline: expect.stringContaining(enabled),
    });
  });

  it.each([
    ['its own', [enabled], false, 'plan'],
    ['its own, the other way', [enabled], true, 'refusal'],
    ['another key', ['Kafka.RetentionHours'], true, 'refusal'],
    ['another key beside its own', [enabled, 'Kafka.RetentionHours'], false, 'refusal'],
  ] as const)('lets a failover go on over %s only', (_, keys, value, kind) => {
    const plan = planCrr(asked('failover'), link, observationOf(link, aDetail({ primary: gone, standby: staged(keys, value) }), 1_000));
    expect(plan.kind).toBe(kind);
    if (plan.kind === 'refusal') expect(plan.next).toMatch(/^Run gadmin config discard on graph-west, then ask again/);
  });
});

/** Promotes the standby while the primary is gone, up to the restart. */
async function promotedHalf(bed: CrrBed): Promise<void> {
  const engine = bed.engine();
  await bed.world.faults.down('primary');
  for (const step of (await planOn(bed, asked('failover'))).steps) {
    if (step.kind === 'crr.restart') return;
    if (step.by === 'engine') await carryOut(bed, step, () => engine);
  }
}

describe('a failover that was given up before the restart', { timeout: 120_000 }, () => {
  it.each(['3.9.3', '4.1.4'])('is told and completed on %s', async (version) => {
    const bed = await openCrr({ version, start: 'replicating', writesPerSecond: 0 });
    try {
      const engine = bed.engine();
      const { observedAt: at, health, headline, trail = {} } = await engine.observe(bed.link, anIo());
      await promotedHalf(bed);
      const history = async () => [{ at, health, headline, trail }];
      const seen = await engine.observe(bed.link, anIo({ history }));
      expect([seen.standby.writable, bed.world.side('standby').writable]).toEqual(['no', false]);
      expect(seen.headline).toMatch(/A failover that was begun did not come to its end; another one completes it/);

      await bed.world.faults.up('primary');
      const back = await engine.observe(bed.link, anIo({ history }));
      expect([back.health, back.offers ?? []]).toEqual(['broken', []]);
      const stops = await planOn(bed, asked('failover'));
      const check = stops.steps.find(({ kind }) => kind === 'crr.check-split-brain');
      if (check === undefined) throw new TypeError('no such step');
      expect((await executorFor(engine, check).probe(check, bed.link, anIo({ history }))).kind).not.toBe('done');

      await bed.world.faults.down('primary');
      for (const step of (await planOn(bed, asked('failover'))).steps) if (step.by === 'engine') await carryOut(bed, step, () => engine);
      expect(bed.world.side('standby').writable).toBe(true);
      expect((await engine.observe(bed.link, anIo())).standby.writable).toBe('yes');
    } finally {
      await bed.close();
    }
  });

  it('discards what it has set when the apply is refused', async () => {
    const bed = await openCrr({ version: '4.1.4', start: 'replicating', writesPerSecond: 0 });
    try {
      const engine = bed.engine();
      const plan = await planOn(bed, asked('failover'));
      const leave = plan.steps.find(({ kind }) => kind === 'crr.configure');
      if (leave === undefined) throw new TypeError('no such step');
      await bed.world.faults.nodeDown('standby', 'm2');
      await expect(executorFor(engine, leave).perform(leave, bed.link, anIo())).rejects.toThrow(/failed to push.*discarded again/);
      expect(bed.world.side('standby').staged[enabled]).toBe('true');
    } finally {
      await bed.close();
    }
  });
});
