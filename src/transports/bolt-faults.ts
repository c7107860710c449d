import { type EffectKnowledge, Fault, type FaultCode } from '../domain/faults.ts';
import type { Secret } from '../domain/secret.ts';
import { scrub } from './scrub.ts';

/** Where a call stood when it failed. `read`: nothing can have changed. `effect`: something may have. */
export type BoltPhase = 'connect' | 'read' | 'effect';

export interface BoltFailure {
  readonly phase: BoltPhase;
  /** The cluster's name in the config. */
  readonly cluster: string;
  readonly secrets: readonly (Secret | null)[];
  /** Set when the deadline or the caller ended the call. */
  readonly ended: 'deadline' | 'aborted' | null;
  /** Whether a server had accepted the TCP connection: a silent server is half gone, not gone. */
  readonly accepted: boolean;
  readonly timeoutMs: number;
  readonly cause: unknown;
}

/** One error of the chain that the driver gives: its own, or a server's that it has rewritten. */
interface Link {
  /** Verbatim, e.g. `Neo.ClientError.Security.Unauthorized`, `SessionExpired`, `N/A`. */
  readonly code: string;
  readonly gqlStatus: string;
  readonly message: string;
}

const serverFaults: readonly (readonly [RegExp, FaultCode])[] = [
  [/^Neo\.ClientError\.Security\.Forbidden$/, 'permission-missing'],
  [/^Neo\.ClientError\.Security\./, 'login-refused'],
  // The leader changed between the way to it and the statement: the next try finds the new one.
  [/^Neo\.ClientError\.Cluster\.NotALeader$/, 'connection-lost'],
];

/**
 * Answers after which the statement has surely changed nothing: it was refused before it began. All others, a failed procedure and
 * a timeout among them, leave it open: administration is committed first and carried out later.
 */
const refusedUnstarted =
  /^Neo\.ClientError\.(Statement\.|Security\.|Schema\.|Database\.|Request\.|Cluster\.NotALeader$|Procedure\.(ProcedureNotFound|TypeError)$|General\.(ForbiddenOnReadOnlyDatabase|WriteOnReadOnlyAccessDatabase)$)/;

/** A write to `system` that may or may not be committed. */
const maybeCommitted = '52N40';

/** What a server sent starts so; everything else is the driver's own. */
const fromServer = /^Neo\./;

const effectIf = (phase: BoltPhase): EffectKnowledge => (phase === 'effect' ? 'unknown' : 'not-applied');

/** Turns whatever the driver threw into a Fault that says what is known of the effect. Never looks at a message's words. */
export function boltFaultOf(failure: BoltFailure): Fault {
  if (failure.ended !== null) return endedFault(failure, failure.ended);
  const chain = chainOf(failure.cause);
  // The driver rewrites some answers of servers ("not the leader") into errors of its own and keeps the answer as their cause.
  const answer = chain.find(({ code }) => fromServer.test(code));
  return answer === undefined ? brokenFault(failure, chain) : answerFault(failure, answer, chain);
}

/** The call was stopped before anything was sent. */
export const abortedBeforeSend = (cluster: string): Fault =>
  new Fault('aborted', `The work on ${cluster} was stopped before anything was sent.`, { effect: 'not-applied', facts: { cluster } });

function endedFault({ phase, cluster, timeoutMs, accepted }: BoltFailure, ended: 'deadline' | 'aborted'): Fault {
  const effect = effectIf(phase);
  const facts = { cluster, phase, accepted };
  if (ended === 'deadline') {
    const words = accepted ? `${cluster} accepted the connection but gave no answer` : `${cluster} did not accept a connection`;
    return new Fault('deadline-passed', `${words} within ${timeoutMs} ms.`, { effect, facts });
  }
  if (phase !== 'effect') return abortedBeforeSend(cluster);
  return new Fault('connection-lost', `The work on ${cluster} was stopped while a statement was under way.`, { effect, facts });
}

function answerFault({ phase, cluster, secrets, accepted, cause }: BoltFailure, answer: Link, chain: readonly Link[]): Fault {
  const mapped = serverFaults.find(([pattern]) => pattern.test(answer.code))?.[1];
  const sure = refusedUnstarted.test(answer.code) && !chain.some(({ gqlStatus }) => gqlStatus === maybeCommitted);
  const [innermost] = chain.slice(chain.indexOf(answer) + 1).slice(-1);
  const because = innermost === undefined || innermost.message === answer.message ? '' : ` Cause: ${scrub(innermost.message, secrets)}`;
  return new Fault(
    mapped ?? (phase === 'connect' ? 'connect-failed' : 'statement-refused'),
    `${cluster} answered ${answer.code}: ${scrub(answer.message, secrets)}${because}`,
    {
      effect: sure ? 'not-applied' : effectIf(phase),
      facts: {
        cluster,
        phase,
        accepted,
        neo4jCode: answer.code,
        gqlStatus: answer.gqlStatus,
        gqlCauses: chain.map(({ gqlStatus }) => gqlStatus).join(' '),
      },
      cause: plainCause(cause, secrets),
    },
  );
}

/** The driver's own errors: nobody to route to, no connection in time, a connection that broke, an answer that is no Bolt. */
function brokenFault({ phase, cluster, secrets, accepted, cause }: BoltFailure, chain: readonly Link[]): Fault {
  const code = chain[0]?.code ?? '';
  const facts = { cluster, phase, accepted, neo4jCode: code, gqlStatus: chain[0]?.gqlStatus ?? '' };
  const details = { effect: effectIf(phase), facts, cause: plainCause(cause, secrets) };
  const words = chain[0] === undefined ? '' : ` (${code}: ${scrub(chain[0].message, secrets)})`;
  if (phase === 'connect') return new Fault('connect-failed', `${cluster} accepts connections, but could not be used${words}.`, details);
  return code === 'ProtocolError'
    ? new Fault('answer-not-understood', `${cluster} gave an answer that is no Bolt${words}.`, details)
    : new Fault('connection-lost', `The connection to ${cluster} broke while a statement was under way${words}.`, details);
}

/** The error and its causes, outermost first. */
function chainOf(cause: unknown): readonly Link[] {
  const links: Link[] = [];
  for (let at = cause; at instanceof Error && links.length < 10; at = at.cause) {
    links.push({ code: textOf(at, 'code'), gqlStatus: textOf(at, 'gqlStatus'), message: at.message });
  }
  return links;
}

function textOf(error: object, key: string): string {
  // The cast reads a member that may be missing; what it holds is looked at next.
  const value = (error as Readonly<Record<string, unknown>>)[key];
  return typeof value === 'string' ? value : '';
}

/** The driver's errors hold addresses, records and stacks; only their scrubbed words are kept. */
function plainCause(cause: unknown, secrets: readonly (Secret | null)[]): unknown {
  return chainOf(cause).map(({ code, gqlStatus, message }) => ({ code, gqlStatus, message: scrub(message, secrets) }));
}
