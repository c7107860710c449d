import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/domain/json.ts';
import type { Check } from '../../../src/domain/plan.ts';
import type { Reply } from '../../../src/domain/reply.ts';
import { judgeBlocks, lengthProblem } from '../../../src/sim/slack/block-rules.ts';
import { asList } from '../../../src/sim/slack/model.ts';
import { oneLine } from '../../../src/slack/messages/foreign.ts';
import { breaches } from '../../../src/slack/messages/limits.ts';
import type { Message } from '../../../src/slack/messages/message.ts';
import { md, readable } from '../../../src/slack/messages/mrkdwn.ts';
import { renderAnswer } from '../../../src/slack/messages/reply.ts';
import { pieces } from '../../../src/slack/messages/wrapping.ts';
import { nasty } from './hostile.ts';
import { markupOf, strangeMarkup } from './markup.ts';
import { anObservation, linkId, night } from './story.ts';

const now = night;
const modes = ['native', 'plain'] as const;

const checked = (checks: readonly Check[]): Reply => ({
  kind: 'checked',
  operation: 'setup',
  link: 'prod-ldr',
  command: 'setup prod-ldr',
  checks,
});
const finding = (
  number: number,
  text = 'public.orders on east has a column of a type that is not replicated (notes TSVECTOR).',
): Check => ({
  name: `table ${number}: not-replicated`,
  outcome: 'failed',
  seen: `Finding ${number} of all: ${text}`,
  next: `Mend finding ${number}.`,
});
const findings = (many: number, text?: string): readonly Check[] => Array.from({ length: many }, (_, index) => finding(index + 1, text));

