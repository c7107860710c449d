import { type Ear, newEar } from '../../transports/shell-jobs.ts';

/** What this process has heard of jobs, so that each look reads on. Nothing depends on it: a worker without it reads from the beginning. */
export interface Ears {
  /** The ear for a job, the same one every time. */
  of(job: string): Ear;
}

/** So many jobs are listened to at once; the one that was asked about least lately is heard from its beginning again. */
const mostEars = 64;

export function createEars(): Ears {
  const ears = new Map<string, Ear>();
  return {
    of: (job) => {
      const ear = ears.get(job) ?? newEar();
      ears.delete(job);
      ears.set(job, ear);
      for (const oldest of ears.keys()) if (ears.size > mostEars) ears.delete(oldest);
      return ear;
    },
  };
}
