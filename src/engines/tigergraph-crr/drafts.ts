import type { Link } from '../../domain/link.ts';
import type { Act, Estimate, Step, Undo } from '../../domain/plan.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';
import { quoteWord } from '../../transports/shell-quoting.ts';

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

export const notNow = (sentence: string, next: string): Refusal => refuse('not-possible-now', sentence, next);

const minute = 60_000;
const hour = 60 * minute;

/** How long each kind of step may take until it is proven, ms. Applying settings takes up to 5 min, a restart 20 and then a warm-up. */
export const budgets = {
  look: 10 * minute,
  settings: 15 * minute,
  connector: 30 * minute,
  services: 2 * hour,
  install: 4 * hour,
  /** The product gives up after 5 h by itself. */
  backup: 6 * hour,
  copy: 24 * hour,
  restore: 24 * hour,
} as const;

/** Longest time for one call, ms. Long commands are only begun by a call, and go on without it. */
const performMs = 6 * minute;
const beginMs = 60_000;

export const undoBy = (act: Act): Undo => ({ kind: 'act', act });
export const noUndo = (why: string): Undo => ({ kind: 'none', why });

/** A step that only looks. */
export const lookStep = (act: Act, budgetMs: number = budgets.look, onLate: Step['onLate'] = 'halt'): Draft => ({
  ...act,
  budgetMs,
  performMs: Math.min(budgetMs, beginMs),
  onLate,
  pointOfNoReturn: false,
  undo: noUndo('It changes nothing.'),
  by: 'engine',
});

type More = Partial<Pick<Step, 'onLate' | 'pointOfNoReturn'>>;

/** A step with one effect that is over within minutes. */
export const changeStep = (act: Act, budgetMs: number, undo: Undo, more: More = {}): Draft => ({
  ...act,
  budgetMs,
  performMs: Math.min(budgetMs, performMs),
  onLate: 'halt',
  pointOfNoReturn: false,
  undo,
  by: 'engine',
  ...more,
});

/** A step whose command goes on by itself once it was begun. */
export const longDraft = (act: Act, budgetMs: number, undo: Undo, more: More = {}): Draft => ({
  ...changeStep(act, budgetMs, undo, more),
  performMs: Math.min(budgetMs, beginMs),
});

/** A step that a person carries out and confirms. */
export const personStep = (act: Act): Draft => ({
  ...act,
  budgetMs: 24 * hour,
  performMs: beginMs,
  onLate: 'halt',
  pointOfNoReturn: false,
  undo: noUndo('A person did it, so a person has to take it back.'),
  by: 'person',
});

const byHand = (kind: string, title: string, statements: readonly string[], params: Act['params'] = {}): Act => ({
  kind,
  title,
  cluster: null,
  side: null,
  statements,
  params,
});

/** Application traffic is moved by people, in the words of the team. */
export const redirectAct = (link: Pick<Link, 'redirect'>, cluster: string): Act =>
  byHand('redirect', `Redirect application traffic to ${cluster}`, [link.redirect.instructions], { to: cluster });

export const fenceByHandAct = (cluster: string, instructions: string): Act =>
  byHand('fence-by-hand', `Keep ${cluster} from taking writes, by other means than its own`, [instructions]);

/** Where the product's own way leaves a second cluster that takes writes. */
export const keepAwayAct = (cluster: string, until: string): Act =>
  byHand('keep-away', `Keep applications away from ${cluster}`, [
    `See to it that no application can write to ${cluster} until ${until}: take it out of every load balancer.`,
  ]);

export const copyByHandAct = (from: string, to: string, commands: readonly string[]): Act =>
  byHand('copy-by-hand', `Copy the backup from ${from} to every node of ${to}`, commands);

export const installByHandAct = (cluster: string): Act =>
  byHand('install-by-hand', `Install all queries of ${cluster} anew, which starts the flow of metadata`, [
    `gsql 'INSTALL QUERY -force ALL'`,
  ]);

/** The backups of one release set it back to the default. */
export const passwordByHandAct = (cluster: string, user: string): Act =>
  byHand('password-by-hand', `Set the password of ${user} on ${cluster} again, as the bot knows it`, [
    `gsql ${quoteWord(`ALTER PASSWORD ${user}`)}`,
  ]);

export const numbered = (drafts: readonly Draft[]): readonly Step[] => drafts.map((draft, index) => ({ id: `s${index + 1}`, ...draft }));
