/** Turns of the event loop in which whatever the timers of the work have set going can come to its end. */
const turns = 100;

/**
 * Whether the work ends before a timer of `ms` that is set now. Both wait in this process, so one that stands still holds up both, and
 * wall time has no say. For work that waits for nothing but its own timers.
 */
export async function endsBefore(work: Promise<unknown>, ms: number): Promise<boolean> {
  const late = async (): Promise<boolean> => {
    await new Promise((resolve) => setTimeout(resolve, ms));
    for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    return false;
  };
  const ended = work.then(
    () => true,
    () => true,
  );
  return Promise.race([ended, late()]);
}
