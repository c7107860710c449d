import { otherSide, type Side } from '../../domain/observation.ts';
import { isOverStatus } from '../cockroach/jobs.ts';
import { type Micros, msOfMicros } from '../cockroach/times.ts';
import type { LdrSettings } from './config.ts';
import type { JobView, LdrDetail, ReadSide, SideRead } from './detail.ts';

/** What a job is doing, whatever words its version uses. `strange`: a state we do not know, so nothing is safe. */
export type Phase =
  | 'starting'
  | 'scanning'
  | 'following'
  | 'retrying'
  | 'pausing'
  | 'paused'
  | 'gave-up'
  | 'ending'
  | 'failed'
  | 'over'
  | 'strange';

const phases: Readonly<Record<string, Phase>> = {
  pending: 'starting',
  running: 'following',
  'retry-running': 'retrying',
  'pause-requested': 'pausing',
  paused: 'paused',
  'cancel-requested': 'ending',
  reverting: 'ending',
  'retry-reverting': 'ending',
  failed: 'failed',
  'revert-failed': 'failed',
  succeeded: 'over',
  canceled: 'over',
};

/** A job that met an error says so in its running status; a pause by hand does not. */
const gaveUp = /pausing after error|is being paused/;

export function phaseOf(job: Pick<JobView, 'status' | 'replicated' | 'runningStatus'>): Phase {
  const phase = phases[job.status] ?? 'strange';
  if (phase === 'following' && job.replicated === null) return 'scanning';
  return phase === 'paused' && gaveUp.test(job.runningStatus) ? 'gave-up' : phase;
}

export const isLive = (job: Pick<JobView, 'status'>): boolean => !isOverStatus(job.status);

/** What flows into one side, by the word of that side. */
export interface Flow {
  /** The side that follows. */
  readonly into: Side;
  readonly read: ReadSide;
  /** Live jobs that write to tables of the link. At least one. */
  readonly jobs: readonly JobView[];
  /** Places of tables that no live job writes to. */
  readonly missing: readonly number[];
  /** Places of tables that more than one live job writes to. */
  readonly doubled: readonly number[];
  /** The worst of the jobs' phases. */
  readonly phase: Phase;
}

/** From the phase that says most about what a whole flow can do to the one that says least. */
const worstFirst: readonly Phase[] = ['strange', 'ending', 'gave-up', 'paused', 'pausing', 'retrying', 'starting', 'scanning', 'following'];

export const readOf = (detail: LdrDetail, side: Side): ReadSide | null => {
  const read: SideRead = detail[side];
  return read.kind === 'read' ? read : null;
};

/** Places of tables that none of the jobs writes to. */
export const uncovered = ({ tables }: Pick<LdrSettings, 'tables'>, jobs: readonly JobView[]): readonly number[] =>
  tables.flatMap((_, pair) => (jobs.some(({ covers }) => covers.includes(pair)) ? [] : [pair]));

/** The flow into a side; null when no live job writes there, or when the side can't be asked. */
export function flowInto(settings: LdrSettings, detail: LdrDetail, into: Side): Flow | null {
  const read = readOf(detail, into);
  const jobs = read?.jobs.filter(isLive) ?? [];
  if (read === null || jobs.length === 0) return null;
  const times = settings.tables.map((_, pair) => jobs.filter(({ covers }) => covers.includes(pair)).length);
  const found = jobs.map(phaseOf);
  return {
    into,
    read,
    jobs,
    missing: uncovered(settings, jobs),
    doubled: times.flatMap((count, pair) => (count > 1 ? [pair] : [])),
    phase: worstFirst.find((phase) => found.includes(phase)) ?? 'strange',
  };
}

/** Live flows: into the standby first. */
export const flowsOf = (settings: LdrSettings, detail: LdrDetail): readonly Flow[] =>
  (['standby', 'primary'] as const).flatMap((side) => flowInto(settings, detail, side) ?? []);

/** Sides that the link's settings want to follow. */
export const wantedInto = ({ direction }: LdrSettings): readonly Side[] =>
  direction === 'bidirectional' ? ['standby', 'primary'] : ['standby'];

/** The newest job into a side that is over; null when none is listed. */
export function lastOver(detail: LdrDetail, into: Side): JobView | null {
  return readOf(detail, into)?.jobs.find((job) => !isLive(job)) ?? null;
}

const microsOf = (digits: string | null): Micros | null => (digits === null ? null : BigInt(digits));

/** Newest time up to which every job of the flow has everything; null while one of them has no such time. */
export function replicatedOf({ jobs }: Pick<Flow, 'jobs'>): Micros | null {
  const times = jobs.map(({ replicated }) => microsOf(replicated));
  return times.reduce<Micros | null>((least, at) => (least === null || at === null ? null : at < least ? at : least), times[0] ?? null);
}

/**
 * By table, the jobs whose word counts on how far it came: the live ones that bring it, else the newest that is over. `jobs`: live ones,
 * then those that are over, newest first.
 */
export const bringersOf = ({ tables }: Pick<LdrSettings, 'tables'>, jobs: readonly JobView[]): readonly (readonly JobView[])[] =>
  tables.map((_, pair) => {
    const [first, ...others] = jobs.filter(({ covers }) => covers.includes(pair));
    return first === undefined ? [] : [first, ...others.filter(isLive)];
  });

/** Up to when every table has everything, whatever became of its job; null when that is not told of one of them. */
export function arrivedUpTo(settings: Pick<LdrSettings, 'tables'>, jobs: readonly JobView[]): Micros | null {
  const bringers = bringersOf(settings, jobs);
  return bringers.some((found) => found.length === 0) ? null : replicatedOf({ jobs: bringers.flat() });
}

/**
 * How far a flow is behind by the clock of the side that follows, ms; null while something has not been replicated in full. Replicated
 * times are told in whole seconds, so the lag is no finer.
 */
export function lagMsOf(flow: Flow): number | null {
  const replicated = replicatedOf(flow);
  return replicated === null ? null : Math.max(0, Math.ceil(msOfMicros(BigInt(flow.read.now) - replicated) / 1_000) * 1_000);
}

/** Both sides are not read at the same instant, and their clocks differ: a job that is younger may not have been seen by its source, ms. */
const youngMs = 60_000;

/**
 * Whether a flow that moves can't come from the link's other side: that one keeps no history for any job, though the bot is shown all jobs
 * there. An external connection is known by its name only, and may lead elsewhere.
 */
export function isUnfed(detail: LdrDetail, { into, jobs, phase }: Flow): boolean {
  const source = readOf(detail, otherSide(into));
  if (source === null || source.history !== 'none' || source.sight !== 'all') return false;
  const isSettled = ({ started }: JobView): boolean => started !== null && msOfMicros(BigInt(source.now) - BigInt(started)) > youngMs;
  return (phase === 'following' || phase === 'scanning') && jobs.every(isSettled);
}

/** How long a source waits for a job that is silent before the history is let go, ms. */
export const expiryMs = 24 * 3_600_000;

/** Time until a job that makes no progress can't be resumed any more, ms, a lower bound; null when it can't be told. */
export function expiresInMs(flow: Flow): number | null {
  const lefts = flow.jobs
    .filter((job) => phaseOf(job) === 'paused' || phaseOf(job) === 'gave-up')
    .map((job) => {
      const still = microsOf(job.replicated) ?? microsOf(job.modified);
      return still === null ? null : expiryMs - msOfMicros(BigInt(flow.read.now) - still);
    });
  const known = lefts.flatMap((left) => left ?? []);
  return known.length === 0 ? null : Math.min(...known);
}
