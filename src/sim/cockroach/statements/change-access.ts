import type { Operand, OtherStatement } from '../grammar/statement.ts';
import { heldObject, placeOf } from '../ldr/statements/tables.ts';
import { SqlError } from '../sql-error.ts';
import type { ExternalConnection, User } from '../state/model.ts';
import { type Call, currentUser, hasPrivilege, requirePrivilege, textOf, usersOf } from './call.ts';
import { acknowledged, type Outcome } from './outcome.ts';

type Of<Kind extends OtherStatement['kind']> = Extract<OtherStatement, { kind: Kind }>;
type Run<Kind extends OtherStatement['kind']> = (call: Call, statement: Of<Kind>) => Outcome;

const createConnection: Run<'create-external-connection'> = (call, { kind, name, uri, ifNotExists }) => {
  requirePrivilege(call, ['EXTERNALCONNECTION']);
  const [key, address] = [textOf(call, name), textOf(call, uri)];
  const known = call.cluster.externalConnections.has(key);
  if (known && !ifNotExists) throw new SqlError('42710', `external connection with connection name '${key}' already exists`);
  if (!known) call.cluster.externalConnections.set(key, { name: key, uri: address, owner: call.session.user, grants: new Map() });
  call.effect(kind, null, !known);
  return acknowledged('CREATE EXTERNAL CONNECTION');
};

/** The connection of that name. Throws 42704. */
export function requireConnection(call: Call, name: string): ExternalConnection {
  const connection = call.cluster.externalConnections.get(name);
  if (connection === undefined) throw new SqlError('42704', `external connection with connection name '${name}' does not exist`);
  return connection;
}

/** The owner and admins may do everything with a connection, others what they were granted. */
export function requireConnectionPrivilege(call: Call, connection: ExternalConnection, privilege: ConnectionPrivilege): void {
  const user = currentUser(call);
  const granted = connection.grants.get(user.name);
  if (user.admin || connection.owner === user.name || granted?.has(privilege) === true) return;
  throw new SqlError('42501', `user ${user.name} does not have ${privilege} privilege on external_connection ${connection.name}`);
}

export const connectionPrivileges = ['DROP', 'UPDATE', 'USAGE'] as const;
export type ConnectionPrivilege = (typeof connectionPrivileges)[number];

function ownConnection(call: Call, operand: Operand, privilege: ConnectionPrivilege): ExternalConnection {
  const connection = requireConnection(call, textOf(call, operand));
  requireConnectionPrivilege(call, connection, privilege);
  return connection;
}

const alterConnection: Run<'alter-external-connection'> = (call, { kind, name, uri }) => {
  const connection = ownConnection(call, name, 'UPDATE');
  const address = textOf(call, uri);
  call.effect(kind, null, connection.uri !== address);
  connection.uri = address;
  return acknowledged('ALTER EXTERNAL CONNECTION');
};

const dropConnection: Run<'drop-external-connection'> = (call, { kind, name }) => {
  call.cluster.externalConnections.delete(ownConnection(call, name, 'DROP').name);
  call.effect(kind, null, true);
  return acknowledged('DROP EXTERNAL CONNECTION');
};

function giveConnection(connection: ExternalConnection, user: User, privileges: readonly string[], grant: boolean): void {
  const held = connection.grants.get(user.name) ?? new Set();
  for (const privilege of privileges) {
    if (grant) held.add(privilege);
    else held.delete(privilege);
  }
  connection.grants.set(user.name, held);
}

const grantConnection: Run<'grant-external-connection'> = (call, { kind, grant, privileges, connections, users }) => {
  const { name: operator, admin } = currentUser(call);
  const chosen = connections.map((name) => requireConnection(call, name));
  if (!admin && chosen.some(({ owner }) => owner !== operator)) {
    throw new SqlError('42501', `user ${operator} missing WITH GRANT OPTION privilege on one or more of ${privileges.join(', ')}`);
  }
  const grantees = users.map((name) => requireUser(call, name));
  for (const connection of chosen) for (const user of grantees) giveConnection(connection, user, privileges, grant);
  call.effect(kind, null, true);
  return acknowledged(grant ? 'GRANT' : 'REVOKE');
};

function requireUser(call: Call, name: string): User {
  const user = usersOf(call.cluster, call.session.vcId).get(name);
  if (user === undefined) throw new SqlError('42704', `role/user "${name}" does not exist`);
  return user;
}

function setOptions(user: User, options: readonly string[]): void {
  for (const option of options) {
    if (option.startsWith('NO')) user.roleOptions.delete(option.slice(2));
    else if (option !== 'LOGIN') user.roleOptions.add(option);
  }
}

