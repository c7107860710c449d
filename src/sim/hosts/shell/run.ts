import { FileError, noEntry } from '../files.ts';
import { orKilled, sleepIn } from '../machine.ts';
import { Killed, type Process } from '../processes.ts';
import { type Call, findTool, type RunLine, type RunText, resolvePath, type Shell, ShellExit, ToolError } from './call.ts';
import { expandText, expandWord } from './expand.ts';
import { type Part, ShellSyntaxError, type Word } from './lex.ts';
import { type Command, parseShell, type Redirect } from './parse.ts';
import { collector, emptySource, type Sink, type Streams, sourceOf } from './streams.ts';

const say = (sink: Sink, text: string): void => sink(Buffer.from(text));

/** Runs a shell text to its end. Throws Killed when its process is killed. */
export const runShell: RunText = async (shell, text, streams) => {
  try {
    return await runCommand(shell, parseShell(text), streams);
  } catch (cause) {
    if (cause instanceof ShellExit) return cause.exitCode;
    if (!(cause instanceof ShellSyntaxError)) throw cause;
    say(streams.stderr, `sh: 1: Syntax error: ${cause.message}\n`);
    return 2;
  }
};

async function runCommand(shell: Shell, command: Command, streams: Streams): Promise<number> {
  shell.process.abort.signal.throwIfAborted();
  const exit = await runKind(shell, command, streams);
  shell.lastExit = exit;
  return exit;
}

async function runKind(shell: Shell, command: Command, streams: Streams): Promise<number> {
  switch (command.kind) {
    case 'simple':
      return redirected(shell, command.redirects, streams, (own) => runSimple(shell, command, own));
    case 'group':
      return redirected(shell, command.redirects, streams, (own) =>
        command.subshell ? inSubshell(shell, command.body, own) : runCommand(shell, command.body, own),
      );
    case 'not':
      return (await runCommand(shell, command.command, streams)) === 0 ? 1 : 0;
    case 'pipe':
      return runPipe(shell, command.commands, streams);
    case 'and':
    case 'or': {
      const left = await runCommand(shell, command.left, streams);
      return (left === 0) === (command.kind === 'and') ? runCommand(shell, command.right, streams) : left;
    }
    case 'list':
      return runList(shell, command.items, streams);
  }
}

async function runList(shell: Shell, items: Extract<Command, { kind: 'list' }>['items'], streams: Streams): Promise<number> {
  let exit = 0;
  for (const { command, background } of items) {
    if (background) inBackground(shell, command, streams);
    exit = background ? 0 : await runCommand(shell, command, streams);
  }
  return exit;
}

/** A copy of the shell: what it sets is not seen by the one it came from. */
const copyOf = (shell: Shell, process: Process): Shell => ({
  ...shell,
  process,
  // `$$` is the process id of the outer shell everywhere.
  variables: new Map([...shell.variables, ['$', shell.variables.get('$') ?? String(shell.process.pid)]]),
  exported: new Set(shell.exported),
});

async function inSubshell(shell: Shell, body: Command, streams: Streams): Promise<number> {
  try {
    return await runCommand(copyOf(shell, shell.process), body, streams);
  } catch (cause) {
    if (cause instanceof ShellExit) return cause.exitCode;
    throw cause;
  }
}

/** Goes on by itself, whatever becomes of the shell. */
function inBackground(shell: Shell, command: Command, streams: Streams): void {
  const { processes } = shell.machine;
  const process = processes.start({ env: shell.process.env, command: 'sh', group: shell.process.group });
  runCommand(copyOf(shell, process), command, { ...streams, stdin: emptySource })
    // Nobody waits for how it ends.
    .catch(() => undefined)
    .finally(() => processes.end(process));
}

async function runPipe(shell: Shell, commands: readonly Command[], streams: Streams): Promise<number> {
  let { stdin } = streams;
  let exit = 0;
  for (const [index, command] of commands.entries()) {
    const between = collector();
    const stdout = index === commands.length - 1 ? streams.stdout : between.sink;
    exit = await inSubshell(shell, command, { ...streams, stdin, stdout });
    stdin = sourceOf(between.bytes());
  }
  return exit;
}

/** Opens what the redirections name, in order, and runs with it; a file that can't be opened fails the command without running it. */
async function redirected(
  shell: Shell,
  redirects: readonly Redirect[],
  streams: Streams,
  run: (own: Streams) => Promise<number>,
): Promise<number> {
  let own = streams;
  for (const redirect of redirects) {
    const path = expandText(shell, (await substituted(shell, redirect.to, streams)).word);
    try {
      own = redirectOne(shell, redirect, path, own);
    } catch (cause) {
      if (!(cause instanceof FileError)) throw cause;
      say(own.stderr, `sh: 1: ${notOpened(redirect, path, cause.message)}\n`);
      return 2;
    }
  }
  return run(own);
}

