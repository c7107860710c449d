import type { SimSide } from './contract.ts';
import { createCall, execute, type SimPrepared, whereOf } from './execute.ts';
import { parse } from './grammar/parse.ts';
import { catchUp, isServing, type Realm } from './realm.ts';
import { type Session, stopStatement } from './sessions.ts';
import { SqlError } from './sql-error.ts';
import { readStartupRequest, type StartupRequest } from './startup.ts';
import { findVc, type Vc } from './state/model.ts';
import { usersOf } from './statements/call.ts';
import { describe } from './statements/run.ts';
import { variableDefaults } from './statements/variables.ts';
import type { Admission, Backend, BackendSession, ClientLine } from './wire/backend.ts';

const defaultTarget = 'server.controller.default_target_cluster';
/** How often a connection that waits for its service looks again, as a share of the wait. */
const looks = 20;

const unavailable = (name: string): SqlError =>
  new SqlError('08000', `service unavailable for target tenant (${name})`, {
    severity: 'FATAL',
    hint: 'Double check your "-ccluster=" connection option or your "cluster:" database name prefix.',
  });

/** Finds the virtual cluster for a new connection. The default one is waited for, one that was named is not. */
async function route(realm: Realm, side: SimSide, request: StartupRequest): Promise<Vc> {
  const cluster = realm.state.clusters[side];
  const name = request.virtualCluster ?? cluster.settings.get(defaultTarget) ?? 'system';
  const waitMs = request.virtualCluster === null ? realm.state.pace.muxWaitMs : 0;
  const { signal } = realm.closing;
  for (let look = 0; look <= looks; look += 1) {
    const nowUs = catchUp(realm);
    const vc = findVc(cluster, name);
    if (vc !== null && isServing(cluster, vc, nowUs)) return vc;
    if (waitMs === 0 || signal.aborted) break;
    if (look < looks) await realm.time.sleep(waitMs / looks, signal);
  }
  throw unavailable(name);
}

const parameterStatuses = (session: Session, build: string): ReadonlyMap<string, string> =>
  new Map([
    ['server_version', '13.0.0'],
    ['server_encoding', 'UTF8'],
    ['client_encoding', 'UTF8'],
    ['DateStyle', 'ISO, MDY'],
    ['integer_datetimes', 'on'],
    ['standard_conforming_strings', 'on'],
    ['TimeZone', 'UTC'],
    ['crdb_version', build],
    ['application_name', session.variables.get('application_name') ?? ''],
    ['session_id', session.id],
  ]);

/** A statement that doesn't parse, or names what isn't there, never runs; it is still seen. */
function noteRefused(realm: Realm, session: Session, statement: string, cause: unknown): void {
  const sqlState = cause instanceof SqlError ? cause.sqlState : 'XX000';
  const at = realm.time.nowUs() / 1000;
  realm.seen.push({ at, ...whereOf(realm, session), statement, outcome: 'refused', sqlState });
}

function prepareAll(realm: Realm, session: Session, sql: string): readonly SimPrepared[] {
  const { dialect } = realm.state.clusters[session.side];
  const parsed = parse(sql, dialect);
  const batch = parsed.length > 1;
  return parsed.map((one) => ({
    parsed: one,
    batch,
    text: one.text,
    parameters: one.parameters,
    columns: describe(createCall(realm, session, one.text, []), one.statement),
  }));
}

function serveSession(realm: Realm, side: SimSide, session: Session): BackendSession<SimPrepared> {
  return {
    pid: session.pid,
    secret: session.secret,
    parameters: parameterStatuses(session, realm.state.clusters[side].dialect.build),
    transactionStatus: () => session.transaction,
    prepare: (sql) => {
      try {
        return prepareAll(realm, session, sql);
      } catch (cause) {
        if (session.transaction === 'T') session.transaction = 'E';
        noteRefused(realm, session, sql, cause);
        throw cause;
      }
    },
    run: (prepared, values) => execute(realm, session, prepared, values),
    gone: () => {
      session.gone = true;
      if (session.active?.lingers === true) return;
      stopStatement(session, 'gone');
      realm.sessions.remove(session);
    },
  };
}

/** The SQL server of one side. */
export function createSqlBackend(realm: Realm, side: SimSide, auth: 'scram' | 'cleartext'): Backend<SimPrepared> {
  const admit = async (settings: ReadonlyMap<string, string>): Promise<Admission<SimPrepared>> => {
    const request = readStartupRequest(settings);
    const vc = await route(realm, side, request);
    const cluster = realm.state.clusters[side];
    const user = usersOf(cluster, vc.id).get(request.user);
    const variables = new Map([...Object.entries(variableDefaults), ...(user?.defaults ?? []), ...request.variables]);
    const open = (line: ClientLine): BackendSession<SimPrepared> => {
      const sinceUs = realm.time.nowUs();
      const session = realm.sessions.open({ side, vcId: vc.id, vcName: vc.name, user: request.user, sinceUs, line, variables });
      return serveSession(realm, side, session);
    };
    return { password: user?.password ?? null, user: request.user, open };
  };
  return {
    auth,
    admit,
    cancel: (pid, secret) => {
      const session = realm.sessions.byKey(side, pid, secret);
      if (session !== null) stopStatement(session, 'cancelled');
    },
  };
}
