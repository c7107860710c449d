import type { Client, ClientChannel } from 'ssh2';
import { setAlarm } from '../domain/alarm.ts';
import type { ShellCall } from './shell.ts';

interface DriverInternals {
  readonly _sock?: { destroy(): void };
  readonly _protocol: { signal(channel: number, name: string): void };
}

/** ssh2 1.17 keeps its socket once it has said goodbye, and sends no signal to a command whose input has ended; SSH permits both. */
const internals = (client: Client) => client as unknown as DriverInternals;

/** A host may ignore it (OpenSSH knows it from 7.9 on); what goes on then is found by its tag. */
export function askToEnd(client: Client, channel: ClientChannel): void {
  const { outgoing } = channel as unknown as { readonly outgoing: { readonly id: number; readonly state: string } };
  if (outgoing.state === 'open' || outgoing.state === 'eof') internals(client)._protocol.signal(outgoing.id, 'TERM');
}

interface Line {
  ended: 'deadline' | 'aborted' | null;
  /** How long it was waited for when its deadline ended it, ms. */
  waitedMs: number;
  gone: boolean;
  cause: unknown;
  accepted: boolean;
}

/** Longest time until a host has let us in, ms. A command may be slow; a host that is there is not. */
const loginMs = 10_000;

/** Ends a connection at its deadline or on its caller's signal, whichever comes first, and remembers which it was. */
export function watch(client: Client, { signal, timeoutMs }: ShellCall) {
  const state: Line = { ended: null, waitedMs: timeoutMs, gone: false, cause: null, accepted: false };
  let tell: (() => void) | null = null;
  let beforeCut: (() => void) | null = null;

  const close = () => {
    callOff();
    callOffLogin();
    signal.removeEventListener('abort', onAbort);
    if (!state.gone) beforeCut?.();
    state.gone = true;
    // A polite goodbye could wait for a host that is gone, so the socket is destroyed after what was written has left.
    const socket = internals(client)._sock;
    client.end();
    socket?.destroy();
    tell?.();
  };
  const end = (why: 'deadline' | 'aborted') => {
    state.ended ??= why;
    close();
  };
  const onAbort = () => end('aborted');
  const callOff = setAlarm(timeoutMs, () => end('deadline'));
  const callOffLogin = setAlarm(loginMs, () => {
    state.waitedMs = Math.min(loginMs, timeoutMs);
    end('deadline');
  });
  client.once('ready', callOffLogin);
  signal.addEventListener('abort', onAbort, { once: true });
  client.on('error', (cause: unknown) => {
    state.cause ??= cause;
    state.gone = true;
    tell?.();
  });
  client.on('connect', () => {
    state.accepted = true;
    // Small packets go back and forth; waiting for more to send with them costs 40 ms each time.
    client.setNoDelay(true);
  });
  client.on('close', () => {
    state.gone = true;
    tell?.();
  });
  return {
    state,
    close,
    onGone: (listener: (() => void) | null) => {
      tell = listener;
    },
    onCut: (listener: (() => void) | null) => {
      beforeCut = listener;
    },
  };
}
