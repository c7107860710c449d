import { hashOf } from '../../domain/json.ts';
import type { Button } from './actions.ts';
import { plain } from './foreign.ts';
import { cutMrkdwn, type Mrkdwn } from './mrkdwn.ts';
import type { RichText } from './rich.ts';

/** `native` uses plan, container, table and picture blocks; `plain` says the same with blocks that every client and workspace knows. */
export type Mode = 'native' | 'plain';

interface PlainText {
  readonly type: 'plain_text';
  readonly text: string;
  readonly emoji: false;
}

interface MrkdwnText {
  readonly type: 'mrkdwn';
  readonly text: string;
  readonly verbatim: true;
}

export interface TaskCard {
  readonly task_id: string;
  readonly title: string;
  readonly status: 'pending' | 'in_progress' | 'complete' | 'error';
  readonly details?: RichText;
  readonly output?: RichText;
}

type ContainerChild = RichText | SectionBlock | ContextBlock;
type SectionBlock =
  | { readonly type: 'section'; readonly text: MrkdwnText }
  | { readonly type: 'section'; readonly fields: readonly MrkdwnText[] };
interface ContextBlock {
  readonly type: 'context';
  readonly elements: readonly MrkdwnText[];
}

interface Cell {
  readonly type: 'raw_text';
  readonly text: string;
}

/** A picture of lines over the same labels. Not yet among the types of Slack's own packages. */
export interface LineChart {
  readonly type: 'line';
  readonly series: readonly { readonly name: string; readonly data: readonly { readonly label: string; readonly value: number }[] }[];
  readonly axis_config: { readonly categories: readonly string[]; readonly x_label: string; readonly y_label: string };
}

export type Block = { readonly block_id?: string } & (
  | ContainerChild
  | { readonly type: 'header'; readonly text: PlainText }
  | { readonly type: 'actions'; readonly elements: readonly Button[] }
  | { readonly type: 'data_visualization'; readonly title: string; readonly chart: LineChart }
  | { readonly type: 'plan'; readonly title: string; readonly tasks: readonly TaskCard[] }
  | {
      readonly type: 'container';
      readonly title: PlainText;
      readonly child_blocks: readonly ContainerChild[];
      readonly is_collapsible: true;
      readonly default_collapsed: boolean;
    }
  | {
      readonly type: 'table';
      readonly rows: readonly (readonly Cell[])[];
      readonly column_settings: readonly { readonly align?: 'left' | 'right'; readonly is_wrapped?: boolean }[];
    }
);

/** What is given to Slack: a full sentence for notifications, screen readers and search, and the blocks that show it. */
export interface Message {
  readonly text: string;
  readonly blocks: readonly Block[];
}

const plainText = (text: string, max: number): PlainText => ({ type: 'plain_text', text: plain(text, max) || '-', emoji: false });
const mrkdwnText = (text: Mrkdwn, max: number): MrkdwnText => ({ type: 'mrkdwn', text: cutMrkdwn(text, max) || '-', verbatim: true });

export const header = (text: string): Block => ({ type: 'header', text: plainText(text, 150) });
export const section = (text: Mrkdwn): SectionBlock => ({ type: 'section', text: mrkdwnText(text, 3_000) });

/** Facts in two columns, which a phone stacks. At most ten are shown. */
export const fields = (facts: readonly Mrkdwn[]): SectionBlock => ({
  type: 'section',
  fields: facts.slice(0, 10).map((fact) => mrkdwnText(fact, 800)),
});

export const context = (...texts: readonly Mrkdwn[]): ContextBlock => ({
  type: 'context',
  elements: texts.slice(0, 10).map((text) => mrkdwnText(text, 1_000)),
});

export const actions = (buttons: readonly Button[]): Block => ({ type: 'actions', elements: buttons });

/** Blocks that a reader can fold away; at most ten of them. */
export const container = (title: string, children: readonly ContainerChild[], collapsed: boolean): Block => ({
  type: 'container',
  title: plainText(title, 150),
  child_blocks: children.slice(0, 10),
  is_collapsible: true,
  default_collapsed: collapsed,
});

export const planBlock = (title: string, tasks: readonly TaskCard[]): Block => ({
  type: 'plan',
  title: plain(title, 200) || '-',
  tasks: tasks.slice(0, 50),
});

/** A picture; everything in it has to be said in words beside it too. */
export const lineChart = (title: string, chart: LineChart): Block => ({
  type: 'data_visualization',
  title: plain(title, 50) || '-',
  chart,
});

const longestCell = 1_000;

/** A table whose first row is the header. At most 99 more rows and 9,000 characters: callers see to that. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): Block {
  const cells = (row: readonly string[]): readonly Cell[] =>
    row.map((text) => ({ type: 'raw_text', text: plain(text, longestCell) || '-' }));
  return { type: 'table', rows: [heads, ...rows].map(cells), column_settings: heads.map(() => ({ is_wrapped: true })) };
}

const textLimit = 3_000;

/**
 * Puts a message together. Every block gets an id that depends on the whole message: Slack wants another one whenever a message is
 * edited. Equal parts give equal bytes.
 */
export function message(text: Mrkdwn, blocks: readonly (Block | null)[]): Message {
  const shown = blocks.filter((block) => block !== null).slice(0, 50);
  const sentence = cutMrkdwn(text, textLimit);
  const mark = hashOf({ sentence, shown }).slice(0, 12);
  return { text: sentence, blocks: shown.map((block, index) => ({ ...block, block_id: `${index}-${mark}` })) };
}
