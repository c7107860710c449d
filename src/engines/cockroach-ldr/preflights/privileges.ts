import { otherSide, type Side } from '../../../domain/observation.ts';
import type { Check } from '../../../domain/plan.ts';
import type { SqlConnect, SqlSession } from '../../../transports/sql.ts';
import { type Held, heldBy, ownRights, ownRoles } from '../../cockroach/held.ts';
import { grantConnecting } from '../../cockroach/make-anew.ts';
import { withInterface } from '../../cockroach/session.ts';
import { isAtLeast } from '../../cockroach/version.ts';
import type { EngineIo } from '../../engine.ts';
import { failed, passed, warned } from '../../frame/checks.ts';
import { orWarned } from '../checks.ts';
import type { LdrSettings } from '../config.ts';
import type { LdrDetail, ReadSide } from '../detail.ts';
import { readOf } from '../flow.ts';
import { type Form, formOf } from '../form.ts';
import { tablesOn } from '../statements.ts';
import type { TableName } from '../table-name.ts';
import { grantSystem, missingOnDatabases, missingOnTables, missingToUse } from './missing.ts';
import { sameUser } from './same-user.ts';

/** Who may start a job into a side: the bot's user there, and the user in the connection on the other side. */
export async function privilegeChecks(
  connect: SqlConnect,
  settings: LdrSettings,
  detail: LdrDetail,
  into: Side,
  io: EngineIo,
): Promise<readonly Check[]> {
  const source = otherSide(into);
  const [there, here] = [readOf(detail, source), readOf(detail, into)];
  if (there === null || here === null) return [];
  const form = formOf(here, there);
  const runnerName = `${settings[into].cluster}: privileges of the bot`;
  const readerName = `${settings[source].cluster}: privileges of the replication user`;
  const [runner, reader] = await Promise.all([
    orWarned(runnerName, io, () =>
      withInterface(connect, settings[into], settings.interface, io, (session) =>
        runnerChecks(session, runnerName, settings, into, here, form),
      ),
    ),
    orWarned(readerName, io, () =>
      withInterface(connect, settings[source], settings.interface, io, (session) =>
        readerChecks(session, readerName, settings, into, there, form),
      ),
    ),
  ]);
  return [...runner, ...reader, ...sameUser(settings, into, form)];
}

async function runnerChecks(
  session: SqlSession,
  name: string,
  settings: LdrSettings,
  into: Side,
  { release, connections }: ReadSide,
  form: Form,
): Promise<readonly Check[]> {
  const { cluster, user } = settings[into];
  const held = await ownRights(session, user);
  if (held.admin) return [passed(name, `${user} is an admin on ${cluster}.`)];
  const stream = settings.streams[into];
  const creates = stream !== null && stream.reach !== null && connections?.includes(stream.externalConnection) !== true;
  const uses = stream !== null && connections?.includes(stream.externalConnection) === true ? [stream.externalConnection] : [];
  const missing = [
    ...(await missingToUse(session, user, uses)),
    ...(creates && !held.system.includes('EXTERNALCONNECTION') ? [grantConnecting(user)] : []),
    ...(await missingToRun(session, held, settings, into, isAtLeast(release, 25, 2), form)),
  ];
  return [verdict(name, user, cluster, missing)];
}

const verdict = (name: string, user: string, cluster: string, missing: readonly string[]): Check =>
  missing.length === 0
    ? passed(name, `${user} holds what a start of replication needs on ${cluster}.`)
    : warned(
        name,
        `${user} is not seen to hold everything that a start of replication needs on ${cluster}.`,
        `Unless a role gives it, run ${missing.join('; ')} there.`,
      );

async function missingToRun(
  session: SqlSession,
  { system }: Held,
  settings: LdrSettings,
  into: Side,
  byTable: boolean,
  form: Form,
): Promise<readonly string[]> {
  const { user } = settings[into];
  if (!byTable) return system.includes('REPLICATION') ? [] : [grantSystem('REPLICATION', user)];
  const tables = settings.tables.map((pair) => pair[into]);
  // No manual says that a system privilege replaces this one.
  if (form === 'create') return missingOnDatabases(session, user, tables);
  if (system.includes('REPLICATION') || system.includes('REPLICATIONDEST')) return [];
  return missingOnTables(session, user, tables, 'REPLICATIONDEST');
}

async function readerChecks(
  session: SqlSession,
  name: string,
  settings: LdrSettings,
  into: Side,
  { release, tables: present }: ReadSide,
  form: Form,
): Promise<readonly Check[]> {
  const source = otherSide(into);
  const { cluster } = settings[source];
  const reach = settings.streams[into]?.reach ?? null;
  if (reach === null) {
    const seen = `Which user the external connection of ${settings[into].cluster} logs in as on ${cluster} is not in the config.`;
    return [
      warned(
        name,
        seen,
        `See that it holds ${isAtLeast(release, 25, 2) ? 'REPLICATIONSOURCE on the tables' : 'SYSTEM REPLICATION'} there.`,
      ),
    ];
  }
  const isOwn = reach.user === settings[source].user;
  const held = isOwn ? await ownRights(session, reach.user) : await heldBy(session, reach.user);
  if (held.admin || held.system.includes('REPLICATION')) return [passed(name, `${reach.user} may be replicated from on ${cluster}.`)];
  const judge = isOwn ? ungranted : granted;
  if (!isAtLeast(release, 25, 2)) return [judge(name, reach.user, cluster, [grantSystem('REPLICATION', reach.user)])];
  // What makes the tables gives them to who runs it.
  if (isOwn && present.every((state) => state === 'absent')) {
    return [passed(name, `${reach.user} gets what replication from ${cluster} needs when the tables are made there.`)];
  }
  const wanted = ['REPLICATIONSOURCE', ...(form === 'create' && settings.direction === 'bidirectional' ? ['REPLICATIONDEST'] : [])];
  const lacking = wanted.filter((privilege) => !held.system.includes(privilege));
  const roles = isOwn ? await ownRoles(session) : [];
  return [judge(name, reach.user, cluster, await missingToRead(session, reach.user, tablesOn(settings, source), lacking, roles))];
}

async function missingToRead(
  session: SqlSession,
  user: string,
  tables: readonly TableName[],
  privileges: readonly string[],
  roles: readonly string[],
): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const privilege of privileges) missing.push(...(await missingOnTables(session, user, tables, privilege, roles)));
  return missing;
}

/** The bot's own user: no plan grants it anything, and a start would be refused. */
const ungranted = (name: string, user: string, cluster: string, missing: readonly string[]): Check =>
  missing.length === 0
    ? passed(name, `${user} may be replicated from on ${cluster}.`)
    : failed(
        name,
        `${user} does not hold what replication from ${cluster} needs, and the bot grants itself nothing.`,
        `Run ${missing.join('; ')} there.`,
      );

const granted = (name: string, user: string, cluster: string, missing: readonly string[]): Check =>
  missing.length === 0
    ? passed(name, `${user} may be replicated from on ${cluster}.`)
    : warned(
        name,
        `${user} does not hold what replication from ${cluster} needs.`,
        `A setup grants it; by hand, run ${missing.join('; ')} there.`,
      );
