/**
 * Calls back after `ms`, and answers with what takes the call back. A process that stood still for a while finds its timers and what
 * was said to it meanwhile waiting side by side, and would ring first; so whatever has arrived by then is heard before.
 */
export function setAlarm(ms: number, ring: () => void): () => void {
  let arrivals: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    arrivals = setImmediate(ring);
  }, ms);
  return () => {
    clearTimeout(timer);
    clearImmediate(arrivals);
  };
}
