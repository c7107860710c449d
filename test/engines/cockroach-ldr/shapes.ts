import type { SimVersion } from '../../../src/sim/cockroach/grammar/dialect.ts';
import type { TableSpec } from '../../../src/sim/cockroach/ldr/state/table.ts';

type Table = Omit<TableSpec, 'name' | 'sides'>;

/** A table of one kind, and on which versions the server refuses to start a stream of it into one that is there. */
export interface Shape {
  readonly name: string;
  readonly primary: Table;
  /** Left out where both sides have it alike. */
  readonly standby?: Table;
  refused(version: SimVersion): boolean;
}

const id = { name: 'id', type: 'INT8' } as const;
const a = { name: 'a', type: 'INT8' } as const;
const never = (): boolean => false;
const always = (): boolean => true;
const before =
  (first: number) =>
  (version: SimVersion): boolean =>
    Number(version) < first;
const unique = (name: string) => ({ name, columns: ['region'], unique: true });
const check = (name: string, expression = 'amount > 0') => ({ name, expression });

export const shapes: readonly Shape[] = [
  { name: 'a plain table', primary: {}, refused: never },
  { name: 'two keys', primary: { columns: [id, a], primaryKey: ['id', 'a'] }, refused: never },
  { name: 'a hidden column', primary: { columns: [id, { ...a, hidden: true }] }, refused: never },
  { name: 'a plain index on one side', primary: { indexes: [{ name: 'i', columns: ['region'] }] }, standby: {}, refused: never },
  { name: 'unique indexes of other names', primary: { indexes: [unique('u')] }, standby: { indexes: [unique('v')] }, refused: never },
  { name: 'the same unique index twice', primary: { indexes: [unique('u'), unique('v')] }, refused: never },
  {
    name: 'checks in another order',
    primary: { checks: [check('c'), check('d', 'amount < 9')] },
    standby: { checks: [check('d', 'amount < 9'), check('c')] },
    refused: never,
  },
  { name: 'another default', primary: { columns: [id, { ...a, default: '1' }] }, standby: { columns: [id, a] }, refused: never },
  { name: 'a decimal that is no key', primary: { columns: [id, { name: 'p', type: 'DECIMAL(10,2)' }] }, refused: never },
  { name: 'a stored computed column', primary: { columns: [id, { ...a, computed: 'id + 1', stored: true }] }, refused: never },
  { name: 'an enum', primary: { columns: [id, { name: 's', type: 'public.status' }] }, refused: never },
  { name: 'an array of an enum', primary: { columns: [id, { name: 's', type: 'public.status[]' }] }, refused: never },
  { name: 'a TTL', primary: { ttl: { expireAfter: '30 days' } }, refused: never },
  { name: 'another count of columns', primary: { columns: [id, a] }, standby: { columns: [id] }, refused: always },
  { name: 'another column name', primary: { columns: [id, a] }, standby: { columns: [id, { ...a, name: 'b' }] }, refused: always },
  {
    name: 'another order of columns',
    primary: { columns: [id, a, { ...a, name: 'b' }] },
    standby: { columns: [id, { ...a, name: 'b' }, a] },
    refused: always,
  },
  { name: 'another type', primary: { columns: [id, a] }, standby: { columns: [id, { ...a, type: 'STRING' }] }, refused: always },
  { name: 'another nullability', primary: { columns: [id, a] }, standby: { columns: [id, { ...a, nullable: true }] }, refused: always },
  { name: 'another primary key', primary: { columns: [id, a] }, standby: { columns: [id, a], primaryKey: ['id', 'a'] }, refused: always },
  { name: 'an enum with other values', primary: { columns: [id, { name: 's', type: 'public.drifted' }] }, refused: always },
  { name: 'a unique index on one side', primary: { indexes: [unique('u')] }, standby: {}, refused: always },
  {
    name: 'a unique index twice on one side',
    primary: { indexes: [unique('u'), unique('v')] },
    standby: { indexes: [unique('u')] },
    refused: always,
  },
  { name: 'a check on one side', primary: {}, standby: { checks: [check('c')] }, refused: always },
  { name: 'a check twice on one side', primary: { checks: [check('c')] }, standby: { checks: [check('c'), check('d')] }, refused: always },
  { name: 'another check', primary: { checks: [check('c')] }, standby: { checks: [check('c', 'amount > 1')] }, refused: always },
  {
    name: 'two families',
    primary: {
      columns: [id, a],
      families: [
        { name: 'f', columns: ['id'] },
        { name: 'g', columns: ['a'] },
      ],
    },
    refused: always,
  },
  { name: 'a decimal key', primary: { columns: [{ name: 'p', type: 'DECIMAL(10,2)' }] }, refused: always },
  { name: 'a JSON key', primary: { columns: [{ name: 'p', type: 'JSONB' }] }, refused: always },
  { name: 'a virtual key', primary: { columns: [{ ...id, computed: '1', stored: false }] }, refused: always },
  { name: 'uniqueness without an index', primary: { uniqueWithoutIndex: [['region']] }, refused: always },
  { name: 'a function', primary: { columns: [{ ...id, default: 'public.next_id()' }] }, refused: always },
  { name: 'a trigger', primary: { triggers: ['audit'] }, refused: always },
  { name: 'a partial index', primary: { indexes: [{ name: 'i', columns: ['region'], where: 'amount > 0' }] }, refused: before(25.2) },
  { name: 'a sequence', primary: { columns: [{ ...id, default: "nextval('public.s'::REGCLASS)" }] }, refused: before(26.1) },
  { name: 'a hash-sharded index', primary: { indexes: [{ name: 'i', columns: ['region'], hash: 16 }] }, refused: before(26.2) },
  { name: 'a hash-sharded key', primary: { hashPrimaryKey: 8 }, refused: before(26.2) },
  {
    name: 'an index on an expression',
    primary: { indexes: [{ name: 'i', columns: [], expression: 'lower(region)' }] },
    refused: before(26.2),
  },
];
