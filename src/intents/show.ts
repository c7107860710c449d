import { withoutUnseen } from './characters.ts';

const shownCharacters = 40;
const mostListed = 8;

/** What a person typed, in quotes, on one line, cut after 40 characters: fit for a sentence. */
export function show(typed: string): string {
  const characters = [
    ...withoutUnseen(typed)
      .replace(/\s+/g, ' ')
      .trim()
      .replace(/[\p{Cc}\p{Cs}]/gu, '\uFFFD'),
  ];
  return characters.length > shownCharacters ? `"${characters.slice(0, shownCharacters).join('')}…"` : `"${characters.join('')}"`;
}

/** Spellings as people may type them: `` `a`, `b` or `c` ``. */
export function eitherOf(spellings: readonly string[]): string {
  const quoted = spellings.map((spelling) => `\`${spelling}\``);
  const last = quoted.at(-1) ?? '';
  return quoted.length < 2 ? last : `${quoted.slice(0, -1).join(', ')} or ${last}`;
}

/** `` Write `a`, `b` or `c`. `` for a short list, else the sentence that says where the list is. */
export const choose = (spellings: readonly string[], whereElse: string): string =>
  spellings.length > 0 && spellings.length <= mostListed ? `Write ${eitherOf(spellings)}.` : whereElse;
