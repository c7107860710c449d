import { Fault } from '../domain/faults.ts';
import type { ShellSession } from './shell.ts';

/** One process on a host that carries a mark of ours in its environment. */
export interface TaggedProcess {
  readonly pid: number;
  /** `REPLOPS_TAG`; null for a job. */
  readonly tag: string | null;
  /** `REPLOPS_JOB`. */
  readonly job: string | null;
}

/** Linux shows the environment of every process of the same user under /proc; entries end in NUL there and in the answer. */
const list = `grep -s -a -z -o -E '^REPLOPS_(TAG|JOB)=.*' /proc/[0-9]*/environ`;

/**
 * Lists the user's processes that carry our marks. A list without the shell that made it is none: then the host can't tell, and what is not
 * in the list must not be taken for gone. Throws a Fault.
 */
export async function listTagged(session: ShellSession): Promise<readonly TaggedProcess[]> {
  const { stdout, stderr } = await session.read(list);
  const found = stdout.split('\0').flatMap((entry) => {
    const match = /^\/proc\/(\d+)\/environ:REPLOPS_(TAG|JOB)=(.*)$/s.exec(entry);
    if (match === null) return [];
    const [, pid = '', mark, value = ''] = match;
    return [{ pid: Number(pid), tag: mark === 'TAG' ? value : null, job: mark === 'JOB' ? value : null }];
  });
  if (found.length > 0) return found;
  throw new Fault('answer-not-understood', `The host could not list its processes by their environment: ${stderr.trim()}`, {
    effect: 'not-applied',
    facts: {},
  });
}
