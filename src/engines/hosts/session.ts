import { Fault } from '../../domain/faults.ts';
import type { ShellConnect, ShellResult, ShellSession, ShellTarget } from '../../transports/shell.ts';
import type { EngineIo } from '../engine.ts';

export type HostIo = Pick<EngineIo, 'signal' | 'timeoutMs' | 'tag'>;

/** Opens a session on a node, uses it and closes it, whatever happens. */
export async function withShell<T>(
  connect: ShellConnect,
  node: ShellTarget,
  io: HostIo,
  use: (session: ShellSession) => Promise<T>,
): Promise<T> {
  const session = await connect(node, { signal: io.signal, timeoutMs: io.timeoutMs, tag: io.tag });
  try {
    return await use(session);
  } finally {
    session.close();
  }
}

/** How a command ended and the last of what it said, for a sentence: `exit code 1: mv: …`. One line, at most 300 characters. */
export function endingOf({ exitCode, signal, stdout, stderr }: ShellResult): string {
  const ending = exitCode === null ? `signal ${signal ?? 'unknown'}` : `exit code ${exitCode}`;
  const words = lastWords(stderr) || lastWords(stdout);
  return words === '' ? ending : `${ending}: ${words}`;
}

/** The end of a log as one line without control characters. */
export const lastWords = (text: string): string =>
  text
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(-300);

export const refused = (node: ShellTarget, sentence: string): Fault =>
  new Fault('statement-refused', sentence, { effect: 'not-applied', facts: { host: node.name } });
