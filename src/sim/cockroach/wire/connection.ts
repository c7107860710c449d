import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';
import { SqlError } from '../sql-error.ts';
import { type Backend, type BackendSession, type ClientLine, ConnectionCut } from './backend.ts';
import { authenticationOk, backendKeyData, errorResponse, parameterStatus, readyForQuery } from './backend-messages.ts';
import { createFraming, type Opening, type Packet } from './frontend-messages.ts';
import { login } from './login.ts';
import { createQueryRunner } from './queries.ts';

export interface Connection {
  /** Cuts it. */
  reset(): void;
}

/** The client has gone: whatever waits for its next packet ends. */
class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

/** Packets of one client, to be awaited one by one. */
interface Inbox {
  attach(socket: Socket): void;
  opening(): Promise<Opening>;
  packet(): Promise<Packet>;
  close(): void;
}

function createInbox(): Inbox {
  const framing = createFraming();
  let wake: (() => void) | null = null;
  let closed = false;
  const ring = (): void => {
    wake?.();
    wake = null;
  };
  const take = async <T>(read: () => T | null): Promise<T> => {
    for (;;) {
      const found = read();
      if (found !== null) return found;
      if (closed) throw new ClientGone('the client has closed its connection');
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return {
    attach: (socket) => {
      socket.on('data', (bytes: Buffer) => {
        framing.push(bytes);
        ring();
      });
    },
    opening: () => take(framing.opening),
    packet: () => take(framing.packet),
    close: () => {
      closed = true;
      ring();
    },
  };
}

const toSqlError = (cause: unknown): SqlError =>
  cause instanceof SqlError ? cause : new SqlError('XX000', `internal error: ${cause instanceof Error ? cause.message : String(cause)}`);

const fatal = ({ sqlState, message, detail, hint }: SqlError): SqlError =>
  new SqlError(sqlState, message, {
    severity: 'FATAL',
    ...(detail === undefined ? {} : { detail }),
    ...(hint === undefined ? {} : { hint }),
  });

/** What the client is told of a failed message; what ends the connection is thrown on. */
function asSqlError(cause: unknown): SqlError {
  const error = cause instanceof ConnectionCut ? null : toSqlError(cause);
  if (error === null || error.severity === 'FATAL') throw cause;
  return error;
}

/** Serves one client until it leaves or is sent away. */
export function serveConnection(raw: Socket, backend: Backend, secure: SecureContext | null): Connection {
  let socket: Socket = raw;
  const inbox = createInbox();
  let session: BackendSession | null = null;
  const send = (bytes: Buffer): void => {
    if (!socket.destroyed) socket.write(bytes);
  };
  const end = (): void => {
    inbox.close();
    session?.gone();
  };
  const reset = (): void => {
    if (!raw.destroyed) raw.resetAndDestroy();
  };
  const line: ClientLine = {
    address: `${raw.remoteAddress ?? '127.0.0.1'}:${raw.remotePort ?? 0}`,
    reset,
    dismiss: (sqlState, message) => {
      send(errorResponse(new SqlError(sqlState, message, { severity: 'FATAL' })));
      socket.end();
    },
  };

  const startTls = (context: SecureContext): void => {
    raw.removeAllListeners('data');
    raw.write('S');
    socket = new TLSSocket(raw, { isServer: true, secureContext: context });
    socket.on('error', () => undefined);
    inbox.attach(socket);
  };

  const open = async (): Promise<Opening & { kind: 'startup' | 'cancel' }> => {
    for (;;) {
      const opening = await inbox.opening();
      if (opening.kind !== 'tls') return opening;
      if (secure === null) raw.write('N');
      else startTls(secure);
    }
  };

  const serve = async (): Promise<void> => {
    const opening = await open();
    if (opening.kind === 'cancel') {
      backend.cancel(opening.pid, opening.secret);
      return void socket.end();
    }
    if (secure !== null && socket === raw)
      throw new SqlError('08004', 'node is running secure mode, SSL connection required', { severity: 'FATAL' });
    const admission = await backend.admit(opening.settings);
    await login(backend.auth, { send, receive: inbox.packet }, admission);
    session = admission.open(line);
    send(authenticationOk());
    for (const [name, value] of session.parameters) send(parameterStatus(name, value));
    send(backendKeyData(session.pid, session.secret));
    send(readyForQuery('I'));
    await serveQueries(session, inbox, send);
    socket.end();
  };

  raw.setNoDelay(true);
  raw.on('error', () => undefined);
  raw.on('close', end);
  inbox.attach(raw);
  serve().catch((cause: unknown) => {
    if (cause instanceof ClientGone) return;
    if (cause instanceof ConnectionCut) return reset();
    // Whatever ends the connection is fatal, however it was worded.
    send(errorResponse(fatal(toSqlError(cause))));
    socket.end();
  });
  return { reset };
}

async function serveQueries(session: BackendSession, inbox: Inbox, send: (bytes: Buffer) => void): Promise<void> {
  const queries = createQueryRunner(session, send);
  // After an error in the extended protocol everything is skipped until the client synchronizes.
  let skipping = false;
  for (;;) {
    const packet = await inbox.packet();
    if (packet.type === 'X') return;
    if (skipping && packet.type !== 'S') continue;
    skipping = false;
    const failure = await queries.run(packet).then(() => null, asSqlError);
    if (failure === null) continue;
    send(errorResponse(failure));
    if (packet.type === 'Q') send(readyForQuery(session.transactionStatus()));
    else skipping = true;
  }
}
