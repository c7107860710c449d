import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { builtOn, chainOf, covering, isMoment, newest, newestFull } from '../../../src/engines/tigergraph-crr/chains.ts';
import type { BackupRow } from '../../../src/engines/tigergraph-crr/detail.ts';

const row = (tag: string, createdAt: number | null, more: Partial<BackupRow> = {}): BackupRow => ({
  tag,
  type: 'FULL',
  version: '4.2.0',
  size: '1 MB',
  base: null,
  startedAt: null,
  createdAt,
  ...more,
});
const onto = (tag: string, base: string | null, startedAt: number, createdAt: number): BackupRow =>
  row(tag, createdAt, { type: 'INCREMENTAL', base, startedAt });

const rows = [row('full', 10_000), onto('one', 'full', 10_000, 20_000), onto('two', 'one', 20_000, 30_500)];
const tags = (chain: ReturnType<typeof chainOf>) => ('missing' in chain ? chain : chain.map(({ tag }) => tag));

describe('a chain of backups', () => {
  it('begins with the full one and follows what each builds on', () => {
    expect(rows.map((one) => tags(chainOf(rows, one)))).toEqual([['full'], ['full', 'one'], ['full', 'one', 'two']]);
    expect(builtOn(rows, 'one')).toEqual(['two']);
    expect(builtOn(rows, 'two')).toEqual([]);
  });

  it('names what is missing', () => {
    expect(chainOf(rows.slice(1), onto('two', 'one', 20_000, 30_000))).toEqual({ missing: 'full' });
  });

  it('goes by the last full backup before it where the list does not tell', () => {
    const untold = [row('a', 1), row('b', 2), onto('c', null, 2, 3), row('d', 4)];
    expect(untold.map((one) => tags(chainOf(untold, one)))).toEqual([['a'], ['b'], ['b', 'c'], ['d']]);
    expect(builtOn(untold, 'b')).toEqual(['c']);
    const alone = onto('c', null, 2, 3);
    expect(chainOf([alone], alone)).toEqual({ missing: '(no full backup)' });
  });

  it('never loops, whatever the list says', () => {
    const names = fc.constantFrom('a', 'b', 'c', 'd');
    const some = fc.record({ tag: names, base: fc.option(names), type: fc.constantFrom('FULL', 'INCREMENTAL', null), at: fc.nat(9) });
    fc.assert(
      fc.property(fc.array(some, { minLength: 1, maxLength: 6 }), (drawn) => {
        const listed = drawn.map(({ tag, base, type, at }) => row(tag, at, { base, type }));
        for (const one of listed) {
          const chain = chainOf(listed, one);
          if (!('missing' in chain)) expect(new Set(chain).size).toBe(chain.length);
        }
      }),
    );
  });
});

describe('the backup that is meant', () => {
  it('is the newest, of any kind or full', () => {
    expect(newest(rows)?.tag).toBe('two');
    expect(newestFull(rows)?.tag).toBe('full');
    expect(newest([])).toBeUndefined();
  });

  it.each([
    [9_000, undefined],
    [10_000, 'one'],
    [20_000, 'one'],
    [25_000, 'two'],
    [30_000, 'two'],
    [31_000, undefined],
  ])('for the moment %d is %s', (at, tag) => {
    expect(covering(rows, at)?.tag).toBe(tag);
  });

  it.each([
    ['2026-11-20T03:12:00Z', true],
    ['2026-11-20T03:12Z', false],
    ['2026-11-20T03:12:00+00:00', false],
    ['2026-13-20T03:12:00Z', false],
    ['latest', false],
  ])('%s is a moment: %s', (text, is) => {
    expect(isMoment(text)).toBe(is);
  });
});
