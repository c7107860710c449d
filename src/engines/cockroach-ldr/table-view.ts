import type { SqlRow, SqlSession } from '../../transports/sql.ts';
import { quoteIdentifier, quoteLiteral } from '../../transports/sql-quoting.ts';
import { type CreateLine, createLines } from './create-text.ts';
import { quoteTable, type TableName } from './table-name.ts';

export interface ColumnView {
  readonly name: string;
  readonly type: string;
  readonly nullable: string;
  readonly default: string | null;
  /** Expression of a computed column; empty when it is none. */
  readonly generated: string;
  /** Left out by `SELECT *`: made NOT VISIBLE, or added by the database for an index. Replication counts it all the same. */
  readonly hidden: boolean;
}

export interface IndexView {
  readonly name: string;
  readonly unique: boolean;
  /** Columns by which rows are found, in order. */
  readonly keys: readonly string[];
  /** These and those that the database added (such as a hash shard). */
  readonly all: readonly string[];
}

/** A user-defined type that a column uses, with its values as the server prints them; null when it is no enum. */
export interface TypeView {
  readonly column: string;
  readonly type: string;
  readonly values: string | null;
}

export interface NamedText {
  readonly name: string;
  readonly text: string;
}

/** A table as far as replication cares. */
export interface TableView {
  readonly name: TableName;
  /** All columns in order, hidden ones too. */
  readonly columns: readonly ColumnView[];
  /** Columns whose keys are stored in a way that loses their exact form (decimals, floats, JSON, collated text, arrays), with the reason. */
  readonly composite: readonly NamedText[];
  readonly types: readonly TypeView[];
  readonly primaryKey: readonly string[];
  /** All indexes but the primary one. */
  readonly indexes: readonly IndexView[];
  /** The primary index with what the database added to it. */
  readonly primaryIndex: IndexView | null;
  readonly partialIndexes: readonly string[];
  readonly checks: readonly NamedText[];
  readonly foreignKeys: readonly NamedText[];
  /** Foreign keys of other tables that lead here. */
  readonly inbound: readonly string[];
  readonly triggers: readonly string[];
  readonly lines: readonly CreateLine[];
}

/** Reads a table. Changes nothing. Throws a Fault when something of it can't be read. */
export async function readTableView(session: SqlSession, name: TableName): Promise<TableView> {
  const table = quoteTable(name);
  const from = (columns: string, what: string) => session.read(`SELECT ${columns} FROM [SHOW ${what} ${table}]`);
  const columns = await from('column_name, data_type, is_nullable, column_default, generation_expression, is_hidden', 'COLUMNS FROM');
  const described = await session.read(describedText(name));
  const create = await from('create_statement', 'CREATE TABLE');
  const { indexes, constraints } = await readKeys(session, name);
  const partial = await session.read(partialText(name));
  const inbound = await session.read(inboundText(name));
  const triggers = await session.read(`SHOW TRIGGERS FROM ${table}`);
  const ofKind = (kind: string): readonly NamedText[] =>
    constraints
      .filter((row) => row['constraint_type'] === kind)
      .map((row) => ({ name: row['constraint_name'] ?? '', text: row['details'] ?? '' }));
  const primaryName = ofKind('PRIMARY KEY')[0]?.name ?? '';
  const primaryIndex = indexes.find((index) => index.name === primaryName) ?? null;
  return {
    name,
    columns: columns.map(columnOf),
    composite: compositeOf(described),
    types: await readTypes(session, name, described),
    primaryKey: primaryIndex?.keys ?? [],
    primaryIndex,
    indexes: indexes.filter((index) => index !== primaryIndex),
    partialIndexes: partial.flatMap((row) => row['relname'] ?? []),
    checks: ofKind('CHECK'),
    foreignKeys: ofKind('FOREIGN KEY'),
    inbound: inbound.flatMap((row) => row['conname'] ?? []),
    triggers: triggers.flatMap((row) => row['trigger_name'] ?? Object.values(row)[0] ?? []),
    lines: createLines(create[0]?.['create_statement'] ?? ''),
  };
}

export const indexesQuery = (name: TableName): string =>
  `SELECT index_name, non_unique, seq_in_index, column_name, storing, implicit FROM [SHOW INDEXES FROM ${quoteTable(name)}]`;
export const constraintsQuery = (name: TableName): string =>
  `SELECT constraint_name, constraint_type, details FROM [SHOW CONSTRAINTS FROM ${quoteTable(name)}]`;

/** Indexes and constraints are asked for together: only a constraint tells which index is the primary one. */
async function readKeys(session: SqlSession, name: TableName) {
  const indexes = await session.read(indexesQuery(name));
  const constraints = await session.read(constraintsQuery(name));
  return { indexes: indexesOf(indexes), constraints };
}

