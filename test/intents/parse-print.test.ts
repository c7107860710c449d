import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asLinkId, asRunId } from '../../src/domain/ids.ts';
import type { Intent, IntentKind } from '../../src/domain/intent.ts';
import type { Operation } from '../../src/domain/operation.ts';
import { isRefusal } from '../../src/domain/refusal.ts';
import { parse } from '../../src/intents/parse.ts';
import { print } from '../../src/intents/print.ts';
import { hiddenParts, hostileParts, intents, oddLinks } from './arbitraries.ts';
import { links, now, read, registry } from './registry-of-commands.ts';

describe('parse after print', () => {
  it('is the identity for every intent, whatever its texts hold', () => {
    const kinds = new Set<IntentKind>();
    fc.assert(
      fc.property(intents, (intent) => {
        kinds.add(intent.kind);
        expect(read(print(intent))).toEqual(intent);
      }),
      { numRuns: 20_000 },
    );
    expect(kinds.size).toBe(20);
  });

  it('is the identity when links have hostile names', () => {
    fc.assert(
      fc.property(oddLinks, ({ links: odd, intent }) => {
        expect(parse(print(intent), registry, { links: odd, now })).toEqual(intent);
      }),
      { numRuns: 3000 },
    );
  });

  it.each(['"', '\\', '\u201D', '&', '<', "'"])('holds for two longest texts made only of %s', (character) => {
    const words = character.repeat(400);
    const intent: Intent = {
      kind: 'change',
      operation: { kind: 'failover', link: asLinkId('prod-graph'), to: { kind: 'time', at: now - 1 } },
      reason: words,
      breakGlass: words,
      wait: true,
    };
    expect(read(print(intent))).toEqual(intent);
  });

  it('gives the text as it was without what nobody sees', () => {
    const whole = [...hostileParts, ...hiddenParts].join('');
    const run = asRunId('r-4k9zq0tm2x');
    expect(read(print({ kind: 'skip', run, reason: whole }))).toEqual({ kind: 'skip', run, reason: [...hostileParts].join('') });
  });
});

const typed = fc.string({ unit: 'binary', maxLength: 60 });
const lines = fc.oneof(
  typed,
  fc
    .array(
      fc.oneof(
        fc.constantFrom(...hostileParts, ...hiddenParts, ...registry.topics, ...links, 'r-4k9zq0tm2x', '--to', '-10m', '--json', '\u0000'),
        typed,
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join(' ')),
  fc
    .record({
      intent: intents,
      at: fc.nat(),
      cut: fc.nat({ max: 6 }),
      put: fc.oneof(typed, fc.constantFrom(...hostileParts, ...hiddenParts)),
    })
    .map(({ intent, at, cut, put }) => {
      const line = print(intent);
      const place = at % (line.length + 1);
      return line.slice(0, place) + put + line.slice(place + cut);
    }),
);

it('a kind of intent or operation that nobody decided about is a bug', () => {
  // The casts make what the types forbid.
  expect(() => print({ kind: 'dance' } as unknown as Intent)).toThrow(TypeError);
  const operation = { kind: 'dance', link: asLinkId('prod-sql') } as unknown as Operation;
  expect(() => print({ kind: 'plan', operation, json: false })).toThrow(TypeError);
});

describe('any text', () => {
  it('gets an intent or a refusal with a sentence and a way on, and never throws', () => {
    let understood = 0;
    let refused = 0;
    fc.assert(
      fc.property(lines, (line) => {
        const answer = read(line);
        if (!isRefusal(answer)) {
          understood += 1;
          expect(read(print(answer))).toEqual(answer);
          return;
        }
        refused += 1;
        expect(answer.sentence).toMatch(/^\S[^\n]*\.$/);
        expect(answer.next).toMatch(/^\S[^\n]*\.$/);
        expect(answer.sentence.length).toBeLessThan(400);
        expect(['bad-input', 'unknown-link']).toContain(answer.code);
      }),
      { numRuns: 100_000 },
    );
    expect(understood).toBeGreaterThan(1000);
    expect(refused).toBeGreaterThan(10_000);
  }, 180_000);

  it('may be as long as it likes', () => {
    for (const part of [...hostileParts, ...hiddenParts, 'a ', '--a=', '<@U1']) {
      const answer = read(part.repeat(Math.ceil(15_000 / part.length)));
      if (!isRefusal(answer)) throw new TypeError(`${part} was understood`);
      expect(answer.sentence).toContain('a command has at most 2000');
    }
  });
});
