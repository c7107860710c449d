import type { Json } from '../../src/domain/json.ts';
import type { OperationName } from '../../src/domain/operation.ts';
import type { JournalRecord, RunView } from '../../src/domain/run.ts';
import { changesOf } from './deaths-compared.ts';
import type { SeenEffect } from './drive.ts';

/** What a run did, when it was over. */
export interface Story {
  readonly records: readonly JournalRecord[];
  readonly run: RunView;
  readonly effects: readonly SeenEffect[];
  /** Effects on the way on which the worker may die. */
  readonly mortal: readonly SeenEffect[];
  /** What is in the databases then. */
  readonly end: Json;
  readonly wasSplit: boolean;
  readonly died: boolean;
  readonly words: readonly string[];
  /** Statements of steps that may be sent again. */
  readonly again: ReadonlySet<string>;
}

/** How the first worker dies. Words are counted from the first that belongs to this run's steps. */
export type Death =
  | { readonly kind: 'none' }
  | { readonly kind: 'word'; readonly at: number; readonly written: boolean }
  /** Its call hangs, before or after the effect is made, and the worker is gone. */
  | { readonly kind: 'effect'; readonly statement: string; readonly how: 'drop-before' | 'drop-after' | 'hang' };

const hows = ['drop-before', 'drop-after', 'hang'] as const;

/** A word without the number of its step: plans of one kind have other numbers of steps. */
const kindOf = (word: string, { run }: Story): string =>
  word.replace(/ (\S+)$/, (_, id) => ` ${run.plan.steps.find((step) => step.id === id)?.kind}`);

/** `thinned`, for plans of many like steps, has each word of each kind of step once, and each effect in one way. */
export type How = 'all' | 'thinned';

function possibleDeaths(quiet: Story, how: How): readonly Death[] {
  const { words, mortal } = quiet;
  const isFirst = (word: string, index: number): boolean => words.findIndex((one) => kindOf(one, quiet) === kindOf(word, quiet)) === index;
  const atWords = words.flatMap((word, index): readonly Death[] =>
    how === 'all' || isFirst(word, index) ? [{ kind: 'word', at: index + 1, written: (index + 1) % 2 === 0 }] : [],
  );
  const inEffects = [...new Set(changesOf(mortal))].flatMap((statement, index) =>
    hows.filter((_, at) => how === 'all' || at === index % hows.length).map((one): Death => ({ kind: 'effect', statement, how: one })),
  );
  return [...atWords, ...inEffects];
}

/** What moves applications is asked for in need, and is played whole in every situation. */
const moves: ReadonlySet<OperationName> = new Set(['failover', 'switchover', 'failback', 'fence']);

/** Leaves out what another situation has had: the same word of the same kind of step, or the same effect in the same way. One always stays. */
function newTo(seen: Set<string>, deaths: readonly Death[], quiet: Story): readonly Death[] {
  const keyOf = (death: Death): string =>
    death.kind === 'word'
      ? kindOf(quiet.words[death.at - 1] ?? '', quiet)
      : death.kind === 'effect'
        ? `${death.how} ${death.statement}`
        : '';
  const unseen = deaths.filter((death) => !seen.has(keyOf(death)));
  for (const death of deaths) seen.add(keyOf(death));
  return unseen.length > 0 ? unseen : deaths.slice(-1);
}

/** Words whose number depends on how fast the databases and the machine are. */
const unsure = /^(progress|noted|not-applied|taken-over|queued|schedule)\b/;

/** Whether every run comes to this death: it says every sure word at least once, and has every effect. */
export function isSure(death: Death, { words }: Story): boolean {
  return death.kind !== 'word' || death.at <= new Set(words.filter((word) => !unsure.test(word))).size;
}

/**
 * The deaths that are played in a situation, one at least: all that its undisturbed run shows to be possible, without those of which
 * `seen` says that an earlier situation had them. Adds its own to `seen`.
 */
export function deathsOf(quiet: Story, operation: OperationName, how: How, seen: Set<string>): readonly Death[] {
  const possible = possibleDeaths(quiet, how);
  const unseen = newTo(seen, possible, quiet);
  return moves.has(operation) && how === 'all' ? possible : unseen;
}
