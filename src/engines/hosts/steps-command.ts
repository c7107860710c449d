import { z } from 'zod';
import { Fault } from '../../domain/faults.ts';
import type { ShellSession } from '../../transports/shell.ts';
import { forgetJob, type JobState, jobFolder, lookAtJob, startJob } from '../../transports/shell-jobs.ts';
import type { Probe } from '../engine.ts';
import { done, impossible, todo, underway } from '../frame/probes.ts';
import { jobIdOf, runCommandAct } from './acts.ts';
import type { HostPlace, HostStep } from './place.ts';
import { endingOf, lastWords, withShell } from './session.ts';

const params = z.object({ node: z.string(), address: z.string(), title: z.string(), check: z.string() });
type Params = z.infer<typeof params>;

/** Failures of this process that a run was told of: it stops once for each, and Retry runs the command again. */
export type Told = Set<string>;

const runOf = (tag: string): string => /^replops\/([^/]+)\/\d+$/.exec(tag)?.[1] ?? 'no-run';
const jobOf = ({ act, io }: HostPlace): string => jobIdOf(runOf(io.tag), act);

/**
 * Runs a command of the config as a job, so that it goes on when the connection breaks and is begun once however often a run changes
 * hands. Whether it is done is told by the check alone.
 */
export const runCommand = (told: Told): HostStep<Params> => ({
  params,
  rebuild: (at, { title, check }, _find, act) => runCommandAct({ ...at, title, check, command: act.statements[0] ?? '' }),
  probe: (place, { check }) =>
    withShell(place.connect, place.node, place.io, async (session) => {
      const answer = await session.read(check);
      if (answer.exitCode === 0) return done({ node: place.node.name, check, 'exit code': 0 });
      if (answer.exitCode === null || answer.exitCode === 126 || answer.exitCode === 127) {
        return impossible(`The check of '${place.act.title}' can't be run (${endingOf(answer)}). Mend it in the config.`, { check });
      }
      return judge(place, await lookAtJob(session, jobOf(place)), told, endingOf(answer));
    }),
  perform: (place) => withShell(place.connect, place.node, place.io, (session) => begin(place, session, told)),
});

function judge(place: HostPlace, job: JobState, told: Told, unmet: string): Probe {
  const { node, act } = place;
  const id = jobOf(place);
  switch (job.kind) {
    case 'absent':
      return todo;
    case 'running':
      return underway(`${node.name} is at it${job.log.trim() === '' ? '' : `: ${lastWords(job.log)}`}.`);
    case 'died':
      return {
        kind: 'unknown',
        why: `'${act.title}' was begun and neither runs nor said how it ended; the host may have gone down meanwhile. Look at ${node.name}. To have it run again, remove ${jobFolder(id)} there and press Retry.`,
        evidence: { job: id, log: lastWords(job.log) },
      };
    case 'ended':
      if (job.exitCode === 0) return underway(`The command has ended on ${node.name}, and its check is not met yet (${unmet}).`);
      if (told.has(id)) return todo;
      told.add(id);
      return impossible(
        `'${act.title}' ended with exit code ${job.exitCode}: ${lastWords(job.log)}. Mend the cause; Retry runs it again.`,
        {
          job: id,
          'exit code': job.exitCode,
        },
      );
  }
}

async function begin(place: HostPlace, session: ShellSession, told: Told): Promise<void> {
  const id = jobOf(place);
  const job = await lookAtJob(session, id);
  // Only a failure that somebody was told of is cleared away; anything else is looked at again.
  if (job.kind === 'ended' && job.exitCode !== 0 && told.has(id)) {
    await forgetJob(session, id);
    told.delete(id);
  } else if (job.kind !== 'absent') {
    throw new Fault('aborted', `'${place.act.title}' was begun meanwhile, so it was not begun again.`, {
      effect: 'not-applied',
      facts: { job: id },
    });
  }
  await startJob(session, id, place.command);
}
