import type { Link } from '../../domain/link.ts';
import type { Act, Estimate, Step, Undo } from '../../domain/plan.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';

/** A step without its place in the plan. */
export type Draft = Omit<Step, 'id'>;

/** What an operation's planner decides; the rest of a plan is the same for all. */
export interface Outline {
  readonly summary: string;
  readonly steps: readonly Draft[];
  readonly predictedLoss: Estimate;
  readonly predictedDowntime: Estimate;
  readonly warnings: readonly string[];
}

/** Longest time for one call that changes something, ms. */
const performMs = 60_000;

export const undoBy = (act: Act): Undo => ({ kind: 'act', act });
export const noUndo = (why: string): Undo => ({ kind: 'none', why });

/** A step that only looks; `budgetMs` is how long it may take to be proven. */
export const lookStep = (act: Act, budgetMs: number): Draft => ({
  ...act,
  budgetMs,
  performMs: Math.min(budgetMs, performMs),
  onLate: 'halt',
  pointOfNoReturn: false,
  undo: noUndo('It changes nothing.'),
  by: 'engine',
});

/** A step with one effect. */
export const changeStep = (act: Act, budgetMs: number, undo: Undo, more: Partial<Pick<Step, 'pointOfNoReturn'>> = {}): Draft => ({
  ...act,
  budgetMs,
  performMs: Math.min(budgetMs, performMs),
  onLate: 'halt',
  pointOfNoReturn: false,
  undo,
  by: 'engine',
  ...more,
});

/** A step that a person carries out and confirms. */
export const personStep = (act: Act): Draft => ({
  ...act,
  budgetMs: 24 * 3_600_000,
  performMs,
  onLate: 'halt',
  pointOfNoReturn: false,
  undo: noUndo('A person did it, so a person has to take it back.'),
  by: 'person',
});

/** What people are asked to do, in words. */
export const personAct = (kind: string, title: string, words: readonly string[]): Act => ({
  kind,
  title,
  cluster: null,
  side: null,
  statements: words,
  params: {},
});

/** Application traffic is moved by people, in the words of the team, or by the hook of the config that takes this step over. */
export const redirectAct = (link: Pick<Link, 'redirect'>, to: string, title = `Redirect application traffic to ${to}`): Act => ({
  ...personAct('redirect', title, [link.redirect.instructions]),
  params: { to },
});

export const numbered = (drafts: readonly Draft[]): readonly Step[] => drafts.map((draft, index) => ({ id: `s${index + 1}`, ...draft }));

export const notNow = (sentence: string, next: string): Refusal => refuse('not-possible-now', sentence, next);
