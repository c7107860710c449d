import { z } from 'zod';
import { isOverStatus as isJobOver } from '../../cockroach/jobs.ts';
import { columnOf, sendChange } from '../../cockroach/session.ts';
import { type Micros, microsOfHlc, timestampOfMicros } from '../../cockroach/times.ts';
import type { Probe } from '../../engine.ts';
import { done, impossible, todo, underway, unknown } from '../../frame/probes.ts';
import type { VirtualClusterView } from '../detail.ts';
import { type Phase, phaseOf } from '../phase.ts';
import { evidenceTime, glance, look, type PcrStep, type Place, standThere, statusOf } from '../place.ts';
import type { Glance } from '../read-side.ts';
import { type StandRead, writableIn } from '../stand.ts';
import { phaseWords, spellTime } from '../words.ts';
import { leftOut, provenCut, reachOf } from './cut.ts';
import { fedNoMore } from './fed.ts';
import { unlessLost } from './lost.ts';
import { againKey, asked, servesAgain, tookAgain, unheard, unjudged } from './other-side.ts';
import { aheadMicros, elsewhere, outdated, replaces, target, targetOf } from './stock.ts';

const completeParams = z.object({ to: target, stopped: z.boolean(), replaces, ahead: z.boolean().default(false) });
type CompleteParams = z.infer<typeof completeParams>;

/** Asks for the promotion. Done as soon as the database has taken it: the failover time stands in the database from then on. */
export const completeReplication: PcrStep<CompleteParams> = {
  params: completeParams,
  rebuild: (acts, side, { to, stopped, replaces: moved, ahead }) =>
    acts.completeReplication(side, targetOf(to), stopped, { replaces: moved, ahead }),
  probe: async (place, params) => {
    const [reading, other, unfed] = await Promise.all([
      promotionAt(place),
      params.stopped ? standThere(place) : null,
      params.stopped ? fedNoMore(place) : null,
    ]);
    const { vc } = reading;
    const phase = phaseOf(vc);
    if (vc === null || ['absent', 'incomplete', 'dropping', 'strange'].includes(phase)) {
      return impossible(`${place.here} can't be promoted: ${phaseWords[phase]}.`, { status: statusOf(vc) });
    }
    const before = askedBefore(place, params, vc, reading.now);
    if (before !== null && before.kind !== 'todo') return before;
    if (before === null && (phase === 'scanning' || vc.replicated === null)) {
      return impossible(`${place.here} can't be promoted: it has no consistent copy yet.`, { status: vc.status });
    }
    return other === null ? todo : asked(place, other, (heard) => unlessHeard(place, heard) ?? unfed ?? onlyIfStopped(place, heard));
  },
  // Up to v23.2 this is told nowhere else once the promotion is over.
  perform: async ({ connect, address, io }, statement) => {
    const [row = {}] = await sendChange(connect, address, io, statement);
    const at = microsOfHlc(columnOf(row, 'failover_time', 'cutover_time') ?? '');
    if (at !== null) io.told?.({ 'failover time': timestampOfMicros(at) });
  },
};

/** What a promotion that was asked for before means for this one: `todo` when it is to be moved, null when there is none. */
function askedBefore(place: Place, params: CompleteParams, vc: VirtualClusterView, now: Micros): Probe | null {
  const phase = phaseOf(vc);
  const missed = params.ahead ? tooLate(place, params, vc, now) : null;
  if (missed !== null) return missed;
  const short = params.stopped ? lacking(place, vc) : null;
  if (short !== null) return short === 'movable' ? todo : short;
  if (phase === 'ready') return promotedTo(place, params, vc);
  return vc.failover !== null || phase === 'pending' || phase === 'reverting' ? acceptedFor(place, params, now, vc) : null;
}

/** The database would take a time that has passed, and give up all that came after it. Null when it has not, or was asked in time. */
function tooLate({ here, link }: Place, { to }: CompleteParams, vc: VirtualClusterView, now: Micros): Probe | null {
  if (to === 'latest' || vc.failover === to || phaseOf(vc) === 'ready' || now < BigInt(to)) return null;
  return impossible(
    `${spellTime(to)} has passed while this run waited to begin, so a promotion of ${here} to it would give up everything since. Nothing was changed. Press Cancel, and ask for /repl failover ${link.id} to a time to come, or to latest.`,
    { 'seen at': timestampOfMicros(now) },
  );
}

/** A promotion that leaves out writes from before the stop: one that can still be moved, or what to say of it; null when there is none. */
function lacking(place: Place, vc: VirtualClusterView): 'movable' | Probe | null {
  const cut = provenCut(place);
  const reach = cut === null ? 'none' : reachOf(vc, cut);
  if (reach === 'movable') return reach;
  return reach === 'short' && cut !== null ? leftOut(place, vc, cut) : null;
}

const unlessHeard = (place: Place, other: StandRead): Probe | null =>
  unjudged(place, other) ??
  unheard(place, other, `What it took after its stop, if it serves again, would be missing on ${place.here}, which was not promoted`);

