import type { Effect, GraphTable } from './contract.ts';
import type { FaultAct } from './fault-contract.ts';
import type { Parsed } from './grammar/statement.ts';
import { GraphError, terminated, timedOut } from './graph-error.ts';
import { catchUp, nowOf, type Realm, type SeenEntry } from './realm.ts';
import { type ActiveStatement, fenceOf, type Session, type StopReason, stopStatement, type Transaction, tagOf } from './sessions.ts';
import { type Server, serverOf } from './state/model.ts';
import { refresh } from './state/settle.ts';
import type { Call, Outcome } from './statements/call.ts';
import { databaseFor, runStatement } from './statements/run.ts';
import { type Answer, ConnectionCut, type Fields } from './wire/backend.ts';

/** One statement on its way. */
export interface Job {
  readonly session: Session;
  readonly transaction: Transaction;
  readonly parsed: Parsed;
  readonly parameters: Fields;
}

const hereOf = (realm: Realm, session: Session): Server => serverOf(realm.state.clusters[session.side], session.serverId);

/** What a statement sees; its effects go into the world's record. */
export function createCall(realm: Realm, { session, transaction, parsed, parameters }: Job): Call {
  const { state, sessions, options } = realm;
  const cluster = state.clusters[session.side];
  const server = hereOf(realm, session);
  const tag = tagOf(transaction.extras);
  const effect = (database: string | null, changed: boolean): void => {
    const record: Effect = {
      seq: state.effects.length + 1,
      at: nowOf(realm),
      side: session.side,
      cluster: cluster.name,
      server: server.name,
      kind: parsed.statement.kind === 'call' ? parsed.statement.procedure : parsed.statement.kind,
      statement: parsed.text,
      parameters,
      changed,
      tag,
      fence: fenceOf(tag),
      user: session.user ?? '',
      session: session.id,
      database,
    };
    state.effects.push(record);
  };
  return {
    state,
    cluster,
    server,
    session,
    sessions,
    now: () => nowOf(realm),
    parameters,
    cypher: parsed.cypher ?? options.cypher ?? cluster.release.defaultCypher,
    database: databaseFor(parsed.statement, transaction.database),
    failedCreateLeavesRow: options.failedCreateLeavesRow ?? false,
    listsInternal: options.listsInternal ?? false,
    effect,
  };
}

/** Throws what the client of a stopped statement is told. */
function checkStopped(active: ActiveStatement): void {
  const told: Readonly<Record<StopReason, () => Error>> = {
    terminated: () => terminated('The transaction has been terminated. Retry your operation in a new transaction.'),
    timeout: () => timedOut('The transaction has not completed within the timeout specified at its start by the client.'),
    reset: () => terminated('The transaction has been terminated: the client has sent a RESET.'),
    gone: () => new ConnectionCut('the client has gone'),
    closed: () => new ConnectionCut('the simulated world has closed'),
  };
  if (active.stopped !== null) throw told[active.stopped]();
}

async function pauseFor(realm: Realm, active: ActiveStatement, ms: number): Promise<void> {
  if (ms > 0) await realm.time.sleep(ms, active.abort.signal);
  checkStopped(active);
}

const refusalOf = ({ code, gqlStatus, message }: Extract<FaultAct, { kind: 'refuse' }>): GraphError =>
  new GraphError(code, gqlStatus, message);

async function sufferBefore(realm: Realm, active: ActiveStatement, act: FaultAct | null): Promise<void> {
  if (act?.kind === 'drop-before') throw new ConnectionCut('fault: dropped before the effect');
  if (act?.kind === 'refuse' && act.when !== 'after') throw refusalOf(act);
  if (act?.kind === 'slow') await pauseFor(realm, active, act.ms);
  if (act?.kind === 'hang' && act.when !== 'after') await pauseFor(realm, active, act.ms ?? Number.POSITIVE_INFINITY);
}

async function sufferAfter(realm: Realm, active: ActiveStatement, act: FaultAct | null): Promise<void> {
  if (act?.kind === 'drop-after') throw new ConnectionCut('fault: dropped after the effect');
  if (act?.kind === 'refuse' && act.when === 'after') throw refusalOf(act);
  if (act?.kind === 'hang' && act.when === 'after') await pauseFor(realm, active, act.ms ?? Number.POSITIVE_INFINITY);
}

/** A statement with WAIT looks this often. */
const pollMs = 10;

