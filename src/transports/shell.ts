import { Client, type ClientChannel } from 'ssh2';
import { isFault } from '../domain/faults.ts';
import { Secret } from '../domain/secret.ts';
import { execRefused, type ShellFailure, type ShellPhase, shellAborted, shellFaultOf, tooMuch } from './shell-faults.ts';
import { askToEnd, watch } from './shell-line.ts';
import { answersTo, configOf, isPinned, type KeepAlive, secretsOf, usualKeepAlive } from './shell-login.ts';
import { collectOutput } from './shell-output.ts';
import { quoteWord } from './shell-quoting.ts';

export type ShellLogin =
  | { readonly kind: 'key'; readonly privateKey: Secret; readonly passphrase: Secret | null }
  | { readonly kind: 'password'; readonly password: Secret }
  /** An SSH agent on this machine holds the key; `socket` is the absolute path at which it listens. */
  | { readonly kind: 'agent'; readonly socket: string };

/** `fingerprint`: `SHA256:` and the unpadded base64 of the host's public key, as `ssh-keygen -lf` prints it. */
export type HostKey = { readonly mode: 'pinned'; readonly fingerprint: string } | { readonly mode: 'unchecked' };

/** One host and who logs in there. */
export interface ShellTarget {
  /** The host's name in the config; it is what faults call it. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly login: ShellLogin;
  readonly hostKey: HostKey;
}

export interface ShellCall {
  readonly signal: AbortSignal;
  /** From opening to the last answer: a session that is not closed by then is cut off, ms. A host has 10 s of it to let us in. */
  readonly timeoutMs: number;
  /** `REPLOPS_TAG` of every process of the session, so that what is left running can be found by it. */
  readonly tag: string;
}

export interface ShellInput {
  /** Given to the command on its standard input. A secret goes this way and no other: arguments can be read by every user of a host. */
  readonly stdin?: Secret | string;
  /** Follows the input, so that a command can tell that it has come whole: of a connection that breaks, a host sees an input that ends. */
  readonly ending?: string;
}

/** All that is given to a command. */
export const inputText = ({ stdin = '', ending = '' }: ShellInput): string =>
  `${stdin instanceof Secret ? stdin.reveal() : stdin}${ending}`;

export interface ShellResult {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  /** e.g. `KILL`; null when it ended by itself. */
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Only the end of an output is here, since it was too long. */
  readonly truncated: boolean;
}

/** One connection, one command at a time. Nothing is ever sent twice. A command that fails is an answer, not a Fault. */
export interface ShellSession {
  /** Sends a command that changes nothing. Throws a Fault. */
  read(command: string, input?: ShellInput): Promise<ShellResult>;
  /** Sends a command that changes something. Throws a Fault that says what is known of the effect. */
  change(command: string, input?: ShellInput): Promise<ShellResult>;
  /** Cuts the connection. A command that is under way is told to end, which the host may ignore. Never throws; may be called twice. */
  close(): void;
}

export type ShellConnect = (target: ShellTarget, call: ShellCall) => Promise<ShellSession>;

/** Longest output that is kept, bytes. */
const maxBytes = 1_048_576;

/** Opens a session on a host. Throws a Fault `connect-failed`, `login-refused`, `certificate-untrusted`, `deadline-passed` or `aborted`. */
export const shellConnect =
  (keepAlive: KeepAlive): ShellConnect =>
  async (target, call) => {
    if (call.signal.aborted) throw shellAborted(target.name);
    const connection = openConnection(target, call, keepAlive);
    try {
      await connection.run('connect', connection.login);
    } catch (cause) {
      connection.close();
      throw cause;
    }
    return {
      read: (command, input) => connection.run('read', () => connection.exec('read', command, input)),
      change: (command, input) => connection.run('effect', () => connection.exec('effect', command, input)),
      close: connection.close,
    };
  };

