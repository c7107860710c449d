import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LdrSettings } from '../../../src/engines/cockroach-ldr/config.ts';
import type { LdrOptions } from '../../../src/engines/cockroach-ldr/config-options.ts';
import { createLines } from '../../../src/engines/cockroach-ldr/create-text.ts';
import type { Finding, Rows, SchemaLook } from '../../../src/engines/cockroach-ldr/detail.ts';
import { findingsInto, type TablePairView } from '../../../src/engines/cockroach-ldr/findings.ts';
import { featureRules } from '../../../src/engines/cockroach-ldr/schema-rules.ts';
import type { TableView } from '../../../src/engines/cockroach-ldr/table-view.ts';
import { findingWarnings, schemaRefusal } from '../../../src/engines/cockroach-ldr/unfit.ts';
import { aLink } from './scenes.ts';
import { aColumn, anIndex, aTable, createWith } from './table.ts';

const releases = {
  '24.3': { year: 24, number: 3, text: 'v24.3.12' },
  '25.1': { year: 25, number: 1, text: 'v25.1.3' },
  '25.2': { year: 25, number: 2, text: 'v25.2.4' },
  '25.4': { year: 25, number: 4, text: 'v25.4.1' },
  '26.1': { year: 26, number: 1, text: 'v26.1.1' },
  '26.2': { year: 26, number: 2, text: 'v26.2.2' },
} as const;
type Version = keyof typeof releases;
const versions: readonly Version[] = ['24.3', '25.1', '25.2', '25.4', '26.1', '26.2'];

interface Case {
  readonly version?: Version;
  readonly settings?: Partial<LdrSettings>;
  readonly options?: Partial<LdrOptions>;
  /** Null: the table does not exist there. */
  readonly primary?: TableView | null;
  readonly standby?: TableView | null;
  readonly rows?: readonly [Rows, Rows];
}

const oneTable = aLink().settings.tables.slice(0, 1);

function find(
  { version = '26.2', settings = {}, options = {}, primary = aTable(), standby = aTable(), rows = ['filled', 'empty'] }: Case,
  into: 'primary' | 'standby' = 'standby',
): readonly Finding[] {
  const base = aLink({ tables: oneTable, ...settings }).settings;
  const pair: TablePairView = { views: { primary, standby }, look: { rows: { primary: rows[0], standby: rows[1] } } };
  const side = (view: TableView | null) => ({
    release: releases[version],
    tables: [view === null ? ('absent' as const) : ('there' as const)],
  });
  return findingsInto(
    {
      settings: { ...base, options: { ...base.options, ...options } },
      sides: { primary: side(primary), standby: side(standby) },
      pairs: [pair],
    },
    into,
  );
}

const brief = (findings: readonly Finding[]): readonly string[] =>
  findings.map(({ rule, severity, side }) => `${severity} ${rule} ${side ?? 'both'}`);

