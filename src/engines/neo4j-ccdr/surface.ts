import { Fault, isFault } from '../../domain/faults.ts';
import type { BoltSession } from '../../transports/bolt.ts';
import type { ReadSide, Surface } from './detail.ts';
import { questions } from './questions.ts';
import { surfaceOf } from './release.ts';

/** The promotion tells the two apart: one procedure of each, which only its own surface is sure to have. */
const promotions = {
  preview: { name: 'internal.dbms.promoteReplicaDatabase', question: questions.promotion.preview },
  ga: { name: 'dbms.promoteReplicaDatabase', question: questions.promotion.ga },
} as const;

const unknownProcedure = 'Neo.ClientError.Procedure.ProcedureNotFound';
const unknownSyntax = 'Neo.ClientError.Statement.SyntaxError';

/**
 * How a cluster creates and promotes replicas. The version says what to expect, and the cluster is asked whether that is so: a list of
 * procedures may hide internal ones, so what it lacks is asked for by EXPLAIN, which runs nothing (and names no database that could
 * exist). Only a cluster that surely lacks the one and has the other is taken for another than its version says.
 */
export async function askSurface(session: BoltSession, release: ReadSide['release'], listed: readonly string[] | null): Promise<Surface> {
  const expected = surfaceOf(release);
  if (expected === 'none') return 'none';
  const has = async (surface: keyof typeof promotions): Promise<boolean | null> =>
    listed?.includes(promotions[surface].name) === true ? true : knows(session, promotions[surface].question);
  if ((await has(expected)) !== false) return expected;
  const other = expected === 'ga' ? 'preview' : 'ga';
  return (await has(other)) === true ? other : expected;
}

/** Null when the cluster's answer says nothing of the procedure. Throws a Fault. */
async function knows(session: BoltSession, question: string): Promise<boolean | null> {
  try {
    await session.read(question);
    return true;
  } catch (cause) {
    if (!isFault(cause) || !['statement-refused', 'permission-missing'].includes(cause.code)) throw cause;
    return cause.facts['neo4jCode'] === unknownProcedure ? false : null;
  }
}

/** Adds to a refusal what it means when the cluster does not know the words that were approved; other Faults are left as they are. */
export function explained(cause: unknown, cluster: string): unknown {
  const code = isFault(cause) ? cause.facts['neo4jCode'] : null;
  if (!isFault(cause) || (code !== unknownProcedure && code !== unknownSyntax)) return cause;
  return new Fault(
    cause.code,
    `${cause.message} ${cluster} does not know the words that were approved, and others are never sent in their place. Press Cancel and ask for the operation again: ${cluster} is then asked anew what it knows, and the new plan uses that.`,
    { effect: cause.effect, facts: cause.facts, cause },
  );
}
