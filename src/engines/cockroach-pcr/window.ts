import { otherSide } from '../../domain/observation.ts';
import { isAtLeast } from '../cockroach/version.ts';
import type { PcrSettings } from './config.ts';
import type { PcrDetail, ReadSide, SideRead } from './detail.ts';
import { expiresInMs, expiryMsOf, type Follower } from './phase.ts';

/** From 24.1 to 25.1 the window of silence is told to the side that follows; later to the one that is copied. */
export const takesWindow = ({ release }: Pick<ReadSide, 'release'>): boolean => isAtLeast(release, 24, 1) && !isAtLeast(release, 25, 2);

/** The source of a stream, as far as it answers. */
type Source = Pick<ReadSide, 'kind' | 'release'> | Exclude<SideRead, ReadSide> | null;

/**
 * How long a source keeps history for a silent follower, ms: what the config has it set to where a statement of these releases sets it,
 * else what the release begins with. No read shows it, so somebody may have set another one since. Of a source that can't be asked it is
 * not known whether it takes the statement, and the shorter one is told.
 */
export function windowMsOf({ setup }: Pick<PcrSettings, 'setup'>, read: Pick<ReadSide, 'release'>, source: Source): number {
  const usual = expiryMsOf(read);
  const wanted = setup?.expirationMs ?? null;
  if (wanted === null || !isAtLeast(read.release, 24, 1)) return usual;
  if (takesWindow(read)) return wanted;
  if (source?.kind !== 'read') return Math.min(wanted, usual);
  return isAtLeast(source.release, 25, 2) ? wanted : usual;
}

/** Until when a stream that stands still can be resumed. */
export interface Remaining {
  /** By the source's own word; `untold` where it gives none. */
  readonly history: 'kept' | 'lost' | 'untold';
  /** By the clock, a lower bound, ms; null when it can't be told. */
  readonly leftMs: number | null;
  readonly windowMs: number;
}

/** What is left of the time in which a follower can go on. Pure. */
export function remainingOf(settings: PcrSettings, detail: PcrDetail, follower: Follower): Remaining {
  const source = detail[otherSide(follower.side)];
  const windowMs = windowMsOf(settings, follower.read, source);
  const history = source.kind === 'read' && (source.history === 'kept' || source.history === 'lost') ? source.history : 'untold';
  return { history, leftMs: expiresInMs(follower, windowMs), windowMs };
}
