import { z } from 'zod';
import { Fault, isFault } from '../../../domain/faults.ts';
import { droppedOnly, keptFrom } from '../../cockroach/make-anew.ts';
import { withSystem } from '../../cockroach/session.ts';
import { type Micros, msOfMicros, timestampOfMicros } from '../../cockroach/times.ts';
import type { Probe } from '../../engine.ts';
import { done, impossible, todo, underway } from '../../frame/probes.ts';
import type { VirtualClusterView } from '../detail.ts';
import { followerIn, isFollowing, phaseOf } from '../phase.ts';
import { change, glance, look, type PcrStep, type Place, peek, statusOf } from '../place.ts';
import { keepsHistory } from '../read-side.ts';
import { replaceConnectionStatements } from '../statements-setup.ts';
import { phaseWords, problemOf, spell, spellTime } from '../words.ts';
import { endedByGoingOn } from './history.ts';
import { changeWithSecrets } from './setup-users.ts';

/** A setting of a stream can be sent for as long as there is a stream that is not being promoted. */
function whileFollowing({ here }: Place, vc: VirtualClusterView | null): Probe {
  const phase = phaseOf(vc);
  if (isFollowing(phase) && phase !== 'reverting') return todo;
  return impossible(`${here} has no stream that could be changed: ${phaseWords[phase]}.`, { status: statusOf(vc) });
}

const retentionParams = z.object({ windowMs: z.number() });

/** How far back this side can be promoted. No read shows it. */
export const setRetention: PcrStep<z.infer<typeof retentionParams>> = {
  params: retentionParams,
  repeatable: true,
  rebuild: (acts, side, { windowMs }) => acts.setRetention(side, windowMs),
  probe: async (place) => whileFollowing(place, (await look(place)).vc),
  perform: change,
};

const expirationParams = z.object({ expirationMs: z.number(), of: z.enum(['source', 'consumer']) });

/** How long the source keeps history for a silent consumer. No read shows it. */
export const setExpiration: PcrStep<z.infer<typeof expirationParams>> = {
  params: expirationParams,
  repeatable: true,
  rebuild: (acts, side, { expirationMs, of }) => acts.setExpiration(side, expirationMs, of),
  probe: async (place, { of }) => {
    const { vc, jobs } = await look(place);
    if (of === 'consumer') return whileFollowing(place, vc);
    if (keepsHistory(place.name, jobs)) return todo;
    return impossible(`${place.here} keeps no history for ${place.there}: no job there feeds a standby.`, { status: statusOf(vc) });
  },
  perform: change,
};

const replaceParams = z.object({ trust: z.enum(['inline', 'path']), how: z.enum(['alter', 'recreate']) });

/** Lets the external connection lead where the config says. Passwords and certificates in it are never shown, so no read tells. */
export const replaceConnection: PcrStep<z.infer<typeof replaceParams>> = {
  params: replaceParams,
  repeatable: true,
  rebuild: (acts, side, { trust, how }) => acts.replaceConnection(side, trust, how),
  probe: async (place, { how }) => (how === 'recreate' ? mayMakeAnew(place) : todo),
  perform: async (place, statement, { trust, how }, statements) => {
    const at = how === 'alter' ? 0 : 1;
    if (how === 'recreate') await change(place, statement).catch(unlessMissing);
    await changeWithSecrets(
      place,
      statements[at] ?? '',
      (spelling) => replaceConnectionStatements(place.link.settings, place.side, trust, how, spelling)[at] ?? null,
    ).catch((cause: unknown) => {
      throw how === 'alter' ? cause : halfDone(droppedOnly(cause, 'The stream', anew(place)));
    });
  },
};

/** Before a connection is dropped to be made anew: the bot may make one. */
const mayMakeAnew = (place: Place): Promise<Probe> =>
  withSystem(place.connect, place.address, place.io, async (session) => {
    const kept = await keptFrom(session, place.address.user, anew(place));
    return kept === null ? todo : impossible(kept);
  });

const anew = ({ here, link, side }: Place) => ({ here, connection: link.settings.streams[side] ?? '' });

/** An attempt before this one may have dropped it. */
function unlessMissing(cause: unknown): void {
  if (!isFault(cause) || cause.facts['sqlState'] !== '42704') throw cause;
}

/** Something was changed before this went wrong. */
function halfDone(cause: unknown): unknown {
  if (!isFault(cause) || cause.effect !== 'not-applied' || cause.code === 'lease-lost') return cause;
  return new Fault(cause.code, cause.message, { effect: 'unknown', facts: cause.facts, cause });
}

/** Time between two looks while a pause or a resume takes effect, ms. */
const pollMs = 250;
/** Parts of the call's time: for each statement, and for each wait. They sum to less than 1. */
const share = 0.2;

/**
 * Pauses the stream and lets it go on, so that it reads its connection anew. One act: in the middle of it the link is no safer and no
 * worse than after a pause, and sending both again ends in the same state.
 */
export const bounce: PcrStep<object> = {
  params: z.object({}),
  repeatable: true,
  rebuild: (acts, side) => acts.bounce(side),
  probe: async (place) => {
    const reading = await look(place);
    const probe = whileFollowing(place, reading.vc);
    return probe.kind === 'todo' ? ((await endedByGoingOn(place, reading)) ?? probe) : probe;
  },
  perform: async (place, pause, _params, [, resume = '']) => {
    const brief = { ...place, io: { ...place.io, timeoutMs: Math.max(1, Math.floor(place.io.timeoutMs * share)) } };
    await change(brief, pause);
    try {
      await until(brief, (vc) => vc?.job?.status === 'paused');
      await change(brief, resume);
      await until(brief, (vc) => goesOn(brief, vc));
    } catch (cause) {
      throw halfDone(cause);
    }
  },
};

