import type { SimSide } from './contract.ts';
import { bookmarkOf, execute, type Job, noteSeen, seenOf } from './execute.ts';
import { parse } from './grammar/parse.ts';
import type { Parsed, Statement } from './grammar/statement.ts';
import {
  authLocked,
  bookmarkTimeout,
  GraphError,
  invalidBookmark,
  invalidRequest,
  passwordExpired,
  terminated,
  unauthorized,
} from './graph-error.ts';
import { catchUp, nowOf, type Realm } from './realm.ts';
import { routingTable } from './routing.ts';
import { type Session, stopStatement, type Transaction } from './sessions.ts';
import type { Cluster } from './state/model.ts';
import { coverage } from './statements/run.ts';
import type { Answer, Backend, BackendSession, Extras, Fields } from './wire/backend.ts';

/** Wrong passwords until a name is locked for a while. */
const mostTries = 3;

/** What one session is doing. */
interface Desk {
  readonly realm: Realm;
  readonly session: Session;
  readonly cluster: Cluster;
  /** Changes of an open transaction; they happen when it commits. */
  readonly deferred: Job[];
}

function logOn({ realm, session, cluster }: Desk, scheme: string, principal: string, credentials: string): void {
  const nowMs = nowOf(realm);
  const user = cluster.users.get(principal);
  if (user !== undefined && user.lockedUntilMs > nowMs) throw authLocked();
  if (scheme !== 'basic' || user === undefined || user.password !== credentials) {
    if (user !== undefined) {
      user.wrongTries += 1;
      if (user.wrongTries >= mostTries) {
        user.lockedUntilMs = nowMs + realm.state.pace.authLockMs;
        user.wrongTries = 0;
      }
    }
    throw unauthorized();
  }
  user.wrongTries = 0;
  session.user = principal;
}

/** Waits for what a bookmark promises; one of another cluster never comes. */
async function honour({ realm, cluster }: Desk, bookmarks: readonly string[]): Promise<void> {
  for (const bookmark of bookmarks) {
    const [, uuid, tx] = /^FB:([0-9a-f-]+):(\d+)$/.exec(bookmark) ?? [];
    if (uuid === undefined) throw invalidBookmark(`Supplied bookmark '${bookmark}' does not conform to pattern.`);
    if (uuid === cluster.uuid && Number(tx) <= cluster.systemTx) continue;
    await realm.time.sleep(realm.state.pace.bookmarkMs, realm.closing.signal);
    throw bookmarkTimeout('system');
  }
}

async function open(desk: Desk, extras: Extras): Promise<Transaction> {
  const { realm, session, cluster } = desk;
  if (session.user === null) throw unauthorized();
  if (cluster.users.get(session.user)?.expired === true) {
    throw passwordExpired('The credentials you provided were valid, but must be changed before you can use this instance.');
  }
  await honour(desk, extras.bookmarks);
  const database = (extras.database ?? cluster.settings.get('initial.dbms.default_database') ?? 'neo4j').toLowerCase();
  return { id: realm.sessions.transactionId(database), database, sinceMs: catchUp(realm), extras, terminated: false };
}

/** A statement that doesn't parse never runs; it is still seen. */
function parsed({ realm, session }: Desk, statement: string, parameters: Fields, transaction: Transaction): Parsed {
  try {
    return parse(statement);
  } catch (cause) {
    const code = cause instanceof GraphError ? cause.code : null;
    noteSeen(realm, { ...seenOf(realm, session, statement, parameters, transaction), outcome: 'refused', code });
    throw cause;
  }
}

const isChange = ({ kind }: Statement): boolean => coverage[kind] !== 'reads';

const postponed = ({ cluster }: Desk, { transaction }: Job): Answer => ({
  columns: [],
  rows: [],
  type: 's',
  notices: [],
  systemUpdates: 0,
  database: transaction.database,
  bookmark: bookmarkOf(cluster.uuid, cluster.systemTx),
});

/** Procedures that only read run at once in a transaction; what changes something runs at its end. */
function waitsForCommit({ statement }: Parsed): boolean {
  if (!isChange(statement)) return false;
  return statement.kind !== 'call' || statement.view.items === null;
}

async function run(desk: Desk, statement: string, parameters: Fields, extras: Extras | null): Promise<Answer> {
  const { realm, session } = desk;
  const transaction = extras === null ? session.transaction : await open(desk, extras);
  if (transaction === null) throw invalidRequest('there is no open transaction');
  if (transaction.terminated) throw terminated('The transaction has been terminated.');
  session.transaction = transaction;
  try {
    const job: Job = { session, transaction, parsed: parsed(desk, statement, parameters, transaction), parameters };
    if (extras !== null || !waitsForCommit(job.parsed)) return await execute(realm, job);
    desk.deferred.push(job);
    return postponed(desk, job);
  } finally {
    if (extras !== null) session.transaction = null;
  }
}

async function commit(desk: Desk): Promise<string> {
  const { realm, session, cluster, deferred } = desk;
  try {
    if (session.transaction?.terminated === true) throw terminated('The transaction has been terminated.');
    for (const job of deferred.splice(0)) await execute(realm, job);
    return bookmarkOf(cluster.uuid, cluster.systemTx);
  } finally {
    session.transaction = null;
  }
}

function serveSession(desk: Desk): BackendSession {
  const { realm, session, cluster } = desk;
  const rollback = (): void => {
    desk.deferred.length = 0;
    session.transaction = null;
  };
  const pass = (): Promise<void> => realm.gates[session.side].pass(realm.closing.signal);
  return {
    id: session.id,
    logOn: async (scheme, principal, credentials) => {
      await pass();
      logOn(desk, scheme, principal, credentials);
    },
    logOff: () => {
      session.user = null;
    },
    begin: async (extras) => {
      await pass();
      session.transaction = await open(desk, extras);
    },
    run: async (statement, parameters, extras) => {
      await pass();
      return run(desk, statement, parameters, extras);
    },
    commit: () => commit(desk),
    rollback,
    route: async (database, bookmarks) => {
      await pass();
      await honour(desk, bookmarks);
      catchUp(realm);
      return routingTable(cluster, database);
    },
    interrupt: (gone) => {
      if (!gone) return stopStatement(session, 'reset');
      session.gone = true;
      rollbackWhenIdle(session, rollback);
      if (session.active?.lingers === true) return;
      stopStatement(session, 'gone');
      realm.sessions.remove(session);
    },
  };
}

/** What still runs keeps its transaction until it ends. */
function rollbackWhenIdle(session: Session, rollback: () => void): void {
  if (session.active === null) rollback();
}

/** One server of one side. */
export function createGraphBackend(realm: Realm, side: SimSide, serverId: string): Backend {
  const cluster = realm.state.clusters[side];
  return {
    get agent() {
      return `Neo4j/${cluster.release.version}`;
    },
    handshake: realm.options.handshake ?? 'manifest',
    open: (line) => serveSession({ realm, session: realm.sessions.open({ side, serverId, line }), cluster, deferred: [] }),
  };
}
