import type { Side } from '../../domain/observation.ts';
import type { OperationName } from '../../domain/operation.ts';
import type { Check } from '../../domain/plan.ts';
import type { SqlConnect } from '../../transports/sql.ts';
import { type FeedHome, feedChecks, feedLines, feedsUnread, readFeeds } from '../cockroach/feeds.ts';
import type { EngineIo } from '../engine.ts';
import type { LdrLink, LdrSettings } from './config.ts';
import type { LdrDetail, SideRead } from './detail.ts';
import { readOf } from './flow.ts';

const sides = ['primary', 'standby'] as const satisfies readonly Side[];

/** Operations that move applications from one side to the other. */
const moves: readonly OperationName[] = ['switchover', 'failover', 'failback'];

/** Adds what runs by itself on each side, for an operation that moves applications. */
export async function withFeeds(
  connect: SqlConnect,
  settings: LdrSettings,
  operation: OperationName | undefined,
  detail: LdrDetail,
  io: EngineIo,
): Promise<LdrDetail> {
  if (operation === undefined || !moves.includes(operation)) return detail;
  const add = async (side: Side): Promise<SideRead> => {
    const read = detail[side];
    return read.kind === 'read' ? { ...read, feeds: await readFeeds(connect, settings[side], settings.interface, io) } : read;
  };
  const [primary, standby] = await Promise.all([add('primary'), add('standby')]);
  return { ...detail, primary, standby };
}

const homeOf = (settings: LdrSettings, side: Side): FeedHome => ({
  cluster: settings[side].cluster,
  user: settings[side].user,
  name: settings.interface,
});

/** What becomes of what runs on the side that applications leave, and on the one they move to. None of it is replicated. */
export function movedFeeds({ settings }: LdrLink, detail: LdrDetail, into: Side): readonly string[] {
  const here = settings[into].cluster;
  const both = settings.direction === 'bidirectional';
  return sides.flatMap((side) => {
    const feeds = readOf(detail, side)?.feeds;
    const home = homeOf(settings, side);
    if (feeds === undefined) return [];
    if (feeds === null) return [feedsUnread(home)];
    if (side === into) return feedLines(home, feeds, same('go on, and have what applications write from then on'));
    return feedLines(
      home,
      feeds,
      both
        ? same(`go on, with what applications write on ${here} as far as it arrives`)
        : {
            ...same(`go on, but get nothing any more of what applications write: make their like on ${here}, then pause them`),
            changefeeds: `go on, but have nothing new to send once applications write on ${here}: make their like there, then end them`,
          },
    );
  });
}

const same = (words: string) => ({ backups: words, feedSchedules: words, changefeeds: words });

/** The lists as checks. Pure. */
export const feedChecksOf = ({ settings }: LdrLink, detail: LdrDetail): readonly Check[] =>
  sides.flatMap((side) => {
    const feeds = readOf(detail, side)?.feeds;
    return feeds === undefined ? [] : feedChecks(homeOf(settings, side), feeds);
  });
