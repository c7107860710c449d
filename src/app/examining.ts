import type { Clock } from '../domain/clock.ts';
import { isRefusal } from '../domain/refusal.ts';
import type { Finding } from '../domain/reply.ts';
import type { AppDeps } from './deps.ts';
import { readingIo } from './deps.ts';

type Deps = Pick<AppDeps, 'links' | 'engines' | 'policy' | 'clock' | 'observeMs' | 'history'>;

/** Whether the policy can be read and understood: without it, nothing can be changed. */
export async function examinePolicy({ policy }: Pick<AppDeps, 'policy'>): Promise<readonly Finding[]> {
  const shown = await policy.show();
  if (isRefusal(shown)) return [{ name: 'Policy', outcome: 'failed', seen: shown.sentence, next: shown.next }];
  const seen = `Version ${shown.version} of the policy is in force, with ${shown.rules.length} rules and freezes.`;
  return [{ name: 'Policy', outcome: 'passed', seen, next: null }];
}

/** Looks at every link from both sides, and at what its settings leave unproven. */
export async function examineLinks(deps: Deps): Promise<readonly Finding[]> {
  const findings = await Promise.all(
    [...deps.links.values()].map(async (link): Promise<readonly Finding[]> => {
      const engine = deps.engines.get(link.engine);
      const name = `Link ${link.id}`;
      if (engine === undefined) {
        return [
          {
            name,
            outcome: 'failed',
            seen: `No engine of this bot is called ${link.engine}.`,
            next: 'Mend the engine of the link in the config.',
          },
        ];
      }
      const cautions = engine
        .cautions(link)
        .map((seen): Finding => ({ name, outcome: 'warned', seen, next: 'Mend it in the config of the link.' }));
      const { health, headline } = await engine.observe(link, readingIo(deps, link.id));
      const outcome = health === 'healthy' ? 'passed' : health === 'degraded' ? 'warned' : 'failed';
      const next = outcome === 'passed' ? null : `Look at it with describe ${link.id}.`;
      return [{ name, outcome, seen: headline, next }, ...cautions];
    }),
  );
  return findings.flat();
}

/** The canary: whether this worker still looks for due runs. */
export async function examineWorker(lastSweepAt: () => number, clock: Clock, silentAfterMs: number): Promise<readonly Finding[]> {
  const age = clock.monotonic() - lastSweepAt();
  const seconds = Math.round(age / 1_000);
  return age > silentAfterMs
    ? [
        {
          name: 'Worker',
          outcome: 'failed',
          seen: `This worker last looked for due runs ${seconds} s ago.`,
          next: 'Restart the bot; other workers go on.',
        },
      ]
    : [{ name: 'Worker', outcome: 'passed', seen: `This worker looked for due runs ${seconds} s ago.`, next: null }];
}
