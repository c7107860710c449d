import type { Side } from '../../domain/observation.ts';
import type { OperationName } from '../../domain/operation.ts';
import type { Check } from '../../domain/plan.ts';
import type { SqlConnect } from '../../transports/sql.ts';
import { feedChecksOf, withFeedsOf } from '../cockroach/fed-sides.ts';
import { type FeedHome, feedLines } from '../cockroach/feeds.ts';
import { systemInterface } from '../cockroach/session.ts';
import { isAtLeast } from '../cockroach/version.ts';
import type { EngineIo } from '../engine.ts';
import type { PcrLink, PcrSettings } from './config.ts';
import type { PcrDetail, ReadSide, SideRead } from './detail.ts';
import { writableOf } from './phase.ts';

/** Operations after which what runs by itself runs elsewhere, not at all, or twice. */
const moves: readonly OperationName[] = ['switchover', 'failover', 'fence', 'upgrade'];

/** Where the application's data is on a side. */
const nameOn = ({ virtualCluster }: PcrSettings, read: SideRead): string => {
  if (read.kind !== 'read') return virtualCluster;
  return read.flat === true ? systemInterface : (read.elsewhere ?? virtualCluster);
};

const homeOf = (settings: PcrSettings, side: Side, read: SideRead): FeedHome => ({
  cluster: settings[side].cluster,
  user: settings[side].user,
  name: nameOn(settings, read),
});

/** What a side runs by itself; undefined where nobody asked. */
const feedsOf = (read: SideRead): ReadSide['feeds'] => (read.kind === 'read' ? read.feeds : undefined);

/** Adds what runs by itself where applications write, for an operation that has to take it into account. */
export async function withFeeds(
  connect: SqlConnect,
  settings: PcrSettings,
  operation: OperationName | undefined,
  detail: PcrDetail,
  io: EngineIo,
): Promise<PcrDetail> {
  if (operation === undefined || !moves.includes(operation)) return detail;
  const name = (side: Side) => (writableOf(detail[side]) === 'yes' ? nameOn(settings, detail[side]) : null);
  return withFeedsOf(connect, settings, detail, name, io);
}

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
  const stop = `On ${there} they stand still while its service is stopped`;
  return feedLines(homeOf(settings, source, sourceRead), sourceRead.feeds, {
    backups: `They pause on ${here}: RESUME SCHEDULE with its id in ${name} there, once ${there} no longer writes to the same collection. ${stop}.`,
    feedSchedules: isAtLeast(promoted.release, 24, 2)
      ? `They pause on ${here}: RESUME SCHEDULE with its id in ${name} there, once ${there} no longer feeds the same sink. ${stop}.`
      : `They go on by themselves on ${here}: PAUSE SCHEDULE with its id in ${name} there if the sink is not to be fed. ${stop}.`,
    changefeeds: `They fail on ${here}: make them anew in ${name} there. ${stop}, and go on if it is ever started again.`,
  });
}

/** What ends with the service of a side that is stopped. */
export function stoppedFeeds({ settings }: PcrLink, side: Side, read: SideRead): readonly string[] {
  const still = `They stand still once ${settings[side].cluster} is stopped.`;
  return feedLines(homeOf(settings, side, read), feedsOf(read), { backups: still, feedSchedules: still, changefeeds: still });
}

/** What goes on while the nodes are restarted one after the other. */
export const restartedFeeds = ({ settings }: PcrLink, side: Side, read: SideRead): readonly string[] =>
  feedLines(homeOf(settings, side, read), feedsOf(read), {
    backups: 'They go on; one that runs while its node restarts begins again.',
    feedSchedules: 'They go on.',
    changefeeds: 'They go on from another node when theirs restarts, and may send rows twice then: see that each still runs at the end.',
  });

/** The lists as checks. Pure. */
export const feedChecksIn = ({ settings }: PcrLink, detail: PcrDetail): readonly Check[] =>
  feedChecksOf(detail, (side) => homeOf(settings, side, detail[side]));
