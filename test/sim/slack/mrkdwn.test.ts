import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inline, isSafeUrl, parseMrkdwn, type Token, unescapeText } from '../../../src/sim/slack/page/mrkdwn.js';

const text = (words: string): Token => ({ kind: 'text', text: words });
const bold = (words: string): Token => ({ kind: 'bold', children: [text(words)] });

const rows: readonly { typed: string; read: readonly Token[] }[] = [
  { typed: 'plain', read: [text('plain')] },
  { typed: '*bold* and _italic_', read: [bold('bold'), text(' and '), { kind: 'italic', children: [text('italic')] }] },
  { typed: '~gone~', read: [{ kind: 'strike', children: [text('gone')] }] },
  { typed: '2 * 3 * 4', read: [text('2 * 3 * 4')] },
  { typed: 'snake_case_name', read: [text('snake_case_name')] },
  { typed: '*not\nbold*', read: [text('*not\nbold*')] },
  { typed: '`a *b* _c_`', read: [{ kind: 'code', children: [text('a *b* _c_')] }] },
  { typed: '*a `*` b*', read: [{ kind: 'bold', children: [text('a '), { kind: 'code', children: [text('*')] }, text(' b')] }] },
  { typed: 'a &lt;b&gt; &amp; c', read: [text('a <b> & c')] },
  { typed: '&amp;lt;', read: [text('&lt;')] },
  { typed: '<@U123>', read: [{ kind: 'user', id: 'U123', label: '' }] },
  { typed: '`<@U123>`', read: [{ kind: 'code', children: [{ kind: 'user', id: 'U123', label: '' }] }] },
  { typed: '<#C1|ops>', read: [{ kind: 'channel', id: 'C1', label: 'ops' }] },
  { typed: '<!subteam^S1|@dba>', read: [{ kind: 'group', id: 'S1', label: '@dba' }] },
  { typed: '<!channel>', read: [{ kind: 'broadcast', range: 'channel' }] },
  { typed: '&lt;!channel&gt;', read: [text('<!channel>')] },
  {
    typed: '<https://a.example/?a=1&amp;b_c_d|the *docs*>',
    read: [{ kind: 'link', url: 'https://a.example/?a=1&b_c_d', label: 'the *docs*' }],
  },
  { typed: '<javascript:alert(1)|click>', read: [text('<javascript:alert(1)|click>')] },
  {
    typed: '<!date^1712345678^{date} {time}|5 April>',
    read: [{ kind: 'date', seconds: 1712345678, format: '{date} {time}', url: null, fallback: '5 April' }],
  },
  { typed: '<!date^1^{time}^javascript:x|t>', read: [{ kind: 'date', seconds: 1, format: '{time}', url: null, fallback: 't' }] },
  { typed: ':tada: at 10:30:45', read: [{ kind: 'emoji', name: 'tada' }, text(' at 10:30:45')] },
  { typed: 'open < bracket', read: [text('open < bracket')] },
];

describe('mrkdwn', () => {
  it.each(rows)('reads $typed', ({ typed, read }) => {
    expect(inline(typed)).toEqual(read);
  });

  it('knows code blocks and quotes', () => {
    expect(parseMrkdwn('before\n```\nSELECT *\n```\n&gt; quoted\n&gt; on\nafter')).toEqual([
      { kind: 'paragraph', children: [text('before')] },
      { kind: 'pre', children: [text('SELECT *')] },
      { kind: 'quote', children: [text('quoted\non')] },
      { kind: 'paragraph', children: [text('after')] },
    ]);
  });

  it('leaves an open fence as it was typed', () => {
    expect(parseMrkdwn('a ```b')).toEqual([{ kind: 'paragraph', children: [text('a ```b')] }]);
  });

  const pieces = fc.array(
    fc.oneof(
      fc.string(),
      fc.constantFrom(
        '*',
        '_',
        '~',
        '`',
        '```',
        '<',
        '>',
        '|',
        '&lt;',
        '&amp;',
        '<!',
        '<@U1',
        '^',
        ':',
        '\n',
        'javascript:',
        'data:text/html,',
      ),
    ),
    { maxLength: 30 },
  );
  const links = (tokens: readonly Token[]): string[] =>
    tokens.flatMap((token) =>
      'children' in token
        ? links(token.children)
        : token.kind === 'link'
          ? [token.url]
          : token.kind === 'date' && token.url
            ? [token.url]
            : [],
    );

  it('never makes a link that leads elsewhere than to the web, mail, a phone or Slack', () => {
    fc.assert(
      fc.property(pieces, (parts) => {
        const found = parseMrkdwn(parts.join('')).flatMap((block) => links(block.children));
        return found.every((url) => isSafeUrl(url));
      }),
    );
  });

  it('shows escaped text as it was meant, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (meant) => {
        const escaped = meant.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
        expect(unescapeText(escaped)).toBe(meant);
        const found = parseMrkdwn(escaped).flatMap((block) => block.children);
        expect(found.some((token) => ['user', 'channel', 'group', 'broadcast', 'link', 'date'].includes(token.kind))).toBe(false);
      }),
    );
  });
});
