import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeLine, linesOf, type Sent, steady } from './line.ts';

const sent = (statement: string, more: Partial<Sent> = {}): Sent => ({ version: '26.2', interface: 'system', statement, ...more });

/** What a reader of the file does with a field. */
const readBack = (field: string): unknown => JSON.parse(`"${field.replaceAll('"', '\\"')}"`);

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('\\', 'n', 't', 'u', '"', "'", '\n', '\t', '\r', '\u2028', '0') }),
);

describe('the file of statements', () => {
  it('has version, interface and statement in each line, sorted, each once', () => {
    const text = linesOf([
      sent('SHOW JOBS'),
      sent('SELECT now()', { interface: 'main' }),
      sent('SHOW JOBS'),
      sent('SHOW JOBS', { version: '23.2' }),
    ]);
    expect(text).toBe('23.2\tsystem\tSHOW JOBS\n26.2\tmain\tSELECT now()\n26.2\tsystem\tSHOW JOBS\n');
    expect(linesOf([])).toBe('');
  });

  it('keeps a name with newlines and tabs in one line', () => {
    expect(linesOf([sent('TRUNCATE "a\n\tb\\"')])).toBe('26.2\tsystem\tTRUNCATE "a\\n\\tb\\\\"\n');
  });

  it('gives back every statement as it was', () => {
    fc.assert(
      fc.property(
        fc.array(
          anyText.map((statement) => sent(statement)),
          { minLength: 1 },
        ),
        (list) => {
          const lines = linesOf(list)
            .slice(0, -1)
            .split(/[\p{Cc}\u2028\u2029]/u)
            .filter((_, at) => at % 3 === 2);
          expect(new Set(lines.map(readBack))).toEqual(new Set(list.map(({ statement }) => statement)));
          expect(lines).toHaveLength(new Set(list.map(({ statement }) => statement)).size);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('escapes nothing that a statement usually holds', () => {
    const plain = `SELECT count(*) AS n FROM "shop"."public"."órders" WHERE a <> 'it''s' -- 日本`;
    expect(escapeLine(plain)).toBe(plain);
  });

  it.each([
    [`... AS OF SYSTEM TIME '2031-02-03 04:05:06.789+00:00'`, `... AS OF SYSTEM TIME '2026-06-01 10:00:00.000000+00:00'`],
    [`AS 'postgresql://u@127.0.0.1:40123/defaultdb'`, `AS 'postgresql://u@127.0.0.1:26257/defaultdb'`],
    [
      `AS 'u?sslrootcert=-----BEGIN+CERTIFICATE-----%0Aab%2Bc%0A-----END+CERTIFICATE-----%0A&crdb_route=gateway'`,
      `AS 'u?sslrootcert=-----BEGIN+CERTIFICATE-----MIIB-----END+CERTIFICATE-----%0A&crdb_route=gateway'`,
    ],
    [`CANCEL SESSION IF EXISTS '0a1b'`, `CANCEL SESSION IF EXISTS '16c8a2b4d0f3e5a7'`],
    ['PAUSE JOB 1012877040439033857', 'PAUSE JOB 1012877040439033857'],
  ])('is the same in every run: %s', (statement, same) => {
    expect(steady(statement)).toBe(same);
  });
});
