import { otherSide, type Side } from '../../domain/observation.ts';
import type { OperationName } from '../../domain/operation.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { quoteCypherName } from '../../transports/cypher-quoting.ts';
import { notNow } from '../frame/drafts.ts';
import type { CcdrLink } from './config.ts';
import type { CcdrDetail, DatabaseView, ReadSide, SideRead } from './detail.ts';
import { versionObstacle } from './release.ts';
import { copiesOf, type Follower, followersOf, isFollowing, isOnline, isSameCluster, phaseOf, sidePhase } from './state.ts';
import type { Form } from './statements.ts';
import { phaseWords, problemOf } from './words.ts';

/** Who follows whom, by the databases' own word: what an operation on a replica is planned on. */
export interface Scene {
  readonly link: CcdrLink;
  readonly detail: CcdrDetail;
  readonly follower: Follower;
  /** Name of the follower's cluster. */
  readonly here: string;
  readonly source: Side;
  readonly sourceRead: SideRead;
  /** Name of the source's cluster. */
  readonly there: string;
  /** Name of the database that is followed. */
  readonly remote: string;
}

/** The one side that follows, or why there is none to act on. */
export function sceneOf(operation: OperationName, link: CcdrLink, detail: CcdrDetail): Scene | Refusal {
  const { settings, id } = link;
  const same = oneCluster(operation, link, detail);
  if (same !== null) return same;
  const followers = followersOf(detail);
  const [follower] = followers;
  if (follower === undefined) return withoutFollower(operation, link, detail);
  if (followers.length > 1) {
    return notNow(
      `Both sides of ${id} hold a replica, so no ${operation} can be planned.`,
      'Drop the one that is not wanted by hand, then look again.',
    );
  }
  const source = otherSide(follower.side);
  const sourceRead = detail[source];
  const view = sourceRead.kind === 'read' ? sourceRead.database : null;
  return {
    link,
    detail,
    follower,
    here: settings[follower.side].cluster,
    source,
    sourceRead,
    there: settings[source].cluster,
    remote: view?.name ?? follower.view.follows?.remote ?? settings[source].database,
  };
}

export function oneCluster(operation: OperationName, { id, settings }: CcdrLink, detail: CcdrDetail): Refusal | null {
  if (!isSameCluster(detail)) return null;
  return notNow(
    `${settings.primary.cluster} and ${settings.standby.cluster} are the same cluster by another address, so no ${operation} of ${id} is possible.`,
    'Correct the Bolt addresses in the config.',
  );
}

const sides = ['primary', 'standby'] as const;

function withoutFollower(operation: OperationName, { id, settings }: CcdrLink, detail: CcdrDetail): Refusal {
  const deaf = sides.flatMap((side) => problemOf(settings[side].cluster, detail[side]) ?? []);
  const states = sides.map((side) => `on ${settings[side].cluster}, ${stateOf(detail[side])}`).join('; ');
  return notNow(
    `No side of ${id} is known to follow (${states}), so no ${operation} can be planned.${deaf.length === 0 ? '' : ` ${deaf.join(' ')}`}`,
    deaf.length > 0
      ? 'Ask again as soon as the side that follows answers.'
      : `/repl setup ${id} creates a replica; /repl rebuild ${id} replaces an old database by one.`,
  );
}

const stateOf = (read: SideRead): string => (read.kind === 'read' ? phaseWords[phaseOf(read.database)] : 'it does not answer');

/** Nothing can be changed on a cluster whose `system` database has no leader. */
export function unled(operation: OperationName, link: CcdrLink, cluster: string, read: ReadSide): Refusal | null {
  if (read.by === 'leader') return null;
  return notNow(
    `No leader of the system database of ${cluster} could be found, so nothing can be changed there and no ${operation} of ${link.id} is possible.`,
    `Bring a majority of the servers of ${cluster} back.`,
  );
}

/** How a cluster creates and promotes replicas; a refusal when it can't. */
export function formOf(operation: OperationName, link: CcdrLink, cluster: string, { surface, edition, release }: ReadSide): Form | Refusal {
  if (surface !== 'none') return surface;
  return notNow(
    `${cluster} runs ${release.text} ${edition}, which has no replicas of other clusters, so no ${operation} of ${link.id} is possible.`,
    'Upgrade it to the Enterprise edition of 2026.03 or newer.',
  );
}

