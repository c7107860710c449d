import { nearest } from '../domain/nearest.ts';
import { eitherOf } from './show.ts';

/** `` Did you mean `status`? ``, or null when nothing is near. A guess is only ever shown, never carried out. */
export function didYouMean(typed: string, spellings: readonly string[]): string | null {
  const guesses = nearest(typed, spellings);
  return guesses.length === 0 ? null : `Did you mean ${eitherOf(guesses)}?`;
}
