import type { Cursor } from '../../grammar/cursor.ts';
import type { Dialect } from '../../grammar/dialect.ts';
import { ldrDialects } from './ldr-dialect.ts';
import type { LdrShow, TableName } from './ldr-statement.ts';
import { parsePlainNames, parseTableName, parseTableNames } from './names.ts';

type Parse = (cursor: Cursor, dialect: Dialect) => LdrShow;

function parseJobs(cursor: Cursor, dialect: Dialect): LdrShow {
  cursor.topic('SHOW LOGICAL REPLICATION JOBS');
  if (ldrDialects[dialect.version] === null) throw cursor.unexpected();
  cursor.expect('logical', 'replication', 'jobs');
  return { kind: 'show-ldr-jobs', details: cursor.accept('with', 'details') };
}

const ofTable =
  (kind: 'show-columns' | 'show-indexes' | 'show-constraints' | 'show-triggers', topic: string): Parse =>
  (cursor, dialect) => {
    cursor.topic(`SHOW ${topic}`);
    if (kind === 'show-triggers' && ldrDialects[dialect.version] === null) throw cursor.unexpected();
    cursor.next();
    cursor.expect('from');
    return { kind, table: parseTableName(cursor) };
  };

function parseCreate(cursor: Cursor): LdrShow {
  cursor.topic('SHOW CREATE');
  cursor.expect('create', 'table');
  return { kind: 'show-create-table', table: parseTableName(cursor) };
}

function parseZone(cursor: Cursor): LdrShow {
  cursor.topic('SHOW ZONE CONFIGURATION');
  cursor.next();
  cursor.next();
  if (!cursor.accept('for')) cursor.expect('from');
  cursor.expect('table');
  return { kind: 'show-zone-configuration', table: parseTableName(cursor) };
}

function parseFingerprints(cursor: Cursor): LdrShow {
  cursor.topic('SHOW EXPERIMENTAL_FINGERPRINTS');
  cursor.expect('experimental_fingerprints', 'from', 'table');
  return { kind: 'show-table-fingerprints', table: parseTableName(cursor) };
}

const parseOf = (cursor: Cursor): TableName | null => (cursor.accept('from') ? parseTableName(cursor) : null);

const ofSchema =
  (kind: 'show-enums' | 'show-functions' | 'show-tables'): Parse =>
  (cursor) => {
    cursor.next();
    return { kind, of: parseOf(cursor) };
  };

/** SHOW GRANTS ON [TABLE] a, b or ON DATABASE d. Comes after the forms for roles and connections. */
function parseGrants(cursor: Cursor): LdrShow {
  cursor.topic('SHOW GRANTS');
  cursor.expect('grants', 'on');
  const on = cursor.accept('database') ? 'database' : 'table';
  if (on === 'table') cursor.accept('table');
  const objects = parseTableNames(cursor);
  return { kind: 'show-object-grants', on, objects, grantees: cursor.accept('for') ? parsePlainNames(cursor) : null };
}

/** What a word or two after SHOW lead to. */
export const ldrShowForms: readonly (readonly [readonly string[], Parse])[] = [
  [['logical'], parseJobs],
  [['create', 'table'], parseCreate],
  [['columns', 'from'], ofTable('show-columns', 'COLUMNS')],
  [['indexes', 'from'], ofTable('show-indexes', 'INDEXES')],
  [['constraints', 'from'], ofTable('show-constraints', 'CONSTRAINTS')],
  [['triggers', 'from'], ofTable('show-triggers', 'TRIGGERS')],
  [['zone', 'configuration'], parseZone],
  [['experimental_fingerprints', 'from', 'table'], parseFingerprints],
  [['enums'], ofSchema('show-enums')],
  [['functions'], ofSchema('show-functions')],
  [['tables'], ofSchema('show-tables')],
  [
    ['databases'],
    (cursor) => {
      cursor.next();
      return { kind: 'show-databases' };
    },
  ],
  [['grants', 'on', 'table'], parseGrants],
  [['grants', 'on', 'database'], parseGrants],
];
