import { Secret } from '../../domain/secret.ts';
import { scrub } from '../../transports/scrub.ts';
import { quoteWord } from '../../transports/shell-quoting.ts';
import { withShell } from '../hosts/session.ts';
import { secretsOf } from './ask.ts';
import { inPath } from './commands.ts';
import { spotOf, unheard } from './look.ts';
import { reasonIn } from './parse/text.ts';
import type { Place } from './place.ts';

/** Asks GSQL about one graph, or about all, as the superuser, whose password goes by standard input. Throws a Fault when it gives no answer. */
export async function askGsql(place: Place, graph: string | null, statement: string): Promise<string> {
  const { connect, cluster, node, io } = place;
  const { superuser } = cluster;
  if (superuser === null) throw unheard(spotOf(place), 'the config names no superuser of GSQL.');
  const on = graph === null ? '' : ` -g ${quoteWord(graph)}`;
  const command = `gsql -u ${quoteWord(superuser.name)}${on} ${quoteWord(statement)} 2>&1`;
  // Two line ends: the input is taken out of the answer, and a password and a line end may well stand in it, as a name.
  const stdin = new Secret(`${superuser.password.reveal()}\n\n`);
  const { exitCode, stdout } = await withShell(connect, node, io, (session) => session.read(inPath(cluster, command), { stdin }));
  if (exitCode === 0) return stdout;
  throw unheard(spotOf(place), reasonIn(scrub(stdout, secretsOf(cluster))) || `gsql ended with exit code ${exitCode}.`);
}