/** What a message lists, as people read it. */
function listed({ blocks }: Message): string {
  const texts = blocks.flatMap((block) => {
    if (block.type === 'table') return block.rows.flat().map(({ text }) => text);
    return block.type === 'section' && 'text' in block ? [readable({ mrkdwn: block.text.text })] : [];
  });
  return texts.join('\n');
}
const withoutSpaces = (text: string): string => text.replace(/\s+/gu, '');
/** Two characters can look alike: what stands for a mark of Slack's, and the mark. */
const alike = (text: string): string =>
  withoutSpaces(text)
    .replace(/[`ˋ]/gu, '')
    .replace(/[∗ˋ＿∼∶]/gu, (mark) => ({ '∗': '*', ˋ: '`', '＿': '_', '∼': '~', '∶': ':' })[mark] ?? mark);

const fits = (message: Message): readonly unknown[] => {
  // What is sent is JSON.
  const blocks = JSON.parse(JSON.stringify(message.blocks)) as Json;
  return [
    ...breaches(message),
    judgeBlocks(blocks, 'message'),
    lengthProblem(asList(blocks)),
    ...markupOf(message).flatMap(strangeMarkup),
  ].filter((problem) => problem !== null);
};

describe('the pieces of a long text', () => {
  it('are together the whole of it, none too long, none with half a character', () => {
    fc.assert(
      fc.property(nasty, fc.integer({ min: 40, max: 900 }), (text, most) => {
        const parts = pieces(text, most);
        expect(parts.join('')).toBe(oneLine(text));
        for (const part of parts) {
          expect(part.length).toBeLessThanOrEqual(most);
          expect(md`${part}`.mrkdwn.length).toBeLessThanOrEqual(1_200);
          expect(part).not.toMatch(/^[\udc00-\udfff]|[\ud800-\udbff]$/);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('end between words wherever a word is short enough, and else between characters as people count them', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{1,30}$/), { minLength: 50, maxLength: 400 }), (words) => {
        const parts = pieces(words.join(' '), 200);
        expect(parts.flatMap((part) => part.trim().split(' '))).toEqual(words);
      }),
    );
    const firefighter = '👩🏽‍🚒';
    for (const part of pieces(firefighter.repeat(100), 100)) expect(part.replaceAll(firefighter, '')).toBe('');
  });
});

describe('the messages of a long answer', () => {
  it('hold together every finding, in order, each in words that Slack takes', () => {
    let pagesSeen = 0;
    fc.assert(
      fc.property(fc.array(fc.tuple(nasty, nasty), { minLength: 1, maxLength: 40 }), (texts) => {
        const checks = texts.map(([seen, next], index): Check => ({ ...finding(index), seen, next }));
        const rendered = modes.map((mode) => renderAnswer(checked(checks), { now, mode }));
        const [native, plain] = rendered;
        expect(plain?.messages.length).toBe(native?.messages.length);
        for (const { messages, file } of rendered) {
          pagesSeen += messages.length;
          expect(messages.flatMap(fits)).toEqual([]);
          const expected = checks.map(({ name, seen, next }) => `❌ Failed: ${name}. ${oneLine(seen)} → ${oneLine(next ?? '')}`).join('');
          if (file === null) expect(alike(messages.map(listed).join(''))).toBe(alike(expected));
          else expect(alike(file.content)).toContain(alike(expected));
        }
      }),
      { numRuns: 60 },
    );
    expect(pagesSeen).toBeGreaterThan(60 * 2 * 2);
  }, 180_000);

  it('are one where one is enough, and say where they stand where it is not', () => {
    expect(renderAnswer(checked([finding(1)]), { now }).messages).toHaveLength(1);
    const { messages, file } = renderAnswer(checked(findings(300)), { now });
    expect(file).toBeNull();
    const many = messages.length;
    expect(many).toBeGreaterThan(3);
    const [first, ...rest] = messages;
    expect(JSON.stringify(first.blocks.at(-1))).toContain(`Part 1 of ${many}. It goes on in the next message.`);
    for (const [index, message] of rest.entries()) {
      expect(message.text).toBe(`Preflight: Setup of prod-ldr, part ${index + 2} of ${many}.`);
      expect(JSON.stringify(message.blocks[0])).toContain(`part ${index + 2} of ${many}`);
    }
    expect(JSON.stringify(messages.map(({ blocks }) => blocks)).split('Nothing was changed.')).toHaveLength(2);
    expect(JSON.stringify(messages.at(-1)?.blocks.at(-1))).toContain('Nothing was changed.');
  });

  it('are a file when even thirty do not hold them, and count what is missing where no file can be sent', () => {
    const checks = findings(5_000);
    const { messages, file } = renderAnswer(checked(checks), { now });
    expect(messages).toHaveLength(30);
    for (const { seen, next } of checks) {
      expect(file?.content).toContain(seen);
      expect(file?.content).toContain(next);
    }
    expect(JSON.stringify(file?.beginning.blocks.at(-1))).toContain('All 5000 lines are in the file');
    const told =
      messages
        .map(listed)
        .join('\n')
        .match(/Mend finding/g)?.length ?? 0;
    expect(JSON.stringify(messages.at(-1)?.blocks.at(-1))).toContain(`${5_000 - told} more lines have no room here`);
    expect([...messages, ...(file === null ? [] : [file.beginning])].flatMap(fits)).toEqual([]);
  });

  it('hold every fact of a link and every row of a look, one table a message', () => {
    const facts = Array.from({ length: 400 }, (_, index) => ({
      name: `f${index}`,
      label: `Fact ${index}.`,
      value: `value ${index}. ${'x y '.repeat(index % 300)}end-${index}.`,
      binding: true,
    }));
    const rows = facts.map(({ label, value }) => [label, value, 'yes']);
    const replies: readonly Reply[] = [
      {
        kind: 'described',
        observation: anObservation({ facts }),
        link: { id: linkId, engine: 'cockroach-ldr', environment: 'production', description: '' },
        live: [],
      },
      {
        kind: 'inspected',
        what: 'dlq',
        link: 'prod-ldr',
        inspection: { headline: 'There are rows.', columns: ['Table', 'Reason', 'Seen'], rows, notes: ['Look at them.'] },
      },
    ];
    for (const reply of replies) {
      for (const mode of modes) {
        const { messages } = renderAnswer(reply, { now, mode });
        const text = messages.map(listed).join('\n');
        expect(messages.flatMap(fits)).toEqual([]);
        for (const { label, value } of facts)
          for (const words of [label, value.slice(0, 9), value.slice(value.lastIndexOf('end-'))]) expect(text).toContain(words.trim());
      }
    }
  });

  it('hold all that stands in the way of a refused plan, which is not said of a refusal for one reason', () => {
    const all = findings(300).map(({ seen, next }) => `${seen} ${next}`);
    const refusal = { kind: 'refusal', code: 'not-possible-now', sentence: 'It cannot be.', next: 'Mend it.' } as const;
    const { messages } = renderAnswer({ ...refusal, all }, { now });
    const text = withoutSpaces(messages.map(listed).join('\n'));
    for (const one of all) expect(text).toContain(withoutSpaces(one));
    expect(text).toContain('Allthatstandsintheway(300)');
    expect(messages.flatMap(fits)).toEqual([]);
    expect(renderAnswer(refusal, { now }).messages.map(listed).join('')).not.toContain('stands in the way');
  });
});

describe('what a refusal tells to type', () => {
  it('is shown as something to type, and foreign words make no markup with it', () => {
    const refusal = { kind: 'refusal', code: 'unknown-link', sentence: 'There is no link "x".', next: 'Did you mean `prod-sql`?' } as const;
    const [{ blocks }] = renderAnswer(refusal, { now }).messages;
    expect(JSON.stringify(blocks)).toContain('Did you mean `prod-sql`?');
    const [hostile] = renderAnswer({ ...refusal, next: 'No: `<!channel> *x*`.' }, { now }).messages;
    expect(JSON.stringify(hostile.blocks)).toContain('`&lt;!channel&gt; ∗x∗`');
  });
});

describe('markup as plain text', () => {
  it('is the foreign text again, with what hides made visible', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        fc.pre(!/[∗ˋ＿∼∶]/u.test(text));
        expect(readable(md`*${text}*`)).toBe(oneLine(`|${text}|`).slice(1, -1));
      }),
    );
  });
});
