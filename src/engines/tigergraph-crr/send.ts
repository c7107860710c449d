import { Fault } from '../../domain/faults.ts';
import { scrub } from '../../transports/scrub.ts';
import { withShell } from '../hosts/session.ts';
import { secretsOf } from './ask.ts';
import { inPath } from './commands.ts';
import { complains, reasonIn } from './parse/text.ts';
import type { Place } from './place.ts';

/** Sends one short command. Throws a Fault unless it ended well by its exit code and by its own word. */
export const send = (place: Place, command: string): Promise<void> => change(place, `${command} < /dev/null 2>&1`);

/** The same with something on its standard input. */
export const sendWith = (place: Place, command: string, stdin: string): Promise<void> => change(place, `{ ${command}; } 2>&1`, stdin);

async function change({ connect, node, cluster, io, act }: Place, command: string, stdin = ''): Promise<void> {
  const answer = await withShell(connect, node, io, (session) => session.change(inPath(cluster, command), { stdin }));
  if (answer.exitCode === 0 && !complains(answer.stdout)) return;
  const text = scrub(answer.stdout, secretsOf(cluster));
  throw new Fault('statement-refused', `'${act.title}' failed on ${node.name}: ${reasonIn(text) || `exit code ${answer.exitCode}`}`, {
    // A shell that was killed may have come as far as the end.
    effect: answer.exitCode === null ? 'unknown' : 'not-applied',
    facts: { host: node.name, exitCode: answer.exitCode },
  });
}