/** The rules about a single table: what breaks them, and how each version takes it. */
const features: readonly {
  readonly rule: string;
  readonly broken: TableView;
  readonly names: string;
  readonly blocks: readonly Version[];
  readonly warns: readonly Version[];
}[] = [
  {
    rule: 'column-family',
    broken: aTable({ create: createWith('FAMILY "primary" (id, note)', 'FAMILY wide (body)') }),
    names: '(primary; wide)',
    blocks: versions,
    warns: [],
  },
  {
    rule: 'composite-key',
    broken: aTable({
      primaryKey: ['price', 'id'],
      composite: [
        { name: 'price', text: 'DECIMAL' },
        { name: 'doc', text: 'JSONB' },
      ],
    }),
    names: '(price, DECIMAL)',
    blocks: versions,
    warns: [],
  },
  {
    rule: 'partial-index',
    broken: aTable({ partialIndexes: ['open_only'] }),
    names: '(open_only)',
    blocks: ['24.3', '25.1'],
    warns: ['25.2', '25.4', '26.1', '26.2'],
  },
  {
    rule: 'hash-sharded-index',
    broken: aTable({ indexes: [anIndex('by_note', ['note'], { all: ['crdb_internal_note_shard_16', 'note', 'id'] })] }),
    names: '(by_note)',
    blocks: ['24.3', '25.1', '25.2', '25.4', '26.1'],
    warns: [],
  },
  {
    rule: 'hash-sharded-index',
    broken: aTable({ primaryIndex: { name: 'orders_pkey', unique: true, keys: ['id'], all: ['crdb_internal_id_shard_8', 'id'] } }),
    names: '(orders_pkey)',
    blocks: ['24.3', '25.1', '25.2', '25.4', '26.1'],
    warns: [],
  },
  {
    rule: 'virtual-column-in-key',
    broken: aTable({ primaryKey: ['low'], create: createWith('low STRING NOT NULL AS (lower(note)) VIRTUAL') }),
    names: '(low)',
    blocks: versions,
    warns: [],
  },
  {
    rule: 'virtual-column-index',
    broken: aTable({
      create: createWith('low STRING NULL AS (lower(note)) VIRTUAL'),
      indexes: [anIndex('by_low', ['low']), anIndex('by_note', ['note'])],
    }),
    names: '(by_low)',
    blocks: ['24.3', '25.1', '25.2', '25.4', '26.1'],
    warns: [],
  },
  {
    rule: 'virtual-column-index',
    broken: aTable({ indexes: [anIndex('by_expr', ['crdb_internal_idx_expr'])] }),
    names: '(by_expr)',
    blocks: ['24.3', '25.1', '25.2', '25.4', '26.1'],
    warns: [],
  },
  {
    rule: 'type-not-compared',
    broken: aTable({ types: [{ column: 'note', type: 'public.address', values: null }] }),
    names: '(note, public.address)',
    blocks: [],
    warns: versions,
  },
  {
    rule: 'unique-without-index',
    broken: aTable({ create: createWith('CONSTRAINT unique_note UNIQUE WITHOUT INDEX (note)') }),
    names: '(unique_note)',
    blocks: versions,
    warns: [],
  },
  {
    rule: 'foreign-key',
    broken: aTable({ foreignKeys: [{ name: 'fk_customer', text: '' }] }),
    names: '(fk_customer)',
    blocks: versions,
    warns: [],
  },
  { rule: 'inbound-foreign-key', broken: aTable({ inbound: ['items_order_fk'] }), names: '(items_order_fk)', blocks: versions, warns: [] },
  { rule: 'trigger', broken: aTable({ triggers: ['audit'] }), names: '(audit)', blocks: versions, warns: [] },
  {
    rule: 'user-function',
    broken: aTable({ create: createWith('code STRING NULL DEFAULT public.next_code()') }),
    names: '(code)',
    blocks: versions,
    warns: [],
  },
  {
    rule: 'user-function',
    broken: aTable({ create: createWith('CONSTRAINT check_code CHECK ("my schema"."is fine"(note))') }),
    names: '(check_code)',
    blocks: versions,
    warns: [],
  },
  {
    rule: 'sequence',
    broken: aTable({ columns: [aColumn('id', { type: 'INT8', default: "nextval('public.s'::REGCLASS)" })] }),
    names: '(id)',
    blocks: ['24.3', '25.1', '25.2', '25.4'],
    warns: [],
  },
  {
    rule: 'row-ttl',
    broken: aTable({ create: `${createWith()} WITH (ttl = 'on', ttl_expire_after = '30 days':::INTERVAL)` }),
    names: '(ttl)',
    blocks: [],
    warns: versions,
  },
  {
    rule: 'locality',
    broken: aTable({ create: `${createWith()} LOCALITY REGIONAL BY ROW` }),
    names: '(LOCALITY)',
    blocks: [],
    warns: versions,
  },
];

