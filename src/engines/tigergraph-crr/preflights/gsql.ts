import { isFault } from '../../../domain/faults.ts';
import type { Check } from '../../../domain/plan.ts';
import { Secret } from '../../../domain/secret.ts';
import { scrub } from '../../../transports/scrub.ts';
import type { ShellConnect } from '../../../transports/shell.ts';
import { quoteWord } from '../../../transports/shell-quoting.ts';
import type { EngineIo } from '../../engine.ts';
import { failed, passed, warned } from '../../frame/checks.ts';
import { withShell } from '../../hosts/session.ts';
import { alone, secretsOf } from '../ask.ts';
import { inPath } from '../commands.ts';
import { parseLoading } from '../parse/host.ts';
import { reasonIn } from '../parse/text.ts';
import { count } from '../words.ts';
import type { Known } from './check.ts';

interface Said {
  readonly exitCode: number | null;
  readonly text: string;
}

/** What GSQL says to the superuser; null when the config names none. Throws a Fault only when the caller itself gave up. */
async function sayTo(shell: ShellConnect, { cluster, read }: Known, graph: string, statement: string, io: EngineIo): Promise<Said | null> {
  const { superuser } = cluster;
  const node = cluster.nodes.find(({ name }) => name === read.by);
  if (superuser === null || node === undefined) return null;
  const command = `gsql -u ${quoteWord(superuser.name)} -g ${quoteWord(graph)} ${quoteWord(statement)} 2>&1`;
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

/** Nobody has a query of that name, so that the statement changes nothing even where it is not refused. */
const refusedStatement = 'DROP QUERY replops_check_of_refusal';

/** Whether a side that follows really refuses changes: what is set there is not yet what it does. */
export async function refusalCheck(shell: ShellConnect, known: Known, graphs: readonly string[], io: EngineIo): Promise<readonly Check[]> {
  const { cluster } = known.cluster;
  const name = `${cluster}: refuses changes`;
  const [graph] = graphs;
  const said = graph === undefined ? null : await sayTo(shell, known, graph, refusedStatement, io);
  if (said === null) return [];
  const next = `Try a change of schema on ${cluster} by hand; a side that follows has to refuse it.`;
  const { exitCode, text } = said;
  const reason = reasonIn(text).slice(0, 160);
  // A wrong password and a GSQL that is down tell nothing of it.
  if (exitCode === null || [41, 202, 204, 255].includes(exitCode))
    return [warned(name, `Whether ${cluster} refuses changes of schema could not be tried: ${reason || 'GSQL gave no answer'}.`, next)];
  if (/not exist|doesn't exist|not (?:be )?found|no such/i.test(text))
    return [warned(name, `GSQL on ${cluster} looked for a query to drop rather than refuse to drop one.`, next)];
  return [
    exitCode === 0
      ? failed(name, `GSQL on ${cluster} took a change of schema, although ${cluster} is set to follow.`, next)
      : passed(name, `${cluster} refuses changes of schema: ${reason || `exit code ${exitCode}`}`),
  ];
}
