import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Entry, EntryKind } from '../../src/domain/run.ts';

/** Where a worker is stopped: before its n-th append reaches Redis, or when Redis has written it and the reply is on its way. */
export interface StopPoint {
  readonly append: number;
  /** Only entries of this kind are counted; all when left out. */
  readonly entry?: EntryKind;
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
  let counted = 0;
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
      const kind = workersEntry(chunk);
      if (kind !== null) {
        appends += 1;
        if (point !== null && (point.entry ?? kind) === kind) counted += 1;
        if (counted === point?.append && (point.entry ?? kind) === kind) {
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

/** Kind of the entry in an EVALSHA of the append script whose fence (the second argument after the keys) is not empty; null elsewhere. */
function workersEntry(chunk: Buffer): string | null {
  const text = chunk.toString('latin1');
  const at = text.indexOf(appendSha);
  if (at < 0) return null;
  const parts = text
    .slice(at)
    .split('\r\n')
    .filter((_, index) => index % 2 === 0);
  const keys = Number(parts[1]);
  if ((parts[1 + keys + 2] ?? '') === '') return null;
  return kindIn(parts[1 + keys + 4] ?? '');
}

/** Empty for an entry that is too long to have come whole. */
function kindIn(body: string): string {
  try {
    // What a worker appends is an entry.
    return (JSON.parse(body) as Entry).kind;
  } catch {
    return '';
  }
}
