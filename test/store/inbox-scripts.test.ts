import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { keys } from '../../src/store/keys.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { aProcess, type Process } from './support.ts';

let server: TestRedis;
let store: Process;
beforeAll(async () => {
  server = await startRedis();
  store = aProcess(server.url);
});
beforeEach(async () => {
  await store.raw.flushall();
  await store.raw.xgroup('CREATE', keys.inbox, 'workers', '0', 'MKSTREAM');
});
afterAll(async () => {
  store.close();
  await server.stop();
});

/** Deliveries that the worker has read and not finished; their ids, oldest first. */
async function readBy(worker: string, count: number): Promise<readonly string[]> {
  for (let index = 0; index < count; index += 1)
    await store.redis.script('inbox-record', [keys.seen(`k${worker}${index}`), keys.inbox], ['call', 10, `k${worker}${index}`, '{}', 1]);
  const answer = await store.raw.xreadgroup('GROUP', 'workers', worker, 'COUNT', count, 'STREAMS', keys.inbox, '>');
  const [[, entries]] = answer as [[string, [string, string[]][]]];
  return entries.map(([id]) => id);
}
const take = (worker: string, most: number, ...underway: string[]) =>
  store.redis.script('inbox-take', [keys.inbox, keys.inboxDead], ['workers', worker, 0, most, 5, ...underway]) as Promise<
    [[string, number, string[]][], string[]]
  >;
/** Who has each pending delivery, by its id. */
async function owners(): Promise<Record<string, string>> {
  const pending = (await store.raw.xpending(keys.inbox, 'workers', '-', '+', 100)) as [string, string][];
  return Object.fromEntries(pending.map(([id, owner]) => [id, owner]));
}
const consumers = async () =>
  ((await store.raw.xinfo('CONSUMERS', keys.inbox, 'workers')) as string[][]).map((consumer) => consumer[1]).toSorted();

describe('taking abandoned deliveries', () => {
  it('takes the oldest, no more than asked for', async () => {
    const ids = await readBy('dead', 4);
    const [taken, dead] = await take('w2', 2);
    expect(taken.map(([id, attempt]) => [id, attempt])).toEqual(ids.slice(0, 2).map((id) => [id, 2]));
    expect(dead).toEqual([]);
    expect(await owners()).toEqual({ [ids[0] ?? '']: 'w2', [ids[1] ?? '']: 'w2', [ids[2] ?? '']: 'dead', [ids[3] ?? '']: 'dead' });
  });

  it('leaves alone what is under way in the very worker, and looks past it', async () => {
    const ids = await readBy('w1', 3);
    const [taken] = await take('w1', 1, ids[0] ?? '', ids[1] ?? '');
    expect(taken.map(([id]) => id)).toEqual([ids[2]]);
  });

  it('forgets a pending delivery that is no longer in the stream', async () => {
    const ids = await readBy('dead', 2);
    await store.raw.xdel(keys.inbox, ids[0] ?? '');
    const [taken] = await take('w2', 5);
    expect(taken.map(([id]) => id)).toEqual([ids[1]]);
    expect(Object.keys(await owners())).toEqual([ids[1]]);
  });

  it('keeps the newest thousand of those that were given up', async () => {
    await store.raw.rpush(keys.inboxDead, ...Array.from({ length: 1_000 }, () => 'older'));
    const [id = ''] = await readBy('dead', 1);
    await store.raw.xclaim(keys.inbox, 'workers', 'dead', 0, id, 'RETRYCOUNT', 5);
    expect(await take('w2', 1)).toEqual([[], ['kdead0']]);
    expect(await store.raw.llen(keys.inboxDead)).toBe(1_000);
    expect(await store.raw.lindex(keys.inboxDead, 0)).toContain('kdead0');
    expect(await owners()).toEqual({});
  });
});

describe('vouching for deliveries', () => {
  it('tells which are still its own, and takes none back from a worker that took over', async () => {
    const [first = '', second = ''] = await readBy('w1', 2);
    await store.raw.xclaim(keys.inbox, 'workers', 'w2', 0, first);
    expect(await store.redis.script('inbox-keep', [keys.inbox], ['workers', 'w1', first, second, '1-1'])).toEqual([second]);
    expect(await owners()).toEqual({ [first]: 'w2', [second]: 'w1' });
  });

  it('does not count as an attempt', async () => {
    const [id = ''] = await readBy('w1', 1);
    await store.redis.script('inbox-keep', [keys.inbox], ['workers', 'w1', id]);
    const [taken] = await take('w2', 1);
    expect(taken[0]?.[1]).toBe(2);
  });
});

describe('finishing and leaving', () => {
  it('takes a delivery out of group and stream once', async () => {
    const [id = ''] = await readBy('w1', 1);
    const finish = () => store.redis.script('inbox-finish', [keys.inbox], ['workers', id]);
    expect([await finish(), await finish()]).toEqual([1, 0]);
    expect([await owners(), await store.raw.xlen(keys.inbox)]).toEqual([{}, 0]);
  });

  it('never removes a consumer that still has deliveries, which Redis would delete with it', async () => {
    const ids = await readBy('w1', 1);
    await store.raw.xgroup('CREATECONSUMER', keys.inbox, 'workers', 'idle');
    expect(await store.redis.script('inbox-leave', [keys.inbox], ['workers', 'w1'])).toBe(0);
    expect(Object.keys(await owners())).toEqual(ids);
    await store.redis.script('inbox-finish', [keys.inbox], ['workers', ids[0] ?? '']);
    expect(await store.redis.script('inbox-leave', [keys.inbox], ['workers', 'w1'])).toBe(1);
    expect(await consumers()).toEqual(['idle']);
  });
});
