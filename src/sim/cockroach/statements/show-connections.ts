import type { Show } from '../grammar/statement.ts';
import type { ExternalConnection } from '../state/model.ts';
import { redactUri } from '../state/source-uri.ts';
import { type Call, currentUser, textOf } from './call.ts';
import { connectionPrivileges, requireConnection, requireConnectionPrivilege } from './change-access.ts';
import { columnsOf, pick, type ShowPlan } from './show-plan.ts';

type Of<Kind extends Show['kind']> = Extract<Show, { kind: Kind }>;

function visibleTo(call: Call): readonly ExternalConnection[] {
  const user = currentUser(call);
  return [...call.cluster.externalConnections.values()].filter(
    ({ owner, grants }) => user.admin || owner === user.name || (grants.get(user.name)?.size ?? 0) > 0,
  );
}

/** SHOW EXTERNAL CONNECTIONS: one's own, or all for an admin. Secrets are left out. */
export function showExternalConnections(call: Call, { name }: Of<'show-external-connections'>): ShowPlan {
  const columns = columnsOf({ connection_name: 'STRING', connection_uri: 'STRING', connection_type: 'STRING' });
  const rows: ShowPlan['rows'] = () => {
    const wanted = name === null ? null : textOf(call, name);
    const chosen = visibleTo(call).filter((connection) => wanted === null || connection.name === wanted);
    return pick(
      columns,
      chosen.map((connection) => ({
        connection_name: connection.name,
        connection_uri:
          call.cluster.dialect.listsConnections === 'addresses'
            ? redactUri(connection.uri, false)
            : 'failed to redact the URI: cannot redact URI for unknown connection type: FOREIGNDATA',
        connection_type: 'FOREIGNDATA',
      })),
    );
  };
  return { columns, rows, tag: 'SHOW EXTERNAL CONNECTIONS', counted: true };
}

/** SHOW CREATE EXTERNAL CONNECTION, or those of ALL that one may see: in clear, as the product prints it. */
export function showCreateExternalConnection(call: Call, { name }: Of<'show-create-external-connection'>): ShowPlan {
  const columns = columnsOf({ connection_name: 'STRING', create_statement: 'STRING' });
  const chosen = (): readonly ExternalConnection[] => {
    if (name === null) return visibleTo(call);
    const connection = requireConnection(call, textOf(call, name));
    requireConnectionPrivilege(call, connection, 'USAGE');
    return [connection];
  };
  const rows: ShowPlan['rows'] = () =>
    pick(
      columns,
      chosen().map((connection) => ({
        connection_name: connection.name,
        create_statement: `CREATE EXTERNAL CONNECTION '${connection.name}' AS '${connection.uri}'`,
      })),
    );
  return { columns, rows, tag: 'SHOW CREATE EXTERNAL CONNECTION', counted: true };
}

/** SHOW GRANTS ON EXTERNAL CONNECTION. The owner holds everything. */
export function showConnectionGrants(call: Call, { name }: Of<'show-external-connection-grants'>): ShowPlan {
  const columns = columnsOf({ connection_name: 'STRING', grantee: 'STRING', privilege_type: 'STRING', is_grantable: 'BOOL' });
  const rows: ShowPlan['rows'] = () => {
    const { owner, grants } = requireConnection(call, name);
    const owned = { connection_name: name, grantee: owner, privilege_type: 'ALL', is_grantable: true };
    const given = [...grants].flatMap(([grantee, held]) =>
      connectionPrivileges
        .filter((privilege) => held.has(privilege))
        .map((privilege) => ({ connection_name: name, grantee, privilege_type: privilege, is_grantable: false })),
    );
    return pick(columns, [owned, ...given]);
  };
  return { columns, rows, tag: 'SHOW GRANTS ON EXTERNAL CONNECTION', counted: true };
}
