import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AskedStart, unlikeAsked } from '../../../src/engines/cockroach-ldr/asked-start.ts';
import type { LdrSettings } from '../../../src/engines/cockroach-ldr/config.ts';
import { sortJobs } from '../../../src/engines/cockroach-ldr/own-jobs.ts';
import { startWords } from '../../../src/engines/cockroach-ldr/start-words.ts';
import { replicatedStatement, streamStatement } from '../../../src/engines/cockroach-ldr/statements.ts';
import { aJob, aLink } from './scenes.ts';

const { settings } = aLink();
const cursor = '2026-06-01 09:00:00.000000+00:00';
const atCursor = String(BigInt(Date.UTC(2026, 5, 1, 9)) * 1000n);
const stream: AskedStart = { into: 'standby', form: 'stream', cursor: null };
const onward: AskedStart = { ...stream, cursor };
const from = 'FROM TABLES (shop.public.orders, shop.public.items)';
const into = 'INTO TABLES (shop.public.orders, shop.public.items)';
/** As a server prints it. */
const printed = (options = ''): string =>
  `CREATE LOGICAL REPLICATION STREAM ${from} ON 'external://to_east' ${into}${options === '' ? '' : ` WITH OPTIONS (${options})`}`;
const withOptions = (options: Partial<LdrSettings['options']>): LdrSettings => ({
  ...settings,
  options: { ...settings.options, ...options },
});
const merge = { database: 'shop', schema: 'public', table: 'größe' };
const decided = withOptions({ mode: 'validated', defaultFunction: { primary: merge, standby: merge } });
const judge = (asked: AskedStart, command: string, of: LdrSettings = settings) =>
  unlikeAsked(of, asked, aJob({ command, started: atCursor }));

