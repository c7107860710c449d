import type { SqlSession } from '../../../transports/sql.ts';
import { ownRights } from '../../cockroach/held.ts';
import { isOver, isOverStatus, producerJob, readLogicalJobs } from '../../cockroach/jobs.ts';
import { columnOf, systemInterface, withInterface } from '../../cockroach/session.ts';
import { blindWords, seesJobs } from '../../cockroach/sight.ts';
import { on, type Place } from '../place.ts';
import { connectionOf } from '../reach.ts';
import { connectionIn, namesOwn, streamsStatement } from '../reads/jobs.ts';

/** Why what lets replication read from a side stays as it is; null when nobody but the link is seen to live on it. Throws a Fault. */
export async function readByOthers({ settings, side }: Place, session: SqlSession): Promise<string | null> {
  const address = settings[side];
  if (!(await seesJobs(session, address.user)))
    return `${blindWords(address, 'own')}, so whether another replication reads from there can't be seen.`;
  const live = (await readLogicalJobs(session)).filter((job) => job.type === producerJob && !isOver(job));
  const other = live.find(({ description }) => !namesOwn(settings, side, description));
  return other === undefined ? null : `Job ${other.id} on ${address.cluster} serves another replication, which may need it.`;
}

/**
 * Why an external connection stays as it is; null when no live job is seen to read by it. Whose job it is does not matter: what this run
 * started by it has ended before the connection is taken back. Throws a Fault.
 */
export async function usedByOthers({ settings, side }: Place, session: SqlSession): Promise<string | null> {
  const address = settings[side];
  if (!(await seesJobs(session, address.user))) return `${blindWords(address, 'own')}, so whether another job reads by it can't be seen.`;
  const live = (await session.read(streamsStatement)).filter((row) => !isOverStatus(row['status'] ?? ''));
  const name = connectionOf(settings, side);
  const user = live.find((row) => connectionIn(columnOf(row, 'command', 'description') ?? '') === name);
  return user === undefined ? null : `Job ${user['job_id'] ?? ''} on ${address.cluster} reads by it.`;
}

/** The same for rangefeeds, on which changefeeds live too: of the side's tables, and of the control plane. */
export async function fedByRangefeeds(place: Place): Promise<string | null> {
  const { connect, settings, side, io } = place;
  const ask = async (session: SqlSession) => (await readByOthers(place, session)) ?? (await sentAsChanges(place, session));
  const here = await on(place, ask);
  if (here !== null || settings.interface === systemInterface) return here;
  return withInterface(connect, settings[side], systemInterface, io, ask);
}

async function sentAsChanges({ settings, side }: Place, session: SqlSession): Promise<string | null> {
  const { cluster, user } = settings[side];
  const { admin } = await ownRights(session, user);
  if (!admin) return `${user} may not see all changefeeds of ${cluster}.`;
  const live = (await session.read('SHOW CHANGEFEED JOBS')).find((row) => !isOverStatus(row['status'] ?? ''));
  return live === undefined ? null : `Changefeed ${live['job_id'] ?? ''} on ${cluster} lives on it.`;
}
