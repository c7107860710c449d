import { columnsOf, pick } from '../../statements/show-plan.ts';
import type { SqlValue } from '../../values/sql-types.ts';
import type { TableName } from '../grammar/ldr-statement.ts';
import type { DlqTable } from '../state/model.ts';
import type { Place } from './tables.ts';

export const dlqSchema = 'crdb_replication';

/** The columns that a queue shows; `key_value_bytes` is not visible and not simulated. */
export const dlqColumns = columnsOf({
  id: 'INT8',
  ingestion_job_id: 'INT8',
  table_id: 'INT8',
  dlq_timestamp: 'TIMESTAMPTZ',
  dlq_reason: 'STRING',
  mutation_type: 'STRING',
  incoming_row: 'JSONB',
});

export const dlqRecords = (dlq: DlqTable): readonly (readonly SqlValue[])[] =>
  pick(
    dlqColumns,
    dlq.rows.map((row) => ({
      id: row.id,
      ingestion_job_id: BigInt(row.jobId),
      table_id: BigInt(dlq.tableId),
      dlq_timestamp: row.atUs,
      dlq_reason: row.reason,
      mutation_type: row.mutation,
      incoming_row: row.row,
    })),
  );

/** The dead letter queue of that name; it is always named in full, or by schema within the session's database. */
export function findDlq({ state, cluster, vcId, database: current }: Place, parts: TableName): DlqTable | null {
  const [schema, name] = parts.slice(-2);
  const database = parts.length === 3 ? parts[0] : current;
  if (schema !== dlqSchema) return null;
  const found = state.ldr.dlqs.find(
    (dlq) => dlq.side === cluster.side && dlq.vcId === vcId && dlq.database === database && dlq.name === name,
  );
  return found ?? null;
}
