import { type Call, print, resolvePath, type Tool, ToolError } from '../shell/call.ts';
import { bytesOf } from './file-tools.ts';

interface Edit {
  readonly find: RegExp;
  readonly put: string;
}

/** `s/FIND/PUT/p`, with I for any case; null for `t`, which goes to the end of a line that has been edited. */
function editOf(script: string): Edit | null {
  if (script === 't') return null;
  const [, find, put, flags] = /^s\/((?:[^/\\]|\\.)*)\/((?:[^/\\]|\\.)*)\/(Ip|pI|p)$/s.exec(script) ?? [];
  if (find === undefined || put === undefined) throw new ToolError(`sed: -e expression: unknown command: '${script}'`);
  return {
    find: new RegExp(find, flags === 'p' ? '' : 'i'),
    put: put
      .replace(/\$/g, '$$$$')
      .replaceAll('\\/', '/')
      .replace(/\\(\d)/g, '$$$1'),
  };
}

/** `sed -n -E -e SCRIPT …` over standard input. */
const sed: Tool = async (call) => {
  const [quiet, extended, ...words] = call.argv;
  const scripts = words.filter((_, at) => at % 2 === 1);
  if (quiet !== '-n' || extended !== '-E' || words.some((word, at) => at % 2 === 0 && word !== '-e'))
    throw new ToolError('sed: only -n -E -e SCRIPT is simulated');
  const edits = scripts.map(editOf);
  const lines = (await call.streams.stdin.all()).toString('utf8').split('\n');
  for (const line of lines.at(-1) === '' ? lines.slice(0, -1) : lines) edit(call, edits, line);
  return 0;
};

function edit(call: Call, edits: readonly (Edit | null)[], line: string): void {
  let text = line;
  let changed = false;
  for (const each of edits) {
    if (each === null && changed) return;
    if (each === null || !each.find.test(text)) continue;
    text = text.replace(each.find, each.put);
    changed = true;
    print(call, `${text}\n`);
  }
}

/** `xargs -r -d '\n' COMMAND …`: one line of standard input is one argument. */
const xargs: Tool = async (call) => {
  const [run, flag, ending, ...words] = call.argv;
  if (run !== '-r' || flag !== '-d' || ending !== '\\n' || words.length === 0)
    throw new ToolError("xargs: only -r -d '\\n' COMMAND is simulated");
  const given = (await call.streams.stdin.all())
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
  return given.length === 0 ? 0 : call.line(call, [...words, ...given]);
};

/** `stat -L -c '%Y %n' FILE …` */
const stat: Tool = (call) => {
  const [follow, flag, format, ...paths] = call.argv;
  if (follow !== '-L' || flag !== '-c' || format !== '%Y %n') throw new ToolError("stat: only -L -c '%Y %n' is simulated");
  const lost = paths.filter((path) => {
    const node = call.shell.machine.files.node(resolvePath(call.shell, path));
    if (node?.kind === 'file') print(call, `${Math.floor(node.changedAt / 1000)} ${path}\n`);
    else call.streams.stderr(Buffer.from(`stat: cannot statx '${path}': No such file or directory\n`));
    return node?.kind !== 'file';
  });
  return lost.length === 0 ? 0 : 1;
};

/** The last bytes of each file; `-v` puts its name before them. */
export function tailOfEach(call: Call, named: boolean, count: number, paths: readonly string[]): number {
  for (const [at, path] of paths.entries()) {
    if (named) print(call, `${at === 0 ? '' : '\n'}==> ${path} <==\n`);
    const bytes = bytesOf(call, path);
    call.streams.stdout(bytes.subarray(Math.max(0, bytes.length - count)));
  }
  return 0;
}

export const textTools: Readonly<Record<string, Tool>> = { sed, stat, xargs };
