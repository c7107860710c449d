import type { HostFaultAct, LocalAnswer, SeenCommand } from './contract.ts';
import type { HostFaultRules } from './faults.ts';
import { type Machine, orKilled, sleepIn } from './machine.ts';
import { Killed, type Process } from './processes.ts';
import type { Shell, ToolTable } from './shell/call.ts';
import { type Command, parseShell } from './shell/parse.ts';
import { runShell } from './shell/run.ts';
import { collector, emptySource, type Streams, sourceLater } from './shell/streams.ts';
import type { Exec } from './wire.ts';

/** What all commands of a host share. */
export interface Hall {
  readonly machine: Machine;
  readonly tools: ToolTable;
  readonly rules: HostFaultRules;
  readonly seen: SeenEntry[];
  record(entry: SeenEntry, change: Parameters<Shell['origin']['record']>[0], what: string): void;
}

export type SeenEntry = { -readonly [K in keyof SeenCommand]: SeenCommand[K] };

/** The command inside `env … REPLOPS_TAG=… sh -c …`, and the tag. Text of another form is a command without a tag. */
export function unwrap(sent: string): { readonly command: string; readonly tag: string } {
  const words = wordsOf(sent);
  const tag = words.map((word) => /^REPLOPS_TAG=(.*)$/s.exec(word)?.[1]).find((each) => each !== undefined);
  const at = words.indexOf('sh');
  const inner = words[0] === 'env' && words[at + 1] === '-c' ? words[at + 2] : undefined;
  return { command: inner ?? sent, tag: tag ?? '' };
}

function wordsOf(sent: string): readonly string[] {
  try {
    const only = onlyCommand(parseShell(sent));
    return only?.kind === 'simple' ? only.words.map((word) => word.map((part) => ('text' in part ? part.text : '')).join('')) : [];
  } catch {
    // What can't be read is refused when it is run.
    return [];
  }
}

const onlyCommand = (command: Command): Command | undefined => (command.kind === 'list' ? command.items[0]?.command : command);

/** Runs one command that came over the wire, with whatever fault awaits it. Never rejects. */
export async function execute(hall: Hall, exec: Exec): Promise<void> {
  const { machine } = hall;
  const { command, tag } = unwrap(exec.command);
  const entry: SeenEntry = { at: machine.clock.now(), command, tag, user: exec.user, outcome: 'open', exitCode: null };
  hall.seen.push(entry);
  const fault = hall.rules.strike(command, tag);
  if (fault?.kind === 'drop-before') return lose(entry, exec);
  const process = machine.processes.start({ env: new Map(tag === '' ? [] : [['REPLOPS_TAG', tag]]), command, group: null });
  exec.onSignal((signal) => machine.processes.killGroup(process.group, signal));
  exec.channel.on('close', () => {
    if (entry.outcome === 'open') entry.outcome = 'lost';
  });
  try {
    const exitCode = await struck(hall, exec, entry, process, fault);
    if (fault?.kind === 'drop-after') return lose(entry, exec);
    answer(entry, exec, exitCode);
  } catch (cause) {
    if (!(cause instanceof Killed)) throw cause;
    if (entry.outcome === 'open') entry.outcome = 'answered';
    exec.channel.exit(cause.signal);
    exec.channel.end();
  } finally {
    machine.processes.end(process);
  }
}

function lose(entry: SeenEntry, exec: Exec): void {
  entry.outcome = 'lost';
  exec.cut();
}

function answer(entry: SeenEntry, { channel }: Exec, exitCode: number): void {
  entry.exitCode = exitCode;
  if (entry.outcome === 'open') entry.outcome = 'answered';
  channel.exit(exitCode);
  channel.end();
}

async function struck(hall: Hall, exec: Exec, entry: SeenEntry, process: Process, fault: HostFaultAct | null): Promise<number> {
  const { machine } = hall;
  if (fault?.kind === 'refuse') {
    exec.channel.stderr.write(fault.stderr);
    return fault.exitCode;
  }
  if (fault?.kind === 'slow') await sleepIn(machine, process, fault.ms);
  if (fault?.kind === 'hang' && fault.when !== 'after') await hang(machine, process, fault.ms);
  const exitCode = await runIn(hall, exec, entry, process);
  if (fault?.kind === 'hang' && fault.when === 'after') await hang(machine, process, fault.ms);
  return exitCode;
}

/** Without a time: until it is killed. */
const hang = (machine: Machine, process: Process, ms: number | undefined): Promise<void> =>
  ms === undefined ? orKilled(process, new Promise<never>(() => undefined)) : sleepIn(machine, process, ms);

/** The user's login shell runs the text, in the user's home. */
async function runIn(hall: Hall, exec: Exec, entry: SeenEntry, process: Process): Promise<number> {
  const shell = loginShell(hall, entry, process);
  const streams: Streams = {
    stdin: incoming(exec),
    stdout: (bytes) => void exec.channel.write(bytes),
    stderr: (bytes) => void exec.channel.stderr.write(bytes),
  };
  return orKilled(process, runShell(shell, exec.command, streams));
}

function loginShell(hall: Hall, entry: SeenEntry, process: Process): Shell {
  const { user, tag } = entry;
  const home = `/home/${user}`;
  const variables = new Map([
    ['HOME', home],
    ['USER', user],
    ['PATH', '/usr/bin:/bin'],
  ]);
  return {
    machine: hall.machine,
    tools: hall.tools,
    origin: { user, tag, record: (change, what) => hall.record(entry, change, what) },
    process,
    variables,
    exported: new Set(variables.keys()),
    parameters: ['sh'],
    cwd: home,
    umask: 0o022,
    lastExit: 0,
  };
}

/** Runs a text that did not come over the wire: of another host of the same cluster, or of a person at the machine. */
export async function runLocally(hall: Hall, text: string, user: string, tag: string): Promise<LocalAnswer> {
  const entry: SeenEntry = { at: hall.machine.clock.now(), command: text, tag, user, outcome: 'answered', exitCode: null };
  const process = hall.machine.processes.start({ env: new Map([['REPLOPS_TAG', tag]]), command: text, group: null });
  const [stdout, stderr] = [collector(), collector()];
  const say = (of: typeof stdout): string => of.bytes().toString('utf8');
  try {
    const streams: Streams = { stdin: emptySource, stdout: stdout.sink, stderr: stderr.sink };
    const exitCode = await orKilled(process, runShell(loginShell(hall, entry, process), text, streams));
    return { exitCode, stdout: say(stdout), stderr: say(stderr) };
  } catch (cause) {
    if (!(cause instanceof Killed)) throw cause;
    return { exitCode: 255, stdout: say(stdout), stderr: say(stderr) };
  } finally {
    hall.machine.processes.end(process);
  }
}

/** What the client sends until it says that this was all, or until the connection breaks: the command can't tell the two apart. */
function incoming({ channel }: Exec): Streams['stdin'] {
  const kept = collector();
  const ended = new Promise<void>((resolve) => {
    channel.on('end', resolve);
    channel.on('close', resolve);
  });
  channel.on('data', (bytes: Buffer) => kept.sink(bytes));
  return sourceLater(async () => {
    await ended;
    return kept.bytes();
  });
}
