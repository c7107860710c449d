import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { inputText, type ShellInput, type ShellResult, type ShellSession, taggedCommand } from '../../src/transports/shell.ts';
import { aHost, aShell, runTag } from '../sim/hosts/bed.ts';

const homes: string[] = [];
afterEach(() => {
  for (const home of homes.splice(0)) rmSync(home, { recursive: true, force: true });
});

/** The same words given to the shell of this machine, in a home of their own. */
function localShell(): ShellSession {
  const home = mkdtempSync(join(tmpdir(), 'replops-jobs-'));
  homes.push(home);
  const run = (command: string, input: ShellInput = {}): Promise<ShellResult> =>
    new Promise((resolve) => {
      const child = spawn('/bin/sh', ['-c', taggedCommand(runTag, command)], { env: { HOME: home, PATH: '/usr/bin:/bin' }, cwd: home });
      const [stdout, stderr]: [string[], string[]] = [[], []];
      child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk.toString()));
      child.stdin.on('error', () => undefined);
      child.stdin.end(inputText(input));
      child.on('close', (exitCode, signal) => {
        resolve({ exitCode, signal, stdout: stdout.join(''), stderr: stderr.join(''), truncated: false });
      });
    });
  return { read: run, change: run, close: () => undefined };
}

/** Where every word that is sent to hosts has to mean the same. */
export const shellPlaces = [
  ['a simulated host', async () => aShell(await aHost())],
  ['a real shell', () => Promise.resolve(localShell())],
] as const;
