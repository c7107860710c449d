import type { Side } from '../../domain/observation.ts';
import type { OperationName } from '../../domain/operation.ts';
import type { Check } from '../../domain/plan.ts';
import type { SqlConnect } from '../../transports/sql.ts';
import { type FeedHome, feedChecks, feedLines, feedsUnread, readFeeds } from '../cockroach/feeds.ts';
import { systemInterface } from '../cockroach/session.ts';
import { isAtLeast } from '../cockroach/version.ts';
import type { EngineIo } from '../engine.ts';
import type { PcrLink, PcrSettings } from './config.ts';
import { type PcrDetail, type ReadSide, type SideRead, writableOf } from './detail.ts';

const sides = ['primary', 'standby'] as const satisfies readonly Side[];

/** Operations after which what runs by itself runs elsewhere, not at all, or twice. */
const moves: readonly OperationName[] = ['switchover', 'failover', 'fence', 'upgrade'];

/** Where the application's data is on a side. */
const homeOn = ({ virtualCluster }: PcrSettings, { flat }: ReadSide): string => (flat === true ? systemInterface : virtualCluster);

/** Adds what runs by itself where applications write, for an operation that has to take it into account. */
export async function withFeeds(
  connect: SqlConnect,
  settings: PcrSettings,
  operation: OperationName | undefined,
  detail: PcrDetail,
  io: EngineIo,
): Promise<PcrDetail> {
  if (operation === undefined || !moves.includes(operation)) return detail;
  const add = async (side: Side): Promise<SideRead> => {
    const read = detail[side];
    if (read.kind !== 'read' || writableOf(read) !== 'yes') return read;
    return { ...read, feeds: await readFeeds(connect, settings[side], homeOn(settings, read), io) };
  };
  const [primary, standby] = await Promise.all([add('primary'), add('standby')]);
  return { ...detail, primary, standby };
}

const homeOf = (settings: PcrSettings, side: Side, read: ReadSide): FeedHome => ({
  cluster: settings[side].cluster,
  user: settings[side].user,
  name: homeOn(settings, read),
});

/** What a promotion of a side does to what runs on the other one. */
export function promotedFeeds(
  { settings }: PcrLink,
  here: string,
  promoted: ReadSide,
  source: Side,
  sourceRead: SideRead,
): readonly string[] {
  const there = settings[source].cluster;
  const name = settings.virtualCluster;
  if (sourceRead.kind !== 'read') {
    return [
      `Which schedules and changefeeds ran on ${there} can't be read now: after the promotion look in ${name} on ${here} with SHOW SCHEDULES and SHOW CHANGEFEED JOBS.`,
    ];
  }
  if (sourceRead.feeds === undefined) return [];
  const home = homeOf(settings, source, sourceRead);
  if (sourceRead.feeds === null) return [feedsUnread(home)];
  const feedsPause = isAtLeast(promoted.release, 24, 2);
  const stop = `stand still on ${there} while its service is stopped`;
  return feedLines(home, sourceRead.feeds, {
    backups: `pause on ${here}: RESUME SCHEDULE with its id in ${name} there, once ${there} no longer writes to the same collection; ${stop}`,
    feedSchedules: feedsPause
      ? `pause on ${here}: RESUME SCHEDULE with its id in ${name} there, once ${there} no longer feeds the same sink; ${stop}`
      : `go on by themselves on ${here}: PAUSE SCHEDULE with its id in ${name} there if the sink is not to be fed; ${stop}`,
    changefeeds: `fail on ${here}: make them anew in ${name} there; ${stop}, and go on if it is ever started again`,
  });
}

/** What ends with the service of a side that is stopped. */
export function stoppedFeeds({ settings }: PcrLink, side: Side, read: SideRead): readonly string[] {
  if (read.kind !== 'read' || read.feeds === undefined) return [];
  const home = homeOf(settings, side, read);
  if (read.feeds === null) return [feedsUnread(home)];
  const still = `stand still from then on, as ${home.cluster} is stopped`;
  return feedLines(home, read.feeds, { backups: still, feedSchedules: still, changefeeds: still });
}

/** What goes on while the nodes are restarted one after the other. */
export function restartedFeeds({ settings }: PcrLink, side: Side, read: SideRead): readonly string[] {
  if (read.kind !== 'read' || read.feeds === undefined) return [];
  const home = homeOf(settings, side, read);
  if (read.feeds === null) return [feedsUnread(home)];
  return feedLines(home, read.feeds, {
    backups: 'go on; one that runs while its node restarts begins again',
    feedSchedules: 'go on',
    changefeeds: 'go on from another node when theirs restarts, and may send rows twice then; see that each still runs at the end',
  });
}

/** The lists as checks. Pure. */
export const feedChecksOf = ({ settings }: PcrLink, detail: PcrDetail): readonly Check[] =>
  sides.flatMap((side) => {
    const read = detail[side];
    return read.kind !== 'read' || read.feeds === undefined ? [] : feedChecks(homeOf(settings, side, read), read.feeds);
  });
