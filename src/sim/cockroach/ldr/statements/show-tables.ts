import type { Expression } from '../../grammar/statement.ts';
import type { Call } from '../../statements/call.ts';
import { columnsOf, pick, type ShowPlan } from '../../statements/show-plan.ts';
import type { SqlType, SqlValue } from '../../values/sql-types.ts';
import type { LdrShow, TableName } from '../grammar/ldr-statement.ts';
import { fingerprintAt } from '../state/content.ts';
import { allColumns, type IndexSpec, indexKey, primaryKeyOf, type SimTable } from '../state/table.ts';
import { readTimeOf } from './as-of.ts';
import { createTableText, looseName, primaryKeyName } from './create-text.ts';
import { placeOf, requireAny, requireOn, requireTable } from './tables.ts';

type Records = readonly Readonly<Record<string, SqlValue>>[];

/** A SHOW about one table: any privilege on it will do. */
function aboutTable(
  call: Call,
  name: TableName,
  tag: string,
  types: Record<string, SqlType>,
  read: (table: SimTable) => Records,
): ShowPlan {
  const columns = columnsOf(types);
  const rows = (): readonly (readonly SqlValue[])[] => {
    const table = requireTable(placeOf(call), name);
    requireAny(call, table);
    return pick(columns, read(table));
  };
  return { columns, rows, tag, counted: true };
}

type Show<Kind extends LdrShow['kind']> = Extract<LdrShow, { kind: Kind }>;

export const showCreateTable = (call: Call, { table }: Show<'show-create-table'>): ShowPlan =>
  aboutTable(call, table, 'SHOW CREATE', { table_name: 'STRING', create_statement: 'STRING' }, (found) => [
    { table_name: `${found.schema}.${found.name}`, create_statement: createTableText(found) },
  ]);

const indicesOf = (table: SimTable, column: string): readonly string[] => [
  primaryKeyName(table),
  ...table.shape.indexes
    .filter((index) => [...indexKey(table.shape, index), ...(index.storing ?? []), ...table.shape.primaryKey].includes(column))
    .map(({ name }) => name),
];

const columnTypes: Record<string, SqlType> = {
  column_name: 'STRING',
  data_type: 'STRING',
  is_nullable: 'BOOL',
  column_default: 'STRING',
  generation_expression: 'STRING',
  indices: 'STRING[]',
  is_hidden: 'BOOL',
};

export const showColumns = (call: Call, { table }: Show<'show-columns'>): ShowPlan =>
  aboutTable(call, table, 'SHOW COLUMNS', columnTypes, (found) =>
    allColumns(found.shape).map((column) => ({
      column_name: column.name,
      data_type: column.collation === undefined ? column.type : `${column.type} COLLATE ${column.collation}`,
      is_nullable: column.nullable ?? false,
      column_default: column.default ?? null,
      generation_expression: column.computed ?? '',
      indices: indicesOf(found, column.name),
      is_hidden: column.hidden ?? false,
    })),
  );

const indexTypes: Record<string, SqlType> = {
  table_name: 'STRING',
  index_name: 'STRING',
  non_unique: 'BOOL',
  seq_in_index: 'INT8',
  column_name: 'STRING',
  definition: 'STRING',
  direction: 'STRING',
  storing: 'BOOL',
  implicit: 'BOOL',
  visible: 'BOOL',
  visibility: 'FLOAT8',
};

interface Entry {
  readonly column: string;
  readonly storing: boolean;
  readonly implicit: boolean;
}

function primaryEntries(table: SimTable): readonly Entry[] {
  const key = primaryKeyOf(table.shape);
  const stored = table.shape.columns.filter(
    ({ name, computed, stored: kept }) => !key.includes(name) && (computed === undefined || kept === true),
  );
  return [
    ...key.map((column) => ({ column, storing: false, implicit: !table.shape.primaryKey.includes(column) })),
    ...stored.map(({ name }) => ({ column: name, storing: true, implicit: false })),
  ];
}

function secondaryEntries({ shape }: SimTable, index: IndexSpec): readonly Entry[] {
  const key = indexKey(shape, index);
  const stored = index.storing ?? [];
  const rest = primaryKeyOf(shape).filter((column) => !key.includes(column) && !stored.includes(column));
  return [
    ...key.map((column) => ({ column, storing: false, implicit: index.hash !== undefined && !index.columns.includes(column) })),
    ...stored.map((column) => ({ column, storing: true, implicit: false })),
    // A unique index carries the primary key along as stored columns.
    ...rest.map((column) => ({ column, storing: index.unique === true, implicit: true })),
  ];
}

