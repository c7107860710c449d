import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import neo4j, { type Config, type Driver, type Session } from 'neo4j-driver';
import { setAlarm } from '../domain/alarm.ts';
import type { Secret } from '../domain/secret.ts';
import { addressText, type BoltAddress, type BoltTls } from './bolt-address.ts';
import { abortedBeforeSend, type BoltPhase, boltFaultOf } from './bolt-faults.ts';
import { knock } from './bolt-knock.ts';
import { type BoltParameters, type BoltRow, plainValue } from './bolt-values.ts';

/** One database of one Neo4j cluster, and who logs in there. */
export interface BoltTarget {
  /** The cluster's name in the config; it is what faults call it. */
  readonly cluster: string;
  /** At least one. */
  readonly addresses: readonly BoltAddress[];
  /** `cluster`: routed (`neo4j://`) to the server that fits the access. `server`: the one that answers first (`bolt://`), no other. */
  readonly reach: 'cluster' | 'server';
  readonly database: string;
  /** `write` is led to the database's writer, whose word is newest; `read` may land on a copy that lags. */
  readonly access: 'read' | 'write';
  readonly user: string;
  readonly password: Secret;
  readonly tls: BoltTls;
}

export interface BoltCall {
  readonly signal: AbortSignal;
  /** From opening to the last answer: a session that is not closed by then is cut off, ms. */
  readonly timeoutMs: number;
  /** Goes with every statement as metadata of its transaction, so that it can be found and ended by its tag. */
  readonly tag: string;
}

/** What the server says beside its rows, e.g. that a server has not caught up (03N85, 01N80, 01N81, 01N82). */
export interface BoltNotice {
  readonly status: string;
  readonly description: string;
}

export interface BoltAnswer {
  readonly rows: readonly BoltRow[];
  readonly notices: readonly BoltNotice[];
  /** Address of the server that answered. */
  readonly server: string;
}

/** One session, one statement at a time, auto-commit. Nothing is ever sent twice. */
export interface BoltSession {
  /** What `dbms.components()` said at the door. */
  readonly components: readonly BoltRow[];
  /** Sends a statement that changes nothing. Throws a Fault. */
  read(statement: string, parameters?: BoltParameters): Promise<BoltAnswer>;
  /** Sends a statement that changes something. Throws a Fault that says what is known of the effect. */
  change(statement: string, parameters?: BoltParameters): Promise<BoltAnswer>;
  /** Cuts the connections. Never throws; may be called twice. */
  close(): void;
}

export type BoltConnect = (target: BoltTarget, call: BoltCall) => Promise<BoltSession>;

/** Proves before the first statement that a server was found and lets us in; it works on every database and every version. */
export const greetingStatement = 'CALL dbms.components() YIELD name, versions, edition';

/** Name in the metadata of our transactions. */
const app = 'replops';

/** Opens a session on a database. Throws a Fault `connect-failed`, `login-refused`, `certificate-untrusted`, `deadline-passed` or `aborted`. */
export const connectBolt: BoltConnect = async (target, call) => {
  if (call.signal.aborted) throw abortedBeforeSend(target.cluster);
  const conversation = openConversation(target, call);
  try {
    await conversation.open();
    const { rows } = await conversation.send('connect', greetingStatement, {});
    return {
      components: rows,
      read: (statement, parameters = {}) => conversation.send('read', statement, parameters),
      change: (statement, parameters = {}) => conversation.send('effect', statement, parameters),
      close: conversation.close,
    };
  } catch (cause) {
    conversation.close();
    throw cause;
  }
};

/** Sends within one session, and says what a failure means for the effect. */
function openConversation(target: BoltTarget, call: BoltCall) {
  const { cluster } = target;
  const knocking = knock(cluster, target.addresses, target.tls);
  const state: { ended: 'deadline' | 'aborted' | null; closed: boolean } = { ended: null, closed: false };
  let line: { readonly driver: Driver; readonly session: Session; hangUp(): void } | null = null;
  let cut: (() => void) | null = null;
  let busy = false;
  const until = performance.now() + call.timeoutMs;

  const faultAt = (phase: BoltPhase, cause: unknown) =>
    boltFaultOf({
      phase,
      cluster,
      secrets: [target.password],
      ended: state.ended,
      accepted: knocking.accepted(),
      timeoutMs: call.timeoutMs,
      cause,
    });
  const close = () => {
    if (state.closed) return;
    state.closed = true;
    callOff();
    call.signal.removeEventListener('abort', onAbort);
    knocking.stop();
    line?.hangUp();
    cut?.();
  };
  const end = (why: 'deadline' | 'aborted') => {
    state.ended ??= why;
    close();
  };
  const onAbort = () => end('aborted');
  const callOff = setAlarm(call.timeoutMs, () => end('deadline'));
  call.signal.addEventListener('abort', onAbort, { once: true });

  /** Whatever is under way ends at the latest when the conversation is cut. */
  const guarded = async <T>(phase: BoltPhase, work: () => Promise<T>): Promise<T> => {
    if (busy) throw new TypeError('a session sends one statement at a time');
    // Nothing waits between this look at the signal and the sending: a connection that is open is taken in the same turn.
    if (call.signal.aborted) throw abortedBeforeSend(cluster);
    // It was cut before this statement, so nothing of it has left.
    if (state.closed) throw faultAt('connect', null);
    busy = true;
    const wasCut = new Promise<never>((_, reject) => {
      cut = () => reject(faultAt(phase, null));
    });
    try {
      return await Promise.race([work(), wasCut]);
    } finally {
      busy = false;
      cut = null;
    }
  };

  const open = () =>
    guarded('connect', async () => {
      const first = await knocking.answered;
      if (state.closed) throw faultAt('connect', null);
      line = openLine(target, first, Math.max(1, until - performance.now()));
    });
  const send = (phase: BoltPhase, statement: string, parameters: BoltParameters): Promise<BoltAnswer> =>
    guarded(phase, () => {
      if (line === null) throw new TypeError('the session is not open');
      const timeout = neo4j.int(Math.max(1, Math.ceil(until - performance.now())));
      return sendAlone(line.session, statement, parameters, { timeout, metadata: { app, tag: call.tag } }).catch((cause: unknown) =>
        Promise.reject(faultAt(phase, cause)),
      );
    });
  return { open, send, close };
}

