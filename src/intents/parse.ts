import type { LinkId } from '../domain/ids.ts';
import type { Intent } from '../domain/intent.ts';
import { nearest } from '../domain/nearest.ts';
import { type Refusal, refuse } from '../domain/refusal.ts';
import { forbiddenIn } from './characters.ts';
import type { Command, Registry } from './command.ts';
import { helpOf } from './help.ts';
import { withoutEntities } from './markup.ts';
import { didYouMean } from './nearest.ts';
import { isProblem, type Problem, problem } from './problem.ts';
import { readCommand, type Understood } from './read.ts';
import { eitherOf, show } from './show.ts';
import { type Token, tokenize } from './tokens.ts';

/** Longest command, in characters as the person typed them: Slack's escapes count as what they stand for. */
export const longestCommand = 2000;

export interface ParseContext {
  /** Links of the config. */
  readonly links: readonly LinkId[];
  /** ms since the epoch. */
  readonly now: number;
}

const generalUsage = '/repl COMMAND …';

/** What a command text (with or without `/repl`) asks for. Never throws for bad input and never guesses: a refusal names the nearest spelling. */
export function parse(text: string, registry: Registry, context: ParseContext): Intent | Refusal {
  const understood = understand(text, registry, context);
  if (understood.kind === 'understood') return understood.intent;
  const { problem: wrong, usage } = understood;
  const where = usage === generalUsage ? `Usage: \`${usage}\`; \`/repl help\` lists all commands.` : `Usage: \`${usage}\`.`;
  return refuse(wrong.code, wrong.sentence, wrong.hint === null ? where : `${wrong.hint} ${where}`);
}

const wrongAltogether = (wrong: Problem): Understood => ({ kind: 'not-understood', problem: wrong, usage: generalUsage });
const understoodAs = (intent: Intent): Understood => ({ kind: 'understood', intent });

function understand(text: string, registry: Registry, context: ParseContext): Understood {
  const unreadable = whyUnreadable(text);
  if (unreadable !== null) return wrongAltogether(unreadable);
  const { tokens: all, broken } = tokenize(text);
  const tokens = isSlashCommand(all[0]) ? all.slice(1) : all;
  const [first] = tokens;
  if (first === undefined) return broken === null ? understoodAs({ kind: 'help', topic: null }) : wrongAltogether(broken);
  if (broken === null && asksHelp(first)) return understoodAs({ kind: 'help', topic: null });
  const command = commandIn(first, tokens[1], registry);
  if (isProblem(command)) return wrongAltogether(broken ?? command);
  const rest = tokens.slice(command.name.split(' ').length);
  if (broken === null && rest.some(asksHelp)) return understoodAs({ kind: 'help', topic: command.name });
  if (broken !== null) return { kind: 'not-understood', problem: broken, usage: helpOf(command).usage };
  return readCommand(command, rest, { registry, ...context });
}

function whyUnreadable(text: string): Problem | null {
  const length = withoutEntities(text).length;
  if (length > longestCommand) {
    const sentence = `The text that begins with ${show(text.slice(0, 100))} has ${length} characters, and a command has at most ${longestCommand}.`;
    return problem(sentence, 'Write a shorter reason.');
  }
  const forbidden = forbiddenIn(text);
  if (forbidden === null) return null;
  const where = forbidden.before.trim() === '' ? 'at the beginning' : `behind ${show(forbidden.before.trim().replace(/^.*\s/s, ''))}`;
  return problem(`The text holds the control character ${forbidden.character} ${where}.`, 'Type the command anew instead of pasting it.');
}

const isSlashCommand = (token: Token | undefined): boolean => token?.kind === 'word' && token.plain.toLowerCase() === '/repl';

const asksHelp = (token: Token): boolean => token.kind === 'flag' && (token.name === 'help' || token.name === 'h');

/** The command whose name stands at the front; of two that fit, the one with the longer name. */
function commandIn(first: Token, second: Token | undefined, { commands }: Registry): Command | Problem {
  if (first.kind === 'flag') return problem(`${show(`--${first.name}`)} stands where a command is expected.`, 'Write the command first.');
  const head = first.plain.toLowerCase();
  const pair = second?.kind === 'word' ? `${head} ${second.plain.toLowerCase()}` : head;
  const found = commands.find(({ name }) => name === pair) ?? commands.find(({ name }) => name === head);
  return found ?? unknownCommand(head, pair, commands);
}

/** Names of two words are compared with two words of the text. */
function unknownCommand(first: string, pair: string, commands: readonly Command[]): Problem {
  const names = commands.map(({ name }) => name);
  const group = names.filter((name) => name.startsWith(`${first} `));
  if (group.length > 0) {
    const sentence = pair === first ? `\`${first}\` is the first word of several commands.` : `There is no command called ${show(pair)}.`;
    return problem(sentence, didYouMean(pair, group) ?? `Write ${eitherOf(group)}.`);
  }
  const guesses = [
    ...nearest(
      first,
      names.filter((name) => !name.includes(' ')),
    ),
    ...nearest(
      pair,
      names.filter((name) => name.includes(' ')),
    ),
  ];
  return problem(`There is no command called ${show(first)}.`, guesses.length === 0 ? null : `Did you mean ${eitherOf(guesses)}?`);
}
