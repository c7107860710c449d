import { createHash } from 'node:crypto';
import type { JsonObject } from '../../domain/json.ts';
import type { User } from './state/model.ts';

const sorted = (words: Iterable<string>): readonly string[] => [...words].sort();

/** Tells one password from another, and no more. */
const passwordIn = (password: string | null): string | null =>
  password === null ? null : createHash('sha256').update(password).digest('hex').slice(0, 12);

const userIn = ({ password, admin, grants, grantable, roleOptions, memberOf, defaults }: User): JsonObject => ({
  password: passwordIn(password),
  admin,
  grants: sorted(grants),
  grantable: sorted(grantable),
  roleOptions: sorted(roleOptions),
  memberOf: sorted(memberOf),
  defaults: Object.fromEntries(defaults),
});

/** The users of a cluster, with all that each may do. */
export const usersIn = (users: ReadonlyMap<string, User>): JsonObject =>
  Object.fromEntries([...users].map(([name, user]) => [name, userIn(user)]));
