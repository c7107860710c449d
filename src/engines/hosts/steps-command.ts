import { z } from 'zod';
import { Fault } from '../../domain/faults.ts';
import { scrub } from '../../transports/scrub.ts';
import { type JobState, jobFolder, lookAtJob, startJob } from '../../transports/shell-jobs.ts';
import { secretsOf } from '../../transports/shell-login.ts';
import type { Probe } from '../engine.ts';
import { done, impossible, todo, underway, unknown } from '../frame/probes.ts';
import { runCommandAct } from './acts.ts';
import type { Ears } from './ears.ts';
import type { HostPlace, HostStep } from './place.ts';
import { endingOf, lastWords, withShell } from './session.ts';
import { failureOf, jobOf } from './tries.ts';

const params = z.object({ node: z.string(), address: z.string(), title: z.string(), check: z.string() });
type Params = z.infer<typeof params>;

/**
 * Runs a command of the config as a job, so that it goes on when the connection breaks and is begun once however often a run changes
 * hands. Whether it is done is told by the check alone.
 */
export const runCommand = (ears: Ears): HostStep<Params> => ({
  params,
  rebuild: (at, { title, check }, _find, act) => runCommandAct({ ...at, title, check, command: act.statements[0] ?? '' }),
  probe: (place, { check }) =>
    withShell(place.connect, place.node, place.io, async (session) => {
      const answer = await session.read(check);
      if (answer.exitCode === 0) return done({ node: place.node.name, check, 'exit code': 0 });
      if (answer.exitCode === null || answer.exitCode === 126 || answer.exitCode === 127) {
        return impossible(`The check of '${place.act.title}' can't be run (${endingOf(answer)}). Mend it in the config.`, { check });
      }
      const id = jobOf(place.act, place.io);
      return judge(place, id, await lookAtJob(session, id, { ear: ears.of(id) }), endingOf(answer));
    }),
  perform: begin,
});

function judge({ node, act }: HostPlace, id: string, job: JobState, unmet: string): Probe {
  if (job.kind === 'absent') return todo;
  const words = lastWords(scrub(job.log, secretsOf(node.login)));
  if (job.kind === 'running') return underway(`${node.name} is at it${words === '' ? '' : `: ${words}`}.`);
  if (job.kind === 'died') {
    return unknown(
      `'${act.title}' was begun and neither runs nor said how it ended; the host may have gone down meanwhile. Look at ${node.name}. To have it run again, remove ${jobFolder(id)} there and press Retry.`,
      { job: id, log: words },
    );
  }
  if (job.exitCode === 0) return underway(`The command has ended on ${node.name}, and its check is not met yet (${unmet}).`);
  // The words of a log that was not heard to its end would be others.
  if (job.unheard > 0) return underway(`The command has ended on ${node.name}; ${job.unheard} bytes of its log are still to be read.`);
  return impossible(
    `'${act.title}' ended with exit code ${job.exitCode}: ${words}. Mend the cause; Retry runs it again.`,
    failureOf(id, job.exitCode),
  );
}

/** A try is begun once: what is there already is looked at, and never cleared away. */
async function begin({ connect, node, act, io, command }: HostPlace): Promise<void> {
  const id = jobOf(act, io);
  if ((await withShell(connect, node, io, (session) => startJob(session, id, command))) === 'started') return;
  throw new Fault('aborted', `'${act.title}' was begun meanwhile, so it was not begun again.`, {
    effect: 'not-applied',
    facts: { job: id },
  });
}
