import { describe, expect, it } from 'vitest';
import { isAtLeast, releaseOf } from '../../../src/engines/cockroach/version.ts';

describe('releaseOf', () => {
  const rows = [
    ['CockroachDB CCL v26.2.2 (x86_64-pc-linux-gnu, built 2026/06/05)', { year: 26, number: 2, text: 'v26.2.2' }],
    ['CockroachDB CCL v23.2.0', { year: 23, number: 2, text: 'v23.2.0' }],
    ['CockroachDB CCL v26.3.0-alpha.1 (x)', { year: 26, number: 3, text: 'v26.3.0-alpha.1' }],
    ['PostgreSQL 16.1', null],
    ['', null],
  ] as const;
  it.each(rows)('reads %s', (text, release) => {
    expect(releaseOf(text)).toEqual(release);
  });

  it('orders releases by year, then number', () => {
    const release = { year: 24, number: 3, text: 'v24.3.1' };
    expect([isAtLeast(release, 24, 3), isAtLeast(release, 24, 4), isAtLeast(release, 23, 9), isAtLeast(release, 25, 1)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });
});
