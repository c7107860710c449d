import { aboutLag, type Fact, otherSide, type Side } from '../../domain/observation.ts';
import type { PcrSettings } from './config.ts';
import type { PcrDetail, ReadSide, SideRead, VirtualClusterView } from './detail.ts';
import { groundFacts } from './facts-ground.ts';
import { hostFacts } from './facts-hosts.ts';
import { expiryMsOf, type Follower, followersOf, lagMsOf, phaseOf } from './phase.ts';
import { remainingOf } from './window.ts';
import { coarseState, scanShare, spell, spellTime } from './words.ts';

/** Facts of both sides in a fixed order, what moves first. The binding ones are there whether or not a side answers, so that fingerprints compare. */
export function factsOf(settings: PcrSettings, detail: PcrDetail): readonly Fact[] {
  return [
    ...followerFacts(settings, detail),
    ...sideFacts('primary', settings, detail),
    ...sideFacts('standby', settings, detail),
    ...groundFacts(settings, detail),
    ...hostFacts(settings, detail),
  ];
}

function sideFacts(side: Side, settings: PcrSettings, detail: PcrDetail): readonly Fact[] {
  const read = detail[side];
  const { cluster } = settings[side];
  const known = read.kind === 'read' ? read : null;
  const vc = known?.vc ?? null;
  const bind = (name: string, label: string, value: string): Fact => ({
    name: `${side}.${name}`,
    label: `${label} on ${cluster}`,
    value,
    binding: true,
  });
  return [
    bind('reachable', 'Reachability', known === null ? 'no' : 'yes'),
    bind('version', 'Version', known?.release.text ?? 'unknown'),
    bind('state', `State of ${settings.virtualCluster}`, coarseState(read, phaseOf(vc))),
    bind('service', 'Service mode', known === null ? 'unknown' : (vc?.service ?? 'absent')),
    bind('source', 'Source of the stream', known === null ? 'unknown' : sourceOf(vc)),
    bind('history-gone', 'History for the other side given up', goneOf(known, detail[otherSide(side)])),
    bind('default-target', 'Default virtual cluster', known?.defaultTarget ?? 'unknown'),
    ...(known === null ? [] : movingFacts(side, cluster, known, vc)),
  ];
}

/**
 * What may be let go on rests on it: a stream that stands still, or a side that is to be rewound. Where there is neither, a job that
 * ended is history that no undo takes away. Not told and told to be kept are one: a list that comes too late makes no other plan.
 */
function goneOf(known: ReadSide | null, other: SideRead): string {
  if (known === null) return 'unknown';
  const phase = other.kind === 'read' ? phaseOf(other.vc) : null;
  const rests = phase === 'paused' || phase === 'gave-up' || phase === 'ready';
  return rests && known.history === 'lost' ? 'yes' : 'no';
}

const sourceOf = (vc: VirtualClusterView | null): string =>
  vc?.sourceName === null || vc === null ? 'none' : `${vc.sourceName} on ${vc.sourceUri ?? 'an unnamed cluster'}`;

function movingFacts(side: Side, cluster: string, read: ReadSide, vc: VirtualClusterView | null): readonly Fact[] {
  const tell = (name: string, label: string, value: string | null): readonly Fact[] =>
    value === null || value === '' ? [] : [{ name: `${side}.${name}`, label: `${label} on ${cluster}`, value, binding: false }];
  return [
    ...tell('status', 'Status', vc?.status ?? null),
    ...tell('active-version', 'Active version', read.activeVersion),
    ...tell('clock', 'Clock', spellTime(read.now)),
    ...tell('history', 'History kept for the other side', historyWords[read.history]),
    ...tell('producers', 'Jobs that keep history', producersOf(read)),
    ...tell('reader', 'Reader', readerOf(read)),
    ...tell('activated', 'Last promotion', vc?.activated === null || vc === null ? null : spellTime(vc.activated)),
  ];
}

function jobWords({ read, vc }: Follower): string | null {
  if (read.history === 'untold') return 'not told: the jobs were not listed in time';
  return vc.job === null ? null : `${vc.job.id} ${vc.job.status}`;
}

const historyWords: Readonly<Record<ReadSide['history'], string>> = {
  kept: 'yes',
  lost: 'not any more',
  mixed: 'some, and whether for the other side is not told',
  none: 'no job for it is listed',
  untold: 'not told: its jobs were not listed in time',
};

const producersOf = ({ producers = [] }: ReadSide): string => producers.map(({ id, status }) => `${id} ${status}`).join(', ');

const readerOf = ({ reader }: ReadSide): string | null => (reader == null ? null : `${reader.status}, service ${reader.service}`);

function followerFacts(settings: PcrSettings, detail: PcrDetail): readonly Fact[] {
  return followersOf(detail).flatMap((follower) => {
    const { side, vc } = follower;
    const { cluster } = settings[side];
    const lagMs = lagMsOf(follower);
    const tell = (name: string, label: string, value: string | null): readonly Fact[] =>
      value === null || value === '' ? [] : [{ name: `${side}.${name}`, label, value, binding: false }];
    return [
      ...aboutLag(tell('replicated-time', `Replicated time of ${cluster}`, spellTime(vc.replicated))),
      ...tell('retained-time', `Oldest time that ${cluster} can go back to`, spellTime(vc.retained)),
      ...tell('lag', `Lag of ${cluster}`, lagMs === null ? 'not known before the initial scan ends' : spell(lagMs)),
      ...tell('scan', `Initial scan of ${cluster}`, scanShare(vc)),
      ...tell('failover-time', `Failover time of ${cluster}`, vc.failover === null ? null : spellTime(vc.failover)),
      ...tell('job', `Replication job of ${cluster}`, jobWords(follower)),
      ...tell('job-says', `What the job of ${cluster} says`, vc.job?.runningStatus || vc.job?.error || null),
      ...tell('expires', 'Time left to resume', leftWords(settings, detail, follower)),
    ];
  });
}

/** Null while nothing runs out. */
function leftWords(settings: PcrSettings, detail: PcrDetail, follower: Follower): string | null {
  const { phase, read, side } = follower;
  if (phase !== 'paused' && phase !== 'gave-up') return null;
  const { history, leftMs, windowMs } = remainingOf(settings, detail, follower);
  const there = settings[otherSide(side)].cluster;
  if (history === 'lost') return `none: ${there} no longer keeps the history`;
  if (leftMs === null) return null;
  const by = windowMs === expiryMsOf(read) ? 'this version begins with' : 'the config says';
  const gone = history === 'kept' ? `${there} keeps the history still, and may let it go any moment` : 'probably none';
  return `${leftMs > 0 ? spell(leftMs) : gone}, if the window is the ${spell(windowMs)} that ${by}`;
}