describe('a job that somebody else may have started', () => {
  const alike: readonly [string, AskedStart, string, LdrSettings?][] = [
    ['the very same words', stream, printed()],
    ['names without quotes', stream, streamStatement(settings, 'standby', null)],
    ['what the server does by itself, said aloud', stream, printed(`MODE = 'immediate', DEFAULT FUNCTION = 'lww'`)],
    ['a label', stream, printed(`LABEL = 'a, (b'`), withOptions({ label: 'a, (b' })],
    ['an escaped label', stream, printed(`LABEL = e'it\\'s'`), withOptions({ label: "it's" })],
    ['a mode in capitals', stream, printed(`MODE = 'VALIDATED'`), withOptions({ mode: 'validated' })],
    ['a skipped check', stream, printed('SKIP SCHEMA CHECK'), withOptions({ skipSchemaCheck: true })],
    ['the same time', onward, printed(`CURSOR = '${cursor}'`)],
    ['the same time, as the server may print it', onward, printed(`CURSOR = '2026-06-01 09:00:00+00:00'`)],
    ['the same time as a decimal', onward, printed(`CURSOR = '${atCursor}000.0000000000'`)],
    ['a time that was bound', onward, printed('CURSOR = $1')],
    ['a time that is not shown', onward, printed(`CURSOR = '_'`)],
    ['a time with its type', onward, printed(`CURSOR = '${cursor}':::STRING`)],
    [
      'letters by their numbers',
      stream,
      printed(`LABEL = e'gr\\u00F6\\x21\\303\\237e\\U0001F600\\v'`),
      withOptions({ label: 'grö!ße😀\v' }),
    ],
    ['values that are not shown', stream, printed(`MODE = '_', LABEL = '_'`), withOptions({ mode: 'validated', label: 'b' })],
    ['a way to decide that is not shown', stream, printed(`DEFAULT FUNCTION = '_'`), decided],
    ['a value with its type', stream, printed(`MODE = 'validated':::STRING`), withOptions({ mode: 'validated' })],
    ['a value that is cut off', stream, printed(`MODE = 'valid…`).slice(0, -1), withOptions({ mode: 'validated', label: 'b' })],
    ['a statement that is cut off between tables', stream, printed().slice(0, 60), withOptions({ mode: 'validated' })],
    ['a way back that is cut off', { ...stream, form: 'back' }, printed('CURSOR = $1, PAR').slice(0, -1)],
    ['words that tell nothing of options', stream, 'LOGICAL REPLICATION STREAM into shop.public.orders from external://to_east'],
    [
      'tables that are made',
      { ...stream, form: 'create' },
      `CREATE LOGICALLY REPLICATED TABLES (shop.public.orders, shop.public.items) ${from} ON 'external://to_east' WITH OPTIONS (UNIDIRECTIONAL)`,
    ],
    ['the way back of such', { ...stream, form: 'back' }, printed(`CURSOR = $1, PARENT = '12'`)],
  ];
  it.each(alike)('is what was asked for by %s', (_, asked, command, of = settings) => {
    expect(judge(asked, command, of)).toBeNull();
  });

  const untold: readonly [string, string][] = [
    ['where nothing of options is told', 'LOGICAL REPLICATION STREAM into shop.public.orders from external://to_east'],
    ['where the time is not shown', printed(`CURSOR = '_'`)],
    ['where the time was bound', printed('CURSOR = $1')],
    ['where the statement is cut off', printed(`MODE = 'immed`).slice(0, -1)],
  ];
  it.each(untold)('is known by the time at which it begins, %s', (_, command) => {
    const begun = (apartMs: number) =>
      unlikeAsked(settings, onward, aJob({ command, started: String(BigInt(atCursor) + BigInt(apartMs) * 1000n) }));
    expect([begun(0), begun(-999), begun(999)]).toEqual([null, null, null]);
    expect(begun(1_000)).toBe('does not go on from 2026-06-01 09:00:00.000000 UTC, but from 2026-06-01 09:00:01.000000 UTC');
    expect(begun(-60_000)).toContain('but from 2026-06-01 08:59:00.000000 UTC');
    expect(unlikeAsked(settings, onward, aJob({ command, started: null }))).toBeNull();
  });

  const unlike: readonly [string, AskedStart, string, string, LdrSettings?][] = [
    ['a time to go on from', stream, printed(`CURSOR = '${cursor}'`), 'WITH CURSOR, so without a copy'],
    ['a time that was bound', stream, printed('CURSOR = $1'), 'WITH CURSOR'],
    ['a time within quotes only', stream, printed(`cursor = 'now'`), 'WITH CURSOR'],
    ['a parent', stream, printed(`CURSOR = $1, PARENT = '7'`), 'by a job on the other side'],
    ['a full copy', onward, printed(), 'copies everything, and does not go on from 2026-06-01 09:00:00.000000 UTC'],
    [
      'another time',
      onward,
      printed(`CURSOR = '2026-06-01 09:00:00.000001+00:00'`),
      'does not go on from 2026-06-01 09:00:00.000000 UTC, but from 2026-06-01 09:00:00.000001 UTC',
    ],
    [
      'a time that only the server can reckon',
      onward,
      printed(`CURSOR = '-10s'`),
      'does not go on from 2026-06-01 09:00:00.000000 UTC, but from -10s',
    ],
    ['another mode', stream, printed(`MODE = 'validated'`), 'MODE is validated instead of immediate'],
    ['deletes that are discarded', stream, printed(`DISCARD = 'all-deletes'`), 'DISCARD is all-deletes instead of not set'],
    [
      'another way to decide than one of its own',
      stream,
      printed(`DEFAULT FUNCTION = 'dlq'`),
      'DEFAULT FUNCTION is dlq instead of',
      decided,
    ],
    ['a time that is not shown', stream, printed(`CURSOR = '_'`), 'WITH CURSOR'],
    [
      'another label, cut off behind it',
      stream,
      printed(`LABEL = 'B', MODE = 'va`).slice(0, -1),
      'LABEL is B instead of b',
      withOptions({ label: 'b' }),
    ],
    ['another label', stream, printed(`LABEL = 'B'`), 'LABEL is B instead of b', withOptions({ label: 'b' })],
    ['a skipped check', stream, printed('SKIP SCHEMA CHECK'), 'SKIP SCHEMA CHECK is set instead of not set'],
    ['another way to decide', stream, printed(`DEFAULT FUNCTION = 'dlq'`), 'DEFAULT FUNCTION is dlq instead of lww'],
    [
      'a function of one table',
      stream,
      printed('FUNCTION shop.public.merge FOR TABLE shop.public.orders'),
      'FUNCTION FOR TABLE orders is merge instead of not set',
    ],
    [
      'tables that are crossed',
      stream,
      `CREATE LOGICAL REPLICATION STREAM FROM TABLES (items, orders) ON 'external://to_east' ${into}`,
      'shop.public.orders is filled from items; shop.public.items is filled from orders',
    ],
    ['no parent', { ...stream, form: 'back' }, printed(`CURSOR = '${cursor}'`), 'was not started by the job that makes the tables'],
  ];
  it.each(unlike)('is not what was asked for with %s', (_, asked, command, words, of = settings) => {
    expect(judge(asked, command, of)).toContain(words);
    const job = aJob({ id: '100', command });
    expect(sortJobs(of, [job], '99', asked)).toMatchObject({ started: [], foreign: [{ id: '100' }] });
    expect(sortJobs(of, [job], '99')).toMatchObject({ started: [{ id: '100' }], foreign: [] });
  });

  it('goes on from a time that nobody tells where its statement is not told', () => {
    expect(judge(onward, 'LOGICAL REPLICATION STREAM into shop.public.orders from external://to_east')).toBeNull();
  });

  it('is the own one whatever names and labels hold', () => {
    const name = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !text.includes('\0') && !/[a-z]+:\/\//iu.test(text));
    fc.assert(
      fc.property(name, name, name, fc.boolean(), (table, other, label, both) => {
        const named = (one: string) => ({ database: 'shop', schema: 'public', table: one });
        const of: LdrSettings = {
          ...withOptions({ label, mode: both ? 'validated' : 'immediate' }),
          tables: [
            { primary: named(table), standby: named(other) },
            { primary: named(`${table}2`), standby: named(`${other}2`) },
          ],
        };
        expect(judge(onward, streamStatement(of, 'standby', cursor), of)).toBeNull();
        expect(judge({ ...stream, form: 'create' }, replicatedStatement(of, 'standby', both), of)).toBeNull();
        expect(judge(stream, streamStatement(of, 'standby', cursor), of)).toContain('WITH CURSOR');
        expect(startWords(streamStatement(of, 'standby', null))?.pairs).toEqual([
          { from: ['shop', 'public', table], into: ['shop', 'public', other] },
          { from: ['shop', 'public', `${table}2`], into: ['shop', 'public', `${other}2`] },
        ]);
      }),
    );
  });
});
