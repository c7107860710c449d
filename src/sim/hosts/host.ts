import { createHash } from 'node:crypto';
import ssh2 from 'ssh2';
import { systemClock } from '../../domain/clock.ts';
import { toolTable } from './commands/table.ts';
import type { HostEffect, HostOptions, HostOutage, SimHost, SimHostUser } from './contract.ts';
import { execute, type Hall, runLocally, unwrap } from './execute.ts';
import { createHostFaultRules } from './faults.ts';
import { createFiles, type FileSystem } from './files.ts';
import { createProcesses } from './processes.ts';
import { type HostWire, startHostWire } from './wire.ts';

/** ssh2 1.17 makes a key now and then that it can't read itself, so it is asked again. */
function newKey(passphrase?: string): { readonly private: string; readonly public: string } {
  for (;;) {
    const key = ssh2.utils.generateKeyPairSync('ed25519', passphrase === undefined ? {} : { passphrase, cipher: 'aes256-ctr', rounds: 1 });
    const readable = [ssh2.utils.parseKey(key.private, passphrase), ssh2.utils.parseKey(key.public)];
    if (!readable.some((parsed) => parsed instanceof Error)) return key;
  }
}

function fingerprintOf(publicKey: string): string {
  const parsed = ssh2.utils.parseKey(publicKey);
  if (parsed instanceof Error) throw new TypeError('a key that was just made can’t be read');
  return `SHA256:${createHash('sha256').update(parsed.getPublicSSH()).digest('base64').replace(/=+$/, '')}`;
}

const fenceOf = (tag: string): number | null => {
  const fence = /^replops\/[^/]+\/(\d+)$/.exec(tag)?.[1];
  return fence === undefined ? null : Number(fence);
};

/** Starts a simulated host: an SSH server on loopback with files, processes and tools. All keys are made on the spot. */
export async function startHost(options: HostOptions = {}): Promise<SimHost> {
  const { name = 'host-1', clock = systemClock, users = [{ name: 'ops', password: 'ops-password' }] } = options;
  const files = furnish(options, users);
  const processes = createProcesses();
  const rules = createHostFaultRules();
  const effects: HostEffect[] = [];
  const machine = { name, clock, files, processes, products: options.products ?? {}, toolMs: options.toolMs ?? 0 };
  const hall: Hall = {
    machine,
    tools: toolTable,
    rules,
    seen: [],
    record: ({ command, tag, user }, change, what) => {
      const at = clock.now();
      effects.push({ seq: effects.length + 1, at, host: name, command, change, what, tag, fence: fenceOf(tag), user });
    },
  };
  const keys = new Map(users.map((user) => [user.name, newKey(options.passphrase)]));
  let hostKey = newKey();
  const wire = await startHostWire(
    {
      users: users.map((user) => ({ ...user, publicKey: keys.get(user.name)?.public ?? '' })),
      passwordsAsQuestions: options.passwordsAsQuestions ?? false,
      admits: (sent) => !isDenied(hall, sent),
      exec: (exec) => void execute(hall, exec),
    },
    options.port ?? 0,
    hostKey.private,
  );
  return {
    name,
    files,
    address: (wanted) => {
      const user = users.find((each) => each.name === (wanted ?? each.name));
      if (user === undefined) throw new TypeError(`${name} has no user ${wanted ?? ''}`);
      const login = { user: user.name, password: user.password, privateKey: keys.get(user.name)?.private ?? '' };
      return { name, host: '127.0.0.1', port: wire.port, ...login, fingerprint: fingerprintOf(hostKey.public) };
    },
    effects: () => [...effects],
    commands: () => hall.seen.map((entry) => ({ ...entry })),
    processes: processes.truth,
    harden: (command) => {
      for (const process of processes.all()) if (process.command === command) process.stubborn = true;
    },
    run: (text, as = {}) => runLocally(hall, text, as.user ?? users[0]?.name ?? 'root', as.tag ?? ''),
    faults: {
      add: rules.add,
      clear: rules.clear,
      down: (outage = 'dead') => takeDown(hall, wire, outage),
      up: async () => {
        wire.silence(false);
        await wire.start();
      },
      newHostKey: () => {
        hostKey = newKey();
        wire.useKey(hostKey.private);
      },
    },
    close: async () => {
      for (const process of processes.all()) processes.kill(process, 'KILL');
      await wire.stop();
    },
  };
}

function furnish({ files: given = {}, folders = [], clock = systemClock }: HostOptions, users: readonly SimHostUser[]): FileSystem {
  const files = createFiles(() => clock.now());
  for (const folder of ['/tmp', ...users.map(({ name }) => `/home/${name}`), ...folders]) files.makeFolder(folder);
  for (const [path, text] of Object.entries(given)) files.write(path, text);
  return files;
}

/** Asked before a command is taken up; a rule that isn't a denial waits for the command itself. */
function isDenied({ rules }: Hall, sent: string): boolean {
  const { command, tag } = unwrap(sent);
  return rules.strike(command, tag, 'deny') !== null;
}

async function takeDown({ machine }: Hall, wire: HostWire, outage: HostOutage): Promise<void> {
  if (outage === 'silent') return wire.silence(true);
  if (outage === 'dead') for (const process of machine.processes.all()) machine.processes.kill(process, 'KILL');
  await wire.stop();
}
