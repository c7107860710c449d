/*
 * Slack's mrkdwn, read into a tree. Pure. Rules: docs.slack.dev/messaging/formatting-message-text.
 * References in angle brackets come before everything else, even inside code; `&amp; &lt; &gt;` are undone once, at the leaves.
 */

const safeUrl = /^(https?:\/\/|mailto:|tel:|slack:\/\/)/i;
const marks = { '*': 'bold', _: 'italic', '~': 'strike' };

/** Undoes Slack's three escapes, in one pass, so that `&amp;lt;` stays `&lt;`. */
export const unescapeText = (text) => text.replace(/&(amp|lt|gt);/g, (_, name) => ({ amp: '&', lt: '<', gt: '>' })[name]);

/** A link may only lead to the web, to mail, to a phone or into Slack. */
export const isSafeUrl = (url) => safeUrl.test(url);

function dateToken(body) {
  const bar = body.indexOf('|');
  const [, seconds, format, link] = (bar < 0 ? body : body.slice(0, bar)).split('^');
  const fallback = bar < 0 ? '' : unescapeText(body.slice(bar + 1));
  if (!/^\d+$/.test(seconds ?? '') || !format) return { kind: 'text', text: fallback || `<${body}>` };
  return { kind: 'date', seconds: Number(seconds), format, url: link && isSafeUrl(link) ? unescapeText(link) : null, fallback };
}

function specialToken(body, label) {
  if (body.startsWith('!date^')) return null;
  const group = /^!subteam\^(\w+)$/.exec(body);
  if (group) return { kind: 'group', id: group[1], label };
  const range = /^!(here|channel|everyone)$/.exec(body);
  return range ? { kind: 'broadcast', range: range[1] } : { kind: 'text', text: label || `<${body}>` };
}

/** What stands between angle brackets. */
function reference(inside) {
  if (inside.startsWith('!date^')) return dateToken(inside);
  const bar = inside.indexOf('|');
  const body = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? '' : unescapeText(inside.slice(bar + 1));
  if (/^@[UW]\w+$/.test(body)) return { kind: 'user', id: body.slice(1), label };
  if (/^#[CGD]\w+$/.test(body)) return { kind: 'channel', id: body.slice(1), label };
  if (body.startsWith('!')) return specialToken(body, label);
  if (isSafeUrl(body)) return { kind: 'link', url: unescapeText(body), label: label || unescapeText(body).replace(/^mailto:/, '') };
  return { kind: 'text', text: `<${unescapeText(inside)}>` };
}

const isWord = (character) => character !== undefined && /[\p{L}\p{N}]/u.test(character);
const isSpace = (character) => character === undefined || /\s/.test(character);

/** Index of the mark that closes the one at `start`; -1 when there is none on the line. Brackets and code are jumped over. */
function closing(text, start, mark) {
  for (let at = start + 1; at < text.length; at += 1) {
    const character = text[at];
    if (character === '\n') return -1;
    if (character === '<') at = Math.max(at, text.indexOf('>', at));
    else if (character === '`' && mark !== '`') at = Math.max(at, text.indexOf('`', at + 1));
    else if (character === mark && at > start + 1 && !isSpace(text[at - 1]) && !isWord(text[at + 1])) return at;
  }
  return -1;
}

function codeAt(text, at) {
  const end = text.indexOf('`', at + 1);
  if (end <= at + 1 || text.slice(at, end).includes('\n')) return null;
  return { end: end + 1, token: { kind: 'code', children: references(text.slice(at + 1, end)) } };
}

function emphasisAt(text, at) {
  const mark = text[at];
  if (isWord(text[at - 1]) || isSpace(text[at + 1])) return null;
  const end = closing(text, at, mark);
  return end < 0 ? null : { end: end + 1, token: { kind: marks[mark], children: inline(text.slice(at + 1, end)) } };
}

function bracketAt(text, at) {
  const end = text.indexOf('>', at);
  if (end < 0 || /[<\n]/.test(text.slice(at + 1, end))) return null;
  return { end: end + 1, token: reference(text.slice(at + 1, end)) };
}

function emojiAt(text, at) {
  const found = /^:([a-z0-9_+'-]+(?:::skin-tone-[2-6])?):/.exec(text.slice(at, at + 80));
  return found && !isWord(text[at - 1]) ? { end: at + found[0].length, token: { kind: 'emoji', name: found[1] } } : null;
}

function tokenAt(text, at) {
  const character = text[at];
  if (character === '<') return bracketAt(text, at);
  if (character === '`') return codeAt(text, at);
  if (character === ':') return emojiAt(text, at);
  return character in marks ? emphasisAt(text, at) : null;
}

function scan(text, find) {
  const tokens = [];
  let plain = '';
  const flush = () => {
    if (plain !== '') tokens.push({ kind: 'text', text: unescapeText(plain) });
    plain = '';
  };
  for (let at = 0; at < text.length; ) {
    const found = find(text, at);
    if (found === null) {
      plain += text[at];
      at += 1;
    } else {
      flush();
      tokens.push(found.token);
      at = found.end;
    }
  }
  flush();
  return tokens;
}

/** Code holds no emphasis, but references are still references. */
const references = (text) => scan(text, (whole, at) => (whole[at] === '<' ? bracketAt(whole, at) : null));

/** One run of text without code blocks and quotes. */
export const inline = (text) => scan(text, tokenAt);

function lines(text) {
  const blocks = [];
  for (const line of text.split('\n')) {
    const quoted = line.startsWith('&gt;');
    const body = quoted ? line.slice(4).replace(/^ /, '') : line;
    const last = blocks.at(-1);
    if (last && last.quoted === quoted) last.lines.push(body);
    else blocks.push({ quoted, lines: [body] });
  }
  return blocks.map(({ quoted, lines: body }) => ({ kind: quoted ? 'quote' : 'paragraph', children: inline(body.join('\n')) }));
}

/** Reads mrkdwn into blocks: paragraphs, quotes and code blocks. */
export function parseMrkdwn(text) {
  const parts = text.split('```');
  if (parts.length % 2 === 0) {
    // A fence that is never closed stays as it was typed.
    const open = parts.pop();
    parts.push(`${parts.pop()}\`\`\`${open}`);
  }
  return parts.flatMap((part, index) => {
    if (index % 2 === 1) return [{ kind: 'pre', children: references(part.replace(/^\n/, '').replace(/\n$/, '')) }];
    const body = index === 0 ? part : part.replace(/^\n/, '');
    return body === '' || body === '\n' ? [] : lines(index < parts.length - 1 ? body.replace(/\n$/, '') : body);
  });
}
