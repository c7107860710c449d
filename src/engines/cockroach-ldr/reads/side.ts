import { isFault } from '../../../domain/faults.ts';
import type { Side } from '../../../domain/observation.ts';
import type { SqlConnect, SqlSession } from '../../../transports/sql.ts';
import { deafBy, notUnderstood, wasRefused } from '../../cockroach/deaf.ts';
import { readNow } from '../../cockroach/now.ts';
import { firstValue, withInterface } from '../../cockroach/session.ts';
import { isAtLeast, releaseOf } from '../../cockroach/version.ts';
import type { EngineIo } from '../../engine.ts';
import type { LdrSettings } from '../config.ts';
import type { ReadSide, SideRead } from '../detail.ts';
import { glanceAtJobs } from './jobs.ts';
import { readQueuesIfTold } from './queues.ts';
import { readTables } from './tables.ts';

/** Reads everything there is to know of one side. A side that can't be asked is an answer, not a Fault; only the caller's own end throws. */
export async function readSide(connect: SqlConnect, settings: LdrSettings, side: Side, io: EngineIo): Promise<SideRead> {
  try {
    const told = await withInterface(connect, settings[side], settings.interface, io, (session) => readAll(session, settings, side));
    // After everything that a decision rests on, and not with its time.
    const { dlq, problem } = await readQueuesIfTold(connect, settings, side, io);
    return { ...told, dlq: [...dlq], dlqProblem: problem };
  } catch (cause) {
    if (!isFault(cause) || io.signal.aborted) throw cause;
    return deafBy(cause);
  }
}

async function readAll(session: SqlSession, settings: LdrSettings, side: Side): Promise<Omit<ReadSide, 'dlq' | 'dlqProblem'>> {
  const { cluster } = settings[side];
  const version = firstValue(await session.read('SELECT version()'));
  const release = releaseOf(version ?? '');
  if (release === null) throw notUnderstood(cluster, 'version', version);
  const activeVersion = firstValue(await session.read('SHOW CLUSTER SETTING version')) ?? '';
  const rangefeeds = await readRangefeeds(session);
  const connections = await readConnections(session);
  const tables = await readTables(session, settings, side);
  // Before 24.3 there is no such statement, and so no such job.
  // After all that decides, so that nothing of that is newer than it.
  const clock = () => readNow(session, cluster);
  const {
    jobs,
    history,
    besides: now,
  } = isAtLeast(release, 24, 3)
    ? await glanceAtJobs(session, cluster, settings, side, clock)
    : { jobs: [], history: 'none' as const, besides: await clock() };
  return {
    kind: 'read',
    release,
    activeVersion,
    now: String(now),
    rangefeeds,
    jobs: [...jobs],
    history,
    connections,
    tables: [...tables],
  };
}

async function readRangefeeds(session: SqlSession): Promise<boolean | null> {
  try {
    const value = firstValue(await session.read('SHOW CLUSTER SETTING kv.rangefeed.enabled'));
    return value === null ? null : value === 'true' || value === 't';
  } catch (cause) {
    if (wasRefused(cause)) return null;
    throw cause;
  }
}

/** Only one's own connections are listed, unless one is an admin. */
async function readConnections(session: SqlSession): Promise<string[] | null> {
  try {
    return (await session.read('SHOW EXTERNAL CONNECTIONS')).flatMap((row) => row['connection_name'] ?? []);
  } catch (cause) {
    if (wasRefused(cause)) return null;
    throw cause;
  }
}
