import { isFault } from '../../domain/faults.ts';
import type { RunId } from '../../domain/ids.ts';
import type { SqlConnect } from '../../transports/sql.ts';
import { escapeLike, quoteLiteral } from '../../transports/sql-quoting.ts';
import type { EngineIo } from '../engine.ts';
import type { ClusterAddress } from './address.ts';
import { withInterface } from './session.ts';

/**
 * Ends the sessions that older owners of the run left on these clusters. A cluster that is gone holds no session of ours that could
 * still do something there; one that is up must be asked. Throws a Fault when one that is up can't be asked.
 */
export async function evictEverywhere(
  connect: SqlConnect,
  addresses: readonly ClusterAddress[],
  virtualCluster: string,
  run: RunId,
  fence: number,
  io: EngineIo,
): Promise<readonly string[]> {
  const ended = await Promise.all(
    addresses.map((address) =>
      evictSessions(connect, address, virtualCluster, run, fence, io).catch((cause: unknown) => {
        if (isFault(cause) && isGone(cause.code, cause.facts['accepted'])) return [];
        throw cause;
      }),
    ),
  );
  return ended.flat();
}

const isGone = (code: string, accepted: unknown): boolean => code === 'connect-failed' || (code === 'deadline-passed' && accepted !== true);

/**
 * Ends the sessions that older owners of the run left on this cluster: those tagged `replops/<run>/<fence>` with a smaller fence.
 * Returns a sentence for each. Throws a Fault when the cluster can't be asked or a session can't be ended.
 */
async function evictSessions(
  connect: SqlConnect,
  address: ClusterAddress,
  virtualCluster: string,
  run: RunId,
  fence: number,
  io: EngineIo,
): Promise<readonly string[]> {
  const prefix = `replops/${run}/`;
  const mine = `SELECT session_id, application_name, status FROM [SHOW CLUSTER SESSIONS] WHERE application_name LIKE ${quoteLiteral(`${escapeLike(prefix)}%`)}`;
  return withInterface(connect, address, virtualCluster, io, async (session) => {
    const ended: string[] = [];
    for (const row of await session.read(mine)) {
      const id = row['session_id'] ?? '';
      const tag = row['application_name'] ?? '';
      if (!isStale(tag, prefix, fence) || row['status'] === 'CLOSED' || !/^[0-9a-f]+$/i.test(id)) continue;
      // One statement for each: a subquery would also take sessions that were opened since.
      await session.change(`CANCEL SESSION IF EXISTS ${quoteLiteral(id)}`);
      ended.push(`Ended session ${id} on ${address.cluster}, which an older owner of the run (${tag}) had left.`);
    }
    return ended;
  });
}

/** Fences are microseconds, below 2^53: a number compares them exactly. */
function isStale(tag: string, prefix: string, fence: number): boolean {
  const digits = tag.startsWith(prefix) ? tag.slice(prefix.length) : '';
  return /^\d{1,16}$/.test(digits) && Number(digits) < fence;
}
