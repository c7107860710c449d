import { otherSide, type Side } from '../../domain/observation.ts';
import { problemOf } from '../cockroach/deaf.ts';
import { spell, spellTime } from '../cockroach/spell.ts';
import type { PcrSettings } from './config.ts';
import type { PcrDetail, SideRead, VirtualClusterView } from './detail.ts';
import { followerIn, isAhead, type Phase, phaseOf, writableOf } from './phase.ts';

export { problemOf, spell, spellTime };

/** What a virtual cluster is doing, for people. */
export const phaseWords: Readonly<Record<Phase, string>> = {
  absent: 'there is no such virtual cluster',
  scanning: 'the initial scan is running',
  following: 'it follows',
  retrying: 'replication failed and is being tried again',
  paused: 'replication is paused by hand',
  'gave-up': 'replication gave up after an error and paused itself',
  pending: 'a failover is pending',
  reverting: 'a failover is under way',
  ready: 'it is ready',
  incomplete: 'its replication was cancelled or failed, which left it unusable',
  dropping: 'it is being dropped',
  strange: 'it is in a state that is not known here',
};

/** Only the job tells a pause by hand from one by an error, and who may not see jobs is shown none. Goes on after a comma. */
export const pausedWords = ({ job }: Pick<VirtualClusterView, 'job'>): string =>
  job === null ? 'replication is paused, by hand or by an error (the bot may not see the job that would tell: VIEWJOB)' : phaseWords.paused;

/** How much of a first copy is there, while it is being made and its job tells. Rounded down: what is not over is not 100 %. */
export function scanShare({ replicated, job }: Pick<VirtualClusterView, 'replicated' | 'job'>): string | null {
  const fraction = job?.fraction ?? null;
  if (replicated !== null || fraction === null || fraction <= 0) return null;
  return `${Math.min(99, Math.floor(fraction * 100))} %`;
}

/** Why a job paused itself, without the words that it did. */
export const causeOf = (runningStatus: string | undefined): string => (runningStatus ?? '').replace(/^pausing after error: /, '');

/**
 * The state that an approval rests on. A stream that follows, retries or gave up is one state here: when a primary dies it goes
 * through all three within minutes, and what a failover does is the same in each. So does one that waits for a failover time to come.
 */
export function coarseState(side: SideRead, phase: Phase): string {
  if (side.kind !== 'read') return 'unknown';
  const to = side.vc !== null && isAhead(side.vc) ? `, a failover to ${spellTime(side.vc.failover)} asked for` : '';
  if (phase === 'following' || phase === 'retrying' || phase === 'gave-up' || (phase === 'pending' && to !== '')) return `following${to}`;
  return phase === 'strange' ? `strange (${side.vc?.status ?? ''})` : phase;
}

/** Of a primary whose data is in its system virtual cluster, once its copy serves. Without a full stop. */
export const unseen = (cluster: string): string =>
  `Whether applications still write to ${cluster} can't be seen or stopped by SQL, since it is not virtualized`;

/** Why nothing is known of writes to a side of which another virtual cluster is copied. A full sentence; null when that isn't so. */
export function elsewhereWords(settings: PcrSettings, detail: PcrDetail, side: Side): string | null {
  const read = detail[side];
  if (read.kind !== 'read' || read.elsewhere === undefined || read.elsewhereServes === true) return null;
  const [there, here] = [settings[side].cluster, settings[otherSide(side)].cluster];
  const other = detail[otherSide(side)];
  const copies = copyWords(other);
  return `${here} ${copies} ${read.elsewhere} of ${there}, while the config names ${settings.virtualCluster}, so whether applications can write on ${there} is not known.`;
}

function copyWords(other: SideRead): string {
  if (other.kind !== 'read' || other.vc === null) return 'is to copy';
  if (followerIn(other.vc)) return 'copies';
  return phaseOf(other.vc) === 'ready' ? 'was promoted as a copy of' : 'was a copy of';
}

const sides = ['primary', 'standby'] as const satisfies readonly Side[];

/**
 * Why no side is known to serve. Goes on after a comma or `, so`; one that answers and may take writes all the same must not be said to
 * take none.
 */
export function nobodyWords(settings: PcrSettings, detail: PcrDetail, id: string): string {
  const open = sides.flatMap((side) => openWords(settings, detail, side) ?? []);
  return open.length === 0 ? `Neither side of ${id} takes writes` : open.join(' ').replace(/\.$/, '');
}

/** Of a side that answers, and of which it is not known whether it takes writes: a full sentence. */
export function openWords(settings: PcrSettings, detail: PcrDetail, side: Side): string | null {
  const read = detail[side];
  if (read.kind !== 'read' || writableOf(read) !== 'unknown') return null;
  const { cluster } = settings[side];
  if (read.givenUp === true) return `${unseen(cluster)}.`;
  const state = `${read.vc?.status ?? 'absent'}, service ${read.vc?.service ?? 'none'}`;
  return (
    elsewhereWords(settings, detail, side) ??
    `${settings.virtualCluster} on ${cluster} is in a state that is not known here (${state}), so whether applications can write there is not known.`
  );
}