/** Throws a Fault when there is no stream any more that could go on: that it is not paused proves nothing. */
function goesOn({ here }: Place, vc: VirtualClusterView | null): boolean {
  const phase = phaseOf(vc);
  if (isFollowing(phase)) return phase !== 'paused';
  throw new Fault('statement-refused', `The stream into ${here} ended when it was let go on: ${phaseWords[phase]}.`, {
    effect: 'unknown',
    facts: { cluster: here, status: statusOf(vc) },
  });
}

/** Throws a Fault `deadline-passed` when it does not come to that within the time of the place. */
async function until(place: Place, reached: (vc: VirtualClusterView | null) => boolean): Promise<void> {
  const { clock, signal, timeoutMs } = place.io;
  const end = clock.monotonic() + timeoutMs;
  for (;;) {
    const { vc } = await look(place);
    if (reached(vc)) return;
    if (clock.monotonic() >= end) {
      throw new Fault('deadline-passed', `The stream into ${place.here} is still ${statusOf(vc)} after ${timeoutMs} ms.`, {
        effect: 'unknown',
        facts: { cluster: place.here, status: statusOf(vc) },
      });
    }
    await clock.sleep(pollMs, signal);
  }
}

const timeParams = z.object({ micros: z.string().regex(/^\d{1,20}$/) });

/** Waits for the time of a promotion that was asked for ahead, by the clock of the side that is to be promoted. */
export const awaitTime: PcrStep<z.infer<typeof timeParams>> = {
  params: timeParams,
  rebuild: (acts, side, { micros }) => acts.awaitTime(side, micros),
  probe: async (place, { micros }) => {
    const [{ vc, now }, other] = await Promise.all([glance(place), peek(place)]);
    const at = BigInt(micros);
    if (followerIn(vc) && vc.failover !== null && vc.failover !== micros) {
      return impossible(`The failover of ${place.here} was moved to ${spellTime(vc.failover)}: somebody else did it.`, {
        'failover time': timestampOfMicros(BigInt(vc.failover)),
      });
    }
    const deaf = problemOf(place.there, other);
    const reached = vc === null || vc.replicated === null || BigInt(vc.replicated) >= at;
    if (now < at) return deaf === null ? underway(`${spell(msOfMicros(at - now))} to go.`) : sourceGone(place, vc, at, deaf);
    if (reached) return done({ 'seen at': timestampOfMicros(now) });
    if (deaf === null) return nearlyThere(place, vc, at) ?? done({ 'seen at': timestampOfMicros(now) });
    return impossible(
      `${deaf} ${place.here} has nothing newer than ${spellTime(vc.replicated)}, so it is never promoted to ${spellTime(micros)} by itself. Press Cancel, then ask for /repl failover ${place.link.id} --to latest.`,
      { 'replicated time': vc.replicated === null ? null : timestampOfMicros(BigInt(vc.replicated)) },
    );
  },
};

/** Time between two looks at a source that gives no answer, ms: a short break of the network is none of its own. */
const secondLookMs = 2_000;

const goneKey = 'gives no answer';

/**
 * Without the source the time never comes, and while the run waits nobody else may fail over: so people are asked at once. Retry goes on
 * waiting, for a source that comes back.
 */
async function sourceGone(place: Place, vc: VirtualClusterView | null, at: Micros, deaf: string): Promise<Probe> {
  const { here, there, io, link } = place;
  await io.clock.sleep(secondLookMs, io.signal);
  const still = problemOf(there, await peek(place));
  if (still === null) return underway(`${there} gave no answer for a moment.`);
  if (io.retried.some((shown) => shown[goneKey] === there)) {
    return underway(`${deaf} Unless it comes back, ${here} is never promoted to ${spellTime(at)}.`);
  }
  const newest = vc?.replicated ?? null;
  return impossible(
    `${still} Unless it comes back, ${here} is never promoted to ${spellTime(at)}; it has everything up to ${spellTime(newest)}. To promote it to that now, press Cancel, then ask for /repl failover ${link.id} --to latest. To go on waiting for ${there}, press Retry.`,
    { [goneKey]: there, 'replicated time': newest === null ? null : timestampOfMicros(BigInt(newest)) },
  );
}

/** A sound stream is never further behind than this, so that it comes to a time within that of it, µs. */
const soundLagMicros = 60_000_000n;

/**
 * The next step stops the primary: not before the follower is about to get to the time. Null when it is, or when its state is for the
 * steps that come to judge.
 */
function nearlyThere({ here, there, link }: Place, vc: VirtualClusterView | null, at: Micros): Probe | null {
  const phase = phaseOf(vc);
  if (vc === null || vc.replicated === null || !isFollowing(phase)) return null;
  const stands = `${here} stands at ${spellTime(vc.replicated)}`;
  if (phase === 'paused' || phase === 'gave-up') {
    return impossible(
      `${stands} and does not go on (${phaseWords[phase]}), so it is not promoted to ${spellTime(at)}. ${there} has not been stopped and goes on. Press Cancel; /repl resume ${link.id} lets ${here} go on and promotes it to that time once it gets there, /repl failover ${link.id} --to latest promotes it to what it has.`,
      { status: vc.status, 'replicated time': timestampOfMicros(BigInt(vc.replicated)) },
    );
  }
  if (phase !== 'retrying' && BigInt(vc.replicated) + soundLagMicros >= at) return null;
  return underway(`${stands}, and ${there} is not stopped before it gets near ${spellTime(at)} (${phaseWords[phase]}).`);
}
