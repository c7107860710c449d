import { SqlError, uncategorized } from '../../sql-error.ts';
import { type Call, hasPrivilege } from '../../statements/call.ts';
import { requireConnectionPrivilege } from '../../statements/change-access.ts';
import { type LdrDialect, ldrDialects } from '../grammar/ldr-dialect.ts';
import type { TableName } from '../grammar/ldr-statement.ts';
import type { SimTable } from '../state/table.ts';
import { followLdrUri, type LdrSource } from './source.ts';
import { findTable, mayReplicate, type Place } from './tables.ts';

/** The runner needs the connection that it names. */
export function followAs(call: Call, uri: string, dialect: LdrDialect): LdrSource {
  const connection = call.cluster.externalConnections.get(/^external:\/\/([^/?]*)/i.exec(uri)?.[1] ?? '');
  if (connection !== undefined) requireConnectionPrivilege(call, connection, 'USAGE');
  return followLdrUri(call.state, call.cluster, uri, dialect.externalOnly);
}

const sourcePlace = (call: Call, { cluster, vc, database }: LdrSource): Place => ({ state: call.state, cluster, vcId: vc.id, database });

/** The tables on the source, and whether the user of the URI may read them. */
export function resolveSources(call: Call, source: LdrSource, names: readonly TableName[]): readonly SimTable[] {
  const dialect = ldrDialects[source.cluster.dialect.version];
  if (dialect === null) throw uncategorized(`unknown function: crdb_internal.start_replication_stream_for_tables()`);
  if (!dialect.tablePrivileges && !hasPrivilege(source.user, ['REPLICATION'])) {
    throw new SqlError('42501', `user ${source.user.name} does not have REPLICATION system privilege`);
  }
  const tables = names.map((name) => {
    const table = findTable(sourcePlace(call, source), name);
    if (table === null || table.offline) throw new SqlError('42P01', `relation "${name.join('.')}" does not exist`);
    return table;
  });
  const refused = tables.find((table) => dialect.tablePrivileges && !mayReplicate(source.user, table, 'REPLICATIONSOURCE'));
  if (refused !== undefined) {
    throw new SqlError('42501', `user ${source.user.name} does not have REPLICATIONSOURCE privilege on relation ${refused.name}`);
  }
  if (source.cluster.settings.get('kv.rangefeed.enabled') !== 'true') {
    throw uncategorized('kv.rangefeed.enabled must be enabled on the source cluster for logical replication');
  }
  return tables;
}

/** The source checks the way back before anything is copied. */
export function checkReverse(call: Call, source: LdrSource, sources: readonly SimTable[], uri: string, dialect: LdrDialect): void {
  if (sources.some((table) => !mayReplicate(source.user, table, 'REPLICATIONDEST'))) {
    throw new SqlError('42501', 'uri requires REPLICATIONDEST privilege for bidirectional replication');
  }
  let back: LdrSource;
  try {
    back = followLdrUri(call.state, source.cluster, uri, dialect.externalOnly);
  } catch (cause) {
    const state = cause instanceof SqlError ? cause.sqlState : 'XXUUU';
    throw new SqlError(state, `reverse stream uri failed validation: ${cause instanceof Error ? cause.message : ''}`);
  }
  if (back.cluster !== call.cluster || back.vc.id !== call.session.vcId) {
    throw uncategorized('reverse stream uri failed validation: it does not lead to the destination cluster');
  }
  const problem = backProblem(call, back, dialect);
  if (problem !== null) throw new SqlError('42501', `reverse stream uri failed validation: user ${back.user.name} ${problem}`);
}

/**
 * Why the user of the way back may not read the tables that are to be made; null when it may. From 25.2 on only who runs the statement
 * may: it is given privileges on the tables as they are made.
 */
function backProblem(call: Call, { user }: LdrSource, { tablePrivileges }: LdrDialect): string | null {
  if (tablePrivileges) return user.name === call.session.user ? null : `is not ${call.session.user}, who runs the statement`;
  return hasPrivilege(user, ['REPLICATION']) ? null : 'does not have REPLICATION system privilege';
}
