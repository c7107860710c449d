import { posix } from 'node:path';
import type { ProductTable } from '../contract.ts';
import { FileError } from '../files.ts';
import { type Machine, type Origin, orKilled, sleepIn } from '../machine.ts';
import type { Process } from '../processes.ts';
import type { Streams } from './streams.ts';

/** One running shell: its variables, and what it shares with its commands. */
export interface Shell {
  readonly machine: Machine;
  readonly tools: ToolTable;
  readonly origin: Origin;
  readonly process: Process;
  /** Variables, exported or not. */
  readonly variables: Map<string, string>;
  readonly exported: Set<string>;
  /** `$0`, `$1`, … */
  readonly parameters: readonly string[];
  cwd: string;
  umask: number;
  lastExit: number;
}

/** One command about to run: its arguments without its name. */
export interface Call {
  readonly shell: Shell;
  readonly process: Process;
  readonly name: string;
  readonly argv: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly streams: Streams;
  readonly line: RunLine;
  readonly text: RunText;
}

export type RunText = (shell: Shell, text: string, streams: Streams) => Promise<number>;

/** Runs another command in the place of this one, as `env` and `setsid` do. */
export type RunLine = (
  call: Pick<Call, 'shell' | 'env' | 'streams'>,
  argv: readonly string[],
  own?: { readonly group: null },
) => Promise<number>;

/** A command; what it returns is its exit code. */
export type Tool = (call: Call) => number | Promise<number>;

/** `builtins` run inside the shell, `external` in a process of their own. */
export interface ToolTable {
  readonly builtins: Readonly<Record<string, Tool>>;
  readonly external: Readonly<Record<string, Tool>>;
}

/** Under which name a product is installed that is called by this one; null when none is. */
function productAt(shell: Shell, name: string, path: string): string | null {
  const places = name.includes('/') ? [resolvePath(shell, name)] : [name, ...path.split(':').map((folder) => `${folder}/${name}`)];
  return places.find((each) => Object.hasOwn(shell.machine.products, each)) ?? null;
}

/** The tool or product of that name, looked for in PATH; null when none is installed. */
export function findTool(shell: Shell, name: string, path = shell.variables.get('PATH') ?? ''): Tool | null {
  const { tools, machine } = shell;
  if (Object.hasOwn(tools.external, name)) return tools.external[name] ?? null;
  const place = productAt(shell, name, path);
  const product = place === null ? undefined : machine.products[place];
  return product === undefined ? null : (call) => runProduct(product, call);
}

/** Where a tool or product of that name lies, as a shell tells it; null when there is none. What a shell knows by itself has no place. */
export function whereIs(shell: Shell, name: string): string | null {
  if (Object.hasOwn(shell.tools.builtins, name)) return name;
  const place = Object.hasOwn(shell.tools.external, name) ? name : productAt(shell, name, shell.variables.get('PATH') ?? '');
  return place === null || place.startsWith('/') ? place : `/usr/bin/${place}`;
}

/** Runs an installed product; what it changes is recorded when it has done so. */
async function runProduct(product: ProductTable[string], { shell, process, argv, env, streams }: Call): Promise<number> {
  const wait = (ms: number): Promise<void> => sleepIn(shell.machine, process, ms);
  const stdin = (await orKilled(process, streams.stdin.all())).toString('utf8');
  const { machine, origin, cwd } = shell;
  const print = (text: string): void => streams.stdout(Buffer.from(text));
  const own = { user: origin.user, tag: origin.tag, cwd, print, wait };
  const answer = await product({ argv, stdin, env, host: machine.name, files: machine.files, ...own });
  if (answer.changed !== undefined) shell.origin.record('product', answer.changed);
  await wait(answer.ms ?? 0);
  streams.stdout(Buffer.from(answer.stdout ?? ''));
  streams.stderr(Buffer.from(answer.stderr ?? ''));
  return answer.exitCode;
}

/** A tool gives up with words on stderr. */
export class ToolError extends Error {
  override readonly name = 'ToolError';
  readonly exitCode: number;
  constructor(words: string, exitCode = 1) {
    super(words);
    this.exitCode = exitCode;
  }
}

/** `exit` ends the shell that it stands in. */
export class ShellExit extends Error {
  override readonly name = 'ShellExit';
  readonly exitCode: number;
  constructor(exitCode: number) {
    super(`exit ${exitCode}`);
    this.exitCode = exitCode;
  }
}

export const resolvePath = (shell: Shell, path: string): string => {
  const full = posix.resolve(shell.cwd, path);
  return full.length > 1 && full.endsWith('/') ? full.slice(0, -1) : full;
};

export const print = ({ streams }: Call, text: string): void => streams.stdout(Buffer.from(text));

/** Turns a failed system call into what the tool says of it. */
export function trying<T>(words: (reason: string) => string, act: () => T, exitCode = 1): T {
  try {
    return act();
  } catch (cause) {
    if (cause instanceof FileError) throw new ToolError(words(cause.message), exitCode);
    throw cause;
  }
}

/** Single-letter options up to the first word that is none, and the rest. Throws for an option that isn't permitted. */
export function splitOptions(name: string, argv: readonly string[], permitted: string) {
  const end = argv.findIndex((word) => word === '--' || word === '-' || !word.startsWith('-'));
  const words = end < 0 ? argv : argv.slice(0, end);
  const options = new Set(words.flatMap((word) => [...word.slice(1)]));
  const strange = [...options].find((option) => !permitted.includes(option));
  if (strange !== undefined) throw new ToolError(`${name}: invalid option -- '${strange}'`, 2);
  return { options, rest: argv.slice(words.length + (argv[words.length] === '--' ? 1 : 0)) };
}