/** A replica that can be promoted: a majority of its primaries is online. */
export function promotable(operation: OperationName, { link, follower, here }: Scene): Refusal | null {
  const copies = copiesOf(follower.view);
  const wanted = follower.view.requested?.primaries ?? copies.filter(({ role }) => role === 'primary').length;
  const online = copies.filter((copy) => copy.role === 'primary' && isOnline(copy)).length;
  if (follower.phase === 'following' && online * 2 > wanted) return null;
  return notNow(
    `${online} of ${wanted} primary copies of ${follower.view.name} on ${here} are online, so it could not elect a writer and no ${operation} of ${link.id} is possible.`,
    follower.phase === 'creating'
      ? `Wait until the store is copied; /repl status ${link.id} shows it.`
      : `Bring servers of ${here} back; a majority of the primaries has to be online.`,
  );
}

/** Whose database takes the writes, or would as soon as it has a writer, with the one that is to follow it. */
export interface Pair {
  readonly link: CcdrLink;
  readonly detail: CcdrDetail;
  readonly target: Side;
  readonly targetRead: ReadSide;
  /** Name of the target's cluster. */
  readonly here: string;
  readonly sourceRead: ReadSide;
  readonly sourceView: DatabaseView;
  /** Name of the source's cluster. */
  readonly there: string;
}

/** The side that serves and the other one, both of which have to answer. */
export function pairOf(operation: OperationName, link: CcdrLink, detail: CcdrDetail): Pair | Refusal {
  const { settings, id } = link;
  const same = oneCluster(operation, link, detail);
  if (same !== null) return same;
  const problems = sides.flatMap((side) => problemOf(settings[side].cluster, detail[side]) ?? []);
  if (problems.length > 0) {
    return notNow(`${problems.join(' ')} A ${operation} of ${id} needs both sides.`, 'Ask again as soon as both sides answer.');
  }
  const serving = sides.filter((side) => ['serving', 'electing', 'two-writers'].includes(sidePhase(detail[side])));
  const [only] = serving;
  if (only === undefined) return nobodyServes(operation, link, detail);
  if (serving.length > 1) {
    return notNow(
      `Both sides of ${id} take writes or are about to, so no ${operation} can be planned.`,
      `/repl fence ${id} stops the side that was given up.`,
    );
  }
  return paired(operation, link, detail, only);
}

function nobodyServes(operation: OperationName, { id, settings }: CcdrLink, detail: CcdrDetail): Refusal {
  const { primary, standby } = settings;
  return notNow(
    `Nobody takes writes on ${id} (on ${primary.cluster}, ${stateOf(detail.primary)}; on ${standby.cluster}, ${stateOf(detail.standby)}), so no ${operation} can be planned.`,
    'Let the side that is to serve take writes first (ALTER DATABASE … SET ACCESS READ WRITE on it), then ask again.',
  );
}

function paired(operation: OperationName, link: CcdrLink, detail: CcdrDetail, source: Side): Pair | Refusal {
  const target = otherSide(source);
  const [sourceRead, targetRead] = [detail[source], detail[target]];
  if (sourceRead.kind !== 'read' || targetRead.kind !== 'read' || sourceRead.database === null) {
    throw new TypeError('a side that serves was read');
  }
  const [there, here] = [link.settings[source].cluster, link.settings[target].cluster];
  if (phaseOf(sourceRead.database) !== 'serving') {
    return notNow(
      `${sourceRead.database.name} on ${there} has no single writer now (${stateOf(sourceRead)}), so no ${operation} of ${link.id} can be planned.`,
      'Wait until one is elected, then ask again.',
    );
  }
  const refusal = unled(operation, link, there, sourceRead) ?? unled(operation, link, here, targetRead);
  return refusal ?? { link, detail, target, targetRead, here, sourceRead, sourceView: sourceRead.database, there };
}

export const isReplicaSide = (read: ReadSide): boolean => isFollowing(phaseOf(read.database));

/** Why the side that is left could not follow the one that is promoted; null when nothing is known to speak against it. */
export const wayBackObstacle = ({ follower, sourceRead }: Scene): string | null =>
  sourceRead.kind === 'read' ? versionObstacle(follower.read.release, sourceRead.release) : null;

/**
 * A replica that pulls backups has the last transaction only after a last backup, which is taken on the servers by hand: writes would
 * be stopped for nothing.
 */
export function pullsBackups(operation: OperationName, { id, settings }: CcdrLink, side: Side, view: DatabaseView | null): Refusal | null {
  const { cluster, follow } = settings[side];
  const configured = follow.kind === 'backups' ? follow.pullUri : null;
  const uri = view?.follows == null ? configured : view.follows.pullUri;
  if (uri === null) return null;
  const { cluster: there, database } = settings[otherSide(side)];
  return notNow(
    `${cluster} pulls backups from ${uri}, and the bot can't take the last one, so no ${operation} of ${id} without loss can be planned.`,
    `Run ALTER DATABASE ${quoteCypherName(database)} SET ACCESS READ ONLY on ${there} and put a last differential backup there; when /repl status ${id} says that ${cluster} has everything, ask for /repl failover ${id}.`,
  );
}
