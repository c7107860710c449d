import { asLinkId, asPlanHash, asRunId, type LinkId, type PlanHash, type RunId } from '../../domain/ids.ts';
import { type OperationName, operationNames } from '../../domain/operation.ts';
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

export const button = ({ verb, target, ...shown }: ButtonWords): Button => built(actionId(verb), targetText(target), shown);

function built(id: string, value: string, { label, spoken, style, ask }: Omit<ButtonWords, 'verb' | 'target'>): Button {
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
    action_id: id,
    text: words(label, 75),
    accessibility_label: plain(spoken, 75) || label,
    value,
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

/** A change that a button offers: pressing it asks for exactly what the command asks for. */
export interface OfferTarget {
  readonly link: LinkId;
  readonly operation: OperationName;
  /** Whether the message can have a thread in which the run is shown. */
  readonly inThread: boolean;
}

/** Slack's id of a button that asks for a change; several of them may stand in one message. */
const offerPrefix = 'replops:ask:';
export const isOffer = (id: string): boolean => id.startsWith(offerPrefix);

/** A button that asks for a change of a cluster, in the name of whoever presses it. */
export function offerButton({ link, operation, inThread }: OfferTarget, cluster: string): Button {
  const verb = `${operation.charAt(0).toUpperCase()}${operation.slice(1)}`;
  return built(`${offerPrefix}${operation}`, JSON.stringify({ link, operation, inThread }), {
    label: `${verb} ${cluster}`,
    spoken: `Ask for the ${operation} of ${link}`,
    style: 'danger',
    ask: {
      question: `Ask for the ${operation} of ${link}?`,
      text: `A plan is shown and has to be approved, as with /repl ${operation} ${link}. Nothing is changed before that.`,
      yes: 'Ask for it',
      no: 'Back',
    },
  });
}

/** Reads the value of a button that asks for a change back; null when it is not one of ours. */
export function readOffer(value: unknown): OfferTarget | null {
  if (typeof value !== 'string' || value.length > 2_000) return null;
  const read = parsed(value);
  if (typeof read !== 'object' || read === null || !('link' in read) || !isText(read.link) || !('operation' in read)) return null;
  const operation = operationNames.find((name) => name === read.operation);
  return operation === undefined ? null : { link: asLinkId(read.link), operation, inThread: 'inThread' in read && read.inThread === true };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
