import type { Statement } from '../grammar/statement.ts';
import { isUp } from '../state/model.ts';
import { isList } from '../wire/packstream.ts';
import { type Call, evaluate, type Outcome, textCell } from './call.ts';
import { may } from './privileges.ts';
import { proceduresOf } from './procedures.ts';
import { type Columns, type Row, viewed } from './table.ts';

type Of<K extends Statement['kind']> = Extract<Statement, { kind: K }>;

const serverColumns: Columns = [
  ['serverId', false],
  ['name', true],
  ['address', true],
  ['httpAddress', false],
  ['httpsAddress', false],
  ['state', true],
  ['health', true],
  ['hosting', true],
  ['requestedHosting', false],
  ['tags', false],
  ['allowedDatabases', false],
  ['deniedDatabases', false],
  ['modeConstraint', false],
  ['version', false],
];

export function showServers(call: Call, { view }: Of<'show-servers'>): Outcome {
  const { cluster } = call;
  const rows = (): readonly Row[] =>
    cluster.servers.map((server) => {
      const copies = cluster.databases.filter((database) => database.copies.some(({ serverId }) => serverId === server.id));
      const wanted = copies.filter((database) => database.copies.some(({ serverId, goal }) => serverId === server.id && goal !== 'gone'));
      const up = isUp(cluster, server);
      return {
        serverId: server.id,
        name: server.name,
        address: server.address,
        httpAddress: null,
        httpsAddress: null,
        state: server.state,
        health: up ? 'Available' : 'Unavailable',
        hosting: up ? ['system', ...copies.map(({ name }) => name)] : [],
        requestedHosting: ['system', ...wanted.map(({ name }) => name)],
        tags: [],
        allowedDatabases: [],
        deniedDatabases: [],
        modeConstraint: server.modeConstraint,
        version: up ? cluster.release.version : null,
      };
    });
  return viewed(call, serverColumns, view, rows);
}

const aliasColumns: Columns = [
  ['name', true],
  ['composite', true],
  ['database', true],
  ['location', true],
  ['url', true],
  ['user', true],
  ['driver', false],
  ['defaultLanguage', false],
  ['properties', false],
];

export function showAliases(call: Call, { view }: Of<'show-aliases'>): Outcome {
  const nothing = { composite: null, url: null, user: null, driver: null, defaultLanguage: null, properties: {} };
  return viewed(call, aliasColumns, view, () =>
    [...call.cluster.aliases].map(([name, database]) => ({ ...nothing, name, database, location: 'local' })),
  );
}

const settingColumns: Columns = [
  ['name', true],
  ['value', true],
  ['isDynamic', true],
  ['defaultValue', true],
  ['description', true],
  ['startupValue', false],
  ['isExplicitlySet', false],
  ['validValues', false],
  ['isDeprecated', false],
];

/** Of the server that it runs on. Settings that the user may not see are left out. */
export function showSettings(call: Call, { names, view }: Of<'show-settings'>): Outcome {
  const wanted = names.flatMap((expression) => {
    const cell = evaluate(call, expression);
    return isList(cell) ? cell.map(textCell) : [textCell(cell)];
  });
  const rows = (): readonly Row[] =>
    [...call.cluster.settings]
      .filter(([name]) => may(call, ['SHOW SETTING']) && (wanted.length === 0 || wanted.includes(name)))
      .map(([name, value]) => ({
        name,
        value,
        isDynamic: false,
        defaultValue: value,
        description: '',
        startupValue: value,
        isExplicitlySet: true,
        validValues: '',
        isDeprecated: false,
      }));
  return viewed(call, settingColumns, view, rows);
}

const procedureColumns: Columns = [
  ['name', true],
  ['description', true],
  ['mode', true],
  ['worksOnSystem', true],
  ['signature', false],
];

/** Whether the list has what is internal is not documented. */
export function showProcedures(call: Call, { view }: Of<'show-procedures'>): Outcome {
  const rows = (): readonly Row[] =>
    proceduresOf(call.cluster)
      .filter(([name]) => call.listsInternal || !name.startsWith('internal.'))
      .map(([name, { writes }]) => ({
        name,
        description: '',
        mode: writes ? 'WRITE' : 'DBMS',
        worksOnSystem: true,
        signature: `${name}()`,
      }));
  return viewed(call, procedureColumns, view, rows);
}
