import type { Side } from '../../domain/observation.ts';
import type { Finding } from './detail.ts';
import type { Ground } from './schema-rules.ts';
import { bucketsOf, isExpression, isShard } from './server-columns.ts';
import type { ColumnView, IndexView, TableView } from './table-view.ts';

/** What the tables of both sides have to have in common. A difference as people read it, without a full stop. */
export interface Difference {
  readonly rule: string;
  readonly severity: Finding['severity'];
  readonly sentence: string;
  readonly next: string;
}

type Both = Readonly<Record<Side, TableView>>;
type Named = (side: Side) => string;

const makeAlike = 'Change the table on one side so that both are alike.';

/** Compares a table with the one that it is to be replicated to. `named` is the name of a side's cluster. Pure. */
export function differencesOf(both: Both, ground: Ground, named: Named): readonly Difference[] {
  // Only a stream into tables that are there can leave the comparison out; what is unsupported stays so.
  const skipped = ground.settings.options.skipSchemaCheck && ground.form === 'stream';
  const severity = skipped ? 'warns' : 'blocks';
  const differ = (rule: string, sentence: string | null, next = makeAlike, how: Finding['severity'] = severity): readonly Difference[] =>
    sentence === null ? [] : [{ rule, severity: how, sentence, next }];
  return [
    ...differ('columns', columnNames(both, named), columnsNext(both)),
    ...columnPairs(both).flatMap(([name, a, b]) => [
      ...differ('column-type', unlike(`${name} is`, a.type, b.type, named)),
      ...differ('column-nullability', unlike(`whether ${name} may be null is`, a.nullable, b.nullable, named)),
      ...differ('column-expression', unlike(`${name} is computed as`, expressionOf(a), expressionOf(b), named)),
      ...differ(
        'column-default',
        unlike(`${name} has the default`, a.default ?? '', b.default ?? '', named),
        'Give both the same default, unless the difference is meant: a default counts only where a row is inserted.',
        'warns',
      ),
    ]),
    ...differ('primary-key', unlike('the primary key is', primaryKeyWords(both.primary), primaryKeyWords(both.standby), named)),
    ...onlyOn(both, named, uniqueKeys).flatMap((sentence) => differ('unique-index', sentence)),
    ...onlyOn(both, named, checks).flatMap((sentence) => differ('check', sentence)),
    ...enumPairs(both).flatMap(([type, a, b]) => differ('enum', unlike(`type ${type} has the values`, a, b, named))),
  ];
}

const shown = (text: string): string => (text === '' ? 'nothing' : text.length > 80 ? `${text.slice(0, 79)}…` : text);

const unlike = (what: string, a: string, b: string, named: Named): string | null =>
  a === b ? null : `${what} ${shown(a)} on ${named('primary')} and ${shown(b)} on ${named('standby')}`;

const names = ({ columns }: TableView): readonly string[] => columns.map(({ name }) => name);

/** A column as people find it again: one that the database made is known by its index. */
function columnWords({ primaryIndex, indexes }: TableView, { name, hidden }: ColumnView): string {
  if (!hidden) return `column ${shown(name)}`;
  const brings = [...(primaryIndex === null ? [] : [primaryIndex]), ...indexes].filter(({ all }) => all.includes(name));
  const made = brings.length > 0 && (isShard(name) || isExpression(name));
  const how = isShard(name) ? 'hash-sharded index' : 'index on an expression,';
  const by = made ? ` (made by the ${how} ${brings.map((index) => shown(index.name)).join(', ')})` : '';
  return `hidden column ${shown(name)}${by}`;
}

/** How the database computes a shard differs from version to version; its name tells the columns and the number of buckets. */
const expressionOf = ({ name, generated }: ColumnView): string => (isShard(name) ? '' : generated);

