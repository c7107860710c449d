import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';
import { SqlError } from '../sql-error.ts';
import { type Backend, type BackendSession, type ClientLine, ConnectionCut } from './backend.ts';
import { authenticationOk, backendKeyData, errorResponse, parameterStatus, readyForQuery } from './backend-messages.ts';
import type { Opening } from './frontend-messages.ts';
import { ClientGone, createInbox, type Inbox } from './inbox.ts';
import { login } from './login.ts';
import { createQueryRunner } from './queries.ts';

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

/** One client: its socket, which TLS replaces, and what has been read of it. */
interface Client {
  readonly raw: Socket;
  readonly inbox: Inbox;
  socket: Socket;
  session: BackendSession | null;
}

function send(client: Client, bytes: Buffer): void {
  if (!client.socket.destroyed) client.socket.write(bytes);
}

function reset({ raw }: Client): void {
  if (!raw.destroyed) raw.resetAndDestroy();
}

function startTls(client: Client, secureContext: SecureContext): void {
  client.raw.removeAllListeners('data');
  client.raw.write('S');
  client.socket = new TLSSocket(client.raw, { isServer: true, secureContext });
  client.socket.on('error', () => undefined);
  client.inbox.attach(client.socket);
}

async function receiveOpening(client: Client, secure: SecureContext | null): Promise<Exclude<Opening, { kind: 'tls' }>> {
  for (;;) {
    const opening = await client.inbox.opening();
    if (opening.kind !== 'tls') return opening;
    if (secure === null) client.raw.write('N');
    else startTls(client, secure);
  }
}

const lineTo = (client: Client): ClientLine => ({
  address: `${client.raw.remoteAddress ?? '127.0.0.1'}:${client.raw.remotePort ?? 0}`,
  reset: () => reset(client),
  dismiss: (sqlState, message) => {
    send(client, errorResponse(new SqlError(sqlState, message, { severity: 'FATAL' })));
    client.socket.end();
  },
});

async function logIn(client: Client, backend: Backend, settings: ReadonlyMap<string, string>): Promise<BackendSession> {
  const admission = await backend.admit(settings);
  await login(backend.auth, { send: (bytes) => send(client, bytes), receive: client.inbox.packet }, admission);
  const session = admission.open(lineTo(client));
  client.session = session;
  send(client, authenticationOk());
  for (const [name, value] of session.parameters) send(client, parameterStatus(name, value));
  send(client, backendKeyData(session.pid, session.secret));
  send(client, readyForQuery('I'));
  return session;
}

async function serve(client: Client, backend: Backend, secure: SecureContext | null): Promise<void> {
  const opening = await receiveOpening(client, secure);
  if (opening.kind === 'cancel') backend.cancel(opening.pid, opening.secret);
  else if (secure !== null && client.socket === client.raw) {
    throw new SqlError('08004', 'node is running secure mode, SSL connection required', { severity: 'FATAL' });
  } else {
    const session = await logIn(client, backend, opening.settings);
    await serveQueries(session, client);
  }
  client.socket.end();
}

function endWith(client: Client, cause: unknown): void {
  if (cause instanceof ConnectionCut) reset(client);
  if (cause instanceof ConnectionCut || cause instanceof ClientGone) return;
  // Whatever ends the connection is fatal, however it was worded.
  send(client, errorResponse(fatal(toSqlError(cause))));
  client.socket.end();
}

/** Serves one client until it leaves or is sent away. */
export function serveConnection(raw: Socket, backend: Backend, secure: SecureContext | null): void {
  const client: Client = { raw, socket: raw, inbox: createInbox(), session: null };
  raw.setNoDelay(true);
  raw.on('error', () => undefined);
  raw.on('close', () => {
    client.inbox.close();
    client.session?.gone();
  });
  client.inbox.attach(raw);
  serve(client, backend, secure).catch((cause: unknown) => endWith(client, cause));
}

async function serveQueries(session: BackendSession, client: Client): Promise<void> {
  const queries = createQueryRunner(session, (bytes) => send(client, bytes));
  // After an error in the extended protocol everything is skipped until the client synchronizes.
  let skipping = false;
  for (;;) {
    const packet = await client.inbox.packet();
    if (packet.type === 'X') return;
    if (skipping && packet.type !== 'S') continue;
    skipping = false;
    const failure = await queries.run(packet).then(() => null, asSqlError);
    if (failure === null) continue;
    send(client, errorResponse(failure));
    if (packet.type === 'Q') send(client, readyForQuery(session.transactionStatus()));
    else skipping = true;
  }
}
