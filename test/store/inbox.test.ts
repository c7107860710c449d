import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/domain/clock.ts';
import type { ClaimedDelivery, Delivery, Inbox } from '../../src/slack/inbox-port.ts';
import { createInbox } from '../../src/store/inbox.ts';
import type { InboxPace } from '../../src/store/inbox-deps.ts';
import { keys } from '../../src/store/keys.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { aProcess, type Process, until } from './support.ts';

/** Short enough to see a take-over at once, long enough that a busy machine does not cause one. */
const pace: InboxPace = { abandonedAfterMs: 400, vouchEveryMs: 50, takeEveryMs: 50, blockMs: 50 };
/** No take-over: each delivery has to be worked by whoever read it first. */
const calm: InboxPace = { ...pace, abandonedAfterMs: 600_000 };

let server: TestRedis;
const closing: (() => Promise<void> | void)[] = [];
beforeEach(async () => {
  server = await startRedis();
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  await server.stop();
});

function aWorker(worker: string, ownPace: InboxPace = pace): Process & { inbox: Inbox } {
  const process = aProcess(server.url, worker);
  const { redis, newCallName, onProblem } = process;
  const connection = { url: server.url, name: `${worker}/inbox`, clock: systemClock };
  const inbox = createInbox({ redis, connection, newCallName, clock: systemClock, onProblem, pace: ownPace });
  closing.push(process.close, inbox.close);
  return { ...process, inbox };
}
const delivery = (key: string, body: Delivery['body'] = { text: 'status' }): Delivery => ({ key, body, receivedAt: 1_700_000_000_000 });

/** Id, consumer, ms since somebody vouched for it, times it was handed out. */
type Pending = readonly [string, string, number, number];
const pendingOf = async ({ raw }: Process): Promise<readonly Pending[]> =>
  // So Redis answers to XPENDING with a range.
  (await raw.xpending(keys.inbox, 'workers', '-', '+', 10)) as Pending[];

/** Collects what a handler is given. */
function aHandler() {
  const got: ClaimedDelivery[] = [];
  return {
    got,
    keys: () => got.map((one) => one.key),
    work: async (one: ClaimedDelivery) => {
      got.push(one);
    },
  };
}

describe('recording a delivery', () => {
  it('is done once for a key, however many record it at once', async () => {
    const workers = [aWorker('w1'), aWorker('w2')];
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => (workers[index % 2] as (typeof workers)[0]).inbox.record(delivery('event:E1'))),
    );
    expect(answers.filter((answer) => answer === 'recorded')).toHaveLength(1);
    expect(answers.filter((answer) => answer === 'duplicate')).toHaveLength(49);
    expect(await workers[0]?.raw.xlen(keys.inbox)).toBe(1);
  });

  it('recognises a repetition for 24 h, also after the delivery was worked', async () => {
    const { inbox, raw } = aWorker('w1');
    await inbox.record(delivery('command:1'));
    expect(await raw.ttl(keys.seen('command:1'))).toBeGreaterThan(86_390);
    const handler = aHandler();
    await inbox.work(handler.work, { concurrency: 1 });
    await until(() => handler.got.length === 1);
    await until(async () => (await raw.xlen(keys.inbox)) === 0);
    expect(await inbox.record(delivery('command:1'))).toBe('duplicate');
  });

  it('answers recorded to its own re-send', async () => {
    const { redis, raw } = aWorker('w1');
    const send = (call: string) => redis.script('inbox-record', [keys.seen('k'), keys.inbox], [call, 10, 'k', '{}', 1]);
    expect([await send('call-1'), await send('call-1'), await send('call-2')]).toEqual(['recorded', 'recorded', 'duplicate']);
    expect(await raw.xlen(keys.inbox)).toBe(1);
  });

  it('gives back hostile payloads unchanged', async () => {
    const { inbox } = aWorker('w1');
    const body = {
      text: '"\'\n\u0000 ü🧯 <@U1> {replops}',
      long: 'x\n'.repeat(5_000),
      deep: { list: [1, null, { a: '\\' }] },
      __proto__x: 1,
    };
    const handler = aHandler();
    await inbox.work(handler.work, { concurrency: 2 });
    await inbox.record(delivery('event: odd "key"\n', body));
    await until(() => handler.got.length === 1);
    expect(handler.got[0]).toMatchObject({ key: 'event: odd "key"\n', body, receivedAt: 1_700_000_000_000, attempt: 1 });
  });
});

