import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';

/** What a scripted server does with a statement. */
export type Answer =
  | { readonly kind: 'rows'; readonly columns: readonly string[]; readonly rows: readonly (readonly (string | null)[])[] }
  | { readonly kind: 'error'; readonly sqlState: string; readonly message: string; readonly hint?: string }
  | { readonly kind: 'drop' }
  | { readonly kind: 'hang' };

/** How far a scripted server lets a client get. */
export type Welcome = 'in' | 'silent' | 'drop' | { readonly sqlState: string; readonly message: string };

export interface PgServer {
  readonly port: number;
  /** Startup parameters of every connection that got so far. */
  readonly startups: readonly Readonly<Record<string, string>>[];
  readonly statements: readonly string[];
  /** Connections that are open now. */
  open(): number;
  close(): Promise<void>;
}

const message = (type: string, body: Buffer): Buffer => {
  const head = Buffer.alloc(5);
  head.write(type, 0, 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
};
const text = (value: string): Buffer => Buffer.from(`${value}\u0000`, 'utf8');
const int16 = (value: number): Buffer => {
  const buffer = Buffer.alloc(2);
  buffer.writeInt16BE(value);
  return buffer;
};
const int32 = (value: number): Buffer => {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
};

const ready = message('Z', Buffer.from('I'));
const errorMessage = (severity: string, sqlState: string, words: string, hint?: string): Buffer =>
  message(
    'E',
    Buffer.concat([
      text(`S${severity}`),
      text(`V${severity}`),
      text(`C${sqlState}`),
      text(`M${words}`),
      ...(hint === undefined ? [] : [text(`H${hint}`)]),
      Buffer.from([0]),
    ]),
  );

function rowsMessage(columns: readonly string[], rows: readonly (readonly (string | null)[])[]): Buffer {
  const fields = columns.map((name) => Buffer.concat([text(name), int32(0), int16(0), int32(1184), int16(-1), int32(-1), int16(0)]));
  const cells = rows.map((row) =>
    message(
      'D',
      Buffer.concat([
        int16(row.length),
        ...row.flatMap((cell) => (cell === null ? [int32(-1)] : [int32(Buffer.byteLength(cell)), Buffer.from(cell)])),
      ]),
    ),
  );
  return Buffer.concat([message('T', Buffer.concat([int16(columns.length), ...fields])), ...cells, message('C', text('SHOW'))]);
}

/** A server that speaks just enough of the protocol to be scripted. The real thing's stand-in is the simulator; this is for broken wires. */
export async function startPgServer(welcome: Welcome, answer: (statement: string) => Answer): Promise<PgServer> {
  const sockets = new Set<Socket>();
  const startups: Record<string, string>[] = [];
  const statements: string[] = [];
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    let started = false;
    let buffer = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      buffer = Buffer.concat([buffer, chunk]);
      for (;;) {
        const offset = started ? 1 : 0;
        if (buffer.length < offset + 4) return;
        const length = buffer.readInt32BE(offset) + offset;
        if (buffer.length < length) return;
        const frame = buffer.subarray(0, length);
        buffer = buffer.subarray(length);
        if (!started) {
          started = onStartup(socket, frame);
        } else if (frame.toString('latin1', 0, 1) === 'Q') {
          onQuery(socket, frame.toString('utf8', 5, length - 1));
        }
      }
    });
  });

  const onStartup = (socket: Socket, frame: Buffer): boolean => {
    if (frame.readInt32BE(4) === 80_877_103) {
      socket.write('N');
      return false;
    }
    if (welcome === 'silent') return true;
    if (welcome === 'drop') {
      socket.destroy();
      return true;
    }
    const parts = frame.toString('utf8', 8).split('\u0000');
    startups.push(Object.fromEntries(parts.flatMap((key, i) => (i % 2 === 0 && key !== '' ? [[key, parts[i + 1] ?? '']] : []))));
    if (typeof welcome === 'object') socket.end(errorMessage('FATAL', welcome.sqlState, welcome.message));
    else socket.write(Buffer.concat([message('R', int32(0)), ready]));
    return true;
  };

  const onQuery = (socket: Socket, statement: string): void => {
    statements.push(statement);
    const reply = answer(statement);
    if (reply.kind === 'drop') socket.destroy();
    if (reply.kind === 'error') socket.write(Buffer.concat([errorMessage('ERROR', reply.sqlState, reply.message, reply.hint), ready]));
    if (reply.kind === 'rows') socket.write(Buffer.concat([rowsMessage(reply.columns, reply.rows), ready]));
  };

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    startups,
    statements,
    open: () => sockets.size,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
