import { createServer, type Server as NetServer, type Socket } from 'node:net';
import ssh2, { type AuthContext, type Connection, type ServerChannel } from 'ssh2';

/** A user that may log in, with the public half of its key. */
export interface WireUser {
  readonly name: string;
  readonly password: string;
  readonly publicKey: string;
}

/** A command that came over the wire. */
export interface Exec {
  readonly user: string;
  readonly command: string;
  readonly channel: ServerChannel;
  /** Cuts the whole connection without a word. */
  cut(): void;
  onSignal(listener: (signal: string) => void): void;
}

export interface HostBackend {
  readonly users: readonly WireUser[];
  readonly passwordsAsQuestions: boolean;
  /** Whether the host starts the command at all. */
  admits(command: string): boolean;
  exec(exec: Exec): void;
}

/** One listening port on loopback, which can be taken away and given back. */
export interface HostWire {
  readonly port: number;
  stop(): Promise<void>;
  start(): Promise<void>;
  silence(on: boolean): void;
  useKey(privateKey: string): void;
}

const listen = (server: NetServer, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.removeListener('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });

/** Listens on 127.0.0.1; port 0 takes any that is free. */
export async function startHostWire(backend: HostBackend, port: number, hostKey: string): Promise<HostWire> {
  const sockets = new Set<Socket>();
  let silent = false;
  let key = hostKey;
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    if (silent) socket.resume();
    else {
      // One for each socket: several shake hands at once, and none may be taken for another.
      const ssh = new ssh2.Server({ hostKeys: [key] });
      ssh.on('connection', (connection) => serve(connection, backend, () => socket.resetAndDestroy()));
      ssh.injectSocket(socket);
    }
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
    useKey: (privateKey) => {
      key = privateKey;
    },
  };
}

function serve(connection: Connection, backend: HostBackend, cut: () => void): void {
  let user = '';
  const listeners = new Map<number, (signal: string) => void>();
  hearSignals(connection, (channel, signal) => listeners.get(channel)?.(signal));
  connection.on('error', () => undefined);
  connection.on('authentication', (context) => {
    user = context.username;
    authenticate(context, backend);
  });
  connection.on('session', (accept) => {
    const session = accept();
    session.on('exec', (acceptExec, reject, { command }) => {
      if (!backend.admits(command)) return reject();
      const channel = acceptExec();
      // A channel that broke closes; without a listener it would end the process.
      channel.on('error', () => undefined);
      const { id } = (channel as unknown as { readonly incoming: { readonly id: number } }).incoming;
      backend.exec({ user, command, channel, cut, onSignal: (listener) => void listeners.set(id, listener) });
    });
  });
}

interface ServerInternals {
  readonly _protocol: {
    readonly _handlers: { CHANNEL_REQUEST(protocol: unknown, channel: number, type: string, wantReply: boolean, data: unknown): void };
  };
}

/** The server of ssh2 1.17 drops a signal to a command that it has started, so it is heard before it gets there. */
function hearSignals(connection: Connection, tell: (channel: number, signal: string) => void): void {
  const handlers = (connection as unknown as ServerInternals)._protocol._handlers;
  const pass = handlers.CHANNEL_REQUEST;
  handlers.CHANNEL_REQUEST = (protocol, channel, type, wantReply, data) => {
    if (type === 'signal' && typeof data === 'string') tell(channel, data);
    pass(protocol, channel, type, wantReply, data);
  };
}

function authenticate(context: AuthContext, { users, passwordsAsQuestions }: HostBackend): void {
  const user = users.find(({ name }) => name === context.username);
  const decide = (isIn: boolean): void => {
    if (isIn) context.accept();
    else context.reject(['publickey', passwordsAsQuestions ? 'keyboard-interactive' : 'password']);
  };
  if (user !== undefined && context.method === 'keyboard-interactive' && passwordsAsQuestions) {
    context.prompt([{ prompt: 'Password: ', echo: false }], (answers) => decide(answers[0] === user.password));
    return;
  }
  const byKey = user !== undefined && context.method === 'publickey' && isSignedBy(context, user.publicKey);
  const byPassword = user !== undefined && context.method === 'password' && !passwordsAsQuestions && context.password === user.password;
  decide(byKey || byPassword);
}

function isSignedBy(context: Extract<AuthContext, { method: 'publickey' }>, publicKey: string): boolean {
  const known = ssh2.utils.parseKey(publicKey);
  if (known instanceof Error) throw new TypeError('the simulated host has an unusable key');
  if (!known.getPublicSSH().equals(context.key.data) || known.type !== context.key.algo) return false;
  // Without a signature the client only asks whether the key would do.
  if (context.signature === undefined || context.blob === undefined) return true;
  return known.verify(context.blob, context.signature, context.hashAlgo) === true;
}
