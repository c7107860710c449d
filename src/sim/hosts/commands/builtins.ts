import { type Call, print, resolvePath, ShellExit, type Tool, ToolError, whereIs } from '../shell/call.ts';

const echo: Tool = (call) => {
  print(call, `${call.argv.join(' ')}\n`);
  return 0;
};

/** `%s`, `%%` and `\n` only. The format is used again while arguments are left, as POSIX says. */
const printf: Tool = (call) => {
  const [format = '', ...values] = call.argv;
  if (/%|\\/.test(format.replace(/%s|%%|\\n|\\\\/g, ''))) throw new ToolError(`sh: 1: printf: ${format}: invalid directive`, 2);
  const left = [...values];
  do {
    print(
      call,
      format.replace(/%s|%%|\\n|\\\\/g, (directive) => {
        if (directive === '%s') return left.shift() ?? '';
        return directive === '\\n' ? '\n' : (directive[1] ?? '');
      }),
    );
  } while (left.length > 0 && format.includes('%s'));
  return 0;
};

/** `test`: the one- and two-sided questions that are sent to hosts. */
function judge(call: Call, argv: readonly string[]): boolean {
  const [first = '', second = '', third = ''] = argv;
  if (first === '!') return !judge(call, argv.slice(1));
  if (argv.length === 0) return false;
  if (argv.length === 1) return first !== '';
  if (argv.length === 3 && second === '=') return first === third;
  if (argv.length === 3 && second === '!=') return first !== third;
  const node = call.shell.machine.files.node(resolvePath(call.shell, second));
  const questions: Readonly<Record<string, boolean>> = {
    '-e': node !== null,
    // Files have no owners here.
    '-w': node !== null,
    '-d': node?.kind === 'folder',
    '-f': node?.kind === 'file',
    '-s': node?.kind === 'file' && node.bytes.length > 0,
    '-n': second !== '',
    '-z': second === '',
  };
  const answer = argv.length === 2 ? questions[first] : undefined;
  if (answer === undefined) throw new ToolError(`sh: 1: test: ${first}: unexpected operator`, 2);
  return answer;
}

const test: Tool = (call) => (judge(call, call.argv) ? 0 : 1);

const cd: Tool = (call) => {
  const path = call.argv[0] ?? call.shell.variables.get('HOME') ?? '/';
  const full = resolvePath(call.shell, path);
  if (call.shell.machine.files.node(full)?.kind !== 'folder') throw new ToolError(`sh: 1: cd: can't cd to ${path}`, 2);
  call.shell.cwd = full;
  return 0;
};

const umask: Tool = (call) => {
  const mode = call.argv[0] ?? '';
  if (!/^[0-7]{3,4}$/.test(mode)) throw new ToolError(`sh: 1: umask: Illegal number: ${mode}`, 2);
  call.shell.umask = Number.parseInt(mode, 8);
  return 0;
};

const exit: Tool = (call) => {
  throw new ShellExit(call.argv[0] === undefined ? call.shell.lastExit : Number(call.argv[0]));
};

const exportWords: Tool = (call) => {
  for (const word of call.argv) {
    const match = /^([A-Za-z_][A-Za-z0-9_]*)(?:=(.*))?$/s.exec(word);
    if (match === null) {
      call.streams.stderr(Buffer.from(`sh: 1: export: ${word}: bad variable name\n`));
      // A special builtin that fails ends the shell.
      throw new ShellExit(2);
    }
    const [, name = '', value] = match;
    if (value !== undefined) call.shell.variables.set(name, value);
    call.shell.exported.add(name);
  }
  return 0;
};

const read: Tool = async (call) => {
  const [flag, name = ''] = call.argv;
  if (flag !== '-r' || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new ToolError('sh: 1: read: only -r NAME is simulated', 2);
  const line = await call.streams.stdin.line();
  call.shell.variables.set(name, (line ?? '').replace(/^[ \t]+|[ \t]+$/g, ''));
  return line === null ? 1 : 0;
};

const command: Tool = (call) => {
  const [flag, name = ''] = call.argv;
  if (flag !== '-v') throw new ToolError('sh: 1: command: only -v is simulated', 2);
  const place = whereIs(call.shell, name);
  if (place === null) return 127;
  print(call, `${place}\n`);
  return 0;
};

export const shellBuiltins: Readonly<Record<string, Tool>> = {
  cd,
  command,
  echo,
  exit,
  export: exportWords,
  false: () => 1,
  printf,
  read,
  test,
  true: () => 0,
  umask,
};
