import { createLines } from '../../../src/engines/cockroach-ldr/create-text.ts';
import type { TableView } from '../../../src/engines/cockroach-ldr/table-view.ts';

const plainCreate = `CREATE TABLE public.orders (
	id INT8 NOT NULL,
	note STRING NULL,
	CONSTRAINT orders_pkey PRIMARY KEY (id ASC),
	FAMILY "primary" (id, note)
)`;

/** A table that is fit for replication. */
export const aTable = ({ create = plainCreate, ...more }: Partial<TableView> & { readonly create?: string } = {}): TableView => ({
  name: { database: 'shop', schema: 'public', table: 'orders' },
  columns: [aColumn('id', { type: 'INT8', nullable: 'f' }), aColumn('note')],
  composite: [],
  types: [],
  primaryKey: ['id'],
  primaryIndex: { name: 'orders_pkey', unique: true, keys: ['id'], all: ['id'] },
  indexes: [],
  partialIndexes: [],
  checks: [],
  foreignKeys: [],
  inbound: [],
  triggers: [],
  lines: createLines(create),
  ...more,
});

export const aColumn = (name: string, more: Partial<TableView['columns'][number]> = {}): TableView['columns'][number] => ({
  name,
  type: 'STRING',
  nullable: 't',
  default: null,
  generated: '',
  hidden: false,
  ...more,
});

export const anIndex = (name: string, keys: readonly string[], more: Partial<TableView['indexes'][number]> = {}) => ({
  name,
  unique: false,
  keys,
  all: keys,
  ...more,
});

/** The text of SHOW CREATE TABLE with these lines beside the usual ones. */
export const createWith = (...lines: readonly string[]): string =>
  [
    'CREATE TABLE public.orders (',
    '\tid INT8 NOT NULL,',
    ...lines.map((line) => `\t${line},`),
    '\tCONSTRAINT orders_pkey PRIMARY KEY (id ASC)',
    ')',
  ].join('\n');
