import type { SimUser } from '../contract.ts';
import type { SimVersion } from '../grammar/dialect.ts';
import { startSqlWorld } from '../sql-world.ts';
import { ldrDialects } from './grammar/ldr-dialect.ts';
import type { LdrSetup, LdrWorld, LdrWorldOptions } from './ldr-contract.ts';

export type { LdrWorld, LdrWorldOptions } from './ldr-contract.ts';

/** Users of a world whose options name none: who operates, and whom the streams log in as. */
function ldrUsers(version: SimVersion): readonly SimUser[] {
  const system = ldrDialects[version]?.tablePrivileges === true ? ['REPLICATIONSOURCE', 'REPLICATIONDEST'] : ['REPLICATION'];
  const setting = ['MODIFYCLUSTERSETTING', 'VIEWSYSTEMDATA', 'EXTERNALCONNECTION', 'CREATEROLE'];
  const runs = system.length === 1 ? system : [];
  return [
    {
      name: 'ops',
      password: 'ops-secret',
      grants: [...setting, ...runs],
      grantable: system,
      roleOptions: ['CONTROLJOB', 'VIEWJOB', 'CREATEROLE'],
    },
    { name: 'repl', password: 'repl-secret', grants: system },
    { name: 'root', password: 'root-secret', admin: true },
  ];
}

/** Starts two simulated clusters with tables that are replicated row by row, on loopback. */
export function startLdrWorld(options: LdrWorldOptions): Promise<LdrWorld> {
  const { tables, enums, functions, start, direction, connections, interface: where, owner, onOutage, ...rest } = options;
  const given = { tables, enums, functions, start, direction, connections, interface: where, owner, onOutage };
  // Only what was given: the entries that are left have the types of the setup.
  const ldr = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as LdrSetup;
  const version = typeof options.version === 'string' ? options.version : options.version.standby;
  return startSqlWorld({ users: ldrUsers(version), ...rest, virtualized: where === 'main', start: 'none', ldr });
}