const createUser: Run<'create-user'> = (call, statement) => {
  requirePrivilege(call, ['CREATEROLE']);
  const users = usersOf(call.cluster, call.session.vcId);
  const { kind, name, password, options } = statement;
  const known = users.has(name);
  if (known && !statement.ifNotExists) throw new SqlError('42710', `a role/user named ${name} already exists`);
  if (!known) {
    const user: User = {
      name,
      password: password === null ? null : textOf(call, password),
      admin: false,
      grants: new Set(),
      grantable: new Set(),
      roleOptions: new Set(),
      memberOf: new Set(),
      defaults: new Map(),
    };
    setOptions(user, options);
    users.set(name, user);
  }
  call.effect(kind, null, !known);
  return acknowledged('CREATE ROLE');
};

const alterUser: Run<'alter-user'> = (call, { kind, name, password, options }) => {
  if (name !== call.session.user) requirePrivilege(call, ['CREATEROLE']);
  const user = requireUser(call, name);
  if (password !== null) user.password = textOf(call, password);
  setOptions(user, options);
  call.effect(kind, null, true);
  return acknowledged('ALTER ROLE');
};

/** A user that holds privileges or owns something can't be dropped. */
function checkDroppable(call: Call, user: User): void {
  const owned = [...call.cluster.externalConnections.values()].filter(
    ({ owner, grants }) => owner === user.name || (grants.get(user.name)?.size ?? 0) > 0,
  );
  if (user.name === 'root' || user.name === 'admin') throw new SqlError('42501', `cannot drop special user ${user.name}`);
  const object = heldObject(placeOf(call), user.name);
  if (object !== null) throw new SqlError('2BP01', `cannot drop role/user ${user.name}: grants still exist on ${object}`);
  if (user.grants.size === 0 && owned.length === 0) return;
  throw new SqlError('2BP01', `cannot drop role/user ${user.name}: grants still exist on system`, {
    hint: 'use SHOW SYSTEM GRANTS and REVOKE the privileges first',
  });
}

const dropUser: Run<'drop-user'> = (call, { kind, names, ifExists }) => {
  requirePrivilege(call, ['CREATEROLE']);
  const users = usersOf(call.cluster, call.session.vcId);
  const chosen = names.flatMap((name) => (ifExists && !users.has(name) ? [] : [requireUser(call, name)]));
  for (const user of chosen) {
    if (user.admin && !currentUser(call).admin) throw new SqlError('42501', 'must be superuser to drop superusers');
    checkDroppable(call, user);
  }
  for (const user of chosen) users.delete(user.name);
  call.effect(kind, null, chosen.length > 0);
  return acknowledged('DROP ROLE');
};

function requireGrantable(call: Call, privileges: readonly string[]): void {
  const user = currentUser(call);
  const missing = privileges.filter((privilege) => !user.grantable.has(privilege));
  if (user.admin || missing.length === 0) return;
  throw new SqlError('42501', `user ${user.name} missing WITH GRANT OPTION privilege on one or more of ${missing.join(', ')}`);
}

const grantSystem: Run<'grant-system'> = (call, { kind, grant, privileges, users, grantable }) => {
  requireGrantable(call, privileges);
  let changed = false;
  for (const user of users.map((name) => requireUser(call, name))) {
    for (const privilege of privileges) {
      changed ||= user.grants.has(privilege) !== grant;
      if (grant) user.grants.add(privilege);
      else user.grants.delete(privilege);
      if (grant && grantable) user.grantable.add(privilege);
      if (!grant) user.grantable.delete(privilege);
    }
  }
  call.effect(kind, null, changed);
  return acknowledged(grant ? 'GRANT' : 'REVOKE');
};

const grantRole: Run<'grant-role'> = (call, { kind, grant, role, users }) => {
  const user = currentUser(call);
  if (!hasPrivilege(user, [])) throw new SqlError('42501', `${user.name} must have admin option on role "${role}"`);
  const members = users.map((name) => requireUser(call, name));
  if (role !== 'admin') requireUser(call, role);
  for (const member of members) {
    if (role === 'admin') member.admin = grant;
    else if (grant) member.memberOf.add(role);
    else member.memberOf.delete(role);
  }
  call.effect(kind, null, true);
  return acknowledged(grant ? 'GRANT' : 'REVOKE');
};

/** Who may come in, what they may do, and where the cluster may connect to. */
export const accessRuns = {
  'create-external-connection': createConnection,
  'alter-external-connection': alterConnection,
  'drop-external-connection': dropConnection,
  'grant-external-connection': grantConnection,
  'create-user': createUser,
  'alter-user': alterUser,
  'drop-user': dropUser,
  'grant-system': grantSystem,
  'grant-role': grantRole,
};
