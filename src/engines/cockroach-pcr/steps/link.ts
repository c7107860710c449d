import { z } from 'zod';
import { Fault, isFault } from '../../../domain/faults.ts';
import { otherSide } from '../../../domain/observation.ts';
import type { SqlSession } from '../../../transports/sql.ts';
import { withSystem } from '../../cockroach/session.ts';
import { type Micros, msOfMicros, timestampOfMicros } from '../../cockroach/times.ts';
import type { Probe } from '../../engine.ts';
import { done, impossible, todo, underway, unknown } from '../../frame/probes.ts';
import { kinds } from '../acts.ts';
import type { VirtualClusterView } from '../detail.ts';
import { asConfigured } from '../ground.ts';
import { phaseOf, roleOf, writableOf } from '../phase.ts';
import { change, evidenceTime, glance, look, type PcrStep, type Place, peek, standThere, statusOf } from '../place.ts';
import { readSide, readVirtualCluster, type VirtualClusterReading } from '../read-side.ts';
import { isSameCluster, sameWords } from '../same-cluster.ts';
import { type StandRead, standOf, writableIn } from '../stand.ts';
import { phaseWords, problemOf, spell, spellTime, unseen } from '../words.ts';
import { cutOf, leftOut, reachOf } from './cut.ts';
import { fedKey, noLongerFed } from './fed.ts';
import { endedByGoingOn } from './history.ts';
import { againKey, servesAgain, tookAgain, unheardKey, unjudged } from './other-side.ts';

const noParams = z.object({});

const proveParams = z.object({
  withinMs: z.number(),
  fed: z.boolean().default(false),
  patienceMs: z.number().nullable().default(null),
});

/** Time between two looks at the replicated time within one probe, and the part of a probe's time that they may take. */
const sampleMs = 500;
const samplingShare = 0.4;

/** Before anything is touched: the standby is within the bound and is seen to move. */
export const proveCatchUp: PcrStep<z.infer<typeof proveParams>> = {
  params: proveParams,
  rebuild: (acts, side, { withinMs, fed, patienceMs }) => acts.proveCatchUp(side, withinMs, fed, patienceMs),
  probe: (place, { withinMs, fed, patienceMs }) =>
    withSystem(place.connect, place.address, place.io, async (session) => {
      const first = await readVirtualCluster(session, place.here, place.name);
      const trouble = notFollowing(place, first);
      if (trouble !== null) return trouble;
      const from = replicatedOf(first);
      if (from === null) return underway(`${place.here} does not say how far it is.`);
      const lagMs = msOfMicros(first.now - from);
      if (lagMs > withinMs) return underway(`${place.here} is ${spell(lagMs)} behind; at most ${spell(withinMs)} will do.`);
      const to = await seenToMove(place, session, from);
      if (to === null) {
        if (patienceMs !== null && hasRunFor(place, first, patienceMs)) return done(unmoved(place, from, lagMs));
        return underway(`${place.here} is ${spell(lagMs)} behind, and has not been seen to move yet.`);
      }
      const evidence = { 'replicated time': timestampOfMicros(to), before: timestampOfMicros(from), 'lag in ms': lagMs };
      return fed ? ((await noLongerFed(place)) ?? done({ ...evidence, [fedKey]: place.there })) : done(evidence);
    }),
};

const replicatedOf = ({ vc }: VirtualClusterReading): Micros | null =>
  vc === null || vc.replicated === null ? null : BigInt(vc.replicated);

/** After a long pause the replicated time of a sound stream stands still until what was missed has been read, which may take hours. */
function hasRunFor({ io, here }: Place, { vc }: VirtualClusterReading, patienceMs: number): boolean {
  const since = io.earlier.findLast(({ kind, cluster }) => kind === kinds.resume && cluster === here)?.at;
  return since !== undefined && io.clock.now() - since >= patienceMs && (vc?.job == null || vc.job.status === 'running');
}

const unmoved = ({ here, link }: Place, from: Micros, lagMs: number) => ({
  'replicated time': timestampOfMicros(from),
  'lag in ms': lagMs,
  warning: `The stream into ${here} runs, but has not been seen to move since ${spellTime(from)}: after a long pause it first reads what it missed. Look again with /repl status ${link.id}.`,
});

