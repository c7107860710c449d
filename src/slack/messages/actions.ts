import { asPlanHash, asRunId, type PlanHash, type RunId } from '../../domain/ids.ts';
import { plain } from './foreign.ts';

export const verbs = ['approve', 'deny', 'cancel', 'retry', 'skip', 'confirm'] as const;
export type Verb = (typeof verbs)[number];

/** Slack's id of a button of ours. */
export const actionId = (verb: Verb): `replops:${Verb}` => `replops:${verb}`;

/** The verb of a button of ours; null for any other. */
export const verbOf = (id: string): Verb | null => verbs.find((verb) => actionId(verb) === id) ?? null;

/** What a button is about. Ids only: anyone who can read the message can read it. */
export interface ButtonTarget {
  readonly run: RunId;
  readonly planHash: PlanHash | null;
  readonly step: string | null;
}

interface PlainText {
  readonly type: 'plain_text';
  readonly text: string;
  readonly emoji: false;
}

interface Confirmation {
  readonly title: PlainText;
  readonly text: PlainText;
  readonly confirm: PlainText;
  readonly deny: PlainText;
  readonly style?: 'danger' | 'primary';
}

export interface Button {
  readonly type: 'button';
  readonly action_id: string;
  readonly text: PlainText;
  readonly accessibility_label: string;
  readonly value: string;
  readonly style?: 'danger' | 'primary';
  readonly confirm?: Confirmation;
}

export interface ButtonWords {
  readonly verb: Verb;
  readonly label: string;
  /** What the button does, for screen readers. */
  readonly spoken: string;
  readonly target: ButtonTarget;
  readonly style?: 'danger' | 'primary';
  /** The second thought: a question, what will happen, and the words on the button that goes back. */
  readonly ask?: { readonly question: string; readonly text: string; readonly yes: string; readonly no: string };
}

const words = (text: string, max: number): PlainText => ({ type: 'plain_text', text: plain(text, max) || '-', emoji: false });

export function button({ verb, label, spoken, target, style, ask }: ButtonWords): Button {
  const styled = style === undefined ? {} : { style };
  const confirm = ask && {
    title: words(ask.question, 100),
    text: words(ask.text, 300),
    confirm: words(ask.yes, 30),
    deny: words(ask.no, 30),
    ...styled,
  };
  return {
    type: 'button',
    action_id: actionId(verb),
    text: words(label, 75),
    accessibility_label: plain(spoken, 75) || label,
    value: targetText(target),
    ...styled,
    ...(confirm === undefined ? {} : { confirm }),
  };
}

const targetText = ({ run, planHash, step }: ButtonTarget): string =>
  JSON.stringify({ run, ...(planHash === null ? {} : { planHash }), ...(step === null ? {} : { step }) });

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '' && value.length <= 255;

/** Reads a button's value back; null when it is not one of ours. */
export function readButton(value: unknown): ButtonTarget | null {
  if (typeof value !== 'string' || value.length > 2_000) return null;
  const read = parsed(value);
  if (typeof read !== 'object' || read === null || !('run' in read) || !isText(read.run)) return null;
  const planHash = 'planHash' in read && isText(read.planHash) ? asPlanHash(read.planHash) : null;
  return { run: asRunId(read.run), planHash, step: 'step' in read && isText(read.step) ? read.step : null };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
