import { Fault } from '../../domain/faults.ts';
import type { BoltAnswer, BoltConnect, BoltSession, BoltTarget } from '../../transports/bolt.ts';
import { readAddress } from '../../transports/bolt-address.ts';
import type { EngineIo } from '../engine.ts';
import type { CcdrCluster } from './config.ts';

/** Database of the cluster's own administration: every statement about replication is sent there. */
export const systemDatabase = 'system';

type Io = Pick<EngineIo, 'signal' | 'timeoutMs' | 'tag'>;
type Use<T> = (session: BoltSession) => Promise<T>;

/** Opens a session, uses it and closes it, whatever happens. */
export async function withBolt<T>(connect: BoltConnect, target: BoltTarget, io: Io, use: Use<T>): Promise<T> {
  const session = await connect(target, { signal: io.signal, timeoutMs: io.timeoutMs, tag: io.tag });
  try {
    return await use(session);
  } finally {
    session.close();
  }
}

const targetOf = ({ cluster, bolt, user, password, tls }: CcdrCluster) => ({ cluster, addresses: bolt, user, password, tls });

/** On the leader of `system`: what it says is the newest, and only it takes changes. */
export const withLeader = <T>(connect: BoltConnect, cluster: CcdrCluster, io: Io, use: Use<T>): Promise<T> =>
  withBolt(connect, { ...targetOf(cluster), reach: 'cluster', database: systemDatabase, access: 'write' }, io, use);

/** On whichever server answers first, when no leader can be found. What it says may be old. */
export const withMember = <T>(connect: BoltConnect, cluster: CcdrCluster, io: Io, use: Use<T>): Promise<T> =>
  withBolt(connect, { ...targetOf(cluster), reach: 'server', database: systemDatabase, access: 'read' }, io, use);

/** On one server, by the Bolt address that the cluster tells, for what only it knows (its transactions, its settings). */
export async function withServer<T>(
  connect: BoltConnect,
  cluster: CcdrCluster,
  address: string,
  io: Io,
  use: Use<T>,
  access: BoltTarget['access'] = 'read',
): Promise<T> {
  const at = readAddress(address);
  if (at === null) {
    throw new Fault('answer-not-understood', `${cluster.cluster} names a server's address that is no host:port.`, {
      effect: 'not-applied',
      facts: { cluster: cluster.cluster, address },
    });
  }
  return withBolt(connect, { ...targetOf(cluster), addresses: [at], reach: 'server', database: systemDatabase, access }, io, use);
}

/** As an application would: on the database itself, routed. */
export const withDatabase = <T>(
  connect: BoltConnect,
  cluster: CcdrCluster,
  database: string,
  access: BoltTarget['access'],
  io: Io,
  use: Use<T>,
): Promise<T> => withBolt(connect, { ...targetOf(cluster), reach: 'cluster', database, access }, io, use);

/** Sends one effect to the leader of `system`, alone in its session. Throws a Fault that says what is known of the effect. */
export const sendChange = (connect: BoltConnect, cluster: CcdrCluster, io: Io, statement: string): Promise<BoltAnswer> =>
  withLeader(connect, cluster, io, (session) => session.change(statement));
