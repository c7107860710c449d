import { z } from 'zod';
import type { JsonObject } from '../../domain/json.ts';
import type { Sample, Side } from '../../domain/observation.ts';
import { type PastView, sides } from './detail.ts';
import type { Behind } from './state.ts';
import { spell } from './words.ts';

/** One look at a link: how far the serving side was, and how far every copy of the follower was. */
export interface Seen {
  /** ms since the epoch, by the bot's clock. */
  readonly at: number;
  /** The serving side. */
  readonly side: Side;
  readonly upstream: bigint;
  /** Of the follower's copy furthest behind; null when it did not tell. */
  readonly least: bigint | null;
}

/** How a look is kept with the observation; ids are text, since they outgrow what JSON counts exactly. */
const trail = z.object({ side: z.enum(sides), upstream: z.string().regex(/^\d+$/), least: z.string().regex(/^\d+$/).nullable() });

/** What is left of a look for later ones. Pure. */
export const trailOf = ({ side, upstream, least }: Seen): JsonObject => ({
  side,
  upstream: String(upstream),
  least: least === null ? null : String(least),
});

/** What earlier looks of any bot left. One that is not over by our clock is passed over: two clocks are never quite the same. Pure. */
export const pointsOf = (samples: readonly Sample[], now: number): readonly Seen[] =>
  samples.reduce<readonly Seen[]>((points, sample) => {
    const read = trail.safeParse(sample.trail);
    if (!read.success || sample.at > now) return points;
    const { side, upstream, least } = read.data;
    return remember(points, { at: sample.at, side, upstream: BigInt(upstream), least: least === null ? null : BigInt(least) });
  }, []);

/**
 * Adds a look. Looks at another side, and looks before an id that went backwards (the database was restored or made anew), say
 * nothing about this one and are dropped. Pure.
 */
export function remember(points: readonly Seen[], seen: Seen): readonly Seen[] {
  const last = points.at(-1);
  return last !== undefined && last.side === seen.side && last.upstream <= seen.upstream ? [...points, seen] : [seen];
}

/**
 * When the serving side had no more than `id`, for the last time that we saw it: the follower holds everything up to then. Null when
 * it had more at every look.
 */
const lastTimeAt = (points: readonly Seen[], id: bigint): number | null => points.findLast(({ upstream }) => upstream <= id)?.at ?? null;

/** When the serving side was first seen to have more than `id`: the follower lacks something that was there then. Null when it never was. */
const firstTimeAbove = (points: readonly Seen[], id: bigint): number | null => points.find(({ upstream }) => upstream > id)?.at ?? null;

/** Since when the follower stands at `id`, by the looks in a row that saw it there; null when the last look did not. */
function stillSince(points: readonly Seen[], id: bigint): number | null {
  const moved = points.findLastIndex(({ least }) => least !== id);
  return points[moved + 1]?.at ?? null;
}

export interface Looked {
  readonly now: number;
  /** What both sides say now; null when one of them does not tell. */
  readonly behind: Behind | null;
  /** How far the follower is now, when it tells. */
  readonly reach: Behind['reach'] | null;
}

/** What can be said of time. A time by which it is behind is never too small by more than the distance of two looks. Pure. */
export function pastOf(points: readonly Seen[], { now, behind, reach }: Looked): PastView {
  const last = points.at(-1) ?? null;
  const lastSeen = last === null ? null : { side: last.side, at: last.at, txn: String(last.upstream) };
  if (reach === null) return { ...notTold, words: noReach, atLeastLost: null, atMostLostMs: null, lastSeen };
  const loss = {
    atLeastLost: last === null ? null : lossOf(points, last, reach.most),
    atMostLostMs: sinceOrNull(lastTimeAt(points, reach.most), now),
  };
  if (behind === null) return { ...notTold, words: unseenWords(now, last), ...loss, lastSeen };
  if (behind.transactions === 0n)
    return { behindMs: 0, surelyMs: 0, stillMs: 0, words: 'Every copy has every transaction.', ...loss, lastSeen };
  const since = lastTimeAt(points, reach.least);
  const surely = firstTimeAbove(points, reach.least);
  const still = stillSince(points, reach.least);
  return {
    behindMs: sinceOrNull(since, now),
    surelyMs: surely === null ? 0 : now - surely,
    stillMs: sinceOrNull(still, now),
    words: since === null ? tooLong(points, now) : `It has everything up to ${spell(now - since)} ago.`,
    ...loss,
    lastSeen,
  };
}

const sinceOrNull = (since: number | null, now: number): number | null => (since === null ? null : now - since);

const notTold = { behindMs: null, surelyMs: null, stillMs: null } as const;

const noReach = 'How far the follower is is not known, since no copy of it tells.';

const unseenWords = (now: number, last: Seen | null): string =>
  last === null
    ? 'How far it is behind in time is not known: no bot remembers having seen the serving side.'
    : `How far it is behind now is not known; the serving side was seen last ${spell(now - last.at)} ago.`;

function tooLong(points: readonly Seen[], now: number): string {
  const first = points[0];
  return first === undefined || first.at >= now
    ? 'How far it is behind in time is not known yet: no earlier look is remembered.'
    : `It is behind by more than the ${spell(now - first.at)} for which looks are remembered.`;
}

/** What the serving side was last seen to have and no copy has. Null when the follower is ahead of it. */
function lossOf(points: readonly Seen[], last: Seen, most: bigint): PastView['atLeastLost'] {
  if (most >= last.upstream) return { ms: 0, transactions: '0' };
  const since = lastTimeAt(points, most);
  return { ms: since === null ? null : last.at - since, transactions: String(last.upstream - most) };
}
