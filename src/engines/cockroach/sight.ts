import { isFault } from '../../domain/faults.ts';
import type { SqlConnect, SqlSession } from '../../transports/sql.ts';
import { quoteIdentifier } from '../../transports/sql-quoting.ts';
import type { EngineIo } from '../engine.ts';
import type { ClusterAddress } from './address.ts';
import { ownRights } from './held.ts';
import { systemInterface, withInterface } from './session.ts';

/**
 * Whether the bot is shown everybody's jobs. Who is not is shown its own ones, without an error, so that a list without a job proves
 * nothing. `unknown`: its rights could not be read.
 */
export type Sight = 'all' | 'own' | 'unknown';

export const seesJobs = async (session: SqlSession, user: string): Promise<boolean> => {
  const { admin, jobs } = await ownRights(session, user);
  return admin || jobs.length > 0;
};

/** Throws a Fault only when the caller itself gave up. */
export async function readSight(connect: SqlConnect, address: ClusterAddress, virtualCluster: string, io: EngineIo): Promise<Sight> {
  try {
    const all = await withInterface(connect, address, virtualCluster, io, (session) => seesJobs(session, address.user));
    return all ? 'all' : 'own';
  } catch (cause) {
    if (!isFault(cause) || io.signal.aborted) throw cause;
    return 'unknown';
  }
}

/** What may stay hidden from the bot on a cluster. */
export const blindWords = ({ cluster, user }: ClusterAddress, sight: Sight): string =>
  sight === 'unknown'
    ? `Whether ${user} may see everybody's jobs on ${cluster} could not be read`
    : `${user} may see only its own jobs on ${cluster}`;

/** What gives the bot sight of all jobs. */
export const sightGrant = ({ cluster, user }: ClusterAddress, virtualCluster: string): string =>
  `run GRANT SYSTEM VIEWJOB TO ${quoteIdentifier(user)} on ${cluster}${virtualCluster === systemInterface ? '' : `, in its virtual cluster ${virtualCluster}`}`;
