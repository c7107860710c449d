import { type Refusal, refuse } from '../domain/refusal.ts';
import type { CommandHelp } from '../domain/reply.ts';
import type { Command, Registry, Slot } from './command.ts';
import { didYouMean } from './nearest.ts';
import { show } from './show.ts';

/** How an argument is called in sentences: `LINK` or `--max-stop`. */
export function labelOf({ flag, argument }: Slot): string {
  return argument.place === 'word' || argument.place === 'rest' ? argument.placeholder : `--${flag}`;
}

/** How an argument is written: `LINK`, `--wait` or `--max-stop DURATION`. */
export function spellingOf(slot: Slot): string {
  return slot.argument.place === 'flag' ? `${labelOf(slot)} ${slot.argument.placeholder}` : labelOf(slot);
}

/** e.g. `/repl failover LINK [--to latest|TIMESTAMP]`; words come before flags. */
export function usageOf(name: string, slots: readonly Slot[]): string {
  const isWord = ({ argument }: Slot): boolean => argument.place === 'word' || argument.place === 'rest';
  const inOrder = [...slots.filter(isWord), ...slots.filter((slot) => !isWord(slot))];
  const parts = inOrder.map((slot) => (slot.argument.absent.kind === 'value' ? `[${spellingOf(slot)}]` : spellingOf(slot)));
  return ['/repl', name, ...parts].join(' ');
}

/** One command as help shows it. */
export function helpOf(command: Command): CommandHelp {
  const { name, summary, risk, examples, slots } = command;
  const change = { name: 'OPERATION LINK …', about: 'an operation, its link, and all that its own command takes' };
  const described = slots.map((slot) => ({ name: spellingOf(slot), about: slot.argument.about }));
  return {
    name,
    summary,
    risk,
    usage: usageOf(command.changeKey === null ? name : `${name} ${change.name}`, slots),
    arguments: command.changeKey === null ? described : [change, ...described],
    examples,
  };
}

/** All commands for null, the commands of a group for its first word (`policy`), and one command with all it takes for its name. */
export function helpFor(
  registry: Registry,
  topic: string | null,
): { readonly commands: readonly CommandHelp[]; readonly topic: CommandHelp | null } | Refusal {
  const asked = registry.commands.filter(({ name }) => topic === null || name === topic || name.startsWith(`${topic} `));
  if (topic !== null && asked.length === 0) {
    const next = didYouMean(topic, registry.topics) ?? '`/repl help` lists all commands.';
    return refuse('bad-input', `There is no command called ${show(topic)}.`, next);
  }
  const exact = asked.find(({ name }) => name === topic);
  return { commands: asked.map(helpOf), topic: exact === undefined ? null : helpOf(exact) };
}
