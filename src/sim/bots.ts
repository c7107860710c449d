import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const mainUrl = new URL('../main.ts', import.meta.url);

/** A bot in a process of its own, as it would be in production. */
export interface BotProcess {
  readonly pid: number;
  readonly name: string;
  /** Everything that it has printed. */
  output(): string;
  /** Resolves when it says that it is ready; rejects when it ends before that. */
  ready(): Promise<void>;
  signal(name: NodeJS.Signals): void;
  /** Resolves when the process is gone. */
  gone(): Promise<void>;
  /** Ends it in good order; with force after `graceMs`. */
  stop(graceMs?: number): Promise<void>;
}

export interface BotProcessOptions {
  readonly onLine?: (line: string) => void;
  /** Another main than `src/main.ts`: TypeScript, or compiled. */
  readonly main?: URL;
}

/** Starts a bot with exactly this environment, plus PATH and HOME. */
export function startBot(name: string, env: Readonly<Record<string, string>>, options: BotProcessOptions = {}): BotProcess {
  const { PATH = '', HOME = '' } = inherited();
  const main = fileURLToPath(options.main ?? mainUrl);
  const child = spawn(process.execPath, [...(main.endsWith('.ts') ? ['--import', 'tsx'] : []), main], {
    env: { PATH, HOME, ...env, REPLOPS_WORKER: name },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines = collect(child, options.onLine ?? (() => {}));
  const gone = once(child, 'exit').then(() => undefined);
  const endWithParent = (): void => void child.kill('SIGKILL');
  process.once('exit', endWithParent);
  void gone.then(() => process.removeListener('exit', endWithParent));
  return {
    pid: child.pid ?? -1,
    name,
    output: () => lines.text(),
    ready: () => Promise.race([lines.seen('"event":"bot.ready"'), gone.then(() => endedEarly(name, lines.text()))]),
    signal: (signal) => void child.kill(signal),
    gone: () => gone,
    stop: async (graceMs = 10_000) => {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await gone;
      clearTimeout(timer);
    },
  };
}

const endedEarly = (name: string, text: string): never => {
  throw new TypeError(`bot ${name} ended before it was ready:\n${text.slice(-2_000)}`);
};

/** The simulated world hands its own surroundings on: where programs are found, nothing else. */
function inherited(): { readonly PATH?: string; readonly HOME?: string } {
  const { PATH, HOME } = process.env;
  return { ...(PATH === undefined ? {} : { PATH }), ...(HOME === undefined ? {} : { HOME }) };
}

function collect(child: ChildProcess, onLine: (line: string) => void) {
  let text = '';
  let rest = '';
  const waiting: { readonly part: string; readonly resolve: () => void }[] = [];
  const take = (chunk: Buffer): void => {
    text += chunk.toString();
    rest += chunk.toString();
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
    for (const { part, resolve } of waiting) if (text.includes(part)) resolve();
  };
  child.stdout?.on('data', take);
  child.stderr?.on('data', take);
  return {
    text: () => text,
    seen: (part: string): Promise<void> =>
      text.includes(part) ? Promise.resolve() : new Promise((resolve) => void waiting.push({ part, resolve })),
  };
}
