import { cruise, type ICruiseResult, type IModule } from 'dependency-cruiser';
import { beforeAll, describe, expect, it } from 'vitest';

/** Who may import whom, as DESIGN says. A room is a folder of `src`, a file there, or `commands`. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  commands: ['intents', 'domain', 'app.ts'],
  domain: [],
  intents: ['domain'],
  policy: ['domain'],
  runs: ['domain', 'policy', 'engines/engine.ts'],
  engines: ['domain', 'engines/engine.ts', 'transports'],
  transports: ['domain'],
  config: ['domain'],
  telemetry: ['domain'],
  incidents: ['domain', 'runs', 'engines/engine.ts'],
  watch: ['domain', 'runs', 'engines/engine.ts'],
  store: ['domain', 'runs/ports.ts', 'watch', 'policy/store.ts', 'slack/inbox-port.ts'],
  app: ['domain', 'intents', 'policy', 'runs', 'watch', 'incidents', 'engines/engine.ts', 'app.ts'],
  'app.ts': ['domain', 'intents', 'policy', 'runs', 'incidents', 'app'],
  slack: ['domain', 'app.ts', 'incidents', 'watch', 'runs/ports.ts'],
  sim: ['domain'],
};

/** The files that put the house together; they may import everything named here. */
const composers: Readonly<Record<string, (target: string) => boolean>> = {
  'src/engines/registry.ts': (target) => /^src\/(domain|engines|transports)\//.test(target),
  'src/bot.ts': (target) => !target.startsWith('src/sim/'),
  'src/assemble.ts': (target) => !target.startsWith('src/sim/'),
  'src/main.ts': (target) => !target.startsWith('src/sim/'),
  'src/sim/main.ts': () => true,
  'src/sim/demo.ts': () => true,
  'src/sim/world.ts': () => true,
};

/** Packages that belong to one room. */
const owners: readonly { readonly packages: RegExp; readonly room: string }[] = [
  { packages: /node_modules\/(pg|neo4j-driver|ssh2)\//, room: 'transports' },
  { packages: /node_modules\/(ioredis|bullmq)\//, room: 'store' },
  { packages: /node_modules\/@slack\//, room: 'slack' },
  { packages: /node_modules\/(pino|prom-client)\//, room: 'telemetry' },
];

const roomOf = (path: string): string => (path.startsWith('commands/') ? 'commands' : (path.replace(/^src\//, '').split('/')[0] ?? path));
const isOurs = (path: string): boolean => path.startsWith('src/') || path.startsWith('commands/');

/** `engines/cockroach` holds what two engines share, `engines/hosts` and `engines/frame` what any may use; every engine is on its own beside. */
const engineOf = (path: string): string | null => /^src\/engines\/([^/]+)\//.exec(path)?.[1] ?? null;

function permitted(from: string, to: string): boolean {
  const composer = composers[from];
  if (composer !== undefined) return composer(to);
  const [a, b] = [engineOf(from), engineOf(to)];
  if (a !== null && b !== null && a !== b) return b === 'hosts' || b === 'frame' || (b === 'cockroach' && a.startsWith('cockroach-'));
  if (roomOf(from) === roomOf(to) && roomOf(from) !== 'engines') return true;
  if (a !== null && a === b) return true;
  return (mayImport[roomOf(from)] ?? []).some((room) => to === `src/${room}` || roomOf(to) === room);
}

describe('the rooms of the house', () => {
  let modules: readonly IModule[] = [];

  beforeAll(async () => {
    const { output } = await cruise(['src', 'commands'], {
      tsPreCompilationDeps: true,
      tsConfig: { fileName: 'tsconfig.json' },
      doNotFollow: { path: 'node_modules' },
      ruleSet: {
        forbidden: [
          { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
        ],
      },
      validate: true,
    });
    modules = (output as ICruiseResult).modules.filter((module) => isOurs(module.source));
  }, 60_000);

  it('are all looked at', () => {
    expect(modules.length).toBeGreaterThan(250);
  });

  it('import only what the table permits', () => {
    const breaches = modules.flatMap((module) =>
      module.dependencies
        .filter(({ resolved }) => isOurs(resolved) && !permitted(module.source, resolved))
        .map(({ resolved }) => `${module.source} → ${resolved}`),
    );
    expect(breaches).toEqual([]);
  });

  it('keep their drivers to themselves', () => {
    const breaches = modules.flatMap((module) =>
      module.dependencies.flatMap(({ resolved }) =>
        owners
          .filter(({ packages, room }) => packages.test(resolved) && roomOf(module.source) !== room && roomOf(module.source) !== 'sim')
          .map(() => `${module.source} → ${resolved}`),
      ),
    );
    expect(breaches).toEqual([]);
  });

  it('have no cycles of values', () => {
    const cycles = modules.flatMap((module) =>
      module.dependencies
        .filter((dependency) => (dependency.rules ?? []).some((rule) => rule.name === 'no-cycle'))
        .map(({ resolved }) => `${module.source} → ${resolved}`),
    );
    expect(cycles).toEqual([]);
  });
});
