import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LinkId } from '../../src/domain/ids.ts';
import type { Sample } from '../../src/domain/observation.ts';
import { keys } from '../../src/store/keys.ts';
import { createWatchStore } from '../../src/store/watch-store.ts';
import { type AlertBook, emptyBook } from '../../src/watch/alerts.ts';
import type { Glance, Note, Turn } from '../../src/watch/ports.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { aLink, aProcess, type Process, until } from './support.ts';

let server: TestRedis;
let process: Process;
const storeOf = (of: Process) => createWatchStore({ redis: of.redis, newCallName: of.newCallName });
let store: ReturnType<typeof storeOf>;
beforeAll(async () => {
  server = await startRedis();
  process = aProcess(server.url);
  store = storeOf(process);
});
beforeEach(async () => {
  await process.raw.flushall();
});
afterAll(async () => {
  process.close();
  await server.stop();
});

const glance: Glance = { at: 5, worker: 'w1', health: 'healthy', lagMs: 400, lagCount: null };
const sample = (at: number, trail: Sample['trail'] = { id: '7' }): Sample => ({ at, health: 'healthy', headline: 'Fine.', trail });
const aNote = (at: number, more: Partial<Note> = {}): Note => ({ sample: sample(at), glance, drop: [], book: null, ...more });
const book: AlertBook = {
  suspected: [{ kind: 'broken', cluster: null, since: 4 }],
  alerts: [
    {
      ...{ id: 'a-1', kind: 'danger', cluster: null, sentence: 'Split.', since: 1, raisedAt: 2, missedAt: 3 },
      offers: [{ operation: 'fence', cluster: 'east', why: 'It ends it.' }],
      cleared: { at: 3, sentence: 'Fine.' },
    },
  ],
  away: 'east',
};

async function taken(link: LinkId, leaseMs = 60_000): Promise<Turn> {
  const [turn] = await store.take([link], leaseMs, 1);
  if (turn === undefined) throw new TypeError(`expected a turn at ${link}`);
  return turn;
}

describe('turns at links', () => {
  it('go to one of many bots that ask at once', async () => {
    const links = Array.from({ length: 10 }, aLink);
    const all = (await Promise.all(Array.from({ length: 20 }, () => store.take(links, 60_000, 100)))).flat();
    expect(all.map(({ link }) => link).toSorted()).toEqual(links.toSorted());
    expect(await store.take(links, 60_000, 100)).toEqual([]);
  });

  it('are no more than asked for, and begin with who waits longest', async () => {
    const links = [aLink(), aLink(), aLink()] as const;
    await process.raw.zadd(keys.watchDue, 30, links[0], 10, links[1], 20, links[2]);
    expect((await store.take(links, 60_000, 2)).map(({ link }) => link)).toEqual([links[1], links[2]]);
    expect(await store.take(links, 60_000, 0)).toEqual([]);
    expect(await store.take([], 60_000, 5)).toEqual([]);
  });

  it('come again when the time between two looks is over, not before', async () => {
    const link = aLink();
    expect(await store.note(await taken(link), aNote(1), 3_600_000)).toBe(true);
    expect(await store.take([link], 60_000, 1)).toEqual([]);
    await process.raw.zadd(keys.watchDue, 1, link);
    await store.leave(await taken(link), 0);
    expect((await taken(link)).link).toBe(link);
  });

  it('of a dead bot go to another, and nothing that the first says counts any more', async () => {
    const link = aLink();
    const dead = await taken(link, 1);
    let next: Turn | undefined;
    await until(async () => {
      [next] = await store.take([link], 60_000, 1);
      return next !== undefined;
    });
    expect(await store.renew(dead, 60_000)).toBe(false);
    expect(await store.note(dead, aNote(1, { book }), 0)).toBe(false);
    await store.leave(dead, 0);
    expect(await store.take([link], 60_000, 1)).toEqual([]);
    expect([await store.history(link), await store.book(link), await store.glances([link])]).toEqual([[], emptyBook, [null]]);
    if (next !== undefined) expect(await store.renew(next, 60_000)).toBe(true);
  });

  it('that ran out are not revived, even when nobody took the link', async () => {
    const link = aLink();
    const turn = await taken(link, 1);
    await until(async () => !(await store.renew(turn, 1)));
    expect(await store.note(turn, aNote(1), 0)).toBe(false);
    expect(await store.history(link)).toEqual([]);
  });
});

describe('what was seen', () => {
  it('is kept in order, and what is thinned out goes', async () => {
    const link = aLink();
    for (const at of [10, 20, 30]) await store.note(await taken(link), aNote(at), 0);
    await store.note(await taken(link), aNote(40, { drop: [10, 20], sample: sample(40, null) }), 0);
    expect(await store.history(link)).toEqual([sample(30), sample(40, null)]);
    expect((await store.history(link)).some((one) => 'lags' in one)).toBe(false);
    expect(await store.glances([link, aLink()])).toEqual([glance, null]);
  });

  it('is kept with every lag; lags that this version can not read are left out, and the look stays', async () => {
    const link = aLink();
    const lags: NonNullable<Sample['lags']> = [
      { name: '', lag: { kind: 'duration', ms: 0 } },
      { name: 'into west', lag: { kind: 'transactions', transactions: 3, atMostMs: 900 } },
      { name: 'into east', lag: { kind: 'transactions', transactions: 3 } },
      { name: 'Metadata', lag: { kind: 'sequence', sequences: 9, counted: 'metadata change' } },
      { name: 'Time', lag: { kind: 'unknown', why: 'It is not told.' } },
    ];
    await store.note(await taken(link), aNote(10, { sample: { ...sample(10), lags } }), 0);
    const strange = { ...sample(20), lags: [{ name: '', lag: { kind: 'colour', red: 3 } }] };
    await process.raw.zadd(keys.samples(link), 20, JSON.stringify(strange));
    expect(await store.history(link)).toEqual([
      { ...sample(10), lags },
      { ...sample(20), lags: [] },
    ]);
  });

  it('is written once when it is sent again because the answer was lost', async () => {
    const link = aLink();
    const turn = await taken(link);
    expect(await store.note(turn, aNote(10, { book }), 0)).toBe(true);
    expect(await store.note(turn, aNote(10, { book }), 0)).toBe(true);
    expect(await store.history(link)).toHaveLength(1);
    expect(await process.raw.hget(keys.watch(link), 'seq')).toBe('1');
  });

  it('of another version of the bot is passed over, unlike alerts, which would be told twice', async () => {
    const link = aLink();
    await store.note(await taken(link), aNote(10), 0);
    await process.raw.zadd(keys.samples(link), 5, 'nonsense', 6, '{"at":6,"health":"splendid"}');
    await process.raw.hset(keys.watch(link), 'book', '{"alerts":7}', 'glance', '[]');
    expect(await store.history(link)).toEqual([sample(10)]);
    expect(await store.glances([link])).toEqual([null]);
    await expect(store.book(link)).rejects.toMatchObject({ code: 'answer-not-understood' });
  });
});

describe('what is to be told', () => {
  it('is kept as it was written, and asks to be told', async () => {
    const link = aLink();
    expect(await store.book(link)).toEqual(emptyBook);
    await store.note(await taken(link), aNote(1), 0);
    expect(await process.raw.zscore(keys.alertDue, link)).toBeNull();
    await store.note(await taken(link), aNote(2, { book }), 0);
    expect(await store.book(link)).toEqual(book);
    expect(await process.raw.zscore(keys.alertDue, link)).not.toBeNull();
  });
});
