import { cut, visible } from './foreign.ts';
import { utc } from './mrkdwn.ts';

interface Style {
  readonly bold?: true;
  readonly italic?: true;
  readonly code?: true;
}

type Inline =
  | { readonly type: 'text'; readonly text: string; readonly style?: Style }
  | { readonly type: 'user'; readonly user_id: string }
  | { readonly type: 'date'; readonly timestamp: number; readonly format: string; readonly fallback: string };

export type RichElement =
  | { readonly type: 'rich_text_section'; readonly elements: readonly Inline[] }
  | { readonly type: 'rich_text_preformatted'; readonly elements: readonly Inline[] };

/** Text in which everything is literal: the right place for statements and for people's own words. */
export interface RichText {
  readonly type: 'rich_text';
  readonly elements: readonly RichElement[];
}

const piece = (text: string, style?: Style): Inline => ({
  type: 'text',
  text: visible(text) || ' ',
  ...(style === undefined ? {} : { style }),
});

export const say = (text: string): Inline => piece(text);
export const bold = (text: string): Inline => piece(text, { bold: true });
export const italic = (text: string): Inline => piece(text, { italic: true });

/** Time of day in the reader's own zone. */
export const richTime = (at: number): Inline =>
  utc(at).endsWith('UTC') ? { type: 'date', timestamp: Math.floor(at / 1000), format: '{time_secs}', fallback: utc(at) } : piece(utc(at));

export const richPerson = (id: string): Inline => (/^[UW][A-Z0-9]{2,20}$/.test(id) ? { type: 'user', user_id: id } : piece(cut(id, 80)));

export const paragraph = (...elements: readonly Inline[]): RichElement => ({ type: 'rich_text_section', elements });
export const preformatted = (text: string): RichElement => ({ type: 'rich_text_preformatted', elements: [piece(text)] });
export const rich = (...elements: readonly RichElement[]): RichText => ({ type: 'rich_text', elements });

const inlineSize = (part: Inline): number => (part.type === 'text' ? part.text.length : 24);
export const sizeOf = (element: RichElement): number => element.elements.reduce((sum, part) => sum + inlineSize(part), 0);
