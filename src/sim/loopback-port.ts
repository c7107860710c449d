import { createServer, type Server, type Socket } from 'node:net';

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
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.removeListener('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });

/** Listens on 127.0.0.1 and hands every connection to `serve`; port 0 takes any that is free. */
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
  const chosen = await listen(server, port);
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
      if (!server.listening) await listen(server, chosen);
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
