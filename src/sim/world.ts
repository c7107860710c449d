import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { type Clock, systemClock } from '../domain/clock.ts';
import type { LdrWorld } from './cockroach/ldr/ldr-contract.ts';
import type { Pace, SqlWorld } from './cockroach/sql-world.ts';
import type { GraphPace, GraphWorld } from './neo4j/contract.ts';
import { type RedirectHook, startRedirectHook } from './redirect-hook.ts';
import type { Workspace } from './slack/contract.ts';
import type { Timing } from './slack/options.ts';
import { startWorkspace } from './slack/workspace.ts';
import { type GraphSpec, type GraphStage, startGraphStage } from './stages/graph.ts';
import { type LdrSpec, type LdrStage, startLdrStage } from './stages/ldr.ts';
import { type PcrSpec, type PcrStage, startPcrStage } from './stages/pcr.ts';
import type { ConfigPart, Stage } from './stages/stage.ts';
import { startTigerStage, type TigerSpec, type TigerStage } from './stages/tigergraph.ts';
import type { TigerPace, TigerWorld } from './tigergraph/contract.ts';

/** A link of the simulated world: what the config says of it, and its databases. */
export type LinkSpec = {
  readonly id: string;
  readonly environment: string;
  readonly description: string;
  /** People move the traffic unless a hook does. */
  readonly redirect?: 'hook';
} & (PcrSpec | LdrSpec | GraphSpec | TigerSpec);

export interface WorldOptions {
  readonly clock?: Clock;
  /** Durations of CockroachDB, of Neo4j and of TigerGraph; the real ones unless given. */
  readonly pace?: Partial<Pace>;
  readonly graphPace?: Partial<GraphPace>;
  readonly tigerPace?: Partial<TigerPace>;
  readonly timing?: Partial<Timing>;
  readonly links?: readonly LinkSpec[];
  /** Port of the workspace's page; 0 or absent takes any free one. */
  readonly port?: number;
  /** Port on which the bot will listen for Slack's requests; Socket Mode when left out. */
  readonly httpPort?: number;
  /** Time between two looks of the watch, as the config spells it; the usual one when left out. */
  readonly watchEvery?: string;
  /** Changes the config before it is written, e.g. to plant a rule. */
  readonly shape?: (config: ConfigPart) => ConfigPart;
}

