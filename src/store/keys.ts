import type { LinkId, RunId } from '../domain/ids.ts';

/** One hash tag for all keys: every script may touch any of them, on a Redis Cluster too. */
const tag = '{replops}';

/** Every key that ReplOps has in Redis, for a person at `redis-cli` as much as for the scripts. */
export const keys = {
  /** Hash: link, seq and chain of the last entry, fence, owner and lease length of the last claim. */
  run: (run: RunId) => `${tag}:run:${run}`,
  /** Stream with the ids 1-0, 2-0, …; fields fence, body (JSON of the entry), chain. */
  journal: (run: RunId) => `${tag}:journal:${run}`,
  /** Sorted set: run by the ms (Redis' clock) at which it is to be looked at. */
  due: `${tag}:due`,
  /** Set: runs that somebody other than their worker asked to be looked at since the last claim. */
  nudges: `${tag}:nudges`,
  /** Sorted set: run by the ms at which its worker's lease ends. */
  leases: `${tag}:leases`,
  /** Sorted set: run by the µs of its beginning; all links, or one. */
  recent: (link: LinkId | null) => (link === null ? `${tag}:recent` : `${tag}:recent:${link}`),
  /** List: the run that holds the link, then those in line. */
  line: (link: LinkId) => `${tag}:line:${link}`,
  /** Hash: `<channel>:<ts>` of a message → its run. */
  messages: `${tag}:messages`,
  /** Sorted set: run with something to show, by the ms from which on a reporter may take it. */
  reportDue: `${tag}:report:due`,
  /** Hash: run → token of the reporter that has it. */
  reportClaims: `${tag}:report:claims`,
  /** Sorted set: link by the ms (Redis' clock) at which a bot is to look at it. */
  watchDue: `${tag}:watch:due`,
  /** Hash: link → token of the bot that looks at it now. */
  watchTurns: `${tag}:watch:turns`,
  /** Hash: newest look (`glance`) and alerts (`book`, with `seq` that counts its changes), both JSON; `noted`, the token of the last turn. */
  watch: (link: LinkId) => `${tag}:watch:link:${link}`,
  /** Sorted set: earlier looks at the link (JSON) by their ms. */
  samples: (link: LinkId) => `${tag}:samples:${link}`,
  /** Sorted set: link with alerts to tell, by the ms from which on a bot may do it. */
  alertDue: `${tag}:alerts:due`,
  /** Hash: link → token of the bot that tells its alerts. */
  alertClaims: `${tag}:alerts:claims`,
  /** Hash: `<alert>:<channel>` → what is known of its message (JSON). */
  alertPosts: (link: LinkId) => `${tag}:alerts:posts:${link}`,
  /** String for 24 h: delivery that makes the run. `wish`: `<link>:<operation>` that the bot offered, or `<link>:asked:<hash>` of a command. */
  offer: (wish: string) => `${tag}:alerts:offer:${wish}`,
  /** List of policy versions, oldest first; version n is at index n-1. */
  policy: `${tag}:policy`,
  /** String for 24 h: this delivery has been recorded. */
  seen: (delivery: string) => `${tag}:seen:${delivery}`,
  /** Stream of deliveries that are not worked off; consumer group `workers`. */
  inbox: `${tag}:inbox`,
  /** List of deliveries that were given up, newest first. */
  inboxDead: `${tag}:inbox:dead`,
  /** Written before WAIT, so that it covers all that was written until then. */
  waitMark: `${tag}:wait-mark`,
  /** BullMQ's prefix; its keys are `{replops}:wakeups:*`. */
  queuePrefix: tag,
  queueName: 'wakeups',
} as const;

/** Field of the message index. Slack's ids hold no colon. */
export const messageField = (channel: string, ts: string): string => `${channel}:${ts}`;
