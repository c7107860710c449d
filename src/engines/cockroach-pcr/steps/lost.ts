import { isFault } from '../../../domain/faults.ts';
import { otherSide } from '../../../domain/observation.ts';
import { deafBy } from '../../cockroach/deaf.ts';
import { withSystem } from '../../cockroach/session.ts';
import { type Micros, msOfMicros } from '../../cockroach/times.ts';
import type { Probe } from '../../engine.ts';
import { unknown } from '../../frame/probes.ts';
import { kinds } from '../acts.ts';
import { phaseOf } from '../phase.ts';
import type { Place } from '../place.ts';
import { type Glance, glanceAt } from '../read-side.ts';
import { problemOf, spell } from '../words.ts';
import { recorded } from './cut.ts';

/** A follower that is gone for less long after its promotion was asked for is waited for: nodes restart, and networks break for a moment, ms. */
const patienceMs = 3 * 60_000;

/** Time between two looks at a follower that gives no answer, ms. */
const secondLookMs = 2_000;

const goneKey = 'gives no answer';

/**
 * The follower can't be asked while it is promoted. Where the other side stands there stopped, nobody takes writes, and only people can
 * tell whether the follower is lost: so they are asked before the step is late. Retry goes on waiting. `again` asks the follower once more.
 * Throws the Fault that the follower gave where there is nothing to ask yet.
 */
export async function unlessLost(place: Place, cause: unknown, again: () => Promise<Glance>): Promise<Glance | Probe> {
  const { here, there, io, link } = place;
  if (!isFault(cause) || io.signal.aborted || deafBy(cause).kind !== 'gone') throw cause;
  if (io.retried.some((shown) => shown[goneKey] === here)) throw cause;
  const left = await other(place);
  if (left === null || phaseOf(left.vc) !== 'ready' || left.vc?.service !== 'none') throw cause;
  const forMs = askedForMs(place, left.now);
  if (forMs === null || forMs < patienceMs) throw cause;
  await io.clock.sleep(secondLookMs, io.signal);
  const still = await again().catch((second: unknown) => {
    if (isFault(second) && deafBy(second).kind === 'gone') return null;
    throw second;
  });
  if (still !== null) return still;
  return unknown(
    `${problemOf(here, deafBy(cause))} Its promotion was asked for ${spell(forMs)} ago, and ${there} is stopped, so nobody takes writes. ${there} has everything that it took. If ${here} comes back soon, press Retry: this run goes on. If it is lost, press Cancel, then ask for /repl failover ${link.id}: it lets ${there} serve again and says what that gives up.`,
    { [goneKey]: here },
  );
}

/** Null when the other side can't be asked either. */
function other({ connect, link, side, there, name, io }: Place): Promise<Glance | null> {
  const asked = withSystem(connect, link.settings[otherSide(side)], io, (session) => glanceAt(session, there, name));
  return asked.catch((cause: unknown) => {
    if (isFault(cause) && !io.signal.aborted) return null;
    throw cause;
  });
}

/**
 * How long ago the promotion was asked for, by the workers' clock: its time may lie long before that. Where no worker noted it, by the
 * databases' clocks. Null when nothing tells.
 */
function askedForMs({ io, here, there }: Place, now: Micros): number | null {
  const at = io.earlier.findLast(({ kind, cluster }) => kind === kinds.completeReplication && cluster === here)?.at;
  if (at !== undefined) return io.clock.now() - at;
  const times = [
    recorded(io.earlier, kinds.completeReplication, here, 'failover time'),
    recorded(io.earlier, kinds.stopService, there, 'seen at'),
  ].filter((time) => time !== null);
  const since = times.reduce<Micros | null>((latest, time) => (latest === null || time > latest ? time : latest), null);
  return since === null ? null : msOfMicros(now - since);
}