function columnNames({ primary, standby }: Both, named: Named): string | null {
  const [a, b] = [names(primary), names(standby)];
  if (JSON.stringify(a) === JSON.stringify(b)) return null;
  const missing = (from: TableView, there: readonly string[], side: Side) =>
    from.columns.filter(({ name }) => !there.includes(name)).map((column) => `${columnWords(from, column)} is only on ${named(side)}`);
  const parts = [...missing(primary, b, 'primary'), ...missing(standby, a, 'standby')];
  return parts.length > 0
    ? parts.join('; ')
    : `the columns stand in another order: ${shown(a.join(', '))} on ${named('primary')} and ${shown(b.join(', '))} on ${named('standby')}`;
}

/** Whether only an index that need not be alike on both sides brings a column along. */
const isByPlainIndex = ({ primaryIndex, indexes }: TableView, { name, hidden }: ColumnView): boolean => {
  const brings = [...(primaryIndex === null ? [] : [primaryIndex]), ...indexes].filter(({ all }) => all.includes(name));
  return (
    hidden && (isShard(name) || isExpression(name)) && brings.length > 0 && brings.every((index) => index !== primaryIndex && !index.unique)
  );
};

function columnsNext({ primary, standby }: Both): string {
  const missing = (from: TableView, there: TableView) =>
    from.columns.filter(({ name }) => !names(there).includes(name)).map((column) => isByPlainIndex(from, column));
  const plain = [...missing(primary, standby), ...missing(standby, primary)];
  return plain.length > 0 && plain.every(Boolean)
    ? 'Drop that index, or make the same one on the other side. Where the two are known to replicate all the same, options.skipSchemaCheck: true in the config leaves this comparison out, for the server too.'
    : makeAlike;
}

const columnPairs = ({ primary, standby }: Both): readonly (readonly [string, ColumnView, ColumnView])[] =>
  primary.columns.flatMap((column) => {
    const twin = standby.columns.find(({ name }) => name === column.name);
    return twin === undefined ? [] : [[columnWords(primary, column), column, twin] as const];
  });

interface Item {
  readonly key: string;
  readonly words: string;
}

/** ` in 8 hash shards`; nothing where the index is not hash-sharded. */
function shardWords(index: Pick<IndexView, 'all'> | null): string {
  const buckets = index?.all.flatMap((column) => bucketsOf(column) ?? []) ?? [];
  return buckets.length === 0 ? '' : ` in ${buckets.join(' and ')} hash shards`;
}

const primaryKeyWords = ({ primaryKey, primaryIndex }: TableView): string => `${primaryKey.join(', ')}${shardWords(primaryIndex)}`;

/** By what it demands and how it is parted, not by its name: names may differ. */
const uniqueKeys = ({ indexes }: TableView): readonly Item[] =>
  indexes
    .filter(({ unique }) => unique)
    .map((index) => ({
      key: JSON.stringify([index.keys, shardWords(index)]),
      words: `unique index ${index.name} on (${index.keys.join(', ')})${shardWords(index)}`,
    }));

const checks = ({ checks: all }: TableView): readonly Item[] =>
  all.map(({ name, text }) => ({ key: text, words: `check ${name}, ${shown(text)},` }));

/** The server counts them: one of two that demand the same has to be there twice on the other side too. */
const onlyOn = (both: Both, named: Named, list: (view: TableView) => readonly Item[]): readonly string[] =>
  (['primary', 'standby'] as const).flatMap((side) => {
    const there = list(both[side === 'primary' ? 'standby' : 'primary']).map(({ key }) => key);
    return list(both[side])
      .filter(({ key }) => {
        const twin = there.indexOf(key);
        if (twin >= 0) there.splice(twin, 1);
        return twin < 0;
      })
      .map(({ words }) => `${words} is only on ${named(side)}`);
  });

const enumPairs = ({ primary, standby }: Both): readonly (readonly [string, string, string])[] =>
  primary.types.flatMap(({ column, type, values }) => {
    const twin = standby.types.find((candidate) => candidate.column === column && candidate.type === type);
    return twin === undefined ? [] : [[type, values ?? '', twin.values ?? ''] as const];
  });
