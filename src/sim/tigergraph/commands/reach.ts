import { catchUp, type Desk } from '../realm.ts';
import { type Cluster, kafkaListens, type TigerNode } from '../state/model.ts';
import { serves } from '../state/services.ts';

const clusters = ({ realm }: Desk): readonly Cluster[] => [realm.state.clusters.primary, realm.state.clusters.standby];

/** The node of either cluster that has this address. */
export function nodeAt(desk: Desk, ip: string): { readonly cluster: Cluster; readonly node: TigerNode } | null {
  for (const cluster of clusters(desk)) {
    const node = cluster.nodes.find((each) => each.ip === ip);
    if (node !== undefined) return { cluster, node };
  }
  return null;
}

/** Whether something listens there and can be reached from here. */
export function opens(desk: Desk, ip: string, port: string): boolean {
  const there = nodeAt(desk, ip);
  if (there === null || !there.node.up) return false;
  const { state } = desk.realm;
  const apart = there.cluster !== desk.cluster && (!state.linkUp || state.blockedPorts.has(`${desk.cluster.side}:${port}`));
  const { plain, tls } = kafkaListens(there.cluster);
  const service = port === plain || port === tls ? 'KAFKA' : port === '30003' ? 'KAFKACONN' : port === '22' ? 'SSH' : null;
  if (apart || service === null) return false;
  // Connect listens on a cluster that mirrors nothing too.
  return service === 'SSH' || serves(there.cluster, service, catchUp(desk.realm));
}
