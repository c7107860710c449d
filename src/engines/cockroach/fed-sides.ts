import type { Side } from '../../domain/observation.ts';
import type { Check } from '../../domain/plan.ts';
import type { SqlConnect } from '../../transports/sql.ts';
import type { EngineIo } from '../engine.ts';
import type { ClusterAddress } from './address.ts';
import { type FeedHome, type FeedsRead, feedChecks, readFeeds } from './feeds.ts';

const sides = ['primary', 'standby'] as const satisfies readonly Side[];

/** What was read of both sides; `feeds`: null when they could not be read, left out where nobody asked. */
type Read = Readonly<Record<Side, { readonly kind: string; readonly feeds?: FeedsRead | null | undefined }>>;

/** Adds what runs by itself on each side of which `nameOn` tells the virtual cluster with the application's data. */
export async function withFeedsOf<Detail extends Read>(
  connect: SqlConnect,
  settings: Readonly<Record<Side, ClusterAddress>>,
  detail: Detail,
  nameOn: (side: Side) => string | null,
  io: EngineIo,
): Promise<Detail> {
  const add = async <Of extends Side>(side: Of): Promise<Detail[Of]> => {
    const name = nameOn(side);
    return name === null ? detail[side] : { ...detail[side], feeds: await readFeeds(connect, settings[side], name, io) };
  };
  const [primary, standby] = await Promise.all([add('primary'), add('standby')]);
  return { ...detail, primary, standby };
}

/** The lists of both sides as checks. Pure. */
export const feedChecksOf = (detail: Read, homeOf: (side: Side) => FeedHome): readonly Check[] =>
  sides.flatMap((side) => feedChecks(homeOf(side), detail[side].feeds));
