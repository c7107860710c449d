import { Fault } from '../../domain/faults.ts';
import type { SqlConnect, SqlRow, SqlSession } from '../../transports/sql.ts';
import type { EngineIo } from '../engine.ts';
import type { ClusterAddress } from './address.ts';

/** Name of the control plane: every statement about replication is sent there. */
export const systemInterface = 'system';

/** Asks a session on which virtual cluster it has landed. */
export const landedStatement = 'SHOW virtual_cluster_name';

type Io = Pick<EngineIo, 'signal' | 'timeoutMs' | 'tag'>;

/** Opens a session on a virtual cluster, uses it and closes it, whatever happens. */
export async function withSession<T>(
  connect: SqlConnect,
  address: ClusterAddress,
  virtualCluster: string,
  io: Io,
  use: (session: SqlSession) => Promise<T>,
): Promise<T> {
  const session = await connect({ ...address, virtualCluster }, { signal: io.signal, timeoutMs: io.timeoutMs, tag: io.tag });
  try {
    return await use(session);
  } finally {
    session.close();
  }
}

/** Like `withSession` on the control plane, proven by asking the session itself where it has landed. */
export const withSystem = <T>(connect: SqlConnect, address: ClusterAddress, io: Io, use: (session: SqlSession) => Promise<T>): Promise<T> =>
  withInterface(connect, address, systemInterface, io, use);

/** Like `withSession`, proven by asking the session itself where it has landed. */
export function withInterface<T>(
  connect: SqlConnect,
  address: ClusterAddress,
  virtualCluster: string,
  io: Io,
  use: (session: SqlSession) => Promise<T>,
): Promise<T> {
  return withSession(connect, address, virtualCluster, io, async (session) => {
    const landed = firstValue(await session.read(landedStatement));
    if (landed !== virtualCluster) {
      const wanted = virtualCluster === systemInterface ? 'the system interface' : `virtual cluster ${virtualCluster}`;
      throw new Fault('answer-not-understood', `${address.cluster} put the session on '${landed}' instead of ${wanted}.`, {
        effect: 'not-applied',
        facts: { cluster: address.cluster, landed },
      });
    }
    return use(session);
  });
}

/** Sends one effect on the control plane, alone on its own connection. Throws a Fault that says what is known of the effect. */
export async function sendChange(connect: SqlConnect, address: ClusterAddress, io: Io, statement: string): Promise<readonly SqlRow[]> {
  return withSystem(connect, address, io, (session) => session.change(statement));
}

/** The only value of a SHOW of one setting, whatever its column is called. Null when there is no row. */
export const firstValue = (rows: readonly SqlRow[]): string | null => Object.values(rows[0] ?? {})[0] ?? null;

/** The first of the named columns that the server knows; versions name them differently. */
export function columnOf(row: SqlRow, ...names: readonly string[]): string | null {
  const known = names.find((name) => row[name] !== undefined && row[name] !== null);
  return known === undefined ? null : (row[known] ?? null);
}
