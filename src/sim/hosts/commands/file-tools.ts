import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { type Call, print, resolvePath, splitOptions, type Tool, ToolError, trying } from '../shell/call.ts';

/** What a file holds. Throws ToolError. */
export const bytesOf = (call: Call, path: string): Buffer => {
  const full = resolvePath(call.shell, path);
  const environ = /^\/proc\/(\d+)\/environ$/.exec(full)?.[1];
  if (environ !== undefined) return environOf(call, Number(environ), path);
  const node = call.shell.machine.files.node(full);
  if (node === null) throw new ToolError(`${call.name}: ${path}: No such file or directory`);
  if (node.kind === 'folder') throw new ToolError(`${call.name}: ${path}: Is a directory`);
  return node.bytes;
};

function environOf({ shell, name }: Call, pid: number, path: string): Buffer {
  const process = shell.machine.processes.find(pid);
  if (process === null) throw new ToolError(`${name}: ${path}: No such file or directory`);
  return Buffer.from([...process.env].map(([key, value]) => `${key}=${value}\0`).join(''));
}

const cat: Tool = async (call) => {
  const { rest } = splitOptions('cat', call.argv, '');
  if (rest.length === 0) call.streams.stdout(await call.streams.stdin.all());
  for (const path of rest) call.streams.stdout(bytesOf(call, path));
  return 0;
};

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

const sha256sum: Tool = async (call) => {
  const { rest } = splitOptions('sha256sum', call.argv, '');
  if (rest.length === 0) print(call, `${sha256(await call.streams.stdin.all())}  -\n`);
  for (const path of rest) print(call, `${sha256(bytesOf(call, path))}  ${path}\n`);
  return 0;
};

const mv: Tool = (call) => {
  const { rest } = splitOptions('mv', call.argv, 'fT');
  const [from = '', to = ''] = rest;
  if (rest.length !== 2) throw new ToolError('mv: missing file operand');
  const [source, target] = [resolvePath(call.shell, from), resolvePath(call.shell, to)];
  trying(
    (reason) => `mv: cannot move '${from}' to '${to}': ${reason}`,
    () => call.shell.machine.files.rename(source, target),
  );
  call.shell.origin.record('rename', target);
  return 0;
};

const rm: Tool = (call) => {
  const { options, rest } = splitOptions('rm', call.argv, 'rf');
  const { files } = call.shell.machine;
  for (const path of rest) {
    const full = resolvePath(call.shell, path);
    if (!files.exists(full) && options.has('f')) continue;
    if (files.node(full)?.kind === 'folder' && !options.has('r')) throw new ToolError(`rm: cannot remove '${path}': Is a directory`);
    for (const inside of files.paths().filter((each) => each.startsWith(`${full}/`))) files.remove(inside);
    trying(
      (reason) => `rm: cannot remove '${path}': ${reason}`,
      () => files.unlink(full),
    );
    call.shell.origin.record('remove', full);
  }
  return 0;
};

const mkdir: Tool = (call) => {
  const { options, rest } = splitOptions('mkdir', call.argv, 'p');
  for (const path of rest) makeOne(call, path, options.has('p'));
  return 0;
};

function makeOne(call: Call, path: string, parents: boolean): void {
  const { files } = call.shell.machine;
  const full = resolvePath(call.shell, path);
  if (parents && files.node(full)?.kind === 'folder') return;
  if (parents && full !== '/') makeOne(call, full.replace(/\/[^/]+$/, '') || '/', true);
  trying(
    (reason) => `mkdir: cannot create directory '${path}': ${reason}`,
    () => files.mkdir(full, 0o777 & ~call.shell.umask),
  );
  call.shell.origin.record('mkdir', full);
}

