import { otherSide, type Side } from '../../domain/observation.ts';
import type { Operation } from '../../domain/operation.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { SqlConnect } from '../../transports/sql.ts';
import { systemInterface } from '../cockroach/session.ts';
import { blindWords, readSight, type Sight, sightGrant } from '../cockroach/sight.ts';
import type { EngineIo } from '../engine.ts';
import { notNow } from '../frame/drafts.ts';
import type { PcrLink, PcrSettings } from './config.ts';
import type { PcrDetail } from './detail.ts';
import { followersOf } from './phase.ts';

const sides = ['primary', 'standby'] as const satisfies readonly Side[];

/** Adds whether the bot sees everybody's jobs, on each side that was read. */
export async function withSight(connect: SqlConnect, settings: PcrSettings, detail: PcrDetail, io: EngineIo): Promise<PcrDetail> {
  const add = async (side: Side): Promise<PcrDetail[Side]> => {
    const read = detail[side];
    return read.kind === 'read' ? { ...read, sight: await readSight(connect, settings[side], systemInterface, io) } : read;
  };
  const [primary, standby] = await Promise.all([add('primary'), add('standby')]);
  return { ...detail, primary, standby };
}

/** Streams are listed to everybody, and only these go by jobs: those that keep history are always somebody else's. */
function needed(operation: Operation, detail: PcrDetail): readonly Side[] {
  const [follower] = followersOf(detail);
  switch (operation.kind) {
    case 'failback':
      return sides;
    case 'retention':
      return operation.expirationMs === null ? [] : sides.filter((side) => side !== follower?.side);
    case 'reconnect':
      // Its stream is paused, and goes on once its job is seen to stand still. Whether it may go on, the source's jobs tell.
      return follower === undefined ? [] : sides.filter((side) => side !== follower.side || follower.vc.job === null);
    case 'resume':
      return follower === undefined ? [] : [otherSide(follower.side)];
    default:
      return [];
  }
}

/** Why an operation that goes by jobs can't be planned by a bot that is not shown them; null when it is. Pure. */
export function blindRefusal(operation: Operation, { id, settings }: PcrLink, detail: PcrDetail): Refusal | null {
  const blind = needed(operation, detail).flatMap((side): readonly { readonly side: Side; readonly sight: Sight }[] => {
    const read = detail[side];
    if (read.kind !== 'read' || read.sight === 'all') return [];
    return [{ side, sight: read.sight ?? 'unknown' }];
  });
  if (blind.length === 0) return null;
  const what = blind.map(({ side, sight }) => blindWords(settings[side], sight)).join('; ');
  const grants = blind.map(({ side }) => sightGrant(settings[side], systemInterface)).join('; ');
  return notNow(
    `${what}, and a ${operation.kind} of ${id} goes by jobs that would stay hidden. Nothing was changed.`,
    `${grants.charAt(0).toUpperCase()}${grants.slice(1)}; then ask again.`,
  );
}
