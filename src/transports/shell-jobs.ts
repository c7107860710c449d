import { Fault } from '../domain/faults.ts';
import type { ShellInput, ShellSession } from './shell.ts';
import { type HeardLog, hear, type Mark, nothingHeard, textOf } from './shell-log.ts';
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
  | ({ readonly kind: 'running' } & JobLog)
  | ({ readonly kind: 'ended'; readonly exitCode: number } & JobLog)
  /** It neither runs nor said how it ended: it was killed, or the host went down. */
  | ({ readonly kind: 'died' } & JobLog);

interface JobLog {
  /** What it printed, as it is: nothing is taken out of it. Of a long one the first part, the last part, and what is marked between them. */
  readonly log: string;
  /** Bytes of the log that are still to be read: nothing may be concluded from what is missing in it. */
  readonly unheard: number;
  /** `gone`: there is none, though it has begun. `anew`: it was cut or replaced by another while it was listened to, and is heard from its beginning again. */
  readonly trouble: 'gone' | 'anew' | null;
}

/** What one watcher has heard of one job: it reads on from there. Losing it costs a reading from the beginning, and nothing else. */
export interface Ear {
  heard: HeardLog;
  isAnew: boolean;
}

export const newEar = (): Ear => ({ heard: nothingHeard, isAnew: false });

export interface Listening {
  readonly ear?: Ear;
  /** Lines that have to be heard wherever they stand in the log. */
  readonly marks?: readonly Mark[];
}

/** The job's folder as a shell word. Throws TypeError for an id that isn't one. */
export function jobFolder(id: string): string {
  if (!/^[a-z0-9][a-z0-9-]{0,79}$/.test(id)) throw new TypeError(`'${id}' is no id of a job`);
  return `"$HOME/.replops/jobs/${id}"`;
}

/**
 * The way of the job's own shell: `$0` is the folder, `$1` the command. The input is gone before the command runs. On a full disk there is
 * no `rc`, rather than one that says nothing.
 */
const run = '{ rm -f "$0/in"; sh -c "$1" > "$0/log" 2>&1; echo $? > "$0/rc.new" && mv -f "$0/rc.new" "$0/rc"; } < "$0/in"';

/** What follows the input of a job. Without it, the connection broke before the input had come, and the job is not begun. */
const ending = 'replops-end-of-input';
const takeInput = `cat > "$0/all" && test "$(tail -c ${ending.length} "$0/all")" = ${ending} && head -c -${ending.length} "$0/all" > "$0/in" && rm -f "$0/all"`;

/**
 * `$0` is the folder, `$1` the way of the job, `$2` its command. The folder is made while `REPLOPS_JOB` is in the environment already,
 * so that there is no instant at which a job is claimed and not seen to run. It is unclaimed again when its input has not come whole.
 */
const begin = `mkdir "$0" || { test -d "$0" && echo already && exit 0; exit 1; }; { ${takeInput}; } || { rm -rf "$0"; exit 1; }; { setsid nohup sh -c "$1" "$0" "$2" > /dev/null 2>&1 < /dev/null & echo started; }`;

/** How long the log of a job that has ended is kept, minutes. */
const keptMinutes = 7 * 24 * 60;

/**
 * Removes the logs of jobs that have ended long ago. A job without `rc` runs, or nobody knows what became of it: its log stays. The folder
 * and `rc` stay for ever, a few bytes, since they are what claims the id: a run that stood still for weeks would otherwise find its job
 * absent and begin it a second time. `find` follows no link, and `sed` lets through only what has the form of a job's own path.
 */
const sweep = `{ find "$HOME/.replops/jobs" -mindepth 2 -maxdepth 2 -type f -name rc -mmin +${keptMinutes} | sed -n -E -e 's/^(.*\\/\\.replops\\/jobs\\/[a-z0-9][a-z0-9-]{0,79})\\/rc$/\\1\\/log/p' | xargs -r -d '\\n' rm -f; } > /dev/null 2>&1 < /dev/null`;

/** What is sent to start a job. Its input, if any, and what follows it are the input of this command. */
export function startJobCommand(id: string, command: string): string {
  const own = `env -u REPLOPS_TAG REPLOPS_JOB=${id} sh -c ${quoteWord(begin)} ${jobFolder(id)} ${quoteWord(run)} ${quoteWord(command)}`;
  return `umask 077; mkdir -p "$HOME/.replops/jobs" && { ${sweep}; ${own}; }`;
}

/** Starts a job unless its id was started before. Throws a Fault that says what is known of the effect. */
export async function startJob(
  session: ShellSession,
  id: string,
  command: string,
  input: Pick<ShellInput, 'stdin'> = {},
): Promise<'started' | 'already'> {
  const { exitCode, stdout, stderr } = await session.change(startJobCommand(id, command), { ...input, ending });
  const answer = stdout.trim();
  if (exitCode === 0 && (answer === 'started' || answer === 'already')) return answer;
  throw new Fault('statement-refused', `The host could not start a job: ${stderr.trim() === '' ? 'it gave no reason' : stderr.trim()}.`, {
    effect: exitCode === null ? 'unknown' : 'not-applied',
    facts: { job: id, exitCode },
  });
}

