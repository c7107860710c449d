import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { asMessageTs } from '../../src/domain/ids.ts';
import { createAlertDesk } from '../../src/store/alert-desk.ts';
import { keys } from '../../src/store/keys.ts';
import { createWatchStore } from '../../src/store/watch-store.ts';
import { emptyBook } from '../../src/watch/alerts.ts';
import type { AlertDesk, AlertPost } from '../../src/watch/ports.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { aLink, aProcess, type Process, until } from './support.ts';

let server: TestRedis;
let process: Process;
let desk: AlertDesk;
beforeAll(async () => {
  server = await startRedis();
  process = aProcess(server.url);
  desk = createAlertDesk(process);
});
beforeEach(async () => {
  await process.raw.flushall();
});
afterAll(async () => {
  process.close();
  await server.stop();
});

/** What a look writes that has news. */
async function news(link = aLink(), away: string | null = 'east') {
  const watch = createWatchStore(process);
  const [turn] = await watch.take([link], 60_000, 1);
  if (turn === undefined) throw new TypeError('expected a turn');
  const sample = { at: Date.parse('2026-01-01'), health: 'danger', headline: '', trail: null } as const;
  const glance = { at: 1, worker: 'w', health: 'danger', lagMs: null, lagCount: null } as const;
  expect(await watch.note(turn, { sample, glance, drop: [], book: { ...emptyBook, away } }, 0)).toBe(true);
  return link;
}

const posting: AlertPost = { state: 'posting', at: 5 };
const posted: AlertPost = { state: 'posted', ts: asMessageTs('1.2'), hash: 'abc' };

describe('the desk of alerts', () => {
  it('hands each link with news to one bot, and takes it back when all of it is shown', async () => {
    const link = await news();
    const turn = await desk.claim('w', 60_000);
    expect(turn?.link).toBe(link);
    expect(await desk.claim('other', 60_000)).toBeNull();
    if (turn === null) throw new TypeError('expected a turn');
    const { seq, book } = await desk.read(link);
    expect([seq, book]).toEqual([1, { ...emptyBook, away: 'east' }]);
    await desk.finish(turn, seq);
    expect(await desk.claim('other', 60_000)).toBeNull();
  });

  it('gives a link again when there was news while it was shown', async () => {
    const link = await news();
    const turn = await desk.claim('w', 60_000);
    if (turn === null) throw new TypeError('expected a turn');
    await news(link, null);
    await desk.finish(turn, 1);
    expect((await desk.claim('w', 60_000))?.link).toBe(link);
  });

  it('gives the link of a dead bot to another', async () => {
    const link = await news();
    const dead = await desk.claim('dead', 1);
    if (dead === null) throw new TypeError('expected a turn');
    let next = await desk.claim('heir', 60_000);
    await until(async () => {
      next ??= await desk.claim('heir', 60_000);
      return next !== null;
    });
    expect(next?.link).toBe(link);
    expect(await desk.renew(dead, 60_000)).toBe(false);
    await desk.postpone(dead, 0);
    expect(await desk.claim('third', 60_000)).toBeNull();
  });

  it('writes what is known of a message only over what its writer has seen, and knows a re-send', async () => {
    const link = aLink();
    expect(await desk.mark(link, 'a-1:C1', null, posting)).toBe(true);
    expect(await desk.mark(link, 'a-1:C1', null, posting)).toBe(true);
    expect(await desk.mark(link, 'a-1:C1', null, { state: 'posting', at: 6 })).toBe(false);
    expect(await desk.mark(link, 'a-1:C1', posting, posted)).toBe(true);
    expect(await desk.mark(link, 'a-1:C1', posting, { ...posted, ts: asMessageTs('9.9') })).toBe(false);
    expect([...(await desk.read(link)).posts]).toEqual([['a-1:C1', posted]]);
    await desk.forget(link, ['a-1:C1']);
    await desk.forget(link, []);
    expect((await desk.read(link)).posts.size).toBe(0);
  });

  it('lets one of many writers win', async () => {
    const link = aLink();
    const won = await Promise.all(
      Array.from({ length: 20 }, (_, at) => desk.mark(link, 'a-1:C1', null, { state: 'failed', why: String(at) })),
    );
    expect(won.filter(Boolean)).toHaveLength(1);
  });

  it('tells nothing of what it did not write', async () => {
    const link = await news();
    await process.raw.hset(keys.alertPosts(link), 'a-1:C1', '{"state":"sung"}');
    await expect(desk.read(link)).rejects.toMatchObject({ code: 'answer-not-understood' });
  });

  it('names one press as the one that makes the run, however many come at once, until its run is over', async () => {
    const link = aLink();
    const makers = await Promise.all(['a', 'b', 'c'].map((delivery) => desk.makerOf(link, 'fence', delivery, null)));
    const [maker = ''] = makers;
    expect(new Set(makers).size).toBe(1);
    expect(['a', 'b', 'c']).toContain(maker);
    expect(await desk.makerOf(link, 'failback', 'd', null)).toBe('d');
    expect(await desk.makerOf(aLink(), 'fence', 'd', null)).toBe('d');
    expect(await desk.makerOf(link, 'fence', 'd', 'an older one')).toBe(maker);
    expect(await desk.makerOf(link, 'fence', 'd', maker)).toBe('d');
    // Sent again since the answer was lost, it is recognised; and who still thinks that the older one counts finds the newer one.
    expect(await desk.makerOf(link, 'fence', 'd', maker)).toBe('d');
    expect(await desk.makerOf(link, 'fence', 'e', maker)).toBe('d');
  });

  it('forgets by itself who was first, a day after, and keeps nothing for good', async () => {
    const link = aLink();
    const day = 86_400_000;
    const leftMs = async () => process.raw.pttl(keys.offer(`${link}:fence`));
    expect(await desk.makerOf(link, 'fence', 'a', null)).toBe('a');
    expect(await leftMs()).toSatisfy((ms: number) => ms > 0 && ms <= day);
    await process.raw.pexpire(keys.offer(`${link}:fence`), 60_000);
    // Who comes second adds nothing to its time; who comes instead of a run that is over begins it anew.
    expect(await desk.makerOf(link, 'fence', 'b', null)).toBe('a');
    expect(await leftMs()).toBeLessThanOrEqual(60_000);
    expect(await desk.makerOf(link, 'fence', 'b', 'a')).toBe('b');
    expect(await leftMs()).toSatisfy((ms: number) => ms > 60_000 && ms <= day);
    await process.raw.pexpire(keys.offer(`${link}:fence`), 1);
    await until(async () => (await desk.makerOf(link, 'fence', 'c', null)) === 'c');
    expect(await process.raw.keys('*')).toEqual([keys.offer(`${link}:fence`)]);
  });
});