describe('working deliveries off', () => {
  it('handles each of 1,000 exactly once with two consumers, and never more at once than asked for', async () => {
    const handled = new Map<string, number>();
    let [now, most] = [0, 0];
    const handler = async ({ key }: ClaimedDelivery) => {
      now += 1;
      most = Math.max(most, now);
      handled.set(key, (handled.get(key) ?? 0) + 1);
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
    };
    const [a, b] = [aWorker('w1', calm), aWorker('w2', calm)];
    await a.inbox.work(handler, { concurrency: 5 });
    await b.inbox.work(handler, { concurrency: 5 });
    await Promise.all(Array.from({ length: 1_000 }, (_, index) => a.inbox.record(delivery(`event:${index}`))));
    await until(() => handled.size === 1_000);
    await until(async () => (await a.raw.xlen(keys.inbox)) === 0);
    expect([...handled.values()].filter((times) => times !== 1)).toEqual([]);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(10);
    expect(await a.raw.xpending(keys.inbox, 'workers')).toEqual([0, null, null, null]);
  });

  it('works what was recorded before anybody listened', async () => {
    const { inbox } = aWorker('w1');
    for (const key of ['a', 'b', 'c']) await inbox.record(delivery(key));
    const handler = aHandler();
    await inbox.work(handler.work, { concurrency: 1 });
    await until(() => handler.got.length === 3);
    expect(handler.keys()).toEqual(['a', 'b', 'c']);
  });

  it('gives the delivery of a dead worker to another, as a second attempt', async () => {
    const dead = aWorker('dead');
    await dead.raw.xgroup('CREATE', keys.inbox, 'workers', '0', 'MKSTREAM');
    await dead.inbox.record(delivery('event:left'));
    await dead.raw.xreadgroup('GROUP', 'workers', 'dead', 'COUNT', 1, 'STREAMS', keys.inbox, '>');
    const handler = aHandler();
    const living = aWorker('living');
    await living.inbox.work(handler.work, { concurrency: 3 });
    await until(() => handler.got.length === 1);
    expect(handler.got[0]).toMatchObject({ key: 'event:left', attempt: 2 });
    await until(async () => (await living.raw.xlen(keys.inbox)) === 0);
  });

  it('leaves a slow handler its delivery for as long as its process vouches for it', async () => {
    let release: () => void = () => undefined;
    const blocked = new Promise<void>((resolve) => {
      release = resolve;
    });
    const [slow, other] = [aWorker('slow', calm), aWorker('other', calm)];
    const [slowGot, otherGot] = [aHandler(), aHandler()];
    await slow.inbox.work(
      async (one) => {
        await slowGot.work(one);
        await blocked;
      },
      { concurrency: 1 },
    );
    await slow.inbox.record(delivery('event:slow'));
    await until(() => slowGot.got.length === 1);
    await other.inbox.work(otherGot.work, { concurrency: 1 });
    // As long without a word as can be without being abandoned: vouching makes it young again, over and over.
    for (let round = 0; round < 3; round += 1) {
      const [pending] = await pendingOf(slow);
      if (pending === undefined) throw new TypeError('the delivery is under way');
      const [id, consumer] = pending;
      await slow.raw.xclaim(keys.inbox, 'workers', consumer, 0, id, 'IDLE', calm.abandonedAfterMs - 30_000, 'JUSTID');
      await until(async () => (await pendingOf(slow)).every(([, , idleMs]) => idleMs < calm.abandonedAfterMs - 35_000));
    }
    expect(otherGot.got).toEqual([]);
    release();
    await until(async () => (await slow.raw.xlen(keys.inbox)) === 0);
    expect(slowGot.got).toHaveLength(1);
  });

  it('tries a failing delivery again, and sets it aside after five attempts, saying so', async () => {
    const { inbox, raw, problems } = aWorker('w1', { ...pace, abandonedAfterMs: 20 });
    const handler = aHandler();
    await inbox.record(delivery('event:poison', { text: 'poison' }));
    await inbox.work(
      async (one) => {
        await handler.work(one);
        throw new TypeError('a bug');
      },
      { concurrency: 1 },
    );
    await until(async () => (await raw.llen(keys.inboxDead)) === 1);
    expect(handler.got.map((one) => one.attempt)).toEqual([1, 2, 3, 4, 5]);
    const dead = JSON.parse((await raw.lindex(keys.inboxDead, 0)) ?? '');
    expect(dead).toMatchObject({ key: 'event:poison', body: '{"text":"poison"}', attempts: 5 });
    await until(() => problems.some((problem) => problem.event === 'delivery.given-up'));
    expect(problems.filter((problem) => problem.event === 'delivery.failed')).toHaveLength(5);
    expect(await raw.xlen(keys.inbox)).toBe(0);
  });

  it('sets a delivery aside that kills its process each time', async () => {
    const { inbox, raw, problems } = aWorker('w1', { ...pace, abandonedAfterMs: 1 });
    await raw.xgroup('CREATE', keys.inbox, 'workers', '0', 'MKSTREAM');
    await inbox.record(delivery('event:deadly'));
    await raw.xreadgroup('GROUP', 'workers', 'dead', 'COUNT', 1, 'STREAMS', keys.inbox, '>');
    const [pending] = (await raw.xpending(keys.inbox, 'workers', '-', '+', 1)) as [[string]];
    await raw.xclaim(keys.inbox, 'workers', 'dead', 0, pending[0], 'RETRYCOUNT', 5);
    const handler = aHandler();
    await inbox.work(handler.work, { concurrency: 1 });
    await until(() => problems.some((problem) => problem.event === 'delivery.given-up'));
    expect(handler.got).toEqual([]);
  });

  it('sets aside what is not JSON, and goes on with the rest', async () => {
    const { inbox, raw, problems } = aWorker('w1', { ...pace, abandonedAfterMs: 20 });
    await raw.xadd(keys.inbox, '*', 'key', 'k', 'body', 'oops', 'receivedAt', '1');
    const handler = aHandler();
    await inbox.work(handler.work, { concurrency: 1 });
    await inbox.record(delivery('event:good'));
    await until(() => problems.some((problem) => problem.event === 'delivery.given-up'));
    expect(handler.keys()).toEqual(['event:good']);
  });

  it('goes on after Redis was killed, with what it had under way and with what came before', async () => {
    const { inbox, raw } = aWorker('w1');
    const handler = aHandler();
    let release: () => void = () => undefined;
    const blocked = new Promise<void>((resolve) => {
      release = resolve;
    });
    await inbox.work(
      async (one) => {
        await handler.work(one);
        if (one.key === 'event:1') await blocked;
      },
      { concurrency: 2 },
    );
    await inbox.record(delivery('event:1'));
    await until(() => handler.got.length === 1);
    await raw.config('SET', 'appendfsync', 'always');
    await server.kill();
    release();
    await server.restart();
    await until(() =>
      inbox.record(delivery('event:2')).then(
        () => true,
        () => false,
      ),
    );
    await until(() => handler.keys().includes('event:2'));
    await until(async () => (await raw.xlen(keys.inbox)) === 0);
    expect(handler.keys().toSorted()).toEqual(['event:1', 'event:2']);
  });

  it('goes on after Redis lost everything, the group too', async () => {
    const { inbox, raw } = aWorker('w1');
    const handler = aHandler();
    await inbox.work(handler.work, { concurrency: 2 });
    await inbox.record(delivery('event:1'));
    await until(() => handler.got.length === 1);
    await raw.flushall();
    await inbox.record(delivery('event:2'));
    await until(() => handler.keys().includes('event:2'));
  });

  it('waits at its close for what is under way, takes nothing new, and leaves no consumer behind', async () => {
    const { inbox, raw } = aWorker('w1');
    let release: () => void = () => undefined;
    const blocked = new Promise<void>((resolve) => {
      release = resolve;
    });
    const handler = aHandler();
    await inbox.work(
      async (one) => {
        await handler.work(one);
        await blocked;
      },
      { concurrency: 1 },
    );
    await inbox.record(delivery('event:1'));
    await until(() => handler.got.length === 1);
    let closed = false;
    const close = inbox.close().then(() => {
      closed = true;
    });
    await inbox.record(delivery('event:2'));
    expect(closed).toBe(false);
    release();
    await close;
    expect(handler.keys()).toEqual(['event:1']);
    expect(await raw.xlen(keys.inbox)).toBe(1);
    expect(await raw.xinfo('CONSUMERS', keys.inbox, 'workers')).toEqual([]);
  });
});
