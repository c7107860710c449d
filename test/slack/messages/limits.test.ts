import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JournalRecord, RunView } from '../../../src/domain/run.ts';
import { incidentNotices } from '../../../src/incidents/notices.ts';
import { fold } from '../../../src/runs/fold.ts';
import { judgeBlocks } from '../../../src/sim/slack/block-rules.ts';
import { renderIncident } from '../../../src/slack/messages/incident.ts';
import { breaches } from '../../../src/slack/messages/limits.ts';
import type { Message } from '../../../src/slack/messages/message.ts';
import { planPages } from '../../../src/slack/messages/plan-pages.ts';
import { renderAnswer, renderReply } from '../../../src/slack/messages/reply.ts';
import { renderRun } from '../../../src/slack/messages/run.ts';
import { threadLines } from '../../../src/slack/messages/thread.ts';
import { nastyJournal, nastyPlan } from './hostile.ts';
import { markupOf, richMentions, strangeMarkup } from './markup.ts';
import { asRecords, haltedEntries, night, proposed, redirectEntries, theLink } from './story.ts';

function everyMessage(run: RunView, records: readonly JournalRecord[]): readonly Message[] {
  return [
    renderRun(run, { link: theLink }),
    renderRun(run, { link: theLink, mode: 'plain' }),
    renderReply({ kind: 'run', run, records, json: false }, { now: night }),
    renderReply({ kind: 'run', run, records, json: true }, { now: night }),
    renderReply({ kind: 'proposed', run }, { now: night }),
    renderReply(
      {
        kind: 'planned',
        plan: run.plan,
        planHash: run.planHash,
        command: 'failover prod-sql --to latest',
        verdict: run.verdict,
        json: false,
      },
      { now: night },
    ),
    ...threadLines(records),
    ...incidentNotices(run, theLink).map(({ notice }) => renderIncident(notice, { permalink: 'https://workspace.example/archives/C1/p1' })),
  ];
}

describe('every message of a hostile run', () => {
  it('keeps within the limits of Slack and holds no markup that the bot did not make', () => {
    let checked = 0;
    fc.assert(
      fc.property(nastyJournal, (entries) => {
        const records = asRecords(entries);
        for (const message of everyMessage(fold(records), records)) {
          checked += 1;
          expect(breaches(message)).toEqual([]);
          expect(judgeBlocks(JSON.parse(JSON.stringify(message.blocks)), 'message')).toBeNull();
          expect(markupOf(message).flatMap(strangeMarkup)).toEqual([]);
          expect(richMentions(message.blocks).filter((mention) => mention.includes('EVIL') || !mention.includes('user_id'))).toEqual([]);
        }
      }),
      { numRuns: 80 },
    );
    expect(checked).toBeGreaterThan(80 * 6);
  }, 180_000);

  it('shows every statement of a plan, in the message or in the thread', () => {
    fc.assert(
      fc.property(nastyPlan, (plan) => {
        const run = fold(asRecords([proposed(plan)]));
        const planned = {
          kind: 'planned',
          plan: run.plan,
          planHash: run.planHash,
          command: 'x',
          verdict: run.verdict,
          json: false,
        } as const;
        const { messages } = renderAnswer(planned, { now: night });
        for (const page of messages) expect(breaches(page)).toEqual([]);
        const pages = planPages(run);
        expect(messages.length).toBe(pages.length + 1);
        const told = literal(messages.map(({ blocks }) => blocks));
        const shown = literal([renderRun(run, { link: theLink }).blocks, ...pages.map(({ message }) => message.blocks)]);
        for (const page of pages) expect(breaches(page.message)).toEqual([]);
        for (const step of plan.steps) {
          const asked = step.asks?.flatMap(({ statements }) => statements) ?? [];
          for (const statement of [...step.statements, ...asked]) {
            expect(shown).toContain(withoutUnseen(statement));
            expect(told).toContain(withoutUnseen(statement));
          }
        }
      }),
      { numRuns: 60 },
    );
  }, 180_000);
});

/** All literal text of blocks, joined as read, without line breaks: a long statement goes on in the next piece. */
function literal(value: unknown): string {
  const texts: string[] = [];
  const walk = (part: unknown): void => {
    if (Array.isArray(part)) part.forEach(walk);
    else if (typeof part === 'object' && part !== null) {
      if ('type' in part && part.type === 'text' && 'text' in part && typeof part.text === 'string') texts.push(part.text);
      Object.values(part).forEach(walk);
    }
  };
  walk(value);
  return texts.join('').replace(/\s+/gu, '');
}

const withoutUnseen = (text: string): string =>
  text
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replace(
      /(?![\n\t\r])[\p{Cc}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu,
      (mark) => `\\u{${(mark.codePointAt(0) ?? 0).toString(16)}}`,
    )
    .replace(/\s+/gu, '');

describe('a rendered run', () => {
  it('has equal bytes for equal runs, and other block ids for another message', () => {
    const render = (entries: typeof redirectEntries) => renderRun(fold(asRecords(entries)), { link: theLink });
    expect(JSON.stringify(render(redirectEntries))).toBe(JSON.stringify(render(redirectEntries)));
    const before = new Set(render(redirectEntries).blocks.map((block) => block.block_id));
    const after = render(haltedEntries).blocks.map((block) => block.block_id);
    expect(after.length).toBeGreaterThan(5);
    expect(after.filter((id) => before.has(id))).toEqual([]);
  });
});
