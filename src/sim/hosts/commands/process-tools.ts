import { sleepIn } from '../machine.ts';
import { type Call, type Shell, type Tool, ToolError } from '../shell/call.ts';

/** `env [-u NAME] [NAME=VALUE] COMMAND`. */
const env: Tool = (call) => {
  const own = new Map(call.env);
  let rest = call.argv;
  for (;;) {
    const [word = '', next = ''] = rest;
    const assignment = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(word);
    if (word === '-u') {
      own.delete(next);
      rest = rest.slice(2);
    } else if (assignment !== null) {
      own.set(assignment[1] ?? '', assignment[2] ?? '');
      rest = rest.slice(1);
    } else break;
  }
  if (rest.length === 0) {
    call.streams.stdout(Buffer.from([...own].map(([name, value]) => `${name}=${value}\n`).join('')));
    return 0;
  }
  return inPlace(call, own, rest);
};

/** The new program takes the place of the old one; here it is its child, which shows no difference to anybody outside. */
const inPlace = (call: Call, env: ReadonlyMap<string, string>, argv: readonly string[], own?: { readonly group: null }) =>
  call.line({ shell: { ...call.shell, process: call.process }, env, streams: call.streams }, argv, own);

/** `sh -c TEXT [$0 [$1 …]]`: a shell of its own with the environment it is given. */
const sh: Tool = (call) => {
  const [flag, text, ...parameters] = call.argv;
  if (flag !== '-c' || text === undefined) throw new ToolError('sh: 0: only -c is simulated', 2);
  const shell: Shell = {
    ...call.shell,
    process: call.process,
    variables: new Map(call.env),
    exported: new Set(call.env.keys()),
    parameters: parameters.length === 0 ? ['sh'] : parameters,
    lastExit: 0,
  };
  return call.text(shell, text, call.streams);
};

const setsid: Tool = (call) => inPlace(call, call.env, call.argv, { group: null });
const nohup: Tool = (call) => inPlace(call, call.env, call.argv);

const sudo: Tool = (call) => {
  const argv = call.argv[0] === '-n' ? call.argv.slice(1) : call.argv;
  return inPlace(call, call.env, argv);
};

const sleep: Tool = async (call) => {
  const seconds = Number(call.argv[0]);
  if (!Number.isFinite(seconds)) throw new ToolError(`sleep: invalid time interval '${call.argv[0] ?? ''}'`);
  await sleepIn(call.shell.machine, call.process, seconds * 1000);
  return 0;
};

const kill: Tool = ({ argv, shell }) => {
  const [flag = '', ...pids] = argv;
  const signal = /^-(TERM|KILL|0)$/.exec(flag)?.[1];
  if (signal === undefined) throw new ToolError(`kill: Illegal option ${flag}`, 2);
  for (const pid of pids) {
    const process = shell.machine.processes.find(Number(pid));
    if (process === null) throw new ToolError(`sh: 1: kill: No such process`);
    if (signal === '0') continue;
    shell.machine.processes.kill(process, signal);
    shell.origin.record('kill', pid);
  }
  return 0;
};

export const processTools: Readonly<Record<string, Tool>> = { env, nohup, setsid, sh, sleep, sudo };
export const processBuiltins: Readonly<Record<string, Tool>> = { kill };
