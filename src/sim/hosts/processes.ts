import type { ProcessTruth } from './contract.ts';

/** One process of a host. It goes on when the client that asked for it has gone. */
export interface Process {
  readonly pid: number;
  /** A signal to a session reaches every process of its group. */
  readonly group: number;
  readonly env: ReadonlyMap<string, string>;
  readonly command: string;
  readonly abort: AbortController;
  /** Ignores TERM. */
  stubborn: boolean;
}

/** Thrown through a command whose process was killed. */
export class Killed extends Error {
  override readonly name = 'Killed';
  readonly signal: string;
  constructor(signal: string) {
    super(`killed by ${signal}`);
    this.signal = signal;
  }
}

export interface Processes {
  start(of: { readonly env: ReadonlyMap<string, string>; readonly command: string; readonly group: number | null }): Process;
  end(process: Process): void;
  find(pid: number): Process | null;
  all(): readonly Process[];
  kill(process: Process, signal: string): void;
  killGroup(group: number, signal: string): void;
  truth(): readonly ProcessTruth[];
}

export function createProcesses(): Processes {
  const live = new Map<number, Process>();
  let last = 1_000;
  const kill = (process: Process, signal: string): void => {
    if (process.stubborn && signal !== 'KILL') return;
    process.abort.abort(new Killed(signal));
  };
  return {
    start: ({ env, command, group }) => {
      last += 1;
      const process: Process = { pid: last, group: group ?? last, env, command, abort: new AbortController(), stubborn: false };
      live.set(last, process);
      return process;
    },
    end: (process) => void live.delete(process.pid),
    find: (pid) => live.get(pid) ?? null,
    all: () => [...live.values()],
    kill,
    killGroup: (group, signal) => {
      for (const process of live.values()) if (process.group === group) kill(process, signal);
    },
    truth: () => [...live.values()].map(({ pid, command, env }) => ({ pid, command, env: Object.fromEntries(env) })),
  };
}
