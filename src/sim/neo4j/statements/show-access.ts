import type { Statement } from '../grammar/statement.ts';
import { type Call, type Outcome, textOf } from './call.ts';
import { demand } from './privileges.ts';
import { type Columns, type Row, viewed } from './table.ts';

type Of<K extends Statement['kind']> = Extract<Statement, { kind: K }>;

const privilegeColumns: Columns = [
  ['access', true],
  ['action', true],
  ['resource', true],
  ['graph', true],
  ['segment', true],
  ['role', true],
  ['immutable', true],
];

const builtIn: readonly (readonly [role: string, text: string])[] = [
  ['admin', 'GRANT ALL DBMS PRIVILEGES ON DBMS'],
  ['admin', 'GRANT TRANSACTION MANAGEMENT (*) ON DATABASE *'],
  ['admin', 'GRANT START ON DATABASE *'],
  ['admin', 'GRANT STOP ON DATABASE *'],
  ['admin', 'GRANT ACCESS ON DATABASE *'],
  ['PUBLIC', 'GRANT EXECUTE PROCEDURE * ON DBMS'],
];

/** Where an action is not called like the command that grants it. */
const actions: Readonly<Record<string, string>> = {
  'ALL DBMS PRIVILEGES': 'dbms_actions',
  'SHOW SERVERS': 'show_server',
  'EXECUTE ADMIN PROCEDURES': 'execute_admin',
  START: 'start_database',
  STOP: 'stop_database',
};

/** Whom or what it is limited to is told in other columns. */
function actionOf(command: string): string {
  const bare = command.replace(/ (\(.*\)|\*)$/, '');
  return actions[bare] ?? bare.toLowerCase().replaceAll(' ', '_');
}

function privilegeRow(role: string, text: string): Row {
  const [, action = text, on = ''] = /^GRANT (.*?) ON (.*)$/.exec(text) ?? [];
  const graph =
    on === 'DBMS'
      ? '*'
      : on
          .replace(/^(DATABASE|GRAPH) /, '')
          .replaceAll('`', '')
          .split(' ')[0];
  const resource = on === 'DBMS' ? 'database' : on.startsWith('GRAPH') ? 'graph' : 'database';
  return {
    access: 'GRANTED',
    action: actionOf(action),
    resource,
    graph: graph ?? '*',
    segment: 'database',
    role,
    immutable: false,
  };
}

/** Everybody may see their own; those of others need the privilege. */
export function showPrivileges(call: Call, { of, asCommands, view }: Of<'show-privileges'>): Outcome {
  if (of !== 'user') demand(call, ['SHOW PRIVILEGE', 'PRIVILEGE MANAGEMENT']);
  const { cluster, session } = call;
  const role = of === 'user' || of === 'all' ? null : textOf(call, of);
  const roles = of === 'user' ? ['PUBLIC', ...(cluster.users.get(session.user ?? '')?.roles ?? [])] : role === null ? null : [role];
  const held = (): readonly (readonly [string, string])[] =>
    [...builtIn, ...cluster.grants.map((grant) => [grant.role, grant.text] as const)].filter(
      ([holder]) => roles === null || roles.includes(holder),
    );
  if (asCommands)
    return viewed(call, [['command', true]], view, () => held().map(([holder, text]) => ({ command: `${text} TO \`${holder}\`` })));
  return viewed(call, privilegeColumns, view, () => held().map(([holder, text]) => privilegeRow(holder, text)));
}

const userColumns: Columns = [
  ['user', true],
  ['roles', true],
  ['passwordChangeRequired', true],
  ['suspended', true],
  ['home', true],
];

export function showCurrentUser(call: Call, { view }: Of<'show-current-user'>): Outcome {
  const name = call.session.user ?? '';
  const roles = call.cluster.users.get(name)?.roles ?? [];
  return viewed(call, userColumns, view, () => [
    { user: name, roles: [...roles, 'PUBLIC'], passwordChangeRequired: false, suspended: false, home: null },
  ]);
}
