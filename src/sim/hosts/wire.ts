import ssh2, { type AuthContext, type Connection, type ServerChannel } from 'ssh2';
import { type LoopbackPort, openLoopbackPort } from '../loopback-port.ts';

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

/** A port on which an SSH server answers. */
export interface HostWire extends LoopbackPort {
  useKey(privateKey: string): void;
}

/** Listens on 127.0.0.1; port 0 takes any that is free. */
export async function startHostWire(backend: HostBackend, port: number, hostKey: string): Promise<HostWire> {
  let key = hostKey;
  const opened = await openLoopbackPort(port, (socket) => {
    socket.setNoDelay(true);
    // One for each socket: several shake hands at once, and none may be taken for another. Of what clients offer, it takes the exchange
    // that costs least: worlds are connected to thousands of times.
    const ssh = new ssh2.Server({ hostKeys: [key], algorithms: { kex: ['ecdh-sha2-nistp256'] } });
    ssh.on('connection', (connection) => serve(connection, backend, () => socket.resetAndDestroy()));
    ssh.injectSocket(socket);
  });
  return {
    ...opened,
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
