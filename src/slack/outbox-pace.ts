import type { Clock } from '../domain/clock.ts';

export interface PaceLimits {
  /** Calls of one method in a minute, over all messages of this process. */
  readonly perMinute: number;
  /** Calls of one method that may go out at once. */
  readonly burst: number;
  /** Time between two posts to one channel, ms; a few may go out at once. */
  readonly channelMs: number;
  readonly channelBurst: number;
}

/** How fast we may call Slack. Never waits: it says how long to wait, so that other work goes on meanwhile. */
export interface Pace {
  /** Time until a call may be sent, ms; 0 is now. `channel` counts for posts only. */
  waitMs(method: string, channel: string | null): number;
  /** Counts a call that is being sent. */
  spend(method: string, channel: string | null): void;
  /** Slack has said to leave this method alone for `ms`; other methods go on. */
  backOff(method: string, ms: number): void;
}

interface Bucket {
  tokens: number;
  at: number;
}

/** Longest pause that is believed, ms: a wrong header must not silence the bot. */
const longestBackOffMs = 15 * 60_000;

export function createPace(clock: Clock, limits: PaceLimits): Pace {
  const buckets = new Map<string, Bucket>();
  const pauses = new Map<string, number>();

  const filled = (name: string, everyMs: number, most: number): Bucket => {
    const now = clock.monotonic();
    const bucket = buckets.get(name) ?? { tokens: most, at: now };
    const full = { tokens: Math.min(most, bucket.tokens + (now - bucket.at) / everyMs), at: now };
    buckets.set(name, full);
    return full;
  };
  const ofMethod = (method: string) => filled(`method ${method}`, 60_000 / limits.perMinute, limits.burst);
  const ofChannel = (channel: string) => filled(`channel ${channel}`, limits.channelMs, limits.channelBurst);
  const lacking = ({ tokens }: Bucket, everyMs: number): number => Math.ceil(Math.max(0, 1 - tokens) * everyMs);

  return {
    waitMs: (method, channel) =>
      Math.max(
        0,
        (pauses.get(method) ?? 0) - clock.monotonic(),
        lacking(ofMethod(method), 60_000 / limits.perMinute),
        channel === null ? 0 : lacking(ofChannel(channel), limits.channelMs),
      ),
    spend: (method, channel) => {
      ofMethod(method).tokens -= 1;
      if (channel !== null) ofChannel(channel).tokens -= 1;
      if (buckets.size > 2_000) forgetFull(buckets, limits);
    },
    backOff: (method, ms) => {
      const until = clock.monotonic() + Math.min(longestBackOffMs, Math.max(0, ms));
      pauses.set(method, Math.max(pauses.get(method) ?? 0, until));
    },
  };
}

/** Channels that nobody has posted to for a while need no memory. */
function forgetFull(buckets: Map<string, Bucket>, { channelBurst }: PaceLimits): void {
  for (const [name, { tokens }] of buckets) if (name.startsWith('channel ') && tokens >= channelBurst) buckets.delete(name);
}