/** The columns of a table's primary key, in order. Throws a Fault. */
export async function readPrimaryKey(session: SqlSession, name: TableName): Promise<readonly string[]> {
  const { indexes, constraints } = await readKeys(session, name);
  const primary = constraints.find((row) => row['constraint_type'] === 'PRIMARY KEY')?.['constraint_name'];
  return indexes.find((index) => index.name === primary)?.keys ?? [];
}

const isTrue = (text: string | null | undefined): boolean => ['t', 'true', 'yes', 'YES'].includes(text ?? '');

const columnOf = (row: SqlRow): ColumnView => ({
  name: row['column_name'] ?? '',
  type: row['data_type'] ?? '',
  nullable: row['is_nullable'] ?? '',
  default: row['column_default'] ?? null,
  generated: row['generation_expression'] ?? '',
  hidden: isTrue(row['is_hidden']),
});

const describedText = ({ database, schema, table }: TableName): string =>
  `SELECT column_name, data_type, collation_name, udt_schema, udt_name FROM ${quoteIdentifier(database)}.information_schema.columns WHERE table_schema = ${quoteLiteral(schema)} AND table_name = ${quoteLiteral(table)}`;

function partialText({ database, schema, table }: TableName): string {
  const catalog = `${quoteIdentifier(database)}.pg_catalog`;
  return `SELECT i.relname FROM ${catalog}.pg_index x JOIN ${catalog}.pg_class i ON i.oid = x.indexrelid JOIN ${catalog}.pg_class t ON t.oid = x.indrelid JOIN ${catalog}.pg_namespace n ON n.oid = t.relnamespace WHERE n.nspname = ${quoteLiteral(schema)} AND t.relname = ${quoteLiteral(table)} AND x.indpred IS NOT NULL`;
}

const inboundText = (name: TableName): string =>
  `SELECT conname FROM ${quoteIdentifier(name.database)}.pg_catalog.pg_constraint WHERE contype = 'f' AND confrelid = ${quoteLiteral(quoteTable(name))}::REGCLASS`;

/** Types whose key encoding does not hold the whole value, as information_schema spells them. */
const compositeTypes: Readonly<Record<string, string>> = {
  numeric: 'DECIMAL',
  'double precision': 'FLOAT',
  real: 'FLOAT',
  jsonb: 'JSONB',
  ARRAY: 'an array',
};

const compositeOf = (rows: readonly SqlRow[]): readonly NamedText[] =>
  rows.flatMap((row) => {
    const text = compositeTypes[row['data_type'] ?? ''] ?? (row['collation_name'] == null ? null : 'collated text');
    return text === null ? [] : [{ name: row['column_name'] ?? '', text }];
  });

/** An index has a row for each column, in order. Stored columns are no part of it that anything is compared by. */
function indexesOf(rows: readonly SqlRow[]): readonly IndexView[] {
  const names = [...new Set(rows.map((row) => row['index_name'] ?? ''))];
  return names.map((name) => {
    const own = rows
      .filter((row) => (row['index_name'] ?? '') === name && !isTrue(row['storing']))
      .sort((a, b) => Number(a['seq_in_index']) - Number(b['seq_in_index']));
    const named = (some: readonly SqlRow[]) => some.map((row) => row['column_name'] ?? '');
    return {
      name,
      unique: own.some((row) => !isTrue(row['non_unique'])),
      keys: named(own.filter((row) => !isTrue(row['implicit']))),
      all: named(own),
    };
  });
}

/** What information_schema says of the columns that a user-defined type gives their values; the type of an array begins with an underscore. */
const ownTypes = (described: readonly SqlRow[], schema: string) =>
  described.flatMap((row) => {
    const [own, isArray] = [row['udt_schema'] ?? schema, row['data_type'] === 'ARRAY'];
    if (isArray ? own === 'pg_catalog' : row['data_type'] !== 'USER-DEFINED') return [];
    const name = row['udt_name'] ?? '';
    return [{ column: row['column_name'] ?? '', schema: own, type: isArray ? name.replace(/^_/u, '') : name }];
  });

/** User-defined types are asked for only where there are any. */
async function readTypes(session: SqlSession, name: TableName, described: readonly SqlRow[]): Promise<readonly TypeView[]> {
  const own = ownTypes(described, name.schema);
  const enums: SqlRow[] = [];
  for (const schema of new Set(own.map((one) => one.schema))) {
    enums.push(...(await session.read(`SHOW ENUMS FROM ${quoteIdentifier(name.database)}.${quoteIdentifier(schema)}`)));
  }
  return own.map(({ column, schema, type }) => {
    const found = enums.find((candidate) => candidate['schema'] === schema && candidate['name'] === type);
    return { column, type: `${schema}.${type}`, values: found?.['values'] ?? null };
  });
}
