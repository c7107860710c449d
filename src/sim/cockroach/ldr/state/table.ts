import type { SimSide } from '../../contract.ts';
import type { Us } from '../../state/model.ts';

export interface ColumnSpec {
  readonly name: string;
  /** As SHOW CREATE TABLE prints it: `INT8`, `STRING`, `DECIMAL(10,2)`, `public.status` for an enum. */
  readonly type: string;
  readonly nullable?: boolean;
  readonly default?: string;
  readonly computed?: string;
  /** Of a computed column: stored, not virtual. */
  readonly stored?: boolean;
  readonly hidden?: boolean;
  readonly collation?: string;
}

export interface IndexSpec {
  readonly name: string;
  readonly columns: readonly string[];
  readonly unique?: boolean;
  readonly where?: string;
  readonly storing?: readonly string[];
  /** Buckets of a hash-sharded index. */
  readonly hash?: number;
  /** Of an expression index, in place of columns. */
  readonly expression?: string;
}

interface ForeignKeySpec {
  readonly name: string;
  readonly columns: readonly string[];
  /** `db.schema.table`. */
  readonly references: string;
  readonly referenced: readonly string[];
}

/** How a table is made, without its rows. */
export interface TableShape {
  readonly columns: readonly ColumnSpec[];
  readonly primaryKey: readonly string[];
  /** Buckets of a hash-sharded primary key. */
  readonly hashPrimaryKey: number | null;
  readonly indexes: readonly IndexSpec[];
  readonly checks: readonly { readonly name: string; readonly expression: string }[];
  readonly uniqueWithoutIndex: readonly (readonly string[])[];
  readonly foreignKeys: readonly ForeignKeySpec[];
  readonly triggers: readonly string[];
  readonly families: readonly { readonly name: string; readonly columns: readonly string[] }[];
  readonly ttl: { readonly expireAfter: string; readonly excluded: boolean } | null;
  readonly locality: string | null;
  /** How long what was overwritten is kept. */
  readonly gcSeconds: number;
}

/** A table of a simulated cluster, as a world's options give it. What is left out is usual. */
export interface TableSpec extends Partial<Omit<TableShape, 'ttl'>> {
  /** `db.schema.table`. */
  readonly name: string;
  readonly ttl?: { readonly expireAfter: string; readonly excluded?: boolean } | null;
  /** Rows it begins with; 1000 on the primary and none on the standby when left out. */
  readonly rows?: number | Readonly<Record<SimSide, number>>;
  /** Where it is; both when left out. */
  readonly sides?: readonly SimSide[];
}

export interface SimTable {
  readonly id: number;
  readonly side: SimSide;
  readonly vcId: number;
  readonly database: string;
  readonly schema: string;
  readonly name: string;
  readonly owner: string;
  shape: TableShape;
  readonly grants: Map<string, Set<string>>;
  /** Not visible while a scan that creates it is under way. */
  offline: boolean;
  /** Rows per second that clients would write. */
  wantedRate: number;
  /** Replaced by a new one when the table is emptied; a copy elsewhere keeps what it took from the old one. */
  epoch: Epoch;
}

/** What clients wrote into a table from when it was made or emptied until it was emptied again. */
export interface Epoch {
  /** Tells its rows from those of all other epochs and tables. */
  readonly strand: string;
  readonly number: number;
  readonly sinceUs: Us;
  /** Rows of its own at `sinceUs`. */
  readonly loaded: number;
  /** Rows that clients wrote at once. */
  readonly inserts: { readonly atUs: Us; readonly rows: number }[];
  /** What clients could write from when on. */
  readonly rates: { readonly fromUs: Us; readonly perSecond: number }[];
  /** Rows that clients wrote over, and in which column; left out: in the first one that is no key. */
  readonly updates: { readonly atUs: Us; readonly rows: number; readonly column?: string }[];
  /** Rows that came in and could not be applied: whose they are, and from which up to, not including, which. */
  readonly missing: { readonly atUs: Us; readonly strand: string; readonly span: readonly [from: number, to: number] }[];
  /** When a change of schema wrote all of its rows anew, with times of its own; null when none did. */
  rewrittenUs: Us | null;
  /** Columns that were added to its rows. */
  readonly added: Set<string>;
  /** Something in it differs from what its writers wrote. */
  altered: boolean;
}

/** The first epoch of a table. */
export const firstEpoch = (side: SimSide, id: number, sinceUs: Us, loaded: number): Epoch => ({
  strand: `${side}/${id}/0`,
  number: 0,
  sinceUs,
  loaded,
  inserts: [],
  rates: [],
  updates: [],
  missing: [],
  rewrittenUs: null,
  added: new Set(),
  altered: false,
});

