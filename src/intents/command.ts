import type { ChangeIntent, Intent } from '../domain/intent.ts';
import type { CommandHelp } from '../domain/reply.ts';
import type { Argument, ChangeArgument } from './argument.ts';

type Shape = Readonly<Record<string, Argument<unknown> | ChangeArgument>>;

/** What a command gets: one value for each argument that it declares. */
type Values<A extends Shape> = {
  readonly [K in keyof A]: A[K] extends ChangeArgument ? ChangeIntent : A[K] extends Argument<infer T> ? T : never;
};

interface Declaration<A extends Shape> {
  /** One or two words, e.g. `status` or `policy test`. The file is called after it, with a hyphen for the space. */
  readonly name: string;
  /** A phrase without a full stop. */
  readonly summary: string;
  readonly risk: CommandHelp['risk'];
  /** In the order in which words are read; a flag is called after its key, `maxStop` → `--max-stop`. */
  readonly args: A;
  /** As people type them, `/repl` included; each must parse. */
  readonly examples: readonly [string, ...string[]];
  toIntent(values: Values<A>): Intent;
}

/** One declared argument with its names. */
export interface Slot {
  readonly key: string;
  /** Without dashes. */
  readonly flag: string;
  readonly argument: Argument<unknown>;
}

const brand: unique symbol = Symbol('command');

/** A command as the registry holds it: its argument types are known to `toIntent` only. */
export interface Command {
  readonly [brand]: true;
  readonly name: string;
  readonly summary: string;
  readonly risk: CommandHelp['risk'];
  readonly examples: readonly string[];
  readonly slots: readonly Slot[];
  /** Key of the argument that is a whole operation; null when there is none. */
  readonly changeKey: string | null;
  /** Takes one value for every key. */
  toIntent(values: Readonly<Record<string, unknown>>): Intent;
}

/** Commands that passed all checks, by name. */
export interface Registry {
  readonly commands: readonly Command[];
  /** Names of commands, and first words of commands of two words: what help can be asked about. */
  readonly topics: readonly string[];
}

export const isCommand = (value: unknown): value is Command => typeof value === 'object' && value !== null && brand in value;

/** Declares a command. Throws TypeError when the declaration contradicts itself. */
export function defineCommand<const A extends Shape>(declaration: Declaration<A>): Command {
  const { name, summary, risk, args, examples } = declaration;
  const slots: Slot[] = [];
  let changeKey: string | null = null;
  for (const [key, argument] of Object.entries(args)) {
    if (argument.place !== 'change') slots.push({ key, flag: kebabOf(key), argument });
    else if (changeKey === null) changeKey = key;
    else throw new TypeError(`command "${name}" declares two operations`);
  }
  const fault = faultIn(declaration.name, slots, changeKey);
  if (fault !== null) throw new TypeError(`command "${name}" ${fault}`);
  return {
    [brand]: true,
    name,
    summary,
    risk,
    examples,
    slots,
    changeKey,
    // The cast holds because the reader fills every slot through the argument that is declared under its key.
    toIntent: (values) => declaration.toIntent(values as Values<A>),
  };
}

const kebabOf = (key: string): string => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

function faultIn(name: string, slots: readonly Slot[], changeKey: string | null): string | null {
  if (!/^[a-z]+( [a-z]+)?$/.test(name)) return 'is not named by one or two words in lower case';
  const flags = slots.map((slot) => slot.flag);
  if (new Set(flags).size < flags.length) return 'declares two arguments of one name';
  if (flags.includes('help') || flags.includes('h')) return 'declares --help, which every command has';
  const words = slots.filter(({ argument }) => argument.place === 'word' || argument.place === 'rest');
  if (words.findIndex(({ argument }) => argument.place === 'rest') < words.length - 1 && words.some(isRest))
    return 'reads words after the rest';
  const optionalAt = words.findIndex(({ argument }) => argument.absent.kind === 'value');
  if (optionalAt >= 0 && words.slice(optionalAt).some(({ argument }) => argument.absent.kind === 'refused'))
    return 'asks for a word after one that may be missing';
  if (changeKey !== null && words.length > 0) return 'reads words besides an operation';
  return null;
}

const isRest = ({ argument }: Slot): boolean => argument.place === 'rest';
