import { DatabaseError } from 'pg';
import { type EffectKnowledge, Fault, type FaultCode } from '../domain/faults.ts';
import type { Secret } from '../domain/secret.ts';
import { scrub } from './scrub.ts';

/** Where a call stood when it failed. `read`: nothing can have changed. `effect`: something may have. */
export type SqlPhase = 'connect' | 'read' | 'effect';

export interface SqlFailure {
  readonly phase: SqlPhase;
  /** The cluster's name in the config. */
  readonly cluster: string;
  readonly secrets: readonly (Secret | null)[];
  /** Set when the deadline or the caller ended the call. */
  readonly ended: 'deadline' | 'aborted' | null;
  /** Whether the server had accepted the TCP connection: a silent server is half gone, not gone. */
  readonly accepted: boolean;
  readonly timeoutMs: number;
  readonly cause: unknown;
}

/** After these the server cannot say whether the statement took effect: connection trouble, shutdown, result unknown, internal error. */
const outcomeUnknown = /^(08|57|58|40003|XX0)/;

/** Node's names for a server that could not prove who it is. */
const untrusted =
  /^(ERR_TLS_CERT|CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(VERIFY|GET_ISSUER)|HOSTNAME_MISMATCH|INVALID_CA)/;

const serverFaults: readonly (readonly [RegExp, FaultCode])[] = [
  [/^28/, 'login-refused'],
  [/^42501$/, 'permission-missing'],
  [/^(08|57P)/, 'connection-lost'],
];

const effectIf = (phase: SqlPhase): EffectKnowledge => (phase === 'effect' ? 'unknown' : 'not-applied');

/** Turns whatever the driver threw into a Fault that says what is known of the effect. Never looks at a message's words. */
export function faultOf(failure: SqlFailure): Fault {
  if (failure.ended !== null) return endedFault(failure, failure.ended);
  const { cause } = failure;
  return cause instanceof DatabaseError ? serverFault(failure, cause) : networkFault(failure);
}

/** The call was stopped before anything was sent. */
export const abortedBeforeSend = (cluster: string): Fault =>
  new Fault('aborted', `The work on ${cluster} was stopped before anything was sent.`, { effect: 'not-applied', facts: { cluster } });

function endedFault({ phase, cluster, timeoutMs, accepted }: SqlFailure, ended: 'deadline' | 'aborted'): Fault {
  const effect = effectIf(phase);
  const facts = { cluster, phase, accepted };
  if (ended === 'deadline') {
    const words = accepted ? `${cluster} accepted the connection but gave no answer` : `${cluster} did not accept a connection`;
    return new Fault('deadline-passed', `${words} within ${timeoutMs} ms.`, { effect, facts });
  }
  if (phase !== 'effect') return abortedBeforeSend(cluster);
  return new Fault('connection-lost', `The work on ${cluster} was stopped while a statement was under way.`, { effect, facts });
}

function serverFault({ phase, cluster, secrets }: SqlFailure, cause: DatabaseError): Fault {
  const sqlState = cause.code ?? '';
  const mapped = serverFaults.find(([pattern]) => pattern.test(sqlState))?.[1];
  const code = phase === 'connect' && (mapped === undefined || mapped === 'connection-lost') ? 'connect-failed' : mapped;
  const hint = cause.hint === undefined || cause.hint === '' ? '' : ` Hint: ${scrub(cause.hint, secrets)}`;
  const words = `${cluster} answered ${sqlState === '' ? 'an error' : sqlState}: ${scrub(cause.message, secrets)}${hint}`;
  return new Fault(code ?? 'statement-refused', words, {
    effect: outcomeUnknown.test(sqlState) ? effectIf(phase) : 'not-applied',
    facts: { cluster, sqlState, phase },
    cause: plainCause(cause, secrets),
  });
}

function networkFault({ phase, cluster, secrets, cause }: SqlFailure): Fault {
  const nodeCode = codeOf(cause);
  const facts = { cluster, nodeCode, phase };
  const details = { effect: effectIf(phase), facts, cause: plainCause(cause, secrets) };
  if (nodeCode !== null && untrusted.test(nodeCode)) {
    return new Fault('certificate-untrusted', `${cluster} could not prove who it is (${nodeCode}).`, details);
  }
  const reason = nodeCode === null ? '' : ` (${nodeCode})`;
  return phase === 'connect'
    ? new Fault('connect-failed', `${cluster} could not be reached${reason}.`, details)
    : new Fault('connection-lost', `The connection to ${cluster} broke while a statement was under way${reason}.`, details);
}

/** A connect attempt over several addresses fails with one error that holds the others. */
function codeOf(cause: unknown): string | null {
  if (typeof cause !== 'object' || cause === null) return null;
  if ('code' in cause && typeof cause.code === 'string') return cause.code;
  return cause instanceof AggregateError ? (cause.errors.map(codeOf).find((code) => code !== null) ?? null) : null;
}

/** The driver's error holds the statement, the connection and its stack; only its scrubbed words are kept. */
function plainCause(cause: unknown, secrets: readonly (Secret | null)[]): unknown {
  if (!(cause instanceof Error)) return { name: typeof cause };
  return { name: cause.name, code: codeOf(cause), message: scrub(cause.message, secrets) };
}
