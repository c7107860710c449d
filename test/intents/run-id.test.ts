import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRunId, readRunId } from '../../src/intents/run-id.ts';
import { runIds } from './arbitraries.ts';

describe('a run id', () => {
  it('is r- and ten characters of Crockford base 32 in lower case', () => {
    fc.assert(
      fc.property(runIds, (id) => {
        expect(isRunId(id)).toBe(true);
        expect(readRunId(id.toUpperCase())).toBe(id);
      }),
    );
  });

  it.each([
    '',
    'r-',
    'r-4k9zq0tm2',
    'r-4k9zq0tm2xx',
    'R-4k9zq0tm2x',
    'r-4k9zq0tm2X',
    'r-4k9zq0tmox',
    'r-4k9zq0tmix',
    'r-4k9zq0tmlx',
    'r-4k9zq0tmux',
    'r-4k9zq0tm2x\n',
    'x-4k9zq0tm2x',
  ])('is not %j', (text) => {
    expect(isRunId(text)).toBe(false);
  });

  it.each([
    ['r-OoIiLl2345', 'r-0011112345'],
    ['r-4k9zq0tmux', null],
    ['o-4k9zq0tm2x', null],
  ])('that a person writes as %s is %s', (typed, id) => {
    expect(readRunId(typed)).toBe(id);
  });
});
