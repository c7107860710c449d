import type { FreshCluster, Pace, SimSchedule, SimSide, SimUser, SqlWorldOptions, WorldStart } from './contract.ts';
import { dialectOf, dialects, type SimVersion } from './grammar/dialect.ts';
import { emptyLdr } from './ldr/state/model.ts';
import { pauseJob } from './state/jobs.ts';
import { type Cluster, jobOf, type SimState, type Us, type Users, us, type Vc } from './state/model.ts';
import { completeReplication, startService, stopService } from './state/promotion.ts';
import { refresh, settle } from './state/settle.ts';
import { resolveSource } from './state/source-uri.ts';
import { activeStream, createFromReplication } from './state/streams.ts';
import { addVc } from './state/virtual-clusters.ts';
import { normalizeVariable } from './statements/variables.ts';

const minuteUs = 60_000_000;

/** What an operator of a link needs on either side, by the version's own names, so that roles can be swapped. */
function operatorGrants(version: SimVersion): readonly string[] {
  const { sourcePrivileges, destinationPrivileges } = dialects[version];
  const [source = 'REPLICATION'] = sourcePrivileges;
  const [destination = 'REPLICATION'] = destinationPrivileges;
  return [...new Set(['MANAGEVIRTUALCLUSTER', 'MODIFYCLUSTERSETTING', 'VIEWSYSTEMDATA', 'EXTERNALCONNECTION', source, destination])];
}

const roleOptions = ['CONTROLJOB', 'VIEWJOB'];

/** Users of a world whose options name none. */
export const defaultUsers = (version: SimVersion): readonly SimUser[] => [
  { name: 'ops', password: 'ops-secret', grants: operatorGrants(version), roleOptions },
  { name: 'repl', password: 'repl-secret', grants: [dialects[version].sourcePrivileges[0] ?? 'REPLICATION'], in: 'system' },
  { name: 'root', password: 'root-secret', admin: true },
];

function usersFor(users: readonly SimUser[], side: SimSide, place: 'system' | 'application'): Users {
  const chosen = users.filter((user) => (user.sides ?? [side]).includes(side) && [place, 'both'].includes(user.in ?? 'both'));
  return new Map(
    chosen.map(
      ({ name, password, admin = false, grants = [], grantable = [], roleOptions: options = [], memberOf = [], defaults = {} }) => [
        name,
        {
          name,
          password,
          admin,
          grants: new Set(grants),
          grantable: new Set(grantable),
          roleOptions: new Set(options),
          memberOf: new Set(memberOf),
          defaults: new Map(Object.entries(defaults).map(([key, value]) => [key, normalizeVariable(key, value)])),
        },
      ],
    ),
  );
}

function newCluster(side: SimSide, { names, options, versions }: Genesis, users: Users): Cluster {
  const name = names[side];
  const version = versions[side];
  const dialect = dialectOf(version, options.patch);
  const cluster: Cluster = {
    side,
    name,
    dialect,
    uuid: side === 'primary' ? '6f1c2a58-5a0e-4f0b-9a3e-1d2c3b4a5e6f' : 'c0a8d3e2-77b4-4c19-8e55-9f8e7d6c5b4a',
    users,
    settings: new Map([
      ['version', version],
      ['kv.rangefeed.enabled', 'true'],
      ['cluster.organization', 'Example Corp'],
      ['enterprise.license', 'crl-0-simulated'],
      ...Object.entries(options.settings?.[side] ?? {}),
    ]),
    regions: options.regions?.[side] ?? ['us-east'],
    externalConnections: new Map(),
    vcs: [],
    jobs: [],
    addresses: new Set(),
    certificate: null,
    flat: options.virtualized === false && (side === 'primary' || options.ldr !== undefined),
    outage: null,
    revertStuck: false,
    catchUpStuck: false,
    readerStuck: false,
    corrupt: false,
    nextVcId: 1,
    nextJobId: side === 'primary' ? 899_090_689_449_132_033n : 1_012_877_040_439_033_857n,
  };
  const system = addVc(cluster, 'system', 0);
  const epochs = cluster.flat ? [{ fromUs: 0, writer: cluster.uuid }] : [];
  Object.assign(system, { base: 'ready', service: 'shared', serviceUpUs: Number.NEGATIVE_INFINITY, users, epochs });
  const profiled = !cluster.flat && (side === 'primary' || options.standbyProfile !== false);
  if (dialect.templateVc && profiled) addVc(cluster, 'template', 0).base = 'ready';
  cluster.nextVcId = 3;
  return cluster;
}

export interface Genesis {
  readonly options: SqlWorldOptions;
  readonly pace: Pace;
  readonly virtualCluster: string;
  readonly operator: string;
  readonly versions: Readonly<Record<SimSide, SimVersion>>;
  readonly users: Readonly<Record<SimSide, readonly SimUser[]>>;
  readonly names: Readonly<Record<SimSide, string>>;
}

const nightly: SimSchedule = { label: 'nightly', command: `BACKUP INTO LATEST IN 'external://backups' WITH detached` };

/** The server keeps user and password of a sink to itself, and shows what stands in its query. */
const redactedSink = (sink: string): string => sink.replace(/\/\/[^/@]*@/, '//redacted@');

