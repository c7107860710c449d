import { DateTime } from 'luxon';
import { cut, visible } from './foreign.ts';

/** Text in Slack's markup. Only this module makes it, so a string from outside cannot become markup by accident. */
export interface Mrkdwn {
  readonly mrkdwn: string;
}

type Value = string | number | Mrkdwn;

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const longestValue = 1_000;

/** What would format, strike, quote or turn into an emoji is replaced by its look-alike: a reason cannot be made up as an approval. */
const unformatted = (text: string): string =>
  text
    .replaceAll('*', '∗')
    .replaceAll('`', 'ˋ')
    .replace(/(?<![\p{L}\p{N}])[_~]|[_~](?![\p{L}\p{N}])/gu, (mark) => (mark === '_' ? '＿' : '∼'))
    .replace(/:(?=[a-z0-9_+'-]*[a-z][a-z0-9_+'-]*:)/giu, '∶');

/** A space at either end stays: it belongs to the sentence around it. */
const escaped = (text: string): string =>
  unformatted(visible(text).replace(/\s+/gu, ' ')).replace(/[&<>]/g, (mark) => entities[mark] ?? mark);

/** Markup from a template. Interpolated strings are foreign: cut, put on one line and escaped. */
export function md(parts: TemplateStringsArray, ...values: readonly Value[]): Mrkdwn {
  const texts = values.map((value) => (typeof value === 'object' ? value.mrkdwn : escaped(cut(String(value), longestValue))));
  return { mrkdwn: parts.map((part, index) => part + (texts[index] ?? '')).join('') };
}

export const none: Mrkdwn = { mrkdwn: '' };

/** Joins the parts that say something. */
export const join = (parts: readonly (Mrkdwn | null)[], separator = '\n'): Mrkdwn => ({
  mrkdwn: parts.flatMap((part) => (part === null || part.mrkdwn === '' ? [] : [part.mrkdwn])).join(separator),
});

/** Foreign text of at most `max` characters. */
export const short = (text: string, max: number): Mrkdwn => md`${cut(text, max)}`;

/** A name that people type, e.g. of a run or a group. */
export const code = (name: string): Mrkdwn => md`\`${cut(name, 80)}\``;

/** A command as somebody would type it, given without `/repl`. */
export const typed = (command: string): Mrkdwn => md`\`/repl ${cut(command, 300)}\``;

/** Somebody's own words. */
export const quoted = (words: string, max = 300): Mrkdwn => md`“${short(words, max)}”`;

/** Mentions a person when the id is one, else shows it as text. */
export const person = (id: string): Mrkdwn => (/^[UW][A-Z0-9]{2,20}$/.test(id) ? { mrkdwn: `<@${id}>` } : code(id));

/** Mentions a channel when the id is one; a direct message has no name to show. */
export function channel(id: string): Mrkdwn {
  if (/^D[A-Z0-9]{2,20}$/.test(id)) return md`a direct message`;
  return /^[CG][A-Z0-9]{2,20}$/.test(id) ? { mrkdwn: `<#${id}>` } : code(id);
}

/** A link with a label; the label alone when the address is not a plain https one. */
export function link(url: string | null, label: string): Mrkdwn {
  const text = short(label.replaceAll('|', '/'), 80);
  return url !== null && /^https:\/\/[^\s<>|]{1,1000}$/.test(url) ? { mrkdwn: `<${url.replaceAll('&', '&amp;')}|${text.mrkdwn}>` } : text;
}

const latest = 253_402_300_799_000;

/** `2026-11-20 10:42:05 UTC`; says so when it is no time at all. */
export function utc(at: number): string {
  const time = DateTime.fromMillis(Number.isFinite(at) && at >= 0 && at <= latest ? at : Number.NaN, { zone: 'utc' });
  return time.isValid ? time.toFormat("yyyy-MM-dd HH:mm:ss 'UTC'") : 'an unknown time';
}

const date = (at: number, format: string): Mrkdwn =>
  utc(at).endsWith('UTC') ? { mrkdwn: `<!date^${Math.floor(at / 1000)}^${format}|${utc(at)}>` } : md`${utc(at)}`;

/** Day and time in the reader's own zone. */
export const when = (at: number): Mrkdwn => date(at, '{date_short_pretty} at {time}');

/** Time of day with seconds, in the reader's own zone. */
export const atTime = (at: number): Mrkdwn => date(at, '{time_secs}');

/** Names in a row: `a, b or c`; from the eleventh on only their number. */
export function listed(names: readonly Mrkdwn[], word: 'and' | 'or'): Mrkdwn {
  const shown = names.slice(0, 10);
  const all = names.length > 10 ? [...shown, md`${names.length - 10} more`] : shown;
  const last = all.at(-1);
  if (last === undefined || all.length === 1) return last ?? none;
  return md`${join(all.slice(0, -1), ', ')} ${word} ${last}`;
}

/** Shows what sentences of ours have between backticks as something to type. Within foreign words it is no more than another letter. */
export const withCode = ({ mrkdwn }: Mrkdwn): Mrkdwn => ({ mrkdwn: mrkdwn.replace(/ˋ([^ˋ\n]{1,300})ˋ/gu, '`$1`') });

const shownAs: readonly (readonly [RegExp, string])[] = [
  [/<!date\^[^|>]*\|([^>]*)>/g, '$1'],
  [/<([@#])([A-Z0-9]+)>/g, '$1$2'],
  [/<(https:[^|>]*)\|([^>]*)>/g, '$2 ($1)'],
  // Foreign marks were replaced by their look-alikes, so these are all ours.
  [/[*`]/g, ''],
  [/&lt;/g, '<'],
  [/&gt;/g, '>'],
  [/&amp;/g, '&'],
];

/** Markup as plain text, for a file: names in it can be copied. */
export const readable = ({ mrkdwn }: Mrkdwn): string =>
  shownAs.reduce((text, [mark, words]) => text.replace(mark, words), mrkdwn).replace(/[∗ˋ＿∼∶]/gu, (alike) => originals[alike] ?? alike);

const originals: Readonly<Record<string, string>> = { '∗': '*', ˋ: '`', '＿': '_', '∼': '~', '∶': ':' };

/** Cuts markup to `max` without leaving half a mention, half an entity or half a character. */
export function cutMrkdwn({ mrkdwn }: Mrkdwn, max: number): string {
  if (mrkdwn.length <= max) return mrkdwn;
  const kept = mrkdwn.slice(0, max - 1);
  const half = /(?:<[^>]*|&[a-z]{0,3}|[\ud800-\udbff])$/.exec(kept);
  return `${half === null ? kept : kept.slice(0, half.index)}…`;
}
