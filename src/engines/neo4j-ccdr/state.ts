import type { Side, Tristate } from '../../domain/observation.ts';
import type { CcdrDetail, CopyView, DatabaseView, Deaf, ReadSide, SideRead } from './detail.ts';

/** What a database is doing. `strange`: a state or a type that the bot does not know, so nothing is safe. */
export type Phase =
  /** There is no such database. */
  | 'absent'
  /** A replica of which no copy is up yet. */
  | 'creating'
  /** A replica of which at least one copy is up. */
  | 'following'
  /** A replica of which no copy is up, nor will be by itself. */
  | 'fallen'
  /** A standard database that exactly one server takes writes for. */
  | 'serving'
  /** A standard database that takes writes as soon as a writer is elected. */
  | 'electing'
  /** A standard database on which more than one server says that it takes writes. */
  | 'two-writers'
  /** A standard database whose access is read-only on every copy. */
  | 'read-only'
  /** A database that is being dropped; its name is not free yet. */
  | 'dropping'
  /** A database that was stopped. */
  | 'stopped'
  | 'strange';

const waiting = ['initial', 'starting', 'store copying'];

/** Copies that count: one that is being given up is on its way out. */
export const copiesOf = (view: DatabaseView | null): readonly CopyView[] =>
  view?.copies.filter(({ currentStatus }) => currentStatus !== 'deallocating') ?? [];

export const isOnline = ({ currentStatus }: CopyView): boolean => currentStatus === 'online';

const every = <K extends keyof CopyView>(copies: readonly CopyView[], key: K, value: CopyView[K]): boolean =>
  copies.every((copy) => copy[key] === value);

/** What a database is doing, by its own word. Detects a replica by its type, never by its access, which differs between versions. */
export function phaseOf(view: DatabaseView | null): Phase {
  if (view === null) return 'absent';
  const copies = copiesOf(view);
  if (copies.length === 0) return view.copies.length > 0 ? 'dropping' : 'strange';
  if (every(copies, 'requestedStatus', 'offline') && !copies.some(isOnline)) return stoppedOrStrange(copies);
  if (every(copies, 'type', 'replica')) return replicaPhase(copies);
  return every(copies, 'type', 'standard') ? standardPhase(copies) : 'strange';
}

const stoppedOrStrange = (copies: readonly CopyView[]): Phase =>
  every(copies, 'type', 'replica') || every(copies, 'type', 'standard') ? 'stopped' : 'strange';

function replicaPhase(copies: readonly CopyView[]): Phase {
  // No copy of a replica takes writes; one that says so is something else than it claims.
  if (copies.some(({ writer }) => writer)) return 'strange';
  if (copies.some(isOnline)) return 'following';
  return copies.some(({ currentStatus }) => waiting.includes(currentStatus)) ? 'creating' : 'fallen';
}

function standardPhase(copies: readonly CopyView[]): Phase {
  const writers = copies.filter(({ writer }) => writer);
  if (writers.length > 1) return 'two-writers';
  if (every(copies, 'access', 'read-only')) return 'read-only';
  return writers.length === 1 && copies.some(isOnline) ? 'serving' : 'electing';
}

export const isReplica = (view: DatabaseView | null): view is DatabaseView =>
  view !== null && copiesOf(view).length > 0 && every(copiesOf(view), 'type', 'replica');

/** The same of a database that is there, without saying anything of one that is no replica. */
export const follows = (view: DatabaseView): boolean => isReplica(view);

const followingPhases: readonly Phase[] = ['creating', 'following', 'fallen'];
export const isFollowing = (phase: Phase): boolean => followingPhases.includes(phase);

/** A side, as far as its database is known. */
type Known = Deaf | Pick<ReadSide, 'kind' | 'database'>;

export const sidePhase = (side: Known): Phase | 'unknown' => (side.kind === 'read' ? phaseOf(side.database) : 'unknown');

