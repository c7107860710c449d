import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Where a worker is stopped: before its n-th append reaches Redis, or when Redis has written it and the reply is on its way. */
export interface StopPoint {
  readonly append: number;
  readonly moment: 'before' | 'after';
}

export interface RedisProxy {
  readonly url: string;
  /** Appends that have passed so far. */
  appends(): number;
  /** Resolves when the point is reached. From then on the connection that spoke is held: nothing more passes either way. */
  reached: Promise<void>;
  /** Lets what was held pass, as when a frozen process goes on. */
  release(): void;
  close(): Promise<void>;
}

const appendSha = createHash('sha1')
  .update(readFileSync(new URL('../../src/store/lua/journal-append.lua', import.meta.url)))
  .digest('hex');

/** Stands between one bot and Redis and stops at an exact word of the journal that a worker (not a person, not the reporter) writes. */
export async function startRedisProxy(target: string, point: StopPoint | null): Promise<RedisProxy> {
  const { hostname, port } = new URL(target);
  let appends = 0;
  let stopped = false;
  let tell: () => void = () => {};
  const reached = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const held: (() => void)[] = [];
  const sockets = new Set<Socket>();

  const server = createServer((client) => {
    const redis = connect(Number(port), hostname);
    let waitsForReply = false;
    for (const socket of [client, redis]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => sockets.delete(socket));
    }
    client.on('close', () => redis.destroy());
    redis.on('close', () => client.destroy());
    client.on('data', (chunk) => {
      if (stopped) return void held.push(() => redis.write(chunk));
      if (isWorkersAppend(chunk)) {
        appends += 1;
        if (appends === point?.append) {
          if (point.moment === 'before') {
            stopped = true;
            held.push(() => redis.write(chunk));
            return tell();
          }
          waitsForReply = true;
        }
      }
      redis.write(chunk);
    });
    redis.on('data', (chunk) => {
      if (waitsForReply && !stopped) {
        waitsForReply = false;
        stopped = true;
        held.push(() => client.write(chunk));
        return tell();
      }
      if (stopped) return void held.push(() => client.write(chunk));
      client.write(chunk);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    appends: () => appends,
    reached,
    release: () => {
      stopped = false;
      for (const pass of held.splice(0)) pass();
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** EVALSHA of the append script whose fence (the second argument after the keys) is not empty. */
function isWorkersAppend(chunk: Buffer): boolean {
  const text = chunk.toString('latin1');
  const at = text.indexOf(appendSha);
  if (at < 0) return false;
  const parts = text
    .slice(at)
    .split('\r\n')
    .filter((_, index) => index % 2 === 0);
  const keys = Number(parts[1]);
  return (parts[1 + keys + 2] ?? '') !== '';
}
