import type { Clock } from '../../domain/clock.ts';
import type { JsonObject } from '../../domain/json.ts';
import { methods } from './methods/index.ts';
import { asText } from './model.ts';

const callsPerMinute = { 1: 1, 2: 20, 3: 50, 4: 100 } as const;
/** Posting: one a second for each channel, with short bursts. Slack does not say how short. */
const postsPerMinute = 60;
const postBurst = 5;

/** Counts calls as Slack does: by method, posts by channel. */
export interface Quota {
  /** Seconds to wait; 0 when the call may pass. */
  take(method: string, args: JsonObject): number;
}

interface Bucket {
  level: number;
  at: number;
}

/** Leaky buckets: each lets `perMinute` calls through, `burst` of them at once. */
export function createQuota(clock: Clock): Quota {
  const buckets = new Map<string, Bucket>();
  const drain = (key: string, perMinute: number, burst: number): number => {
    const now = clock.monotonic();
    const bucket = buckets.get(key) ?? { level: 0, at: now };
    bucket.level = Math.max(0, bucket.level - ((now - bucket.at) / 60_000) * perMinute);
    bucket.at = now;
    buckets.set(key, bucket);
    if (bucket.level + 1 > burst) return Math.max(1, Math.ceil(((bucket.level + 1 - burst) / perMinute) * 60));
    bucket.level += 1;
    return 0;
  };
  return {
    take: (name, args) => {
      const tier = methods[name]?.tier;
      if (name === 'chat.postMessage') return drain(`${name} ${asText(args['channel'])}`, postsPerMinute, postBurst);
      if (tier === null || tier === undefined) return 0;
      const perMinute = callsPerMinute[tier];
      return drain(name, perMinute, perMinute);
    },
  };
}
