import { spawn } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/domain/clock.ts';
import { Secret } from '../../src/domain/secret.ts';
import { createStore, type Store } from '../../src/store/index.ts';
import type { StoreProblem } from '../../src/store/store-problem.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { aLink, aRun, note, until } from './support.ts';

let server: TestRedis;
beforeEach(async () => {
  server = await startRedis();
});
afterEach(async () => {
  await server.stop();
});

function aStore(problems: StoreProblem[] = []): Store {
  return createStore({ url: new Secret(server.url), worker: 'w1', clock: systemClock, onProblem: (problem) => problems.push(problem) });
}

describe('a store', () => {
  it('does everything from the first moment on, before its connections are made', async () => {
    const problems: StoreProblem[] = [];
    const store = aStore(problems);
    const [run, link] = [aRun(), aLink()];
    const woken: string[] = [];
    const delivered: string[] = [];
    await store.wakeups.listen(async (one) => void woken.push(one));
    await store.inbox.work(async (one) => void delivered.push(one.key), { concurrency: 2 });
    expect(await store.journal.create(run, link, note('first'))).toBe('created');
    await store.wakeups.wake(run, 0);
    expect(await store.inbox.record({ key: 'event:1', body: { a: 1 }, receivedAt: 1 })).toBe('recorded');
    expect(await store.policies.seed({ by: 'U1', at: 1, why: 'first', rules: [] })).toMatchObject({ version: 1 });
    expect((await store.reports.claim('r', 1_000))?.run).toBe(run);
    expect(await store.ping()).toBeGreaterThan(0);
    expect((await store.check()).filter((finding) => finding.outcome !== 'passed')).toEqual([]);
    expect(await store.waitReplicas(100)).toEqual({ kind: 'no-replicas' });
    await until(() => woken.length === 1 && delivered.length === 1);
    await store.close();
    expect([woken, delivered, problems]).toEqual([[run], ['event:1'], []]);
    await expect(store.ping()).rejects.toMatchObject({ code: 'redis-unavailable', effect: 'not-applied' });
  });

  it.each([
    ['with Redis, and lets its process end', false],
    ['without Redis', true], // BullMQ then keeps a process that does not call exit for up to 11 s
  ])(
    'closes %s',
    async (_name, dead) => {
      const source = new URL('../../src/', import.meta.url).href;
      const program = `import { createStore } from '${source}store/index.ts';
      import { systemClock } from '${source}domain/clock.ts';
      const store = createStore({ url: ${JSON.stringify(server.url)}, worker: 'w1', clock: systemClock, onProblem: () => undefined });
      await store.wakeups.listen(async () => undefined);
      await store.inbox.work(async () => undefined, { concurrency: 1 });
      await store.wakeups.wake('r-0000000001', 60_000);
      await store.ping();
      process.stdin.once('data', async () => { await store.close(); process.stdin.destroy(); console.log('closed'); });
      console.log('open');`;
      const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      let said = '';
      child.stdout.on('data', (bytes) => {
        said += String(bytes);
      });
      try {
        await until(() => said.includes('open'));
        if (dead) await server.kill();
        child.stdin.write('close\n');
        await until(() => said === 'open\nclosed\n');
        if (!dead) await until(() => child.exitCode === 0);
      } finally {
        child.kill('SIGKILL');
      }
    },
    180_000,
  );
});
