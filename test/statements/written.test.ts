import { describe, expect, it } from 'vitest';
import { outdated, saidBy, wordings, wordingsIn } from './written.ts';

/** A source with `#{` for what begins a hole. */
const written = (source: string) => wordingsIn('a.ts', source.replaceAll('#{', '${'));
const textsIn = (source: string): readonly string[] => written(source).map(({ text }) => text);

describe('the statements that stand in a source', () => {
  it.each([
    ['a text', `session.read('SHOW JOBS')`, ['SHOW JOBS']],
    ['a template with holes', 'const a = `DROP TABLE #{quote(name)} CASCADE`', ['DROP TABLE … CASCADE']],
    ['a constant in its hole', "const what = 'JOBS';\nconst a = `SHOW #{what}`", ['SHOW JOBS']],
    [
      'a choice',
      'const a = `SELECT 1 FROM t#{x === null ? "" : ` WHERE a = #{x}`} LIMIT 1`',
      ['SELECT 1 FROM t LIMIT 1', 'SELECT 1 FROM t WHERE a = … LIMIT 1'],
    ],
    [
      'a choice in a function beside it',
      'const list = (a: string[]) => (a.length === 1 ? `TABLE #{a}` : `TABLES (#{a})`);\nconst b = (a: string[]) => `CREATE X #{list(a)}`',
      ['CREATE X TABLE …', 'CREATE X TABLES (…)'],
    ],
    [
      'two choices, each by itself',
      "const a = `SELECT #{x ? 'a' : 'b'} FROM #{y ? 'c' : 'd'}`",
      ['SELECT a FROM …', 'SELECT b FROM …', 'SELECT … FROM c', 'SELECT … FROM d'],
    ],
    ['an option', "const a = ['SKIP SCHEMA CHECK', `CURSOR = #{at}`]", ['SKIP SCHEMA CHECK', 'CURSOR = …']],
    ['no privilege, no word and no import', "import 'SHOW JOBS';\nconst a = ['UPDATE', 'CREATE', 'Show me', 'SHOWN']", []],
    ['nothing that a parameter hides', "const what = 'JOBS';\nconst a = (what: string) => `SHOW #{what}`", ['SHOW …']],
  ])('are found: %s', (_, source, texts) => {
    expect(textsIn(source)).toEqual(texts);
  });

  it.each([
    ['SELECT 1 FROM "t" LIMIT 1', ['SELECT 1 FROM … LIMIT 1']],
    ['SELECT 1 FROM "t" WHERE a = 2 LIMIT 1', ['SELECT 1 FROM … WHERE a = … LIMIT 1']],
    ['SELECT 1 FROM "t"', []],
    ['SELECT 1 FROM "t" LIMIT 12', []],
  ])('count where they say most: %s', (statement, texts) => {
    const all = written('const a = `SELECT 1 FROM #{t}#{x === null ? "" : ` WHERE a = #{x}`} LIMIT 1`');
    expect(saidBy(statement, all).map(({ text }) => text)).toEqual(texts);
  });

  it('stand open where something is known only when it is sent', () => {
    const all = written("const at = '<the time that was taken>';\nconst a = `SELECT x FROM y AS OF SYSTEM TIME '#{at}'`");
    expect(saidBy(`SELECT x FROM y AS OF SYSTEM TIME '2026-06-01 10:00:00+00:00'`, all)).toHaveLength(1);
  });

  it('are quite a number in the engines, and no exception is left of those that are gone', { timeout: 60_000 }, () => {
    const all = wordings();
    expect(all.length).toBeGreaterThan(150);
    expect(new Set(all.map(({ place }) => place.split('/')[0]))).toEqual(new Set(['cockroach', 'cockroach-pcr', 'cockroach-ldr']));
    expect(outdated(all)).toEqual([]);
  });
});