/** After a write stop the promotion is without loss only while the other side stays stopped. One that is gone takes no writes we could save. */
function onlyIfStopped(place: Place, other: StandRead): Probe {
  const { here, there, io, link } = place;
  const back = `Press Cancel: ${there} goes on, and /repl switchover ${link.id} can be asked for again.`;
  if (writableIn(other) === 'yes')
    return servesAgain(`${there} takes writes again, so promoting ${here} now would lose them. ${back}`, other);
  const again = tookAgain(io);
  if (again === null) return todo;
  const since = `${there} took writes after it had been stopped (seen at ${again}), and whether ${here} has them was not waited for`;
  return impossible(`${since}, so promoting ${here} now might lose them. ${back}`, { [againKey]: again });
}

function promotedTo(place: Place, { to }: CompleteParams, vc: VirtualClusterView): Probe {
  const { here } = place;
  const evidence = { status: vc.status, 'promoted to': evidenceTime(vc.activated), ...jobEvidence(vc.job) };
  if (vc.activated === null && vc.job?.status !== 'succeeded') {
    return unknown(`${here} is ready, but nothing shows that it was promoted from a stream.`, evidence);
  }
  if (to !== 'latest' && vc.activated !== null && vc.activated !== to) {
    return unknown(`${here} was promoted to ${spellTime(vc.activated)}, not to ${spellTime(to)}: somebody else did it.`, evidence);
  }
  return (to === 'latest' ? outdated(place, vc) : null) ?? done(evidence);
}

function acceptedFor(place: Place, { to, replaces: moved }: CompleteParams, now: bigint, vc: VirtualClusterView): Probe {
  const { here } = place;
  const evidence = { status: vc.status, 'failover time': evidenceTime(vc.failover) };
  if (vc.failover === null) return done(evidence);
  if (vc.failover === moved && moved !== to) {
    if (phaseOf(vc) !== 'reverting') return todo;
    return impossible(`The failover of ${here} to ${spellTime(moved)} has begun, so it can't be moved any more.`, evidence);
  }
  if (to !== 'latest' && vc.failover !== to) {
    return unknown(
      `A failover of ${here} to ${spellTime(vc.failover)} is pending, not to ${spellTime(to)}: somebody else asked for it.`,
      evidence,
    );
  }
  if (to === 'latest' && BigInt(vc.failover) > now + aheadMicros) {
    return unknown(`A failover of ${here} is planned for ${spellTime(vc.failover)}: somebody else asked for it.`, evidence);
  }
  return (to === 'latest' ? outdated(place, vc) : null) ?? done(evidence);
}

/** Only where the state names no promotion (v23.2) does its job have to show it. Throws a Fault. */
async function promotionAt(place: Place): Promise<Glance> {
  const seen = await glance(place);
  return phaseOf(seen.vc) === 'ready' && seen.vc?.activated === null && seen.jobs === null ? look(place) : seen;
}

const noParams = z.object({});

/** Waits for the promotion. Never has anything to send. */
export const awaitPromotion: PcrStep<object> = {
  params: noParams,
  rebuild: (acts, side) => acts.awaitPromotion(side),
  probe: async (place) => {
    const seen = await promotionAt(place).catch((cause: unknown) => unlessLost(place, cause, () => promotionAt(place)));
    if ('kind' in seen) return seen;
    const other = seen.vc !== null && ['ready', 'reverting'].includes(phaseOf(seen.vc)) ? elsewhere(place, seen.vc) : null;
    return other ?? promotionState(place, seen);
  },
};

const jobEvidence = (job: VirtualClusterView['job']) => ({ job: job?.id ?? null, 'job status': job?.status ?? null });

const endedOtherwise = (here: string, { id, status }: NonNullable<VirtualClusterView['job']>): string =>
  `${here} is ready, but the job of its promotion (${id}) ended as ${status}, so whether it has all that it should is not proven. See what SHOW JOBS says of it there. To go on with ${here} as it is, press Skip.`;

function promotionState({ here, name }: Place, { vc, now }: Glance): Probe {
  const phase: Phase = phaseOf(vc);
  const status = statusOf(vc);
  if (vc === null) return impossible(`No promotion of ${here} is under way: ${phaseWords[phase]}.`, { status });
  const { job, failover, replicated, activated } = vc;
  if (phase === 'ready') {
    if (job !== null && !isJobOver(job.status)) return underway(`${here} is ready; its job is ending.`, 1);
    const evidence = { status, 'promoted to': evidenceTime(activated), 'seen at': timestampOfMicros(now), ...jobEvidence(job) };
    return job === null || job.status === 'succeeded' ? done(evidence) : unknown(endedOtherwise(here, job), evidence);
  }
  if (phase === 'reverting') return underway(`${here} gives up what is newer than ${spellTime(failover)}.`, job?.fraction ?? null);
  if (phase === 'pending') return underway(`${here} is at ${spellTime(replicated)}, on its way to ${spellTime(failover)}.`);
  if (failover !== null) return underway(`A promotion of ${here} is asked for, but ${phaseWords[phase]}.`);
  if (phase === 'strange') return unknown(`${name} on ${here} is in a state that is not known here: ${status}.`, { status });
  return impossible(`No promotion of ${here} is under way: ${phaseWords[phase]}.`, { status });
}
