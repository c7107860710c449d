import { createServer, connect as openSocket, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/domain/clock.ts';
import { isFault } from '../../src/domain/faults.ts';
import { Secret } from '../../src/domain/secret.ts';
import { createStore } from '../../src/store/index.ts';
import { endsBefore } from '../support/ends-before.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { aLink, aProcess, aRun, claimed, note, type Process, until } from './support.ts';

const open: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function aServer(options: Parameters<typeof startRedis>[0] = {}): Promise<TestRedis> {
  const server = await startRedis(options);
  open.push(server.stop);
  return server;
}
function connected(url: string, callWithinMs?: number): Process {
  const process = aProcess(url, 'w1', callWithinMs);
  open.push(process.close);
  return process;
}

/** After this much a call gives up, ms. */
const usualMs = 2_000;
/** A timer of this much, set when it is sent, has to ring later, ms. */
const boundMs = 2_500;

/** The fault of a call that must not succeed, and whether it kept its bound. */
async function failing(call: Promise<unknown>) {
  const inTime = endsBefore(call, boundMs);
  const fault = await call.then(
    () => null,
    (error: unknown) => error,
  );
  if (!isFault(fault)) throw new TypeError(`expected a fault, got ${String(fault)}`);
  return { fault, inTime: await inTime };
}

/** Stands between the store and Redis, and can lose a reply or go silent. */
async function aFaultyWire(url: string) {
  const target = Number(new URL(url).port);
  const sockets = new Set<Socket>();
  let mode: 'through' | 'lose-next-reply' | 'silent' = 'through';
  let lost = 0;
  const held: (() => void)[] = []; // TCP delays, it does not leave bytes out
  const server: Server = createServer((near) => {
    const far = openSocket({ host: '127.0.0.1', port: target });
    for (const socket of [near, far]) sockets.add(socket.on('error', () => undefined));
    near.on('data', (bytes) => far.write(bytes));
    far.on('data', (bytes) => {
      if (mode === 'silent') held.push(() => near.write(bytes));
      if (mode === 'through') near.write(bytes);
      if (mode !== 'lose-next-reply') return;
      mode = 'through';
      lost += 1;
      near.destroy();
      far.destroy();
    });
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  open.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    url: `redis://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    set: (next: typeof mode) => {
      mode = next;
      if (mode === 'through') for (const write of held.splice(0)) write();
    },
    lost: () => lost,
  };
}

describe('a Redis that is killed and comes back', () => {
  it('still holds the journal, its leases and fences, and what was appended in between is refused or kept', async () => {
    const server = await aServer({ appendfsync: 'always' });
    const { journal, problems } = connected(server.url, usualMs);
    const run = aRun();
    await journal.create(run, aLink(), note('first'));
    const { fence, storeIdentity } = claimed(await journal.claim(run, 'w1', 60_000));
    await journal.append({ run, fence, expectedSeq: 1, entry: note('second'), dueInMs: null });
    await server.kill();
    await until(() => problems.length > 0);
    const down = await failing(journal.append({ run, fence, expectedSeq: 2, entry: note('third'), dueInMs: null }));
    expect(down.fault).toMatchObject({ code: 'redis-unavailable', effect: 'not-applied' });
    expect(down.inTime).toBe(true);
    await server.restart();
    await until(() => journal.renew(run, fence, 60_000).catch(() => false));
    expect(await journal.append({ run, fence, expectedSeq: 2, entry: note('third'), dueInMs: null })).toEqual({ kind: 'appended', seq: 3 });
    expect((await journal.read(run)).map((record) => record.seq)).toEqual([1, 2, 3]);
    await journal.release(run, fence);
    const again = claimed(await journal.claim(run, 'w2', 1_000));
    expect(again.storeIdentity).not.toBe(storeIdentity);
    expect(problems.map((problem) => problem.event)).toEqual(['redis.lost', 'redis.back']);
  });

  it('fails every call within about two seconds while it is down, reads and writes alike', async () => {
    const server = await aServer();
    const store = createStore({ url: new Secret(server.url), worker: 'w1', clock: systemClock, onProblem: () => undefined });
    open.push(store.close);
    await store.ping();
    await server.kill();
    const run = aRun();
    const calls = [
      store.journal.create(run, aLink(), note('x')),
      store.journal.claim(run, 'w1', 1_000),
      store.journal.read(run),
      store.journal.due(10),
      store.journal.recent(null, 10),
      store.journal.line(aLink()),
      store.reports.claim('r', 1_000),
      store.policies.current(),
      store.inbox.record({ key: 'event:1', body: {}, receivedAt: 1 }),
      store.waitReplicas(100),
      store.ping(),
    ];
    const outcomes = await Promise.all(calls.map(failing));
    expect(outcomes.map(({ fault }) => fault.code)).toEqual(calls.map(() => 'redis-unavailable'));
    expect(outcomes.map(({ inTime }) => inTime)).toEqual(calls.map(() => true));
    expect(await store.check()).toMatchObject([{ name: 'redis', outcome: 'failed' }]);
    await server.restart();
    await until(() =>
      store.ping().then(
        () => true,
        () => false,
      ),
    );
    expect(await store.journal.read(run)).toEqual([]);
  });

  it('does not receive later what failed while it was down', async () => {
    const server = await aServer();
    const { journal, raw } = connected(server.url, usualMs);
    await journal.due(1);
    await server.kill();
    const runs = [aRun(), aRun(), aRun()];
    await Promise.all(runs.map((run) => failing(journal.create(run, aLink(), note('x')))));
    await server.restart();
    await until(() =>
      journal.due(1).then(
        () => true,
        () => false,
      ),
    );
    expect(await raw.dbsize()).toBe(0);
  });
});

describe('a wire that loses replies', () => {
  it('does not make an append, a claim or a beginning happen twice', async () => {
    const server = await aServer();
    const wire = await aFaultyWire(server.url);
    const { journal } = connected(wire.url);
    const run = aRun();
    // Redis knows the scripts from here on: what is lost is the answer to the change itself.
    const before = aRun();
    await journal.create(before, aLink(), note('first'));
    await journal.append({ run: before, fence: null, expectedSeq: 1, entry: note('b'), dueInMs: null });
    await journal.claim(before, 'w1', 1);
    wire.set('lose-next-reply');
    await journal.create(run, aLink(), note('first'));
    wire.set('lose-next-reply');
    const { fence, from } = claimed(await journal.claim(run, 'w1', 60_000));
    expect(from).toBeNull();
    wire.set('lose-next-reply');
    expect(await journal.append({ run, fence, expectedSeq: 1, entry: note('b'), dueInMs: null })).toEqual({
      kind: 'already-there',
      seq: 2,
    });
    expect(wire.lost()).toBe(3);
    expect(await journal.read(run)).toHaveLength(2);
  });

  it('leaves the effect of a write unknown, and of a read not applied, when Redis goes silent', async () => {
    const server = await aServer();
    const wire = await aFaultyWire(server.url);
    const { journal } = connected(wire.url, usualMs);
    await journal.due(1);
    wire.set('silent');
    const [write, read] = await Promise.all([failing(journal.create(aRun(), aLink(), note('x'))), failing(journal.due(1))]);
    expect(write.fault).toMatchObject({ code: 'redis-unavailable', effect: 'unknown' });
    expect(read.fault).toMatchObject({ code: 'redis-unavailable', effect: 'not-applied' });
    expect([write.inTime, read.inTime]).toEqual([true, true]);
    wire.set('through');
    await until(() =>
      journal.due(1).then(
        () => true,
        () => false,
      ),
    );
  });
});

describe('a Redis that refuses', () => {
  it.each([
    ['is full', ['maxmemory', '1'], 'OOM'],
    ['misses its replicas', ['min-replicas-to-write', '1'], 'NOREPLICAS'],
  ] as const)('%s: nothing was changed, and it is said so without a secret', async (_name, [setting, value], reply) => {
    const server = await aServer();
    const { journal, raw } = connected(server.url);
    await raw.config('SET', setting, value);
    const { fault } = await failing(journal.create(aRun(), aLink(), note('x')));
    expect(fault).toMatchObject({ code: 'redis-unavailable', effect: 'not-applied', facts: { reply } });
    await raw.config('SET', setting, '0');
    expect(await raw.dbsize()).toBe(0);
  });

  it('is a replica: nothing was changed, and the connection is made anew', async () => {
    const server = await aServer();
    const { journal, raw } = connected(server.url);
    await raw.replicaof('127.0.0.1', 1);
    const { fault } = await failing(journal.create(aRun(), aLink(), note('x')));
    expect(fault).toMatchObject({ code: 'redis-unavailable', effect: 'not-applied', facts: { reply: 'READONLY' } });
    await raw.replicaof('NO', 'ONE');
    await until(() =>
      journal.create(aRun(), aLink(), note('x')).then(
        () => true,
        () => false,
      ),
    );
  });

  it('wants a password: calls fail, and neither fault nor problem holds the one that was given', async () => {
    const server = await aServer();
    const { raw } = connected(server.url);
    await raw.config('SET', 'requirepass', 'right-password');
    const process = connected(server.url.replace('redis://', 'redis://:wrong-hunter2@'), usualMs);
    const { fault } = await failing(process.journal.due(1));
    expect(fault).toMatchObject({ code: 'redis-unavailable', effect: 'not-applied' });
    expect(JSON.stringify([fault.message, fault.facts, process.problems.map(({ sentence, facts }) => [sentence, facts])])).not.toContain(
      'hunter2',
    );
    expect(process.problems.map((problem) => problem.event)).toEqual(['redis.lost']);
  });
});
