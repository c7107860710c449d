import type { Effect } from './contract.ts';
import type { FaultAct } from './fault-contract.ts';
import type { Parsed } from './grammar/parse.ts';
import type { StatementKind } from './grammar/statement.ts';
import { catchUp, type Realm, type SeenEntry } from './realm.ts';
import { type ActiveStatement, type Session, type StopReason, tagOf } from './sessions.ts';
import { SqlError } from './sql-error.ts';
import { refresh } from './state/settle.ts';
import type { Call } from './statements/call.ts';
import type { Outcome } from './statements/outcome.ts';
import { runStatement } from './statements/run.ts';
import { toWireTable } from './values/sql-types.ts';
import { type Answer, ConnectionCut, type Prepared } from './wire/backend.ts';

export interface SimPrepared extends Prepared {
  readonly parsed: Parsed;
  /** It came with others in one message. */
  readonly batch: boolean;
}

const fenceOf = (tag: string): number | null => {
  const fence = /^replops\/[^/]+\/(\d+)$/.exec(tag)?.[1];
  return fence === undefined ? null : Number(fence);
};

/** What a statement of this session sees; its effects go into the world's record. */
export function createCall(realm: Realm, session: Session, text: string, values: readonly (string | null)[]): Call {
  const { state, sessions, time } = realm;
  const cluster = state.clusters[session.side];
  const effect = (kind: StatementKind, virtualCluster: string | null, changed: boolean): void => {
    const tag = tagOf(session);
    const record: Effect = {
      seq: state.effects.length + 1,
      at: time.nowUs() / 1000,
      side: session.side,
      cluster: cluster.name,
      kind,
      statement: text,
      parameters: values,
      changed,
      tag,
      fence: fenceOf(tag),
      user: session.user,
      session: session.id,
      virtualCluster,
    };
    state.effects.push(record);
  };
  return { state, cluster, session, sessions, nowUs: time.nowUs, values, effect };
}

/** Throws what the client of a stopped statement is told. */
function checkStopped(active: ActiveStatement): void {
  const told: Readonly<Record<StopReason, () => Error>> = {
    cancelled: () => new SqlError('57014', 'query execution canceled'),
    'session-cancelled': () => new SqlError('57014', 'query execution canceled: session was canceled'),
    timeout: () => new SqlError('57014', 'query execution canceled due to statement timeout'),
    gone: () => new ConnectionCut('the client has gone'),
    closed: () => new ConnectionCut('the simulated world has closed'),
  };
  if (active.stopped !== null) throw told[active.stopped]();
}

async function pauseFor(realm: Realm, active: ActiveStatement, ms: number): Promise<void> {
  if (ms > 0) await realm.time.sleep(ms, active.abort.signal);
  checkStopped(active);
}

async function sufferBefore(realm: Realm, active: ActiveStatement, act: FaultAct | null): Promise<void> {
  if (act?.kind === 'drop-before') throw new ConnectionCut('fault: dropped before the effect');
  if (act?.kind === 'refuse') throw new SqlError(act.sqlState, act.message, act.hint === undefined ? {} : { hint: act.hint });
  if (act?.kind === 'slow') await pauseFor(realm, active, act.ms);
  if (act?.kind === 'hang' && act.when !== 'after') await pauseFor(realm, active, act.ms ?? Number.POSITIVE_INFINITY);
}

async function sufferAfter(realm: Realm, active: ActiveStatement, act: FaultAct | null): Promise<void> {
  if (act?.kind === 'drop-after') throw new ConnectionCut('fault: dropped after the effect');
  if (act?.kind === 'hang' && act.when === 'after') await pauseFor(realm, active, act.ms ?? Number.POSITIVE_INFINITY);
}

/** Where a statement arrived, for the list of what was seen. */
export const whereOf = (realm: Realm, session: Session): Pick<SeenEntry, 'side' | 'version' | 'virtualCluster' | 'session' | 'tag'> => ({
  side: session.side,
  version: realm.state.clusters[session.side].dialect.version,
  virtualCluster: session.vcName,
  session: session.id,
  tag: tagOf(session),
});

/** A world may run for days: of what was only read, the latest statements are kept. */
const mostSeen = 20_000;

