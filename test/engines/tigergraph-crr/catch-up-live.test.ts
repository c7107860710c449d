import { afterEach, describe, expect, it } from 'vitest';
import type { Step } from '../../../src/domain/plan.ts';
import type { Engine, Probe } from '../../../src/engines/engine.ts';
import type { CrrLink } from '../../../src/engines/tigergraph-crr/config.ts';
import type { TigerWorldOptions } from '../../../src/sim/tigergraph/contract.ts';
import { anIo, carryOut, earlierOn, executorFor, planOn, settle } from '../../conformance/drive.ts';
import { type CrrBed, crrLinkId, openCrr } from '../../conformance/tigergraph-crr-bed.ts';
import { until } from '../../support/until.ts';

let bed: CrrBed;
let engine: Engine<CrrLink>;
afterEach(() => bed.close());

async function opened(options: Partial<TigerWorldOptions> = {}): Promise<void> {
  bed = await openCrr({ version: '4.1.4', start: 'replicating', ...options });
  engine = bed.engine();
}

/** The first three steps of a switchover: the proof, the stop, and the wait. */
async function switchover(): Promise<readonly [Step, Step, Step]> {
  const { steps } = await planOn(bed, { kind: 'switchover', link: crrLinkId });
  const [prove, stop, equal] = steps;
  if (prove?.kind !== 'crr.prove-keeps-up' || stop?.kind !== 'crr.stop-services' || equal?.kind !== 'crr.await-equal')
    throw new TypeError('a switchover begins otherwise');
  return [prove, stop, equal];
}

const look = (step: Step): Promise<Probe> =>
  executorFor(engine, step).probe(step, bed.link, anIo({ timeoutMs: 20_000, earlier: earlierOn(bed, step) }));
const wordsOf = (probe: Probe): string => ('note' in probe ? probe.note : probe.kind);

/** The mirror of the standby fetches nothing more, whatever its connector says. */
const stall = (on: boolean) => bed.world.faults.service('standby', 'GPE', on ? 'down' : 'up');
const lacked = (): number => bed.world.side('primary').records - bed.world.side('standby').records;
/** Clients write until the standby lacks something, and then no more. */
async function writtenInVain(): Promise<void> {
  stall(true);
  await until(() => lacked() > 50, 'the standby lacks records');
  bed.world.control().writes(0);
}

describe('a switchover', () => {
  it('does not stop writes for a standby that lacks what nobody adds to any more', async () => {
    await opened({ writesPerSecond: 1_000 });
    const [prove] = await switchover();
    await writtenInVain();
    expect(wordsOf(await look(prove))).toMatch(/tiger-west lacks the newest records of .*deltaQ/);
    stall(false);
    expect((await settle(bed, prove, () => engine)).kind).toBe('done');
  });

  it('does not stop writes for a standby that is not seen to fetch what the other takes', async () => {
    await opened({ writesPerSecond: 1_000 });
    const [prove] = await switchover();
    stall(true);
    expect(wordsOf(await look(prove))).toMatch(/tiger-east takes records of .*deltaQ.*tiger-west has not been seen to fetch any yet/);
  });

  it('promotes nothing that lacks records, though it lacks no more than it did at the proof', async () => {
    await opened({ writesPerSecond: 5_000 });
    const [prove, stop, equal] = await switchover();
    await carryOut(bed, prove, () => engine);
    // What it lacks while applications write is lacked for good from here on: counted, it is as near as it was when it kept up.
    stall(true);
    bed.world.control().writes(0);
    await carryOut(bed, stop, () => engine);
    expect(lacked()).toBeGreaterThan(0);
    expect(wordsOf(await look(equal))).toMatch(/tiger-west lacks the newest records of .*deltaQ/);
    stall(false);
    const settled = await settle(bed, equal, () => engine);
    expect(settled).toMatchObject({ kind: 'done', evidence: { 'newest records alike': expect.any(Number) } });
    expect(Math.round(lacked())).toBe(0);
  });

  it('is not planned while services of the standby are down', async () => {
    await opened();
    stall(true);
    await expect(planOn(bed, { kind: 'switchover', link: crrLinkId })).rejects.toThrow(/tiger-west waits for .*GPE.*so no switchover/s);
  });
});
