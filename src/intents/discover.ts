import { readdir } from 'node:fs/promises';
import { type Command, isCommand, type Registry } from './command.ts';
import { createRegistry } from './registry.ts';

/** What a compiler puts beside a module, and what desktops leave in folders. */
const besides = /^\.|\.d\.ts$|\.map$/;

/** Loads every command in a folder (an URL that ends in a slash), from sources or from the build. Throws TypeError that lists each bad file. */
export async function discoverCommands(folder: URL): Promise<Registry> {
  const entries = await readdir(folder);
  const files = entries.filter((entry) => !besides.test(entry)).sort();
  const loaded = await Promise.all(files.map((file) => load(folder, file)));
  const faults = loaded.filter((found) => typeof found === 'string');
  if (files.length === 0) faults.push('there is no command');
  if (faults.length > 0) throw new TypeError(`commands cannot be loaded: ${faults.join('; ')}`);
  return createRegistry(loaded.filter(isCommand));
}

/** The command in a file, or what is wrong with the file. */
async function load(folder: URL, file: string): Promise<Command | string> {
  const name = /^([a-z-]+)\.(?:ts|js)$/.exec(file)?.[1];
  if (name === undefined) return `${file} is not named like a command`;
  try {
    const module: unknown = await import(new URL(file, folder).href);
    const command = typeof module === 'object' && module !== null && 'command' in module ? module.command : null;
    if (!isCommand(command)) return `${file} exports no \`command\` made by defineCommand`;
    return command.name.replace(' ', '-') === name ? command : `${file} holds the command "${command.name}"`;
  } catch (cause) {
    return `${file} does not load (${cause instanceof Error ? cause.message : String(cause)})`;
  }
}
