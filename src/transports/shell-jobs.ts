import { Fault } from '../domain/faults.ts';
import type { ShellInput, ShellSession } from './shell.ts';
import { listTagged } from './shell-processes.ts';
import { quoteWord } from './shell-quoting.ts';

/**
 * A job is a command that goes on whatever becomes of the connection that began it, and that can be asked about by its id from any
 * connection later. Its folder on the host holds `log` (what it printed) and `rc` (how it ended); making the folder is what claims the id,
 * so that a job begins once, however often it is started. A job carries `REPLOPS_JOB` instead of `REPLOPS_TAG` in its environment:
 * it is found by it, and nobody ends it as a left-over.
 */
export type JobState =
  | { readonly kind: 'absent' }
  | { readonly kind: 'running'; readonly log: string }
  | { readonly kind: 'ended'; readonly exitCode: number; readonly log: string }
  /** It neither runs nor said how it ended: it was killed, or the host went down. */
  | { readonly kind: 'died'; readonly log: string };

/** The job's folder as a shell word. Throws TypeError for an id that isn't one. */
export function jobFolder(id: string): string {
  if (!/^[a-z0-9][a-z0-9-]{0,79}$/.test(id)) throw new TypeError(`'${id}' is no id of a job`);
  return `"$HOME/.replops/jobs/${id}"`;
}

/** The way of the job's own shell: `$0` is the folder, `$1` the command. The input is gone before the command runs. */
const run = '{ rm -f "$0/in"; sh -c "$1" > "$0/log" 2>&1; echo $? > "$0/rc.new"; mv -f "$0/rc.new" "$0/rc"; } < "$0/in"';

/**
 * `$0` is the folder, `$1` the way of the job, `$2` its command. The folder is made while `REPLOPS_JOB` is in the environment already,
 * so that there is no instant at which a job is claimed and not seen to run.
 */
const begin = `mkdir "$0" || { test -d "$0" && echo already && exit 0; exit 1; }; cat > "$0/in" && { setsid nohup sh -c "$1" "$0" "$2" > /dev/null 2>&1 < /dev/null & echo started; }`;

/** What is sent to start a job. Its input, if any, is the input of this command. */
export function startJobCommand(id: string, command: string): string {
  const own = `env -u REPLOPS_TAG REPLOPS_JOB=${id} sh -c ${quoteWord(begin)} ${jobFolder(id)} ${quoteWord(run)} ${quoteWord(command)}`;
  return `umask 077; mkdir -p "$HOME/.replops/jobs" && ${own}`;
}

/** Starts a job unless its id was started before. Throws a Fault that says what is known of the effect. */
export async function startJob(session: ShellSession, id: string, command: string, input: ShellInput = {}): Promise<'started' | 'already'> {
  const { exitCode, stdout, stderr } = await session.change(startJobCommand(id, command), input);
  const answer = stdout.trim();
  if (exitCode === 0 && (answer === 'started' || answer === 'already')) return answer;
  throw new Fault('statement-refused', `The host could not start a job: ${stderr.trim() === '' ? 'it gave no reason' : stderr.trim()}.`, {
    effect: exitCode === null ? 'unknown' : 'not-applied',
    facts: { job: id, exitCode },
  });
}

/** The job's state, with the last bytes of what it printed. Throws a Fault when the host can't be asked or can't tell. */
export async function lookAtJob(session: ShellSession, id: string, { tailBytes = 4_096 } = {}): Promise<JobState> {
  const first = await lookOnce(session, id, tailBytes);
  // A process that was forked while the list was read may be missing in it, so a death has to be seen twice.
  return first.kind === 'died' ? lookOnce(session, id, tailBytes) : first;
}

async function lookOnce(session: ShellSession, id: string, tailBytes: number): Promise<JobState> {
  // Asked before `rc` is read: a job writes it before it ends, so one that doesn't run any more has written it, or died.
  const runs = (await listTagged(session)).some(({ job }) => job === id);
  const folder = jobFolder(id);
  const { exitCode, stdout, stderr } = await session.read(
    `cd ${folder} || { test -e ${folder} && exit 1; echo absent; exit 0; }; cat rc 2> /dev/null || echo none; tail -c ${tailBytes} log 2> /dev/null; true`,
  );
  const [state = '', ...rest] = stdout.split('\n');
  const log = rest.join('\n');
  if (exitCode === 0 && state === 'absent') return { kind: 'absent' };
  if (exitCode === 0 && /^\d{1,3}$/.test(state)) return { kind: 'ended', exitCode: Number(state), log };
  if (exitCode === 0 && state === 'none') return { kind: runs ? 'running' : 'died', log };
  throw new Fault(
    'answer-not-understood',
    `The host did not tell how a job stands: ${stderr.trim() === '' ? stdout.trim() : stderr.trim()}`,
    {
      effect: 'not-applied',
      facts: { job: id, exitCode },
    },
  );
}

/** Removes what is left of a job that has ended or died, so that its id can be used again. One that runs is left alone. */
export async function forgetJob(session: ShellSession, id: string): Promise<void> {
  const state = await lookAtJob(session, id);
  if (state.kind === 'absent' || state.kind === 'running') return;
  const { exitCode, stderr } = await session.change(`rm -rf ${jobFolder(id)}`);
  if (exitCode === 0) return;
  throw new Fault('statement-refused', `The host could not remove the folder of a job: ${stderr.trim()}`, {
    effect: 'unknown',
    facts: { job: id, exitCode },
  });
}
