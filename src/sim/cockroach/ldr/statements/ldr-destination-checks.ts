import { SqlError, uncategorized } from '../../sql-error.ts';
import { type Call, currentUser, hasPrivilege } from '../../statements/call.ts';
import type { LdrDialect } from '../grammar/ldr-dialect.ts';
import type { CreateLdr, TableName } from '../grammar/ldr-statement.ts';
import { checkCompatible } from '../state/compatibility.ts';
import { enumOf, fullName, isEnum, type SimTable } from '../state/table.ts';
import { type Choices, invalid } from './ldr-choices.ts';
import { completeName, databasesIn, findTable, holdsOn, mayReplicate, placeOf, requireDatabase, tablesIn } from './tables.ts';

/** Existing destination tables of a stream. */
export function resolveExisting(call: Call, names: readonly TableName[]): readonly SimTable[] {
  return names.map((name) => {
    const table = findTable(placeOf(call), name);
    if (table === null || table.offline) {
      const text = name.join('.');
      throw new SqlError('42P01', `failed to find existing destination table ${text}: relation "${text}" does not exist`);
    }
    return table;
  });
}

/** Where the tables that are to be made will be: one database, one schema, and nothing there yet. */
export function checkFree(call: Call, names: readonly TableName[]): void {
  const place = placeOf(call);
  const full = names.map((name) => ({ ...completeName(place, name), text: name.join('.') }));
  const [first] = full;
  for (const { database, schema, text } of full) {
    const known = databasesIn(place).some((candidate) => candidate.name === database);
    const schemas = new Set([
      'public',
      ...tablesIn(place)
        .filter((table) => table.database === database)
        .map((table) => table.schema),
    ]);
    if (!known || !schemas.has(schema)) throw uncategorized(`database or schema not found for destination table ${text}`);
    if (database !== first?.database) throw uncategorized('destination tables must all be in the same database');
    if (schema !== first.schema) throw uncategorized('destination tables must all be in the same schema');
    if (findTable(place, text.split('.')) !== null) throw uncategorized(`destination table ${text} already exists`);
  }
}

/** Whether the runner may have rows written into the destination. */
export function checkRunner(call: Call, dialect: LdrDialect, existing: readonly SimTable[], statement: CreateLdr): void {
  const user = currentUser(call);
  if (!dialect.tablePrivileges) {
    if (hasPrivilege(user, ['REPLICATION'])) return;
    throw new SqlError('42501', `user ${user.name} does not have REPLICATION system privilege`);
  }
  if (hasPrivilege(user, ['REPLICATIONDEST', 'REPLICATION'])) return;
  const wrapped = 'failed privilege check: table or system level REPLICATIONDEST privilege required';
  const [first] = statement.into.tables;
  if (statement.kind === 'create-logically-replicated' && first !== undefined) {
    const database = requireDatabase(placeOf(call), completeName(placeOf(call), first).database);
    if (holdsOn(user, database, 'CREATE')) return;
    throw new SqlError('42501', `${wrapped}: user ${user.name} does not have CREATE privilege on database ${database.name}`);
  }
  const refused = existing.find((table) => !mayReplicate(user, table, 'REPLICATIONDEST'));
  if (refused === undefined) return;
  throw new SqlError('42501', `${wrapped}: user ${user.name} does not have REPLICATIONDEST privilege on relation ${refused.name}`);
}

const enumValues = (call: Call, table: SimTable, type: string): readonly string[] => {
  const [schema, name] = enumOf(type);
  const { side, vcId, database } = table;
  const found = call.state.ldr.enums.find(
    (known) => known.side === side && known.vcId === vcId && known.database === database && known.schema === schema && known.name === name,
  );
  return found?.values ?? [];
};

const isReferenced = (call: Call, table: SimTable): boolean =>
  call.state.ldr.tables.some(
    (other) =>
      other.side === table.side &&
      other.vcId === table.vcId &&
      other.shape.foreignKeys.some(({ references }) => references === fullName(table)),
  );

function checkForeignKeys(call: Call, table: SimTable, { mode }: Choices, { validatedForeignKeys }: LdrDialect): void {
  if (table.shape.foreignKeys.length === 0 && !isReferenced(call, table)) return;
  if (mode !== 'validated') throw invalid(`foreign keys are only supported with MODE = 'validated'`);
  if (!validatedForeignKeys) throw invalid('foreign keys are not supported by logical replication');
}

/** Whether each destination can take its source's rows. */
export function checkPairs(call: Call, statement: CreateLdr, choices: Choices, pairs: readonly Pair[], dialect: LdrDialect): void {
  const creates = statement.kind === 'create-logically-replicated';
  for (const { source, destination } of pairs) {
    checkForeignKeys(call, destination, choices, dialect);
    if (creates && source.shape.columns.some(({ type }) => isEnum(type))) {
      throw new SqlError(
        '0A000',
        `unimplemented: table ${source.name} uses user-defined types, which can not be created by logical replication`,
      );
    }
    const match = { source, destination, enumValues: (table: SimTable, type: string) => enumValues(call, table, type) };
    checkCompatible(match, creates ? { ...dialect, sequences: false } : dialect, !creates && !statement.options.skipSchemaCheck);
  }
  if (choices.discard === 'ttl-deletes' && !pairs.some(({ source }) => source.shape.ttl?.excluded === true)) {
    throw invalid(`DISCARD = 'ttl-deletes' specified but no tables have changefeed-excluded TTLs`);
  }
}

interface Pair {
  readonly source: SimTable;
  readonly destination: SimTable;
}
