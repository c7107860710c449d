import { isFault } from '../../domain/faults.ts';
import type { Tristate } from '../../domain/observation.ts';
import type { SqlConnect, SqlSession } from '../../transports/sql.ts';
import type { ClusterAddress } from '../cockroach/address.ts';
import { type Deaf, deafBy } from '../cockroach/deaf.ts';
import { readReplicationJobs } from '../cockroach/jobs.ts';
import { readNow } from '../cockroach/now.ts';
import { withSystem } from '../cockroach/session.ts';
import { microsOfMs } from '../cockroach/times.ts';
import type { EngineIo } from '../engine.ts';
import type { ReadSide, VirtualClusterView } from './detail.ts';
import { phaseOf, writableOf } from './phase.ts';
import { type HistoryRead, historyOf, readWhole, standIn } from './read-side.ts';
import { questions } from './reads.ts';

/** Whether a side serves. Asked for by what must not happen beside another writer: every question less is one that can't come too late. */
interface Stand {
  readonly kind: 'read';
  readonly vc: VirtualClusterView | null;
  /** Its clock, or ours where that did not come; null where it does not serve. */
  readonly now: string | null;
  readonly writable: Tristate;
  /** All that it tells, where it has no virtual cluster of the link's name. */
  readonly whole: ReadSide | null;
}

export type StandRead = Deaf | Stand;

export const writableIn = (read: StandRead): Tristate => (read.kind === 'read' ? read.writable : 'unknown');

/** A side that can't be asked is an answer, not a Fault; only the caller's own end throws. */
export const readStand = (connect: SqlConnect, address: ClusterAddress, name: string, io: EngineIo): Promise<StandRead> =>
  orDeaf(io, () => withSystem(connect, address, io, (session) => standOf(session, address.cluster, name, io)));

/** The same of the jobs that keep history there for the other side. */
export const readHistory = (connect: SqlConnect, address: ClusterAddress, name: string, io: EngineIo): Promise<Deaf | HistoryRead> =>
  orDeaf(io, () => withSystem(connect, address, io, async (session) => historyOf(name, await readReplicationJobs(session))));

/** Throws a Fault. */
export async function standOf(
  session: SqlSession,
  cluster: string,
  name: string,
  { clock, signal }: Pick<EngineIo, 'clock' | 'signal'>,
): Promise<Stand> {
  const vc = standIn(await session.read(questions.virtualClusters), cluster, name);
  if (vc === null) {
    const whole = await readWhole(session, cluster, name);
    return { kind: 'read', vc: whole.vc, now: whole.now, writable: writableOf(whole), whole };
  }
  const writable = ofService(vc);
  if (vc.service === 'none') return { kind: 'read', vc, now: null, writable, whole: null };
  // It is known to serve: that must not be lost because its clock comes too late.
  const now = await readNow(session, cluster).catch((cause: unknown) => {
    if (!isFault(cause) || signal.aborted) throw cause;
    return microsOfMs(clock.now());
  });
  return { kind: 'read', vc, now: String(now), writable, whole: null };
}

function ofService(vc: VirtualClusterView): Tristate {
  const phase = phaseOf(vc);
  if (phase === 'strange') return 'unknown';
  return phase === 'ready' && vc.service !== 'none' ? 'yes' : 'no';
}

/** A connection that broke may have been cut as its node died: asked once more, such a one refuses, and is gone. */
async function orDeaf<T>({ signal }: EngineIo, ask: () => Promise<T>): Promise<T | Deaf> {
  try {
    return await ask().catch((cause: unknown) => {
      if (isFault(cause) && cause.code === 'connection-lost' && !signal.aborted) return ask();
      throw cause;
    });
  } catch (cause) {
    if (!isFault(cause) || signal.aborted) throw cause;
    return deafBy(cause);
  }
}