/** Whether applications can write on this side now, by its own word. A database without a writer may elect one at any moment. */
export function writableOf(side: Known): Tristate {
  switch (sidePhase(side)) {
    case 'serving':
    case 'two-writers':
      return 'yes';
    case 'electing':
    case 'strange':
    case 'unknown':
      return 'unknown';
    default:
      return 'no';
  }
}

export function roleOf(side: SideRead): Side | 'none' | 'unknown' {
  if (side.kind !== 'read') return 'unknown';
  const phase = phaseOf(side.database);
  if (phase === 'strange') return 'unknown';
  if (isFollowing(phase) || (phase === 'stopped' && isReplica(side.database))) return 'standby';
  return writableOf(side) === 'yes' ? 'primary' : 'none';
}

/** A side that follows, with what it says of itself. */
export interface Follower {
  readonly side: Side;
  readonly read: ReadSide;
  readonly view: DatabaseView;
  readonly phase: Phase;
}

/** Sides that follow, by their own word: none, one, or (never in a sound link) both. */
export function followersOf(detail: Pick<CcdrDetail, Side>): readonly Follower[] {
  return (['standby', 'primary'] as const).flatMap((side) => {
    const read = detail[side];
    if (read.kind !== 'read' || read.database === null) return [];
    const phase = phaseOf(read.database);
    return isFollowing(phase) ? [{ side, read, view: read.database, phase }] : [];
  });
}

/** Newest transaction of any copy; null when no copy tells. */
export function newestOf(view: DatabaseView | null): bigint | null {
  return copiesOf(view).reduce<bigint | null>((best, { lastTxn }) => {
    if (lastTxn === null) return best;
    const id = BigInt(lastTxn);
    return best === null || id > best ? id : best;
  }, null);
}

/** Transactions of the copies of a replica that are up. */
export interface Reach {
  /** Of the copy that is furthest behind. */
  readonly least: bigint;
  /** Of the copy that is furthest ahead. */
  readonly most: bigint;
}

/** How far a replica has come; null when a copy that is up does not tell, or none is up. */
export function reachOf(view: DatabaseView | null): Reach | null {
  const ids = copiesOf(view)
    .filter(isOnline)
    .map(({ lastTxn }) => (lastTxn === null ? null : BigInt(lastTxn)));
  return ids.reduce<Reach | null>((reach, id, index) => {
    if (id === null || (index > 0 && reach === null)) return null;
    if (reach === null) return { least: id, most: id };
    return { least: id < reach.least ? id : reach.least, most: id > reach.most ? id : reach.most };
  }, null);
}

/** How far the replica is behind the newest transaction of the side that it follows. */
export interface Behind {
  /** Newest transaction of the serving side. */
  readonly upstream: bigint;
  readonly reach: Reach;
  /** Of the copy furthest behind: what has to come until every copy has everything. Never negative. */
  readonly transactions: bigint;
  /** Of the copy furthest ahead: what is lost at least when it is promoted now. Never negative. */
  readonly atLeastLost: bigint;
  /** The replica has transactions that the serving side lacks: it grew apart, or follows something else. */
  readonly isAhead: boolean;
}

const orZero = (n: bigint): bigint => (n < 0n ? 0n : n);

/** Null when either side does not tell. The replica has to be read before the side that it follows. */
export function behindOf(follower: DatabaseView | null, source: DatabaseView | null): Behind | null {
  const upstream = newestOf(source);
  const reach = reachOf(follower);
  if (upstream === null || reach === null) return null;
  return {
    upstream,
    reach,
    transactions: orZero(upstream - reach.least),
    atLeastLost: orZero(upstream - reach.most),
    isAhead: reach.most > upstream,
  };
}

/** Whether both sides of the config lead to one cluster: a server has one identity, whatever its addresses are. */
export function isSameCluster({ primary, standby }: Pick<CcdrDetail, Side>): boolean {
  if (primary.kind !== 'read' || standby.kind !== 'read') return false;
  const ids = new Set(primary.servers.map(({ id }) => id));
  return standby.servers.some(({ id }) => id !== '' && ids.has(id));
}
