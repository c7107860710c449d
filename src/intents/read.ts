import type { LinkId } from '../domain/ids.ts';
import type { Intent } from '../domain/intent.ts';
import type { ReadContext } from './argument.ts';
import { operation } from './arguments/operation.ts';
import type { Command, Registry, Slot } from './command.ts';
import { labelOf, spellingOf, usageOf } from './help.ts';
import { didYouMean } from './nearest.ts';
import { isProblem, type Problem, problem } from './problem.ts';
import { choose, show } from './show.ts';
import { type FlagToken, joinWords, type Token, type Word } from './tokens.ts';

/** What reading needs to know of the world. */
export interface World {
  readonly registry: Registry;
  readonly links: readonly LinkId[];
  /** ms since the epoch. */
  readonly now: number;
}

/** A command, or a command around another one: what is to be filled, and what becomes of it. */
interface Form {
  /** e.g. `plan failover`. */
  readonly title: string;
  readonly slots: readonly Slot[];
  toIntent(values: ReadonlyMap<Slot, unknown>): Intent;
}

/** What a command's words and flags mean; the usage line goes with a problem. */
export type Understood =
  | { readonly kind: 'understood'; readonly intent: Intent }
  | { readonly kind: 'not-understood'; readonly problem: Problem; readonly usage: string };

interface Given {
  readonly words: readonly Word[];
  readonly flags: ReadonlyMap<Slot, Word | true>;
}

/** Fills the arguments of a command from the tokens behind its name. */
export function readCommand(command: Command, tokens: readonly Token[], world: World): Understood {
  const wrapped = command.changeKey === null ? { form: formOf(command), tokens } : wrap(command, command.changeKey, tokens, world);
  if (isProblem(wrapped))
    return { kind: 'not-understood', problem: wrapped, usage: usageOf(`${command.name} OPERATION LINK …`, command.slots) };
  const { form } = wrapped;
  const given = sort(form, wrapped.tokens);
  const values = isProblem(given) ? given : fill(form, given, world);
  if (isProblem(values)) return { kind: 'not-understood', problem: values, usage: usageOf(form.title, form.slots) };
  return { kind: 'understood', intent: form.toIntent(values) };
}

const contextOf = (slot: Slot, { registry, links, now }: World): ReadContext => ({
  links,
  now,
  topics: registry.topics,
  label: labelOf(slot),
});

const pick = (slots: readonly Slot[], values: ReadonlyMap<Slot, unknown>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(slots.map((slot) => [slot.key, values.get(slot)]));

const formOf = (command: Command): Form => ({
  title: command.name,
  slots: command.slots,
  toIntent: (values) => command.toIntent(pick(command.slots, values)),
});

/** The operation has to be the first word: what a word further back means depends on the operation's own flags. */
function wrap(
  command: Command,
  changeKey: string,
  tokens: readonly Token[],
  world: World,
): { form: Form; tokens: readonly Token[] } | Problem {
  const at = tokens.findIndex((token) => token.kind === 'word' || !command.slots.some((slot) => isSwitch(slot, token)));
  const token = tokens[at];
  const slot = { key: changeKey, flag: changeKey, argument: operation() };
  if (token === undefined) return missing(command.name, slot, world);
  if (token.kind === 'flag')
    return problem(`\`--${token.name}\` stands before the operation.`, `Write the operation right after \`${command.name}\`.`);
  const name = slot.argument.read(token, contextOf(slot, world));
  if (isProblem(name)) return name;
  const target = world.registry.commands.find((known) => known.name === name);
  if (target === undefined) return problem(`${show(token.text)} has no command here.`);
  const form: Form = {
    title: `${command.name} ${target.name}`,
    slots: [...target.slots, ...command.slots],
    toIntent: (values) => command.toIntent({ ...pick(command.slots, values), [changeKey]: target.toIntent(pick(target.slots, values)) }),
  };
  return { form, tokens: tokens.toSpliced(at, 1) };
}

const isSwitch = ({ flag, argument }: Slot, token: FlagToken): boolean => argument.place === 'switch' && flag === token.name;

/** Tells words from the values of flags. */
function sort(form: Form, tokens: readonly Token[]): Given | Problem {
  const words: Word[] = [];
  const flags = new Map<Slot, Word | true>();
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index];
    if (token?.kind === 'word') words.push(token);
    if (token?.kind !== 'flag') continue;
    const slot = form.slots.find(({ flag, argument }) => argument.place !== 'word' && flag === token.name);
    if (slot === undefined) return unknownFlag(form, token);
    if (flags.has(slot)) return problem(`\`--${slot.flag}\` is given twice.`, 'Give it once.');
    const next = tokens[index + 1];
    const value = givenValue(slot, token, next);
    if (value === null) return noValue(slot, next);
    if (value === next) index += 1;
    flags.set(slot, value);
  }
  return { words, flags };
}

