import { databaseNotFound, unavailable } from './graph-error.ts';
import { type Cluster, type Database, isCopyUp, isUp, resolveDatabase, serverOf, systemLeader } from './state/model.ts';
import type { Fields } from './wire/backend.ts';
import type { Cell } from './wire/packstream.ts';

/** ttl of a table, s. */
const ttl = 300n;

const table = (database: string, write: readonly string[], read: readonly string[], route: readonly string[]): Fields => {
  const roles: readonly (readonly [string, readonly string[]])[] = [
    ['WRITE', write],
    ['READ', read],
    ['ROUTE', route],
  ];
  const servers: Cell = roles.filter(([, addresses]) => addresses.length > 0).map(([role, addresses]) => ({ role, addresses }));
  return { ttl, db: database, servers };
};

/** Readers, without the writer unless it is alone. */
const readers = (all: readonly string[], writer: string | null): readonly string[] =>
  all.length > 1 ? all.filter((address) => address !== writer) : all;

function onlineAddresses(cluster: Cluster, database: Database): readonly string[] {
  const up = database.copies.filter((copy) => isCopyUp(cluster, copy));
  const secondaries = up.filter(({ role }) => role === 'secondary');
  const fromPrimaries = cluster.settings.get('dbms.routing.reads_on_primaries_enabled') !== 'false';
  const chosen = fromPrimaries || secondaries.length === 0 ? up : secondaries;
  return chosen.map(({ serverId }) => serverOf(cluster, serverId).address);
}

/** Who writes, reads and routes for a database. A replica has no writer. */
export function routingTable(cluster: Cluster, name: string | null): Fields {
  const route = cluster.servers.filter((server) => isUp(cluster, server)).map(({ address }) => address);
  const asked = name ?? cluster.settings.get('initial.dbms.default_database') ?? 'neo4j';
  if (asked.toLowerCase() === 'system') {
    const leader = systemLeader(cluster)?.address ?? null;
    return table('system', leader === null ? [] : [leader], readers(route, leader), route);
  }
  const database = resolveDatabase(cluster, asked);
  if (database === null) throw databaseNotFound(asked);
  const online = onlineAddresses(cluster, database);
  if (online.length === 0) throw unavailable(database.name);
  const writer = database.writer === null ? null : serverOf(cluster, database.writer).address;
  return table(database.name, writer === null ? [] : [writer], readers(online, writer), route);
}