type TransactionSettings = NonNullable<Parameters<Session['run']>[2]>;

async function sendAlone(
  session: Session,
  statement: string,
  parameters: BoltParameters,
  settings: TransactionSettings,
): Promise<BoltAnswer> {
  const { records, summary } = await session.run(statement, parameters, settings);
  return {
    rows: records.map((record) => Object.fromEntries(record.keys.map((key) => [String(key), plainValue(record.get(key))]))),
    // The first status says only whether there were rows.
    notices: summary.gqlStatusObjects
      .filter(({ gqlStatus }) => !/^(00|02)/.test(gqlStatus))
      .map(({ gqlStatus, statusDescription }) => ({ status: gqlStatus, description: statusDescription })),
    server: summary.server.address ?? '',
  };
}

/** A driver of its own for each session, so that neither bookmarks nor routing tables nor broken connections are handed on. */
function openLine(target: BoltTarget, first: BoltAddress, leftMs: number) {
  const { reach, addresses, database, access } = target;
  const certificate = target.tls.kind === 'verify' && target.tls.ca !== null ? keepCertificate(target.tls.ca) : null;
  const scheme = reach === 'cluster' ? 'neo4j' : 'bolt';
  const others = addresses.map(addressText).filter((address) => address !== addressText(first));
  const driver = neo4j.driver(`${scheme}://${addressText(first)}`, neo4j.auth.basic(target.user, target.password.reveal()), {
    ...tlsOf(target.tls, certificate?.path ?? null),
    // Asked for the first address only; the others are taken in turn when it gives no routing table.
    ...(reach === 'cluster' ? { resolver: (address: string) => [address, ...others] } : {}),
    useBigInt: true,
    connectionTimeout: leftMs,
    connectionAcquisitionTimeout: leftMs,
    maxConnectionPoolSize: 10,
    maxTransactionRetryTime: 0,
    disableAutoCommitRetries: true,
    telemetryDisabled: true,
  });
  const session = driver.session({
    database,
    defaultAccessMode: access === 'write' ? neo4j.session.WRITE : neo4j.session.READ,
  });
  const hangUp = () => {
    destroySockets(driver);
    driver.close().catch(() => undefined);
    certificate?.remove();
  };
  return { driver, session, hangUp };
}

function tlsOf(tls: BoltTls, certificatePath: string | null): Pick<Config, 'encrypted' | 'trust' | 'trustedCertificates'> {
  if (tls.kind === 'disabled') return { encrypted: 'ENCRYPTION_OFF' };
  return certificatePath === null
    ? { encrypted: 'ENCRYPTION_ON', trust: 'TRUST_SYSTEM_CA_SIGNED_CERTIFICATES' }
    : { encrypted: 'ENCRYPTION_ON', trust: 'TRUST_CUSTOM_CA_SIGNED_CERTIFICATES', trustedCertificates: [certificatePath] };
}

/** The driver takes certificates as files only, and reads them whenever it opens a connection. A CA's certificate is public. */
function keepCertificate(text: string) {
  const folder = mkdtempSync(join(tmpdir(), 'replops-ca-'));
  const path = join(folder, 'ca.pem');
  writeFileSync(path, text, { mode: 0o600 });
  return { path, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

interface OpenConnections {
  readonly _connectionProvider?: {
    readonly _openConnections?: Readonly<Record<string, { readonly _ch?: { readonly _conn?: { destroy(): void } } }>>;
  } | null;
}

/**
 * A polite goodbye could wait for a server that is gone, so sockets are destroyed. neo4j-driver 6 has no public way to do it; the
 * cast reads members that are looked for one by one.
 */
function destroySockets(driver: Driver): void {
  const connections = (driver as unknown as OpenConnections)._connectionProvider?._openConnections ?? {};
  for (const connection of Object.values(connections)) connection._ch?._conn?.destroy();
}
