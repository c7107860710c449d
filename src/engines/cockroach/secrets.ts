import { Fault, isFault } from '../../domain/faults.ts';
import type { Secret } from '../../domain/secret.ts';
import { scrub } from '../../transports/scrub.ts';

/** Does what sends secrets. An answer that repeats one of them is told without it, and without what the driver said beside it. */
export async function hiding<T>(secrets: readonly (Secret | null)[], send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (cause) {
    throw isFault(cause) ? new Fault(cause.code, scrub(cause.message, secrets), { effect: cause.effect, facts: cause.facts }) : cause;
  }
}