/** Bytes of a log that come in one answer. Written as base64 they stay below what a session takes. */
const mostInPiece = 524_288;
/** Answers that one look waits for: a log that is longer is heard in several looks. */
const mostPieces = 8;

/** The job's state, with what it printed since the ear heard of it last. Throws a Fault when the host can't be asked or can't tell. */
export async function lookAtJob(session: ShellSession, id: string, { ear = newEar(), marks = [] }: Listening = {}): Promise<JobState> {
  const first = await lookOnce(session, id, ear, marks);
  // A process that was forked while the list was read may be missing in it, so a death has to be seen twice.
  return first.kind === 'died' ? lookOnce(session, id, ear, marks) : first;
}

async function lookOnce(session: ShellSession, id: string, ear: Ear, marks: readonly Mark[]): Promise<JobState> {
  // Asked before `rc` is read: a job writes it before it ends, so one that doesn't run any more has written it, or died.
  const runs = (await listTagged(session)).some(({ job }) => job === id);
  const { ending, size } = await readOn(session, id, ear, marks);
  if (ending === 'absent') {
    Object.assign(ear, newEar());
    return { kind: 'absent' };
  }
  let latest = size;
  for (let pieces = 1; pieces < mostPieces && isBehind(ear, latest); pieces += 1) {
    latest = (await readOn(session, id, ear, marks)).size;
  }
  // A job makes its log a moment after its folder.
  const isMissing = latest === null && (ending !== null || !runs || ear.heard.bytes > 0);
  const log: JobLog = {
    log: textOf(ear.heard),
    unheard: isBehind(ear, latest) ? (latest ?? 0) - ear.heard.bytes : 0,
    trouble: isMissing ? 'gone' : ear.isAnew ? 'anew' : null,
  };
  if (ending !== null) return { kind: 'ended', exitCode: ending, ...log };
  return { kind: runs ? 'running' : 'died', ...log };
}

const isBehind = ({ heard }: Ear, size: number | null): boolean => size !== null && heard.bytes < size;

interface Answer {
  /** Its exit code, null for none yet. */
  readonly ending: 'absent' | number | null;
  /** Of the log, bytes; null when there is none. */
  readonly size: number | null;
}

/**
 * One answer with the state, the log's size, and the bytes that come next. `rc` is read before the log, which is complete once it is there.
 * The bytes come as letters, so that none of them is lost or taken for another on the way.
 */
async function readOn(session: ShellSession, id: string, ear: Ear, marks: readonly Mark[]): Promise<Answer> {
  const folder = jobFolder(id);
  const { bytes, anchor } = ear.heard;
  const { exitCode, stdout, stderr } = await session.read(
    `cd ${folder} || { test -e ${folder} && exit 1; echo absent; exit 0; }; cat rc 2> /dev/null || echo none; echo size; test -f log && wc -c < log || echo gone; tail -c +${bytes - anchor.length + 1} log | head -c ${mostInPiece} | base64; true`,
  );
  const [state = '', word, length = '', ...letters] = stdout.split('\n');
  if (exitCode === 0 && state === 'absent') return { ending: 'absent', size: null };
  const size = length === 'gone' ? null : Number(length);
  const came = Buffer.from(letters.join(''), 'base64');
  const isWhole = /^(none|\d{1,3})$/.test(state) && word === 'size' && /^(gone|\s*\d{1,15})$/.test(length);
  // Where bytes are, some have to come: a host that can't read them or has no base64 would be listened to for ever.
  if (exitCode !== 0 || !isWhole || (size !== null && size > 0 && size >= bytes && came.length === 0)) {
    throw notTold(id, exitCode, stderr.trim() === '' ? stdout : stderr);
  }
  if (size !== null) listen(ear, size, came, marks);
  return { ending: state === 'none' ? null : Number(state), size };
}

const notTold = (job: string, exitCode: number | null, words: string): Fault =>
  new Fault('answer-not-understood', `The host did not tell how a job stands: ${words.trim().slice(0, 300)}`, {
    effect: 'not-applied',
    facts: { job, exitCode },
  });

/** A log that is shorter than what was heard, or that has other bytes where it was heard last, is not the one that was listened to. */
function listen(ear: Ear, size: number, came: Buffer, marks: readonly Mark[]): void {
  const { bytes, anchor } = ear.heard;
  if (size >= bytes && came.subarray(0, anchor.length).equals(anchor)) ear.heard = hear(ear.heard, came.subarray(anchor.length), marks);
  else Object.assign(ear, { heard: nothingHeard, isAnew: true });
}
