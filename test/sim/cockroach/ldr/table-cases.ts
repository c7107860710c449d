import { orders } from './ldr-bed.ts';
import type { LdrRefusal } from './schema-cases.ts';

const guest = { name: 'guest', password: 'guest-secret', in: 'system' } as const;
/** An admin, the streams' user and a guest with these system privileges. */
export const users = (grants: readonly string[], repl: readonly string[] = ['REPLICATION', 'REPLICATIONSOURCE', 'REPLICATIONDEST']) => [
  { name: 'ops', password: 'ops-secret', admin: true },
  { name: 'repl', password: 'repl-secret', grants: repl },
  { ...guest, grants },
];

/** One line per rule about reading, changing and giving tables. */
export const tableRefusals: readonly LdrRefusal[] = [
  {
    name: 'table privileges of 25.2 on 25.1',
    version: '25.1',
    sql: `GRANT REPLICATIONDEST ON TABLE ${orders} TO repl`,
    code: '22023',
    message: 'invalid privilege type REPLICATIONDEST for table',
  },
  {
    name: 'giving what is not one’s own',
    options: { users: users([]) },
    user: 'guest',
    sql: `GRANT SELECT ON TABLE ${orders} TO repl`,
    code: '42501',
    message: /missing WITH GRANT OPTION/,
  },
  { name: 'a table of another cluster’s', sql: 'SHOW CREATE TABLE shop.public.nothing', code: '42P01', message: /does not exist/ },
  {
    name: 'how a stranger’s table is made',
    options: { users: users([]) },
    user: 'guest',
    sql: `SHOW CREATE TABLE ${orders}`,
    code: '42501',
    message: 'user guest has no privileges on relation orders',
  },
  {
    name: 'a stranger’s rows',
    options: { users: users([]) },
    user: 'guest',
    sql: `SELECT count(*) FROM ${orders}`,
    code: '42501',
    message: 'user guest does not have SELECT privilege on relation orders',
  },
  {
    name: 'the catalog of a database that is not there',
    sql: `SELECT table_name FROM "nope".information_schema.tables`,
    code: '3D000',
    message: 'database "nope" does not exist',
  },
  { name: 'a column that a table lacks', sql: `SELECT continent FROM ${orders}`, code: '42703', message: /continent/ },
  { name: 'a read of the future', sql: `SELECT count(*) FROM ${orders} AS OF SYSTEM TIME '+1m'`, code: '22023', message: /in the future/ },
  {
    name: 'a read of what is garbage',
    sql: `SELECT count(*) FROM ${orders} AS OF SYSTEM TIME '-5h'`,
    code: 'XXUUU',
    message: /GC threshold/,
  },
  {
    name: 'a time to live where there is none',
    sql: `ALTER TABLE ${orders} SET (ttl_disable_changefeed_replication = 'true')`,
    code: '22023',
    message: /must be set/,
  },
  {
    name: 'dropping a user who holds a table’s privilege',
    options: { users: [...users([]), { name: 'holder', password: 'x' }], owner: 'holder' },
    sql: 'DROP USER holder',
    code: '2BP01',
    message: `cannot drop role/user holder: grants still exist on ${orders}`,
  },
];
