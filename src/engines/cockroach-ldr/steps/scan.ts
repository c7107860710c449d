import { z } from 'zod';
import type { SqlSession } from '../../../transports/sql.ts';
import { readNow } from '../../cockroach/now.ts';
import { spell } from '../../cockroach/spell.ts';
import { type Micros, msOfMicros, timestampOfMicros } from '../../cockroach/times.ts';
import type { Probe } from '../../engine.ts';
import { done, impossible, underway } from '../../frame/probes.ts';
import type { AskedStart } from '../asked-start.ts';
import type { JobView } from '../detail.ts';
import { isLive, phaseOf, replicatedOf } from '../flow.ts';
import { sortJobs } from '../own-jobs.ts';
import { jobsOn, type LdrStep, on, type Place } from '../place.ts';
import { readJobs } from '../reads/jobs.ts';
import { phaseWords } from '../words.ts';
import { arrived, type CopyReads, copied } from './copied.ts';
import { said, standstill } from './standstill.ts';
import { followParams, inTheWay } from './start.ts';

/** `by`: the statement that starts the job, where it is not a stream into tables that are there. */
const scanParams = followParams.extend({ by: z.enum(['create', 'back']).optional() });

/** The first full copy is there once the job has a replicated time. */
export const awaitScan = (reads: CopyReads): LdrStep<z.infer<typeof scanParams>> => ({
  params: scanParams,
  rebuild: (acts, side, { after, cursor = null, by }) => acts.awaitScan(side, { after, cursor, by }),
  probe: async (place, { after, cursor, by }) => {
    const asked: AskedStart | null = cursor === undefined ? null : { into: place.side, form: by ?? 'stream', cursor };
    const { started, ended, foreign } = sortJobs(place.settings, await jobsOn(place), after, asked);
    const [job] = started;
    const [over] = ended;
    const [other] = foreign;
    if (job !== undefined) return scanOf(reads, place, job, asked?.cursor === null && by !== 'back');
    if (other !== undefined && asked !== null) return inTheWay(place, other, asked);
    if (over === undefined) return underway(`The job on ${place.here} has not appeared yet.`);
    return impossible(
      `Job ${over.id} on ${place.here} is over (${over.status}${over.error === '' ? '' : `: ${over.error}`}), so the copy was not made.`,
      {
        job: over.id,
        status: over.status,
      },
    );
  },
});

async function scanOf(reads: CopyReads, place: Place, job: JobView, copies: boolean): Promise<Probe> {
  const { here } = place;
  const phase = phaseOf(job);
  const { replicated } = job;
  if (replicated !== null) return copies ? copied(reads, place, { job, replicated }) : done(arrived({ job, replicated }));
  if (phase === 'paused' || phase === 'gave-up') {
    return impossible(`Job ${job.id} on ${here} stands still before its first copy was complete: ${phaseWords[phase]}${said(job)}.`, {
      job: job.id,
      status: job.status,
    });
  }
  const part = job.fraction === null ? '' : ` (${Math.round(job.fraction * 100)} %)`;
  return underway(`${here} is being filled${part}.`, job.fraction);
}

/** Time between two looks at the replicated time within one probe, and the part of a probe's time that they may take. */
const sampleMs = 500;
const samplingShare = 0.4;

/** `bare`: tables that no job brought when it was planned. */
const proveParams = z.object({ withinMs: z.number(), bare: z.array(z.int()).default([]) });

/** Every job into this side is within the bound and is seen to move. */
export const proveAdvance: LdrStep<z.infer<typeof proveParams>> = {
  params: proveParams,
  rebuild: (acts, side, { withinMs, bare }) => acts.proveAdvance(side, withinMs, bare),
  probe: (place, { withinMs, bare }) =>
    on(place, async (session) => {
      const jobs = await jobsIn(place, session);
      const trouble = standstill(place, jobs, bare);
      if (trouble !== null) return trouble;
      const from = replicatedOf({ jobs: jobs.filter(isLive) });
      if (from === null) return underway(`${place.here} has no full copy yet.`);
      const lagMs = Math.max(0, msOfMicros((await readNow(session, place.here)) - from));
      if (lagMs > withinMs) return underway(`${place.here} is ${spell(lagMs)} behind; at most ${spell(withinMs)} will do.`);
      const to = await seenToMove(place, session, from, bare);
      if (to === null) return underway(`${place.here} is ${spell(lagMs)} behind, and has not been seen to move yet.`);
      return done({ 'replicated time': timestampOfMicros(to), before: timestampOfMicros(from), 'lag in ms': lagMs });
    }),
};

const jobsIn = async ({ settings, side, here }: Place, session: SqlSession): Promise<readonly JobView[]> =>
  (await readJobs(session, here, settings, side)).jobs;

async function seenToMove(place: Place, session: SqlSession, from: Micros, bare: readonly number[]): Promise<Micros | null> {
  const { io } = place;
  const looks = Math.max(1, Math.floor((io.timeoutMs * samplingShare) / sampleMs));
  for (let i = 0; i < looks; i++) {
    await io.clock.sleep(sampleMs, io.signal);
    const jobs = await jobsIn(place, session);
    const now = replicatedOf({ jobs: jobs.filter(isLive) });
    // Without the slowest job the least time goes forward too.
    if (now !== null && now > from) return standstill(place, jobs, bare) === null ? now : null;
  }
  return null;
}