/** SHOW JOB WHEN COMPLETE looks this often, and gives up after a day. */
const pollMs = 250;
const longestPollMs = 24 * 3_600_000;

async function awaitOutcome(realm: Realm, active: ActiveStatement, outcome: Outcome): Promise<void> {
  await pauseFor(realm, active, outcome.waitMs);
  for (let waited = 0; outcome.ready !== null && !outcome.ready(); waited += pollMs) {
    if (waited >= longestPollMs) throw new SqlError('55000', 'timed out waiting for the job to complete');
    await pauseFor(realm, active, pollMs);
    catchUp(realm);
  }
}

function answerOf(outcome: Outcome, act: FaultAct | null): Answer {
  const table = outcome.table === null ? null : toWireTable(outcome.table());
  const shown = act?.kind === 'rewrite' && table !== null ? act.rewrite(table) : table;
  return { table: shown, tag: outcome.counted ? `${outcome.tag} ${shown?.rows.length ?? 0}` : outcome.tag };
}

async function perform(
  realm: Realm,
  session: Session,
  prepared: SimPrepared,
  values: readonly (string | null)[],
  active: ActiveStatement,
): Promise<Answer> {
  const { text } = prepared.parsed;
  const act = realm.rules.strike(session.side, text, tagOf(session));
  active.lingers = act?.kind === 'hang' && act.lingers === true;
  await sufferBefore(realm, active, act);
  catchUp(realm);
  checkStopped(active);
  const outcome = runStatement(createCall(realm, session, text, values), prepared.parsed, prepared.batch);
  refresh(realm.state, realm.state.settledUs);
  catchUp(realm);
  await awaitOutcome(realm, active, outcome);
  catchUp(realm);
  const answer = answerOf(outcome, act);
  await sufferAfter(realm, active, act);
  await realm.gates[session.side].pass(active.abort.signal);
  checkStopped(active);
  return answer;
}

function startTimeout(realm: Realm, session: Session, active: ActiveStatement): void {
  const timeoutMs = Number(session.variables.get('statement_timeout') ?? '0');
  if (timeoutMs === 0) return;
  void realm.time.sleep(timeoutMs, active.abort.signal).then(() => {
    if (active.stopped !== null || active.abort.signal.aborted) return;
    active.stopped = 'timeout';
    active.abort.abort();
  });
}

function noteFailure(session: Session, entry: SeenEntry, cause: unknown): void {
  if (session.transaction === 'T') session.transaction = 'E';
  entry.outcome = cause instanceof SqlError ? 'refused' : 'lost';
  entry.sqlState = cause instanceof SqlError ? cause.sqlState : null;
}

/** Runs one statement of a session from its arrival to its answer. */
export async function execute(realm: Realm, session: Session, prepared: SimPrepared, values: readonly (string | null)[]): Promise<Answer> {
  if (prepared.parsed.statement.kind === 'empty') return { table: null, tag: null };
  const sinceUs = catchUp(realm);
  if (session.cancelled) throw new SqlError('57P01', 'terminating connection due to administrator command', { severity: 'FATAL' });
  const { text } = prepared.parsed;
  const active: ActiveStatement = { text, sinceUs, abort: new AbortController(), stopped: null, lingers: false };
  const entry: SeenEntry = {
    at: sinceUs / 1000,
    ...whereOf(realm, session),
    statement: text,
    outcome: 'open',
    sqlState: null,
  };
  realm.seen.push(entry);
  if (realm.seen.length > mostSeen) realm.seen.splice(0, mostSeen / 2);
  session.active = active;
  startTimeout(realm, session, active);
  try {
    const answer = await perform(realm, session, prepared, values, active);
    entry.outcome = session.gone ? 'lost' : 'answered';
    return answer;
  } catch (cause) {
    noteFailure(session, entry, cause);
    throw cause;
  } finally {
    active.abort.abort();
    session.active = null;
    session.lastStatement = text;
    if (session.gone) realm.sessions.remove(session);
    // After the error has been sent: a cancelled session ends.
    if (session.cancelled) setImmediate(() => session.line.dismiss('57P01', 'terminating connection due to administrator command'));
  }
}