describe('a table that is to be replicated', () => {
  it('is fit when both sides have it alike', () => {
    for (const version of versions) expect(find({ version })).toEqual([]);
  });

  const rows = features.flatMap((feature) => versions.map((version) => [feature.rule, version, feature] as const));
  it.each(rows)('with %s is judged on %s', (rule, version, { broken, names, blocks, warns }) => {
    const found = find({ version, primary: broken, standby: broken }).filter((finding) => finding.rule === rule);
    const severity = blocks.includes(version) ? 'blocks' : warns.includes(version) ? 'warns' : null;
    expect(brief(found)).toEqual(severity === null ? [] : [`${severity} ${rule} primary`, `${severity} ${rule} standby`]);
    for (const { sentence, next } of found) {
      expect(sentence).toContain(names);
      expect(sentence).toMatch(/^shop\.public\.orders on sql-(east|west) .*\.$/su);
      expect(next).toMatch(/^[A-Z].*\.$/su);
    }
  });

  it('has a row here for every rule', () => {
    const untold = featureRules
      .map(({ rule }) => rule)
      .filter((rule) => rule !== 'user-type' && !features.some((feature) => feature.rule === rule));
    expect(untold).toEqual([]);
  });

  it('may have foreign keys only where they are checked, and only on 24.3', () => {
    const keyed = aTable({ foreignKeys: [{ name: 'fk', text: '' }], inbound: ['other_fk'] });
    const judged = (version: Version, mode: LdrOptions['mode']) =>
      find({ version, primary: keyed, standby: keyed, options: { mode } }).length;
    expect([judged('24.3', 'validated'), judged('24.3', 'immediate'), judged('25.2', 'validated')]).toEqual([0, 4, 4]);
  });

  it('takes a sequence from 26.1 on, but not where replication makes the table', () => {
    const counted = aTable({ columns: [aColumn('id', { default: "nextval('public.s'::REGCLASS)" })] });
    expect(brief(find({ version: '26.2', primary: counted, standby: null, rows: ['filled', 'absent'] }))).toEqual([
      'blocks sequence primary',
    ]);
  });

  it('may use a type of its own where both have it alike, but not where replication makes the table', () => {
    const typed = (values: string) => aTable({ types: [{ column: 'status', type: 'public.status', values }] });
    expect(find({ primary: typed('{new,paid}'), standby: typed('{new,paid}') })).toEqual([]);
    expect(brief(find({ primary: typed('{new,paid}'), standby: null, rows: ['filled', 'absent'] }))).toEqual(['blocks user-type primary']);
    const [differing] = find({ primary: typed('{new,paid}'), standby: typed('{new}') });
    expect(differing).toMatchObject({ rule: 'differ-enum', severity: 'blocks', side: null });
    expect(differing?.sentence).toContain('type public.status has the values {new,paid} on sql-east and {new} on sql-west');
  });
});

