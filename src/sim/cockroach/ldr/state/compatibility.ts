import { SqlError } from '../../sql-error.ts';
import type { LdrDialect } from '../grammar/ldr-dialect.ts';
import { allColumns, type ColumnSpec, indexKey, isEnum, primaryKeyOf, type SimTable, type TableShape } from './table.ts';

/** A source and a destination table, with the values of the enums that they use. */
export interface Match {
  readonly source: SimTable;
  readonly destination: SimTable;
  enumValues(table: SimTable, type: string): readonly string[];
}

type Problem = string | null;

const same = (left: unknown, right: unknown): boolean => JSON.stringify(left) === JSON.stringify(right);

function columnProblem({ source, destination, enumValues }: Match, from: ColumnSpec, to: ColumnSpec, at: number): Problem {
  const [src, dst] = [source.name, destination.name];
  if (from.name !== to.name) {
    return `destination table ${dst} column ${to.name} at position ${at} does not match source table ${src} column ${from.name}`;
  }
  const nullable = [to.nullable ?? false, from.nullable ?? false] as const;
  if (nullable[0] !== nullable[1]) {
    return `destination table ${dst} column ${to.name} has nullable=${nullable[0]}, but the source table ${src} has nullable=${nullable[1]}`;
  }
  const types = `destination table ${dst} column ${to.name} has type ${to.type}, but the source table ${src} has type ${from.type}`;
  if (from.type !== to.type || from.collation !== to.collation) {
    return `${types}: destination type ${to.type} does not match source type ${from.type}`;
  }
  if (!isEnum(to.type)) return null;
  const [theirs, ours] = [enumValues(source, from.type), enumValues(destination, to.type)];
  if (same(theirs, ours)) return null;
  return `${types}: destination type ${to.type} has logical representations [${ours.join(' ')}], but the source type ${from.type} has [${theirs.join(' ')}]`;
}

function columnsProblem(match: Match): Problem {
  const [from, to] = [allColumns(match.source.shape), allColumns(match.destination.shape)];
  const [src, dst] = [match.source.name, match.destination.name];
  if (from.length !== to.length) {
    return `destination table ${dst} has ${to.length} columns, but the source table ${src} has ${from.length} columns`;
  }
  for (const [at, column] of to.entries()) {
    const other = from[at];
    const problem = other === undefined ? null : columnProblem(match, other, column, at);
    if (problem !== null) return problem;
  }
  return null;
}

const uniques = (shape: TableShape): readonly string[] =>
  shape.indexes
    .filter(({ unique }) => unique === true)
    .map((index) => JSON.stringify(indexKey(shape, index)))
    .sort();

function uniqueProblem({ source, destination }: Match): Problem {
  const [from, to] = [uniques(source.shape), uniques(destination.shape)];
  if (from.length !== to.length) {
    return `destination table ${destination.name} has ${to.length} UNIQUE indexes, but the source table ${source.name} has ${from.length} UNIQUE indexes`;
  }
  const sameKeys = same(primaryKeyOf(source.shape), primaryKeyOf(destination.shape));
  return same(from, to) && sameKeys
    ? null
    : `destination table ${destination.name} UNIQUE indexes do not match source table ${source.name}`;
}

const checks = (shape: TableShape): readonly string[] => shape.checks.map(({ expression }) => expression).sort();

function checkProblem({ source, destination }: Match): Problem {
  const [from, to] = [checks(source.shape), checks(destination.shape)];
  if (from.length !== to.length) {
    return `destination table ${destination.name} has ${to.length} CHECK constraints, but the source table ${source.name} has ${from.length} CHECK constraints`;
  }
  return same(from, to) ? null : `destination table ${destination.name} CHECK constraints do not match source table ${source.name}`;
}

const compositeTypes = /^(DECIMAL|FLOAT|JSONB?$|DOUBLE)/;
const isComposite = ({ type, collation }: ColumnSpec): boolean => compositeTypes.test(type) || collation !== undefined;

function primaryKeyProblem({ name, shape }: SimTable, dialect: LdrDialect): Problem {
  const keys = allColumns(shape).filter((column) => primaryKeyOf(shape).includes(column.name));
  const composite = keys.find(isComposite);
  if (composite !== undefined) return `table ${name} has a primary key column (${composite.name}) with composite encoding`;
  const hashed = (column: ColumnSpec): boolean => dialect.hashIndexes && /^crdb_internal_.*_shard_\d+$/.test(column.name);
  const virtual = keys.find((column) => column.computed !== undefined && column.stored !== true && !hashed(column));
  return virtual === undefined ? null : `table ${name} has a virtual computed column ${virtual.name} that appears in the primary key`;
}

function indexProblem({ name, shape }: SimTable, dialect: LdrDialect): Problem {
  const partial = shape.indexes.find(({ where }) => where !== undefined);
  if (partial !== undefined && !dialect.partialIndexes) return `table ${name} has a partial index ${partial.name}`;
  if (dialect.hashIndexes) return null;
  const virtual = new Set(
    allColumns(shape)
      .filter(({ computed, stored }) => computed !== undefined && stored !== true)
      .map((column) => column.name),
  );
  for (const index of shape.indexes) {
    const column = indexKey(shape, index).find((key) => virtual.has(key));
    if (column !== undefined) return `table ${name} has a virtual computed column ${column} that is a key of index ${index.name}`;
  }
  return null;
}

const functionCall = /\b[a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*\(/i;
const expressionsOf = ({ default: fallback, computed }: ColumnSpec): string => `${fallback ?? ''} ${computed ?? ''}`;

function referenceProblem({ name, shape }: SimTable, dialect: LdrDialect): Problem {
  const columns = shape.columns.map(expressionsOf);
  const indexes = shape.indexes.map(({ where, expression }) => `${where ?? ''} ${expression ?? ''}`);
  const texts = [...columns, ...indexes, ...shape.checks.map(({ expression }) => expression)];
  if (!dialect.sequences && columns.some((text) => /\bnextval\(/.test(text))) return `table ${name} references sequences with IDs [131]`;
  if (texts.some((text) => functionCall.test(text))) return `table ${name} references functions with IDs [132]`;
  return shape.triggers.length === 0 ? null : `table ${name} references triggers [${shape.triggers.join(', ')}]`;
}

function unsupported(table: SimTable, dialect: LdrDialect): readonly (() => Problem)[] {
  const { name, shape } = table;
  const loose = shape.uniqueWithoutIndex.map((columns) => `unique_${columns.join('_')}`);
  return [
    () => (shape.families.length > 1 ? `table ${name} has more than one column family` : null),
    () => primaryKeyProblem(table, dialect),
    () => indexProblem(table, dialect),
    () => (loose.length > 0 ? `table ${name} has UNIQUE WITHOUT INDEX constraints: ${loose.join(',')}` : null),
  ];
}

/** Refuses a destination table that can't take the source's rows. `equal: false` leaves out what only compares the two. */
export function checkCompatible(match: Match, dialect: LdrDialect, equal: boolean): void {
  const table = match.destination;
  const rules = [
    ...(equal ? [() => columnsProblem(match)] : []),
    ...unsupported(table, dialect),
    ...(equal ? [() => uniqueProblem(match), () => checkProblem(match)] : []),
    () => referenceProblem(table, dialect),
  ];
  for (const rule of rules) {
    const problem = rule();
    if (problem !== null) throw new SqlError('42P16', `cannot create logical replication stream: ${problem}`);
  }
}
