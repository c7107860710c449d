import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Secret } from '../../src/domain/secret.ts';
import type { ShellTarget } from '../../src/transports/shell.ts';
import { until } from './until.ts';

const program = '/usr/sbin/sshd';
const agentProgram = '/usr/bin/ssh-agent';
const run = promisify(execFile);

/** A real SSH server on loopback that lets the present user in with a key of its own. */
export interface TestSsh {
  readonly target: ShellTarget;
  /** A key that the server does not know. */
  readonly strangeKey: Secret;
  /** Starts an agent that holds the user's key, or the stranger's; answers with the path of its socket. */
  agent(holds: 'user' | 'stranger'): Promise<string>;
  readonly folder: string;
  stop(): Promise<void>;
}

/** Starts Debian's sshd as the present user. Throws a sentence that says how to get it. Call `stop` in `afterAll`. */
export async function startOpenSsh(): Promise<TestSsh> {
  if (!existsSync(program)) throw new TypeError(`There is no ${program}. On Debian, apt-get install openssh-server.`);
  const folder = await mkdtemp(join(tmpdir(), 'openssh-'));
  const at = (name: string) => join(folder, name);
  for (const name of ['host', 'user', 'stranger']) await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(name)]);
  await copyFile(at('user.pub'), at('authorized'));
  // Root's sshd insists on it; Debian makes it at boot.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  await writeFile(at('config'), configText(at));
  const port = await freePort();
  const agents: ChildProcess[] = [];
  const server = spawn(program, ['-D', '-e', '-f', at('config'), '-p', String(port)], { stdio: ['ignore', 'ignore', 'pipe'] });
  await listening(server);
  return {
    folder,
    target: {
      name: 'loopback',
      host: '127.0.0.1',
      port,
      user: userInfo().username,
      login: { kind: 'key', privateKey: new Secret(await readFile(at('user'), 'utf8')), passphrase: null },
      hostKey: { mode: 'pinned', fingerprint: await fingerprintOf(at('host.pub')) },
    },
    strangeKey: new Secret(await readFile(at('stranger'), 'utf8')),
    agent: async (holds) => {
      const socket = at(`agent-${agents.length}`);
      agents.push(spawn(agentProgram, ['-D', '-a', socket], { stdio: 'ignore' }));
      await until(() => existsSync(socket), 'the agent listens');
      await run('ssh-add', ['-q', at(holds)], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
      return socket;
    },
    stop: async () => {
      await Promise.all([server, ...agents].map(ended));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const configText = (at: (name: string) => string): string =>
  [
    'ListenAddress 127.0.0.1',
    `HostKey ${at('host')}`,
    `AuthorizedKeysFile ${at('authorized')}`,
    'PidFile none',
    // Jobs keep their folders at home, and the home of whoever runs the tests is nobody else's.
    `SetEnv HOME=${at('')}`,
    'UsePAM no',
    'StrictModes no',
    'PermitRootLogin yes',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    '',
  ].join('\n');

async function fingerprintOf(path: string): Promise<string> {
  const { stdout } = await run('ssh-keygen', ['-l', '-f', path]);
  const found = /SHA256:\S+/.exec(stdout)?.[0];
  if (found === undefined) throw new TypeError(`ssh-keygen told no fingerprint: ${stdout}`);
  return found;
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (address === null || typeof address === 'string' ? reject(new TypeError('no port')) : resolve(address.port)));
    });
  });

/** Resolves when it says that it listens; rejects with its words when it ends before. */
function listening(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let words = '';
    server.stderr?.on('data', (bytes: Buffer) => {
      words += bytes.toString('utf8');
      if (words.includes('Server listening on')) resolve();
    });
    server.once('error', reject);
    server.once('exit', () => reject(new TypeError(`sshd ended at once: ${words}`)));
  });
}

const ended = (server: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (server.exitCode !== null || server.signalCode !== null) return resolve();
    server.once('exit', () => resolve());
    server.kill('SIGTERM');
  });
