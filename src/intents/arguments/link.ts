import type { LinkId } from '../../domain/ids.ts';
import { type Argument, mustBeGiven } from '../argument.ts';
import { didYouMean } from '../nearest.ts';
import { choose, show } from '../show.ts';
import { printWord } from './printed.ts';

function hintFor(typed: string, links: readonly LinkId[]): string {
  if (links.length === 0) return 'No links are configured.';
  return didYouMean(typed, links) ?? choose(links, '`/repl links` lists all of them.');
}

/** A replication link by its name in the config. It has to exist; another spelling of it is named, not taken. */
export function link(): Argument<LinkId> {
  return {
    place: 'word',
    placeholder: 'LINK',
    about: 'name of a replication link, as `/repl links` lists it',
    absent: mustBeGiven,
    choices: ({ links }) => links,
    read(word, { links }) {
      const found = links.find((known) => known === word.text) ?? links.find((known) => known === word.plain);
      if (found !== undefined) return found;
      const sentence = `There is no link called ${show(word.text)}.`;
      return { kind: 'problem', code: 'unknown-link', sentence, hint: hintFor(word.plain, links) };
    },
    print: printWord,
  };
}
