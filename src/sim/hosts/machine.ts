import type { Clock } from '../../domain/clock.ts';
import type { HostChange, ProductTable } from './contract.ts';
import type { FileSystem } from './files.ts';
import type { Process, Processes } from './processes.ts';

/** What the commands of one host act on. */
export interface Machine {
  readonly name: string;
  readonly clock: Clock;
  readonly files: FileSystem;
  readonly processes: Processes;
  readonly products: ProductTable;
  readonly toolMs: number;
}

/** What a command line belongs to: whoever sent it, and under which tag its effects are recorded. */
export interface Origin {
  readonly user: string;
  readonly tag: string;
  record(change: HostChange, what: string): void;
}

/** Rejects with Killed when the process is killed meanwhile. */
export async function sleepIn(machine: Machine, process: Process, ms: number): Promise<void> {
  if (ms > 0) await machine.clock.sleep(ms, process.abort.signal);
  process.abort.signal.throwIfAborted();
}

/** Waits for work of the outside, such as input that is still to come, unless the process is killed. */
export function orKilled<T>(process: Process, work: Promise<T>): Promise<T> {
  const { signal } = process.abort;
  return new Promise((resolve, reject) => {
    // The reason is always a Killed.
    const stop = () => reject(signal.reason instanceof Error ? signal.reason : new TypeError('killed without a reason'));
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
