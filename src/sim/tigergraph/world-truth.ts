import { hashOf, type Json, type JsonObject } from '../../domain/json.ts';
import type { HostFiles } from '../hosts/files.ts';
import { type SimSide, simSides, type TigerTruth } from './contract.ts';
import { catchUp, type Realm } from './realm.ts';
import { type Cluster, isDr, keys, setting } from './state/model.ts';
import { isWritable, stateOf } from './state/services.ts';
import { connectorOf } from './state/settle.ts';

// Left out: process ids and the times at which services were started, which are new with every start; what a fault has set, the end of
// the license and the load balancer, which are no state of the product.

/** Sorts by name, so that the order in which things came to be does not count. */
const byName = (entries: Iterable<readonly [string, Json]>): JsonObject =>
  Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));

const configOf = ({ config }: Cluster): JsonObject => ({
  staged: byName(config.staged),
  applied: byName(config.applied),
  effective: byName(config.effective),
});

/**
 * Applications add records to a cluster that serves, and a standby takes what its primary has: how many there are is told of a side at
 * rest alone. Changes of the schema are nobody's daily work, so they are told of every side that has its own.
 */
function dataOf(cluster: Cluster, nowMs: number): JsonObject {
  const { line, parent, records, seq, queries, users } = cluster.data;
  const rests = !isDr(cluster) && !isWritable(cluster, nowMs);
  return {
    line,
    parent: parent === null ? null : { ...parent },
    ...(rests ? { records } : {}),
    ...(isDr(cluster) ? {} : { metadata: seq }),
    queries: queries.map(({ graph, name, installed }) => ({ graph, name, installed })),
    users: byName(users.map(({ name, superuser, password }) => [name, { superuser, password }])),
  };
}

/** What of a replication lasts. How far it has come is the clock's. */
function replicationOf(realm: Realm, cluster: Cluster, nowMs: number): JsonObject {
  const { outdated, primed, tasks } = cluster.crr;
  return { connector: connectorOf(realm.state, cluster, nowMs), outdated, primed, tasks };
}

/** A reset of Kafka ends what incremental backups can build on: that is a loss for whoever serves, and none for an empty cluster. */
const incrementalOf = (cluster: Cluster, nowMs: number): JsonObject =>
  isWritable(cluster, nowMs) ? { incrementalSince: cluster.origin === null ? null : { ...cluster.origin } } : {};

function ofCluster(realm: Realm, cluster: Cluster, nowMs: number): JsonObject {
  return {
    cluster: cluster.name,
    version: cluster.release.version,
    services: byName(cluster.services.map((service) => [`${service.instance} on ${service.node.name}`, stateOf(service, nowMs).status])),
    config: configOf(cluster),
    data: dataOf(cluster, nowMs),
    replication: replicationOf(realm, cluster, nowMs),
    takesWrites: isWritable(cluster, nowMs),
    busyWith: cluster.lock,
    ...incrementalOf(cluster, nowMs),
  };
}

/** Every file below a folder with a checksum of its text. A folder without any is not told. */
function filesBelow(files: HostFiles, folder: string): readonly (readonly [string, string])[] {
  return files.list(folder).flatMap((path) => {
    const below = filesBelow(files, path);
    if (below.length > 0) return below;
    const text = textOf(files, path);
    return text === null ? [] : [[path, hashOf(text)] as const];
  });
}

/** Null: it is a folder. */
function textOf(files: HostFiles, path: string): string | null {
  try {
    return files.read(path);
  } catch {
    return null;
  }
}

/** Logs are left out: the product adds to them whatever is done, and never takes anything back. */
function filesOn(realm: Realm, cluster: Cluster): TigerTruth['files'] {
  const logs = `${setting(cluster, keys.logRoot)}/`;
  return Object.fromEntries(
    cluster.nodes.map(({ name }) => {
      const host = realm.host(cluster.side, name);
      return [host.name, Object.fromEntries(filesBelow(host.files, '/').filter(([path]) => !path.startsWith(logs)))];
    }),
  );
}

/** Commands that a run has left running on a node, by the words that were sent. */
const runningOn = (realm: Realm, { side, nodes }: Cluster): readonly string[] =>
  nodes.flatMap(({ name }) => realm.host(side, name).processes()).map(({ command }) => command);

/** What both clusters hold, serve, run, are set to and know of users, by their own state. Equal for equal states. */
export function truthOfAll(realm: Realm): TigerTruth {
  const nowMs = catchUp(realm);
  const { clusters, bucket } = realm.state;
  const of = <T>(tell: (cluster: Cluster) => T): Readonly<Record<SimSide, T>> => ({
    primary: tell(clusters.primary),
    standby: tell(clusters.standby),
  });
  return {
    clusters: of((cluster) => ofCluster(realm, cluster, nowMs)),
    backups: of(({ catalog }) => Object.fromEntries(catalog.map(({ tag, type, base }) => [tag, `${type} ${base}`]))),
    files: Object.assign({}, ...simSides.map((side) => filesOn(realm, clusters[side]))),
    bucket: Object.fromEntries([...bucket].map(([path, text]) => [path, hashOf(text)])),
    running: of((cluster) => runningOn(realm, cluster)),
  };
}
