import type { SimVersion } from '../../../../src/sim/cockroach/grammar/dialect.ts';
import type { LdrWorldOptions } from '../../../../src/sim/cockroach/ldr/ldr-world.ts';
import { orders, streamOf } from './ldr-bed.ts';

export interface LdrRefusal {
  readonly name: string;
  readonly version?: SimVersion;
  readonly options?: Partial<LdrWorldOptions>;
  readonly before?: readonly string[];
  readonly user?: string;
  readonly sql: string;
  readonly code: string;
  readonly message: string | RegExp;
}

type Table = NonNullable<LdrWorldOptions['tables']>[number];

/** The standby's only table differs from the primary's of the same name, which nothing else is known of. */
const drifted = (ours: Omit<Table, 'name'>, theirs: Omit<Table, 'name'> = ours): Partial<LdrWorldOptions> => ({
  tables: [
    { name: orders, ...theirs, sides: ['primary'] },
    { name: orders, ...ours, sides: ['standby'] },
  ],
});

export const both = (shape: Omit<Table, 'name'>): Partial<LdrWorldOptions> => ({ tables: [{ name: orders, ...shape }] });

const id = { name: 'id', type: 'INT8' } as const;
/** What `SELECT *` leaves out and replication counts. */
const hidden = { name: 'h', type: 'STRING', nullable: true, hidden: true } as const;
const stream = streamOf(orders);
const prefix = 'cannot create logical replication stream: ';
const schema = (name: string, options: Partial<LdrWorldOptions>, message: string, version: SimVersion = '26.2'): LdrRefusal => ({
  name,
  version,
  options,
  sql: stream,
  code: '42P16',
  message: `${prefix}${message}`,
});

