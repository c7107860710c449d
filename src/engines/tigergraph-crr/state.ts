import { otherSide, type Side, type SideView, type Tristate } from '../../domain/observation.ts';
import { type CrrCluster, type CrrSettings, sides } from './config.ts';
import type { CrrDetail, ReadSide, ServiceRow, ServicesView, SideRead } from './detail.ts';
import { prefixBehind, takenOutPort } from './names.ts';
import { familyOf, isOnline } from './parse/services.ts';
import { isAtLeast } from './parse/version.ts';

/** What a cluster is doing, by its own word. */
export type Phase =
  /** It is set to follow, and its connector runs. */
  | 'following'
  /** It is set to follow, and its connector is missing, paused or stopped. */
  | 'halted'
  /** It is set to follow, and its connector is in any other state. */
  | 'failing'
  /** It is set to follow, and the connector's state could not be read. */
  | 'blind'
  | 'serving'
  | 'stopped'
  /** It is set to follow nobody, but its services still run as those of a standby. */
  | 'leaving'
  /** It is set to follow nobody, and whether its services have been restarted since is not known. */
  | 'unsettled'
  | 'changing'
  | 'unknown';

const resting = ['PAUSED', 'STOPPED'];

export function phaseOf(read: SideRead): Phase {
  if (read.kind !== 'read' || read.crr.enabled === null) return 'unknown';
  // What is staged does nothing yet. Only where it can't be told apart from what is applied nothing is known.
  if (stagedCrrKeys(read).length > 0 && read.crr.stagedEnabled === undefined) return 'changing';
  return read.crr.enabled ? followPhase(read) : servePhase(read);
}

/** Settings of the replication that somebody has set and not applied. */
export const stagedCrrKeys = ({ staged }: ReadSide): readonly string[] =>
  staged.kind === 'read' ? staged.keys.filter((key) => key.startsWith('System.CrossRegionReplication.')) : [];

/** Whether nothing is staged but that a side leaves the replication: what a failover sets anyway, and what one leaves whose apply was refused. */
export const isLeaveStaged = (read: ReadSide): boolean =>
  read.staged.kind === 'read' &&
  read.staged.keys.length === 1 &&
  stagedCrrKeys(read)[0]?.endsWith('.Enabled') === true &&
  read.crr.stagedEnabled === false;

function followPhase({ connector }: ReadSide): Phase {
  if (connector.kind === 'unread') return 'blind';
  const { tasks } = connector;
  if (tasks.length === 0) return 'halted';
  if (tasks.every(({ state, taskState }) => state === 'RUNNING' && taskState === 'RUNNING')) return 'following';
  return tasks.every(({ state }) => resting.includes(state)) ? 'halted' : 'failing';
}

/** Services go by what is applied only once they are restarted. */
function servePhase({ connector, services, takenOn = 'yes' }: ReadSide): Phase {
  if (connector.kind === 'read' && connector.tasks.length > 0) return 'leaving';
  if (takesWrites(services) === 'no') return 'stopped';
  return ({ yes: 'serving', no: 'leaving', unknown: 'unsettled' } as const)[takenOn];
}

const down = ['Down', 'Offline'];

/** Services through which data and schema are written. */
export const writers: readonly string[] = ['GSQL', 'RESTPP', 'GPE', 'GSE'];

export const isDown = ({ status }: Pick<ServiceRow, 'status'>): boolean => down.includes(status);

/** Of a node that does not answer. */
export const isUntold = ({ status }: Pick<ServiceRow, 'status'>): boolean => status === 'StatusUnknown';

/** Whether services through which data and schema are written are up. */
export function takesWrites(services: ServicesView): Tristate {
  if (services.kind === 'unread') return 'unknown';
  const up = (family: string) => services.rows.some((row) => familyOf(row.name) === family && isOnline(row));
  if (up('GSQL') || (up('RESTPP') && up('GPE'))) return 'yes';
  const ways = services.rows.filter(({ name }) => writers.includes(familyOf(name)));
  return !services.stale && ways.every(isDown) ? 'no' : 'unknown';
}

const followerPhases: readonly Phase[] = ['following', 'halted', 'failing', 'blind'];

export const isFollower = (phase: Phase): boolean => followerPhases.includes(phase);

/**
 * Whether applications can write there. A cluster below 3.10 that is set to follow may not have been restarted since, and then still
 * takes writes; from 3.10 on only a restore can set it.
 */
export function writableOf(read: SideRead): Tristate {
  if (read.kind !== 'read') return 'unknown';
  const phase = phaseOf(read);
  if (phase === 'following' || phase === 'failing') return 'no';
  if (phase === 'halted' || phase === 'blind') return read.version !== null && isAtLeast(read.version, [3, 10]) ? 'no' : 'unknown';
  if (phase === 'stopped' || (phase === 'leaving' && read.takenOn === 'no')) return 'no';
  return phase === 'serving' ? takesWrites(read.services) : 'unknown';
}

