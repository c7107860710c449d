import { type Call, print, type Tool, ToolError } from '../shell/call.ts';
import { bytesOf } from './file-tools.ts';
import { tailOfEach } from './text-tools.ts';

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

/** The first bytes, with `-` all but the last ones, or with `-n` the first lines of standard input. */
const head: Tool = async (call) => {
  if (call.argv[0] === '-n') {
    const lines = (await call.streams.stdin.all()).toString('utf8').split(/(?<=\n)/);
    print(call, lines.slice(0, Number(call.argv[1])).join(''));
    return 0;
  }
  const { sign, count, paths } = countOf(call, ['', '-']);
  const bytes = await given(call, paths);
  call.streams.stdout(bytes.subarray(0, sign === '-' ? Math.max(0, bytes.length - count) : count));
  return 0;
};

/** Without a sign the last bytes; with `+` everything from that byte on, which is counted from 1. */
const tail: Tool = async (call) => {
  const [how = '', flag, number = '', end, ...files] = call.argv;
  if (/^-[vq]$/.test(how) && flag === '-c' && /^\d+$/.test(number) && end === '--')
    return tailOfEach(call, how === '-v', Number(number), files);
  const { sign, count, paths } = countOf(call, ['', '+']);
  const bytes = await given(call, paths);
  const from = sign === '+' ? count - 1 : bytes.length - count;
  call.streams.stdout(bytes.subarray(Math.max(0, from)));
  return 0;
};

const wc: Tool = async (call) => {
  const [flag, ...paths] = call.argv;
  if (flag !== '-c') throw new ToolError('wc: only -c is simulated');
  if (paths.length === 0) print(call, `${(await call.streams.stdin.all()).length}\n`);
  const sizes = paths.map((path) => ({ path, size: bytesOf(call, path).length }));
  for (const { path, size } of sizes) print(call, `${size} ${path}\n`);
  if (sizes.length > 1) print(call, `${sizes.reduce((sum, { size }) => sum + size, 0)} total\n`);
  return 0;
};

const base64: Tool = async (call) => {
  const text = (await given(call, call.argv)).toString('base64');
  for (const line of text.match(/.{1,76}/g) ?? []) print(call, `${line}\n`);
  return 0;
};

export const byteTools: Readonly<Record<string, Tool>> = { base64, head, tail, wc };
