import type { CrrCluster } from './config.ts';
import type { ReadSide, SideRead, TlsView } from './detail.ts';

/** Where Kafka listens unless its cluster says otherwise. */
const usual = { plain: 30_002, tls: 30_001 } as const;

/** How the Kafka of a cluster is spoken to. */
interface Way {
  readonly port: number;
  readonly tls: boolean;
}

/** As the nodes of the other side are to speak to it: by the config's word, or else as the cluster's own clients do. */
export function wayTo({ brokers }: Pick<CrrCluster, 'brokers'>, read: SideRead): Way {
  if (read.kind !== 'read') return { port: brokers.port ?? usual.plain, tls: false };
  const plain = read.kafkaPort ?? usual.plain;
  const { enabled, clients } = read.tls;
  const port = brokers.port ?? (enabled === true && clients !== 'plain' ? (read.tls.port ?? usual.tls) : plain);
  return { port, tls: enabled === true && port !== plain };
}

/** As Kafka's own tools on a cluster's nodes ask that cluster, or a sentence that says why they can't. */
export function ownWay(
  { cluster, brokers }: Pick<CrrCluster, 'cluster' | 'brokers'>,
  kafkaPort: number | null,
  tls: TlsView,
): Way | { readonly why: string } {
  if (brokers.clientProperties !== null) return { port: tls.port ?? usual.tls, tls: true };
  if (tls.enabled === true && tls.clients === 'tls')
    return {
      why: `The Kafka of ${cluster} speaks TLS only, and the config names no brokers.clientProperties with which its tools could ask it.`,
    };
  return kafkaPort === null ? { why: "It is not known where this side's Kafka is." } : { port: kafkaPort, tls: false };
}

interface Side {
  readonly cluster: CrrCluster;
  readonly read: ReadSide;
}

/**
 * Why a side can't fetch from another one as their Kafkas are set up; null when nothing is known to be in the way. The vendor describes a
 * replication over TLS between two clusters that both have it, and none between one that has it and one that has not.
 */
export function tlsProblem(from: Side, to: Side): { readonly why: string; readonly next: string } | null {
  const way = wayTo(from.cluster, from.read);
  const [there, here] = [from.cluster.cluster, to.cluster.cluster];
  if (way.tls && to.read.tls.enabled !== true)
    return {
      why: `${there} has its Kafka read over TLS on port ${way.port}, and the Kafka of ${here} has no TLS.`,
      next: `Set Kafka.Security.SSL on ${here} too, with certificates that both trust, apply and restart it; or, where ${there} listens without TLS as well, name that port under brokers.port of ${there}.`,
    };
  if (!way.tls && to.read.tls.enabled === true && to.read.tls.clients === 'tls')
    return {
      why: `All clients of Kafka on ${here} have to speak TLS (Kafka.Security.ClientConf.ProtocolForAllClients), and port ${way.port} of ${there} does not.`,
      next: `Set Kafka.Security.SSL on ${there} too, with certificates that both trust, apply and restart it.`,
    };
  return null;
}
