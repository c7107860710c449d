import { isAtLeast, type Release } from '../cockroach/version.ts';
import type { LdrSettings } from './config.ts';
import type { Finding } from './detail.ts';
import type { Form } from './form.ts';
import { isExpression, isShard } from './server-columns.ts';
import type { TableView } from './table-view.ts';

/** What decides whether a table is fit, beside the table itself. */
export interface Ground {
  readonly settings: LdrSettings;
  /** The older one of both releases. */
  readonly release: Release;
  readonly form: Form;
}

/** Something that a single table has and that replication does not take, or takes with a catch. */
export interface FeatureRule {
  readonly rule: string;
  /** The columns, indexes or constraints that have it, each as people read it. None: the table is fit. */
  found(view: TableView): readonly string[];
  /** Null where the versions and the settings allow it. */
  severity(ground: Ground): Finding['severity'] | null;
  /** Goes on after the table's name; `found` stands behind it in brackets. */
  readonly what: string;
  /** Full sentence. */
  readonly next: string;
}

const always = (): 'blocks' => 'blocks';
const alwaysWarns = (): 'warns' => 'warns';
const before =
  (year: number, number: number, otherwise: 'warns' | null) =>
  ({ release }: Ground): Finding['severity'] | null =>
    isAtLeast(release, year, number) ? otherwise : 'blocks';

const linesWith = (view: TableView, pattern: RegExp): readonly string[] =>
  view.lines.filter(({ words }) => pattern.test(words)).map(({ name, words }) => (name === '' ? words.trim() : name));

const virtualColumns = (view: TableView): readonly string[] =>
  linesWith(view, /^\s*(?!CONSTRAINT\b).*\bAS \(.*\) VIRTUAL\b/u).filter((name) => !isShard(name));

function onVirtual(view: TableView, columns: readonly string[]): readonly string[] {
  const virtual = virtualColumns(view);
  return columns.filter((column) => virtual.includes(column) || isExpression(column));
}

