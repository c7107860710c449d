import { Client, type ClientConfig } from 'pg';
import { setAlarm } from '../domain/alarm.ts';
import type { Secret } from '../domain/secret.ts';
import { abortedBeforeSend, faultOf, type SqlPhase } from './sql-faults.ts';

/** `verify`: the server's certificate and name are checked against `ca`, or against Node's own list when there is none. */
export type SqlTls =
  | { readonly kind: 'verify'; readonly ca: string | null; readonly cert: string | null; readonly key: Secret | null }
  | { readonly kind: 'disabled' };

/** One virtual cluster of one CockroachDB cluster, and who logs in there. */
export interface SqlTarget {
  /** The cluster's name in the config; it is what faults call it. */
  readonly cluster: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Null when a client certificate is used. */
  readonly password: Secret | null;
  readonly tls: SqlTls;
  readonly virtualCluster: string;
}

export interface SqlCall {
  readonly signal: AbortSignal;
  /** From opening to the last answer: a session that is not closed by then is cut off, ms. */
  readonly timeoutMs: number;
  /** `application_name` of the session, so that it can be found and cancelled by its tag. */
  readonly tag: string;
}

/** Every value as the server wrote it, so that no microsecond and no digit of a job id is lost. */
export type SqlRow = Readonly<Record<string, string | null>>;

/** One connection, one statement at a time, autocommit. Nothing is ever sent twice. */
export interface SqlSession {
  /** Sends a statement that changes nothing. Throws a Fault. */
  read(statement: string): Promise<readonly SqlRow[]>;
  /** Sends a statement that changes something. Throws a Fault that says what is known of the effect. */
  change(statement: string): Promise<readonly SqlRow[]>;
  /** Cuts the connection. Never throws; may be called twice. */
  close(): void;
}

export type SqlConnect = (target: SqlTarget, call: SqlCall) => Promise<SqlSession>;

/** Opens a session on a virtual cluster. Throws a Fault `connect-failed`, `login-refused`, `certificate-untrusted`, `deadline-passed` or `aborted`. */
export const connectSql: SqlConnect = async (target, call) => {
  if (call.signal.aborted) throw abortedBeforeSend(target.cluster);
  const connection = openConnection(target, call);
  try {
    await connection.run('connect', () => connection.client.connect());
  } catch (cause) {
    connection.close();
    throw cause;
  }
  return {
    read: (statement) => connection.run('read', () => sendAlone(connection.client, statement)),
    change: (statement) => connection.run('effect', () => sendAlone(connection.client, statement)),
    close: connection.close,
  };
};

async function sendAlone(client: Client, statement: string): Promise<readonly SqlRow[]> {
  const answer: { readonly rows: readonly SqlRow[] } = await client.query<Record<string, string | null>>(statement);
  return answer.rows;
}

/** Sends on one connection, and says what a failure means for the effect. */
function openConnection(target: SqlTarget, call: SqlCall) {
  const { signal, timeoutMs, tag } = call;
  const client = new Client(configOf(target, tag));
  const watched = watch(client, call);
  const secrets = [target.password, target.tls.kind === 'verify' ? target.tls.key : null];
  const faultAt = (phase: SqlPhase, cause: unknown) => {
    const { ended, accepted } = watched.state;
    return faultOf({ phase, cluster: target.cluster, secrets, ended, accepted, timeoutMs, cause });
  };
  let busy = false;

  const run = async <T>(phase: SqlPhase, send: () => Promise<T>): Promise<T> => {
    if (busy) throw new TypeError('a session sends one statement at a time');
    // Nothing may come between this look at the signal and the sending: both are synchronous.
    if (signal.aborted) throw abortedBeforeSend(target.cluster);
    // The connection was gone before this statement, so nothing of it has left.
    if (watched.state.gone) throw faultAt('connect', watched.state.cause);
    busy = true;
    const cut = new Promise<never>((_, reject) => {
      watched.onGone(() => reject(faultAt(phase, null)));
    });
    try {
      return await Promise.race([send().catch((cause: unknown) => Promise.reject(faultAt(phase, cause))), cut]);
    } finally {
      busy = false;
      watched.onGone(null);
    }
  };
  return { client, run, close: watched.close };
}

/** Ends a connection at its deadline or on its caller's signal, whichever comes first, and remembers which it was. */
function watch(client: Client, { signal, timeoutMs }: SqlCall) {
  const state: { ended: 'deadline' | 'aborted' | null; gone: boolean; cause: unknown; accepted: boolean } = {
    ended: null,
    gone: false,
    cause: null,
    accepted: false,
  };
  let tell: (() => void) | null = null;

  const close = () => {
    state.gone = true;
    callOff();
    signal.removeEventListener('abort', onAbort);
    cutOff(client);
    tell?.();
  };
  const end = (why: 'deadline' | 'aborted') => {
    state.ended ??= why;
    close();
  };
  const onAbort = () => end('aborted');
  const callOff = setAlarm(timeoutMs, () => end('deadline'));
  signal.addEventListener('abort', onAbort, { once: true });
  // Without a listener an idle connection that breaks would end the process.
  client.on('error', (cause: unknown) => {
    state.gone = true;
    state.cause ??= cause;
  });
  internals(client).connection.once('connect', () => {
    state.accepted = true;
  });
  const onGone = (listener: (() => void) | null) => {
    tell = listener;
  };
  return { state, close, onGone };
}

/**
 * A polite goodbye could wait for a server that is gone, so the socket is destroyed after what was written has left. The server
 * sees the connection break and ends the session.
 */
function cutOff(client: Client): void {
  client.end().catch(() => undefined);
  internals(client).connection.stream.destroy();
}

interface DriverInternals {
  readonly connection: { once(event: 'connect', listener: () => void): void; readonly stream: { destroy(): void } };
}

/** pg 8 has no public way to drop a connection at once, nor to tell a server that is gone from one that accepts and stays silent. */
const internals = (client: Client) => client as unknown as DriverInternals;

/**
 * Whatever a team has set for the bot's user (ALTER ROLE … SET): what is dropped was approved, a change is no read, and the end of a
 * call is for its caller to say, since a service that starts and a comparison take as long as they take.
 */
const ownDefaults = ['-csql_safe_updates=off', '-cdefault_transaction_read_only=off', '-cstatement_timeout=0'];

/** Everything is given, so that no `PG…` variable of the environment and no `.pgpass` file can have a say. */
function configOf(target: SqlTarget, tag: string): ClientConfig {
  return {
    host: target.host,
    port: target.port,
    user: target.user,
    // A function, so that the driver neither keeps the password in a field that prints nor looks for one elsewhere.
    password: () => target.password?.reveal() ?? '',
    database: 'defaultdb',
    options: [`-ccluster=${target.virtualCluster}`, ...ownDefaults].join(' '),
    application_name: tag,
    ssl: target.tls.kind === 'disabled' ? false : tlsOf(target.tls),
    types: { getTypeParser: () => (text: string) => text },
    keepAlive: true,
  };
}

function tlsOf(tls: Extract<SqlTls, { kind: 'verify' }>) {
  return {
    rejectUnauthorized: true,
    ...(tls.ca === null ? {} : { ca: tls.ca }),
    ...(tls.cert === null ? {} : { cert: tls.cert }),
    ...(tls.key === null ? {} : { key: tls.key.reveal() }),
  };
}
