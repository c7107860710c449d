import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { asLinkId, asRunId } from '../../src/domain/ids.ts';
import { keys } from '../../src/store/keys.ts';
import { readingScripts, scriptNames, scripts } from '../../src/store/scripts.ts';

const folder = new URL('../../src/store/', import.meta.url);
const files = readdirSync(new URL('lua/', folder));
const source = readdirSync(folder)
  .filter((file) => file.endsWith('.ts') && file !== 'scripts.ts')
  .map((file) => readFileSync(new URL(file, folder), 'utf8'))
  .join('\n');

describe('the scripts', () => {
  it('are the files of the folder, no more and no fewer', () => {
    expect(files.toSorted()).toEqual(scriptNames.map((name) => `${name}.lua`).toSorted());
  });

  describe.each(scriptNames)('%s', (name) => {
    const { lua } = scripts[name];
    const code = lua.replaceAll(/^--.*$/gm, '');
    const header = lua.slice(0, lua.search(/^(?!--)/m));
    const mentioned = (word: string, text: string) =>
      Math.max(0, ...[...text.matchAll(new RegExp(`${word}\\[(\\d+)…?\\]`, 'g'))].map((match) => Number(match[1])));

    it('says in its header why it is one, what it takes and what it returns', () => {
      expect(header).toMatch(/^-- Why: \S.*\n(--.*\n)*-- KEYS\[1\] \S/);
      expect(header).toMatch(/^-- ARGV\[1\] \S/m);
      expect(header).toMatch(/^-- Returns: \S/m);
    });

    it('uses the keys and arguments of its header', () => {
      expect(mentioned('KEYS', header)).toBe(mentioned('KEYS', code));
      expect(mentioned('ARGV', header)).toBeGreaterThanOrEqual(mentioned('ARGV', code));
    });

    it('is called from the store', () => {
      expect(source).toContain(`'${name}'`);
    });

    it('takes the time from Redis and every key as an argument', () => {
      expect(code).not.toMatch(/os\.|math\.random|\{replops\}/);
    });

    it('writes nothing if it is said to only read', () => {
      if (readingScripts.has(name)) expect(code).not.toMatch(/'(XADD|HSET|ZADD|ZREM|SADD|SET|DEL|LPUSH|RPUSH|XDEL|XACK)'/);
      else expect(code).toMatch(/'(XADD|HSET|SET|ZADD|LREM|RPUSH|XDEL|XGROUP|XCLAIM|ZREM)'/);
    });
  });
});

describe('the key names', () => {
  it('share one hash tag, so that a script may touch all of them', () => {
    const run = asRunId('r-0000000001');
    const link = asLinkId('prod-sql');
    const { queueName, ...named } = keys;
    const all = Object.values(named).map((key) => (typeof key === 'string' ? key : key(run as never)));
    expect(queueName).toBe('wakeups');
    expect(all.length).toBeGreaterThan(15);
    expect(all.filter((key) => !key.startsWith('{replops}'))).toEqual([]);
    expect(new Set([...all, keys.recent(link), keys.recent(null)]).size).toBe(all.length + 2);
  });
});
