import { simVersions, versionsWith } from '../grammar/dialect.ts';
import type { Parsed } from '../grammar/parse.ts';
import type { OtherStatement, Statement, StatementKind, VirtualClusterStatement } from '../grammar/statement.ts';
import { ldrDialects } from '../ldr/grammar/ldr-dialect.ts';
import type { LdrStatement } from '../ldr/grammar/ldr-statement.ts';
import { ldrRuns } from '../ldr/statements/change-tables.ts';
import { SqlError } from '../sql-error.ts';
import type { Column } from '../values/sql-types.ts';
import { type Call, inReader } from './call.ts';
import { isReadOnly, otherRuns } from './change-others.ts';
import { virtualClusterRuns } from './change-virtual-clusters.ts';
import { changeTags, isChange, type Outcome, standAlone } from './outcome.ts';
import { planSelect } from './select.ts';
import { isShow, planShow, showKinds } from './shows.ts';

const runs: Readonly<Record<string, (call: Call, statement: never) => Outcome>> = { ...virtualClusterRuns, ...otherRuns, ...ldrRuns };

/** Columns of the answer, known before it runs; null when it returns no rows. Throws for names that don't exist. */
export function describe(call: Call, statement: Statement): readonly Column[] | null {
  if (statement.kind === 'select') return planSelect(call, statement).columns;
  if (isShow(statement)) return planShow(call, statement).columns;
  if (statement.kind === 'complete-replication') return [{ name: `${call.cluster.dialect.word}_time`, type: 'DECIMAL' }];
  if (isCreateLdr(statement.kind)) return [{ name: 'job_id', type: 'INT8' }];
  const zeroColumns = isChange(statement.kind) && /REPLICATION$/.test(changeTags[statement.kind]);
  return zeroColumns ? [] : null;
}

/** Whether it writes where the session is: virtual clusters are ruled from elsewhere, and sessions are in no table. */
const isWrite = (kind: StatementKind): boolean => kind !== 'cancel-sessions' && !Object.hasOwn(virtualClusterRuns, kind);

const isCreateLdr = (kind: StatementKind): boolean =>
  kind === 'create-logical-replication-stream' || kind === 'create-logically-replicated';

function checkTransaction(call: Call, kind: StatementKind, batch: boolean): void {
  const { transaction } = call.session;
  if (transaction === 'E' && kind !== 'commit' && kind !== 'rollback') {
    throw new SqlError('25P02', 'current transaction is aborted, commands ignored until end of transaction block');
  }
  if (!isChange(kind)) return;
  if (batch && isCreateLdr(kind)) {
    throw new SqlError('XXUUU', 'cannot CREATE LOGICAL REPLICATION STREAM in a multi-statement transaction');
  }
  if ((transaction === 'T' || batch) && standAlone.has(kind)) {
    throw new SqlError('XXUUU', `${changeTags[kind]} cannot be used inside a multi-statement transaction`);
  }
  if (isReadOnly(call) || (inReader(call) && isWrite(kind)))
    throw new SqlError('25006', `cannot execute ${changeTags[kind]} in a read-only transaction`);
}

/** Runs one statement now. `batch`: it came with others in one message, which makes them one transaction. */
export function runStatement(call: Call, { statement }: Parsed, batch: boolean): Outcome {
  checkTransaction(call, statement.kind, batch);
  if (statement.kind === 'select') {
    const plan = planSelect(call, statement);
    return { table: plan.run, tag: 'SELECT', counted: true, waitMs: 0, ready: null };
  }
  if (isShow(statement)) {
    const plan = planShow(call, statement);
    const table = (): { columns: ShowColumns; rows: ReturnType<typeof plan.rows> } => ({ columns: plan.columns, rows: plan.rows() });
    return { table, tag: plan.tag, counted: plan.counted, waitMs: 0, ready: plan.ready ?? null };
  }
  const run = runs[statement.kind];
  if (run === undefined) throw new TypeError(`no run for ${statement.kind}`);
  // The table has one function per kind, which the compiler can't follow through the index.
  return run(call, statement as never);
}

type ShowColumns = readonly Column[];

const withLdr = versionsWith(({ version }) => ldrDialects[version] !== null);

/** Kinds that only some versions have. */
const limited: Readonly<Partial<Record<StatementKind, readonly string[]>>> = {
  'start-replication': versionsWith(({ fastFailback }) => fastFailback),
  'set-source-expiration': versionsWith(({ expirationWindow }) => expirationWindow === 'source'),
  'alter-external-connection': versionsWith(({ alterExternalConnection }) => alterExternalConnection),
  'show-external-connections': versionsWith(({ listsConnections }) => listsConnections !== 'no'),
  'create-logical-replication-stream': withLdr,
  'create-logically-replicated': versionsWith(({ version }) => ldrDialects[version]?.creates === true),
  'show-ldr-jobs': withLdr,
  'show-triggers': withLdr,
};

type RunKind = LdrStatement['kind'] | VirtualClusterStatement['kind'] | Exclude<OtherStatement['kind'], 'empty'>;

/** Every statement kind that the simulator runs, with the versions that have it. */
export const coverage: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  ['select', ...showKinds, ...(Object.keys(runs) as RunKind[])].map((kind) => [kind, limited[kind as StatementKind] ?? simVersions]),
);
