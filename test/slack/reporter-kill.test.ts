import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunId } from '../../src/domain/ids.ts';
import type { Entry } from '../../src/domain/run.ts';
import type { Journal, ReportQueue } from '../../src/runs/ports.ts';
import { threadLines } from '../../src/slack/messages/thread.ts';
import { until } from '../support/until.ts';
import { succeededEntries } from './messages/story.ts';
import { type Bench, startBench } from './reporter-support.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
}, 180_000);
afterAll(() => bench.close(), 180_000);

const rest = succeededEntries.slice(1);
const keysOf = (run: RunId): readonly string[] =>
  bench
    .messagesOf(run)
    .map(({ key }) => key)
    .sort();

async function expectShownOnce(run: RunId): Promise<void> {
  const wantedKeys = async (): Promise<readonly string[]> => {
    const lines = threadLines(await bench.store.journal.read(run)).map(({ key }) => key);
    return ['run', `incident:${bench.link.incidentChannels[0]}`, ...lines].sort();
  };
  const ended = (): boolean => bench.messagesOf(run).some(({ key, text }) => key === 'run' && text.includes('Succeeded'));
  await until(async () => ended() && keysOf(run).length >= (await wantedKeys()).length, `${run} is shown to its end`);
  expect(keysOf(run)).toEqual(await wantedKeys());
}

/** A process that freezes at one of its journal entries, and can be thawed. */
function freezing(at: Entry['kind'], moment: 'before' | 'after', nth: number) {
  let seen = 0;
  let freeze: () => void = () => undefined;
  let thaw: () => void = () => undefined;
  const frozen = new Promise<void>((resolve) => {
    freeze = resolve;
  });
  const thawed = new Promise<void>((resolve) => {
    thaw = resolve;
  });
  const wrap = (journal: Journal): Journal => ({
    ...journal,
    append: async (request) => {
      const hit = request.entry.kind === at && ++seen === nth;
      if (hit && moment === 'before') {
        freeze();
        await thawed;
      }
      const answer = await journal.append(request);
      if (hit && moment === 'after') {
        freeze();
        await thawed;
      }
      return answer;
    },
  });
  const wrapQueue = (reports: ReportQueue): ReportQueue => ({ ...reports, renew: () => thawed.then(() => false) });
  return { frozen, thaw, wrap, wrapQueue };
}

describe('a reporter that dies over a run', () => {
  const points = (['posting', 'posted'] as const).flatMap((at) =>
    (['before', 'after'] as const).flatMap((moment) => [1, 2, 4].map((nth) => ({ at, moment, nth }))),
  );

  it.each(points)(
    'is followed by one that shows everything once, when it stops $moment entry $nth of kind $at, and does no harm when it wakes up',
    async ({ at, moment, nth }) => {
      const run = await bench.begin();
      await bench.write(run, ...rest);
      const { frozen, thaw, wrap, wrapQueue } = freezing(at, moment, nth);
      const doomed = bench.reporter(
        `doomed-${at}-${moment}-${nth}`,
        { slots: 1, leaseMs: 1_500 },
        { journal: wrap(bench.store.journal), reports: wrapQueue(bench.store.reports) },
      );
      doomed.start();
      await frozen;
      const heir = bench.reporter(`heir-${at}-${moment}-${nth}`);
      heir.start();
      await expectShownOnce(run);
      thaw();
      await doomed.stop();
      await heir.stop();
      await expectShownOnce(run);
    },
    180_000,
  );
});

describe('many reporters', () => {
  it('show many runs at once without a double', async () => {
    const reporters = ['a', 'b', 'c'].map((name) => bench.reporter(`many-${name}`));
    for (const reporter of reporters) reporter.start();
    const runs = await Promise.all(Array.from({ length: 6 }, () => bench.begin()));
    await Promise.all(runs.map((run) => bench.write(run, ...rest)));
    for (const run of runs) await expectShownOnce(run);
    await Promise.all(reporters.map((reporter) => reporter.stop()));
  }, 180_000);

  it('leave the final state on the message, whoever of them sent which edit', async () => {
    const reporters = ['d', 'e'].map((name) => bench.reporter(`turns-${name}`, { slots: 1, pollMs: 5 }));
    for (const reporter of reporters) reporter.start();
    const run = await bench.begin();
    for (const entry of rest) await bench.write(run, entry);
    await expectShownOnce(run);
    await Promise.all(reporters.map((reporter) => reporter.stop()));
  }, 180_000);
});
