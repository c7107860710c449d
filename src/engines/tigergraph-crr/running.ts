import { z } from 'zod';
import type { Tristate } from '../../domain/observation.ts';
import type { ServiceRow, ServicesView } from './detail.ts';
import { familyOf } from './parse/services.ts';

/** A process of a service that takes changes. It acts by the settings that were applied when it started, for as long as it runs. */
export const runningProcess = z.object({
  /** `GSQL#1`. */
  name: z.string(),
  pid: z.int(),
  /** ms since the epoch, by the clock of its node. */
  startedAt: z.number(),
});
export type RunningProcess = z.infer<typeof runningProcess>;

/** What the processes of a side were seen to do, when that was certain. */
export const ran = z.object({ follows: z.boolean(), processes: z.array(runningProcess) });
export type Ran = z.infer<typeof ran>;

/** A process with how its start lies to the last change of the settings on its node. */
export interface Dated extends RunningProcess {
  /** Null where it isn't known when they were changed. */
  readonly sinceChange: boolean | null;
}

const takers = ['GSQL', 'RESTPP', 'GPE'];

interface Pid {
  readonly name: string;
  readonly pid: number;
}

/** Processes whose settings decide whether a side takes writes; null where the version does not tell their numbers. */
export function takersIn(services: ServicesView): readonly Pid[] | null {
  if (services.kind === 'unread') return null;
  const alive = services.rows.filter(({ name, process }) => takers.includes(familyOf(name)) && process === 'Running');
  const told = alive.flatMap(({ name, pid }: ServiceRow) => (pid === undefined ? [] : [{ name, pid }]));
  return told.length === alive.length && told.length > 0 ? told : null;
}

/** Starts are told in whole seconds, and reckoned from the start of the machine: the same one may be told a little apart, ms. */
const apartMs = 5_000;

const isSame = (a: RunningProcess, b: RunningProcess): boolean =>
  a.name === b.name && a.pid === b.pid && Math.abs(a.startedAt - b.startedAt) <= apartMs;

/** Whether all of these ran when those were seen. */
export const areThose = (now: readonly Pid[], then: Ran | null): boolean =>
  then !== null && now.every((one) => then.processes.some(({ name, pid }) => name === one.name && pid === one.pid));

/**
 * Whether a side that is set to follow nobody acts by that. A process that was seen to follow follows until it is started again, whenever
 * settings were changed; one that has started since their last change goes by them. Anything else is not known. Pure.
 */
export function takenOnBy(now: readonly Dated[], then: Ran | null): Tristate {
  const known = now.filter((one) => then?.processes.some((other) => isSame(one, other)) === true);
  if (then !== null && now.length > 0 && known.length === now.length) return then.follows ? 'no' : 'yes';
  if (then?.follows === true && known.length > 0) return 'unknown';
  return now.length > 0 && now.every(({ sinceChange }) => sinceChange === true) ? 'yes' : 'unknown';
}