const ls: Tool = (call) => {
  const { options, rest } = splitOptions('ls', call.argv, '1td');
  const { files } = call.shell.machine;
  const named = (rest.length === 0 ? ['.'] : rest).flatMap((path) => {
    const full = resolvePath(call.shell, path);
    const node = files.node(full);
    if (node !== null) return [{ path, full, isFolder: node.kind === 'folder' && !options.has('d') }];
    call.streams.stderr(Buffer.from(`ls: cannot access '${path}': No such file or directory\n`));
    return [];
  });
  const inside = (full: string): readonly { readonly path: string; readonly full: string }[] =>
    files
      .list(full)
      .map((each) => ({ path: each.slice(full === '/' ? 1 : full.length + 1), full: each }))
      .filter(({ path }) => !path.startsWith('.'));
  const found = named.flatMap(({ path, full, isFolder }) => (isFolder ? inside(full) : [{ path, full }]));
  const ageOf = (full: string): number => {
    const node = files.node(full);
    return node?.kind === 'file' ? node.changedAt : 0;
  };
  const sorted = options.has('t') ? found.toSorted((one, other) => ageOf(other.full) - ageOf(one.full)) : found;
  for (const { path } of sorted) print(call, `${path}\n`);
  return named.length === Math.max(1, rest.length) ? 0 : 2;
};

/** What `find` asks of a path; each takes a word. */
const predicates = ['-type', '-name', '-mindepth', '-maxdepth', '-mmin'];

/** `find FOLDER [-mindepth N] [-maxdepth N] [-type f] [-name NAME] [-mmin +MINUTES] [-exec COMMAND {} +]` */
const find: Tool = (call) => {
  const [start = '.', ...tests] = call.argv;
  const root = resolvePath(call.shell, start);
  const { files } = call.shell.machine;
  if (files.node(root) === null) throw new ToolError(`find: '${start}': No such file or directory`);
  const at = tests.indexOf('-exec');
  const asked = askedOf(at < 0 ? tests : tests.slice(0, at));
  const found = files
    .paths()
    .filter((path) => path.startsWith(`${root}/`) && isFound(call, asked, path, path.slice(root.length + 1)))
    .map((path) => `${start}${path.slice(root.length)}`);
  if (at < 0) {
    for (const path of found) print(call, `${path}\n`);
    return 0;
  }
  const words = tests.slice(at + 1);
  if (words.at(-1) !== '+' || words.at(-2) !== '{}') throw new ToolError("find: missing argument to '-exec'");
  return found.length === 0 ? 0 : call.line(call, [...words.slice(0, -2), ...found]);
};

function askedOf(words: readonly string[]): ReadonlyMap<string, string> {
  const asked = new Map<string, string>();
  for (let at = 0; at < words.length; at += 2) {
    const [name = '', value = ''] = [words[at], words[at + 1]];
    const isKnown = predicates.includes(name) && (name !== '-type' || value === 'f') && (name !== '-mmin' || /^\+\d+$/.test(value));
    if (!isKnown) throw new ToolError(`find: unknown predicate '${name}'`);
    asked.set(name, value);
  }
  return asked;
}

function isFound(call: Call, asked: ReadonlyMap<string, string>, path: string, inside: string): boolean {
  const node = call.shell.machine.files.node(path);
  const depth = inside.split('/').length;
  const minutes = node?.kind === 'file' ? (call.shell.machine.clock.now() - node.changedAt) / 60_000 : 0;
  return (
    (asked.get('-name') ?? posix.basename(path)) === posix.basename(path) &&
    (!asked.has('-type') || node?.kind === 'file') &&
    depth >= Number(asked.get('-mindepth') ?? 0) &&
    depth <= Number(asked.get('-maxdepth') ?? Number.POSITIVE_INFINITY) &&
    (!asked.has('-mmin') || minutes > Number(asked.get('-mmin')))
  );
}

const dirname: Tool = (call) => {
  print(call, `${posix.dirname(call.argv[0] ?? '')}\n`);
  return 0;
};

const chmod: Tool = (call) => {
  const [mode = '', ...paths] = call.argv;
  if (!/^[0-7]{3,4}$/.test(mode)) throw new ToolError(`chmod: invalid mode: '${mode}'`);
  for (const path of paths) {
    const node = call.shell.machine.files.node(resolvePath(call.shell, path));
    if (node === null) throw new ToolError(`chmod: cannot access '${path}': No such file or directory`);
    node.mode = Number.parseInt(mode, 8);
    call.shell.origin.record('chmod', resolvePath(call.shell, path));
  }
  return 0;
};

const sync: Tool = (call) => {
  for (const path of call.argv) {
    if (call.shell.machine.files.exists(resolvePath(call.shell, path))) continue;
    throw new ToolError(`sync: error opening '${path}': No such file or directory`);
  }
  return 0;
};

export const fileTools: Readonly<Record<string, Tool>> = { cat, chmod, dirname, find, ls, mkdir, mv, rm, sha256sum, sync };
