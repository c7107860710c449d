import { asLinkId, type LinkId } from '../domain/ids.ts';
import { operationNames } from '../domain/operation.ts';
import { isRefusal } from '../domain/refusal.ts';
import type { Command, Registry } from './command.ts';
import { parse } from './parse.ts';

/** Links that examples are written with. */
export const exampleLinks: readonly LinkId[] = ['prod-sql', 'prod-graph', 'prod-social', 'prod-shop'].map(asLinkId);
/** Examples are read as if it were then, so that a timestamp in one stays in the past. */
const exampleNow = Date.UTC(2100, 0, 1);

/** Commands sorted by name. Throws TypeError that lists every fault: a name taken twice, an example that does not parse, an operation without command. */
export function createRegistry(commands: readonly Command[]): Registry {
  const sorted = commands.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const names = sorted.map(({ name }) => name);
  const heads = names.filter((name) => name.includes(' ')).map((name) => name.slice(0, name.indexOf(' ')));
  const registry: Registry = { commands: sorted, topics: [...new Set([...names, ...heads])].sort() };
  const faults = [
    ...repeatedIn(names),
    ...sorted.flatMap((command) => [...wrappingFaults(command, sorted), ...exampleFaults(command, registry)]),
  ];
  if (faults.length > 0) throw new TypeError(`the commands contradict themselves: ${faults.join('; ')}`);
  return registry;
}

const repeatedIn = (names: readonly string[]): readonly string[] =>
  [...new Set(names.filter((name, index) => names.indexOf(name) !== index))].map((name) => `two commands are called "${name}"`);

/** A command around operations needs each of them, and no flag of its own that one of them has. */
function wrappingFaults(command: Command, commands: readonly Command[]): readonly string[] {
  if (command.changeKey === null) return [];
  return operationNames.flatMap((operation) => {
    const target = commands.find(({ name }) => name === operation);
    if (target === undefined) return [`"${command.name}" needs a command "${operation}"`];
    const taken = target.slots.map(({ flag }) => flag);
    return command.slots
      .filter(({ flag }) => taken.includes(flag))
      .map(({ flag }) => `"${command.name}" and "${operation}" both have --${flag}`);
  });
}

function exampleFaults(command: Command, registry: Registry): readonly string[] {
  return command.examples.flatMap((example) => {
    const answer = parse(example, registry, { links: exampleLinks, now: exampleNow });
    if (isRefusal(answer)) return [`the example "${example}" is refused: ${answer.sentence}`];
    return example === `/repl ${command.name}` || example.startsWith(`/repl ${command.name} `)
      ? []
      : [`the example "${example}" is not of "${command.name}"`];
  });
}