/** Deletes every row of a table. What the old epoch had taken by then stays as it was. */
export function emptyTable(table: SimTable, atUs: Us): void {
  const { side, id, epoch } = table;
  if ((epoch.rates.at(-1)?.perSecond ?? 0) > 0) epoch.rates.push({ fromUs: atUs, perSecond: 0 });
  const number = epoch.number + 1;
  table.epoch = { ...firstEpoch(side, id, atUs, 0), strand: `${side}/${id}/${number}`, number };
}

const defaultColumns: readonly ColumnSpec[] = [
  { name: 'id', type: 'UUID', default: 'gen_random_uuid()' },
  { name: 'region', type: 'STRING' },
  { name: 'amount', type: 'DECIMAL(12,2)', nullable: true },
  { name: 'updated_at', type: 'TIMESTAMPTZ', default: 'now()' },
];

/** Fills what a spec leaves out. */
export function shapeOf(spec: TableSpec): TableShape {
  const columns = spec.columns ?? defaultColumns;
  return {
    columns,
    primaryKey: spec.primaryKey ?? [columns[0]?.name ?? 'id'],
    hashPrimaryKey: spec.hashPrimaryKey ?? null,
    indexes: spec.indexes ?? [],
    checks: spec.checks ?? [],
    uniqueWithoutIndex: spec.uniqueWithoutIndex ?? [],
    foreignKeys: spec.foreignKeys ?? [],
    triggers: spec.triggers ?? [],
    families: spec.families ?? [],
    ttl: spec.ttl == null ? null : { expireAfter: spec.ttl.expireAfter, excluded: spec.ttl.excluded ?? false },
    locality: spec.locality ?? null,
    gcSeconds: spec.gcSeconds ?? 14_400,
  };
}

export const fullName = ({ database, schema, name }: Pick<SimTable, 'database' | 'schema' | 'name'>): string =>
  `${database}.${schema}.${name}`;

const shardColumn = (columns: readonly string[], buckets: number): ColumnSpec => ({
  name: `crdb_internal_${columns.join('_')}_shard_${buckets}`,
  type: 'INT8',
  computed: `mod(fnv32(crdb_internal.datums_to_bytes(${columns.join(', ')})), ${buckets}:::INT8)`,
  hidden: true,
});

/** All columns, with the hidden ones that its indexes bring along. */
export function allColumns(shape: TableShape): readonly ColumnSpec[] {
  const shards = shape.hashPrimaryKey === null ? [] : [shardColumn(shape.primaryKey, shape.hashPrimaryKey)];
  const hashed = shape.indexes.flatMap(({ columns, hash }) => (hash === undefined ? [] : [shardColumn(columns, hash)]));
  const expressions = shape.indexes.flatMap(({ expression }) => (expression === undefined ? [] : [expression]));
  const computed = expressions.map((expression, at) => ({
    name: at === 0 ? 'crdb_internal_idx_expr' : `crdb_internal_idx_expr_${at}`,
    type: 'STRING',
    nullable: true,
    computed: expression,
    hidden: true,
  }));
  return [...shape.columns, ...shards, ...hashed, ...computed];
}

/** The key columns of an index, with the hidden ones. */
export function indexKey(shape: TableShape, index: IndexSpec): readonly string[] {
  if (index.hash !== undefined) return [shardColumn(index.columns, index.hash).name, ...index.columns];
  if (index.expression === undefined) return index.columns;
  const at = shape.indexes.filter(({ expression }) => expression !== undefined).indexOf(index);
  return [at === 0 ? 'crdb_internal_idx_expr' : `crdb_internal_idx_expr_${at}`];
}

export const primaryKeyOf = (shape: TableShape): readonly string[] =>
  shape.hashPrimaryKey === null ? shape.primaryKey : [shardColumn(shape.primaryKey, shape.hashPrimaryKey).name, ...shape.primaryKey];

/** A column that a user-defined type gives its values, one of them or an array of them. */
export const isEnum = (type: string): boolean => /^[\p{L}_][\p{L}\p{N}_]*\.[\p{L}_]/u.test(type);

/** The schema and the name of the enum that a column's type is made of. */
export const enumOf = (type: string): readonly [schema: string, name: string] => {
  const [schema = '', name = ''] = type.replace(/\[\]$/, '').split('.');
  return [schema, name];
};
