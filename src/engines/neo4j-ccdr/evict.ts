import { type Fault, isFault } from '../../domain/faults.ts';
import type { RunId } from '../../domain/ids.ts';
import type { BoltConnect, BoltSession } from '../../transports/bolt.ts';
import { addressText } from '../../transports/bolt-address.ts';
import { type BoltRow, mapOf, textAt } from '../../transports/bolt-values.ts';
import type { ShellConnect, ShellTarget } from '../../transports/shell.ts';
import type { EngineIo } from '../engine.ts';
import { endLeftOvers } from '../hosts/evict.ts';
import type { CcdrCluster, CcdrSettings } from './config.ts';
import type { Readers } from './observe.ts';
import { deafness, readServers } from './read-side.ts';
import { withLeader, withServer } from './session.ts';

const running = 'SHOW TRANSACTIONS YIELD database, transactionId, username, currentQuery, status, startTime, elapsedTime, metaData';

/**
 * Ends what older owners of the run left running: transactions whose tag is `replops/<run>/<fence>` with a smaller fence. Every server
 * is asked, since each knows only its own transactions. Returns a sentence for each. Throws a Fault when one that is up can't be asked.
 */
export async function evictCcdr(
  { connect, shell }: Readers,
  settings: CcdrSettings,
  run: RunId,
  fence: number,
  io: EngineIo,
): Promise<readonly string[]> {
  const clusters = [settings.primary, settings.standby];
  const ended = await Promise.all([
    ...clusters.map((cluster) => evictFrom(connect, cluster, run, fence, io)),
    ...clusters.flatMap(({ hosts }) => (hosts?.nodes ?? []).map((node) => evictFromHost(shell, node, run, fence, io))),
  ]);
  return ended.flat();
}

/** A host that is gone runs no command of ours. */
async function evictFromHost(shell: ShellConnect, node: ShellTarget, run: RunId, fence: number, io: EngineIo): Promise<readonly string[]> {
  try {
    return await endLeftOvers(shell, [node], run, fence, io);
  } catch (cause) {
    if (isFault(cause) && isGone(cause) && !io.signal.aborted) return [];
    throw cause;
  }
}

async function evictFrom(connect: BoltConnect, cluster: CcdrCluster, run: RunId, fence: number, io: EngineIo): Promise<readonly string[]> {
  const addresses = await addressesOf(connect, cluster, io);
  const ended: string[] = [];
  for (const address of addresses) {
    ended.push(...(await evictAt(connect, cluster, address, { prefix: `replops/${run}/`, fence }, io)));
  }
  return ended;
}

/** The servers by their own word; those of the config when nobody leads. A cluster that is gone has none. */
async function addressesOf(connect: BoltConnect, cluster: CcdrCluster, io: EngineIo): Promise<readonly string[]> {
  try {
    const servers = await withLeader(connect, cluster, io, readServers);
    return servers.flatMap(({ address, health }) => (address === null || health !== 'Available' ? [] : [address]));
  } catch (cause) {
    if (!isFault(cause) || io.signal.aborted) throw cause;
    if (isGone(cause)) return [];
    if (deafness(cause) !== 'silent') throw cause;
    return cluster.bolt.map(addressText);
  }
}

interface Older {
  readonly prefix: string;
  readonly fence: number;
}

async function evictAt(
  connect: BoltConnect,
  cluster: CcdrCluster,
  address: string,
  older: Older,
  io: EngineIo,
): Promise<readonly string[]> {
  try {
    return await withServer(connect, cluster, address, io, (session) => terminate(session, cluster.cluster, address, older), 'write');
  } catch (cause) {
    // A server that is gone holds no transaction of ours that could still do something.
    if (isFault(cause) && isGone(cause) && !io.signal.aborted) return [];
    throw cause;
  }
}

async function terminate(session: BoltSession, cluster: string, address: string, older: Older): Promise<readonly string[]> {
  const { rows } = await session.read(running);
  const stale = rows.flatMap((row) => {
    const tag = tagOf(row);
    const id = textAt(row, 'transactionId');
    return id !== null && isStale(tag, older) ? [{ id, tag }] : [];
  });
  if (stale.length === 0) return [];
  await session.change('TERMINATE TRANSACTIONS $ids YIELD transactionId, message', { ids: stale.map(({ id }) => id) });
  return stale.map(
    ({ id, tag }) => `Ended transaction ${id} on ${address} of ${cluster}, which an older owner of the run (${tag}) had left.`,
  );
}

const tagOf = (row: BoltRow): string => textAt(mapOf(row['metaData']) ?? {}, 'tag') ?? '';

/** Fences are microseconds, below 2^53: a number compares them exactly. */
function isStale(tag: string, { prefix, fence }: Older): boolean {
  const digits = tag.startsWith(prefix) ? tag.slice(prefix.length) : '';
  return /^\d{1,16}$/.test(digits) && Number(digits) < fence;
}

const isGone = (fault: Fault): boolean => deafness(fault) === 'gone';
