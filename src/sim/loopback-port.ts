import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';

/** One listening port on loopback, which can be taken away and given back. */
export interface LoopbackPort {
  readonly port: number;
  /** Stops listening and cuts every connection. */
  stop(): Promise<void>;
  /** Listens on the same port again. */
  start(): Promise<void>;
  /** While on, connections are accepted and never answered; those that are open go quiet. */
  silence(on: boolean): void;
}

const listen = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const refused = (cause: Error): void => {
      server.removeListener('listening', open);
      reject(cause);
    };
    const open = (): void => {
      server.removeListener('error', refused);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    };
    server.once('error', refused);
    server.once('listening', open);
    server.listen(port, '127.0.0.1');
  });

/**
 * The first port, and the one after the last, of those from which worlds take theirs. They lie below those that Linux gives to outgoing
 * connections (`ip_local_port_range`, from 32768 on unless changed): while a server is down, a client that tries it again and again would
 * at last be given that very port, be connected to itself, and hold it.
 */
const firstPort = 15_000;
const lastPort = 32_000;

/** Processes begin far from each other, and take a port again as late as can be: one whose server is down may be wanted back. */
let taken = process.pid * 97;
const nextPort = (): number => firstPort + (taken++ % (lastPort - firstPort));

/** How often, and how long after each time, a port that something else holds is asked for anew, ms. */
const turns = 400;
const turnMs = 50;

const isTaken = (cause: unknown): boolean => cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';

async function listenOnAny(server: Server): Promise<number> {
  for (let turn = 1; ; turn++) {
    try {
      return await listen(server, nextPort());
    } catch (cause) {
      if (turn === turns || !isTaken(cause)) throw cause;
    }
  }
}

async function listenAgain(server: Server, port: number): Promise<void> {
  for (let turn = 1; !server.listening; turn++) {
    try {
      await listen(server, port);
    } catch (cause) {
      if (turn === turns || !isTaken(cause)) throw cause;
      await setTimeout(turnMs);
    }
  }
}

/** Listens on 127.0.0.1 and hands every connection to `serve`; port 0 takes one that is free. */
export async function openLoopbackPort(port: number, serve: (socket: Socket) => void): Promise<LoopbackPort> {
  const sockets = new Set<Socket>();
  let silent = false;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    if (silent) socket.resume();
    else serve(socket);
  });
  const chosen = port === 0 ? await listenOnAny(server) : await listen(server, port);
  const cutAll = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    port: chosen,
    stop: async () => {
      if (!server.listening) return cutAll();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      cutAll();
      await closed;
    },
    start: async () => {
      if (!server.listening) await listenAgain(server, chosen);
    },
    silence: (on) => {
      silent = on;
      for (const socket of sockets) {
        if (on) socket.pause();
        else socket.resume();
      }
    },
  };
}
