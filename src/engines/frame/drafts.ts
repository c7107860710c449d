import type { Link } from '../../domain/link.ts';
import type { Act, Estimate, Step, Undo } from '../../domain/plan.ts';
import { redirectKind } from '../../domain/redirect.ts';
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

export const notNow = (sentence: string, next: string): Refusal => refuse('not-possible-now', sentence, next);

export const undoBy = (act: Act): Undo => ({ kind: 'act', act });
export const noUndo = (why: string): Undo => ({ kind: 'none', why });

/** Longest time for one call where an engine says nothing else, ms. */
const performMs = 60_000;
const dayMs = 24 * 3_600_000;

/** A step that only looks; `budgetMs` is how long it may take to be proven. */
export const lookStep = (act: Act, budgetMs: number, onLate: Step['onLate'] = 'halt'): Draft =>
  changeStep(act, budgetMs, noUndo('It changes nothing.'), { onLate });

/** A step with one effect; `performMs` bounds one call, within the budget. */
export const changeStep = (
  act: Act,
  budgetMs: number,
  undo: Undo,
  more: Partial<Pick<Step, 'onLate' | 'pointOfNoReturn' | 'performMs'>> = {},
): Draft => ({
  ...act,
  budgetMs,
  onLate: 'halt',
  pointOfNoReturn: false,
  undo,
  by: 'engine',
  ...more,
  performMs: Math.min(budgetMs, more.performMs ?? performMs),
});

/** A step that a person carries out and confirms; the journal records who did. */
export const personStep = (act: Act): Draft => ({
  ...changeStep(act, dayMs, noUndo('A person did it, so a person has to take it back.')),
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

/**
 * What people do about a side that the bot can't fence, before the other one is promoted. Whoever confirms it answers for what is left of
 * the danger, and the journal records who. `instructions`: the team's own way; null where the config names none.
 */
/** Kind of the step in which a person fences a side. Stands in journals. */
export const fenceKind = 'fence-by-hand';

export const fenceByHandAct = (there: string, here: string, instructions: string | null): Act =>
  personAct(fenceKind, `Keep ${there} from taking writes, by other means than its own`, [
    instructions ??
      `Close every way of applications to ${there} (load balancer, firewall, DNS), or power its nodes off. The config of this link does not say how.`,
    `If that can't be done, ${there} could not be fenced: if it is alive, or comes back, it takes writes while ${here} does too, and those are lost. Whoever confirms this step accepts that, and the run records who did.`,
  ]);

/** Application traffic is moved by people, in the words of the team, or by the hook of the config that takes this step over. */
export const redirectAct = (
  link: Pick<Link, 'redirect'>,
  to: string,
  title = `Redirect application traffic to ${to}`,
  more: readonly string[] = [],
): Act => ({
  ...personAct(redirectKind, title, [link.redirect.instructions, ...more]),
  params: { to },
});
