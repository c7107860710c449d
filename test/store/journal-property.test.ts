import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunId } from '../../src/domain/ids.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { aLink, aProcess, aRun, note, type Process } from './support.ts';

let server: TestRedis;
let processes: readonly Process[];
beforeAll(async () => {
  server = await startRedis();
  processes = ['w0', 'w1', 'w2'].map((worker) => aProcess(server.url, worker));
});
afterAll(async () => {
  for (const one of processes) one.close();
  await server.stop();
});

/** What a worker believes; it never looks at what the others believe. */
interface Belief {
  fence: number | null;
  seq: number;
}
type Act = {
  readonly worker: 0 | 1 | 2;
  readonly does: 'claim' | 'claim-briefly' | 'append' | 'append-twice' | 'release' | 'read' | 'say';
};

const acts = fc.array(
  fc.record({
    worker: fc.constantFrom<0 | 1 | 2>(0, 1, 2),
    does: fc.constantFrom<Act['does']>('claim', 'claim-briefly', 'append', 'append-twice', 'release', 'read', 'say'),
  }),
  { minLength: 5, maxLength: 40 },
);

let written = 0;
/** Does one thing with what this worker believes, stale or not. Returns the entries that Redis said it took. */
async function doOne(run: RunId, belief: Belief, { worker, does }: Act): Promise<readonly string[]> {
  const process = processes[worker];
  if (process === undefined) throw new TypeError('no such worker');
  const { journal } = process;
  if (does === 'claim' || does === 'claim-briefly') {
    const answer = await journal.claim(run, process.worker, does === 'claim' ? 60_000 : 1);
    if (answer.kind === 'claimed') Object.assign(belief, { fence: answer.fence, seq: answer.seq });
    return [];
  }
  if (does === 'release') {
    if (belief.fence !== null) await journal.release(run, belief.fence);
    return [];
  }
  if (does === 'read') {
    belief.seq = (await journal.read(run)).length;
    return [];
  }
  written += 1;
  const text = `entry ${written}`;
  const fence = does === 'say' ? null : belief.fence;
  if (fence === null && does !== 'say') return [];
  const request = { run, fence, expectedSeq: Math.max(1, belief.seq), entry: note(text), dueInMs: null };
  const answers = [await journal.append(request), ...(does === 'append-twice' ? [await journal.append(request)] : [])];
  for (const answer of answers) if (answer.kind === 'appended' || answer.kind === 'already-there') belief.seq = answer.seq;
  return answers.some((answer) => answer.kind === 'appended') ? [text] : [];
}

/** Everything that must hold of a journal, whatever was tried on it. */
async function expectSound(run: RunId, taken: readonly string[]): Promise<void> {
  const records = await (processes[0] as Process).journal.read(run);
  expect(records.map((record) => record.seq)).toEqual(records.map((_, index) => index + 1));
  const texts = records.slice(1).map(({ entry }) => (entry.kind === 'noted' ? entry.sentence : ''));
  expect(texts.toSorted()).toEqual(taken.toSorted());
  const fences = records.map((record) => record.fence).filter((fence) => fence !== 0);
  expect(fences).toEqual(fences.toSorted((a, b) => a - b));
}

async function newRun(): Promise<{ run: RunId; beliefs: readonly Belief[] }> {
  const run = aRun();
  await (processes[0] as Process).journal.create(run, aLink(), note('first'));
  return { run, beliefs: [0, 1, 2].map(() => ({ fence: null, seq: 1 })) };
}

describe('a journal that three workers tear at', () => {
  it('stays gapless, holds exactly what was taken, and its fences never fall: one after the other', async () => {
    await fc.assert(
      fc.asyncProperty(acts, async (plan) => {
        const { run, beliefs } = await newRun();
        const taken: string[] = [];
        for (const act of plan) taken.push(...(await doOne(run, beliefs[act.worker] as Belief, act)));
        await expectSound(run, taken);
      }),
      { numRuns: 60 },
    );
  });

  it('stays so when they act at the same time', async () => {
    await fc.assert(
      fc.asyncProperty(acts, async (plan) => {
        const { run, beliefs } = await newRun();
        const each = [0, 1, 2].map(async (worker) => {
          const taken: string[] = [];
          for (const act of plan.filter((one) => one.worker === worker)) taken.push(...(await doOne(run, beliefs[worker] as Belief, act)));
          return taken;
        });
        await expectSound(run, (await Promise.all(each)).flat());
      }),
      { numRuns: 60 },
    );
  });
});
