import type { StatementKind } from '../grammar/statement.ts';
import type { Column, SqlValue, Table } from '../values/sql-types.ts';

/** What a statement came to. Its effect, if any, has happened. */
export interface Outcome {
  /** Read when the answer is due, after `waitMs`. null: no rows. */
  readonly table: (() => Table) | null;
  readonly tag: string;
  /** Whether the tag ends in the number of rows. */
  readonly counted: boolean;
  /** How long the answer is held back after the effect. */
  readonly waitMs: number;
  /** Polled until true before the answer. */
  readonly ready: (() => boolean) | null;
}

export const acknowledged = (tag: string, waitMs = 0): Outcome => ({ table: null, tag, counted: false, waitMs, ready: null });

/** `rows` under `columns`; without columns it is a statement that returns zero columns and zero rows. */
export const returned = (tag: string, columns: readonly Column[] = [], rows: readonly (readonly SqlValue[])[] = []): Outcome => ({
  table: () => ({ columns, rows }),
  tag,
  counted: true,
  waitMs: 0,
  ready: null,
});

const replication = 'ALTER VIRTUAL CLUSTER REPLICATION';

/** Tags of the statements that change something. */
export const changeTags = {
  'create-virtual-cluster': 'CREATE VIRTUAL CLUSTER FROM REPLICATION',
  'start-replication': replication,
  'pause-replication': replication,
  'resume-replication': replication,
  'complete-replication': replication,
  'set-replication': replication,
  'set-source-expiration': replication,
  'start-service': 'ALTER VIRTUAL CLUSTER SERVICE',
  'stop-service': 'ALTER VIRTUAL CLUSTER SERVICE',
  'rename-virtual-cluster': 'ALTER VIRTUAL CLUSTER RENAME',
  'reset-virtual-cluster': 'ALTER VIRTUAL CLUSTER RESET',
  'alter-capability': 'ALTER VIRTUAL CLUSTER CAPABILITY',
  'alter-virtual-cluster-setting': 'ALTER VIRTUAL CLUSTER SET CLUSTER SETTING',
  'drop-virtual-cluster': 'DROP VIRTUAL CLUSTER',
  'set-cluster-setting': 'SET CLUSTER SETTING',
  'control-jobs': 'JOBS',
  'control-schedules': 'SCHEDULES',
  'cancel-sessions': 'CANCEL SESSIONS',
  'create-external-connection': 'CREATE EXTERNAL CONNECTION',
  'alter-external-connection': 'ALTER EXTERNAL CONNECTION',
  'drop-external-connection': 'DROP EXTERNAL CONNECTION',
  'grant-external-connection': 'GRANT',
  'create-logical-replication-stream': 'CREATE LOGICAL REPLICATION STREAM',
  'create-logically-replicated': 'CREATE LOGICAL REPLICATION STREAM',
  'grant-objects': 'GRANT',
  'truncate-tables': 'TRUNCATE',
  'drop-tables': 'DROP TABLE',
  'alter-table-storage': 'ALTER TABLE',
  'delete-rows': 'DELETE',
  'create-user': 'CREATE ROLE',
  'drop-user': 'DROP ROLE',
  'alter-user': 'ALTER ROLE',
  'grant-system': 'GRANT',
  'grant-role': 'GRANT',
} as const satisfies Partial<Record<StatementKind, string>>;

export type ChangeKind = keyof typeof changeTags;

export const isChange = (kind: StatementKind): kind is ChangeKind => Object.hasOwn(changeTags, kind);

/** Kinds that are refused inside a transaction block. */
export const standAlone: ReadonlySet<StatementKind> = new Set<ChangeKind>([
  'create-virtual-cluster',
  'start-replication',
  'pause-replication',
  'resume-replication',
  'complete-replication',
  'set-replication',
  'set-source-expiration',
  'start-service',
  'stop-service',
  'rename-virtual-cluster',
  'drop-virtual-cluster',
  'set-cluster-setting',
]);
