import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { Connection } from './connection.ts';
import { keys } from './keys.ts';
import { understood } from './redis-faults.ts';
import { readInfo } from './server-info.ts';

/** Whether everything written so far would survive the loss of the Redis primary. */
export type Replicated =
  /** Redis has no replicas: what is written rests on its disk alone. */
  | { readonly kind: 'no-replicas' }
  | { readonly kind: 'reached'; readonly replicas: number }
  /** Fewer have it than could be promoted: no irreversible act now. */
  | { readonly kind: 'short'; readonly replicas: number; readonly wanted: number };

/**
 * Waits until every replica of Redis has what was written before this call, at most `timeoutMs` (1 to 1,500). Narrows the window in
 * which a promoted replica lacks an intent; it is no consensus. Throws Fault `redis-unavailable`.
 */
export async function waitReplicas(redis: Connection, timeoutMs: number): Promise<Replicated> {
  const info = await readInfo(redis);
  const wanted = info.number('connected_slaves') ?? 0;
  if (wanted === 0) return { kind: 'no-replicas' };
  const ms = Math.min(1_500, Math.max(1, Math.round(timeoutMs)));
  // WAIT looks at this connection's own last write: one is made here, after all that anybody wrote before.
  const wait = async (client: Redis) => {
    const [, reached] = await Promise.all([client.set(keys.waitMark, '1'), client.wait(wanted, ms)]);
    return reached;
  };
  const answer = await redis.command(wait, { reads: true, resend: true });
  const replicas = understood(z.number().int().min(0), answer, 'the answer of WAIT', 'not-applied');
  return replicas >= wanted ? { kind: 'reached', replicas } : { kind: 'short', replicas, wanted };
}