/** A stream that may come to itself is waited for; anything else can't become a switchover. */
function notFollowing({ here }: Place, { vc }: VirtualClusterReading): Probe | null {
  const phase = phaseOf(vc);
  if (phase === 'following') return null;
  if (phase === 'retrying' || phase === 'scanning') return underway(`${here} does not keep up: ${phaseWords[phase]}.`);
  return impossible(`${here} does not follow: ${phaseWords[phase]}.`, { status: statusOf(vc) });
}

async function seenToMove({ here, name, io }: Place, session: SqlSession, from: Micros): Promise<Micros | null> {
  const looks = Math.max(1, Math.floor((io.timeoutMs * samplingShare) / sampleMs));
  for (let i = 0; i < looks; i++) {
    await io.clock.sleep(sampleMs, io.signal);
    const now = replicatedOf(await readVirtualCluster(session, here, name));
    if (now !== null && now > from) return now;
  }
  return null;
}

/**
 * After the stop: the standby has everything up to a moment at which the primary took no writes any more. That moment is the one at
 * which the stop was proven; it stands in the journal, so that whoever takes over waits for the same one.
 */
export const awaitCut: PcrStep<object> = {
  params: noParams,
  rebuild: (acts, side) => acts.awaitCut(side),
  probe: async (place) => {
    const cut = cutOf(place);
    if (cut === null) {
      return impossible(
        `When ${place.there} was stopped was not recorded, so there is no point up to which ${place.here} could be complete.`,
      );
    }
    // Both sides at the same time: one probe must not take twice its time.
    const [{ vc, now }, stopped] = await Promise.all([glance(place), stillStopped(place)]);
    const phase = phaseOf(vc);
    const begun = vc === null ? null : begunAlready(place, vc, cut, now);
    if (begun !== null) return begun;
    if (isFault(stopped)) throw stopped;
    if (stopped !== null) return stopped;
    const replicated = vc === null || vc.replicated === null ? null : BigInt(vc.replicated);
    if (replicated !== null && replicated >= cut)
      return done({ cut: timestampOfMicros(cut), 'replicated time': timestampOfMicros(replicated) });
    const trouble = phase === 'following' ? '' : ` (${phaseWords[phase]})`;
    return underway(`${place.here} is at ${spellTime(replicated)} and needs to reach ${spellTime(cut)}${trouble}.`);
  },
};

/**
 * The run asks for the promotion only after this step, so one that can't be moved any more is somebody else's. One that is pending is
 * waited over like a stream without: the next step moves it where it has to.
 */
function begunAlready(place: Place, vc: VirtualClusterView, cut: Micros, now: Micros): Probe | null {
  const reach = reachOf(vc, cut);
  if (reach === 'short' || reach === 'untold') return leftOut(place, vc, cut);
  if (reach !== 'whole' || phaseOf(vc) === 'pending') return null;
  const at = evidenceTime(phaseOf(vc) === 'ready' ? vc.activated : vc.failover);
  return done({
    cut: timestampOfMicros(cut),
    'promoted to': at,
    why: `Somebody else promotes ${place.here} to a time after the last write.`,
    'seen at': timestampOfMicros(now),
  });
}

/** Null while the primary is stopped; otherwise why there is no cut any more, or why it can't be asked. */
async function stillStopped({ connect, link, side, name, io, there, here }: Place): Promise<Probe | Fault | null> {
  const source = link.settings[otherSide(side)];
  const reading = await withSystem(connect, source, io, (session) => standOf(session, there, name, io)).catch(faultOnly);
  if (isFault(reading)) return reading;
  if (reading.vc?.service === 'none') return null;
  return impossible(`${there} is not stopped, so there is no point up to which ${here} could be complete.`, {
    status: statusOf(reading.vc),
  });
}

/** Once the promotion has begun the source need not answer any more, so its Fault is kept until it is known to matter. */
function faultOnly(cause: unknown): Fault {
  if (isFault(cause)) return cause;
  throw cause;
}

