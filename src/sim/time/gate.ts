/** A gate that is open until it is shut; those who wait pass when it opens. */
export interface Gate {
  shut(): void;
  open(): void;
  pass(signal: AbortSignal): Promise<void>;
}

export function createGate(): Gate {
  let closed = false;
  const waiting = new Set<() => void>();
  return {
    shut: () => {
      closed = true;
    },
    open: () => {
      closed = false;
      for (const wake of waiting) wake();
      waiting.clear();
    },
    pass: async (signal) => {
      while (closed && !signal.aborted) {
        await new Promise<void>((resolve) => {
          waiting.add(resolve);
          signal.addEventListener('abort', () => resolve(), { once: true });
        });
      }
    },
  };
}
