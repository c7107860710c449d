import type { Finding } from '../domain/reply.ts';
import { examineWatch } from './examining.ts';
import type { Glance } from './ports.ts';
import { createWatcher, type WatcherDeps } from './watcher.ts';

/** Everything that one bot process does to keep an eye on links. */
export interface Watch {
  start(): void;
  stop(): Promise<void>;
  /** For `/repl doctor`. */
  examine(): Promise<readonly Finding[]>;
  /** The newest look at each link that was looked at at all, by whichever bot, with its age in ms. */
  numbers(): Promise<readonly (Glance & { readonly link: string; readonly ageMs: number })[]>;
}

export function createWatch(deps: WatcherDeps): Watch {
  const { store, clock, pace } = deps;
  const links = [...deps.links.keys()];
  const watcher = createWatcher(deps);
  const begunAt = clock.monotonic();
  return {
    start: watcher.start,
    stop: watcher.stop,
    examine: () => examineWatch({ watcher, store, links, clock, pace, begunAt }),
    numbers: async () => {
      const glances = await store.glances(links);
      return links.flatMap((link, index) => {
        const glance = glances[index] ?? null;
        return glance === null ? [] : [{ ...glance, link, ageMs: Math.max(0, clock.now() - glance.at) }];
      });
    },
  };
}
