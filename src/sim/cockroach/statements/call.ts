import type { Operand, StatementKind } from '../grammar/statement.ts';
import type { Session, Sessions } from '../sessions.ts';
import { SqlError } from '../sql-error.ts';
import { type Cluster, findVc, findVcById, type SimState, type Us, type User, type Users, type Vc } from '../state/model.ts';
import { parseInterval } from '../values/time-text.ts';

/** Everything that one statement may see and touch while it runs. */
export interface Call {
  readonly state: SimState;
  readonly cluster: Cluster;
  readonly session: Session;
  readonly sessions: Sessions;
  /** World time, microseconds. */
  nowUs(): Us;
  readonly values: readonly (string | null)[];
  /** Records that the statement took effect. */
  effect(kind: StatementKind, virtualCluster: string | null, changed: boolean): void;
}

export const inSystemVc = (call: Call): boolean => call.session.vcId === 1;

/** Whether the session is in a reader, which shows what another virtual cluster holds and takes no writes. */
export const inReader = ({ cluster, session }: Call): boolean =>
  cluster.vcs.some(({ id, readerOf }) => id === session.vcId && readerOf !== null);

/** The users of the virtual cluster that the session is in. */
export const usersOf = (cluster: Cluster, vcId: number): Users =>
  vcId === 1 ? cluster.users : (cluster.vcs.find((vc) => vc.id === vcId)?.users ?? new Map());

export function currentUser(call: Call): User {
  const user = usersOf(call.cluster, call.session.vcId).get(call.session.user);
  if (user === undefined) throw new SqlError('42704', `role/user "${call.session.user}" does not exist`);
  const roles = rolesOf(usersOf(call.cluster, call.session.vcId), user);
  if (roles.length === 0) return user;
  return {
    ...user,
    admin: roles.some(({ admin }) => admin) || user.admin,
    grants: new Set([user, ...roles].flatMap(({ grants }) => [...grants])),
  };
}

/** The roles that a user was given, and theirs. Their privileges come along; options of a role, such as CONTROLJOB, do not. */
export function rolesOf(users: Users, user: User): readonly User[] {
  const found = new Map<string, User>();
  const pending = [...user.memberOf];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const role = users.get(name);
    if (role === undefined || found.has(name)) continue;
    found.set(name, role);
    pending.push(...role.memberOf);
  }
  return [...found.values()];
}

/** Any one of the privileges will do; admin has all. */
export function hasPrivilege(user: User, anyOf: readonly string[]): boolean {
  return user.admin || anyOf.some((privilege) => user.grants.has(privilege) || user.roleOptions.has(privilege));
}

export function requirePrivilege(call: Call, anyOf: readonly string[]): void {
  const user = currentUser(call);
  if (!hasPrivilege(user, anyOf)) throw new SqlError('42501', `user ${user.name} does not have ${anyOf[0]} system privilege`);
}

/** Virtual clusters are ruled from the system one only. */
export function requireSystemVc(
  call: Call,
  verb: 'alter tenant' | 'create other tenants' | 'show other tenants' | 'drop other tenants',
): void {
  if (inSystemVc(call)) return;
  throw new SqlError('42501', `only the system tenant can ${verb}`);
}

export function parameter(call: Call, index: number): string | null {
  const value = call.values[index - 1];
  if (value === undefined) throw new SqlError('42P02', `no value provided for placeholder: $${index}`);
  return value;
}

/** The text of a name, string or placeholder; a NULL is refused. */
export function textOf(call: Call, operand: Operand): string {
  if (operand.kind === 'id') return textOf(call, operand.of);
  const text = operand.kind === 'text' ? operand.text : parameter(call, operand.index);
  if (text === null) throw new SqlError('22004', 'expected a string, got NULL');
  return text;
}

export function intervalUsOf(call: Call, operand: Operand): Us {
  const text = textOf(call, operand);
  const lengthUs = parseInterval(text);
  if (lengthUs === null) throw new SqlError('22007', `could not parse "${text}" as type interval: interval: missing unit`);
  return lengthUs;
}

/** The virtual cluster that a statement names. */
export function requireVc(call: Call, operand: Operand): Vc {
  const text = textOf(call, operand);
  const vc = operand.kind === 'id' ? findVcById(call.cluster, Number(text)) : findVc(call.cluster, text);
  if (vc === null) throw new SqlError('42704', `tenant "${text}" does not exist`);
  return vc;
}