/** A value behind `=` is kept for a switch too, whose own reading refuses it. */
function givenValue(slot: Slot, token: FlagToken, next: Token | undefined): Word | true | null {
  if (slot.argument.place === 'switch') return token.value ?? true;
  if (token.value !== null) return token.value.text === '' && !token.value.quoted ? null : token.value;
  return next?.kind === 'word' ? next : null;
}

function noValue(slot: Slot, next: Token | undefined): Problem {
  const dashes = next?.kind === 'flag' ? ' A value that begins with a dash goes in quotes.' : '';
  return problem(`\`--${slot.flag}\` has no value.`, `Write \`--${slot.flag} ${slot.argument.placeholder}\`.${dashes}`);
}

function unknownFlag(form: Form, token: FlagToken): Problem {
  const word = form.slots.find(({ flag, argument }) => argument.place === 'word' && flag === token.name);
  const flags = form.slots.filter(({ argument }) => argument.place !== 'word').map(({ flag }) => `--${flag}`);
  const loose = form.slots.some(({ argument }) => argument.place === 'rest') ? 'Put quotes around a text that holds dashes.' : null;
  const guess = didYouMean(`--${token.name}`, flags) ?? loose;
  const hint = word === undefined ? guess : `Write ${labelOf(word)} as a word without \`--${token.name}\`.`;
  return problem(`\`${form.title}\` has no flag ${show(`--${token.name}`)}.`, hint);
}

function fill(form: Form, { words, flags }: Given, world: World): ReadonlyMap<Slot, unknown> | Problem {
  const values = new Map<Slot, unknown>();
  let next = 0;
  for (const slot of form.slots) {
    const { place } = slot.argument;
    let source: Word | true | undefined = flags.get(slot);
    if (place === 'word') source = words[next++];
    if (place === 'rest' && source === undefined && next < words.length) {
      source = joinWords(words.slice(next));
      next = words.length;
    }
    const value = valueFor(form.title, slot, source, world);
    if (isProblem(value)) return value;
    values.set(slot, value);
  }
  const extra = words[next];
  return extra === undefined ? values : tooMany(form, extra, flags);
}

function valueFor(title: string, slot: Slot, source: Word | true | undefined, world: World): unknown {
  const { argument } = slot;
  if (source === true) return true;
  if (source !== undefined) return argument.read(source, contextOf(slot, world));
  return argument.absent.kind === 'value' ? argument.absent.value : missing(title, slot, world);
}

function missing(title: string, slot: Slot, world: World): Problem {
  const choices = slot.argument.choices?.(contextOf(slot, world)) ?? [];
  return problem(`\`${title}\` needs ${spellingOf(slot)}: ${slot.argument.about}.`, choose(choices, '') || null);
}

function tooMany(form: Form, extra: Word, flags: ReadonlyMap<Slot, Word | true>): Problem {
  const meant = form.slots.find(({ flag, argument }) => argument.place !== 'word' && flag === extra.plain.toLowerCase());
  const looseText = [...flags].some(([{ argument }, value]) => argument.placeholder.startsWith('"') && value !== true && !value.quoted);
  const quotes = looseText ? 'Put quotes around a text of several words.' : null;
  const hint = meant === undefined ? quotes : `Did you mean \`--${meant.flag}\`?`;
  return problem(`${show(extra.text)} is one word too many for \`${form.title}\`.`, hint);
}
