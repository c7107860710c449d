import type { Act, Step, Undo } from '../../domain/plan.ts';
import { quoteWord } from '../../transports/shell-quoting.ts';
import { changeStep as change, type Draft, lookStep as look, personAct } from '../frame/drafts.ts';

const minute = 60_000;
const hour = 60 * minute;

/** How long each kind of step may take until it is proven, ms. Applying settings takes up to 5 min, a restart 20 and then a warm-up. */
export const budgets = {
  look: 10 * minute,
  settings: 15 * minute,
  connector: 30 * minute,
  services: 2 * hour,
  /** Services need a minute to stop; whoever waits for a failover is not kept longer. */
  fence: 10 * minute,
  install: 4 * hour,
  /** The product gives up after 5 h by itself, unless it is told otherwise. */
  backup: 6 * hour,
  copy: 24 * hour,
  restore: 24 * hour,
} as const;

/** Longest time for one call, ms. Long commands are only begun by a call, and go on without it. */
const performMs = 6 * minute;

type More = Partial<Pick<Step, 'onLate' | 'pointOfNoReturn'>>;

/** A step that only looks. */
export const lookStep = (act: Act, budgetMs: number = budgets.look, onLate: Step['onLate'] = 'halt'): Draft => look(act, budgetMs, onLate);

/** A step with one effect that is over within minutes. */
export const changeStep = (act: Act, budgetMs: number, undo: Undo, more: More = {}): Draft =>
  change(act, budgetMs, undo, { ...more, performMs });

/** A step whose command goes on by itself once it was begun. */
export const longDraft = (act: Act, budgetMs: number, undo: Undo, more: More = {}): Draft => change(act, budgetMs, undo, more);

/** Where the product's own way leaves a second cluster that takes writes. */
export const keepAwayAct = (cluster: string, until: string): Act =>
  personAct('keep-away', `Keep applications away from ${cluster}`, [
    `See to it that no application can write to ${cluster} until ${until}: take it out of every load balancer.`,
  ]);

export const copyByHandAct = (from: string, to: string, commands: readonly string[]): Act =>
  personAct('copy-by-hand', `Copy the backup from ${from} to every node of ${to}`, commands);

export const installByHandAct = (cluster: string): Act =>
  personAct('install-by-hand', `Install all queries of ${cluster} anew, which starts the flow of metadata`, [
    `gsql 'INSTALL QUERY -force ALL'`,
  ]);

/** The backups of one release set it back to the default. */
export const passwordByHandAct = (cluster: string, user: string): Act =>
  personAct('password-by-hand', `Set the password of ${user} on ${cluster} again, as the bot knows it`, [
    `gsql ${quoteWord(`ALTER PASSWORD ${user}`)}`,
  ]);
