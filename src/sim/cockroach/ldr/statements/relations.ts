import type { Expression } from '../../grammar/statement.ts';
import { SqlError } from '../../sql-error.ts';
import { type Call, currentUser } from '../../statements/call.ts';
import { columnsOf, pick, type ShowPlan } from '../../statements/show-plan.ts';
import { hlcDecimal, hlcOfUs } from '../../values/hlc.ts';
import type { SqlValue } from '../../values/sql-types.ts';
import type { CatalogQuery, TableName } from '../grammar/ldr-statement.ts';
import { rowsAt } from '../state/content.ts';
import { rowTimesAt } from '../state/row-times.ts';
import { rowValuesAt } from '../state/row-values.ts';
import { allColumns, enumOf, fullName, isEnum } from '../state/table.ts';
import { readTimeOf } from './as-of.ts';
import { standardType } from './create-text.ts';
import { dlqColumns, dlqRecords, dlqSchema, findDlq } from './dlq.ts';
import { findTable, type Place, placeOf, requireDatabase, requireOn, requireTable, tablesIn } from './tables.ts';

const relation = (columns: ShowPlan['columns'], rows: ShowPlan['rows']): ShowPlan => ({ columns, rows, tag: 'SELECT', counted: true });

const visibleTables = (place: Place, database: string) => tablesIn(place).filter((table) => table.database === database && !table.offline);

/** information_schema.tables: tables and dead letter queues of one database. */
function tablesView(call: Call, database: string): ShowPlan {
  const columns = columnsOf({ table_catalog: 'STRING', table_schema: 'STRING', table_name: 'STRING', table_type: 'STRING' });
  const place = placeOf(call);
  const queues = call.state.ldr.dlqs.filter(
    (dlq) => dlq.side === place.cluster.side && dlq.vcId === place.vcId && dlq.database === database,
  );
  const records = () => [
    ...visibleTables(place, database).map(({ schema, name }) => [schema, name] as const),
    ...queues.map(({ name }) => [dlqSchema, name] as const),
  ];
  return relation(columns, () => records().map(([schema, name]) => [database, schema, name, 'BASE TABLE']));
}

const columnTypes = columnsOf({
  table_catalog: 'STRING',
  table_schema: 'STRING',
  table_name: 'STRING',
  column_name: 'STRING',
  ordinal_position: 'INT8',
  column_default: 'STRING',
  is_nullable: 'STRING',
  data_type: 'STRING',
  collation_name: 'STRING',
  generation_expression: 'STRING',
  is_hidden: 'STRING',
  udt_schema: 'STRING',
  udt_name: 'STRING',
});

const yes = (value: boolean | undefined): string => (value === true ? 'YES' : 'NO');

/** A type as PostgreSQL names it: that of an array begins with an underscore. */
function shortType(type: string): string {
  const short = isEnum(type) ? enumOf(type)[1] : type.toLowerCase().replace(/\[\]$/, '');
  return type.endsWith('[]') ? `_${short}` : short;
}

/** information_schema.columns. */
function columnsView(call: Call, database: string): ShowPlan {
  const rows = (): readonly (readonly SqlValue[])[] =>
    visibleTables(placeOf(call), database).flatMap((table) =>
      pick(
        columnTypes,
        allColumns(table.shape).map((column, at) => ({
          table_catalog: database,
          table_schema: table.schema,
          table_name: table.name,
          column_name: column.name,
          ordinal_position: BigInt(at + 1),
          column_default: column.default ?? null,
          is_nullable: yes(column.nullable),
          data_type: standardType(column.type),
          collation_name: column.collation ?? null,
          generation_expression: column.computed ?? '',
          is_hidden: yes(column.hidden),
          udt_schema: isEnum(column.type) ? enumOf(column.type)[0] : 'pg_catalog',
          udt_name: shortType(column.type),
        })),
      ),
    );
  return relation(columnTypes, rows);
}

const views: Readonly<Record<string, (call: Call, database: string) => ShowPlan>> = { tables: tablesView, columns: columnsView };

