import { isFault } from '../../../domain/faults.ts';
import type { Check } from '../../../domain/plan.ts';
import { Secret } from '../../../domain/secret.ts';
import { scrub } from '../../../transports/scrub.ts';
import type { ShellConnect } from '../../../transports/shell.ts';
import { quoteWord } from '../../../transports/shell-quoting.ts';
import type { EngineIo } from '../../engine.ts';
import { passed, warned } from '../../frame/checks.ts';
import { withShell } from '../../hosts/session.ts';
import { alone, secretsOf } from '../ask.ts';
import { inPath } from '../commands.ts';
import { parseLoading } from '../parse/host.ts';
import { count } from '../words.ts';
import type { Known } from './check.ts';

export interface Said {
  readonly exitCode: number | null;
  readonly text: string;
}

/** What GSQL says to the superuser, of one graph or of all; null when the config names none. Throws a Fault only when the caller itself gave up. */
export async function sayTo(
  shell: ShellConnect,
  { cluster, read }: Known,
  graph: string | null,
  statement: string,
  io: EngineIo,
): Promise<Said | null> {
  const { superuser } = cluster;
  const node = cluster.nodes.find(({ name }) => name === read.by);
  if (superuser === null || node === undefined) return null;
  const on = graph === null ? '' : ` -g ${quoteWord(graph)}`;
  const command = `gsql -u ${quoteWord(superuser.name)}${on} ${quoteWord(statement)} 2>&1`;
  // Two line ends: the input is taken out of the answer, and a password and a line end may well stand in it, as a name.
  const stdin = new Secret(`${superuser.password.reveal()}\n\n`);
  try {
    const { exitCode, stdout } = await withShell(shell, node, alone(io), (session) => session.read(inPath(cluster, command), { stdin }));
    return { exitCode, text: scrub(stdout, secretsOf(cluster)) };
  } catch (cause) {
    if (!isFault(cause) || io.signal.aborted) throw cause;
    return { exitCode: null, text: cause.message };
  }
}

/** Loading goes on during a backup by gadmin and is held up by one of gbar; either way who loads wants to know. */
export async function loadingCheck(shell: ShellConnect, known: Known, graphs: readonly string[], io: EngineIo): Promise<Check> {
  const { cluster } = known.cluster;
  const name = `${cluster}: loading jobs`;
  const next = 'Let loading jobs end, or have whoever runs them pause them.';
  const said = await Promise.all(graphs.map((graph) => sayTo(shell, known, graph, 'SHOW LOADING STATUS ALL', io)));
  const running = said.map((one) => (one === null || one.exitCode !== 0 ? null : parseLoading(one.text)));
  if (running.length === 0 || running.includes(null))
    return warned(
      name,
      `Whether anything is being loaded into ${cluster} is not known.`,
      `Run SHOW LOADING STATUS ALL there by hand. ${next}`,
    );
  const all = running.reduce<number>((sum, jobs) => sum + (jobs ?? 0), 0);
  return all === 0
    ? passed(name, `Nothing is being loaded into ${cluster}.`)
    : warned(name, `${count(all, 'part')} of loading jobs run on ${cluster}.`, next);
}
