import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keys } from '../../src/store/keys.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { aLink, aProcess, aRun, claimed, note, type Process } from './support.ts';

let server: TestRedis;
let store: Process;
beforeAll(async () => {
  server = await startRedis();
  store = aProcess(server.url);
});
afterAll(async () => {
  store.close();
  await server.stop();
});

describe('the line of a link', () => {
  it('gives the link to the first and places to the others, in order, however often they ask', async () => {
    const { journal } = store;
    const [link, a, b, c] = [aLink(), aRun(), aRun(), aRun()];
    expect(await journal.line(link)).toEqual([]);
    expect(await journal.holdLink(link, a)).toEqual({ kind: 'held', passed: false });
    expect(await journal.holdLink(link, b)).toEqual({ kind: 'waiting', behind: a, place: 1 });
    expect(await journal.holdLink(link, c)).toEqual({ kind: 'waiting', behind: a, place: 2 });
    expect(await journal.holdLink(link, b)).toEqual({ kind: 'waiting', behind: a, place: 1 });
    expect(await journal.holdLink(link, a)).toEqual({ kind: 'held', passed: false });
    expect(await journal.line(link)).toEqual([a, b, c]);
  });

  it('passes the link to the next when it is left, and closes the gap when one in the middle leaves', async () => {
    const { journal } = store;
    const [link, a, b, c] = [aLink(), aRun(), aRun(), aRun()];
    for (const run of [a, b, c]) await journal.holdLink(link, run);
    await journal.leaveLink(link, b);
    expect(await journal.holdLink(link, c)).toEqual({ kind: 'waiting', behind: a, place: 1 });
    await journal.leaveLink(link, a);
    await journal.leaveLink(link, a);
    expect(await journal.holdLink(link, c)).toEqual({ kind: 'held', passed: false });
    await journal.leaveLink(link, c);
    expect(await journal.line(link)).toEqual([]);
  });

  it('makes the next run due at once, even against a worker that puts it off', async () => {
    const { journal, raw } = store;
    const [link, a, b] = [aLink(), aRun(), aRun()];
    for (const run of [a, b]) await journal.create(run, link, note('first'));
    for (const run of [a, b]) await journal.holdLink(link, run);
    const { fence } = claimed(await journal.claim(b, 'w1', 60_000));
    await journal.schedule(b, fence, 3_600_000);
    expect(await journal.due(100)).not.toContain(b);
    await journal.leaveLink(link, a);
    await journal.schedule(b, fence, 3_600_000);
    await journal.release(b, fence);
    expect(await journal.due(100)).toContain(b);
    // Leaving again, or leaving a line that one is not in, hurries nobody.
    await raw.zrem(keys.due, b);
    await journal.leaveLink(link, a);
    await journal.leaveLink(link, aRun());
    expect(await journal.due(100)).not.toContain(b);
  });

  it('lets a run go ahead of a holder that has written nothing since it was seen, and gives the link back after it', async () => {
    const { journal } = store;
    const [link, holder, second, fence] = [aLink(), aRun(), aRun(), aRun()];
    for (const run of [holder, second, fence]) await journal.create(run, link, note('first'));
    for (const run of [holder, second, fence]) await journal.holdLink(link, run);
    expect(await journal.holdLink(link, fence, { run: holder, seq: 1 })).toEqual({ kind: 'held', passed: true });
    expect(await journal.line(link)).toEqual([fence, holder, second]);
    expect(await journal.holdLink(link, fence, { run: holder, seq: 1 })).toEqual({ kind: 'held', passed: false });
    expect(await journal.holdLink(link, holder)).toEqual({ kind: 'waiting', behind: fence, place: 1 });
    await journal.leaveLink(link, fence);
    expect(await journal.holdLink(link, holder)).toEqual({ kind: 'held', passed: false });
    expect(await journal.line(link)).toEqual([holder, second]);
  });

  it('lets nothing go ahead of a holder that has written since, nor of one that does not hold the link', async () => {
    const { journal } = store;
    const [link, holder, second, fence] = [aLink(), aRun(), aRun(), aRun()];
    for (const run of [holder, second, fence]) await journal.create(run, link, note('first'));
    for (const run of [holder, second]) await journal.holdLink(link, run);
    await journal.append({ run: holder, fence: null, expectedSeq: 1, entry: note('goes on'), dueInMs: null });
    expect(await journal.holdLink(link, fence, { run: holder, seq: 1 })).toEqual({ kind: 'waiting', behind: holder, place: 2 });
    expect(await journal.holdLink(link, fence, { run: second, seq: 1 })).toEqual({ kind: 'waiting', behind: holder, place: 2 });
    expect(await journal.line(link)).toEqual([holder, second, fence]);
  });

  it('has one holder when many runs ask at once', async () => {
    const link = aLink();
    const answers = await Promise.all(Array.from({ length: 30 }, () => store.journal.holdLink(link, aRun())));
    expect(answers.filter((answer) => answer.kind === 'held')).toHaveLength(1);
    const places = answers.flatMap((answer) => (answer.kind === 'waiting' ? [answer.place] : []));
    expect(places.toSorted((x, y) => x - y)).toEqual(Array.from({ length: 29 }, (_, index) => index + 1));
  });
});