function planView(call: Call, parts: TableName): ShowPlan | null {
  const [schema, name = ''] = parts.slice(-2);
  const view = Object.hasOwn(views, name) ? views[name] : undefined;
  if (schema !== 'information_schema' || view === undefined) return null;
  const place = placeOf(call);
  const database = parts.length === 3 ? requireDatabase(place, parts[0] ?? '').name : place.database;
  return view(call, database);
}

function planDlq(call: Call, parts: TableName): ShowPlan | null {
  const dlq = findDlq(placeOf(call), parts);
  if (dlq === null) return null;
  return relation(dlqColumns, () => {
    // The queue belongs to the node user: only admins see customers' rows, and those who may read the table.
    const table = call.state.ldr.tables.find(({ id }) => id === dlq.tableId);
    if (table === undefined && !currentUser(call).admin) {
      throw new SqlError('42501', `user ${call.session.user} does not have SELECT privilege on relation ${dlq.name}`);
    }
    if (table !== undefined) requireOn(call, table, 'SELECT');
    return dlqRecords(dlq);
  });
}

/** Of each row: when it was written here, and, for one that a stream brought, when it was written at its source. */
const systemColumns = columnsOf({ crdb_internal_mvcc_timestamp: 'DECIMAL', crdb_internal_origin_timestamp: 'DECIMAL' });

/** Rows of a table: as many as it has, with their times. What they hold stands for values: equal where those are. */
function planRows(call: Call, parts: TableName, asOf: Expression | null): ShowPlan {
  const { shape } = requireTable(placeOf(call), parts);
  const held = allColumns(shape).map(({ name }) => name);
  const rows = (named?: ReadonlySet<string>): readonly (readonly SqlValue[])[] => {
    const table = requireTable(placeOf(call), parts);
    requireOn(call, table, 'SELECT');
    const { ldr, pace } = call.state;
    const atUs = readTimeOf(call, table, asOf);
    const times = rowTimesAt(ldr, table, atUs, pace).slice(0, rowsAt(ldr, table, atUs, pace));
    const text = (timeUs: number): string => hlcDecimal(hlcOfUs(timeUs));
    const values = held.some((name) => named?.has(name)) ? rowValuesAt(ldr, table, atUs, pace, held) : [];
    return times.map(({ mvccUs, originUs }, at) => [text(mvccUs), originUs === null ? null : text(originUs), ...(values[at] ?? [])]);
  };
  const columns = [...systemColumns, ...held.map((name) => ({ name, type: 'STRING' as const }))];
  return { ...relation(columns, rows), unlisted: columns.map(({ name }) => name) };
}

/** A table, a dead letter queue or a view of the catalog; null when the name is none of them. */
export function planLdrRelation(call: Call, parts: TableName, asOf: Expression | null): ShowPlan | null {
  const known = planView(call, parts) ?? planDlq(call, parts);
  if (known !== null) return known;
  return findTable(placeOf(call), parts) === null ? null : planRows(call, parts, asOf);
}

/** `"db"."schema"."table"` or `db.schema.table`, as a REGCLASS reads it. */
const partsOf = (text: string): TableName =>
  [...text.matchAll(/"((?:[^"]|"")*)"|([^".]+)/g)].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');

/** The exact catalog queries that the small SELECT has no words for. */
export function planCatalogQuery(call: Call, query: CatalogQuery, column: string): ShowPlan {
  const columns = columnsOf({ [column]: 'STRING' });
  return relation(columns, () => {
    const place = placeOf(call);
    requireDatabase(place, query.database);
    if (query.kind === 'partial-indexes') {
      const table = visibleTables(place, query.database).find(({ schema, name }) => schema === query.schema && name === query.table);
      return (table?.shape.indexes ?? []).filter(({ where }) => where !== undefined).map(({ name }) => [name]);
    }
    const target = fullName(requireTable(place, partsOf(query.table)));
    const keys = tablesIn(place).flatMap(({ shape }) => shape.foreignKeys.filter(({ references }) => references === target));
    return keys.map(({ name }) => [name]);
  });
}
