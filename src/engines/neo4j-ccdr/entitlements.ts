import { type BoltRow, textAt, textsOf } from '../../transports/bolt-values.ts';
import type { Place } from './place.ts';
import { questions } from './questions.ts';
import { withLeader } from './session.ts';

/** Actions by the words of SHOW USER PRIVILEGES. Some wider ones hold them. */
const wider: Readonly<Record<string, readonly string[]>> = {
  show_server: ['server_management'],
  execute_admin: ['admin_procedure', 'execute_admin_procedures'],
  show_transaction: ['transaction_management', 'database_actions'],
  start_database: ['database_actions'],
  stop_database: ['database_actions'],
};

/** What is limited to some users is written behind the action, e.g. `show_transaction (*)`. */
const covers = (have: string, action: string): boolean => {
  const bare = have.replace(/[ _]*\(.*$/, '');
  return (
    bare === action || (bare === 'dbms_actions' && !/_(transaction|database)$/.test(action)) || (wider[action]?.includes(bare) ?? false)
  );
};

/** Of the actions that are needed, those that a user does not seem to hold. Pure. */
export function lacking(rows: readonly BoltRow[], needed: readonly string[]): readonly string[] {
  const actions = (access: string) => rows.filter((row) => textAt(row, 'access') === access).map((row) => textAt(row, 'action') ?? '');
  const [denied, granted] = [actions('DENIED'), actions('GRANTED')];
  return needed.filter((action) => denied.some((no) => covers(no, action)) || !granted.some((have) => covers(have, action)));
}

/** Why open transactions can't be waited for; null when they can. Who may not see those of others is told of none, as if all had ended. */
export const blindness = ({ connect, cluster, here, io }: Place): Promise<string | null> =>
  withLeader(connect, cluster, io, async (session) => {
    const [user] = (await session.read(questions.user)).rows;
    // Where nobody has to log in, the name is empty and everybody may do everything.
    const isFree = user !== undefined && (textAt(user, 'username') === '' || textsOf(user['roles']).includes('admin'));
    if (isFree || lacking((await session.read(questions.ownPrivileges)).rows, ['show_transaction']).length === 0) return null;
    return `${cluster.user} may not see the transactions of others on ${here}, so whether writes have ended could not be told. GRANT SHOW TRANSACTION (*) ON DATABASE * to one of its roles, then press Retry.`;
  });
