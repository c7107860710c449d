import { SqlError } from '../../sql-error.ts';
import { type Call, usersOf } from '../../statements/call.ts';
import { columnsOf, pick, type ShowPlan } from '../../statements/show-plan.ts';
import type { SqlValue } from '../../values/sql-types.ts';
import type { LdrShow, TableName } from '../grammar/ldr-statement.ts';
import { rowsAt } from '../state/content.ts';
import type { SimDatabase } from '../state/model.ts';
import type { SimTable } from '../state/table.ts';
import { databasesIn, placeOf, requireDatabase, requireTable, tablesIn } from './tables.ts';

type Show<Kind extends LdrShow['kind']> = Extract<LdrShow, { kind: Kind }>;

/** Database and schema of `FROM db`, `FROM db.schema`, or of the session. */
export function within(call: Call, of: TableName | null): { readonly database: string; readonly schema: string | null } {
  const place = placeOf(call);
  if (of === null) return { database: place.database, schema: null };
  const [first = '', second] = of;
  if (second !== undefined) return { database: requireDatabase(place, first).name, schema: second };
  const known = databasesIn(place).some(({ name }) => name === first);
  return known ? { database: first, schema: null } : { database: place.database, schema: first };
}

/** SHOW ENUMS. */
export function showEnums(call: Call, { of }: Show<'show-enums'>): ShowPlan {
  const columns = columnsOf({ schema: 'STRING', name: 'STRING', values: 'STRING[]', owner: 'STRING' });
  const rows = (): readonly (readonly SqlValue[])[] => {
    const { database, schema } = within(call, of);
    const found = call.state.ldr.enums.filter(
      (known) =>
        known.side === call.cluster.side &&
        known.vcId === call.session.vcId &&
        known.database === database &&
        (schema === null || known.schema === schema),
    );
    return pick(
      columns,
      found.map((known) => ({ schema: known.schema, name: known.name, values: known.values, owner: 'root' })),
    );
  };
  return { columns, rows, tag: 'SHOW ENUMS', counted: true };
}

/** SHOW TABLES. Tables that a scan is still making are not listed. */
export function showTables(call: Call, { of }: Show<'show-tables'>): ShowPlan {
  const columns = columnsOf({
    schema_name: 'STRING',
    table_name: 'STRING',
    type: 'STRING',
    owner: 'STRING',
    estimated_row_count: 'INT8',
    locality: 'STRING',
  });
  const rows = (): readonly (readonly SqlValue[])[] => {
    const { database, schema } = within(call, of);
    const found = tablesIn(placeOf(call)).filter(
      (table) => table.database === database && !table.offline && (schema === null || table.schema === schema),
    );
    return pick(
      columns,
      found.map((table) => ({
        schema_name: table.schema,
        table_name: table.name,
        type: 'table',
        owner: table.owner,
        estimated_row_count: BigInt(rowsAt(call.state.ldr, table, call.nowUs(), call.state.pace)),
        locality: table.shape.locality,
      })),
    );
  };
  return { columns, rows, tag: 'SHOW TABLES', counted: true };
}

/** SHOW DATABASES. */
export function showDatabases(call: Call): ShowPlan {
  const columns = columnsOf({
    database_name: 'STRING',
    owner: 'STRING',
    primary_region: 'STRING',
    secondary_region: 'STRING',
    regions: 'STRING[]',
    survival_goal: 'STRING',
  });
  const rows = (): readonly (readonly SqlValue[])[] =>
    pick(
      columns,
      databasesIn(placeOf(call)).map(({ name, owner }) => ({ database_name: name, owner, regions: [] })),
    );
  return { columns, rows, tag: 'SHOW DATABASES', counted: true };
}

/** Who holds what on an object: admins and the owner everything, others what they were granted. */
function grantsOn(object: SimTable | SimDatabase, grantees: readonly string[] | null): readonly (readonly [string, string])[] {
  const all = [
    ['admin', 'ALL'] as const,
    ['root', 'ALL'] as const,
    [object.owner, 'ALL'] as const,
    ...[...object.grants].flatMap(([user, held]) => [...held].sort().map((privilege) => [user, privilege] as const)),
  ];
  const unique = [...new Map(all.map((entry) => [entry.join(' '), entry])).values()];
  return unique.filter(([user]) => grantees === null || grantees.includes(user));
}

function checkGrantees(call: Call, grantees: readonly string[] | null): void {
  const known = usersOf(call.cluster, call.session.vcId);
  const missing = grantees?.find((name) => !known.has(name) && !['admin', 'public'].includes(name));
  if (missing !== undefined) throw new SqlError('42704', `role/user "${missing}" does not exist`);
}

/** SHOW GRANTS ON TABLE and ON DATABASE. */
export function showObjectGrants(call: Call, { on, objects, grantees }: Show<'show-object-grants'>): ShowPlan {
  const places = on === 'table' ? (['schema_name', 'table_name'] as const) : [];
  const columns = columnsOf(
    Object.fromEntries([
      ...['database_name', ...places, 'grantee', 'privilege_type'].map((name) => [name, 'STRING'] as const),
      ['is_grantable', 'BOOL'] as const,
    ]),
  );
  const rows = (): readonly (readonly SqlValue[])[] => {
    checkGrantees(call, grantees);
    const place = placeOf(call);
    const records = objects.flatMap((name): Readonly<Record<string, SqlValue>>[] => {
      const object =
        on === 'table' ? { kind: on, of: requireTable(place, name) } : { kind: on, of: requireDatabase(place, name.join('.')) };
      const where: Readonly<Record<string, string>> =
        object.kind === 'table'
          ? { database_name: object.of.database, schema_name: object.of.schema, table_name: object.of.name }
          : { database_name: object.of.name };
      return grantsOn(object.of, grantees).map(([grantee, privilege_type]) => ({
        ...where,
        grantee,
        privilege_type,
        is_grantable: privilege_type === 'ALL',
      }));
    });
    return pick(columns, records);
  };
  return { columns, rows, tag: 'SHOW GRANTS', counted: true };
}
