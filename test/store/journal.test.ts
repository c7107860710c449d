import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asChannelId, asMessageTs } from '../../src/domain/ids.ts';
import type { Entry } from '../../src/domain/run.ts';
import { keys } from '../../src/store/keys.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { aLink, aProcess, aRun, claimed, note, type Process, until } from './support.ts';

let server: TestRedis;
let process1: Process;
beforeAll(async () => {
  server = await startRedis();
  process1 = aProcess(server.url);
});
afterAll(async () => {
  process1.close();
  await server.stop();
});

async function begun() {
  const run = aRun();
  const link = aLink();
  await process1.journal.create(run, link, note('first'));
  return { run, link, journal: process1.journal, raw: process1.raw };
}
const leaseEnded = async (run: string) =>
  until(async () => {
    const [seconds, micros] = await process1.raw.time();
    return Number(await process1.raw.zscore(keys.leases, run)) <= Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
  });

describe('beginning a run', () => {
  it('answers created once, and already-there for the same bytes again', async () => {
    const { run, link, journal } = await begun();
    expect(await journal.create(run, link, note('first'))).toBe('already-there');
    expect((await journal.read(run)).map((record) => [record.seq, record.fence, record.entry])).toEqual([[1, 0, note('first')]]);
  });

  it('refuses another beginning of the same run, or the same one on another link', async () => {
    const { run, link, journal } = await begun();
    expect(await journal.create(run, link, note('other'))).toBe('differs');
    expect(await journal.create(run, aLink(), note('first'))).toBe('differs');
  });

  it('makes the run due at once and lists it, newest first', async () => {
    const { run, link, journal } = await begun();
    const later = aRun();
    await journal.create(later, link, note('second run'));
    expect(await journal.due(1000)).toEqual(expect.arrayContaining([run, later]));
    expect(await journal.recent(link, 10)).toEqual([later, run]);
    expect(await journal.recent(link, 1)).toEqual([later]);
    expect(await journal.recent(link, 0)).toEqual([]);
    expect((await journal.recent(null, 2)).slice(0, 2)).toEqual([later, run]);
  });

  it.each([
    ['quotes, newlines and Slack escapes', '"\'`\n\r\t\\ <@U1|bob> &lt;!channel&gt; \u0000 $(rm) {replops} %s'],
    ['any plane of Unicode', 'ü 漢字 🧯 \u202e \ufeff'],
    ['10,000 characters', 'x"\n'.repeat(3_334)],
  ])('gives back %s unchanged', async (_name, text) => {
    const run = aRun();
    await process1.journal.create(run, aLink(), note(text));
    await process1.journal.append({ run, fence: null, expectedSeq: 1, entry: note(text, 2), dueInMs: null });
    expect((await process1.journal.read(run)).map((record) => record.entry)).toEqual([note(text), note(text, 2)]);
  });
});

describe('claiming a run', () => {
  it('knows no run that was not begun', async () => {
    expect(await process1.journal.claim(aRun(), 'w1', 1000)).toEqual({ kind: 'no-such-run' });
  });

  it('is won by exactly one of many workers', async () => {
    const { run, journal } = await begun();
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => journal.claim(run, `w${index}`, 600_000)));
    const won = answers.filter((answer) => answer.kind === 'claimed');
    expect(won).toHaveLength(1);
    const held = answers.filter((answer) => answer.kind === 'held');
    expect(held).toHaveLength(19);
    expect(new Set(held.map((answer) => answer.worker)).size).toBe(1);
  });

  it('is refused to the holder too: two turns of one worker are two owners', async () => {
    const { run, journal } = await begun();
    claimed(await journal.claim(run, 'w1', 600_000));
    expect(await journal.claim(run, 'w1', 600_000)).toEqual({ kind: 'held', worker: 'w1' });
  });

  it('tells the length of the journal and the identity of the Redis process', async () => {
    const { run, journal, raw } = await begun();
    await journal.append({ run, fence: null, expectedSeq: 1, entry: note('b'), dueInMs: null });
    const claim = claimed(await journal.claim(run, 'w1', 600_000));
    expect(claim.seq).toBe(2);
    expect(await raw.info('server')).toContain(`run_id:${claim.storeIdentity}\r\n`);
  });

  it('gives the same claim to a re-send of the same call', async () => {
    const { run, raw } = await begun();
    const { redis } = process1;
    const send = () => redis.script('journal-claim', [keys.run(run), keys.leases, keys.nudges], [run, 'w1', 600_000, 'call-1']);
    const first = await send();
    expect(await send()).toEqual(first);
    expect(await raw.hget(keys.run(run), 'owner')).toBe('w1');
  });

  it('gives a larger fence each time, and names the worker that died', async () => {
    const { run, journal } = await begun();
    const first = claimed(await journal.claim(run, 'w1', 600_000));
    expect(first.from).toBeNull();
    await journal.release(run, first.fence);
    const second = claimed(await journal.claim(run, 'w2', 1));
    expect(second.from).toBeNull();
    await leaseEnded(run);
    const third = claimed(await journal.claim(run, 'w3', 600_000));
    expect(third.from).toBe('w2');
    expect(first.fence).toBeLessThan(second.fence);
    expect(second.fence).toBeLessThan(third.fence);
  });

  it('gives a larger fence than one that is ahead of the clock', async () => {
    const { run, journal, raw } = await begun();
    await raw.hset(keys.run(run), 'fence', '8000000000000000');
    expect(claimed(await journal.claim(run, 'w1', 600_000)).fence).toBe(8_000_000_000_000_001);
  });

  it('gives a fence by the clock when Redis was rolled back to before the last claim', async () => {
    const { run, journal, raw } = await begun();
    const before = await raw.hgetall(keys.run(run));
    const lost = claimed(await journal.claim(run, 'w1', 600_000));
    await raw.del(keys.run(run));
    await raw.hset(keys.run(run), before);
    await raw.zrem(keys.leases, run);
    expect(claimed(await journal.claim(run, 'w2', 600_000)).fence).toBeGreaterThan(lost.fence);
  });
});

