import type { JsonObject } from '../../domain/json.ts';
import type { Act } from '../../domain/plan.ts';
import type { EngineIo } from '../engine.ts';
import { jobIdOf } from './acts.ts';

const runOf = (tag: string): string => /^replops\/([^/]+)\/\d+$/.exec(tag)?.[1] ?? 'no-run';

/** What a run is shown of a job that failed. A person's Retry of it is known by this, to whichever worker has the run then. */
export const failureOf = (job: string, exitCode: number): JsonObject => ({ job, 'exit code': exitCode });

const isFailureOf = (job: string, evidence: JsonObject): boolean => evidence['job'] === job && typeof evidence['exit code'] === 'number';

/**
 * The job of an act in its run: its first try, or the one after the last whose failure a person was shown and answered with Retry. A
 * failed try keeps its folder, which is what there is to read about it. One that died is no failure: it stays the present one.
 */
export function jobOf(act: Act, { tag, retried }: Pick<EngineIo, 'tag' | 'retried'>): string {
  const first = jobIdOf(runOf(tag), act);
  let job = first;
  for (let number = 2; retried.some((evidence) => isFailureOf(job, evidence)); number += 1) job = `${first}-${number}`;
  return job;
}
