import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { inPath } from '../../../src/engines/tigergraph-crr/commands.ts';
import { connectShell } from '../../../src/transports/shell.ts';
import { lookAtJob, startJob } from '../../../src/transports/shell-jobs.ts';
import { aCall } from '../../sim/hosts/bed.ts';
import { aWorld } from '../../sim/tigergraph/bed.ts';
import { startOpenSsh, type TestSsh } from '../../support/openssh.ts';
import { until } from '../../support/until.ts';
import { anIo, linkTo, reading } from './live-bed.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'replops-path-'));
  folders.push(folder);
  return folder;
}

/** Puts a gadmin into `<parent>/cmd`, as the product lies beside its version. Answers with the root of that version. */
function installed(parent: string): string {
  mkdirSync(join(parent, 'cmd'), { recursive: true });
  writeFileSync(join(parent, 'cmd', 'gadmin'), '#!/bin/sh\necho "gadmin $*"\n');
  chmodSync(join(parent, 'cmd', 'gadmin'), 0o755);
  return join(parent, '4.1.4');
}

/** A folder of tools in which there is no jq. */
function withoutJq(): string {
  const folder = aFolder();
  for (const tool of ['sed', 'head', 'dirname', 'sh'])
    symlinkSync(execFileSync('/bin/sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim(), join(folder, tool));
  return folder;
}

const run = (home: string, path: string, command = 'gadmin version') =>
  spawnSync('/bin/sh', ['-c', inPath({ commands: '/nowhere' }, command)], { env: { HOME: home, PATH: path }, cwd: home, encoding: 'utf8' });

const settings = (root: unknown, spaces?: number): string =>
  `${JSON.stringify({ Admin: { Port: 12_471 }, System: { DataRoot: '/data', AppRoot: root, LogRoot: '/log' } }, null, spaces)}\n`;

describe.each([
  ['with jq', () => '/usr/bin:/bin'],
  ['without jq', withoutJq],
])('a node whose commands lie elsewhere, %s', (_, pathOf) => {
  it.each([undefined, 2, 4])('is found by its own file of settings, indented by %s', (spaces) => {
    const home = aFolder();
    writeFileSync(join(home, '.tg.cfg'), settings(installed(join(home, "it's here; $HOME/app")), spaces));
    expect(run(home, pathOf())).toMatchObject({ status: 0, stdout: 'gadmin version\n' });
  });

  it.each([
    ['no file', null],
    ['a file that is cut off', '{"System":{"AppR'],
    ['no such setting', '{"System":{}}'],
    ['an empty setting', settings('')],
    ['a setting of nothing', settings(null)],
    ['a folder beside the one that it works in', settings('app/4.1.4')],
  ])('has no commands by %s', (_name, text) => {
    const home = aFolder();
    installed(join(home, 'app'));
    if (text !== null) writeFileSync(join(home, '.tg.cfg'), text);
    expect(run(home, pathOf(), 'command -v gadmin; echo "$?"')).toMatchObject({ stdout: expect.stringMatching(/^[1-9]\d*\n$/) });
  });

  it('runs nothing that stands in the file', () => {
    const path = pathOf();
    const home = aFolder();
    const before = readdirSync(home).length;
    const hostile = fc.oneof(
      fc.constantFrom(
        '/$(touch x)/a',
        '/`touch x`/a',
        '/"; touch x; "/a',
        "/'; touch x; '/a",
        '/a\ntouch x\n/a',
        '/\\\\"/a',
        '/-n/a',
        '/%s/a',
      ),
      fc.string({ unit: 'binary', maxLength: 60 }).map((text) => `/${text}`),
    );
    fc.assert(
      fc.property(hostile, (root) => {
        writeFileSync(join(home, '.tg.cfg'), settings(root));
        expect(run(home, path, 'echo went on').stdout).toBe('went on\n');
        expect(readdirSync(home).length).toBe(before + 1);
      }),
      { numRuns: 40 },
    );
  });
});

it('a folder of the config that has them is taken, whatever the file says', () => {
  const home = aFolder();
  installed(join(home, 'other'));
  writeFileSync(join(home, '.tg.cfg'), settings('/nowhere/app/4.1.4'));
  const command = inPath({ commands: join(home, 'other', 'cmd') }, 'gadmin version');
  expect(spawnSync('/bin/sh', ['-c', command], { env: { HOME: home, PATH: '/usr/bin:/bin' }, encoding: 'utf8' }).stdout).toBe(
    'gadmin version\n',
  );
});

describe('clusters whose commands lie elsewhere than the config says', () => {
  it.each([
    ['with jq', true],
    ['without jq', false],
  ])('are read as ever, %s', async (_, hasJq) => {
    const world = await aWorld({ version: '4.1.4', start: 'replicating', nodes: { primary: 2, standby: 2 } });
    if (hasJq) for (const host of world.hosts()) host.files.write('/usr/bin/jq', '');
    const link = linkTo(world);
    const { primary, standby } = link.settings;
    const lost = { ...link.settings, primary: { ...primary, commands: '/nowhere' }, standby: { ...standby, commands: '/nowhere' } };
    const seen = await reading().observe({ ...link, settings: lost }, anIo());
    const read = { kind: 'read', version: { text: '4.1.4' }, services: { kind: 'read', stale: false } };
    expect(seen).toMatchObject({ primary: { reachable: true }, standby: { role: 'standby' }, detail: { primary: read, standby: read } });
  });
});

describe('a real SSH server', () => {
  let server: TestSsh;
  beforeAll(async () => {
    server = await startOpenSsh();
    writeFileSync(join(server.folder, '.tg.cfg'), settings(installed(join(server.folder, 'app')), 2));
  });
  afterAll(() => server?.stop());

  it('finds them for a command and for a job', async () => {
    const session = await connectShell(server.target, aCall({ timeoutMs: 300_000 }));
    try {
      const command = inPath({ commands: '/nowhere' }, 'gadmin version');
      expect(await session.read(command)).toMatchObject({ exitCode: 0, stdout: 'gadmin version\n' });
      await startJob(session, 'path-1', command);
      await until(async () => (await lookAtJob(session, 'path-1')).kind === 'ended', 'the job has ended');
      expect(await lookAtJob(session, 'path-1')).toMatchObject({ exitCode: 0, log: 'gadmin version\n' });
    } finally {
      session.close();
    }
  });
});
