import { type EffectKnowledge, Fault } from '../domain/faults.ts';
import type { Secret } from '../domain/secret.ts';
import { scrub } from './scrub.ts';

/** Where a call stood when it failed. `read`: nothing can have changed. `effect`: something may have. */
export type ShellPhase = 'connect' | 'read' | 'effect';

export interface ShellFailure {
  readonly phase: ShellPhase;
  /** The host's name in the config. */
  readonly name: string;
  readonly secrets: readonly (Secret | null)[];
  /** Set when the deadline or the caller ended the call. */
  readonly ended: 'deadline' | 'aborted' | null;
  /** Whether the host had accepted the TCP connection: a silent host is half gone, not gone. */
  readonly accepted: boolean;
  /** The host key that was shown in place of the pinned one. */
  readonly strangeKey: { readonly seen: string; readonly pinned: string } | null;
  readonly timeoutMs: number;
  readonly cause: unknown;
}

const effectIf = (phase: ShellPhase): EffectKnowledge => (phase === 'effect' ? 'unknown' : 'not-applied');

/** Turns whatever the driver threw into a Fault that says what is known of the effect. Never looks at a message's words. */
export function shellFaultOf(failure: ShellFailure): Fault {
  const { phase, name, cause, accepted } = failure;
  if (failure.strangeKey !== null) return untrusted(failure, failure.strangeKey);
  if (failure.ended !== null) return endedFault(failure, failure.ended);
  const details = {
    effect: effectIf(phase),
    facts: { host: name, phase, accepted, nodeCode: textOf(cause, 'code') },
    cause: plainCause(failure),
  };
  const isQuiet = textOf(cause, 'level') === 'client-timeout';
  if (phase !== 'connect') {
    const words = isQuiet
      ? `${name} stopped answering while a command was under way, and the connection was given up.`
      : `The connection to ${name} broke while a command was under way.`;
    return new Fault('connection-lost', words, details);
  }
  if (isQuiet) return new Fault('connect-failed', `${name} stopped answering, and the connection was given up.`, details);
  if (textOf(cause, 'level') === 'client-authentication') {
    return new Fault('login-refused', `${name} refused the user or its key or password.`, details);
  }
  if (textOf(cause, 'level') === 'agent') {
    return new Fault('login-refused', `The SSH agent that holds the key for ${name} could not be asked.`, details);
  }
  const reason = textOf(cause, 'code') === null ? '' : ` (${textOf(cause, 'code')})`;
  return new Fault('connect-failed', `${name} could not be reached over SSH${reason}.`, details);
}

/** The call was stopped before anything was sent. */
export const shellAborted = (name: string): Fault =>
  new Fault('aborted', `The work on ${name} was stopped before anything was sent.`, { effect: 'not-applied', facts: { host: name } });

/** The key of ours that logs in can't be used at all, so nothing was sent. */
export const keyUnusable = (name: string): Fault =>
  new Fault('login-refused', `The private key for ${name} can't be read: it is no private key, or its passphrase is missing or wrong.`, {
    effect: 'not-applied',
    facts: { host: name },
  });

/** The host answered that it won't open a channel or won't start the command, so the command did not run. */
export const execRefused = (name: string): Fault =>
  new Fault('statement-refused', `${name} let the user in but refused to start the command.`, {
    effect: 'not-applied',
    facts: { host: name },
  });

export const tooMuch = (name: string, maxBytes: number, effect: EffectKnowledge): Fault =>
  new Fault('answer-not-understood', `${name} answered with more than ${maxBytes} bytes, so the answer was not read.`, {
    effect,
    facts: { host: name, maxBytes },
  });

function untrusted({ name }: ShellFailure, { seen, pinned }: NonNullable<ShellFailure['strangeKey']>): Fault {
  const words = `${name} showed the host key ${seen}, and the config pins ${pinned}. If the key was changed on purpose, compare it on the host itself (ssh-keygen -lf) and pin it in the config.`;
  return new Fault('certificate-untrusted', words, { effect: 'not-applied', facts: { host: name, seen, pinned } });
}

function endedFault({ phase, name, timeoutMs, accepted }: ShellFailure, ended: 'deadline' | 'aborted'): Fault {
  const effect = effectIf(phase);
  const facts = { host: name, phase, accepted };
  if (ended === 'deadline') {
    const words = accepted ? `${name} accepted the connection but gave no answer` : `${name} did not accept a connection`;
    return new Fault('deadline-passed', `${words} within ${timeoutMs} ms.`, { effect, facts });
  }
  if (phase !== 'effect') return shellAborted(name);
  return new Fault('connection-lost', `The work on ${name} was stopped while a command was under way.`, { effect, facts });
}

function textOf(cause: unknown, member: 'code' | 'level'): string | null {
  if (typeof cause !== 'object' || cause === null) return null;
  const value: unknown = Reflect.get(cause, member);
  if (typeof value === 'string') return value;
  return cause instanceof AggregateError ? (cause.errors.map((each) => textOf(each, member)).find((text) => text !== null) ?? null) : null;
}

function plainCause({ cause, secrets }: ShellFailure): unknown {
  if (!(cause instanceof Error)) return { name: typeof cause };
  return { name: cause.name, code: textOf(cause, 'code'), message: scrub(cause.message, secrets) };
}
