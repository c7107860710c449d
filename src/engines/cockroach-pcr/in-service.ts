import { otherSide, type Side } from '../../domain/observation.ts';
import { type Micros, microsOfMs } from '../cockroach/times.ts';
import type { PcrSettings } from './config.ts';
import type { PcrDetail } from './detail.ts';
import { promotedLast } from './promoted.ts';
import { spellTime } from './words.ts';

/**
 * Two sides take writes. The side that people use, and why: full sentences without a stop, of which all are told where they disagree.
 * `side` null: that can't be told, so people have to.
 */
export interface InService {
  readonly side: Side | null;
  readonly signs: readonly string[];
}

/** The clocks of the bot and of the databases may be this far apart, so that which of two times came first is not sure, ms. */
const apartMs = 15 * 60_000;

interface Sign {
  readonly side: Side;
  readonly at: Micros;
}

/**
 * Where a run had people send applications counts more than a promotion before it: the promoted side may have been lost, and another put
 * into service in its place. That one side alone was heard to serve is no more than a doubt: the bot may have been cut off from the other.
 * Pure.
 */
export function inService(settings: PcrSettings, detail: PcrDetail): InService {
  const last = promotedLast(detail);
  const sent = since(signOf(detail.signs?.sent ?? null), last, microsOfMs(apartMs));
  const alone = since(since(signOf(detail.signs?.alone ?? null), last, 0n), sent, 0n);
  const told = [
    ...(last === null ? [] : [`${settings[last.side].cluster} was promoted last (${spellTime(last.at)})`]),
    ...(sent === null ? [] : [`a run of the bot last had applications sent to ${settings[sent.side].cluster} (${spellTime(sent.at)})`]),
    ...(alone === null ? [] : [aloneWords(settings, alone)]),
    ...(detail.signs?.untold === true ? ['where the runs of the bot last had applications sent could not be read'] : []),
  ];
  const side = detail.signs?.untold === true || last === null ? null : judge(last, sent, alone);
  return { side, signs: told };
}

function judge(last: Sign, sent: Sign | null, alone: Sign | null): Side | null {
  const named = sent !== null && sent.at >= last.at ? sent.side : last.side;
  if (alone !== null && alone.side !== named) return null;
  // It may have been sent there after that promotion as well as before it.
  return sent !== null && sent.side !== named ? null : named;
}

const signOf = (placed: { readonly side: Side; readonly at: string } | null): Sign | null =>
  placed === null ? null : { side: placed.side, at: BigInt(placed.at) };

/** Null where it is older than what came after it. */
const since = (sign: Sign | null, after: Sign | null, apart: Micros): Sign | null =>
  sign === null || (after !== null && sign.at + apart < after.at) ? null : sign;

const aloneWords = (settings: PcrSettings, { side, at }: Sign): string =>
  `${settings[side].cluster} was seen to serve while ${settings[otherSide(side)].cluster} gave no answer (${spellTime(at)})`;
