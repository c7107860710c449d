import { createHash } from 'node:crypto';
import ssh2, { type ConnectConfig, type Prompt } from 'ssh2';
import type { Secret } from '../domain/secret.ts';
import type { HostKey, ShellLogin, ShellTarget } from './shell.ts';
import { keyUnusable, type ShellFailure } from './shell-faults.ts';

const fingerprintOf = (key: Buffer): string => `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;

export function isPinned(pin: HostKey, key: Buffer, seen: { strangeKey: ShellFailure['strangeKey'] }): boolean {
  if (pin.mode === 'unchecked') return true;
  const fingerprint = fingerprintOf(key);
  if (fingerprint === pin.fingerprint) return true;
  seen.strangeKey = { seen: fingerprint, pinned: pin.fingerprint };
  return false;
}

/** Many hosts ask for the password as a question. Anything but one hidden answer is a second factor, which a bot has not. */
export const answersTo = (prompts: readonly Prompt[], login: ShellLogin): string[] =>
  login.kind === 'password' && prompts.length === 1 && prompts[0]?.echo !== true ? [login.password.reveal()] : [];

export function secretsOf(login: ShellLogin): readonly Secret[] {
  if (login.kind === 'agent') return [];
  return login.kind === 'password' ? [login.password] : [login.privateKey, ...(login.passphrase === null ? [] : [login.passphrase])];
}

/** How it is made sure that a host is still there while nothing comes from it. */
export interface KeepAlive {
  /** Between two questions that any SSH server answers, whatever its commands do, ms. */
  readonly everyMs: number;
  /** So many in a row may stay without an answer; at the next one the connection is given up. */
  readonly unanswered: number;
}

export const usualKeepAlive: KeepAlive = { everyMs: 10_000, unanswered: 3 };

/** Everything is given, so that no other agent and no file of the bot's own user can have a say. Throws a Fault when the key can't be used. */
export function configOf(target: ShellTarget, { everyMs, unanswered }: KeepAlive): ConnectConfig {
  const { host, port, user: username, login } = target;
  // Our own deadline counts; a connection on which nothing comes back is given up earlier.
  const common: ConnectConfig = { host, port, username, readyTimeout: 0, keepaliveInterval: everyMs, keepaliveCountMax: unanswered };
  if (login.kind === 'password') {
    return { ...common, password: login.password.reveal(), tryKeyboard: true, authHandler: ['password', 'keyboard-interactive'] };
  }
  if (login.kind === 'agent') return { ...common, agent: login.socket, authHandler: ['agent'] };
  const key = ssh2.utils.parseKey(login.privateKey.reveal(), login.passphrase?.reveal());
  if (key instanceof Error || !(Array.isArray(key) ? key[0] : key)?.isPrivateKey()) throw keyUnusable(target.name);
  return {
    ...common,
    privateKey: login.privateKey.reveal(),
    ...(login.passphrase === null ? {} : { passphrase: login.passphrase.reveal() }),
    authHandler: ['publickey'],
  };
}
