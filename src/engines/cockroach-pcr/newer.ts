import { otherSide, type Side } from '../../domain/observation.ts';
import { isRefusal } from '../../domain/refusal.ts';
import type { PcrLink } from './config.ts';
import type { PcrDetail } from './detail.ts';
import { leftBehind } from './plans/continue.ts';
import { promotedLast } from './promoted.ts';
import { spellTime } from './words.ts';

/**
 * Beside the side that serves, one that was promoted after it and does not: its data is the newer, unless it never served. Null where that
 * isn't so. Sentences.
 */
export function newerBeside(serving: Side, link: PcrLink, detail: PcrDetail): { readonly fact: string; readonly instead: string } | null {
  const last = promotedLast(detail);
  if (last === null || last.side === serving) return null;
  const left = leftBehind(link, detail);
  if (left === null) return null;
  const [here, there] = [link.settings[serving].cluster, link.settings[otherSide(serving)].cluster];
  return {
    fact: `${there} was promoted after ${here}, at ${spellTime(last.at)}: if it has served since, its data is the newer.`,
    instead: isRefusal(left)
      ? `To give up what ${here} took since instead, stop the service of ${here} and then start that of ${there} by hand.`
      : `/repl failover ${link.id} stops ${here}, lets ${there} serve and gives up what ${here} took since.`,
  };
}

/** The same for an operation that discards what the newer side has. */
export function newerWarnings(serving: Side, link: PcrLink, detail: PcrDetail): readonly string[] {
  const newer = newerBeside(serving, link, detail);
  const there = link.settings[otherSide(serving)].cluster;
  return newer === null ? [] : [`${newer.fact} This discards what ${there} took. ${newer.instead}`];
}
