import { type Call, print, type Tool, ToolError } from '../shell/call.ts';
import { bytesOf } from './file-tools.ts';

/** What the tool is to work on: one file, or standard input. */
async function given(call: Call, paths: readonly string[]): Promise<Buffer> {
  const [path, another] = paths;
  if (another !== undefined) throw new ToolError(`${call.name}: only one file is simulated`);
  return path === undefined ? call.streams.stdin.all() : bytesOf(call, path);
}

/** `-c NUMBER`, with one of the signs before the number. */
function countOf(
  { name, argv }: Call,
  signs: readonly string[],
): { readonly sign: string; readonly count: number; readonly paths: readonly string[] } {
  const [flag, number = '', ...paths] = argv;
  const [, sign = '', digits] = /^([+-]?)(\d+)$/.exec(number) ?? [];
  if (flag !== '-c' || digits === undefined || !signs.includes(sign)) throw new ToolError(`${name}: only -c NUMBER is simulated`);
  return { sign, count: Number(digits), paths };
}

const head: Tool = async (call) => {
  const { count, paths } = countOf(call, ['']);
  call.streams.stdout((await given(call, paths)).subarray(0, count));
  return 0;
};

/** Without a sign the last bytes; with `+` everything from that byte on, which is counted from 1. */
const tail: Tool = async (call) => {
  const { sign, count, paths } = countOf(call, ['', '+']);
  const bytes = await given(call, paths);
  const from = sign === '+' ? count - 1 : bytes.length - count;
  call.streams.stdout(bytes.subarray(Math.max(0, from)));
  return 0;
};

const wc: Tool = async (call) => {
  const [flag, ...paths] = call.argv;
  if (flag !== '-c') throw new ToolError('wc: only -c is simulated');
  const { length } = await given(call, paths);
  print(call, paths[0] === undefined ? `${length}\n` : `${length} ${paths[0]}\n`);
  return 0;
};

const base64: Tool = async (call) => {
  const text = (await given(call, call.argv)).toString('base64');
  for (const line of text.match(/.{1,76}/g) ?? []) print(call, `${line}\n`);
  return 0;
};

export const byteTools: Readonly<Record<string, Tool>> = { base64, head, tail, wc };
