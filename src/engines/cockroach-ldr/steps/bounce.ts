import { z } from 'zod';
import { Fault, isFault } from '../../../domain/faults.ts';
import { impossible, todo, underway } from '../../frame/probes.ts';
import type { JobView } from '../detail.ts';
import { type Phase, phaseOf } from '../flow.ts';
import { change, jobsOn, type LdrStep, type Place } from '../place.ts';
import { phaseWords } from '../words.ts';

const params = z.object({ job: z.string().regex(/^\d{1,19}$/) });

/** Time between two looks while a pause or a resume takes effect, ms. */
const pollMs = 250;
/** Parts of the call's time: for each statement, and for each wait. They sum to less than 1. */
const share = 0.2;

const goes = (phase: Phase | null): boolean =>
  phase === 'following' || phase === 'scanning' || phase === 'retrying' || phase === 'starting';
const stands = (phase: Phase | null): boolean => phase === 'paused' || phase === 'gave-up';

const find = async (place: Place, id: string): Promise<JobView | null> => (await jobsOn(place)).find((job) => job.id === id) ?? null;

/**
 * Pauses a job and lets it go on, so that it reads its connection anew. One act: no read shows afterwards that it happened, and in the
 * middle of it the link is as after a pause. Sending it again ends in the same state.
 */
export const bounce: LdrStep<z.infer<typeof params>> = {
  params,
  repeatable: true,
  rebuild: (acts, side, { job }) => acts.bounce(side, job),
  probe: async (place, { job: id }) => {
    const job = await find(place, id);
    if (job === null) return impossible(`${place.here} no longer lists job ${id} among those of the link.`, { job: id });
    const phase = phaseOf(job);
    if (phase === 'pausing') return underway(`Job ${id} on ${place.here} is being paused.`);
    if (goes(phase) || stands(phase)) return todo;
    return impossible(`Job ${id} on ${place.here} can't connect anew: ${phaseWords[phase]}.`, { job: id, status: job.status });
  },
  perform: async (place, pause, { job }, [, resume = '']) => {
    const brief = { ...place, io: { ...place.io, timeoutMs: Math.max(1, Math.floor(place.io.timeoutMs * share)) } };
    await change(brief, pause);
    try {
      await until(brief, job, stands);
      await change(brief, resume);
      await until(brief, job, goes);
    } catch (cause) {
      throw halfDone(cause);
    }
  },
};

/** Something was changed before this went wrong. */
function halfDone(cause: unknown): unknown {
  if (!isFault(cause) || cause.effect !== 'not-applied' || cause.code === 'lease-lost') return cause;
  return new Fault(cause.code, cause.message, { effect: 'unknown', facts: cause.facts, cause });
}

/** Throws a Fault `deadline-passed` when the job does not come to that within the time of the place. */
async function until(place: Place, id: string, reached: (phase: Phase | null) => boolean): Promise<void> {
  const { clock, signal, timeoutMs } = place.io;
  const end = clock.monotonic() + timeoutMs;
  for (;;) {
    const job = await find(place, id);
    if (reached(job === null ? null : phaseOf(job))) return;
    if (clock.monotonic() >= end) {
      const status = job?.status ?? 'not listed any more';
      throw new Fault('deadline-passed', `Job ${id} on ${place.here} is still ${status} after ${timeoutMs} ms.`, {
        effect: 'unknown',
        facts: { cluster: place.here, job: id, status },
      });
    }
    await clock.sleep(pollMs, signal);
  }
}
