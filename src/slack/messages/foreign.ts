/** Controls and characters that reorder what is read: shown by their number, so that nobody is fooled by what they cannot see. */
const unseen = /(?![\n\t])[\p{Cc}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;
const loneSurrogate = /\p{Surrogate}/gu;

/** Text from outside with nothing hidden in it; line breaks stay. */
export const visible = (text: string): string =>
  text
    .replace(/\r\n?/g, '\n')
    .replace(loneSurrogate, '\ufffd')
    .replace(unseen, (mark) => `\\u{${(mark.codePointAt(0) ?? 0).toString(16)}}`);

/** The same on one line. */
export const oneLine = (text: string): string => visible(text).replace(/\s+/gu, ' ').trim();

/** Cuts to `max` UTF-16 units with an ellipsis, never inside a character. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  const kept = text.slice(0, Math.max(0, max - 1));
  return `${isHighSurrogate(kept.charCodeAt(kept.length - 1)) ? kept.slice(0, -1) : kept}…`;
}

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;

/** For fields that Slack calls plain text without saying whether it looks for mentions in them. */
export const plain = (text: string, max: number): string => cut(oneLine(text).replaceAll('<', '‹').replaceAll('>', '›'), max);

/** Ends a sentence that came without its full stop. */
export const ended = (sentence: string): string => (/[\p{L}\p{N})'”"\]%]$/u.test(sentence.trimEnd()) ? `${sentence.trimEnd()}.` : sentence);