describe('two tables that are to hold the same', () => {
  const differences: readonly (readonly [string, Partial<Parameters<typeof aTable>[0]>, string, string])[] = [
    [
      'a column that is missing',
      { columns: [aColumn('id', { type: 'INT8', nullable: 'f' })] },
      'blocks differ-columns both',
      'column note is only on sql-east',
    ],
    [
      'another order',
      { columns: [aColumn('note'), aColumn('id', { type: 'INT8', nullable: 'f' })] },
      'blocks differ-columns both',
      'another order',
    ],
    [
      'another type',
      { columns: [aColumn('id', { type: 'INT4', nullable: 'f' }), aColumn('note')] },
      'blocks differ-column-type both',
      'column id is INT8 on sql-east and INT4 on sql-west',
    ],
    [
      'another nullability',
      { columns: [aColumn('id', { type: 'INT8' }), aColumn('note')] },
      'blocks differ-column-nullability both',
      'column id may be null',
    ],
    [
      'another expression',
      { columns: [aColumn('id', { type: 'INT8', nullable: 'f' }), aColumn('note', { generated: 'upper(x)' })] },
      'blocks differ-column-expression both',
      'column note is computed as nothing on sql-east and upper(x) on sql-west',
    ],
    [
      'another default',
      { columns: [aColumn('id', { type: 'INT8', nullable: 'f' }), aColumn('note', { default: "'x'" })] },
      'warns differ-column-default both',
      "has the default nothing on sql-east and 'x' on sql-west",
    ],
    [
      'another primary key',
      { primaryKey: ['id', 'note'] },
      'blocks differ-primary-key both',
      'the primary key is id on sql-east and id, note on sql-west',
    ],
    [
      'another check',
      { checks: [{ name: 'positive', text: 'CHECK ((id > 0))' }] },
      'blocks differ-check both',
      'check positive, CHECK ((id > 0)), is only on sql-west',
    ],
  ];
  it.each(differences)('tell %s', (_, standby, wanted, words) => {
    const found = find({ standby: aTable(standby) });
    expect(brief(found)).toEqual([wanted]);
    expect(found[0]?.sentence).toContain(words);
  });

  const plain = [aColumn('id', { type: 'INT8', nullable: 'f' }), aColumn('note')];
  const audit = aColumn('audit', { hidden: true });
  const sharded = (buckets: number) => {
    const shard = `crdb_internal_id_shard_${buckets}`;
    return aTable({
      columns: [...plain, aColumn(shard, { type: 'INT8', nullable: 'f', hidden: true, generated: `mod(x, ${buckets})` })],
      primaryIndex: { name: 'orders_pkey', unique: true, keys: ['id'], all: [shard, 'id'] },
    });
  };

  it('count the columns that SELECT * leaves out', () => {
    const [one] = find({ standby: aTable({ columns: [...plain, audit] }) });
    expect(one).toMatchObject({ rule: 'differ-columns', severity: 'blocks' });
    expect(one?.sentence).toContain('hidden column audit is only on sql-west');
    const primary = aTable({ columns: [...plain, { ...audit, type: 'INT8', nullable: 'f' }] });
    const two = find({ primary, standby: aTable({ columns: [...plain, audit] }) });
    expect(brief(two)).toEqual(['blocks differ-column-type both', 'blocks differ-column-nullability both']);
    expect(two[0]?.sentence).toContain('hidden column audit is INT8 on sql-east and STRING on sql-west');
    expect(find({ primary, standby: primary })).toEqual([]);
    // Whether SELECT * shows it is no part of what is replicated.
    expect(find({ primary, standby: aTable({ columns: [...plain, { ...audit, type: 'INT8', nullable: 'f', hidden: false }] }) })).toEqual(
      [],
    );
  });

  it('name the way out where only an index brings a column along that may differ', () => {
    const expression = 'crdb_internal_idx_expr';
    const columns = [...plain, aColumn(expression, { hidden: true, generated: 'lower(note)' })];
    const nextWith = (unique: boolean, more: Partial<Parameters<typeof aTable>[0]> = {}) =>
      find({ primary: aTable({ columns, indexes: [anIndex('low', [expression], { unique, all: [expression] })], ...more }) }).find(
        ({ rule }) => rule === 'differ-columns',
      )?.next;
    expect(nextWith(false)).toMatch(/^Drop that index, or make the same one .* options\.skipSchemaCheck: true in the config/u);
    for (const next of [nextWith(true), nextWith(false, { columns: [...columns, audit] }), nextWith(false, { indexes: [] })])
      expect(next).toBe('Change the table on one side so that both are alike.');
  });

  it('name every key and index that is parted into other hash shards', () => {
    const found = find({ primary: sharded(8), standby: sharded(4) });
    expect(brief(found)).toEqual(['blocks differ-columns both', 'blocks differ-primary-key both']);
    expect(found[0]?.sentence).toContain(
      'hidden column crdb_internal_id_shard_8 (made by the hash-sharded index orders_pkey) is only on sql-east; hidden column crdb_internal_id_shard_4 (made by the hash-sharded index orders_pkey) is only on sql-west',
    );
    expect(found[1]?.sentence).toContain('the primary key is id in 8 hash shards on sql-east and id in 4 hash shards on sql-west');
    expect(find({ primary: sharded(8), standby: sharded(8) })).toEqual([]);
    const unique = (buckets: number) =>
      aTable({ indexes: [anIndex('u', ['note'], { unique: true, all: [`crdb_internal_note_shard_${buckets}`, 'note'] })] });
    expect(find({ primary: unique(8), standby: unique(4) })[0]?.sentence).toContain(
      'unique index u on (note) in 8 hash shards is only on sql-east',
    );
    const skipped = find({ primary: sharded(8), standby: sharded(4), options: { skipSchemaCheck: true } });
    expect(brief(skipped)).toEqual(['warns differ-columns both', 'warns differ-primary-key both']);
  });

  it('may differ in indexes that demand nothing, and in names', () => {
    const unique = (name: string) => anIndex(name, ['note'], { unique: true });
    expect(find({ primary: aTable({ indexes: [anIndex('a', ['note'])] }) })).toEqual([]);
    expect(brief(find({ primary: aTable({ indexes: [unique('a')] }), standby: aTable({ indexes: [unique('b')] }) }))).toEqual([
      'warns unique-index standby',
    ]);
  });

  it('count what demands the same more than once, as the server does', () => {
    const unique = (...names: readonly string[]) => names.map((name) => anIndex(name, ['note'], { unique: true }));
    const primary = aTable({ indexes: unique('a', 'b') });
    expect(find({ primary, standby: aTable({ indexes: unique('c') }) })[0]?.sentence).toContain(
      'unique index b on (note) is only on sql-east',
    );
    expect(brief(find({ primary, standby: aTable({ indexes: unique('c', 'd') }) }))).toEqual(['warns unique-index standby']);
    const check = (name: string) => ({ name, text: 'CHECK (id > 0)' });
    expect(brief(find({ primary: aTable({ checks: [check('a')] }), standby: aTable({ checks: [check('a'), check('b')] }) }))).toEqual([
      'blocks differ-check both',
    ]);
  });

  it('find a sequence wherever a column takes a value from it, and in no text', () => {
    const drawn = (line: string) => brief(find({ version: '25.4', primary: aTable({ create: createWith(line) }) }));
    expect(drawn("note INT8 NULL ON UPDATE nextval('public.s'::REGCLASS)")).toEqual(['blocks sequence primary']);
    expect(drawn("note INT8 NULL DEFAULT currval('public.s'::REGCLASS)")).toEqual(['blocks sequence primary']);
    expect(drawn("note STRING NULL DEFAULT 'nextval(1)':::STRING")).toEqual([]);
  });

  it('say of a type that is no enum that nobody compared it', () => {
    const table = aTable({ types: [{ column: 'note', type: 'public.address', values: null }] });
    expect(brief(find({ primary: table, standby: table }))).toEqual(['warns type-not-compared primary', 'warns type-not-compared standby']);
    const told = aTable({ types: [{ column: 'note', type: 'public.status', values: '{new}' }] });
    expect(brief(find({ primary: told, standby: told }))).toEqual([]);
  });

  it('tell a unique index of one side, which only a skipped check lets through', () => {
    const primary = aTable({ indexes: [anIndex('one_note', ['note'], { unique: true })] });
    expect(brief(find({ primary }))).toEqual(['blocks differ-unique-index both']);
    expect(brief(find({ primary, options: { skipSchemaCheck: true } }))).toEqual(['warns differ-unique-index both']);
    expect(find({ primary })[0]?.sentence).toContain('unique index one_note on (note) is only on sql-east');
  });

  it('are compared only where both are there; a skipped check does not excuse what is not supported', () => {
    const broken = aTable({ triggers: ['t'] });
    expect(brief(find({ primary: broken, standby: aTable(), options: { skipSchemaCheck: true } }))).toEqual(['blocks trigger primary']);
  });
});

