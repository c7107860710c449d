import type { Clock } from '../domain/clock.ts';
import { isFault } from '../domain/faults.ts';
import type { Halt } from '../domain/run.ts';
import type { Standing } from '../domain/standing.ts';
import type { Grip } from './grip.ts';

const lookMs = 5_000;

/** Stops the run and asks a person, with the state of the databases as far as it can be seen now. */
export async function halt(grip: Grip, clock: Clock, standing: Standing | null, why: Omit<Halt, 'databases'>): Promise<void> {
  const databases = await stateOfDatabases(grip);
  await grip.append({ kind: 'halted', at: clock.now(), step: standing?.step.id ?? null, halt: { ...why, databases } });
}

/** One sentence on both sides. Never throws for a database's sake. */
export async function stateOfDatabases({ engine, link, io }: Pick<Grip, 'engine' | 'link' | 'io'>): Promise<string> {
  try {
    return (await engine.observe(link, io(lookMs))).headline;
  } catch (cause) {
    if (isFault(cause) && cause.code === 'lease-lost') throw cause;
    return isFault(cause) ? `The databases could not be asked: ${cause.message}` : 'The databases could not be asked.';
  }
}
