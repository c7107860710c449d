import type { Clock } from '../domain/clock.ts';

/** Names one call, so that its re-send is recognised. Differs between processes and starts, even of workers that share a name. */
export type NewCallName = () => string;

export function createCallNames(worker: string, clock: Clock): NewCallName {
  const start = `${worker}/${process.pid}/${clock.now()}`;
  let calls = 0;
  return () => {
    calls += 1;
    return `${start}/${calls}`;
  };
}