/** As any bot connects: a host from which nothing comes back for 30 s is given up. */
export const connectShell: ShellConnect = shellConnect(usualKeepAlive);

/**
 * What is sent for a command: `sh` runs it, whatever the user's login shell is, and the tag is in the environment of every process that
 * comes of it, so that a later owner can find and end them. An SSH `env` request would be dropped by most hosts.
 */
export const taggedCommand = (tag: string, command: string): string =>
  `env LC_ALL=C REPLOPS_TAG=${quoteWord(tag)} sh -c ${quoteWord(command)}`;

/** Sends on one connection, and says what a failure means for the effect. */
function openConnection(target: ShellTarget, call: ShellCall, keepAlive: KeepAlive) {
  const { signal, tag } = call;
  const config = configOf(target, keepAlive);
  const client = new Client();
  const line = watch(client, call);
  const seen: { strangeKey: ShellFailure['strangeKey'] } = { strangeKey: null };
  const secrets = secretsOf(target.login);
  const faultAt = (phase: ShellPhase, cause: unknown) => {
    const { ended, accepted, waitedMs: timeoutMs } = line.state;
    return shellFaultOf({ phase, name: target.name, secrets, ended, accepted, strangeKey: seen.strangeKey, timeoutMs, cause });
  };
  let busy = false;

  const run = async <T>(phase: ShellPhase, send: () => Promise<T>): Promise<T> => {
    if (busy) throw new TypeError('a session sends one command at a time');
    // Nothing may come between this look at the signal and the sending: both are synchronous.
    if (signal.aborted) throw shellAborted(target.name);
    // The connection was gone before this command, so nothing of it has left.
    if (line.state.gone) throw faultAt('connect', line.state.cause);
    busy = true;
    const cut = new Promise<never>((_, reject) => {
      line.onGone(() => reject(faultAt(phase, line.state.cause)));
    });
    try {
      return await Promise.race([send().catch((cause: unknown) => Promise.reject(told(cause) ? cause : faultAt(phase, cause))), cut]);
    } finally {
      busy = false;
      line.onGone(null);
    }
  };

  const login = () =>
    new Promise<void>((resolve) => {
      client.once('ready', () => resolve());
      client.on('keyboard-interactive', (_name, _instructions, _language, prompts, finish) => finish(answersTo(prompts, target.login)));
      client.connect({ ...config, hostVerifier: (key: Buffer) => isPinned(target.hostKey, key, seen) });
    });

  const exec = async (phase: ShellPhase, command: string, input: ShellInput = {}): Promise<ShellResult> => {
    const hidden = input.stdin instanceof Secret ? [...secrets, input.stdin] : secrets;
    const output = await converse(client, taggedCommand(tag, command), target.name, (channel) => {
      line.onCut(() => askToEnd(client, channel));
      // A stream that broke tells so by closing; without a listener it would end the process.
      channel.on('error', () => undefined);
      channel.end(inputText(input));
      return collectOutput(channel, { maxBytes, hidden, whole: phase === 'read', giveUp: () => askToEnd(client, channel) });
    });
    line.onCut(null);
    if (output.kind === 'too-much') throw tooMuch(target.name, maxBytes, 'not-applied');
    // A channel that closes without saying how the command ended is a connection that breaks.
    if (output.kind === 'no-end') throw faultAt(phase, null);
    return output.result;
  };
  return { run, login, exec, close: line.close };
}

/** A bug of ours is no trouble of the host's. */
const told = (cause: unknown): boolean => isFault(cause) || cause instanceof TypeError;

/**
 * Starts a command and talks with it. `talk` is called at once: the answer may be in the same packet as the leave to start. A refusal
 * comes as an error while the connection stays; that it is lost is told by `watch`, earlier.
 */
function converse<T>(client: Client, command: string, name: string, talk: (channel: ClientChannel) => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => {
      if (error === undefined) talk(channel).then(resolve, reject);
      else reject(execRefused(name));
    });
  });
}
