import { afterEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import type { Probe } from '../../../src/engines/engine.ts';
import { anIo, earlierOn, executorFor, planOn, retriedOn } from '../../conformance/drive.ts';
import { type CrrBed, crrLinkId, openCrr } from '../../conformance/tigergraph-crr-bed.ts';
import { backedUp } from '../../conformance/tigergraph-crr-prepared.ts';

const restore: Operation = { kind: 'restore', link: crrLinkId, backup: 'latest', from: 'own', on: 'tiger-east' };
const folder = '/home/tigergraph/backups/nightly';

let bed: CrrBed;
afterEach(() => bed.close());

const byHand = async (node: string, command: string): Promise<void> => {
  expect((await bed.world.host('primary', node).run(command)).exitCode).toBe(0);
};

/** What the step right before a restore says of the backup. */
async function checked(version: string, spoil: () => Promise<unknown>): Promise<Probe> {
  bed = await openCrr({ version, start: 'none' }, backedUp('primary', 'nightly'));
  const { steps } = await planOn(bed, restore);
  const at = steps.findIndex(({ kind }) => kind === 'crr.check-backup');
  const step = steps[at];
  expect(steps.slice(at + 1).map(({ kind }) => kind)).toContain('crr.restore');
  if (step === undefined) throw new TypeError('the plan has no look at the backup');
  await spoil();
  const io = anIo({ timeoutMs: 60_000, earlier: earlierOn(bed, step), retried: retriedOn(bed) });
  return executorFor(bed.engine(), step).probe(step, bed.link, io);
}

describe('right before a restore', () => {
  it.each(['4.1.4', '3.9.3', '3.8.1'])('a backup of %s that is whole is found so', async (version) => {
    expect(await checked(version, async () => undefined)).toMatchObject({ kind: 'done' });
  });

  it.each<[string, string, string, RegExp]>([
    ['lacks a file', 'm2', `rm ${folder}/GPE_2_1.tgdat`, /GPE_2_1\.tgdat is on no node\. Nothing was restored\. Bring it there whole/],
    ['has a file that is cut', 'm1', `printf x > ${folder}/GSE_1_1.tgdat`, /GSE_1_1\.tgdat on \S+ has 1 bytes instead of \d+/],
    ['lost its metadata', 'm1', `rm ${folder}/metadata`, /no node has its metadata/],
    ['has metadata that is cut', 'm1', `printf '{"Tag":"nigh' > ${folder}/metadata`, /the metadata is cut off, or is none, on /],
  ])('a backup that %s is not restored, and nothing is touched', async (_, node, command, why) => {
    const probe = await checked('4.1.4', () => byHand(node, command));
    expect(probe).toMatchObject({ kind: 'impossible', why: expect.stringMatching(why) });
    expect(bed.world.effects().filter(({ kind }) => kind.startsWith('restore'))).toEqual([]);
  });
});
