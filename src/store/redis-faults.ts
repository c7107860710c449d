import { ReplyError } from 'ioredis';
import type { z } from 'zod';
import { type EffectKnowledge, Fault } from '../domain/faults.ts';

/** Replies by which Redis says that it did not begin the command: the first word of an error reply is its code. */
const refusals: ReadonlySet<string> = new Set([
  'READONLY',
  'OOM',
  'NOREPLICAS',
  'MISCONF',
  'LOADING',
  'MASTERDOWN',
  'NOAUTH',
  'WRONGPASS',
  'NOPERM',
  'BUSY',
  'CLUSTERDOWN',
  'MOVED',
  'TRYAGAIN',
  'NOSCRIPT',
]);

/** Code of an error that Redis itself answered; null for any other error. */
export function replyCode(error: unknown): string | null {
  // ioredis leaves the class untyped: the first check keeps the type.
  if (!(error instanceof Error) || !(error instanceof ReplyError)) return null;
  return error.message.split(' ', 1)[0] ?? '';
}

/** Redis answered with an error. */
export function refusedFault(code: string, cause: unknown): Fault {
  const effect: EffectKnowledge = refusals.has(code) ? 'not-applied' : 'unknown';
  const known = effect === 'not-applied' ? 'nothing was changed' : 'whether anything was changed is not known';
  return new Fault('redis-unavailable', `Redis refused a command (${code}); ${known}.`, { effect, facts: { reply: code }, cause });
}

export const unreachableFault = (cause?: unknown): Fault =>
  new Fault('redis-unavailable', 'Redis could not be reached; nothing was sent to it.', { effect: 'not-applied', cause });

/** The command was sent and no answer came. */
export function unansweredFault(reads: boolean, cause: unknown): Fault {
  const known = reads ? 'nothing was changed' : 'whether it took the change is not known';
  return new Fault('redis-unavailable', `Redis did not answer; ${known}.`, { effect: reads ? 'not-applied' : 'unknown', cause });
}

/** Parses what Redis answered, as anything from outside. Throws Fault `answer-not-understood`. */
export function understood<T>(schema: z.ZodType<T>, answer: unknown, what: string, effect: EffectKnowledge = 'unknown'): T {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  const fault = `Redis holds or answered something that ReplOps did not write: ${what}.`;
  throw new Fault('answer-not-understood', fault, { effect, facts: { what }, cause: parsed.error });
}
