import type { Side } from '../../domain/observation.ts';
import type { OperationName } from '../../domain/operation.ts';
import type { Check } from '../../domain/plan.ts';
import type { SqlConnect } from '../../transports/sql.ts';
import { feedChecksOf, withFeedsOf } from '../cockroach/fed-sides.ts';
import { type Becoming, type FeedHome, feedLines } from '../cockroach/feeds.ts';
import type { EngineIo } from '../engine.ts';
import type { LdrLink, LdrSettings } from './config.ts';
import type { LdrDetail } from './detail.ts';
import { readOf } from './flow.ts';

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
  return withFeedsOf(connect, settings, detail, (side) => (detail[side].kind === 'read' ? settings.interface : null), io);
}

const homeOf = (settings: LdrSettings, side: Side): FeedHome => ({
  cluster: settings[side].cluster,
  user: settings[side].user,
  name: settings.interface,
});

/** What becomes of what runs on the side that applications leave, and on the one they move to. None of it is replicated. */
export function movedFeeds({ settings }: LdrLink, detail: LdrDetail, into: Side): readonly string[] {
  const here = settings[into].cluster;
  const left =
    settings.direction === 'bidirectional'
      ? same(`They go on, with what applications write on ${here} as far as it arrives.`)
      : {
          ...same(`They go on, but get nothing any more of what applications write: make their like on ${here}, then pause them.`),
          changefeeds: `They go on, but have nothing new to send once applications write on ${here}: make their like there, then end them.`,
        };
  const joined = same('They go on, and have what applications write from then on.');
  const on = (side: Side) => feedLines(homeOf(settings, side), readOf(detail, side)?.feeds, side === into ? joined : left);
  return [...on('primary'), ...on('standby')];
}

const same = (words: string): Becoming => ({ backups: words, feedSchedules: words, changefeeds: words });

/** The lists as checks. Pure. */
export const feedChecksIn = ({ settings }: LdrLink, detail: LdrDetail): readonly Check[] =>
  feedChecksOf(detail, (side) => homeOf(settings, side));
