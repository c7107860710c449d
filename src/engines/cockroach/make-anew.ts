import { Fault, isFault } from '../../domain/faults.ts';
import type { SqlSession } from '../../transports/sql.ts';
import { quoteIdentifier } from '../../transports/sql-quoting.ts';
import { wasRefused } from './deaf.ts';
import { ownRights } from './held.ts';

/** An external connection that can't be changed in place, as up to v25.3, and where it is. */
interface MadeAnew {
  readonly here: string;
  readonly connection: string;
}

/** Whether the session's user may make external connections. */
export async function mayConnect(session: SqlSession, user: string): Promise<boolean> {
  const { admin, system } = await ownRights(session, user);
  return admin || system.includes('EXTERNALCONNECTION') || system.includes('ALL');
}

/** Lets the user make external connections. */
export const grantConnecting = (user: string): string => `GRANT SYSTEM EXTERNALCONNECTION TO ${quoteIdentifier(user)}`;

/** Before a connection is dropped that could not be made anew. A full sentence; null when the bot may make one. */
export async function keptFrom(session: SqlSession, user: string, { here, connection }: MadeAnew): Promise<string | null> {
  if (await mayConnect(session, user)) return null;
  return `${user} does not hold EXTERNALCONNECTION on ${here}, so the external connection ${connection} could be dropped but not made anew. It was left as it is. Run ${grantConnecting(user)} there, then press Retry.`;
}

/** What is left when the old one was dropped and the new one refused: the same Fault, which says so. `what` goes on without it for now. */
export function droppedOnly(cause: unknown, what: 'The stream' | 'Replication', { here, connection }: MadeAnew): unknown {
  // One of that name is there then.
  if (!isFault(cause) || !wasRefused(cause) || cause.facts['sqlState'] === '42710') return cause;
  const left = `The external connection ${connection} is gone from ${here}: it was dropped to be made anew, and that was refused. ${what} goes on until its job starts again, and stops then. Mend the cause and press Retry, or create the connection by hand.`;
  return new Fault(cause.code, `${cause.message}${/[.!?]$/.test(cause.message) ? '' : '.'} ${left}`, {
    effect: cause.effect,
    facts: cause.facts,
    cause,
  });
}
