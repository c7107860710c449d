import type { ProductAnswer } from '../../hosts/contract.ts';
import { failed } from '../realm.ts';

/** Words of one command: what stands without a dash, and its flags with their values. */
export interface Words {
  readonly rest: readonly string[];
  readonly flags: ReadonlyMap<string, string>;
}

/** `true`: takes a value. */
export type FlagTable = Readonly<Record<string, boolean>>;

/** Splits the words after a subcommand, as cobra does. A flag that isn't in the table is refused with cobra's words. */
export function readFlags(argv: readonly string[], table: FlagTable): Words | ProductAnswer {
  const flags = new Map<string, string>();
  const rest: string[] = [];
  const left = [...argv];
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    const [name = '', value] = word.split(/=(.*)/s);
    const takes = table[name];
    if (!word.startsWith('-')) rest.push(word);
    else if (takes === undefined) return failed(unknownFlag(name, word));
    else flags.set(name, takes ? (value ?? left.shift() ?? '') : '');
  }
  return { rest, flags };
}

const unknownFlag = (name: string, word: string): string =>
  name.startsWith('--') ? `Error: unknown flag: ${name}` : `Error: unknown shorthand flag: '${name[1] ?? ''}' in ${word}`;

export const isAnswer = (words: Words | ProductAnswer): words is ProductAnswer => 'exitCode' in words;

/** Help as cobra prints it. */
export function helpText(usage: string, commands: Readonly<Record<string, string>>, flags: readonly string[] = []): string {
  const names = Object.entries(commands).map(([name, words]) => `  ${name.padEnd(12)} ${words}\n`);
  const available = names.length === 0 ? '' : `\nAvailable Commands:\n${names.join('')}`;
  const shown = [...flags, '-h, --help'].map((flag) => `  ${flag.startsWith('--') ? `    ${flag}` : flag}\n`);
  return `Usage:\n  ${usage}\n${available}\nFlags:\n${shown.join('')}`;
}

export const unknownCommand = (name: string, of: string): ProductAnswer => failed(`Error: unknown command "${name}" for "${of}"`);
