import { otherSide, type Side } from '../../domain/observation.ts';
import { spellTime } from '../cockroach/spell.ts';
import type { Micros } from '../cockroach/times.ts';
import type { LdrLink } from './config.ts';
import type { JobView, LdrDetail, TableWrites } from './detail.ts';
import { flowInto, readOf } from './flow.ts';
import { showTable } from './table-name.ts';
import { tablesAt } from './words.ts';

/** A table with a write of its own that the other side is not known to have. */
export interface Stray {
  readonly pair: number;
  /** When the newest one was made. */
  readonly at: Micros;
  /** Up to when the other side has everything of the table; null when nothing is known to have come. */
  readonly since: Micros | null;
}

/** What the newest writes say of a side that is to be emptied. */
export interface Weighing {
  readonly into: Side;
  readonly strays: readonly Stray[];
  /** Tables whose newest write could not be read here. */
  readonly untold: readonly { readonly pair: number; readonly why: Extract<TableWrites, { kind: 'untold' }>['why'] }[];
  /** The newest write that applications made on each side, as far as it could be read; null when there is none. */
  readonly newest: Readonly<Record<Side, Micros | null>>;
  /** Whether every table of the other side could be read. */
  readonly otherTold: boolean;
  /** By table, the newest write that was seen here (µs, in digits; `0` for none); null where it could not be read. */
  readonly known: readonly (string | null)[];
}

const untold: TableWrites = { kind: 'untold', why: 'failed' };
const newestOf = (times: readonly Micros[]): Micros | null =>
  times.reduce<Micros | null>((newest, at) => (newest === null || at > newest ? at : newest), null);

/** Weighs the newest writes of both sides before `into` is emptied. Where nothing was looked at, nothing is known. Pure. */
export function weigh(link: LdrLink, detail: LdrDetail, into: Side): Weighing {
  const other = otherSide(into);
  const looks = link.settings.tables.map((_, pair) => ({ pair, look: detail.writes?.pairs[pair] ?? { primary: untold, standby: untold } }));
  const told = (side: Side) =>
    looks.flatMap(({ pair, look }) =>
      look[side].kind === 'told' && look[side].newest !== null ? [{ pair, at: BigInt(look[side].newest) }] : [],
    );
  return {
    into,
    strays: told(into)
      .map(({ pair, at }) => ({ pair, at, since: arrivedUpTo(detail, other, pair) }))
      .filter(({ at, since }) => at > (since ?? -1n)),
    untold: looks.flatMap(({ pair, look }) => (look[into].kind === 'untold' ? [{ pair, why: look[into].why }] : [])),
    newest: {
      primary: newestOf(told('primary').map(({ at }) => at)),
      standby: newestOf(told('standby').map(({ at }) => at)),
    },
    otherTold: looks.every(({ look }) => look[other].kind === 'told'),
    known: looks.map(({ look }) => (look[into].kind === 'told' ? (look[into].newest ?? '0') : null)),
  };
}

/** Up to when a side has everything that the other one took into a table: as far as the jobs came that brought it, those that are over too. */
const arrivedUpTo = (detail: LdrDetail, side: Side, pair: number): Micros | null => broughtUpTo(readOf(detail, side)?.jobs ?? [], pair);

/** The same by the word of the jobs of that side. */
export function broughtUpTo(jobs: readonly JobView[], pair: number): Micros | null {
  const known = jobs.filter(({ covers, source }) => covers.includes(pair) && source !== 'other');
  return newestOf(known.flatMap(({ replicated }) => (replicated === null ? [] : [BigInt(replicated)])));
}

export const isClean = ({ strays, untold: unread }: Weighing): boolean => strays.length === 0 && unread.length === 0;

/** Whether the side that is to be emptied has the newest writes of all, so that it looks like the one in use. */
export function looksInUse({ into, strays, newest, otherTold }: Weighing): boolean {
  const here = newestOf(strays.map(({ at }) => at));
  const there = newest[otherSide(into)];
  return here !== null && otherTold && (there === null || here > there);
}

/** Full sentence on what each side took last. */
export function newestWords({ settings }: LdrLink, { newest, otherTold, untold: unread, into }: Weighing): string {
  const say = (side: Side): string => {
    const whole = side === into ? unread.length === 0 : otherTold;
    const at = newest[side] === null ? (whole ? 'none' : 'not known') : `${spellTime(newest[side])}${whole ? '' : ' or later'}`;
    return `on ${settings[side].cluster} ${at}`;
  };
  return `Newest write that no job brought: ${say(into)}; ${say(otherSide(into))}. Deletes leave no row, so they are not seen in this.`;
}

const reasons: Readonly<Record<Weighing['untold'][number]['why'], string>> = {
  slow: 'a quick look was not enough for their size',
  refused: 'the bot may not read them',
  unsupported: 'this version does not tell which rows a job brought',
  failed: 'the look at them failed',
};

/** Why some tables could not be told, as full sentences; none when all could. `before`: what a person has to speak before. */
export function untoldWarnings(
  { settings }: LdrLink,
  { into, untold: unread }: Weighing,
  before = 'anything is deleted',
): readonly string[] {
  const whys = [...new Set(unread.map(({ why }) => why))];
  return whys.map((why) => {
    const pairs = unread.filter((one) => one.why === why).map(({ pair }) => pair);
    return `Whether applications wrote into ${tablesAt(settings, into, pairs)} on ${settings[into].cluster} is not known: ${reasons[why]}. A person has to say so before ${before}.`;
  });
}

/** `shop.public.orders up to … UTC`, for each table with writes that the other side is not known to have. */
export const strayList = ({ settings }: LdrLink, { into, strays }: Weighing): readonly string[] =>
  strays.flatMap(({ pair, at }) => {
    const name = settings.tables[pair]?.[into];
    return name === undefined ? [] : [`${showTable(name)} up to ${spellTime(at)}`];
  });

/** Whether the way back still brings all that is written on a side that is to be emptied. */
export function isFollowedBack({ settings }: LdrLink, detail: LdrDetail, into: Side): boolean {
  const back = flowInto(settings, detail, otherSide(into));
  return back?.phase === 'following' && back.missing.length === 0;
}
