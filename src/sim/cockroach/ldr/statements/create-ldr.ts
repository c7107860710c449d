import { SqlError, uncategorized } from '../../sql-error.ts';
import type { Cluster } from '../../state/model.ts';
import { type Call, textOf } from '../../statements/call.ts';
import { type Outcome, returned } from '../../statements/outcome.ts';
import { type LdrDialect, ldrDialects } from '../grammar/ldr-dialect.ts';
import type { CreateLdr, TableName } from '../grammar/ldr-statement.ts';
import type { Reverse } from '../state/model.ts';
import { startLdr } from '../state/start.ts';
import { firstEpoch, fullName, type SimTable } from '../state/table.ts';
import { commandText, reverseCommand } from './command-text.ts';
import { checkCursor, invalid, readChoices } from './ldr-choices.ts';
import { checkFree, checkPairs, checkRunner, resolveExisting } from './ldr-destination-checks.ts';
import { checkReverse, followAs, resolveSources } from './ldr-source-checks.ts';
import { completeName, placeOf } from './tables.ts';

/** An offline copy of a source table, without rows and with the runner as its owner. */
function makeTable(call: Call, name: TableName, source: SimTable): SimTable {
  const { ldr } = call.state;
  const full = completeName(placeOf(call), name);
  const table: SimTable = {
    ...full,
    id: ldr.nextTableId,
    side: call.cluster.side,
    vcId: call.session.vcId,
    owner: call.session.user,
    shape: { ...source.shape, ttl: null },
    grants: new Map([[call.session.user, new Set(['REPLICATIONDEST', 'REPLICATIONSOURCE'])]]),
    offline: true,
    wantedRate: 0,
    epoch: firstEpoch(call.cluster.side, ldr.nextTableId, call.nowUs(), 0),
  };
  ldr.nextTableId += 1;
  return table;
}

function checkForm(call: Call, statement: CreateLdr): void {
  const { from, into } = statement;
  if (from.database || into.database)
    throw new SqlError('0A000', 'unimplemented: logical replication streams on databases are unsupported');
  if (from.tables.length !== into.tables.length) {
    throw invalid('the same number of source and destination tables must be specified');
  }
  if (call.session.transaction !== 'I') throw uncategorized('cannot CREATE LOGICAL REPLICATION STREAM in a multi-statement transaction');
}

function checkFinalized({ settings, dialect }: Cluster, { finalizedOn }: LdrDialect): void {
  const active = settings.get('version') ?? dialect.version;
  if (finalizedOn !== null && Number.parseFloat(active) < Number(finalizedOn)) {
    throw uncategorized(`cannot create ldr stream until finalizing on ${finalizedOn}`);
  }
}

/** CREATE LOGICAL REPLICATION STREAM and CREATE LOGICALLY REPLICATED. */
export function createLdr(call: Call, statement: CreateLdr): Outcome {
  const dialect = ldrDialects[call.cluster.dialect.version];
  if (dialect === null) throw new TypeError('parsed a statement that the version does not have');
  const creates = statement.kind === 'create-logically-replicated';
  checkForm(call, statement);
  checkFinalized(call.cluster, dialect);
  const choices = readChoices(call, statement);
  const existing = creates ? [] : resolveExisting(call, statement.into.tables);
  if (creates) checkFree(call, statement.into.tables);
  checkRunner(call, dialect, existing, statement);
  const uri = textOf(call, statement.uri);
  const source = followAs(call, uri, dialect);
  checkFinalized(source.cluster, dialect);
  const sources = resolveSources(call, source, statement.from.tables);
  checkCursor(call, choices, sources);
  const back = statement.options.bidirectional === null ? null : textOf(call, statement.options.bidirectional);
  if (back !== null) checkReverse(call, source, sources, back, dialect);
  const destinations = creates ? sources.map((table, at) => makeTable(call, statement.into.tables[at] ?? [], table)) : existing;
  const pairs = sources.flatMap((table, at) => {
    const destination = destinations[at];
    return destination === undefined ? [] : [{ source: table, destination }];
  });
  checkPairs(call, statement, choices, pairs, dialect);
  if (creates) call.state.ldr.tables.push(...destinations);
  const parent = String(call.cluster.nextJobId);
  const reverse: Reverse | null =
    back === null ? null : { uri: back, command: reverseCommand(statement, back, parent), user: source.user.name };
  const described = `LOGICAL REPLICATION STREAM into ${destinations.map(fullName).join(', ')} from ${uri.replace(/\?.*$/, '')}`;
  const command = dialect.commandColumn === 'command' ? commandText(statement) : described;
  const start = {
    tables: pairs,
    uri,
    command,
    description: described,
    user: call.session.user,
    conflict: choices.conflict,
    cursorUs: choices.cursorUs,
    creates,
    parent: null,
    reverse,
  };
  const job = startLdr(call.state, call.cluster, source.cluster, start, call.nowUs());
  const outcome = returned('CREATE LOGICAL REPLICATION STREAM', [{ name: 'job_id', type: 'INT8' }], [[BigInt(job.jobId)]]);
  call.effect(statement.kind, call.session.vcName, true);
  return outcome;
}