describe('a lease', () => {
  it('is renewed while it lives, and never after it ran out', async () => {
    const { run, journal } = await begun();
    const { fence } = claimed(await journal.claim(run, 'w1', 600_000));
    expect(await journal.renew(run, fence + 1, 5_000)).toBe(false);
    expect(await journal.renew(run, fence, 1)).toBe(true);
    await leaseEnded(run);
    expect(await journal.renew(run, fence, 5_000)).toBe(false);
    expect(await journal.renew(run, fence + 1, 5_000)).toBe(false);
  });

  it('is not ended by a release that comes late', async () => {
    const { run, journal } = await begun();
    const old = claimed(await journal.claim(run, 'w1', 1));
    await leaseEnded(run);
    const present = claimed(await journal.claim(run, 'w2', 600_000));
    await journal.release(run, old.fence);
    expect(await journal.renew(run, present.fence, 5_000)).toBe(true);
    await journal.release(run, present.fence);
    expect(await journal.renew(run, present.fence, 5_000)).toBe(false);
    expect((await journal.claim(run, 'w3', 600_000)).kind).toBe('claimed');
  });

  it('is renewed by every append of its worker, by the length of the claim', async () => {
    const { run, journal, raw } = await begun();
    const { fence } = claimed(await journal.claim(run, 'w1', 60_000));
    await raw.zincrby(keys.leases, -30_000, run);
    const shortened = Number(await raw.zscore(keys.leases, run));
    await journal.append({ run, fence, expectedSeq: 1, entry: note('b'), dueInMs: null });
    expect(Number(await raw.zscore(keys.leases, run))).toBeGreaterThanOrEqual(shortened + 29_000);
  });
});

describe('appending', () => {
  it('is refused to a fence that is not the present one, and to one whose lease ran out', async () => {
    const { run, journal } = await begun();
    const request = { run, expectedSeq: 1, entry: note('b'), dueInMs: null };
    expect(await journal.append({ ...request, fence: 7 })).toEqual({ kind: 'fenced' });
    const old = claimed(await journal.claim(run, 'w1', 1));
    await leaseEnded(run);
    expect(await journal.append({ ...request, fence: old.fence })).toEqual({ kind: 'fenced' });
    const present = claimed(await journal.claim(run, 'w2', 600_000));
    expect(await journal.append({ ...request, fence: old.fence })).toEqual({ kind: 'fenced' });
    expect(await journal.append({ ...request, fence: present.fence })).toEqual({ kind: 'appended', seq: 2 });
    await journal.release(run, present.fence);
    expect(await journal.append({ ...request, expectedSeq: 2, fence: present.fence })).toEqual({ kind: 'fenced' });
  });

  it('answers behind when somebody wrote in between, or when the journal is shorter than what was seen', async () => {
    const { run, journal } = await begun();
    const say = (expectedSeq: number, text: string) => journal.append({ run, fence: null, expectedSeq, entry: note(text), dueInMs: null });
    expect(await say(1, 'b')).toEqual({ kind: 'appended', seq: 2 });
    expect(await say(1, 'c')).toEqual({ kind: 'behind', seq: 2 });
    expect(await say(9, 'c')).toEqual({ kind: 'behind', seq: 2 });
    expect(await journal.append({ run: aRun(), fence: null, expectedSeq: 3, entry: note('c'), dueInMs: null })).toEqual({
      kind: 'behind',
      seq: 0,
    });
    await expect(say(0, 'c')).rejects.toThrow(TypeError);
  });

  it('recognises its own re-send, also when others have written since', async () => {
    const { run, journal } = await begun();
    const { fence } = claimed(await journal.claim(run, 'w1', 600_000));
    const mine = { run, fence, expectedSeq: 1, entry: note('mine'), dueInMs: null };
    expect(await journal.append(mine)).toEqual({ kind: 'appended', seq: 2 });
    await journal.append({ run, fence: null, expectedSeq: 2, entry: note('theirs'), dueInMs: null });
    expect(await journal.append(mine)).toEqual({ kind: 'already-there', seq: 2 });
    // The same words by somebody else are not a re-send.
    expect(await journal.append({ ...mine, fence: null })).toEqual({ kind: 'behind', seq: 3 });
    expect(await journal.read(run)).toHaveLength(3);
  });

  it('gives each place to exactly one of many people who write at once', async () => {
    const { run, journal } = await begun();
    const say = async (text: string): Promise<void> => {
      for (let seq = 1; ; ) {
        const answer = await journal.append({ run, fence: null, expectedSeq: seq, entry: note(text), dueInMs: null });
        if (answer.kind === 'appended') return;
        if (answer.kind !== 'behind') throw new TypeError(`unexpected ${answer.kind}`);
        seq = answer.seq;
      }
    };
    const texts = Array.from({ length: 25 }, (_, index) => `person ${index}`);
    await Promise.all(texts.map(say));
    const records = await journal.read(run);
    expect(records.map((record) => record.seq)).toEqual(Array.from({ length: 26 }, (_, index) => index + 1));
    const said = records.slice(1).map(({ entry }) => (entry.kind === 'noted' ? entry.sentence : ''));
    expect(said.toSorted()).toEqual(texts.toSorted());
  });

  it('leads from a posted message to its run', async () => {
    const { run, journal } = await begun();
    const [channel, ts] = [asChannelId('C0123'), asMessageTs('1712345600.000100')];
    expect(await journal.runOfMessage(channel, ts)).toBeNull();
    const posted: Entry = { at: 1, kind: 'posted', key: 'run', channel, ts };
    await journal.append({ run, fence: null, expectedSeq: 1, entry: posted, dueInMs: null });
    expect(await journal.runOfMessage(channel, ts)).toBe(run);
    expect(await journal.runOfMessage(asChannelId('C9'), ts)).toBeNull();
  });
});

