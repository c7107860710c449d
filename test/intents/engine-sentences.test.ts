import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isRefusal } from '../../src/domain/refusal.ts';
import { links, read, registry } from './registry-of-commands.ts';

const root = new URL('../../src/engines', import.meta.url).pathname;
const [link = ''] = links;

const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));

/** A part of a sentence that is filled in: an operation where one is named, else the link. */
const filled = (hole: string): string => (/operation|kind|verb/.test(hole) ? 'setup' : link);

/** The commands in a source file, each with the words behind it up to the end of its part of the sentence. */
function commandsIn(source: string): readonly string[] {
  const text = source.replace(/\$\{((?:[^{}]|\{[^{}]*\})*)\}/g, (_, hole: string) => ` ${filled(hole)} `).replace(/ +/g, ' ');
  return [...text.matchAll(/\/repl ([a-z][^.,;:`'"()\n]*)/g)].map(([, words = '']) => words.trim());
}

/** Whether the words begin with a command that the bot takes. One that is only mentioned, without a link, has to exist. */
function isTaken(words: string): boolean {
  const parts = words.split(' ');
  const [name = ''] = parts;
  if (!parts.slice(0, 4).includes(link)) return registry.topics.includes(name);
  return parts.some((_, at) => at > 0 && !isRefusal(read(parts.slice(0, at + 1).join(' '))));
}

const found = files.flatMap((file) => commandsIn(readFileSync(join(root, file), 'utf8')).map((words) => ({ file, words })));

describe('the commands that sentences of engines name', () => {
  it('are found', () => {
    expect(found.length).toBeGreaterThan(80);
  });

  it('are all taken by the bot as they stand there', () => {
    expect(found.filter(({ words }) => !isTaken(words))).toEqual([]);
  });

  it.each([`preflight ${link} setup lists all`, `reader ${link}`, 'reverse is the way'])('would be refused: %s', (words) => {
    expect(isTaken(words)).toBe(false);
  });
});