describe('tables that are there or not', () => {
  const settings = (tables: number): Partial<LdrSettings> => ({ tables: aLink().settings.tables.slice(0, tables) });

  it('need a source', () => {
    expect(brief(find({ primary: null, rows: ['absent', 'empty'] }))).toContain('blocks source-missing primary');
    expect(brief(find({ standby: null, rows: ['filled', 'absent'] }, 'primary'))).toContain('blocks source-missing standby');
  });

  it('are made by replication from 25.1 on, and by hand before', () => {
    expect(find({ version: '25.1', standby: null, rows: ['filled', 'absent'] })).toEqual([]);
    expect(brief(find({ version: '24.3', standby: null, rows: ['filled', 'absent'] }))).toEqual(['blocks destination-missing standby']);
  });

  it('are made all at once or not at all, and lie together', () => {
    const absent: TablePairView = { views: { primary: aTable(), standby: null }, look: { rows: { primary: 'filled', standby: 'absent' } } };
    const there: TablePairView = {
      views: { primary: aTable(), standby: aTable() },
      look: { rows: { primary: 'filled', standby: 'empty' } },
    };
    const side = (...tables: ('there' | 'absent')[]) => ({ release: releases['26.2'], tables });
    const some = findingsInto(
      {
        settings: aLink(settings(2)).settings,
        sides: { primary: side('there', 'there'), standby: side('there', 'absent') },
        pairs: [there, absent],
      },
      'standby',
    );
    expect(brief(some)).toEqual(['blocks destination-missing standby']);
    expect(some[0]?.sentence).toMatch(/^shop\.public\.items on sql-west does not exist, while other tables/u);
    const [first] = oneTable;
    if (first === undefined) throw new TypeError('no table');
    const elsewhere = { primary: first.primary, standby: { database: 'other', schema: 'public', table: 't' } };
    const spread = findingsInto(
      {
        settings: aLink({ tables: [first, elsewhere] }).settings,
        sides: { primary: side('there', 'there'), standby: side('absent', 'absent') },
        pairs: [absent, absent],
      },
      'standby',
    );
    expect(brief(spread)).toEqual(['blocks spread-destination standby']);
  });

  it('must not both be filled for both ways, and had better be empty for one', () => {
    expect(brief(find({ rows: ['filled', 'filled'], settings: { direction: 'bidirectional' } }))).toEqual(['blocks both-filled standby']);
    expect(find({ rows: ['empty', 'filled'], settings: { direction: 'bidirectional' } })).toEqual([]);
    expect(brief(find({ rows: ['filled', 'filled'] }))).toEqual(['warns destination-filled standby']);
    expect(find({ rows: ['filled', 'unknown'] })).toEqual([]);
  });

  it('have their TTL deletes discarded only where the source marks them', () => {
    const options = { discardTtlDeletes: true };
    expect(brief(find({ options }))).toEqual(['blocks ttl-not-marked primary']);
    const marked = aTable({ create: `${createWith()} WITH (ttl_disable_changefeed_replication = true)` });
    expect(find({ options, primary: marked })).toEqual([]);
    const off = aTable({ create: `${createWith()} WITH (ttl_disable_changefeed_replication = false)` });
    expect(brief(find({ options, primary: off }))).toEqual(['blocks ttl-not-marked primary']);
  });

  it('are told one by one where the source marks only some that have a TTL', () => {
    const ttl = `ttl = 'on', ttl_expire_after = '30 days'`;
    const storages = [`${ttl}, ttl_disable_changefeed_replication = true`, ttl, 'exclude_data_from_backup = true'];
    const pairs = storages.map((storage, at): TablePairView => {
      const name = { database: 'shop', schema: 'public', table: `odd "${at}"` };
      return {
        views: { primary: aTable({ name, create: `${createWith()} WITH (${storage})` }), standby: aTable() },
        look: { rows: { primary: 'filled', standby: 'empty' } },
      };
    });
    const side = { release: releases['26.2'], tables: pairs.map(() => 'there' as const) };
    const { settings } = aLink({
      options: { mode: 'immediate', discardTtlDeletes: true, label: null, skipSchemaCheck: false },
      tables: ['orders', 'items', 'plain'].map((table) => {
        const name = { database: 'shop', schema: 'public', table };
        return { primary: name, standby: name };
      }),
    });
    const found = findingsInto({ settings, sides: { primary: side, standby: side }, pairs }, 'standby');
    expect(found.filter(({ rule }) => rule.startsWith('ttl'))).toEqual([
      {
        rule: 'ttl-table-not-marked',
        severity: 'warns',
        side: 'primary',
        pair: 1,
        sentence:
          'shop.public.items on sql-east deletes rows by TTL and does not keep that out of changefeeds, so these deletes are replicated like others, while the config wants them discarded.',
        next: `Run ALTER TABLE "shop"."public"."odd ""1""" SET (ttl_disable_changefeed_replication = 'true') on sql-east, unless these deletes are wanted.`,
      },
    ]);
  });

  it('put what blocks first, and leave nothing out, however many tables there are', () => {
    const pair: TablePairView = {
      views: {
        primary: aTable({ triggers: ['t'], foreignKeys: [{ name: 'f', text: '' }] }),
        standby: aTable({ indexes: [anIndex('u', ['id'], { unique: true })] }),
      },
      look: { rows: { primary: 'filled', standby: 'filled' } },
    };
    const tables = Array.from({ length: 60 }, (_, index) => ({
      primary: { database: 'd', schema: 's', table: `t${index}` },
      standby: { database: 'd', schema: 's', table: `t${index}` },
    }));
    const side = { release: releases['26.2'], tables: tables.map(() => 'there' as const) };
    const found = findingsInto(
      { settings: aLink({ tables }).settings, sides: { primary: side, standby: side }, pairs: tables.map(() => pair) },
      'standby',
    );
    const blocking = found.filter(({ severity }) => severity === 'blocks');
    expect(found.slice(0, blocking.length)).toEqual(blocking);
    for (const rule of ['trigger', 'foreign-key', 'differ-unique-index', 'unique-index', 'destination-filled']) {
      expect(new Set(found.filter((one) => one.rule === rule).map(({ pair }) => pair)).size, rule).toBe(60);
    }
    const away = { kind: 'gone', why: 'ECONNREFUSED' } as const;
    const schema: SchemaLook = { kind: 'read', pairs: tables.map(() => pair.look), findings: { primary: [], standby: [...found] } };
    const told = findingWarnings({ primary: away, standby: away, schema }, ['standby']);
    expect(told).toHaveLength(41);
    expect(told.at(-1)).toContain('80 more findings');
    const refused = schemaRefusal('setup', aLink({ tables }), { primary: away, standby: away, schema }, ['standby']);
    expect(refused?.all).toEqual(blocking.map(({ sentence, next }) => `${sentence} ${next}`));
  });

  it('name every column, index and constraint that is at fault', () => {
    const many = Array.from({ length: 25 }, (_, index) => `key_${index}`);
    const found = find({ primary: aTable({ foreignKeys: many.map((name) => ({ name, text: '' })) }) });
    for (const name of many) expect(found[0]?.sentence).toContain(name);
  });
});

