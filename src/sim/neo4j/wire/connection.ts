import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';
import { GraphError } from '../graph-error.ts';
import { type Backend, type BackendSession, ConnectionCut } from './backend.ts';
import { type Conversation, createConversation } from './conversation.ts';
import { agreeOnVersion } from './handshake.ts';
import { ClientGone, createInbox, framed, type Inbox } from './inbox.ts';
import { failure, ignored, requests } from './messages.ts';
import { MalformedMessage, type Structure, unpackStructure } from './packstream.ts';

const toGraphError = (cause: unknown): GraphError =>
  cause instanceof GraphError
    ? cause
    : new GraphError(
        'Neo.DatabaseError.General.UnknownError',
        '50N42',
        `internal error: ${cause instanceof Error ? cause.message : String(cause)}`,
      );

const endsConnection = (cause: unknown): boolean =>
  cause instanceof ConnectionCut || cause instanceof ClientGone || cause instanceof MalformedMessage;

/** One client: what has arrived of it in order, and how many RESETs of that are still ahead. */
interface Client {
  readonly socket: Socket;
  readonly inbox: Inbox;
  readonly queue: Structure[];
  resets: number;
  arrived: (() => void) | null;
  ended: unknown;
}

const send = ({ socket }: Client, bytes: Buffer): void => {
  if (!socket.destroyed) socket.write(bytes);
};

/** Reads ahead, because a RESET ends what is running before it. */
async function readAll(client: Client, session: BackendSession): Promise<void> {
  try {
    for (;;) {
      const message = unpackStructure(await client.inbox.message());
      if (message.signature === requests.reset) {
        client.resets += 1;
        session.interrupt(false);
      }
      client.queue.push(message);
      client.arrived?.();
    }
  } catch (cause) {
    client.ended = cause;
    client.arrived?.();
  }
}

async function nextOf(client: Client): Promise<Structure> {
  for (;;) {
    const message = client.queue.shift();
    if (message !== undefined) return message;
    if (client.ended !== null) throw client.ended;
    await new Promise<void>((resolve) => {
      client.arrived = resolve;
    });
  }
}

/** Answers one message. True: the connection is over. */
async function answerOne(client: Client, conversation: Conversation, message: Structure): Promise<boolean> {
  if (message.signature === requests.reset) {
    client.resets -= 1;
    if (client.resets === 0) conversation.reset();
    else send(client, framed(ignored()));
    return false;
  }
  if (conversation.hasFailed() || client.resets > 0) {
    send(client, framed(ignored()));
    return false;
  }
  try {
    await conversation.answer(message);
    return false;
  } catch (cause) {
    if (endsConnection(cause)) throw cause;
    const error = toGraphError(cause);
    conversation.fail();
    send(client, framed(failure(error)));
    return error.fatal;
  }
}

async function converse(client: Client, backend: Backend, session: BackendSession): Promise<void> {
  const minor = await agreeOnVersion(client.inbox, (bytes) => send(client, bytes), backend.handshake);
  if (minor === null) return;
  const conversation = createConversation(backend, session, (bytes) => send(client, framed(bytes)));
  void readAll(client, session);
  for (;;) {
    const message = await nextOf(client);
    if (message.signature === requests.goodbye) return;
    if (await answerOne(client, conversation, message)) return;
  }
}

/** Bolt has no STARTTLS: with TLS, everything is inside it from the first byte. */
function secured(raw: Socket, secureContext: SecureContext | null): Socket {
  if (secureContext === null) return raw;
  const socket = new TLSSocket(raw, { isServer: true, secureContext });
  socket.on('error', () => undefined);
  return socket;
}

/** Serves one client until it leaves or is sent away. */
export function serveConnection(raw: Socket, backend: Backend, secure: SecureContext | null): void {
  raw.setNoDelay(true);
  raw.on('error', () => undefined);
  const reset = (): void => {
    if (!raw.destroyed) raw.resetAndDestroy();
  };
  const client: Client = { socket: secured(raw, secure), inbox: createInbox(), queue: [], resets: 0, arrived: null, ended: null };
  const session = backend.open({ address: `${raw.remoteAddress ?? '127.0.0.1'}:${raw.remotePort ?? 0}`, reset });
  raw.on('close', () => {
    client.inbox.close();
    session.interrupt(true);
  });
  client.inbox.attach(client.socket);
  converse(client, backend, session).then(
    () => client.socket.end(),
    (cause: unknown) => (cause instanceof ClientGone ? client.socket.end() : reset()),
  );
}
