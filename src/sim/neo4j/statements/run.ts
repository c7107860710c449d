import type { Parsed, Statement, StatementKind } from '../grammar/statement.ts';
import { accessMode, databaseNotFound, notALeader, unsupportedCommand } from '../graph-error.ts';
import { resolveDatabase, systemLeader } from '../state/model.ts';
import { type Call, type Outcome, rowsOf } from './call.ts';
import {
  alterAccess,
  alterAlias,
  alterTopology,
  create,
  createAlias,
  createGeneralReplica,
  createRole,
  drop,
  dropAlias,
  giveBack,
  grant,
  startOrStop,
} from './change.ts';
import { count, tally, write } from './data.ts';
import { checkPrivileges } from './privileges.ts';
import { callProcedure, procedureOf } from './procedures.ts';
import { showCurrentUser, showPrivileges } from './show-access.ts';
import { showDatabases } from './show-databases.ts';
import { showAliases, showProcedures, showServers, showSettings } from './show-others.ts';
import { showTransactions, terminateTransactions } from './transactions.ts';

type Runners = { readonly [K in StatementKind]: (call: Call, statement: Extract<Statement, { kind: K }>) => Outcome };

const runners: Runners = {
  'show-databases': showDatabases,
  'show-servers': showServers,
  'show-aliases': showAliases,
  'show-settings': showSettings,
  'show-procedures': showProcedures,
  'show-transactions': showTransactions,
  'terminate-transactions': terminateTransactions,
  'show-privileges': showPrivileges,
  'show-current-user': showCurrentUser,
  'create-database': create,
  'create-replica': createGeneralReplica,
  'set-access': alterAccess,
  'set-topology': alterTopology,
  'drop-database': drop,
  'start-database': startOrStop,
  'stop-database': startOrStop,
  'create-alias': createAlias,
  'alter-alias': alterAlias,
  'drop-alias': dropAlias,
  'create-role': createRole,
  grant,
  call: callProcedure,
  count,
  tally,
  write,
  return: giveBack,
};

/** What is accepted: a statement of each kind, and whether it changes something. A test compares it with the code and with what really runs. */
export const coverage: Readonly<Record<StatementKind, 'reads' | 'changes' | 'either'>> = {
  'show-databases': 'reads',
  'show-servers': 'reads',
  'show-aliases': 'reads',
  'show-settings': 'reads',
  'show-procedures': 'reads',
  'show-transactions': 'reads',
  'terminate-transactions': 'changes',
  'show-privileges': 'reads',
  'show-current-user': 'reads',
  'create-database': 'changes',
  'create-replica': 'changes',
  'set-access': 'changes',
  'set-topology': 'changes',
  'drop-database': 'changes',
  'start-database': 'changes',
  'stop-database': 'changes',
  'create-alias': 'changes',
  'alter-alias': 'changes',
  'drop-alias': 'changes',
  'create-role': 'changes',
  grant: 'changes',
  call: 'either',
  count: 'reads',
  tally: 'reads',
  write: 'changes',
  return: 'reads',
};

/** Where a database command goes by itself, whatever database the session is on. */
const onSystem: ReadonlySet<StatementKind> = new Set<StatementKind>([
  'show-databases',
  'show-servers',
  'show-aliases',
  'show-privileges',
  'show-current-user',
  'create-database',
  'create-replica',
  'set-access',
  'set-topology',
  'drop-database',
  'start-database',
  'stop-database',
  'create-alias',
  'alter-alias',
  'drop-alias',
  'create-role',
  'grant',
]);

/** What Community Edition does not have. */
const enterpriseOnly: ReadonlySet<StatementKind> = new Set<StatementKind>(
  [...onSystem].filter((kind) => !['show-databases', 'show-current-user'].includes(kind)),
);

/** True for what must go through the leader of `system`. */
export function changesSystem(call: Pick<Call, 'cluster' | 'cypher'>, statement: Statement): boolean {
  if (statement.kind === 'call') return procedureOf(call, statement.procedure).writes;
  return onSystem.has(statement.kind) && coverage[statement.kind] === 'changes';
}

/** The database that a statement runs on. */
export const databaseFor = (statement: Statement, asked: string): string => (onSystem.has(statement.kind) ? 'system' : asked);

function checkPlace(call: Call, statement: Statement, mode: 'read' | 'write'): void {
  const changes = changesSystem(call, statement);
  if ((changes || statement.kind === 'write') && mode === 'read') {
    throw accessMode('Writing in read access mode not allowed. Attempted write to internal graph.');
  }
  if (changes && systemLeader(call.cluster) !== call.server) throw notALeader('system');
}

/** Runs one statement to its first effects. Refusals are thrown as GraphError. */
export function runStatement(call: Call, { statement, explain }: Parsed, mode: 'read' | 'write'): Outcome {
  if (call.cluster.edition === 'community' && enterpriseOnly.has(statement.kind)) {
    throw unsupportedCommand(`Unsupported administration command: ${statement.kind.replaceAll('-', ' ').toUpperCase()}`);
  }
  if (call.database !== 'system' && resolveDatabase(call.cluster, call.database) === null) throw databaseNotFound(call.database);
  checkPlace(call, statement, mode);
  checkPrivileges(call, statement);
  if (explain) return rowsOf([], () => [], 's');
  // The runner of a kind takes statements of that kind.
  const run = runners[statement.kind] as (call: Call, statement: Statement) => Outcome;
  const outcome = run(call, statement);
  if (changesSystem(call, statement)) call.cluster.systemTx += 1;
  return outcome;
}