describe('the text of a table', () => {
  it('hides nothing and invents nothing, whatever names and texts it holds', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 60 }).filter((any) => !any.includes('\u0000'));
    const tricks = fc.constantFrom(
      'x) VIRTUAL, FAMILY b (',
      'LOCALITY',
      'public.f(',
      '\n\tFAMILY two (a)',
      'UNIQUE WITHOUT INDEX',
      "it''s",
      'ttl = 1',
    );
    fc.assert(
      fc.property(fc.oneof(text, tricks), fc.oneof(text, tricks), (name, value) => {
        const quotedName = `"${name.replaceAll('"', '""')}x"`;
        const quotedValue = `'${value.replaceAll('\\', '').replaceAll("'", "''")}'`;
        const lines = createLines(createWith(`${quotedName} STRING NULL DEFAULT ${quotedValue}:::STRING`, 'FAMILY one (id)'));
        expect(lines).toHaveLength(6);
        expect(lines[2]?.name).toBe(`${name}x`);
        expect(lines[3]).toMatchObject({ name: 'one' });
        const view = aTable({ lines });
        const broken = featureRules.filter((rule) => rule.found(view).length > 0).map(({ rule }) => rule);
        expect(broken).toEqual([]);
      }),
    );
  });

  it('does not take a reference to a table for a call', () => {
    const view = aTable({
      create: createWith(
        'CONSTRAINT fk FOREIGN KEY (note) REFERENCES shop.public.customers(id)',
        'at TIMESTAMPTZ NULL DEFAULT pg_catalog.now()',
      ),
    });
    expect(find({ primary: view, standby: view })).toEqual([]);
  });
});