/** A Slack workspace and database clusters on loopback, and all that a bot needs to be pointed at them. */
export interface World {
  readonly workspace: Workspace;
  /** By link. */
  readonly stages: Readonly<Record<string, AnyStage>>;
  /** The clusters of the links with physical replication. */
  readonly sql: Readonly<Record<string, SqlWorld>>;
  /** The clusters of the links with logical replication. */
  readonly ldr: Readonly<Record<string, LdrWorld>>;
  /** The clusters of the links with graphs. */
  readonly graphs: Readonly<Record<string, GraphWorld>>;
  /** The clusters of the links with TigerGraph. */
  readonly tigers: Readonly<Record<string, TigerWorld>>;
  /** Moves the traffic of links that have a hook for it. */
  readonly hook: RedirectHook;
  readonly config: ConfigPart;
  readonly configPath: string;
  /** Environment for the bot, without `REDIS_URL`. Its secrets are those of the simulated world. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export const worldLinks: readonly LinkSpec[] = [
  {
    id: 'prod-sql',
    engine: 'cockroach-pcr',
    environment: 'production',
    description: 'Orders and payments, Frankfurt to Dublin',
    version: '26.2',
  },
  {
    id: 'prod-graph',
    engine: 'neo4j-ccdr',
    environment: 'production',
    description: 'Who knows whom, Frankfurt to Dublin',
    version: '2026.07.1',
  },
  {
    id: 'prod-social',
    engine: 'tigergraph-crr',
    environment: 'production',
    description: 'Feeds and follows, Frankfurt to Dublin',
    // The first that tells its lag itself, so that the first look at the demo is whole.
    version: '4.3.0',
  },
  {
    id: 'prod-shop',
    engine: 'cockroach-ldr',
    environment: 'production',
    description: 'Carts and stock, both ways between Frankfurt and Dublin',
    version: '25.4',
    direction: 'bidirectional',
  },
  {
    id: 'prod-ledger',
    engine: 'cockroach-pcr',
    environment: 'production',
    description: 'The ledger, Frankfurt to Dublin',
    version: '24.3',
  },
  {
    id: 'staging-sql',
    engine: 'cockroach-pcr',
    environment: 'staging',
    description: 'A copy of orders for trying things out',
    version: '25.2',
    redirect: 'hook',
  },
];

type AnyStage = PcrStage | LdrStage | GraphStage | TigerStage;

function startStage(spec: LinkSpec, clock: Clock, { pace, graphPace, tigerPace }: WorldOptions): Promise<AnyStage> {
  switch (spec.engine) {
    case 'cockroach-pcr':
      return startPcrStage(spec.id, spec, clock, pace);
    case 'cockroach-ldr':
      return startLdrStage(spec.id, spec, clock, pace);
    case 'neo4j-ccdr':
      return startGraphStage(spec.id, spec, clock, graphPace);
    case 'tigergraph-crr':
      return startTigerStage(spec.id, spec, clock, tigerPace);
  }
}

/** Starts the whole simulated world. Close it to end all of its servers. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const clock = options.clock ?? systemClock;
  const specs = options.links ?? worldLinks;
  const { scopes, subscriptions } = readManifest();
  const workspace = await startWorkspace({
    scopes,
    subscriptions,
    delivery:
      options.httpPort === undefined
        ? 'socket'
        : { http: `http://127.0.0.1:${options.httpPort}/slack/events`, signingSecret: 'a-signing-secret-of-the-simulated-world' },
    clock,
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.timing === undefined ? {} : { timing: options.timing }),
  });
  const started = await Promise.all(specs.map(async (spec) => [spec.id, await startStage(spec, clock, options)] as const));
  const stages: Readonly<Record<string, AnyStage>> = Object.fromEntries(started);
  const hook = await startRedirectHook(Object.fromEntries(specs.map(({ id }) => [id, `${id}-frankfurt`])));
  const shape = options.shape ?? ((config: ConfigPart) => config);
  const config = shape({
    ...configOf(workspace, specs, stages, hook),
    ...(options.watchEvery === undefined ? {} : { watch: { every: options.watchEvery } }),
  });
  const folder = await mkdtemp(join(tmpdir(), 'replops-world-'));
  const configPath = join(folder, 'replops.yaml');
  await writeFile(configPath, stringify(config));
  return {
    workspace,
    stages,
    hook,
    sql: Object.fromEntries(started.flatMap(([id, stage]) => (stage.engine === 'cockroach-pcr' ? [[id, stage.world]] : []))),
    ldr: Object.fromEntries(started.flatMap(([id, stage]) => (stage.engine === 'cockroach-ldr' ? [[id, stage.world]] : []))),
    graphs: Object.fromEntries(started.flatMap(([id, stage]) => (stage.engine === 'neo4j-ccdr' ? [[id, stage.world]] : []))),
    tigers: Object.fromEntries(started.flatMap(([id, stage]) => (stage.engine === 'tigergraph-crr' ? [[id, stage.world]] : []))),
    config,
    configPath,
    env: { ...environmentOf(workspace, stages, configPath, options.httpPort), [hookSecret]: hook.authorization },
    close: async () => {
      await Promise.all([workspace.close(), hook.close(), ...Object.values(stages).map((stage) => stage.close())]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The app is installed as its manifest says, so that a scope that is missing there is missed here too. */
function readManifest(): { readonly scopes: readonly string[]; readonly subscriptions: readonly string[] } {
  const manifest = parse(readFileSync(new URL('../../manifest.yml', import.meta.url), 'utf8'));
  return { scopes: manifest.oauth_config.scopes.bot, subscriptions: manifest.settings.event_subscriptions.bot_events };
}

/** Who may do what in the simulated world. */
const policyPath = fileURLToPath(new URL('./policy.yaml', import.meta.url));

const hookSecret = 'REDIRECT_HOOK_AUTHORIZATION';

function redirectOf({ id, redirect }: LinkSpec, hook: RedirectHook): ConfigPart {
  const instructions = `Point ${id}.db.example.com at the new primary's load balancer, then restart the connection pools of the applications.`;
  return redirect === 'hook'
    ? { kind: 'hook', url: hook.url, authorization: `env:${hookSecret}`, instructions }
    : { kind: 'manual', instructions };
}

function configOf(
  workspace: Workspace,
  specs: readonly LinkSpec[],
  stages: Readonly<Record<string, Stage>>,
  hook: RedirectHook,
): ConfigPart {
  const { channels, groups, people } = workspace.ids;
  const person = (name: string): string => people[name] ?? name;
  return {
    groups: {
      dba: { usergroup: groups['dba'], people: [person('bob'), person('chloe')] },
      'incident-commanders': { usergroup: groups['incident-command'], people: [person('iris')] },
      engineers: { usergroup: null, people: ['ana', 'bob', 'chloe', 'iris'].map(person) },
    },
    policy: { seed: policyPath },
    // Several bots on one machine: each takes any free port.
    health: { port: 0 },
    links: specs.map((spec) => ({
      id: spec.id,
      engine: spec.engine,
      environment: spec.environment,
      description: spec.description,
      incidentChannels: spec.environment === 'production' ? [channels['incidents']] : [],
      redirect: redirectOf(spec, hook),
      settings: stages[spec.id]?.settings,
    })),
  };
}

function environmentOf(
  workspace: Workspace,
  stages: Readonly<Record<string, Stage>>,
  configPath: string,
  httpPort: number | undefined,
): Readonly<Record<string, string>> {
  return {
    REPLOPS_CONFIG: configPath,
    SLACK_BOT_TOKEN: workspace.botToken,
    ...(httpPort === undefined
      ? { SLACK_APP_TOKEN: workspace.appToken }
      : { SLACK_SIGNING_SECRET: workspace.signingSecret, PORT: String(httpPort) }),
    SLACK_API_URL: workspace.apiUrl,
    ...Object.assign({}, ...Object.values(stages).map(({ secrets }) => secrets)),
  };
}