const indexRecords = (table: SimTable, name: string, unique: boolean, entries: readonly Entry[]): Records =>
  entries.map(({ column, storing, implicit }, at) => ({
    table_name: table.name,
    index_name: name,
    non_unique: !unique,
    seq_in_index: BigInt(at + 1),
    column_name: column,
    definition: column,
    direction: storing ? 'N/A' : 'ASC',
    storing,
    implicit,
    visible: true,
    visibility: 1,
  }));

export const showIndexes = (call: Call, { table }: Show<'show-indexes'>): ShowPlan =>
  aboutTable(call, table, 'SHOW INDEXES', indexTypes, (found) => [
    ...indexRecords(found, primaryKeyName(found), true, primaryEntries(found)),
    ...found.shape.indexes.flatMap((index) => indexRecords(found, index.name, index.unique ?? false, secondaryEntries(found, index))),
  ]);

function constraintRecords(table: SimTable): Records {
  const { shape } = table;
  const record = (constraint_name: string, constraint_type: string, details: string) => ({
    table_name: table.name,
    constraint_name,
    constraint_type,
    details,
    validated: true,
  });
  const key = (columns: readonly string[]): string => columns.map((column) => `${column} ASC`).join(', ');
  return [
    record(primaryKeyName(table), 'PRIMARY KEY', `PRIMARY KEY (${key(shape.primaryKey)})`),
    ...shape.indexes
      .filter(({ unique }) => unique === true)
      .map((index) => record(index.name, 'UNIQUE', `UNIQUE (${key(indexKey(shape, index))})`)),
    ...shape.uniqueWithoutIndex.map((columns) => record(looseName(columns), 'UNIQUE', `UNIQUE WITHOUT INDEX (${columns.join(', ')})`)),
    ...shape.checks.map(({ name, expression }) => record(name, 'CHECK', `CHECK ((${expression}))`)),
    ...shape.foreignKeys.map(({ name, columns, references, referenced }) =>
      record(
        name,
        'FOREIGN KEY',
        `FOREIGN KEY (${columns.join(', ')}) REFERENCES ${references.split('.').at(-1)}(${referenced.join(', ')})`,
      ),
    ),
  ];
}

const constraintTypes: Record<string, SqlType> = {
  table_name: 'STRING',
  constraint_name: 'STRING',
  constraint_type: 'STRING',
  details: 'STRING',
  validated: 'BOOL',
};

export const showConstraints = (call: Call, { table }: Show<'show-constraints'>): ShowPlan =>
  aboutTable(call, table, 'SHOW CONSTRAINTS', constraintTypes, constraintRecords);

export const showTriggers = (call: Call, { table }: Show<'show-triggers'>): ShowPlan =>
  aboutTable(call, table, 'SHOW TRIGGERS', { trigger_name: 'STRING', enabled: 'BOOL' }, (found) =>
    found.shape.triggers.map((name) => ({ trigger_name: name, enabled: true })),
  );

export const showZoneConfiguration = (call: Call, { table }: Show<'show-zone-configuration'>): ShowPlan =>
  aboutTable(call, table, 'SHOW ZONE CONFIGURATION', { target: 'STRING', raw_config_sql: 'STRING' }, ({ shape }) => [
    {
      target: 'RANGE default',
      raw_config_sql: `ALTER RANGE default CONFIGURE ZONE USING\n\trange_min_bytes = 134217728,\n\trange_max_bytes = 536870912,\n\tgc.ttlseconds = ${shape.gcSeconds},\n\tnum_replicas = 3,\n\tconstraints = '[]',\n\tlease_preferences = '[]'`,
    },
  ]);

/** SHOW EXPERIMENTAL_FINGERPRINTS FROM TABLE: one row per index, of the rows as they were at the time of the read. */
export function showTableFingerprints(call: Call, { table: name }: Show<'show-table-fingerprints'>, asOf: Expression | null): ShowPlan {
  const columns = columnsOf({ index_name: 'STRING', fingerprint: 'STRING' });
  const rows = (): readonly (readonly SqlValue[])[] => {
    const table = requireTable(placeOf(call), name);
    requireOn(call, table, 'SELECT');
    const atUs = readTimeOf(call, table, asOf);
    const print = (keys: readonly string[]): string => fingerprintAt(call.state.ldr, table, keys, atUs, call.state.pace);
    const indexes = table.shape.indexes.map((index) => [index.name, print(indexKey(table.shape, index))] as const);
    return [[primaryKeyName(table), print(table.shape.primaryKey)], ...indexes];
  };
  return { columns, rows, tag: 'SHOW EXPERIMENTAL_FINGERPRINTS', counted: true };
}
