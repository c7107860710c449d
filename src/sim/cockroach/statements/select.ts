import type { Expression, Select, SelectItem, Source } from '../grammar/statement.ts';
import { planCatalogQuery, planLdrRelation } from '../ldr/statements/relations.ts';
import { SqlError, uncategorized } from '../sql-error.ts';
import type { Column, SqlValue, Table } from '../values/sql-types.ts';
import { toCastText } from '../values/sql-types.ts';
import { type Call, inReader } from './call.ts';
import { evaluate, evaluateAlone, type Scope } from './evaluate.ts';
import { enabledRoles } from './show-access.ts';
import type { ShowPlan } from './show-plan.ts';
import { columnsOf, pick } from './show-plan.ts';
import { planShow } from './shows.ts';
import { isAggregate, nameOf, typeOf } from './typing.ts';
import { isOn } from './variables.ts';

function planRelation(call: Call, parts: readonly string[], asOf: Expression | null): ShowPlan {
  const name = parts.join('.');
  const internal = /^(crdb_internal|system)\./.test(name);
  if (internal && call.cluster.dialect.internalsBlocked && !isOn(call, 'allow_unsafe_internals')) {
    throw new SqlError('42501', 'Access to crdb_internal and system is restricted.', {
      hint: 'These interfaces are unsupported. To proceed anyway, set allow_unsafe_internals = true.',
    });
  }
  if (parts.slice(-2).join('.') === 'information_schema.enabled_roles') return enabledRoles(call);
  const known = planLdrRelation(call, parts, asOf);
  if (known !== null) return known;
  if (name !== 'crdb_internal.gossip_nodes') throw new SqlError('42P01', `relation "${name}" does not exist`);
  const columns = columnsOf({ node_id: 'INT8', address: 'STRING', is_live: 'BOOL' });
  const records = [1n, 2n, 3n].map((id) => ({ node_id: id, address: `node-${id}:26257`, is_live: true }));
  return { columns, rows: () => pick(columns, records), tag: 'SELECT', counted: true };
}

function planSource(call: Call, source: Source, asOf: Expression | null): ShowPlan {
  if (source.kind === 'show') return planShow(call, source.show, asOf);
  if (source.kind === 'relation') return planRelation(call, source.parts, asOf);
  if (source.kind === 'catalog') return planCatalogQuery(call, source.query, source.column);
  const inner = planSelect(call, source.select);
  return { columns: inner.columns, rows: () => inner.run().rows, tag: 'SELECT', counted: true };
}

const expand = (items: readonly SelectItem[], columns: readonly Column[]): readonly SelectItem[] =>
  items.flatMap((item) =>
    item.expression.kind === 'star' ? columns.map(({ name }) => ({ expression: { kind: 'column' as const, name }, alias: null })) : [item],
  );

function limitOf(call: Call, limit: Expression | null): number {
  if (limit === null) return Number.POSITIVE_INFINITY;
  const rows = Number(evaluateAlone(call, limit).value ?? Number.NaN);
  if (!Number.isInteger(rows) || rows < 0) throw new SqlError('2201W', 'LIMIT must not be negative');
  return rows;
}

const sortKey = (value: SqlValue, type: Column['type']): string | number | bigint => {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  return type === 'DECIMAL' ? Number(value) : (toCastText(type, value) ?? '');
};

/** NULLs come first, as in CockroachDB. */
function compareKeys(left: SqlValue, right: SqlValue, type: Column['type']): number {
  if (left === right) return 0;
  if (left === null || right === null) return left === null ? -1 : 1;
  const [x, y] = [sortKey(left, type), sortKey(right, type)];
  return x < y ? -1 : x > y ? 1 : 0;
}

