import { Fault, isFault } from '../../domain/faults.ts';
import type { RunId } from '../../domain/ids.ts';
import type { ShellConnect, ShellSession, ShellTarget } from '../../transports/shell.ts';
import { listTagged, type TaggedProcess } from '../../transports/shell-processes.ts';
import { quoteWord } from '../../transports/shell-quoting.ts';
import type { EngineIo } from '../engine.ts';
import { withShell } from './session.ts';

/** Looks between asking the processes to end and ending them. */
const politeLooks = 20;
const lookEveryMs = 100;

/**
 * Ends what older owners of the run left running on these nodes: processes tagged `replops/<run>/<fence>` with a smaller fence. Jobs
 * carry no tag and go on. A node that is gone is passed over, so that it holds nobody up: what may still run on it either puts an
 * approved file in its place or claims a job, and both come to the same whenever they happen. Returns a sentence for each node on which
 * there were any. Throws a Fault when a node that is up can't be asked or a process can't be ended.
 */
export async function endLeftOvers(
  connect: ShellConnect,
  nodes: readonly ShellTarget[],
  run: RunId,
  fence: number,
  io: EngineIo,
): Promise<readonly string[]> {
  const prefix = `replops/${run}/`;
  const sentences = await Promise.all(
    nodes.map((node) =>
      withShell(connect, node, io, (session) => endOn(session, node, (tag) => isStale(tag, prefix, fence), io)).catch((cause: unknown) => {
        if (isFault(cause) && isGone(cause)) return [];
        throw cause;
      }),
    ),
  );
  return sentences.flat();
}

const isGone = ({ code, facts }: Fault): boolean => (code === 'connect-failed' || code === 'deadline-passed') && facts['accepted'] !== true;

async function endOn(session: ShellSession, node: ShellTarget, isOld: (tag: string) => boolean, io: EngineIo): Promise<readonly string[]> {
  const look = async () => (await listTagged(session)).filter(({ tag }) => tag !== null && isOld(tag));
  const found = await look();
  if (found.length === 0) return [];
  let left = found;
  for (let looks = 0; left.length > 0 && looks <= politeLooks; looks += 1) {
    await signal(session, left, looks === politeLooks ? 'KILL' : 'TERM');
    await io.clock.sleep(lookEveryMs, io.signal);
    left = await look();
  }
  if (left.length > 0) {
    const pids = left.map(({ pid }) => pid).join(', ');
    throw new Fault(
      'permission-missing',
      `${node.name} still runs processes of an older owner of the run (${pids}), and they can't be ended.`,
      {
        effect: 'not-applied',
        facts: { host: node.name },
      },
    );
  }
  const tags = [...new Set(found.map(({ tag }) => tag))].join(', ');
  return [`Ended a command on ${node.name}, which an older owner of the run (${tags}) had left.`];
}

/** Each process is looked at again right before: its number may have come to mean another one. One that is gone is fine. */
async function signal(session: ShellSession, processes: readonly TaggedProcess[], name: 'TERM' | 'KILL'): Promise<void> {
  for (const { pid, tag } of processes) {
    const mark = quoteWord(`REPLOPS_TAG=${tag ?? ''}`);
    await session.change(`grep -s -q -a -z -x -F ${mark} /proc/${pid}/environ && kill -${name} ${pid}`);
  }
}

/** Fences are microseconds, below 2^53: a number compares them exactly. */
function isStale(tag: string, prefix: string, fence: number): boolean {
  const digits = tag.startsWith(prefix) ? tag.slice(prefix.length) : '';
  return /^\d{1,16}$/.test(digits) && Number(digits) < fence;
}
