import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { type Clock, systemClock } from '../domain/clock.ts';
import { type Pace, type SimVersion, type SqlWorld, startSqlWorld } from './cockroach/sql-world.ts';
import type { Workspace } from './slack/contract.ts';
import type { Timing } from './slack/options.ts';
import { startWorkspace } from './slack/workspace.ts';

export interface LinkSpec {
  readonly id: string;
  readonly environment: string;
  readonly description: string;
  readonly version: SimVersion;
}

export interface WorldOptions {
  readonly clock?: Clock;
  /** Durations of the databases; the real ones unless given. */
  readonly pace?: Partial<Pace>;
  readonly timing?: Partial<Timing>;
  readonly links?: readonly LinkSpec[];
  /** Port of the workspace's page; 0 or absent takes any free one. */
  readonly port?: number;
  /** Port on which the bot will listen for Slack's requests; Socket Mode when left out. */
  readonly httpPort?: number;
  /** Changes the config before it is written, e.g. to plant a rule. */
  readonly shape?: (config: WorldConfig) => WorldConfig;
}

/** The config file as data; what `replops.schema.json` describes. */
export type WorldConfig = Record<string, unknown>;

/** A Slack workspace and database clusters on loopback, and all that a bot needs to be pointed at them. */
export interface World {
  readonly workspace: Workspace;
  /** By link. */
  readonly sql: Readonly<Record<string, SqlWorld>>;
  readonly config: WorldConfig;
  readonly configPath: string;
  /** Environment for the bot, without `REDIS_URL`. Its secrets are those of the simulated world. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export const worldLinks: readonly LinkSpec[] = [
  { id: 'prod-sql', environment: 'production', description: 'Orders and payments, Frankfurt to Dublin', version: '26.2' },
  { id: 'prod-ledger', environment: 'production', description: 'The ledger, Frankfurt to Dublin', version: '24.3' },
  { id: 'staging-sql', environment: 'staging', description: 'A copy of orders for trying things out', version: '25.2' },
];

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
  const started = await Promise.all(specs.map(async (spec) => [spec.id, await startSql(spec, clock, options.pace)] as const));
  const sql = Object.fromEntries(started);
  const shape = options.shape ?? ((config: WorldConfig) => config);
  const config = shape(configOf(workspace, specs, sql));
  const folder = await mkdtemp(join(tmpdir(), 'replops-world-'));
  const configPath = join(folder, 'replops.yaml');
  await writeFile(configPath, stringify(config));
  return {
    workspace,
    sql,
    config,
    configPath,
    env: environmentOf(workspace, specs, sql, configPath, options.httpPort),
    close: async () => {
      await Promise.all([workspace.close(), ...Object.values(sql).map((world) => world.close())]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The app is installed as its manifest says, so that a scope that is missing there is missed here too. */
function readManifest(): { readonly scopes: readonly string[]; readonly subscriptions: readonly string[] } {
  const manifest = parse(readFileSync(new URL('../../manifest.yml', import.meta.url), 'utf8'));
  return { scopes: manifest.oauth_config.scopes.bot, subscriptions: manifest.settings.event_subscriptions.bot_events };
}

/** External connections of the simulated clusters: the primary has the one that leads to the standby, and the other way round. */
const leadsToStandby = 'to-standby';
const leadsToPrimary = 'to-primary';

const startSql = (spec: LinkSpec, clock: Clock, pace: Partial<Pace> | undefined): Promise<SqlWorld> =>
  startSqlWorld({
    version: spec.version,
    clock,
    names: { primary: `${spec.id}-frankfurt`, standby: `${spec.id}-dublin` },
    externalConnections: { primary: leadsToStandby, standby: leadsToPrimary },
    ...(pace === undefined ? {} : { pace }),
  });

/** Who may do what in the simulated world. */
const policyPath = fileURLToPath(new URL('./policy.yaml', import.meta.url));

const passwordName = (id: string, side: 'primary' | 'standby'): string =>
  `${id.replaceAll('-', '_').toUpperCase()}_${side.toUpperCase()}_PASSWORD`;

function configOf(workspace: Workspace, specs: readonly LinkSpec[], sql: Readonly<Record<string, SqlWorld>>): WorldConfig {
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
      engine: 'cockroach-pcr',
      environment: spec.environment,
      description: spec.description,
      incidentChannels: spec.environment === 'production' ? [channels['incidents']] : [],
      redirect: {
        kind: 'manual',
        instructions: `Point ${spec.id}.db.example.com at the new primary's load balancer, then restart the connection pools of the applications.`,
      },
      settings: settingsOf(spec.id, sql[spec.id]),
    })),
  };
}

function settingsOf(id: string, world: SqlWorld | undefined): WorldConfig {
  if (world === undefined) throw new TypeError(`link ${id} has no databases`);
  const side = (name: 'primary' | 'standby'): WorldConfig => {
    const { cluster, host, port, user } = world[name];
    return { cluster, host, port, user, password: `env:${passwordName(id, name)}`, tls: { mode: 'disable' } };
  };
  return {
    virtualCluster: world.virtualCluster,
    primary: side('primary'),
    standby: side('standby'),
    streams: { toPrimary: { externalConnection: leadsToStandby }, toStandby: { externalConnection: leadsToPrimary } },
  };
}

function environmentOf(
  workspace: Workspace,
  specs: readonly LinkSpec[],
  sql: Readonly<Record<string, SqlWorld>>,
  configPath: string,
  httpPort: number | undefined,
): Readonly<Record<string, string>> {
  const passwords = specs.flatMap(({ id }) =>
    (['primary', 'standby'] as const).map((side) => [passwordName(id, side), sql[id]?.[side].password ?? ''] as const),
  );
  return {
    REPLOPS_CONFIG: configPath,
    SLACK_BOT_TOKEN: workspace.botToken,
    ...(httpPort === undefined
      ? { SLACK_APP_TOKEN: workspace.appToken }
      : { SLACK_SIGNING_SECRET: workspace.signingSecret, PORT: String(httpPort) }),
    SLACK_API_URL: workspace.apiUrl,
    ...Object.fromEntries(passwords),
  };
}
