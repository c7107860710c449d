import { afterEach } from 'vitest';
import { Secret } from '../../../src/domain/secret.ts';
import type { HostOptions, SimHost } from '../../../src/sim/hosts/contract.ts';
import { startHost } from '../../../src/sim/hosts/host.ts';
import { connectShell, type ShellInput, type ShellResult, type ShellSession, type ShellTarget } from '../../../src/transports/shell.ts';

const open: { close(): Promise<void> | void }[] = [];

afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

/** A host that is closed after the test. */
export async function aHost(options: HostOptions = {}): Promise<SimHost> {
  const host = await startHost(options);
  open.push(host);
  return host;
}

export function targetOf(host: SimHost, more: Partial<ShellTarget> = {}): ShellTarget {
  const { name, host: at, port, user, privateKey, fingerprint } = host.address();
  return {
    name,
    host: at,
    port,
    user,
    login: { kind: 'key', privateKey: new Secret(privateKey), passphrase: null },
    hostKey: { mode: 'pinned', fingerprint },
    ...more,
  };
}

export const runTag = 'replops/r-4k9zq0tm2x/17';

export const aCall = (more: { signal?: AbortSignal; timeoutMs?: number; tag?: string } = {}) => ({
  signal: new AbortController().signal,
  timeoutMs: 30_000,
  tag: runTag,
  ...more,
});

/** A session that is closed after the test. */
export async function aShell(host: SimHost, more: Parameters<typeof aCall>[0] = {}): Promise<ShellSession> {
  const session = await connectShell(targetOf(host), aCall(more));
  open.push(session);
  return session;
}

/** Sends one command as a change. */
export async function sendTo(host: SimHost, command: string, input: ShellInput = {}): Promise<ShellResult> {
  return (await aShell(host)).change(command, input);
}
