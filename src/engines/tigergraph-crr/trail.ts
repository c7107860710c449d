import { z } from 'zod';
import type { JsonObject } from '../../domain/json.ts';
import type { Sample, Side } from '../../domain/observation.ts';
import { noPast, type Past } from './history.ts';
import { ran } from './running.ts';

/** How often each reset stands in the log of each node, by side. */
export type Resets = Readonly<Record<Side, Readonly<Record<string, number>>>>;

const ends = z.record(z.string(), z.number());
const resets = z.object({ primary: ends, standby: ends });

/** What was certain of the processes of each side. Bots that came before this did not write it. */
const rans = z.object({ primary: ran.nullable(), standby: ran.nullable() }).default({ primary: null, standby: null });
export type Rans = z.infer<typeof rans>;

/**
 * What one look leaves for later ones: the point that it saw, and what all looks up to it came to. `begins`: nothing before it says
 * anything of now, since the followed side is another one or the follower was filled anew.
 */
const trail = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none'), resets, ran: rans }),
  z.object({
    kind: z.literal('seen'),
    resets,
    ran: rans,
    begins: z.boolean(),
    side: z.enum(['primary', 'standby']),
    source: z.number().nullable(),
    follower: z.number().nullable(),
    last: z.object({ at: z.number(), source: ends, follower: ends }).nullable(),
    base: ends,
    stillSince: z.number().nullable(),
    outdated: z.array(z.string()),
    // Bots that came before these did not write them.
    watchedSince: z.number().nullable().default(null),
    filledAt: z.number().nullable().default(null),
  }),
]);

type Trail = z.infer<typeof trail> & { readonly at: number };

export interface Remembered {
  readonly past: Past;
  readonly resets: Resets | null;
  readonly ran: Rans;
}

/** What earlier looks of any bot came to. One that is not over by our clock is passed over: two clocks are never quite the same. Pure. */
export function rememberedOf(samples: readonly Sample[], now: number): Remembered {
  const trails = samples.flatMap((sample): readonly Trail[] => {
    const read = trail.safeParse(sample.trail);
    return read.success && sample.at <= now ? [{ ...read.data, at: sample.at }] : [];
  });
  const newest = trails.at(-1);
  if (newest === undefined) return { past: noPast, resets: null, ran: { primary: null, standby: null } };
  const begun = trails.findLastIndex((one) => one.kind === 'seen' && one.begins);
  const points = trails
    .slice(Math.max(0, begun))
    .flatMap((one) => (one.kind === 'none' ? [] : [{ at: one.at, side: one.side, source: one.source, follower: one.follower }]));
  if (newest.kind === 'none') return { past: { ...noPast, points }, resets: newest.resets, ran: newest.ran };
  const { last, base, stillSince, outdated, watchedSince, filledAt } = newest;
  return {
    past: {
      points,
      last: last === null ? null : { at: last.at, source: mapOf(last.source), follower: mapOf(last.follower) },
      base: mapOf(base),
      stillSince,
      outdated,
      watchedSince,
      filledAt,
      doubts: [],
    },
    resets: newest.resets,
    ran: newest.ran,
  };
}

/** What a look leaves behind. `isSeen`: it saw a follower. Pure. */
export function trailOf(past: Past, isSeen: boolean, counts: Resets, acts: Rans = { primary: null, standby: null }): JsonObject {
  const point = past.points.at(-1);
  if (!isSeen || point === undefined) return { kind: 'none', resets: counts, ran: acts };
  const { last, base, stillSince, outdated, watchedSince, filledAt } = past;
  return {
    kind: 'seen',
    resets: counts,
    ran: acts,
    begins: past.points.length === 1,
    side: point.side,
    source: point.source,
    follower: point.follower,
    last: last === null ? null : { at: last.at, source: Object.fromEntries(last.source), follower: Object.fromEntries(last.follower) },
    base: Object.fromEntries(base),
    stillSince,
    outdated,
    watchedSince,
    filledAt,
  };
}

const mapOf = (record: Readonly<Record<string, number>>): ReadonlyMap<string, number> => new Map(Object.entries(record));
