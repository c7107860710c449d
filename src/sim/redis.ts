import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, connect as openSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, systemClock } from '../domain/clock.ts';
import { Fault } from '../domain/faults.ts';

export interface RedisOptions {
  /** Address of a Redis that runs already; null starts one. The caller read it from its environment. */
  readonly url: string | null;
  readonly appendfsync?: 'everysec' | 'always';
  readonly clock?: Clock;
}

/** A Redis to work with. `kill` and `restart` are for rehearsing an outage, and only for a server that was started here. */
export interface ProvidedRedis {
  readonly url: string;
  /** Full sentence: where this Redis comes from. */
  readonly how: string;
  /** Ends the server and removes its folder; does nothing to a Redis that was given by address. */
  close(): Promise<void>;
  /** SIGKILL, as a crash would. */
  kill(): Promise<void>;
  /** Starts it again on the same port and folder; ends it first if it runs. Resolves when it answers. */
  restart(): Promise<void>;
}

interface Server {
  readonly child: ChildProcess;
  readonly watcher: ChildProcess;
}

interface Place {
  readonly program: string;
  readonly port: number;
  readonly folder: string;
  readonly appendfsync: 'everysec' | 'always';
  readonly clock: Clock;
}

const programs = ['redis-server', 'valkey-server'] as const;
const startWithinMs = 60_000;
const portTries = 5;

const unavailable = (sentence: string, facts: Record<string, string> = {}): Fault =>
  new Fault('redis-unavailable', sentence, { effect: 'not-applied', facts });

/** Gives a Redis: the one at `url`, else one started here on a free loopback port. Throws Fault `redis-unavailable` with the way to get one. */
export async function provideRedis(options: RedisOptions): Promise<ProvidedRedis> {
  if (options.url !== null && options.url !== '') return given(options.url);
  const program = await findOrInstall();
  const clock = options.clock ?? systemClock;
  const folder = await mkdtemp(join(tmpdir(), 'replops-redis-'));
  for (let attempt = 1; ; attempt += 1) {
    const place = { program, port: await freePort(), folder, appendfsync: options.appendfsync ?? 'everysec', clock } as const;
    try {
      return started(place, await start(place));
    } catch (error) {
      if (attempt < portTries) continue; // another program may have taken the port between our look and the start
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }
}

function given(url: string): ProvidedRedis {
  const refuse = () => Promise.reject(new TypeError('only a Redis that was started here can be killed or restarted'));
  return { url, how: 'Uses the Redis that was given by its address.', close: () => Promise.resolve(), kill: refuse, restart: refuse };
}

function started(place: Place, first: Server): ProvidedRedis {
  let server = first;
  const end = () => stop(server);
  return {
    url: `redis://127.0.0.1:${place.port}`,
    how: `Started ${place.program} on 127.0.0.1:${place.port}; it ends with this process, and what it holds is gone then.`,
    kill: end,
    restart: async () => {
      await end();
      server = await start(place);
    },
    close: async () => {
      await end();
      await rm(place.folder, { recursive: true, force: true });
    },
  };
}

async function start(place: Place): Promise<Server> {
  const settings = {
    bind: '127.0.0.1',
    port: String(place.port),
    dir: place.folder,
    logfile: join(place.folder, 'redis.log'),
    'maxmemory-policy': 'noeviction',
    appendonly: 'yes',
    appendfsync: place.appendfsync,
    save: '',
  };
  // Its own process group: Ctrl-C must not take Redis away while this process is still finishing a step.
  const child = spawn(
    place.program,
    Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
    { detached: true, stdio: 'ignore' },
  );
  const server = { child, watcher: watch(child, place.folder) };
  child.unref();
  try {
    await untilReady(place, child);
    return server;
  } catch (error) {
    await stop(server);
    throw error;
  }
}

/** Ends Redis and removes its folder when this process is gone, however it went: its end of the pipe closes even on SIGKILL. */
function watch(child: ChildProcess, folder: string): ChildProcess {
  const script = 'while read -r line; do :; done; kill -9 "$1"; sleep 0.2; rm -rf -- "$2"';
  const watcher = spawn('sh', ['-c', script, 'replops-redis-watch', String(child.pid ?? 0), folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watcher.on('error', () => undefined);
  watcher.unref();
  // An open pipe would keep this process alive although nothing is left to do.
  const pipe = watcher.stdin as (typeof watcher.stdin & { unref?: () => void }) | null;
  pipe?.unref?.();
  return watcher;
}

async function stop({ child, watcher }: Server): Promise<void> {
  const gone = new Promise<void>((resolve) => {
    if (hasEnded(child)) return resolve();
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  watcher.kill('SIGKILL'); // first, so that it can never meet a process that got the same id later
  child.ref();
  child.kill('SIGKILL');
  await gone;
}

const hasEnded = (child: ChildProcess): boolean => child.pid === undefined || child.exitCode !== null || child.signalCode !== null;

async function untilReady(place: Place, child: ChildProcess): Promise<void> {
  const giveUpAt = place.clock.monotonic() + startWithinMs;
  let failed = false;
  child.once('error', () => {
    failed = true;
  });
  while (place.clock.monotonic() < giveUpAt) {
    await place.clock.sleep(20);
    if (failed || hasEnded(child)) break;
    // The process id tells our server from another one that owns the port.
    const answer = await ask(place.port, 'PING\r\nINFO server\r\n');
    if (answer.startsWith('+PONG') && answer.includes(`process_id:${child.pid}\r\n`)) return;
  }
  const log = await readFile(join(place.folder, 'redis.log'), 'utf8').catch(() => '');
  throw unavailable(`${place.program} did not start on 127.0.0.1:${place.port}.`, { log: log.slice(-500) });
}

/** What the server says within 300 ms; empty when it cannot be reached. */
function ask(port: number, request: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = openSocket({ host: '127.0.0.1', port });
    const finish = () => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(300, finish);
    socket.on('connect', () => socket.write(request));
    socket.on('data', (chunk) => {
      answer += chunk.toString('utf8');
      if (!answer.startsWith('+PONG') || /process_id:\d+\r\n/.test(answer)) finish();
    });
    socket.on('error', finish);
    socket.on('close', finish);
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject(new TypeError('no port'))));
    });
  });
}

async function findOrInstall(): Promise<string> {
  const found = await findProgram();
  if (found !== null) return found;
  const mayInstall = process.getuid?.() === 0 && (await succeeds('apt-get', ['--version']));
  const installed = mayInstall ? await install() : null;
  if (installed !== null) return installed;
  throw unavailable(
    'Redis is needed and none was found: install it (`apt-get install redis-server` or `brew install redis`), or set REDIS_URL to one that runs.',
  );
}

async function findProgram(): Promise<string | null> {
  for (const program of programs) if (await succeeds(program, ['--version'])) return program;
  return null;
}

/** Installs Debian's package; its service is kept from starting, since we start our own server. */
async function install(): Promise<string | null> {
  const gate = '/usr/sbin/policy-rc.d'; // invoke-rc.d asks it; 101 means "action forbidden by policy"
  const ours =
    !existsSync(gate) &&
    (await writeFile(gate, '#!/bin/sh\nexit 101\n', { mode: 0o755 }).then(
      () => true,
      () => false,
    ));
  try {
    const quiet = ['DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq'];
    await succeeds('env', [...quiet, 'update']);
    await succeeds('env', [...quiet, 'install', '-y', '--no-install-recommends', 'redis-server']);
  } finally {
    if (ours) await rm(gate, { force: true });
  }
  return findProgram();
}

function succeeds(program: string, args: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: 'ignore' });
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
}