export function roleOf(read: SideRead): SideView['role'] {
  const phase = phaseOf(read);
  if (isFollower(phase)) return 'standby';
  return phase === 'serving' || phase === 'stopped' ? 'primary' : 'unknown';
}

/** Whether a side has been set to leave the replication by a promotion that did not come to its end. */
export const isHalfPromoted = (read: SideRead): boolean => ['leaving', 'unsettled'].includes(phaseOf(read)) && !wasTakenOut(read);

export interface Follower {
  readonly side: Side;
  readonly read: ReadSide;
  readonly phase: Phase;
}

/** Sides that are set to follow. */
export const followersOf = (detail: Pick<CrrDetail, Side>): readonly Follower[] =>
  sides.flatMap((side) => {
    const read = detail[side];
    const phase = phaseOf(read);
    return read.kind === 'read' && isFollower(phase) ? [{ side, read, phase }] : [];
  });

/** Addresses of a side's Kafka as the other side reaches them; null when neither the config nor the cluster tells. */
export const brokersOf = (cluster: CrrCluster, read: SideRead): readonly string[] | null =>
  cluster.brokers.addresses ?? (read.kind === 'read' ? (read.hosts?.map(({ hostname }) => hostname) ?? null) : null) ?? cluster.hosts;

/** Whether what a side is set to fetch from belongs to the other side. */
export function followsOther(settings: CrrSettings, detail: Pick<CrrDetail, Side>, side: Side): Tristate {
  const read = detail[side];
  const other = otherSide(side);
  if (read.kind !== 'read' || read.crr.brokers === null || read.crr.brokers.length === 0) return 'unknown';
  const there = detail[other];
  const listed = there.kind === 'read' ? (there.hosts?.map(({ hostname }) => hostname) ?? []) : [];
  const known = [...(settings[other].brokers.addresses ?? []), ...(settings[other].hosts ?? []), ...listed];
  if (known.length === 0) return 'unknown';
  return read.crr.brokers.every((address) => known.includes(address)) ? 'yes' : 'no';
}

/** Whether both sides have ever been made to follow one another, as far as their settings tell. */
export const wasLinked = (settings: CrrSettings, detail: Pick<CrrDetail, Side>): boolean =>
  sides.some((side) => {
    const read = detail[side];
    return read.kind === 'read' && (followsOther(settings, detail, side) === 'yes' || (read.crr.prefix ?? '') !== '');
  });

/** Whether a side bears the mark of a teardown or of an upgrade: it followed then, and was given up for the other one. */
export const wasTakenOut = (read: SideRead): boolean =>
  read.kind === 'read' && read.crr.enabled === false && read.crr.port === takenOutPort;

/** What is wrong with the follower's topic prefix; null when nothing is, or when it isn't known. */
export function wrongPrefix(
  detail: Pick<CrrDetail, Side>,
  { side, read }: Pick<Follower, 'side' | 'read'>,
): { readonly has: string; readonly needs: string } | null {
  const source = detail[otherSide(side)];
  if (source.kind !== 'read' || source.crr.prefix === null || read.crr.prefix === null) return null;
  const needs = prefixBehind(source.crr.prefix);
  return read.crr.prefix === needs ? null : { has: read.crr.prefix, needs };
}

/** Hosts that both clusters list as their own: then they are one cluster, and a restore on one destroys the other. */
export function sharedHosts(detail: Pick<CrrDetail, Side>): readonly string[] {
  const { primary, standby } = detail;
  if (primary.kind !== 'read' || standby.kind !== 'read') return [];
  const there = new Set(standby.hosts?.map(({ hostname }) => hostname.toLowerCase()) ?? []);
  return primary.hosts?.map(({ hostname }) => hostname).filter((name) => there.has(name.toLowerCase())) ?? [];
}

/** States of a connector and of its tasks, as `RUNNING/FAILED`. */
export const statesOf = (tasks: Extract<ReadSide['connector'], { kind: 'read' }>['tasks']): string =>
  tasks.length === 0 ? 'not there' : [...new Set(tasks.map(({ state, taskState }) => `${state}/${taskState}`))].join(', ');

/** Services that are not online, as `GPE_1#1 (Warmup, Running)`. */
export const ailing = (services: ServicesView): readonly string[] =>
  services.kind === 'unread'
    ? []
    : services.rows.filter((row) => !isOnline(row)).map(({ name, status, process }) => `${name} (${status}, ${process})`);
