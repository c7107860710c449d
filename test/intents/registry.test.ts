import { describe, expect, it } from 'vitest';
import { arg } from '../../src/intents/arg.ts';
import { type Command, defineCommand, isCommand } from '../../src/intents/command.ts';
import { parse } from '../../src/intents/parse.ts';
import { createRegistry } from '../../src/intents/registry.ts';
import { registry } from './registry-of-commands.ts';

const links = (name: string, examples: readonly [string, ...string[]] = [`/repl ${name}`]): Command =>
  defineCommand({ name, summary: 'List', risk: 'read', args: {}, examples, toIntent: () => ({ kind: 'links' }) });

const declaring = (name: string, args: Parameters<typeof defineCommand>[0]['args']) => (): Command =>
  defineCommand({ name, summary: 'Try', risk: 'read', args, examples: ['/repl x'], toIntent: () => ({ kind: 'links' }) });

describe('a declaration', () => {
  const text = arg.rest({ max: 10, about: 'why' });
  it.each([
    ['Name', {}, 'is not named by one or two words in lower case'],
    ['a b c', {}, 'is not named by one or two words in lower case'],
    ['', {}, 'is not named by one or two words in lower case'],
    ['x', { maxStop: arg.flag('a'), 'max-stop': arg.flag('b') }, 'declares two arguments of one name'],
    ['x', { help: arg.flag('a') }, 'declares --help, which every command has'],
    ['x', { h: arg.flag('a') }, 'declares --help, which every command has'],
    ['x', { text, link: arg.link() }, 'reads words after the rest'],
    ['x', { one: arg.optional(arg.link()), two: arg.link() }, 'asks for a word after one that may be missing'],
    ['x', { change: arg.change(), link: arg.link() }, 'reads words besides an operation'],
    ['x', { one: arg.change(), two: arg.change() }, 'declares two operations'],
  ])('of %j with %j is refused', (name, args, fault) => {
    expect(declaring(name, args)).toThrow(new TypeError(`command "${name}" ${fault}`));
  });

  it('may have flags in any order around its words', () => {
    expect(isCommand(declaring('x', { json: arg.flag('a'), link: arg.link(), reason: text })())).toBe(true);
  });

  it.each([null, 'links', {}, undefined])('is not %j', (value) => {
    expect(isCommand(value)).toBe(false);
  });
});

describe('a registry', () => {
  it('is sorted by name and offers first words as topics', () => {
    const made = createRegistry([links('show more'), links('more'), links('show less')]);
    expect(made.commands.map(({ name }) => name)).toEqual(['more', 'show less', 'show more']);
    expect(made.topics).toEqual(['more', 'show', 'show less', 'show more']);
  });

  it('prefers the longer of two names that fit', () => {
    const both = createRegistry([
      links('show'),
      defineCommand({
        name: 'show me',
        summary: 'Who',
        risk: 'read',
        args: {},
        examples: ['/repl show me'],
        toIntent: () => ({ kind: 'whoami' }),
      }),
    ]);
    const context = { links: [], now: 0 };
    expect(parse('show me', both, context)).toEqual({ kind: 'whoami' });
    expect(parse('show', both, context)).toEqual({ kind: 'links' });
  });

  it.each([
    [[links('a'), links('a'), links('b')], 'two commands are called "a"'],
    [[links('a', ['/repl a --wait'])], 'the example "/repl a --wait" is refused: `a` has no flag "--wait".'],
    [[links('a', ['/repl b']), links('b')], 'the example "/repl b" is not of "a"'],
    [[links('a', ['a'])], 'the example "a" is not of "a"'],
    [[declaring('x', { change: arg.change() })()], '"x" needs a command "switchover"; "x" needs a command "failover"'],
    [
      [...registry.commands, declaring('x', { change: arg.change(), wait: arg.flag('waits') })()],
      '"x" and "switchover" both have --wait; "x" and "failover" both have --wait',
    ],
  ])('is refused when commands contradict each other', (commands, fault) => {
    expect(() => createRegistry(commands)).toThrow(TypeError);
    expect(() => createRegistry(commands)).toThrow(fault);
  });
});
