import { z } from 'zod';
import type { FailoverTarget } from '../../../domain/operation.ts';
import { type Micros, timestampOfMicros } from '../../cockroach/times.ts';
import type { Probe } from '../../engine.ts';
import { done, todo, unknown } from '../../frame/probes.ts';
import { kinds } from '../acts.ts';
import type { VirtualClusterView } from '../detail.ts';
import { microsOf, phaseOf } from '../phase.ts';
import { evidenceTime, glance, type PcrStep, type Place, statusOf } from '../place.ts';
import { spellTime } from '../words.ts';
import { recorded } from './cut.ts';
import { noLongerFed } from './fed.ts';

/** A failover time further ahead than this was asked for by somebody else: LATEST lies in the past, µs. */
export const aheadMicros = 60_000_000n;

/** The replicated time is shown rounded to the microsecond, the time of a failover is cut off after it, µs. */
const roundingMicros = 1_000n;

/** The failover that was pending when a plan was made and that it moves, µs in digits. */
export const replaces = z
  .string()
  .regex(/^\d{1,20}$/)
  .nullable()
  .default(null);

/** To which time a promotion is asked for: µs in digits, or the latest. */
export const target = z.union([z.literal('latest'), z.string().regex(/^\d{1,20}$/)]);

const stockParams = z.object({ to: target, replaces, fed: z.boolean().default(false) });

/**
 * Records how far the standby is. LATEST is the replicated time at which it is asked for, and that never goes back: so a promotion to an
 * earlier time than this one is somebody else's. One that has begun before this was asked is too.
 */
export const takeStock: PcrStep<z.infer<typeof stockParams>> = {
  params: stockParams,
  rebuild: (acts, side, { to, replaces: moved, fed }) => acts.takeStock(side, targetOf(to), moved, fed),
  probe: async (place, { to, replaces: moved, fed }) => {
    const [{ vc }, astray] = await Promise.all([glance(place), fed ? noLongerFed(place) : null]);
    const evidence = { status: statusOf(vc), 'replicated time': evidenceTime(vc?.replicated ?? null) };
    if (vc === null || !isAsked(vc) || (vc.failover !== null && vc.failover === moved && phaseOf(vc) !== 'ready'))
      return (phaseOf(vc) === 'following' ? astray : null) ?? done(evidence);
    const at = microsOf(phaseOf(vc) === 'ready' ? vc.activated : vc.failover);
    if (to !== 'latest' && at === BigInt(to)) return done({ ...evidence, why: `Somebody else promotes ${place.here} to that very time.` });
    return notPlanned(place, vc, at);
  },
};

/** Inverse of how the acts write a target. */
export const targetOf = (to: z.infer<typeof target>): FailoverTarget =>
  to === 'latest' ? { kind: 'latest' } : { kind: 'time', at: Number(BigInt(to) / 1000n) };

const isAsked = (vc: VirtualClusterView): boolean => vc.failover !== null || ['pending', 'reverting', 'ready'].includes(phaseOf(vc));

/** Begun by somebody between the plan and the run: its loss is not the one that was approved. */
function notPlanned({ here, link }: Place, vc: VirtualClusterView, at: Micros | null): Probe {
  const isOver = phaseOf(vc) === 'ready';
  const to = at === null ? 'a time that the database does not tell' : spellTime(at);
  return unknown(
    `${here} ${isOver ? 'was' : 'is to be'} promoted to ${to}: somebody else asked for that after this failover was planned, so what is lost is not what was approved. This run has changed nothing yet. Press Cancel and ask for /repl failover ${link.id} again, which shows what it would lose now; or press Skip to go on with the promotion as it is.`,
    { status: vc.status, 'promoted to': evidenceTime(at) },
  );
}

/** What to say of a promotion to latest that gives up what the standby had before it was asked for; null when there is none. */
export function outdated(place: Place, vc: VirtualClusterView): Probe | null {
  const stock = recorded(place.io.earlier, kinds.takeStock, place.here, 'replicated time');
  const phase = phaseOf(vc);
  const at = microsOf(phase === 'ready' ? vc.activated : vc.failover);
  if (stock === null || at === null || at + roundingMicros >= stock) return null;
  return phase === 'ready' || phase === 'reverting' ? givenUp(place, vc, at, stock) : movable(place, vc, at, stock);
}

function givenUp({ here, there, link, name }: Place, vc: VirtualClusterView, at: Micros, stock: Micros): Probe {
  const verb = phaseOf(vc) === 'ready' ? 'was' : 'is being';
  return unknown(
    `${here} ${verb} promoted to ${spellTime(at)} by somebody else, but had everything up to ${spellTime(stock)}: what it took in between is given up on ${here}, and that can't be changed any more. ${here} does not serve yet. If ${there} still has that, press Cancel, start ${name} on ${there} again by hand (START SERVICE SHARED), and let /repl failback ${link.id} make ${here} follow. To accept the loss and go on with ${here}, press Skip.`,
    { status: vc.status, 'promoted to': evidenceTime(at), 'had everything up to': timestampOfMicros(stock) },
  );
}

/** Asked for again it goes to the latest time; but somebody may have chosen the earlier one for a reason. */
function movable({ here, io }: Place, vc: VirtualClusterView, at: Micros, stock: Micros): Probe {
  const evidence = { status: vc.status, 'failover time': evidenceTime(at), 'had everything up to': timestampOfMicros(stock) };
  if (io.retried.some((shown) => shown['failover time'] === evidence['failover time'])) return todo;
  return unknown(
    `A failover of ${here} to ${spellTime(at)} is pending, which somebody else asked for; ${here} had everything up to ${spellTime(stock)} and would give up what is newer. Press Retry to move it to the latest time, as this run was to; press Skip to leave it at the earlier one.`,
    evidence,
  );
}

/** What to say when the promotion went to another time than the one that was asked for before; null when it did not. */
export function elsewhere(place: Place, vc: VirtualClusterView): Probe | null {
  const asked = recorded(place.io.earlier, kinds.completeReplication, place.here, 'failover time');
  const at = microsOf(phaseOf(vc) === 'ready' ? vc.activated : vc.failover);
  if (asked === null || at === null || (at <= asked + roundingMicros && at + roundingMicros >= asked)) return null;
  const { here, there } = place;
  return unknown(
    `This run asked for the promotion of ${here} to ${spellTime(asked)}, but ${phaseOf(vc) === 'ready' ? 'it was' : 'it is being'} promoted to ${spellTime(at)}: somebody else moved it. ${here} does not serve yet. Find out who did and why; to go on with ${here} as it is, press Skip${at < asked ? `: what ${there} took in between is lost then` : ''}.`,
    { status: vc.status, 'promoted to': evidenceTime(at), 'asked for': timestampOfMicros(asked) },
  );
}
