import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RunId } from '../../src/domain/ids.ts';
import { keys } from '../../src/store/keys.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { aLink, aProcess, aRun, note, type Process, until } from './support.ts';

let server: TestRedis;
let store: Process;
beforeAll(async () => {
  server = await startRedis();
  store = aProcess(server.url);
});
beforeEach(async () => {
  await store.raw.flushall();
});
afterAll(async () => {
  store.close();
  await server.stop();
});

async function begun(): Promise<RunId> {
  const run = aRun();
  await store.journal.create(run, aLink(), note('first'));
  return run;
}
const say = (run: RunId, expectedSeq: number) =>
  store.journal.append({ run, fence: null, expectedSeq, entry: note(`entry after ${expectedSeq}`), dueInMs: null });

async function taken(leaseMs = 60_000) {
  const claim = await store.reports.claim('reporter', leaseMs);
  if (claim === null) throw new TypeError('expected a run to show');
  return claim;
}

describe('the queue of reports', () => {
  it('is empty before anything was written', async () => {
    expect(await store.reports.claim('reporter', 1_000)).toBeNull();
  });

  it('hands each run to one reporter at a time, longest waiting first', async () => {
    const runs = [await begun(), await begun(), await begun()];
    await store.raw.zadd(keys.reportDue, ...runs.flatMap((run, index) => [index + 1, run]));
    const claims = [await taken(), await taken(), await taken()];
    expect(claims.map((claim) => claim.run)).toEqual(runs);
    expect(new Set(claims.map((claim) => claim.token)).size).toBe(3);
    expect(await store.reports.claim('other', 1_000)).toBeNull();
  });

  it('never gives one run to two of many reporters who ask at once', async () => {
    for (let index = 0; index < 10; index += 1) await begun();
    const claims = await Promise.all(Array.from({ length: 30 }, (_, index) => store.reports.claim(`reporter ${index}`, 60_000)));
    const runs = claims.flatMap((claim) => (claim === null ? [] : [claim.run]));
    expect(runs).toHaveLength(10);
    expect(new Set(runs).size).toBe(10);
  });

  it('forgets a run that is shown up to its end, and takes it up again with the next entry', async () => {
    const run = await begun();
    const claim = await taken();
    await store.reports.finish(run, claim.token, 1);
    expect(await store.reports.claim('reporter', 1_000)).toBeNull();
    await say(run, 1);
    expect((await taken()).run).toBe(run);
  });

  it('gives a run again when an entry was written while it was shown', async () => {
    const run = await begun();
    const claim = await taken();
    await say(run, 1);
    expect(await store.reports.claim('other', 1_000)).toBeNull();
    await store.reports.finish(run, claim.token, 1);
    expect((await taken()).run).toBe(run);
  });

  it('gives the run of a dead reporter to another, whose claim the first cannot end', async () => {
    const run = await begun();
    const dead = await taken(1);
    let next = await store.reports.claim('other', 60_000);
    await until(async () => {
      next ??= await store.reports.claim('other', 60_000);
      return next !== null;
    });
    expect(next?.run).toBe(run);
    expect(await store.reports.renew(run, dead.token, 60_000)).toBe(false);
    await store.reports.finish(run, dead.token, 1);
    await store.reports.postpone(run, dead.token, 0);
    expect(await store.reports.claim('third', 1_000)).toBeNull();
    expect(await store.reports.renew(run, next?.token ?? '', 60_000)).toBe(true);
  });

  it('does not revive a claim that ran out, and lets its holder say what it has shown if nobody took the run', async () => {
    const run = await begun();
    const { token } = await taken(1);
    await until(async () => !(await store.reports.renew(run, token, 1)));
    await store.reports.finish(run, token, 1);
    expect(await store.reports.claim('other', 1_000)).toBeNull();
  });

  it('keeps a postponed run back, whatever is written meanwhile, and gives it when its time has come', async () => {
    const run = await begun();
    const { token } = await taken();
    await store.reports.postpone(run, token, 3_600_000);
    await say(run, 1);
    expect(await store.reports.claim('reporter', 1_000)).toBeNull();
    await store.raw.zadd(keys.reportDue, 1, run);
    const again = await taken();
    await store.reports.postpone(run, again.token, 0);
    expect((await taken()).run).toBe(run);
  });
});
