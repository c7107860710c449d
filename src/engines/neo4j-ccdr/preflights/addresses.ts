import { isFault } from '../../../domain/faults.ts';
import type { Check } from '../../../domain/plan.ts';
import type { BoltConnect } from '../../../transports/bolt.ts';
import { readAddress } from '../../../transports/bolt-address.ts';
import { textAt } from '../../../transports/bolt-values.ts';
import type { EngineIo } from '../../engine.ts';
import { failed, passed, warned } from '../../frame/checks.ts';
import type { CcdrCluster } from '../config.ts';
import type { ReadSide, ServerView, SideRead } from '../detail.ts';
import { withLeader } from '../session.ts';
import { few } from '../words.ts';

/** A cluster knows its own cluster ports, whose addresses no other statement shows. */
const question = "CALL dbms.cluster.checkConnectivity('CLUSTER') YIELD `port-name`, `port-address`";

/** Whether the addresses that a replica is to pull from are cluster ports of servers that hold the source. */
export async function addressChecks(connect: BoltConnect, source: CcdrCluster, read: SideRead, io: EngineIo): Promise<readonly Check[]> {
  if (read.kind !== 'read' || read.edition !== 'enterprise') return [];
  return [judgeAddresses(source, read, await portsOf(connect, source, io))];
}

/** Null when the cluster would not say. */
async function portsOf(connect: BoltConnect, cluster: CcdrCluster, io: EngineIo): Promise<readonly string[] | null> {
  try {
    const { rows } = await withLeader(connect, cluster, io, (session) => session.read(question));
    const own = rows.filter((row) => (textAt(row, 'port-name') ?? '').toUpperCase() === 'CLUSTER');
    return own.flatMap((row) => textAt(row, 'port-address')?.toLowerCase() ?? []);
  } catch (cause) {
    if (!isFault(cause) || io.signal.aborted) throw cause;
    return null;
  }
}

/** Pure. `ports`: cluster addresses by the cluster's own word; null or empty when it tells none. */
export function judgeAddresses(
  { cluster, replication }: CcdrCluster,
  { servers, database }: ReadSide,
  ports: readonly string[] | null,
): Check {
  const name = `${cluster}: cluster addresses`;
  const bolt = new Set(servers.flatMap(({ address }) => address?.toLowerCase() ?? []));
  const mistaken = replication.filter((address) => bolt.has(address));
  if (mistaken.length > 0) {
    return failed(
      name,
      `${few(mistaken)} of ${cluster} ${mistaken.length === 1 ? 'is a Bolt address' : 'are Bolt addresses'}, and replicas pull from cluster ports.`,
      'Write the addresses of server.cluster.advertised_address (port 6000 unless it was changed) under replication in the config.',
    );
  }
  const idle = database === null ? [] : replication.filter((address) => holdsNothing(servers, address, database.name));
  if (idle.length > 0) {
    return warned(
      name,
      `${few(idle)} of ${cluster} ${idle.length === 1 ? 'belongs to a server that does' : 'belong to servers that do'} not hold ${database?.name ?? 'the database'}.`,
      'List only servers that hold it under replication in the config.',
    );
  }
  if (ports === null || ports.length === 0) {
    return warned(
      name,
      `${cluster} does not tell its cluster ports, so ${few(replication)} could not be compared with them.`,
      'Check them by hand.',
    );
  }
  const strange = replication.filter((address) => !ports.includes(address));
  return strange.length === 0
    ? passed(
        name,
        `Replicas pull from ${few(replication)}, which ${replication.length === 1 ? 'is a cluster port' : 'are cluster ports'} of ${cluster}.`,
      )
    : warned(
        name,
        `${few(strange)} ${strange.length === 1 ? 'is no cluster port' : 'are no cluster ports'} that ${cluster} tells; it tells ${few(ports)}.`,
        'Correct replication in the config, unless the other cluster reaches these servers by other addresses.',
      );
}

/** Only where the host alone tells which server it is. */
function holdsNothing(servers: readonly ServerView[], address: string, database: string): boolean {
  const host = readAddress(address)?.host;
  const those = servers.filter((server) => host !== undefined && readAddress(server.address ?? '')?.host.toLowerCase() === host);
  const [only] = those;
  return only !== undefined && those.length === 1 && !only.hosting.includes(database);
}