describe('the due runs', () => {
  const isDue = async (run: string) => (await process1.journal.due(10_000)).some((due) => due === run);

  it('leave out those under a live lease and those whose time has not come', async () => {
    const { run, journal } = await begun();
    expect(await isDue(run)).toBe(true);
    const { fence } = claimed(await journal.claim(run, 'w1', 60_000));
    expect(await isDue(run)).toBe(false);
    await journal.release(run, fence);
    expect(await isDue(run)).toBe(true);
    await journal.append({ run, fence: null, expectedSeq: 1, entry: note('later'), dueInMs: 3_600_000 });
    expect(await isDue(run)).toBe(false);
  });

  it('hold a run again when its worker dies', async () => {
    const { run, journal } = await begun();
    claimed(await journal.claim(run, 'w1', 30));
    await until(() => isDue(run));
    await leaseEnded(run);
  });

  it('are told oldest first, as many as asked for, past any number of runs that are being driven', async () => {
    const { raw, journal } = process1;
    await raw.del(keys.due, keys.leases);
    const driven = Array.from({ length: 250 }, (_, index) => `driven-${index}`);
    await raw.zadd(keys.due, ...driven.flatMap((run, index) => [index, run]));
    await raw.zadd(keys.leases, ...driven.flatMap((run) => [9e12, run]));
    await raw.zadd(keys.due, 1_003, 'free-c', 1_001, 'free-a', 1_002, 'free-b');
    expect(await journal.due(2)).toEqual(['free-a', 'free-b']);
    expect(await journal.due(10)).toEqual(['free-a', 'free-b', 'free-c']);
    await raw.del(keys.due, keys.leases);
  });

  it('lose a run that its worker takes off, and only its worker can', async () => {
    const { run, journal, raw } = await begun();
    const { fence } = claimed(await journal.claim(run, 'w1', 60_000));
    await expect(journal.schedule(run, fence + 1, null)).rejects.toMatchObject({ code: 'lease-lost', effect: 'not-applied' });
    await journal.schedule(run, fence, 500);
    expect(Number(await raw.zscore(keys.due, run))).toBeGreaterThan(0);
    await journal.schedule(run, fence, null);
    expect(await raw.zscore(keys.due, run)).toBeNull();
  });

  it('keep a look that a person asked for while the worker was about to put it off', async () => {
    const { run, journal } = await begun();
    const first = claimed(await journal.claim(run, 'w1', 60_000));
    await journal.append({ run, fence: null, expectedSeq: 1, entry: note('a vote'), dueInMs: 0 });
    await journal.schedule(run, first.fence, 3_600_000);
    await journal.schedule(run, first.fence, null);
    expect(await journal.append({ run, fence: first.fence, expectedSeq: 2, entry: note('x'), dueInMs: 3_600_000 })).toMatchObject({
      kind: 'appended',
    });
    await journal.release(run, first.fence);
    expect(await isDue(run)).toBe(true);
    const second = claimed(await journal.claim(run, 'w1', 60_000));
    await journal.schedule(run, second.fence, 3_600_000);
    await journal.release(run, second.fence);
    expect(await isDue(run)).toBe(false);
  });
});
