import { oneLine } from './foreign.ts';
import { type Mrkdwn, md } from './mrkdwn.ts';

/** Most characters of one piece: as they are, and once they are escaped. */
const pieceSize = 900;
const escapedSize = 1_200;
/** Most characters of one line, so that it has room in a section. */
const lineSize = 2_600;

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
/** Characters as people count them may be many: families of emoji, letters with marks. */
const longestCharacter = 40;
const growth: Readonly<Record<string, number>> = { '&': 5, '<': 4, '>': 4 };

/** Foreign text on one line, in pieces that end between words where there are any, else between characters. Joined they are the whole. */
export function pieces(text: string, most = pieceSize): readonly string[] {
  const parts: string[] = [];
  let rest = oneLine(text);
  for (let end = roomIn(rest, most); end < rest.length; end = roomIn(rest, most)) {
    const at = breakIn(rest, end);
    parts.push(rest.slice(0, at));
    rest = rest.slice(at);
  }
  return rest === '' ? parts : [...parts, rest];
}

/** How many characters of the text one piece holds. */
function roomIn(text: string, most: number): number {
  let size = 0;
  for (let at = 0; at < text.length && at < most; at += 1) {
    size += growth[text.charAt(at)] ?? 1;
    if (size > escapedSize) return at;
  }
  return Math.min(text.length, most);
}

/** A space stays at the end of what is before it. */
function breakIn(text: string, end: number): number {
  const space = text.lastIndexOf(' ', end - 1) + 1;
  if (space > end / 2) return space;
  const whole = graphemes.segment(text.slice(0, end + longestCharacter)).containing(end)?.index ?? end;
  if (whole > end / 2) return whole;
  const unit = text.charCodeAt(end - 1);
  return unit >= 0xd800 && unit <= 0xdbff ? end - 1 : end;
}

/** Lines that say all of a foreign text after `lead`, however long it is; each has room in a section. `lead` has at most 1,000 characters. */
export function whole(lead: Mrkdwn, text: string): readonly Mrkdwn[] {
  const lines: Mrkdwn[] = [];
  let line = lead;
  for (const piece of pieces(text)) {
    const longer = md`${line}${md`${piece}`}`;
    if (longer.mrkdwn.length <= lineSize) line = longer;
    else {
      lines.push(line);
      line = md`${piece}`;
    }
  }
  return [...lines, line];
}

/** What belongs together on one line each as far as there is room, else on lines of their own. */
export function together(lines: readonly Mrkdwn[]): readonly Mrkdwn[] {
  const kept: Mrkdwn[] = [];
  for (const line of lines) {
    const last = kept.at(-1);
    if (last === undefined || last.mrkdwn.length + line.mrkdwn.length + 1 > lineSize) kept.push(line);
    else kept[kept.length - 1] = md`${last}\n${line}`;
  }
  return kept;
}