/** One line per rule of 4.4: tables that the product does not take, and how it words it. */
export const schemaRefusals: readonly LdrRefusal[] = [
  schema(
    'another count of columns',
    drifted({ columns: [id] }, { columns: [id, { name: 'a', type: 'INT8' }] }),
    'destination table orders has 1 columns, but the source table orders has 2 columns',
  ),
  schema(
    'another column name',
    drifted({ columns: [{ ...id, name: 'no' }] }, { columns: [id] }),
    'destination table orders column no at position 0 does not match source table orders column id',
  ),
  schema(
    'another nullability',
    drifted({ columns: [id, { name: 'a', type: 'INT8', nullable: true }] }, { columns: [id, { name: 'a', type: 'INT8' }] }),
    'destination table orders column a has nullable=true, but the source table orders has nullable=false',
  ),
  schema(
    'another type',
    drifted({ columns: [id, { name: 'a', type: 'STRING' }] }, { columns: [id, { name: 'a', type: 'INT8' }] }),
    'destination table orders column a has type STRING, but the source table orders has type INT8: destination type STRING does not match source type INT8',
  ),
  ...(['24.3', '25.2', '26.2'] as const).flatMap((version) => [
    schema(
      `a hidden column of one side on ${version}`,
      drifted({ columns: [id] }, { columns: [id, hidden] }),
      'destination table orders has 1 columns, but the source table orders has 2 columns',
      version,
    ),
    schema(
      `a hidden column of another type on ${version}`,
      drifted({ columns: [id, { ...hidden, type: 'INT8' }] }, { columns: [id, hidden] }),
      'destination table orders column h has type INT8, but the source table orders has type STRING: destination type INT8 does not match source type STRING',
      version,
    ),
    schema(
      `a hidden column of another nullability on ${version}`,
      drifted({ columns: [id, hidden] }, { columns: [id, { ...hidden, nullable: false }] }),
      'destination table orders column h has nullable=true, but the source table orders has nullable=false',
      version,
    ),
  ]),
  schema(
    'another order of hidden columns',
    drifted({ columns: [id, hidden, { ...hidden, name: 'g' }] }, { columns: [id, { ...hidden, name: 'g' }, hidden] }),
    'destination table orders column h at position 1 does not match source table orders column g',
  ),
  schema(
    'another number of hash buckets',
    drifted({ hashPrimaryKey: 4 }, { hashPrimaryKey: 8 }),
    'destination table orders column crdb_internal_id_shard_4 at position 4 does not match source table orders column crdb_internal_id_shard_8',
  ),
  schema(
    'a key that is hash-sharded on one side',
    drifted({}, { hashPrimaryKey: 8 }),
    'destination table orders has 4 columns, but the source table orders has 5 columns',
  ),
  schema(
    'an index with another number of hash buckets',
    drifted({ indexes: [{ name: 'h', columns: ['region'], hash: 4 }] }, { indexes: [{ name: 'h', columns: ['region'], hash: 8 }] }),
    'destination table orders column crdb_internal_region_shard_4 at position 4 does not match source table orders column crdb_internal_region_shard_8',
  ),
  schema(
    'another primary key',
    drifted(
      { columns: [id, { name: 'a', type: 'INT8' }], primaryKey: ['id', 'a'] },
      { columns: [id, { name: 'a', type: 'INT8' }], primaryKey: ['id'] },
    ),
    'destination table orders UNIQUE indexes do not match source table orders',
  ),
  schema(
    'two families',
    both({
      columns: [id, { name: 'a', type: 'INT8' }],
      families: [
        { name: 'f1', columns: ['id'] },
        { name: 'f2', columns: ['a'] },
      ],
    }),
    'table orders has more than one column family',
  ),
  schema(
    'a composite key',
    both({ columns: [{ name: 'price', type: 'DECIMAL(10,2)' }] }),
    'table orders has a primary key column (price) with composite encoding',
  ),
  schema(
    'a partial index on 25.1',
    both({ indexes: [{ name: 'part', columns: ['region'], where: 'amount > 0' }] }),
    'table orders has a partial index part',
    '25.1',
  ),
  schema(
    'a hash-sharded index on 26.1',
    both({ indexes: [{ name: 'h', columns: ['region'], hash: 16 }] }),
    'table orders has a virtual computed column crdb_internal_region_shard_16 that is a key of index h',
    '26.1',
  ),
  schema(
    'an expression index on 25.2',
    both({ indexes: [{ name: 'e', columns: [], expression: 'lower(region)' }] }),
    'table orders has a virtual computed column crdb_internal_idx_expr that is a key of index e',
    '25.2',
  ),
  schema(
    'a hash-sharded key on 25.2',
    both({ hashPrimaryKey: 8 }),
    'table orders has a virtual computed column crdb_internal_id_shard_8 that appears in the primary key',
    '25.2',
  ),
  schema(
    'a virtual key column',
    both({ columns: [{ ...id, computed: '1', stored: false }] }),
    'table orders has a virtual computed column id that appears in the primary key',
  ),
  schema(
    'uniqueness without an index',
    both({ uniqueWithoutIndex: [['region']] }),
    'table orders has UNIQUE WITHOUT INDEX constraints: unique_region',
  ),
  schema(
    'another count of unique indexes',
    drifted({ indexes: [{ name: 'u', columns: ['region'], unique: true }] }, {}),
    'destination table orders has 1 UNIQUE indexes, but the source table orders has 0 UNIQUE indexes',
  ),
  schema(
    'other unique indexes',
    drifted(
      { indexes: [{ name: 'u', columns: ['region'], unique: true }] },
      { indexes: [{ name: 'u', columns: ['amount'], unique: true }] },
    ),
    'destination table orders UNIQUE indexes do not match source table orders',
  ),
  schema(
    'another count of checks',
    drifted({ checks: [{ name: 'c', expression: 'amount > 0' }] }, {}),
    'destination table orders has 1 CHECK constraints, but the source table orders has 0 CHECK constraints',
  ),
  schema(
    'other checks',
    drifted({ checks: [{ name: 'c', expression: 'amount > 0' }] }, { checks: [{ name: 'c', expression: 'amount > 1' }] }),
    'destination table orders CHECK constraints do not match source table orders',
  ),
  schema(
    'a sequence on 25.4',
    both({ columns: [{ ...id, default: `nextval('public.s'::REGCLASS)` }] }),
    'table orders references sequences with IDs [131]',
    '25.4',
  ),
  schema('a function', both({ columns: [{ ...id, default: 'public.next_id()' }] }), 'table orders references functions with IDs [132]'),
  schema('triggers', both({ triggers: ['audit', 'log'] }), 'table orders references triggers [audit, log]'),
  {
    name: 'an enum with other values',
    options: {
      ...both({ columns: [id, { name: 's', type: 'public.status' }] }),
      enums: [
        { name: 'shop.public.status', values: ['new', 'paid'], sides: ['primary'] },
        { name: 'shop.public.status', values: ['new'], sides: ['standby'] },
      ],
    },
    sql: stream,
    code: '42P16',
    message: /has logical representations \[new\], but the source type public.status has \[new paid\]$/,
  },
  {
    name: 'an array of an enum with other values',
    options: {
      ...both({ columns: [id, { name: 's', type: 'public.status[]' }] }),
      enums: [
        { name: 'shop.public.status', values: ['new', 'paid'], sides: ['primary'] },
        { name: 'shop.public.status', values: ['new'], sides: ['standby'] },
      ],
    },
    sql: stream,
    code: '42P16',
    message: /has logical representations \[new\], but the source type public.status\[\] has \[new paid\]$/,
  },
];