async function awaitOutcome(realm: Realm, active: ActiveStatement, { wait }: Outcome): Promise<void> {
  if (wait === null) return;
  const untilMs = nowOf(realm) + wait.ms;
  while (!wait.ready() && nowOf(realm) < untilMs) {
    await pauseFor(realm, active, pollMs);
    catchUp(realm);
  }
}

function answerOf(realm: Realm, job: Job, outcome: Outcome, act: FaultAct | null): Answer {
  const { session, transaction, parsed } = job;
  const table: GraphTable = { columns: outcome.columns, rows: outcome.rows() };
  const { columns, rows } = act?.kind === 'rewrite' ? act.rewrite(table) : table;
  const cluster = realm.state.clusters[session.side];
  return {
    columns,
    rows,
    type: outcome.type,
    notices: outcome.notices(),
    systemUpdates: outcome.systemUpdates,
    database: databaseFor(parsed.statement, transaction.database),
    bookmark: bookmarkOf(cluster.uuid, cluster.systemTx),
  };
}

/** Opaque to clients: which cluster it is of, and how far that had come. */
export const bookmarkOf = (uuid: string, tx: number): string => `FB:${uuid}:${tx}`;

async function perform(realm: Realm, job: Job, active: ActiveStatement): Promise<Answer> {
  const { session, transaction, parsed } = job;
  const act = realm.rules.strike(session.side, hereOf(realm, session).name, parsed.text, tagOf(transaction.extras));
  active.lingers = act?.kind === 'hang' && act.lingers === true;
  await sufferBefore(realm, active, act);
  catchUp(realm);
  checkStopped(active);
  const outcome = runChanging(realm, job);
  await awaitOutcome(realm, active, outcome);
  catchUp(realm);
  const answer = answerOf(realm, job, outcome, act);
  await sufferAfter(realm, active, act);
  await realm.gates[session.side].pass(active.abort.signal);
  checkStopped(active);
  return answer;
}

/** Whatever a refused statement left behind is brought into line too. */
function runChanging(realm: Realm, job: Job): Outcome {
  try {
    return runStatement(createCall(realm, job), job.parsed, job.transaction.extras.mode);
  } finally {
    refresh(realm.state, realm.state.settledMs);
    catchUp(realm);
  }
}

function startTimeout(realm: Realm, { session, transaction }: Job, active: ActiveStatement): void {
  const { timeoutMs } = transaction.extras;
  if (timeoutMs === null) return;
  void realm.time.sleep(timeoutMs, active.abort.signal).then(() => {
    if (!active.abort.signal.aborted) stopStatement(session, 'timeout');
  });
}

/** A world may run for days: of what was only read, the latest statements are kept. */
const mostSeen = 20_000;

export function noteSeen(realm: Realm, entry: SeenEntry): SeenEntry {
  realm.seen.push(entry);
  if (realm.seen.length > mostSeen) realm.seen.splice(0, mostSeen / 2);
  return entry;
}

export const seenOf = (
  realm: Realm,
  session: Session,
  statement: string,
  parameters: Fields,
  { extras }: Pick<Transaction, 'extras'>,
): SeenEntry => ({
  at: nowOf(realm),
  side: session.side,
  server: hereOf(realm, session).name,
  session: session.id,
  tag: tagOf(extras),
  statement,
  parameters,
  database: extras.database,
  mode: extras.mode,
  outcome: 'open',
  code: null,
});

/** Runs one statement from its arrival to its answer. */
export async function execute(realm: Realm, job: Job): Promise<Answer> {
  const { session, transaction, parsed, parameters } = job;
  catchUp(realm);
  const active: ActiveStatement = { text: parsed.text, parameters, abort: new AbortController(), stopped: null, lingers: false };
  const entry = noteSeen(realm, seenOf(realm, session, parsed.text, parameters, transaction));
  session.active = active;
  startTimeout(realm, job, active);
  try {
    const answer = await perform(realm, job, active);
    entry.outcome = session.gone ? 'lost' : 'answered';
    return answer;
  } catch (cause) {
    entry.outcome = cause instanceof GraphError ? 'refused' : 'lost';
    entry.code = cause instanceof GraphError ? cause.code : null;
    throw cause;
  } finally {
    active.abort.abort();
    session.active = null;
    if (session.gone) realm.sessions.remove(session);
  }
}
