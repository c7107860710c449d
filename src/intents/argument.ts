import type { LinkId } from '../domain/ids.ts';
import { type Problem, problem } from './problem.ts';
import type { Word } from './tokens.ts';

/** What reading a word may depend on besides the word. */
export interface ReadContext {
  /** Links of the config. */
  readonly links: readonly LinkId[];
  /** ms since the epoch. */
  readonly now: number;
  /** What `/repl help` can be asked about. */
  readonly topics: readonly string[];
  /** How this argument is called in sentences, e.g. `--max-stop`. */
  readonly label: string;
}

/** What an argument is when nobody gave it. */
type Absent<T> = { readonly kind: 'refused' } | { readonly kind: 'value'; readonly value: T };

/**
 * A type of argument. `word`: the next plain word. `rest`: all words that are left, or the flag. `flag`: `--name VALUE`.
 * `switch`: `--name`. For every value that `read` can answer, reading what `print` wrote gives that value again.
 */
export interface Argument<T> {
  readonly place: 'word' | 'rest' | 'flag' | 'switch';
  /** How usage lines call it, e.g. `LINK`. */
  readonly placeholder: string;
  /** What help says of it: a phrase without a full stop. */
  readonly about: string;
  readonly absent: Absent<T>;
  /** What can be written, when that is a short list: shown to who left it out. */
  choices?(context: ReadContext): readonly string[];
  read(word: Word, context: ReadContext): T | Problem;
  print(value: T): string;
}

/** An operation with all arguments of its own command. */
export interface ChangeArgument {
  readonly place: 'change';
  readonly placeholder: string;
  readonly about: string;
}

export const mustBeGiven = { kind: 'refused' } as const;

/** The same argument, which need not be given: it is null then, and null prints as nothing. */
export function optional<T>(argument: Argument<T>): Argument<T | null> {
  return {
    ...argument,
    absent: { kind: 'value', value: null },
    print: (value) => (value === null ? '' : argument.print(value)),
  };
}

/** Says that the word does not fit, in the words of the argument. */
export const unfit = (shown: string, label: string, why: string, hint: string): Problem =>
  problem(`${shown} does not fit ${label}: ${why}.`, hint);