/** A call of a function that lies in a schema of the user's. A reference to a table looks alike and is no call. */
const ownFunction =
  /(?<!REFERENCES )(?<![\p{L}\p{N}_$".])(?!(?:crdb_internal|pg_catalog|information_schema)\.)(?:[\p{L}_][\p{L}\p{N}_$]*|"[^"]*")\.(?:[\p{L}_][\p{L}\p{N}_$]*|"[^"]*")(?:\.(?:[\p{L}_][\p{L}\p{N}_$]*|"[^"]*"))?\(/u;

const withDefaults = (view: TableView, pattern: RegExp): readonly string[] =>
  view.columns.filter((column) => pattern.test(column.default ?? '') || pattern.test(column.generated)).map(({ name }) => name);

/** Wherever it stands: a default, what a column is computed from, or what an update writes into it. */
const ofSequence = /\b(?:nextval|currval|setval|lastval)\(/u;

const unsupportedKeys = 'Foreign keys are not replicated: drop them on both sides, or leave the table out of the link.';

/** Up to 25.1 foreign keys went through the mode that checks them; no later manual allows them. */
function keysSeverity({ release, settings }: Ground): 'blocks' | null {
  return settings.options.mode === 'validated' && !isAtLeast(release, 25, 1) ? null : 'blocks';
}

const names = (items: readonly { readonly name: string }[]): readonly string[] => items.map(({ name }) => name);

/** Every rule of the manuals that one table can break by itself. */
export const featureRules: readonly FeatureRule[] = [
  {
    rule: 'column-family',
    found: (view) => {
      const families = linesWith(view, /^\s*FAMILY\s/u);
      return families.length > 1 ? families : [];
    },
    severity: always,
    what: 'has more than one column family',
    next: 'Make the table anew with a single column family, or leave it out of the link.',
  },
  {
    rule: 'composite-key',
    found: (view) => view.composite.filter(({ name }) => view.primaryKey.includes(name)).map(({ name, text }) => `${name}, ${text}`),
    severity: always,
    what: 'has a primary key whose exact value is not in the key',
    next: 'Use a primary key without decimals, floats, JSON, arrays and collated text, or leave the table out of the link.',
  },
  {
    rule: 'partial-index',
    found: (view) => view.partialIndexes,
    severity: before(25, 2, 'warns'),
    what: 'has a partial index',
    next: 'Drop the index, or make it one of all rows; from 25.2 on the server takes it, though the manual does not list it as supported.',
  },
  {
    rule: 'hash-sharded-index',
    found: (view) => [
      ...view.indexes.filter(({ all }) => all.some(isShard)).map(({ name }) => name),
      ...(view.primaryIndex?.all.some(isShard) === true ? [view.primaryIndex.name] : []),
    ],
    severity: before(26, 2, null),
    what: 'has a hash-sharded index',
    next: 'Make the index anew without USING HASH, or upgrade both sides to 26.2.',
  },
  {
    rule: 'virtual-column-in-key',
    found: (view) => onVirtual(view, view.primaryKey),
    severity: always,
    what: 'has a virtual computed column in its primary key',
    next: 'Use a primary key of stored columns, or leave the table out of the link.',
  },
  {
    rule: 'virtual-column-index',
    found: (view) => view.indexes.filter(({ keys }) => onVirtual(view, keys).length > 0).map(({ name }) => name),
    severity: before(26, 2, null),
    what: 'has an index on a virtual computed column or on an expression',
    next: 'Drop the index, make the column STORED, or upgrade both sides to 26.2.',
  },
  {
    rule: 'unique-without-index',
    found: (view) => linesWith(view, /\bUNIQUE WITHOUT INDEX\b/u),
    severity: always,
    what: 'has a UNIQUE WITHOUT INDEX constraint',
    next: 'Drop the constraint, or leave the table out of the link.',
  },
  {
    rule: 'foreign-key',
    found: (view) => names(view.foreignKeys),
    severity: keysSeverity,
    what: 'has a foreign key',
    next: unsupportedKeys,
  },
  {
    rule: 'inbound-foreign-key',
    found: (view) => view.inbound,
    severity: keysSeverity,
    what: 'is what a foreign key of another table leads to',
    next: unsupportedKeys,
  },
  {
    rule: 'trigger',
    found: (view) => view.triggers,
    severity: always,
    what: 'has a trigger',
    next: 'Drop the trigger, or leave the table out of the link.',
  },
  {
    rule: 'user-function',
    found: (view) => linesWith(view, ownFunction),
    severity: always,
    what: 'calls a function of its own',
    next: 'Take the function out of the default, the computed column or the check, or leave the table out of the link.',
  },
  {
    rule: 'sequence',
    found: (view) => [...new Set([...withDefaults(view, ofSequence), ...linesWith(view, ofSequence)])],
    severity: ({ release, form }) => (isAtLeast(release, 26, 1) && form === 'stream' ? null : 'blocks'),
    what: 'takes values from a sequence',
    next: 'Use unique_rowid() or gen_random_uuid() as the default; from 26.1 on a sequence is taken where the table is on both sides already.',
  },
  {
    rule: 'user-type',
    found: (view) => view.types.map(({ column, type }) => `${column}, ${type}`),
    severity: ({ form }) => (form === 'create' ? 'blocks' : null),
    what: 'has a column of a user-defined type, which a table that replication makes by itself must not have',
    next: 'Make the type and the table by hand on the side that is to follow; then they are replicated as they are.',
  },
  {
    rule: 'type-not-compared',
    found: (view) => view.types.filter(({ values }) => values === null).map(({ column, type }) => `${column}, ${type}`),
    severity: ({ form }) => (form === 'create' ? null : 'warns'),
    what: 'has a column of a user-defined type that is not listed as an enum, so whether both sides have the same type was not compared',
    next: 'Compare the type on both sides by hand (SHOW CREATE ALL TYPES): CockroachDB refuses to start where its elements differ.',
  },
  {
    rule: 'row-ttl',
    found: (view) =>
      linesWith(view, /\bttl(?:_expire_after|_expiration_expression)?\s*=/u)
        .slice(0, 1)
        .map(() => 'ttl'),
    severity: alwaysWarns,
    what: 'deletes rows by row-level TTL, and that setting is not replicated',
    next: 'Decide on which side rows are to expire, and set it there.',
  },
  {
    rule: 'locality',
    found: (view) => linesWith(view, /\bLOCALITY\b/u).map(() => 'LOCALITY'),
    severity: alwaysWarns,
    what: 'has a locality, and how replication treats it is not documented',
    next: 'Try it with a copy of the table first, or use a table without a locality.',
  },
];
