import type { Side } from '../../domain/observation.ts';
import type { Finding } from './detail.ts';
import type { Ground } from './schema-rules.ts';
import type { ColumnView, TableView } from './table-view.ts';

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
    ...differ('columns', columnNames(both, named)),
    ...columnPairs(both).flatMap(([name, a, b]) => [
      ...differ('column-type', unlike(`column ${name} is`, a.type, b.type, named)),
      ...differ('column-nullability', unlike(`whether column ${name} may be null is`, a.nullable, b.nullable, named)),
      ...differ('column-expression', unlike(`column ${name} is computed as`, a.generated, b.generated, named)),
      ...differ(
        'column-default',
        unlike(`column ${name} has the default`, a.default ?? '', b.default ?? '', named),
        'Give both the same default, unless the difference is meant: a default counts only where a row is inserted.',
        'warns',
      ),
    ]),
    ...differ('primary-key', unlike('the primary key is', both.primary.primaryKey.join(', '), both.standby.primaryKey.join(', '), named)),
    ...onlyOn(both, named, uniqueKeys).flatMap((sentence) => differ('unique-index', sentence)),
    ...onlyOn(both, named, checks).flatMap((sentence) => differ('check', sentence)),
    ...enumPairs(both).flatMap(([type, a, b]) => differ('enum', unlike(`type ${type} has the values`, a, b, named))),
  ];
}

const shown = (text: string): string => (text === '' ? 'nothing' : text.length > 80 ? `${text.slice(0, 79)}…` : text);

const unlike = (what: string, a: string, b: string, named: Named): string | null =>
  a === b ? null : `${what} ${shown(a)} on ${named('primary')} and ${shown(b)} on ${named('standby')}`;

function columnNames({ primary, standby }: Both, named: Named): string | null {
  const [a, b] = [primary, standby].map(({ columns }) => columns.map(({ name }) => name));
  if (a === undefined || b === undefined || JSON.stringify(a) === JSON.stringify(b)) return null;
  const missing = (from: readonly string[], to: readonly string[]) => from.filter((name) => !to.includes(name));
  const parts = [
    ...missing(a, b).map((name) => `column ${shown(name)} is only on ${named('primary')}`),
    ...missing(b, a).map((name) => `column ${shown(name)} is only on ${named('standby')}`),
  ];
  return parts.length > 0
    ? parts.join('; ')
    : `the columns stand in another order: ${shown(a.join(', '))} on ${named('primary')} and ${shown(b.join(', '))} on ${named('standby')}`;
}

const columnPairs = ({ primary, standby }: Both): readonly (readonly [string, ColumnView, ColumnView])[] =>
  primary.columns.flatMap((column) => {
    const twin = standby.columns.find(({ name }) => name === column.name);
    return twin === undefined ? [] : [[column.name, column, twin] as const];
  });

interface Item {
  readonly key: string;
  readonly words: string;
}

/** By what it demands, not by its name: names may differ. */
const uniqueKeys = ({ indexes }: TableView): readonly Item[] =>
  indexes
    .filter(({ unique }) => unique)
    .map(({ name, keys }) => ({ key: JSON.stringify(keys), words: `unique index ${name} on (${keys.join(', ')})` }));

const checks = ({ checks: all }: TableView): readonly Item[] =>
  all.map(({ name, text }) => ({ key: text, words: `check ${name}, ${shown(text)},` }));

const onlyOn = (both: Both, named: Named, list: (view: TableView) => readonly Item[]): readonly string[] =>
  (['primary', 'standby'] as const).flatMap((side) => {
    const there = list(both[side === 'primary' ? 'standby' : 'primary']).map(({ key }) => key);
    return list(both[side])
      .filter(({ key }) => !there.includes(key))
      .map(({ words }) => `${words} is only on ${named(side)}`);
  });

const enumPairs = ({ primary, standby }: Both): readonly (readonly [string, string, string])[] =>
  primary.types.flatMap(({ column, type, values }) => {
    const twin = standby.types.find((candidate) => candidate.column === column && candidate.type === type);
    return twin === undefined ? [] : [[type, values ?? '', twin.values ?? ''] as const];
  });
