import { otherSide, type Side } from '../../domain/observation.ts';
import { quoteIdentifier, quoteLiteral } from '../../transports/sql-quoting.ts';
import type { LdrSettings } from './config.ts';
import { quoteTable, type TableName } from './table-name.ts';

/** Stands in a statement for a time that is read right before it is sent. */
export const timePlaceholder = '<one time for both sides>';

export const tablesOn = ({ tables }: LdrSettings, side: Side): readonly TableName[] => tables.map((pair) => pair[side]);

const listed = (tables: readonly TableName[]): string => tables.map(quoteTable).join(', ');
const tableClause = (tables: readonly TableName[]): string =>
  tables.length === 1 ? `TABLE ${listed(tables)}` : `TABLES (${listed(tables)})`;

const connectionInto = (settings: LdrSettings, side: Side): string =>
  quoteLiteral(`external://${settings.streams[side]?.externalConnection ?? ''}`);

/** Options that both ways of starting have, in the order in which they are always written. */
function commonOptions({ options }: LdrSettings): readonly string[] {
  return [
    // Immediate is what the server does when nothing is said, and newer grammars may come to drop the word.
    ...(options.mode === 'validated' ? [`MODE = 'validated'`] : []),
    ...(options.discardTtlDeletes ? [`DISCARD = 'ttl-deletes'`] : []),
    ...(options.label === null ? [] : [`LABEL = ${quoteLiteral(options.label)}`]),
  ];
}

/** A function is looked up on the side that follows, and belongs to a table by the name that it has on the source. */
function conflictOptions({ options, tables }: LdrSettings, into: Side): readonly string[] {
  const { defaultFunction, functions = [] } = options;
  const fallback = typeof defaultFunction === 'object' ? quoteTable(defaultFunction[into]) : defaultFunction;
  return [
    ...(fallback === undefined ? [] : [`DEFAULT FUNCTION = ${quoteLiteral(fallback)}`]),
    ...functions.flatMap((one) => {
      const table = tables[one.pair]?.[otherSide(into)];
      return table === undefined ? [] : [`FUNCTION ${quoteTable(one.function[into])} FOR TABLE ${quoteTable(table)}`];
    }),
  ];
}

/** Starts a job into tables that exist, with a first copy, or, with a cursor, without one. Sent on the side that follows. */
export function streamStatement(settings: LdrSettings, into: Side, cursor: string | null): string {
  const { skipSchemaCheck } = settings.options;
  const options = [
    ...(cursor === null ? [] : [`CURSOR = ${quoteLiteral(cursor)}`]),
    ...commonOptions(settings),
    ...conflictOptions(settings, into),
    ...(skipSchemaCheck ? ['SKIP SCHEMA CHECK'] : []),
  ];
  const from = tableClause(tablesOn(settings, otherSide(into)));
  const to = tableClause(tablesOn(settings, into));
  const tail = options.length === 0 ? '' : ` WITH ${options.join(', ')}`;
  return `CREATE LOGICAL REPLICATION STREAM FROM ${from} ON ${connectionInto(settings, into)} INTO ${to}${tail}`;
}

/** Makes the tables on the side that follows and starts the job, or, both ways, the two jobs. From 25.1 on. */
export function replicatedStatement(settings: LdrSettings, into: Side, both: boolean): string {
  const way = both ? `BIDIRECTIONAL ON ${connectionInto(settings, otherSide(into))}` : 'UNIDIRECTIONAL';
  const from = tableClause(tablesOn(settings, otherSide(into)));
  const to = tableClause(tablesOn(settings, into));
  return `CREATE LOGICALLY REPLICATED ${to} FROM ${from} ON ${connectionInto(settings, into)} WITH ${[way, ...commonOptions(settings)].join(', ')}`;
}

export const truncateStatement = (tables: readonly TableName[]): string => `TRUNCATE TABLE ${listed(tables)}`;

/** The content of a table in one number per index, the primary one first. */
export const fingerprintQuery = (table: TableName): string =>
  `SELECT index_name, fingerprint FROM [SHOW EXPERIMENTAL_FINGERPRINTS FROM TABLE ${quoteTable(table)}] AS OF SYSTEM TIME '${timePlaceholder}'`;

/** What the user in the connection needs on the side that it reads from. */
export function grantStatement(settings: LdrSettings, source: Side, user: string, privileges: readonly string[], old: boolean): string {
  return `GRANT ${grantedBy(settings, source, privileges, old)} TO ${quoteIdentifier(user)}`;
}

export function revokeStatement(settings: LdrSettings, source: Side, user: string, privileges: readonly string[], old: boolean): string {
  return `REVOKE ${grantedBy(settings, source, privileges, old)} FROM ${quoteIdentifier(user)}`;
}

const grantedBy = (settings: LdrSettings, source: Side, privileges: readonly string[], old: boolean): string =>
  old ? 'SYSTEM REPLICATION' : `${privileges.join(', ')} ON TABLE ${listed(tablesOn(settings, source))}`;
