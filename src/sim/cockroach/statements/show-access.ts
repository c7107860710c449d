import type { Show } from '../grammar/statement.ts';
import { tagOf } from '../sessions.ts';
import { SqlError } from '../sql-error.ts';
import { type Call, currentUser, hasPrivilege, rolesOf, usersOf } from './call.ts';
import { columnsOf, pick, type ShowPlan } from './show-plan.ts';

const users = (call: Call) => [...usersOf(call.cluster, call.session.vcId).values()].sort((a, b) => (a.name < b.name ? -1 : 1));

const show = (tag: string, columns: ShowPlan['columns'], rows: ShowPlan['rows']): ShowPlan => ({ columns, rows, tag, counted: true });

function requireKnown(call: Call, names: readonly string[] | null): void {
  const known = usersOf(call.cluster, call.session.vcId);
  const missing = names?.find((name) => !known.has(name) && !['admin', 'public'].includes(name));
  if (missing !== undefined) throw new SqlError('42704', `role/user "${missing}" does not exist`);
}

/** SHOW SYSTEM GRANTS. */
export function showSystemGrants(call: Call, { grantees }: Extract<Show, { kind: 'show-system-grants' }>): ShowPlan {
  const columns = columnsOf({ grantee: 'STRING', privilege_type: 'STRING', is_grantable: 'BOOL' });
  return show('SHOW SYSTEM GRANTS', columns, () => {
    requireKnown(call, grantees);
    const records = users(call)
      .filter((user) => grantees === null || grantees.includes(user.name))
      .flatMap((user) =>
        [...user.grants]
          .sort()
          .map((privilege) => ({ grantee: user.name, privilege_type: privilege, is_grantable: user.grantable.has(privilege) })),
      );
    return pick(columns, records);
  });
}

/** SHOW GRANTS ON ROLE. */
export function showRoleGrants(call: Call, { role, members }: Extract<Show, { kind: 'show-role-grants' }>): ShowPlan {
  const columns = columnsOf({ role_name: 'STRING', member: 'STRING', is_admin: 'BOOL' });
  return show('SHOW GRANTS ON ROLE', columns, () => {
    requireKnown(call, members);
    const admins = role === 'admin' ? users(call).filter((user) => user.admin && (members === null || members.includes(user.name))) : [];
    return pick(
      columns,
      admins.map((user) => ({ role_name: 'admin', member: user.name, is_admin: user.name === 'root' })),
    );
  });
}

/** SHOW USERS. */
export function showUsers(call: Call): ShowPlan {
  const columns = columnsOf({ username: 'STRING', options: 'STRING[]', member_of: 'STRING[]' });
  return show('SHOW USERS', columns, () => {
    const records = users(call).map((user) => ({
      username: user.name,
      options: [...user.roleOptions].sort(),
      member_of: [...(user.admin ? ['admin'] : []), ...user.memberOf],
    }));
    return pick(columns, [{ username: 'admin', options: ['NOLOGIN'], member_of: [] }, ...records]);
  });
}

/** information_schema.enabled_roles: the session's own user and every role that it has, which everybody may ask. */
export function enabledRoles(call: Call): ShowPlan {
  const columns = columnsOf({ role_name: 'STRING' });
  const own = usersOf(call.cluster, call.session.vcId).get(call.session.user);
  const names = [
    call.session.user,
    ...(own === undefined ? [] : rolesOf(usersOf(call.cluster, call.session.vcId), own)).map(({ name }) => name),
  ];
  const rows = () => [...names, ...(currentUser(call).admin ? ['admin'] : [])].map((name) => [name]);
  return { columns, rows, tag: 'SELECT', counted: true };
}

/** SHOW REGIONS FROM CLUSTER. */
export function showRegions(call: Call): ShowPlan {
  const columns = columnsOf({ region: 'STRING', zones: 'STRING[]' });
  return show('SHOW REGIONS', columns, () =>
    pick(
      columns,
      call.cluster.regions.map((region) => ({ region, zones: [`${region}-a`, `${region}-b`] })),
    ),
  );
}

/** SHOW ALL ZONE CONFIGURATIONS. */
export function showZoneConfigurations(): ShowPlan {
  const columns = columnsOf({ target: 'STRING', raw_config_sql: 'STRING' });
  const sql = 'ALTER RANGE default CONFIGURE ZONE USING\n\tgc.ttlseconds = 14400,\n\tnum_replicas = 3';
  return show('SHOW ZONE CONFIGURATIONS', columns, () => pick(columns, [{ target: 'RANGE default', raw_config_sql: sql }]));
}

const sessionColumns = columnsOf({
  node_id: 'INT8',
  session_id: 'STRING',
  user_name: 'STRING',
  client_address: 'STRING',
  application_name: 'STRING',
  active_queries: 'STRING',
  last_active_query: 'STRING',
  num_txns_executed: 'INT8',
  session_start: 'TIMESTAMPTZ',
  active_query_start: 'TIMESTAMPTZ',
  kv_txn: 'STRING',
  alloc_bytes: 'INT8',
  max_alloc_bytes: 'INT8',
  status: 'STRING',
  session_end: 'TIMESTAMPTZ',
  pg_backend_pid: 'INT8',
});

/** SHOW CLUSTER SESSIONS: of the virtual cluster that the session is in; others' only with VIEWACTIVITY. */
export function showSessions(call: Call): ShowPlan {
  return show('SHOW SESSIONS', sessionColumns, () => {
    const all = hasPrivilege(currentUser(call), ['VIEWACTIVITY', 'VIEWACTIVITYREDACTED']);
    const visible = call.sessions.on(call.session.side, call.session.vcId).filter((session) => all || session.user === call.session.user);
    const records = visible.map((session) => ({
      node_id: 1n,
      session_id: session.id,
      user_name: session.user,
      client_address: session.line.address,
      application_name: tagOf(session),
      active_queries: session.active?.text ?? '',
      last_active_query: session.lastStatement,
      num_txns_executed: 1n,
      session_start: session.sinceUs,
      active_query_start: session.active?.sinceUs ?? null,
      alloc_bytes: 0n,
      max_alloc_bytes: 0n,
      status: session.active === null ? 'IDLE' : 'ACTIVE',
      pg_backend_pid: BigInt(session.pid),
    }));
    return pick(sessionColumns, records);
  });
}

/** SHOW SCHEDULES of the virtual cluster that the session is in. */
export function showSchedules(call: Call): ShowPlan {
  const columns = columnsOf({
    id: 'INT8',
    label: 'STRING',
    schedule_status: 'STRING',
    next_run: 'TIMESTAMPTZ',
    state: 'STRING',
    recurrence: 'STRING',
    jobsrunning: 'INT8',
    owner: 'STRING',
    created: 'TIMESTAMPTZ',
    command: 'JSONB',
  });
  return show('SHOW SCHEDULES', columns, () => {
    const vc = call.cluster.vcs.find((candidate) => candidate.id === call.session.vcId);
    const records = (vc?.schedules ?? []).map((schedule) => ({
      id: BigInt(schedule.id),
      label: schedule.label,
      schedule_status: schedule.status,
      next_run: schedule.status === 'ACTIVE' ? call.nowUs() + 3_600_000_000 : null,
      state: schedule.status === 'PAUSED' ? 'paused after failover' : 'PENDING',
      recurrence: schedule.recurrence,
      jobsrunning: 0n,
      owner: 'root',
      created: vc?.createdUs ?? 0,
      command: JSON.stringify({
        [/^create changefeed/i.test(schedule.command) ? 'changefeed_statement' : 'backup_statement']: schedule.command,
      }),
    }));
    return pick(columns, records);
  });
}
