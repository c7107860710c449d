import type { Clock } from '../domain/clock.ts';
import type { LinkId } from '../domain/ids.ts';
import type { Finding } from '../domain/reply.ts';
import type { WatchStore } from './ports.ts';
import type { Watcher, WatchPace } from './watcher.ts';

export interface ExaminingDeps {
  readonly watcher: Watcher;
  readonly store: Pick<WatchStore, 'glances'>;
  readonly links: readonly LinkId[];
  readonly clock: Clock;
  readonly pace: WatchPace;
  /** Monotonic time at which this bot began to watch, ms. */
  readonly begunAt: number;
}

/** A watch that has not asked for links for so long has gone silent, ms. */
const silentAfterMs = 15_000;
const named = 5;

/** The canary of the watch: whether this bot still asks which links are due, and whether every link is looked at by some bot. */
export async function examineWatch({ watcher, store, links, clock, pace, begunAt }: ExaminingDeps): Promise<readonly Finding[]> {
  const name = 'Watch';
  const silentMs = clock.monotonic() - watcher.lastRoundAt();
  if (silentMs > silentAfterMs) {
    const seen = `This bot last asked which links are to be looked at ${seconds(silentMs)} ago.`;
    return [{ name, outcome: 'failed', seen, next: 'Look at the log of the bot and restart it; other bots go on.' }];
  }
  // A link may be late by a look that hangs and a bot that dies.
  const lateMs = 2 * pace.everyMs + pace.lookMs + pace.leaseMs;
  const glances = await store.glances(links);
  const isYoung = clock.monotonic() - begunAt < lateMs;
  const late = links.filter((_, index) => {
    const glance = glances[index] ?? null;
    return glance === null ? !isYoung : !isYoung && clock.now() - glance.at > lateMs;
  });
  if (late.length === 0) {
    return [{ name, outcome: 'passed', seen: `Every link is looked at every ${seconds(pace.everyMs)}.`, next: null }];
  }
  const which = `${late.slice(0, named).join(', ')}${late.length > named ? ` and ${late.length - named} more` : ''}`;
  const seen = `No bot could look at ${which} for more than ${seconds(lateMs)}, so nobody is told when something is wrong there.`;
  return [{ name, outcome: 'failed', seen, next: 'Look for watch.look-failed in the logs of the bots.' }];
}

const seconds = (ms: number): string => `${Math.round(ms / 1_000)} s`;