/** At the end: only the promoted side takes writes. A side that can't be asked is named in the evidence, not taken for stopped. */
export const checkSplitBrain: PcrStep<object> = {
  params: noParams,
  rebuild: (acts, side) => acts.checkSplitBrain(side),
  probe: async (place) => {
    const { connect, address, name, io, here, there } = place;
    const [atHere, atThere] = await Promise.all([readSide(connect, address, name, io), standThere(place)]);
    const deaf = problemOf(here, atHere);
    if (deaf !== null) throw new Fault('connect-failed', deaf, { effect: 'not-applied', facts: { cluster: here } });
    const serves = writableIn(atThere) === 'yes';
    if (serves && isSameCluster(atHere, await peek(place))) {
      return unknown(
        `This is no split brain: ${there} can't be seen, since ${sameWords(here)} See by another address that ${there} takes no writes, and do not stop what answers here: it is the only writer. Then press Retry with the config put right, or skip this step.`,
      );
    }
    if (serves) {
      const also = writableOf(atHere) === 'yes' ? ` while ${here} does too` : '';
      return servesAgain(
        `${there} takes writes${also}, and ${here} has nothing of what it takes now: stop its service, give up or merge what it has taken, and press Retry.`,
        atThere,
      );
    }
    if (writableOf(atHere) !== 'yes') return impossible(`${here} does not take writes.`, { [here]: roleOf(atHere) });
    const unlike = unjudged(place, atThere);
    if (unlike !== null) return unlike;
    const whole = atThere.kind === 'read' ? atThere.whole : null;
    const known = whole === null ? null : asConfigured(place.link.settings, otherSide(place.side), whole);
    const isFlat = known?.kind === 'read' && known.flat === true;
    const quiet = quietWords(name, atThere);
    const again = tookAgain(place.io);
    const deafness = problemOf(there, atThere);
    const evidence = {
      [here]: 'takes writes',
      [there]: deafness ?? (isFlat ? `${unseen(there)}.` : quiet),
      ...(deafness === null ? {} : { [unheardKey]: there }),
    };
    return done(again === null ? evidence : { ...evidence, [againKey]: again });
  },
};

/** What is said of the side that is left, when it was asked. One whose state is not known was judged by a person. */
function quietWords(name: string, there: StandRead): string {
  if (there.kind !== 'read') return '';
  if (there.vc === null) return `has no virtual cluster ${name}; whether applications write to another one there can't be seen`;
  return phaseOf(there.vc) === 'strange'
    ? `is in a state that is not known here (${there.vc.status}); a person took it for stopped`
    : 'takes no writes';
}

export const pause: PcrStep<object> = {
  params: noParams,
  rebuild: (acts, side) => acts.pause(side),
  probe: async (place) => {
    const { vc } = await look(place);
    const phase = phaseOf(vc);
    if (phase === 'paused' || phase === 'gave-up') return done({ status: statusOf(vc), job: vc?.job?.status ?? null });
    if (vc?.job?.status === 'pause-requested') return underway(`${place.here} is being paused.`);
    if (phase === 'following' || phase === 'scanning' || phase === 'retrying' || phase === 'pending') return todo;
    return impossible(`Replication into ${place.here} can't be paused: ${phaseWords[phase]}.`, { status: statusOf(vc) });
  },
  perform: change,
};

export const resume: PcrStep<object> = {
  params: noParams,
  rebuild: (acts, side) => acts.resume(side),
  probe: async (place) => {
    const reading = await look(place);
    const { vc } = reading;
    const phase = phaseOf(vc);
    // A job can't be resumed before its pause is complete.
    if (vc?.job?.status === 'pause-requested') return underway(`${place.here} is still being paused.`);
    if (phase === 'paused' || phase === 'gave-up') return (await endedByGoingOn(place, reading)) ?? todo;
    if (phase === 'following' || phase === 'scanning' || phase === 'retrying' || phase === 'pending')
      return done({ status: statusOf(vc), job: vc?.job?.status ?? null });
    return impossible(`Replication into ${place.here} can't be resumed: ${phaseWords[phase]}.`, { status: statusOf(vc) });
  },
  perform: change,
};
