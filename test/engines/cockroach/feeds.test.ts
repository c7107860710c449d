import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { feedChecks, feedLines, feedReminders, sinkIn } from '../../../src/engines/cockroach/feeds.ts';

describe('where backups and changefeeds go', () => {
  const texts: readonly (readonly [string, string | null])[] = [
    [`BACKUP INTO LATEST IN 'external://backups' WITH detached`, 'external://backups'],
    [`BACKUP INTO 's3://bucket/path?AWS_SECRET_ACCESS_KEY=hush&AWS_ACCESS_KEY_ID=x'`, 's3://bucket'],
    [`BACKUP INTO 's3://bucket?note=a@b'`, 's3://…'],
    ['kafka://user:hush@broker:9092?topic_prefix=x', 'kafka://broker:9092'],
    ['kafka://one:9092,two:9092', 'kafka://one:9092,two:9092'],
    ['kafka://user:hu/sh@broker', 'kafka://…'],
    ['kafka://user:hu?sh@broker', 'kafka://…'],
    ['kafka://user:hu@sh@broker', 'kafka://…'],
    ['kafka://ho\u0000st/', 'kafka://…'],
    ['kafka://user:12 34@broker', 'kafka://…'],
    [`INTO 'kafka://user:12''34@broker'`, 'kafka://…'],
    ['webhook-https://hook.example.com/secret-path', 'webhook-https://hook.example.com'],
    ['BACKUP INTO nowhere', null],
    ['', null],
  ];
  it.each(texts)('%s', (text, sink) => expect(sinkIn(text)).toBe(sink));

  it('never shows a user, a password or what stands behind the host', () => {
    const part = fc.string({ minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(part, part, part, (user, password, rest) => {
        const shown = sinkIn(`kafka://${user}:pw-${password}-pw@broker/path-${rest}?key=${rest}`);
        expect(shown).not.toContain('pw-');
        expect(shown).not.toContain('path-');
        expect(shown).not.toContain('key=');
      }),
    );
  });
});

describe('the lists', () => {
  const home = { cluster: 'sql-east', name: 'main', user: 'ops' };
  const words = { backups: 'They pause.', feedSchedules: 'They go on.', changefeeds: 'They fail.' };
  const feeds = (count: number) => Array.from({ length: count }, (_, at) => ({ id: `${at + 1}`, what: 'orders' }));
  const none = { backups: [], feedSchedules: [], changefeeds: [], complete: true };

  it('name each, ten in a line, and count what is beyond a hundred', () => {
    const lines = feedLines(home, { ...none, changefeeds: feeds(103) }, words);
    expect(lines.length).toBe(10);
    expect(lines[0]).toBe(
      `Changefeeds of main on sql-east: ${feeds(10)
        .map(({ id }) => `${id} (orders)`)
        .join('; ')}.`,
    );
    // What becomes of them is said once, of all.
    expect(lines[9]).toMatch(/; 100 \(orders\); and 3 more\. They fail\.$/);
    expect(lines.join(' ').split('They fail.')).toHaveLength(2);
    expect(feedLines(home, { ...none, backups: feeds(100) }, words).join(' ')).not.toContain(' more');
  });

  it('warn of nothing where there is nothing, and when there may be more', () => {
    expect(feedLines(home, none, words)).toEqual([]);
    expect(feedLines(home, undefined, words)).toEqual([]);
    expect(feedLines(home, { ...none, complete: false }, words)).toEqual([
      'There may be schedules and changefeeds of main on sql-east that ops is not shown, since it is no admin there; it is shown none.',
    ]);
    expect(feedLines(home, { ...none, backups: feeds(1), complete: false }, words)[1]).toMatch(/since it is no admin there\.$/);
  });

  it('are checks for who only wants to look: passed only where everything is seen and there is nothing', () => {
    const outcomes = (read: Parameters<typeof feedChecks>[1]) => feedChecks(home, read).map(({ outcome }) => outcome);
    expect(feedChecks(home, none)).toMatchObject([
      { outcome: 'passed', seen: 'main on sql-east runs no backup schedule, no changefeed schedule and no changefeed.' },
    ]);
    expect(outcomes({ ...none, complete: false })).toEqual(['warned']);
    expect(outcomes({ ...none, backups: feeds(1), changefeeds: feeds(1) })).toEqual(['warned', 'warned']);
    expect(outcomes(null)).toEqual(['warned']);
    expect(outcomes(undefined)).toEqual([]);
  });

  it('come back as reminders, and nothing else does', () => {
    const lines = feedLines(home, { backups: feeds(1), feedSchedules: feeds(1), changefeeds: feeds(1), complete: false }, words);
    expect(lines.length).toBe(4);
    const other = 'Writes stay stopped at most 60 s before the promotion.';
    const unread = feedLines(home, null, words);
    expect(unread).toHaveLength(1);
    expect(feedReminders([other, ...lines, ...unread])).toEqual([...lines, ...unread]);
  });
});
