import { provideRedis } from '../../src/sim/redis.ts';

export interface TestRedis {
  readonly url: string;
  /** Ends the server for good and removes its folder. */
  stop(): Promise<void>;
  /** SIGKILL, as a crash would. */
  kill(): Promise<void>;
  /** Starts it again on the same port and folder. */
  restart(): Promise<void>;
}

/** A fresh, empty redis-server on a free loopback port. Call `stop` in `afterAll`; it dies with the test process anyway. */
export async function startRedis(options: { readonly appendfsync?: 'everysec' | 'always' } = {}): Promise<TestRedis> {
  const redis = await provideRedis({ url: null, ...options });
  return { url: redis.url, stop: redis.close, kill: redis.kill, restart: redis.restart };
}
