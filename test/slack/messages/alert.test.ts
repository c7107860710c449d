import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asLinkId } from '../../../src/domain/ids.ts';
import { operationNames } from '../../../src/domain/operation.ts';
import { judgeBlocks } from '../../../src/sim/slack/block-rules.ts';
import { isOffer, offerButton, readOffer } from '../../../src/slack/messages/actions.ts';
import { renderAlert } from '../../../src/slack/messages/alert.ts';
import { breaches } from '../../../src/slack/messages/limits.ts';
import { type Alert, alertKinds } from '../../../src/watch/alerts.ts';
import { nasty } from './hostile.ts';
import { markupOf, strangeMarkup } from './markup.ts';
import { night, theLink } from './story.ts';

const alert: Alert = {
  id: 'a-1',
  kind: 'danger',
  cluster: null,
  sentence: 'Split brain: applications can write on both sides.',
  offers: [{ operation: 'fence', cluster: 'sql-east', why: 'Stop writes on sql-east, so that only sql-west takes them.' }],
  since: night,
  raisedAt: night + 30_000,
  missedAt: null,
  cleared: null,
};
const textOf = (of: Alert): string => JSON.stringify(renderAlert(of, theLink));

describe('the message of an alert', () => {
  it.each([
    ['danger', null, '🚨 prod-sql: data is at risk'],
    ['unreachable', 'sql-east', '🔴 prod-sql: sql-east does not answer'],
    ['returned', 'sql-east', '⚠️ prod-sql: sql-east is back'],
    ['broken', null, '🔴 prod-sql: replication does not work'],
  ] as const)('of %s says what happened, to which link, and where to look', (kind, cluster, title) => {
    const { text, blocks } = renderAlert({ ...alert, kind, cluster, offers: [] }, theLink);
    expect(JSON.stringify(blocks[0])).toContain(title);
    expect(text).toContain(alert.sentence);
    expect(JSON.stringify(blocks)).toContain('/repl describe prod-sql');
    expect(JSON.stringify(blocks)).not.toContain('"actions"');
  });

  it('has a button for what answers it, and names the command', () => {
    const text = textOf(alert);
    expect(text).toContain('Fence sql-east');
    expect(text).toContain('/repl fence prod-sql');
    expect(text).toContain('Nothing is changed before that.');
  });

  it('says when it is over, how things are and how they were, and offers nothing any more', () => {
    const text = textOf({ ...alert, cleared: { at: night + 90_000, sentence: 'Only sql-west takes writes.' } });
    for (const words of ['✅ prod-sql: over: data is at risk', 'Only sql-west takes writes.', alert.sentence])
      expect(text).toContain(words);
    expect(text).not.toContain('replops:ask');
  });

  it('keeps to the limits of Slack and holds no markup that the bot did not make, whatever a database calls itself', () => {
    const times = fc.integer({ min: 0, max: 3 });
    fc.assert(
      fc.property(nasty, nasty, nasty, fc.constantFrom(...alertKinds), times, (sentence, cluster, words, kind, many) => {
        const offers = Array.from({ length: many }, () => ({ operation: 'fence' as const, cluster, why: words }));
        const cleared = many === 0 ? { at: night, sentence: words } : null;
        const shown = renderAlert({ ...alert, kind, cluster, sentence, offers, cleared }, { ...theLink, description: words });
        expect(breaches(shown)).toEqual([]);
        expect(judgeBlocks(JSON.parse(JSON.stringify(shown.blocks)), 'message')).toBeNull();
        expect(markupOf(shown).flatMap(strangeMarkup)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a button that asks for a change', () => {
  it.each(operationNames)('of %s is read back as what it was made of', (operation) => {
    const target = { link: asLinkId('prod-sql'), operation, inThread: true };
    const { action_id: id, value } = offerButton(target, 'sql-east');
    expect(isOffer(id)).toBe(true);
    expect(readOffer(value)).toEqual(target);
  });

  it.each([
    null,
    '',
    'x',
    '[]',
    '{}',
    '{"link":"","operation":"fence"}',
    '{"link":"a","operation":"erase"}',
    '{"link":7,"operation":"fence"}',
  ])('that is none of ours is not read: %s', (value) => {
    expect(readOffer(value)).toBeNull();
  });

  it('is never one that is pressed on a run', () => {
    expect(isOffer('replops:approve')).toBe(false);
  });
});
