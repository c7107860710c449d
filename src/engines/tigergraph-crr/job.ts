import type { z } from 'zod';
import { Fault } from '../../domain/faults.ts';
import type { Act } from '../../domain/plan.ts';
import type { Secret } from '../../domain/secret.ts';
import { scrub } from '../../transports/scrub.ts';
import type { ShellSession } from '../../transports/shell.ts';
import { forgetJob, type JobState, jobFolder, lookAtJob, startJob } from '../../transports/shell-jobs.ts';
import type { Probe } from '../engine.ts';
import { impossible, todo, underway, unknown } from '../frame/probes.ts';
import { jobIdOf } from '../hosts/acts.ts';
import { withShell } from '../hosts/session.ts';
import type { At } from './acts.ts';
import { secretsOf } from './ask.ts';
import { inPath } from './commands.ts';
import { complains, linesOf, reasonIn } from './parse/text.ts';
import type { CrrStep, Place } from './place.ts';

/** A command that takes minutes or hours: it goes on whatever becomes of the connection, and is begun once. */
export interface LongStep<P> {
  readonly params: z.ZodType<P>;
  rebuild(at: At, params: P): Act;
  /** Before it is begun: `todo`, or why not. */
  before(place: Place, params: P): Promise<Probe>;
  /** What is run, or a sentence that says why nothing can be. */
  command(place: Place, params: P): string | { readonly why: string };
  /** Given to the command on its standard input. */
  input?(place: Place, params: P): Secret | string;
  /** Whether its log says that it has come to its end. Exit codes of the product are not documented, so both have to hold. */
  isWhole(log: string, params: P): boolean;
  /** It ended well by its own word: what the cluster itself says of it. */
  after(place: Place, params: P, log: string): Promise<Probe>;
  /** What state the cluster is in when it failed, and what to do: full sentences. */
  onFailure(place: Place, params: P, log: string): string;
}

/** Jobs that failed and of which a run was told: it stops once for each, and Retry begins the command anew. */
export type Told = Set<string>;

const runOf = (tag: string): string => /^replops\/([^/]+)\/\d+$/.exec(tag)?.[1] ?? 'no-run';
const idOf = ({ act, io }: Place): string => jobIdOf(runOf(io.tag), act);

/** The name of a new backup stands in the first lines of its log, so much of it is looked at, bytes. */
const tailBytes = 131_072;

const look = ({ connect, node, io }: Place, id: string): Promise<JobState> =>
  withShell(connect, node, io, (session) => lookAtJob(session, id, { tailBytes }));

export function longStep<P>(told: Told, step: LongStep<P>): CrrStep<P> {
  return {
    params: step.params,
    rebuild: (at, params) => step.rebuild(at, params),
    probe: async (place, params) => {
      const id = idOf(place);
      const job = await look(place, id);
      return job.kind === 'absent' ? step.before(place, params) : judge(step, place, params, { id, job, told });
    },
    perform: async (place, params) => {
      const command = step.command(place, params);
      if (typeof command !== 'string') throw new Fault('statement-refused', command.why, { effect: 'not-applied', facts: {} });
      await withShell(place.connect, place.node, place.io, (session) => begin(session, place, told, command, step.input?.(place, params)));
    },
  };
}

interface Seen {
  readonly id: string;
  readonly job: Exclude<JobState, { kind: 'absent' }>;
  readonly told: Told;
}

async function judge<P>(step: LongStep<P>, place: Place, params: P, { id, job, told }: Seen): Promise<Probe> {
  const { node, act } = place;
  const { log } = job;
  // What is read out of the log is read as it is: names and paths may hold the same letters as a password. Only what people see is scrubbed.
  const shown = scrub(log, secretsOf(place.cluster));
  if (job.kind === 'running') return underway(`${node.name} is at it${lastLine(shown)}`);
  const left = step.onFailure(place, params, log);
  if (job.kind === 'died') {
    return unknown(
      `'${act.title}' was begun on ${node.name} and neither runs nor said how it ended; the host may have gone down meanwhile. It is not repeated by itself. ${left} To have it run again, remove ${jobFolder(id)} on ${node.name} and press Retry.`,
      { job: id, log: lastWordsOf(shown) },
    );
  }
  if (job.exitCode === 0 && !complains(log) && step.isWhole(log, params)) return step.after(place, params, log);
  if (job.exitCode === 0 && !complains(log)) {
    return unknown(
      `'${act.title}' ended on ${node.name} without saying that it was done. ${left} To have it run again, remove ${jobFolder(id)} on ${node.name} and press Retry.`,
      { job: id, log: lastWordsOf(shown) },
    );
  }
  if (told.has(id)) return todo;
  told.add(id);
  return impossible(`'${act.title}' failed on ${node.name}: ${reasonIn(shown)}. ${left} Retry runs it again.`, {
    job: id,
    'exit code': job.exitCode,
  });
}

async function begin(session: ShellSession, place: Place, told: Told, command: string, stdin: Secret | string = ''): Promise<void> {
  const id = idOf(place);
  const job = await lookAtJob(session, id);
  // Only a failure that somebody was told of is cleared away; anything else is looked at again.
  if (job.kind === 'ended' && told.has(id)) {
    await forgetJob(session, id);
    told.delete(id);
  } else if (job.kind !== 'absent') {
    throw new Fault('aborted', `'${place.act.title}' was begun meanwhile, so it was not begun again.`, {
      effect: 'not-applied',
      facts: { job: id },
    });
  }
  await startJob(session, id, inPath(place.cluster, command), { stdin });
}

const lastWordsOf = (log: string): string =>
  linesOf(log)
    .filter((line) => line !== '')
    .slice(-3)
    .join(' | ')
    .slice(-400);

/** What it said last, without the time that it puts before everything. */
function lastLine(log: string): string {
  const last = linesOf(log)
    .filter((line) => line !== '')
    .at(-1);
  const words = last?.replace(/^(\[[^\]]*\]\s*)+/, '').slice(0, 200) ?? '';
  return words === '' ? '.' : `: ${words}`;
}
