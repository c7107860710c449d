import { Fault, isFault } from '../../domain/faults.ts';
import { scrub } from '../../transports/scrub.ts';

/** A side that tells nothing of itself. `gone`: nothing accepts a connection. `silent`: something accepts and gives no answer. `locked`: it answers, but does not let us see. */
export interface Deaf {
  readonly kind: 'gone' | 'silent' | 'locked';
  readonly why: string;
}

/** What a failed look says of the side that was asked. */
export function deafBy(fault: Fault): Deaf {
  const kind = deafness(fault);
  return { kind, why: kind === 'locked' ? itself(fault) : codeOf(fault) };
}

/** The sentence that it goes into has named the cluster. */
function itself({ message, facts }: Fault): string {
  const cluster = `${facts['cluster']} `;
  const words = message.startsWith(cluster) ? `it ${message.slice(cluster.length)}` : message;
  return /[.!?]$/u.test(words) ? words : `${words}.`;
}

/** What the way there came to, in a word: the rest of the sentence says what that means. */
function codeOf({ code, facts }: Fault): string {
  const told = [facts['nodeCode'], facts['sqlState']].find((one) => typeof one === 'string' && one !== '');
  if (typeof told === 'string') return told;
  return code === 'deadline-passed' ? 'nothing came in time' : 'no reason given';
}

function deafness(fault: Fault): Deaf['kind'] {
  if (fault.code === 'connect-failed') return 'gone';
  if (fault.code === 'deadline-passed') return fault.facts['accepted'] === true ? 'silent' : 'gone';
  return fault.code === 'connection-lost' ? 'silent' : 'locked';
}

/** What is wrong with a side that was asked; null when it told. */
export function problemOf(cluster: string, read: Deaf | { readonly kind: 'read' }): string | null {
  switch (read.kind) {
    case 'gone':
      return `${cluster} can't be reached (${read.why}).`;
    case 'silent':
      return `${cluster} accepts connections but gives no answer (${read.why}), so it may be half gone, and applications may or may not still write there.`;
    case 'locked':
      return `${cluster} answers, but does not let the bot see its state: ${read.why}`;
    case 'read':
      return null;
  }
}

/** An answer that no version is known to give. */
export const notUnderstood = (cluster: string, what: string, text: string | null | undefined): Fault =>
  new Fault('answer-not-understood', `${cluster} gave a ${what} that is outside the documented format.`, {
    effect: 'not-applied',
    facts: { cluster, what, text: scrub(text ?? '').slice(0, 200) },
  });

/** Whether a single statement was refused: the session goes on, and the rest can still be read. */
export const wasRefused = (cause: unknown): boolean =>
  isFault(cause) && (cause.code === 'statement-refused' || cause.code === 'permission-missing');
