import type { z } from 'zod';
import { Fault } from '../../domain/faults.ts';
import type { Act } from '../../domain/plan.ts';
import type { Secret } from '../../domain/secret.ts';
import { scrub } from '../../transports/scrub.ts';
import type { ShellSession } from '../../transports/shell.ts';
import { type JobState, jobFolder, lookAtJob, startJob } from '../../transports/shell-jobs.ts';
import type { Mark } from '../../transports/shell-log.ts';
import { secretsOf as secretsOfLogin } from '../../transports/shell-login.ts';
import type { Probe } from '../engine.ts';
import { impossible, underway, unknown } from '../frame/probes.ts';
import type { Ears } from '../hosts/ears.ts';
import { withShell } from '../hosts/session.ts';
import { failureOf, jobOf } from '../hosts/tries.ts';
import type { At } from './acts.ts';
import { secretsOf } from './ask.ts';
import { inPath } from './commands.ts';
import { complains, linesOf, plain, reasonIn, saidIn } from './parse/text.ts';
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
  /** What `isWhole`, `after` and `onFailure` look for in its log, each in one line: these are heard wherever they stand in a long one. */
  readonly marks: readonly RegExp[];
  /** Whether its log says that it has come to its end. Exit codes of the product are not documented, so both have to hold. */
  isWhole(log: string, params: P): boolean;
  /** It ended well by its own word: what the cluster itself says of it. */
  after(place: Place, params: P, log: string): Promise<Probe>;
  /** What state the cluster is in when it failed, and what to do: full sentences. */
  onFailure(place: Place, params: P, log: string): string;
}

/** What every job says when it fails, whatever it is. */
const ownMarks: readonly Mark[] = [complains, (line) => saidIn(plain(line))?.level === 'error', (line) => /^\s*error:/i.test(plain(line))];

export const marksOf = (patterns: readonly RegExp[]): readonly Mark[] => [
  ...ownMarks,
  ...patterns.map(
    (pattern): Mark =>
      (line) =>
        pattern.test(plain(line)),
  ),
];

export function longStep<P>(ears: Ears, step: LongStep<P>): CrrStep<P> {
  const marks = marksOf(step.marks);
  return {
    params: step.params,
    rebuild: (at, params) => step.rebuild(at, params),
    probe: async (place, params) => {
      const { connect, node, act, io } = place;
      const id = jobOf(act, io);
      const job = await withShell(connect, node, io, (session) => lookAtJob(session, id, { ear: ears.of(id), marks }));
      return job.kind === 'absent' ? step.before(place, params) : judge(step, place, params, { id, job });
    },
    perform: async (place, params) => {
      const command = step.command(place, params);
      if (typeof command !== 'string') throw new Fault('statement-refused', command.why, { effect: 'not-applied', facts: {} });
      await withShell(place.connect, place.node, place.io, (session) => begin(session, place, command, step.input?.(place, params)));
    },
  };
}

interface Seen {
  readonly id: string;
  readonly job: Exclude<JobState, { kind: 'absent' }>;
}

async function judge<P>(step: LongStep<P>, place: Place, params: P, { id, job }: Seen): Promise<Probe> {
  const { node, act } = place;
  const { log } = job;
  // What is read out of the log is read as it is: names and paths may hold the same letters as a password. Only what people see is scrubbed.
  const shown = scrub(log, [...secretsOf(place.cluster), ...secretsOfLogin(node.login)]);
  if (job.unheard > 0) {
    const does = job.kind === 'running' ? 'is at it' : 'is no longer at it';
    return underway(`${node.name} ${does}; ${job.unheard} bytes of its log are still to be read.`);
  }
  if (job.kind === 'running') return underway(`${node.name} is at it${troubleIn(job)}${lastLine(shown)}`);
  const left = step.onFailure(place, params, log);
  const again = `To have it run again, remove ${jobFolder(id)} on ${node.name} and press Retry.`;
  if (job.kind === 'died') {
    return unknown(
      `'${act.title}' was begun on ${node.name} and neither runs nor said how it ended${troubleIn(job)}; the host may have gone down meanwhile. It is not repeated by itself. ${left} ${again}`,
      { job: id, log: lastWordsOf(shown) },
    );
  }
  if (job.exitCode === 0 && !complains(log)) {
    if (step.isWhole(log, params)) return step.after(place, params, log);
    return unknown(`'${act.title}' ended on ${node.name} without saying that it was done${troubleIn(job)}. ${left} ${again}`, {
      job: id,
      log: lastWordsOf(shown),
    });
  }
  const reason = reasonIn(shown) || `exit code ${job.exitCode}${troubleIn(job)}`;
  return impossible(`'${act.title}' failed on ${node.name}: ${reason}. ${left} Retry runs it again.`, failureOf(id, job.exitCode));
}

/** Whatever was said before is not known when the log is no longer there. */
function troubleIn({ trouble }: Seen['job']): string {
  if (trouble === null) return '';
  return trouble === 'gone' ? ' (its log is gone)' : ' (its log was replaced meanwhile)';
}

/** A try is begun once: what is there already is looked at, and never cleared away. */
async function begin(session: ShellSession, { cluster, act, io }: Place, command: string, stdin: Secret | string = ''): Promise<void> {
  const id = jobOf(act, io);
  if ((await startJob(session, id, inPath(cluster, command), { stdin })) === 'started') return;
  throw new Fault('aborted', `'${act.title}' was begun meanwhile, so it was not begun again.`, {
    effect: 'not-applied',
    facts: { job: id },
  });
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
