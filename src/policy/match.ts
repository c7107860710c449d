import type { Link } from '../domain/link.ts';
import type { OperationName } from '../domain/operation.ts';
import type { Person } from '../domain/person.ts';
import type { Match } from './rules.ts';
import { eitherOf } from './words.ts';

/** What policy is asked: may this person do this to this link at this time? */
export interface Ask {
  readonly operation: OperationName;
  readonly link: Pick<Link, 'id' | 'engine' | 'environment'>;
  readonly person: Person;
  /** ms since the epoch. */
  readonly at: number;
}

/** How a match compares with an ask. `uncertain`: all fits, but the asker's groups, which decide, could not be read. */
export type Comparison =
  | { readonly kind: 'fits' }
  | { readonly kind: 'differs'; readonly why: string /** Groups whose members it would fit. */; readonly fits: readonly string[] }
  | { readonly kind: 'uncertain'; readonly why: string };

/** Compares text with a pattern in which `*` stands for any characters and `?` for one. Takes at most pattern × text steps. */
export function globFits(pattern: string, text: string): boolean {
  let at = 0;
  let place = 0;
  let star = -1;
  let retryFrom = 0;
  while (at < text.length) {
    const wanted = pattern[place];
    if (wanted === '*') {
      star = place;
      retryFrom = at;
      place += 1;
    } else if (wanted === '?' || (wanted !== undefined && wanted === text[at])) {
      at += 1;
      place += 1;
    } else if (star >= 0) {
      retryFrom += 1;
      at = retryFrom;
      place = star + 1;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(place));
}

const fitsOne = (patterns: readonly string[], text: string): boolean => patterns.some((pattern) => globFits(pattern, text));

function compareTarget({ operations, environments, links, engines }: Match, { operation, link }: Ask): string | null {
  if (operations !== null && !operations.includes(operation)) return `it is about ${eitherOf(operations)}, not ${operation}`;
  if (environments !== null && !fitsOne(environments, link.environment))
    return `it is about ${eitherOf(environments)}, not ${link.environment}`;
  if (links !== null && !fitsOne(links, link.id)) return `it is about links named ${eitherOf(links)}, not ${link.id}`;
  if (engines !== null && !engines.includes(link.engine)) return `it is about the engine ${eitherOf(engines)}, not ${link.engine}`;
  return null;
}

/** Compares what is asked with what a rule or a freeze is about. */
export function compare(match: Match, ask: Ask): Comparison {
  const target = compareTarget(match, ask);
  if (target !== null) return { kind: 'differs', why: target, fits: [] };
  if (match.askers === null) return { kind: 'fits' };
  const { groups, people } = match.askers;
  if (people.includes(ask.person.id) || groups.some((group) => ask.person.groups.includes(group))) return { kind: 'fits' };
  const whom = groups.length === 0 ? 'the people it names' : `${eitherOf(groups)}${people.length > 0 ? ' and the people it names' : ''}`;
  if (groups.length > 0 && ask.person.groupsProblem !== null)
    return { kind: 'uncertain', why: `it is for ${whom}, and whether who asks belongs there could not be read` };
  return { kind: 'differs', why: `it is for ${whom}, and who asks is not among them`, fits: groups };
}
