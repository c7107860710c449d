import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { faultCodes } from '../../src/domain/faults.ts';
import { refusalCodes } from '../../src/domain/refusal.ts';

const documented = new Map(
  [...readFileSync(new URL('../../docs/codes.md', import.meta.url), 'utf8').matchAll(/^\| `([a-z-]+)` \| ([^|]+) \|/gm)].map(
    ([, code = '', meaning = '']) => [code, meaning.trim()] as const,
  ),
);

describe('the operator docs', () => {
  it.each(Object.entries({ ...faultCodes, ...refusalCodes }))('tell what %s means, in the words of the code', (code, meaning) => {
    expect(documented.get(code)).toBe(meaning);
  });

  it('tell of no code that is not there', () => {
    expect([...documented.keys()].sort()).toEqual([...Object.keys(faultCodes), ...Object.keys(refusalCodes)].sort());
  });
});
