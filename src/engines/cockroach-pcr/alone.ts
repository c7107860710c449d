import { otherSide, type Side } from '../../domain/observation.ts';
import { type Micros, microsOfMs } from '../cockroach/times.ts';
import type { PcrLink, PcrSettings } from './config.ts';
import type { PcrDetail, ReadSide, SideRead } from './detail.ts';
import type { Said } from './memory.ts';
import { microsOf, phaseOf } from './phase.ts';
import { promotedAt } from './promoted.ts';
import { spellTime } from './words.ts';

/** A side that stands there stopped with all that it had, while the other one, which was put in its place, is not heard. */
export interface Alone {
  readonly side: Side;
  readonly here: string;
  readonly there: string;
  readonly lost: SideRead;
  /** What the lost side said when it last could be asked; null when no earlier look knows. */
  readonly said: Said | null;
  /** When this side was promoted itself, where nothing tells whether it was put to use since; null where that is no question. */
  readonly unproven: Micros | null;
  /** The time that the lost side was promoted to: up to it, this side has all that the lost one has. Null when not told. */
  readonly upTo: Micros | null;
}

/** Null where that isn't so. One that was promoted last and never served is no such side: its promotion is completed instead. */
export function aloneOf(settings: PcrSettings, detail: PcrDetail): Alone | null {
  const side = (['primary', 'standby'] as const).find((one) => detail[one].kind === 'read');
  const read = side === undefined ? undefined : detail[side];
  if (side === undefined || read?.kind !== 'read' || !standsStopped(read) || !tookPart(side, read)) return null;
  const lost = detail[otherSide(side)];
  // One that answers is not lost, whatever it lets be seen.
  if (lost.kind === 'read' || lost.kind === 'locked') return null;
  const said = detail.remembered?.[otherSide(side)] ?? null;
  const use = useOf(side, read, detail);
  if (use === 'none') return null;
  return {
    ...{ side, here: settings[side].cluster, there: settings[otherSide(side)].cluster, lost, said },
    unproven: use === 'untold' ? promotedAt(read) : null,
    upTo: laterPromotion(promotedAt(read), said),
  };
}

const standsStopped = (read: ReadSide): boolean =>
  read.flat !== true && read.elsewhere === undefined && phaseOf(read.vc) === 'ready' && read.vc?.service === 'none';

/** One that is ready on the standby and was neither promoted nor followed is none of this link's: it may be empty. */
const tookPart = (side: Side, read: ReadSide): boolean => side === 'primary' || promotedAt(read) !== null || read.history !== 'none';

/** Bots look at a link about once a minute; what was seen this long before a promotion was seen shortly before it, ms. */
const shortlyMs = 10 * 60_000;

/** A promotion that nobody completed for longer than this was given up or put to use meanwhile, ms. */
const staleMs = 24 * 3_600_000;

/** Whether a side was put to use after it was last promoted, by what earlier looks and runs tell. One that was never promoted was. */
function useOf(side: Side, read: ReadSide, { remembered, signs }: PcrDetail): 'some' | 'none' | 'untold' {
  const own = promotedAt(read);
  if (own === null) return 'some';
  const other = otherSide(side);
  const isLater = (digits: string | null | undefined): boolean => (microsOf(digits ?? null) ?? 0n) > own;
  // Whoever had applications sent to the other one since did so because this one had served, or was to.
  if (isLater(remembered?.[other]?.activated) || isLater(signs?.served[side]) || isLater(signs?.sent?.at)) return 'some';
  const others = othersService(other, { remembered, signs });
  if (others === null) return 'untold';
  const isFresh = BigInt(read.now) - own < microsOfMs(staleMs);
  return others > own || (isFresh && others + microsOfMs(shortlyMs) > own) ? 'none' : 'untold';
}

/** When a side that is not heard was last seen to serve. */
function othersService(other: Side, { remembered, signs }: Pick<PcrDetail, 'remembered' | 'signs'>): Micros | null {
  const said = remembered?.[other];
  return microsOf(signs?.served[other] ?? (said?.writable === 'yes' ? said.at : null));
}

/** When the other side was promoted, if that was after this one was. */
function laterPromotion(own: Micros | null, said: Said | null): Micros | null {
  const others = microsOf(said?.activated ?? null);
  return others !== null && (own === null || others > own) ? others : null;
}

/** What lets the side that is left serve again, for the refusals of everything else; null where there is no such side. A full sentence. */
export function aloneNext({ id, settings }: Pick<PcrLink, 'id' | 'settings'>, detail: PcrDetail): string | null {
  const alone = aloneOf(settings, detail);
  if (alone === null) return null;
  const { here, there, unproven } = alone;
  const has = unproven === null ? 'serve again with what it had when it was stopped' : 'serve with what it has';
  return `Make ${there} reachable if it may come back: what it took since it was promoted is only there. If it is lost, /repl failover ${id} lets ${here} ${has}, and says what that gives up.`;
}

/** The same for the state of the link. Begins with a space; empty where there is no such side. */
export function aloneHeadline(settings: PcrSettings, detail: PcrDetail): string {
  const alone = aloneOf(settings, detail);
  if (alone === null) return '';
  const { here, there, unproven } = alone;
  const doubt = unproven === null ? '' : `; whether it served since it was promoted to ${spellTime(unproven)} is not known`;
  return ` If ${there} is lost, a failover lets ${here} serve what it has${doubt}.`;
}

/** Up to when a side that served alone has what the other one had, for the report; null when that is not known. */
export function heldUpTo(side: Side, detail: PcrDetail): Micros | null {
  const other = detail[otherSide(side)];
  const others = promotedAt(other);
  const said = detail.remembered?.[otherSide(side)] ?? null;
  return laterPromotion(promotedAt(detail[side]), others === null || said === null ? said : { ...said, activated: String(others) });
}