function notOpened({ how }: Redirect, path: string, reason: string): string {
  if (how === 'read') return `cannot open ${path}: ${reason === noEntry ? 'No such file' : reason}`;
  return `cannot create ${path}: ${reason === noEntry ? 'Directory nonexistent' : reason}`;
}

function redirectOne(shell: Shell, { stream, how }: Redirect, to: string, own: Streams): Streams {
  const target = stream === 1 ? 'stdout' : 'stderr';
  if (how === 'duplicate') return { ...own, [target]: to === '1' ? own.stdout : own.stderr };
  const path = resolvePath(shell, to);
  const { files } = shell.machine;
  if (how === 'read') return { ...own, stdin: path === '/dev/null' ? emptySource : sourceOf(Buffer.from(files.read(path))) };
  if (path === '/dev/null') return { ...own, [target]: () => undefined };
  const file = files.open(path, how === 'append', 0o666 & ~shell.umask);
  shell.origin.record('write', path);
  return { ...own, [target]: (bytes: Buffer) => files.append(file, bytes) };
}

/** Runs what stands in `$( … )`, and puts what it prints in its place. `exit`: of the last one; null where there is none. */
async function substituted(shell: Shell, word: Word, streams: Streams): Promise<{ readonly word: Word; readonly exit: number | null }> {
  const parts: Part[] = [];
  let exit: number | null = null;
  for (const part of word) {
    if (part.kind !== 'command') {
      parts.push(part);
      continue;
    }
    const printed = collector();
    exit = await inSubshell(shell, parseShell(part.text), { ...streams, stdout: printed.sink });
    parts.push({ kind: 'result', text: printed.bytes().toString('utf8').replace(/\n+$/, ''), quoted: part.quoted });
  }
  return { word: parts, exit };
}

async function runSimple(shell: Shell, command: Extract<Command, { kind: 'simple' }>, streams: Streams): Promise<number> {
  const argv: string[] = [];
  for (const word of command.words) argv.push(...expandWord(shell, (await substituted(shell, word, streams)).word));
  const assigned: (readonly [string, string])[] = [];
  let exit = 0;
  for (const { name, value } of command.assignments) {
    const done = await substituted(shell, value, streams);
    exit = done.exit ?? exit;
    assigned.push([name, expandText(shell, done.word)]);
  }
  if (argv.length === 0) {
    for (const [name, value] of assigned) shell.variables.set(name, value);
    // As the last command in it has ended.
    return exit;
  }
  const exported = [...shell.exported].map((name) => [name, shell.variables.get(name) ?? ''] as const);
  return runLine({ shell, env: new Map([...exported, ...assigned]), streams }, argv);
}

/** Runs one command by its arguments: of the shell itself, in a process of its own otherwise. */
export const runLine: RunLine = async ({ shell, env, streams }, argv, own) => {
  const [name = '', ...rest] = argv;
  const builtin = Object.hasOwn(shell.tools.builtins, name) ? shell.tools.builtins[name] : undefined;
  if (builtin !== undefined && own === undefined) {
    return orWords(streams, () =>
      builtin({ shell, process: shell.process, name, argv: rest, env, streams, line: runLine, text: runShell }),
    );
  }
  const tool = findTool(shell, name, env.get('PATH'));
  if (tool === null) {
    say(streams.stderr, `sh: 1: ${name}: not found\n`);
    return 127;
  }
  const { processes, toolMs } = shell.machine;
  const process = processes.start({ env, command: argv.join(' '), group: own === undefined ? shell.process.group : null });
  const call: Call = { shell, process, name, argv: rest, env, streams, line: runLine, text: runShell };
  try {
    await sleepIn(shell.machine, process, toolMs);
    return await orWords(streams, () => orKilled(process, Promise.resolve(tool(call))));
  } catch (cause) {
    // A killed child is an exit code for the shell that waits for it; a killed shell goes itself.
    if (cause instanceof Killed && !shell.process.abort.signal.aborted) return cause.signal === 'KILL' ? 137 : 143;
    throw cause;
  } finally {
    processes.end(process);
  }
};

async function orWords(streams: Streams, run: () => number | Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (cause) {
    if (cause instanceof FileError) {
      say(streams.stderr, `write error: ${cause.message}\n`);
      return 1;
    }
    if (!(cause instanceof ToolError)) throw cause;
    say(streams.stderr, `${cause.message}\n`);
    return cause.exitCode;
  }
}