/** Where the application lives on a virtualized cluster. */
export function addApplication(cluster: Cluster, { options, users, virtualCluster }: Genesis, beginUs: Us): void {
  const vc = addVc(cluster, virtualCluster, beginUs);
  vc.base = 'ready';
  vc.service = 'shared';
  vc.serviceUpUs = Number.NEGATIVE_INFINITY;
  vc.users = usersFor(users[cluster.side], cluster.side, 'application');
  vc.epochs = [{ fromUs: 0, writer: cluster.uuid }];
  vc.schedules = (options.schedules ?? [nightly]).map(({ label, command, recurrence = '@daily', paused }, at) => ({
    id: String(1_083_270_983_425_654_785n + BigInt(at) * 65_536n),
    label,
    command,
    recurrence,
    status: paused === true ? 'PAUSED' : 'ACTIVE',
  }));
  vc.changefeeds = (options.changefeeds ?? []).map(({ tables, sink, paused }, at) => ({
    id: String(879_048_912_734_519_297n + BigInt(at) * 65_536n),
    tables,
    sink: redactedSink(sink),
    owner: 'root',
    status: paused === true ? 'paused' : 'running',
  }));
  cluster.settings.set('server.controller.default_target_cluster', virtualCluster);
}

function removeVc({ vcs }: Cluster, called: string): boolean {
  const at = vcs.findIndex(({ name }) => name === called);
  if (at >= 0) vcs.splice(at, 1);
  return at >= 0;
}

/** What a side is right after it was initialized. */
export function initialize(cluster: Cluster, genesis: Genesis, as: FreshCluster, atUs: Us): void {
  const application = cluster.vcs.some(({ name }) => name === genesis.virtualCluster);
  if (as === 'application' && !application) addApplication(cluster, genesis, atUs);
  if (as !== 'application' && removeVc(cluster, genesis.virtualCluster)) {
    cluster.settings.delete('server.controller.default_target_cluster');
  }
  // Only a profile brings one.
  if (as === 'plain') removeVc(cluster, 'template');
  const system = cluster.vcs.find(({ name }) => name === 'system');
  cluster.flat = as === 'plain' && cluster.side === 'primary';
  if (cluster.flat && system !== undefined) system.epochs = [{ fromUs: 0, writer: cluster.uuid }];
}

/** The state before anything has happened: two clusters, the application on the primary. */
export function createState(genesis: Genesis, beginUs: Us): SimState {
  const { users, options, pace } = genesis;
  const make = (side: SimSide): Cluster => newCluster(side, genesis, usersFor(users[side], side, 'system'));
  const clusters = { primary: make('primary'), standby: make('standby') };
  if (!clusters.primary.flat) addApplication(clusters.primary, genesis, beginUs);

  const state: SimState = {
    clusters,
    pace,
    ldr: emptyLdr(),
    effects: [],
    writable: [],
    promotions: [],
    rates: [{ fromUs: beginUs, perSecond: options.writesPerSecond ?? 100 }],
    linkUp: true,
    settledUs: beginUs,
  };
  refresh(state, beginUs);
  return state;
}

function follow(state: SimState, genesis: Genesis, streamUri: string, atUs: Us): Vc {
  const standby = state.clusters.standby;
  const source = resolveSource(state, standby, streamUri, genesis.virtualCluster);
  const options = { retentionUs: null, expirationUs: null, reader: false };
  const vc = createFromReplication(state, standby, genesis.virtualCluster, source, options, genesis.operator, atUs);
  refresh(state, atUs);
  return vc;
}

function promote(state: SimState, genesis: Genesis, vc: Vc, nowUs: Us): void {
  const { primary, standby } = state.clusters;
  const app = primary.vcs.find((candidate) => candidate.name === genesis.virtualCluster);
  if (app === undefined) throw new TypeError('the primary has no application virtual cluster');
  primary.settings.set('server.controller.default_target_cluster', 'system');
  stopService(state, primary, app, state.settledUs);
  settle(state, nowUs - 20 * minuteUs);
  completeReplication(state, standby, vc, null, state.settledUs);
  settle(state, nowUs - 10 * minuteUs);
  startService(state, vc, 'shared', state.settledUs);
  refresh(state, state.settledUs);
  primary.settings.set('server.controller.default_target_cluster', genesis.virtualCluster);
  standby.settings.set('server.controller.default_target_cluster', genesis.virtualCluster);
}

/** Lets the past happen that leads to where the world starts. */
export function bringTo(start: WorldStart, state: SimState, genesis: Genesis, streamUri: string, nowUs: Us): void {
  if (start !== 'none') followUntil(start, state, genesis, streamUri, nowUs);
  settle(state, nowUs);
}

function followUntil(start: Exclude<WorldStart, 'none'>, state: SimState, genesis: Genesis, streamUri: string, nowUs: Us): void {
  const createdUs = start === 'initializing' ? nowUs - us(genesis.pace.acceptMs) : state.settledUs;
  settle(state, createdUs);
  const vc = follow(state, genesis, streamUri, createdUs);
  if (start === 'paused') {
    settle(state, nowUs - 10 * minuteUs);
    const job = jobOf(state.clusters.standby, activeStream(vc).jobId);
    pauseJob(state, state.clusters.standby, job, 'ALTER VIRTUAL CLUSTER PAUSE REPLICATION', state.settledUs);
  }
  if (start === 'promoted') {
    settle(state, nowUs - 30 * minuteUs);
    promote(state, genesis, vc, nowUs);
  }
}

/** How much past a world needs to be where it starts. */
export const pastUs = (pace: Pace): Us => 60 * minuteUs + us(pace.acceptMs + pace.scanMs + pace.tickMs * 2);
