import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../src/domain/clock.ts';
import type { RunId } from '../../src/domain/ids.ts';
import type { StoreProblem } from '../../src/store/store-problem.ts';
import { createWakeups } from '../../src/store/wakeups.ts';
import { endsBefore } from '../support/ends-before.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { aRun, until } from './support.ts';

let server: TestRedis;
const closing: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  server = await startRedis();
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  await server.stop();
});

function aProcess(worker: string, clock: Clock = systemClock) {
  const problems: StoreProblem[] = [];
  const onProblem = (problem: StoreProblem) => void problems.push(problem);
  const wakeups = createWakeups({ url: server.url, worker, clock, onProblem, concurrency: 10 });
  closing.push(wakeups.close);
  return { ...wakeups, problems };
}
function jobs() {
  const connection = new Redis(server.url, { maxRetriesPerRequest: null });
  const queue = new Queue('wakeups', { connection, prefix: '{replops}' });
  closing.push(async () => {
    await queue.close();
    connection.disconnect();
  });
  return queue;
}

describe('wake-ups', () => {
  it('reach one of the listening processes, at once or after a while', async () => {
    const [a, b] = [aProcess('w1'), aProcess('w2')];
    const got: RunId[] = [];
    const hear = async (run: RunId) => void got.push(run);
    await a.listen(hear);
    await b.listen(hear);
    const [now, soon, later] = [aRun(), aRun(), aRun()];
    await a.wake(later, 3_600_000);
    await a.wake(now, 0);
    await until(() => got.length === 1);
    await a.wake(soon, 150);
    await until(() => got.length === 2);
    expect(got).toEqual([now, soon]);
    expect((await jobs().getDelayed()).map((job) => job.data.runId)).toEqual([later]);
    expect([...a.problems, ...b.problems]).toEqual([]);
  });

  it('that fall together are one, and carry nothing but the id of the run', async () => {
    const still: Clock = { ...systemClock, now: () => 1_700_000_000_000 };
    const { wake } = aProcess('w1', still);
    const [run, other] = [aRun(), aRun()];
    await Promise.all([wake(run, 0), wake(run, 10), wake(run, 0), wake(other, 0), wake(run, 5_000)]);
    const found = await jobs().getJobs();
    expect(found.map((job) => job?.id).toSorted()).toEqual(
      [`wake-${run}-8500000000`, `wake-${run}-8500000025`, `wake-${other}-8500000000`].toSorted(),
    );
    expect(found.map((job) => job?.data.runId).toSorted()).toEqual([run, run, other].toSorted());
    expect(found.flatMap((job) => Object.keys(job?.data))).toEqual(['runId', 'runId', 'runId']);
  });

  it('leave nothing behind, whether the handler was content or threw', async () => {
    const process = aProcess('w1');
    let calls = 0;
    await process.listen(async () => {
      calls += 1;
      if (calls === 1) throw new TypeError('a bug');
    });
    await process.wake(aRun(), 0);
    await process.wake(aRun(), 0);
    await until(() => calls === 2);
    const queue = jobs();
    await until(async () => Object.values(await queue.getJobCounts()).every((count) => count === 0));
    expect(calls).toBe(2);
    expect(process.problems.map((problem) => problem.event)).toEqual(['wakeup.failed']);
  });

  it('that somebody else wrote into the queue are not believed', async () => {
    const process = aProcess('w1');
    const got: RunId[] = [];
    await process.listen(async (run) => void got.push(run));
    const queue = jobs();
    const run = aRun();
    for (const data of [{}, { runId: 7 }, { runId: 'x\n'.repeat(99) }, { runId: '../etc' }]) await queue.add('wake', data);
    await queue.add('wake', { runId: run });
    await until(() => got.length === 1);
    expect(got).toEqual([run]);
  });

  it('never throw: without Redis the failure is reported within two seconds', async () => {
    const process = aProcess('w1');
    await process.wake(aRun(), 0);
    await server.kill();
    expect(await endsBefore(process.wake(aRun(), 0), 2_500)).toBe(true);
    expect(process.problems.map((problem) => problem.event)).toEqual(['wakeup.not-sent']);
  });

  it('are sent and heard again when Redis is back', async () => {
    const process = aProcess('w1');
    const got: RunId[] = [];
    await process.listen(async (run) => void got.push(run));
    await process.wake(aRun(), 0);
    await until(() => got.length === 1);
    await server.kill();
    await server.restart();
    const run = aRun();
    await until(async () => {
      await process.wake(run, 0);
      return got.includes(run);
    }, 180_000);
  }, 180_000);

  it('can be sent by a process that started before Redis did', async () => {
    await server.kill();
    const process = aProcess('w1');
    const got: RunId[] = [];
    await process.listen(async (run) => void got.push(run));
    await process.wake(aRun(), 0);
    expect(process.problems).toHaveLength(1);
    await server.restart();
    const run = aRun();
    await until(async () => {
      await process.wake(run, 0);
      return got.includes(run);
    }, 180_000);
  }, 180_000);

  it('have one handler per process', async () => {
    const process = aProcess('w1');
    await process.listen(async () => undefined);
    await expect(process.listen(async () => undefined)).rejects.toThrow(TypeError);
  });
});
