import { isFault } from '../../domain/faults.ts';
import type { Check } from '../../domain/plan.ts';
import type { EngineIo } from '../engine.ts';
import { warned } from '../frame/checks.ts';

/** A check that could not be made is an answer; only the caller's own end throws. */
export async function orWarned(name: string, io: EngineIo, look: () => Promise<readonly Check[]>): Promise<readonly Check[]> {
  try {
    return await look();
  } catch (cause) {
    if (!isFault(cause) || io.signal.aborted) throw cause;
    return [warned(name, `It could not be read: ${cause.message}`, 'Check it by hand.')];
  }
}