function sorted(select: Select, scopes: readonly Scope[], call: Call): readonly Scope[] {
  if (select.orderBy.length === 0) return scopes;
  const byKey = ({ expression, descending }: Select['orderBy'][number], a: Scope, b: Scope): number => {
    const type = typeOf(expression, a.columns, call.cluster.dialect);
    return compareKeys(evaluate(expression, a), evaluate(expression, b), type) * (descending ? -1 : 1);
  };
  return [...scopes].sort((a, b) => select.orderBy.reduce((order, key) => (order === 0 ? byKey(key, a, b) : order), 0));
}

/** The columns that an expression names. */
function columnsIn(expression: Expression): readonly string[] {
  switch (expression.kind) {
    case 'column':
      return [expression.name];
    case 'call':
      return expression.args.flatMap(columnsIn);
    case 'binary':
      return [expression.left, expression.right].flatMap(columnsIn);
    case 'in':
      return [expression.of, ...expression.list].flatMap(columnsIn);
    case 'extract':
    case 'cast':
    case 'not':
    case 'is-null':
      return columnsIn(expression.of);
    case 'literal':
    case 'parameter':
    case 'star':
      return [];
  }
}

/** A reader chooses the time of its reads by itself. */
function checkAsOf(call: Call, { asOf }: Select): void {
  if (asOf === null || !call.cluster.dialect.readerRefusesAsOf || !inReader(call)) return;
  if (isOn(call, 'bypass_pcr_reader_catalog_aost')) return;
  throw uncategorized('AS OF SYSTEM TIME can not be used in a reader virtual cluster', {
    hint: 'To proceed anyway, set bypass_pcr_reader_catalog_aost = true.',
  });
}

/** A SELECT whose columns are known before it runs. */
export interface SelectPlan {
  readonly columns: readonly Column[];
  run(): Table;
}

export function planSelect(call: Call, select: Select): SelectPlan {
  const { dialect } = call.cluster;
  checkAsOf(call, select);
  const source = select.from === null ? null : planSource(call, select.from, select.asOf);
  const inner = source?.columns ?? [];
  if (source === null && select.items.some((item) => item.expression.kind === 'star')) {
    throw new SqlError('42602', 'cannot use "*" without a FROM clause');
  }
  const unlisted = source?.unlisted ?? [];
  const items = expand(
    select.items,
    inner.filter(({ name }) => !unlisted.includes(name)),
  );
  const columns = items.map(({ expression, alias }) => ({ name: alias ?? nameOf(expression), type: typeOf(expression, inner, dialect) }));
  // An alias may be named in ORDER BY.
  const aliased = (expression: Expression): Expression =>
    expression.kind === 'column' ? (items.find(({ alias }) => alias === expression.name)?.expression ?? expression) : expression;
  const ordered: Select = { ...select, orderBy: select.orderBy.map((key) => ({ ...key, expression: aliased(key.expression) })) };
  for (const { expression } of ordered.orderBy) typeOf(expression, inner, dialect);
  if (select.where !== null) typeOf(select.where, inner, dialect);

  const keys = ordered.orderBy.map(({ expression }) => expression);
  const named = new Set(
    [...items.map(({ expression }) => expression), ...keys, ...(select.where === null ? [] : [select.where])].flatMap(columnsIn),
  );

  const run = (): Table => {
    const all = source === null ? [[]] : source.rows(named);
    const scopeOf = (row: readonly SqlValue[], rows: readonly (readonly SqlValue[])[]): Scope => ({ call, columns: inner, row, rows });
    const kept = all.filter((row) => select.where === null || evaluate(select.where, scopeOf(row, all)) === true);
    const aggregated = items.some(({ expression }) => isAggregate(expression));
    const scopes = aggregated ? [scopeOf(kept[0] ?? [], kept)] : kept.map((row) => scopeOf(row, kept));
    const chosen = sorted(ordered, scopes, call).slice(0, limitOf(call, select.limit));
    return { columns, rows: chosen.map((scope) => items.map(({ expression }) => evaluate(expression, scope))) };
  };
  return { columns, run };
}
