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

/** Longest time for one call, ms: each only commits what is wanted to `system`, and the servers act on it afterwards. */
const performMs = 60_000;

export const undoBy = (act: Act): Undo => ({ kind: 'act', act });
export const noUndo = (why: string): Undo => ({ kind: 'none', why });

type More = Partial<Pick<Step, 'onLate' | 'pointOfNoReturn'>>;

const step = (act: Act, by: Step['by'], budgetMs: number, undo: Undo, more: More): Draft => ({
  ...act,
  budgetMs,
  performMs: Math.min(budgetMs, performMs),
  onLate: 'halt',
  pointOfNoReturn: false,
  undo,
  by,
  ...more,
});

/** A step that only looks; `budgetMs` is how long it may take to be proven. */
export const lookStep = (act: Act, budgetMs: number, more: Pick<More, 'onLate'> = {}): Draft =>
  step(act, 'engine', budgetMs, noUndo('It changes nothing.'), more);

/** A step with one effect. */
export const changeStep = (act: Act, budgetMs: number, undo: Undo, more: More = {}): Draft => step(act, 'engine', budgetMs, undo, more);

const dayMs = 24 * 3_600_000;

/** A step that a person carries out and confirms; the journal records who did. */
export const personStep = (act: Act): Draft => step(act, 'person', dayMs, noUndo('A person did it, so a person has to take it back.'), {});

/** What people are asked to do, in words. */
export const personAct = (kind: string, title: string, words: readonly string[]): Act => ({
  kind,
  title,
  cluster: null,
  side: null,
  statements: words,
  params: {},
});

/** What drivers do is the surprise of every move between clusters, so it is said where somebody redirects. */
const driverWords =
  'Change the URI (and the database name, where it differs) that applications use, and restart their drivers: a driver that runs keeps to the servers that it knows for as long as they answer, so a change of DNS alone does not move it. Bookmarks of one cluster mean nothing on the other.';

/** A hook takes the step's words over, so what drivers do is then said beside the plan. */
export const redirectWarnings = ({ redirect }: Pick<Link, 'redirect'>): readonly string[] =>
  redirect.kind === 'hook' ? [driverWords] : [];

/** Application traffic is moved by people, in the words of the team, or by the hook of the config that takes this step over. */
export const redirectAct = (link: Pick<Link, 'redirect'>, to: string): Act => ({
  ...personAct('redirect', `Redirect application traffic to ${to}`, [link.redirect.instructions, driverWords]),
  params: { to },
});

export const numbered = (drafts: readonly Draft[]): readonly Step[] => drafts.map((draft, index) => ({ id: `s${index + 1}`, ...draft }));

export const notNow = (sentence: string, next: string): Refusal => refuse('not-possible-now', sentence, next);
