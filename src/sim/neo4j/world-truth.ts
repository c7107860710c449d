import type { Json, JsonObject } from '../../domain/json.ts';
import { type SimSide, simSides } from './contract.ts';
import { catchUp, type Realm } from './realm.ts';
import { tagOf } from './sessions.ts';
import { type Cluster, type Copy, type Database, type Server, serverOf } from './state/model.ts';
import { isWritable } from './state/transactions.ts';

// Numbers of transactions are left out: applications move them all the time. So are the time of the last stop and the transactions of
// `system`, which only ever grow, and what a fault has set, which is no state of the product.

const ofServer = ({ id, name, state, modeConstraint }: Server): Json => ({ id, name, state, modeConstraint });

/** What it is doing, and what it is to come to; how long that still takes is the clock's. */
const ofCopy = (cluster: Cluster, { serverId, role, status, goal, message, needsStore }: Copy): Json => ({
  server: serverOf(cluster, serverId).name,
  role,
  status,
  goal,
  message,
  needsStore,
});

const upstreamOf = ({ following }: Database): Json =>
  following === null
    ? null
    : {
        remote: following.upstream.remote,
        database: following.upstream.databaseId,
        addresses: following.upstream.addresses,
        pullUri: following.upstream.pullUri,
      };

/** Whether there is a writer is told, not which server it is: any of the primaries is as good. */
const ofDatabase = (cluster: Cluster, database: Database): Json => ({
  // Another one under the same name has another id.
  id: database.id,
  type: database.type,
  access: database.access,
  accessToCome: database.accessChange?.to ?? null,
  requested: database.requested,
  topology: { primaries: database.primaries, secondaries: database.secondaries },
  copies: database.copies.map((copy) => ofCopy(cluster, copy)).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
  follows: upstreamOf(database),
  hasWriter: database.writer !== null,
  takesWrites: isWritable(cluster, database),
  lineage: database.lineage,
});

/** Sorts by name, so that the order in which things came to be does not count. */
const byName = (entries: Iterable<readonly [string, Json]>): JsonObject =>
  Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));

/** Transactions of runs that nobody has ended. */
const leftOpen = ({ sessions }: Realm, side: SimSide): readonly string[] =>
  sessions
    .all()
    .filter((session) => session.side === side)
    .flatMap(({ transaction }) => {
      const tag = transaction === null ? '' : tagOf(transaction.extras);
      return transaction !== null && tag.startsWith('replops/') ? [`${tag} on ${transaction.database}`] : [];
    })
    .sort();

const ofCluster = (realm: Realm, side: SimSide): JsonObject => {
  const cluster = realm.state.clusters[side];
  return {
    cluster: cluster.name,
    version: cluster.release.version,
    edition: cluster.edition,
    servers: cluster.servers.map(ofServer),
    databases: byName(cluster.databases.map((database) => [database.name, ofDatabase(cluster, database)])),
    aliases: byName(cluster.aliases),
    users: byName([...cluster.users.values()].map(({ name, password, roles, expired }) => [name, { password, roles, expired }])),
    roles: [...cluster.roles].sort(),
    privileges: cluster.grants.map(({ role, text }) => `${text} TO ${role}`).sort(),
    settings: byName(cluster.settings),
    dumps: [...cluster.dumps],
    openTransactions: leftOpen(realm, side),
  };
};

/** What both clusters hold, serve, follow, are set to and know of users, by their own state. Equal for equal states. */
export function truthOfAll(realm: Realm): JsonObject {
  catchUp(realm);
  return Object.fromEntries(simSides.map((side) => [side, ofCluster(realm, side)]));
}
