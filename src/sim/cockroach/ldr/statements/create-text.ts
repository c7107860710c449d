import { type ColumnSpec, type IndexSpec, isEnum, type SimTable, type TableShape } from '../state/table.ts';

const plainName = /^[a-z_][a-z0-9_$]*$/;
const nameText = (name: string): string => (plainName.test(name) ? name : `"${name.replaceAll('"', '""')}"`);
const listText = (names: readonly string[]): string => names.map(nameText).join(', ');
const keyText = (names: readonly string[]): string => names.map((name) => `${nameText(name)} ASC`).join(', ');

/** A type as it stands in a column's definition. */
const typeText = ({ type, collation }: ColumnSpec): string => (collation === undefined ? type : `${type} COLLATE ${collation}`);

function columnText(column: ColumnSpec): string {
  const nullable = column.nullable === true ? 'NULL' : 'NOT NULL';
  const fallback = column.default === undefined ? '' : ` DEFAULT ${column.default}`;
  const computed = column.computed === undefined ? '' : ` AS (${column.computed}) ${column.stored === true ? 'STORED' : 'VIRTUAL'}`;
  const hidden = column.hidden === true ? ' NOT VISIBLE' : '';
  return `${nameText(column.name)} ${typeText(column)}${hidden} ${nullable}${fallback}${computed}`;
}

const hashText = (buckets: number | null | undefined): string => (buckets == null ? '' : ` USING HASH WITH (bucket_count=${buckets})`);

function indexText(index: IndexSpec): string {
  const key = index.expression === undefined ? keyText(index.columns) : `(${index.expression}) ASC`;
  const storing = index.storing === undefined ? '' : ` STORING (${listText(index.storing)})`;
  const where = index.where === undefined ? '' : ` WHERE ${index.where}`;
  return `${index.unique === true ? 'UNIQUE INDEX' : 'INDEX'} ${nameText(index.name)} (${key})${hashText(index.hash)}${storing}${where}`;
}

export const primaryKeyName = (table: SimTable): string => `${table.name}_pkey`;
export const looseName = (columns: readonly string[]): string => `unique_${columns.join('_')}`;

/** `public.b` of `db.public.b`. */
const withoutDatabase = (full: string): string => full.split('.').slice(-2).join('.');

function constraintTexts({ checks, foreignKeys, uniqueWithoutIndex }: TableShape): readonly string[] {
  return [
    ...foreignKeys.map(
      ({ name, columns, references, referenced }) =>
        `CONSTRAINT ${nameText(name)} FOREIGN KEY (${listText(columns)}) REFERENCES ${withoutDatabase(references)}(${listText(referenced)})`,
    ),
    ...uniqueWithoutIndex.map((columns) => `CONSTRAINT ${looseName(columns)} UNIQUE WITHOUT INDEX (${listText(columns)})`),
    ...checks.map(({ name, expression }) => `CONSTRAINT ${nameText(name)} CHECK (${expression})`),
  ];
}

function storageText({ ttl }: TableShape): string {
  if (ttl === null) return '';
  const excluded = ttl.excluded ? ', ttl_disable_changefeed_replication = true' : '';
  return ` WITH (ttl = 'on', ttl_expire_after = '${ttl.expireAfter}'::INTERVAL${excluded})`;
}

/** The statement of SHOW CREATE TABLE. */
export function createTableText(table: SimTable): string {
  const { shape } = table;
  const primary = `CONSTRAINT ${nameText(primaryKeyName(table))} PRIMARY KEY (${keyText(shape.primaryKey)})${hashText(shape.hashPrimaryKey)}`;
  const families = shape.families.map(({ name, columns }) => `FAMILY ${nameText(name)} (${listText(columns)})`);
  const lines = [...shape.columns.map(columnText), primary, ...shape.indexes.map(indexText), ...families, ...constraintTexts(shape)];
  const locality = shape.locality === null ? '' : ` LOCALITY ${shape.locality}`;
  const name = `${nameText(table.schema)}.${nameText(table.name)}`;
  return `CREATE TABLE ${name} (\n\t${lines.join(',\n\t')}\n)${storageText(shape)}${locality}`;
}

const standardTypes: readonly (readonly [RegExp, string])[] = [
  [/\[\]$/, 'ARRAY'],
  [/^(INT8|INT|SERIAL)/, 'bigint'],
  [/^INT4/, 'integer'],
  [/^INT2/, 'smallint'],
  [/^(STRING|TEXT)/, 'text'],
  [/^VARCHAR/, 'character varying'],
  [/^(DECIMAL|NUMERIC)/, 'numeric'],
  [/^FLOAT4/, 'real'],
  [/^FLOAT/, 'double precision'],
  [/^TIMESTAMPTZ/, 'timestamp with time zone'],
  [/^TIMESTAMP/, 'timestamp without time zone'],
  [/^BOOL/, 'boolean'],
  [/^BYTES/, 'bytea'],
];

/** What information_schema calls a type. */
export function standardType(type: string): string {
  if (isEnum(type) && !type.endsWith('[]')) return 'USER-DEFINED';
  return standardTypes.find(([pattern]) => pattern.test(type))?.[1] ?? type.toLowerCase();
}
