import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript';
import { afterAll, describe, expect, it } from 'vitest';
import { discoverCommands } from '../../src/intents/discover.ts';
import { registry } from './registry-of-commands.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const made: string[] = [];
afterAll(() => Promise.all(made.map((folder) => rm(folder, { recursive: true }))));

/** A folder under the tests' own roof, so that the modules in it find the declarations by their path. */
async function folderOf(files: Readonly<Record<string, string>>): Promise<URL> {
  const folder = await mkdtemp(join(tmpdir(), 'commands-'));
  made.push(folder);
  for (const [file, source] of Object.entries(files)) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), source);
  }
  return pathToFileURL(`${folder}/`);
}

const commandCalled = (name: string): string => `
import { defineCommand } from '${pathToFileURL(root).href}src/intents/command.ts';
export const command = defineCommand({ name: '${name}', summary: 'List', risk: 'read', args: {}, examples: ['/repl ${name}'], toIntent: () => ({ kind: 'links' }) });
`;

/** Names of the commands as a plain Node process finds them; `via` are its flags. */
async function namesFoundBy(via: readonly string[], intents: URL, commands: URL): Promise<unknown> {
  const script = `
    const { discoverCommands } = await import(${JSON.stringify(intents.href)});
    const found = await discoverCommands(new URL(${JSON.stringify(commands.href)}));
    process.stdout.write(JSON.stringify(found.commands.map(({ name }) => name)));`;
  const { stdout } = await promisify(execFile)(process.execPath, [...via, '--input-type=module', '--eval', script], { cwd: root });
  return JSON.parse(stdout);
}

const names = registry.commands.map(({ name }) => name);

describe('commands', () => {
  it('are found in their sources by tsx', async () => {
    const base = pathToFileURL(root).href;
    expect(await namesFoundBy(['--import', 'tsx'], new URL('src/intents/discover.ts', base), new URL('commands/', base))).toEqual(names);
  }, 180_000);

  it('are found in the build by plain Node, beside maps and declarations', async () => {
    const built = await folderOf({
      'package.json': '{"type":"module"}',
      'commands/status.js.map': '{}',
      'commands/status.d.ts': '',
      'commands/.hidden': '',
    });
    for (const room of ['commands', 'src/intents', 'src/intents/arguments', 'src/domain']) {
      await mkdir(new URL(room, built), { recursive: true });
      for (const file of (await readdir(join(root, room))).filter((name) => name.endsWith('.ts'))) {
        const source = await readFile(join(root, room, file), 'utf8');
        const { outputText } = ts.transpileModule(source, {
          compilerOptions: {
            module: ts.ModuleKind.ESNext,
            target: ts.ScriptTarget.ES2023,
            rewriteRelativeImportExtensions: true,
            verbatimModuleSyntax: true,
          },
        });
        await writeFile(new URL(`${room}/${file.replace(/ts$/, 'js')}`, built), outputText);
      }
    }
    expect(await namesFoundBy([], new URL('src/intents/discover.js', built), new URL('commands/', built))).toEqual(names);
  }, 180_000);

  it('are loaded when every file is good', async () => {
    const found = await discoverCommands(
      await folderOf({ 'more.ts': commandCalled('more'), 'show-less.ts': commandCalled('show less'), '.DS_Store': '' }),
    );
    expect(found.commands.map(({ name }) => name)).toEqual(['more', 'show less']);
  });

  it.each([
    ['an empty folder', {}, 'there is no command'],
    ['a file of another name', { 'more.ts': commandCalled('less') }, 'more.ts holds the command "less"'],
    ['a file that is no module', { 'README.md': 'read me' }, 'README.md is not named like a command'],
    ['a module of another kind', { 'more.mjs': commandCalled('more') }, 'more.mjs is not named like a command'],
    ['a folder', { 'more/index.ts': commandCalled('more') }, 'more is not named like a command'],
    ['a module without a command', { 'more.ts': 'export const other = 1;' }, 'more.ts exports no `command` made by defineCommand'],
    [
      'a command made by hand',
      { 'more.ts': "export const command = { name: 'more' };" },
      'more.ts exports no `command` made by defineCommand',
    ],
    ['a module that throws', { 'more.ts': "throw new TypeError('not today');" }, 'more.ts does not load (not today)'],
    ['a module that throws something else', { 'more.ts': "throw 'not today';" }, 'more.ts does not load (not today)'],
    [
      'two bad files',
      { 'a.ts': 'export {};', 'b.md': '' },
      'a.ts exports no `command` made by defineCommand; b.md is not named like a command',
    ],
    [
      'a bad example',
      { 'more.ts': commandCalled('more').replace("'/repl more'", "'/repl more more'") },
      'the example "/repl more more" is refused',
    ],
  ])('are refused with %s', async (_, files, fault) => {
    const found = discoverCommands(await folderOf(files));
    await expect(found).rejects.toThrow(TypeError);
    await expect(found).rejects.toThrow(fault);
  });

  it('are refused when the folder is not there', async () => {
    await expect(discoverCommands(new URL('nowhere/', await folderOf({})))).rejects.toThrow('ENOENT');
  });
});
