import type { GraphPace, GraphWorldOptions, SimSide, SimUser, Topology } from './contract.ts';
import { releaseOf } from './release.ts';
import { newCopy } from './state/copies.ts';
import { blank, setAccess } from './state/databases.ts';
import {
  application,
  type Cluster,
  type Database,
  type Grant,
  type Ms,
  newId,
  type Server,
  type SimState,
  type User,
} from './state/model.ts';
import { createReplica, promoteReplica } from './state/replicas.ts';
import { refresh, settle } from './state/settle.ts';

const minuteMs = 60_000;

export interface Genesis {
  readonly options: GraphWorldOptions;
  readonly pace: GraphPace;
  readonly database: string;
  readonly replica: string;
  readonly topology: Topology;
  readonly users: readonly SimUser[];
  readonly operator: string;
  readonly names: Readonly<Record<SimSide, string>>;
}

/** Users of a world whose options name none. */
export const defaultUsers: readonly SimUser[] = [
  { name: 'ops', password: 'ops-secret', roles: ['admin'] },
  { name: 'viewer', password: 'viewer-secret', roles: ['viewer'], grants: ['SHOW SERVERS ON DBMS', 'ACCESS ON DATABASE *'] },
  { name: 'nobody', password: 'nobody-secret', roles: [] },
];

const roleOf = ({ name, roles, grants }: SimUser): string | null =>
  grants === undefined ? null : (roles?.find((role) => role !== 'admin') ?? `${name}_role`);

function usersFor(users: readonly SimUser[], side: SimSide): Map<string, User> {
  const chosen = users.filter((user) => (user.sides ?? [side]).includes(side));
  return new Map(
    chosen.map((user) => {
      const own = roleOf(user);
      const roles = [...new Set([...(user.roles ?? []), ...(own === null ? [] : [own])])];
      const expired = user.passwordExpired ?? false;
      return [user.name, { name: user.name, password: user.password, roles, expired, wrongTries: 0, lockedUntilMs: 0 }];
    }),
  );
}

/** Those of the users' roles, and what the application needs of its database; null: there is none, so nothing can be granted on it. */
function grantsFor(users: readonly SimUser[], side: SimSide, database: string | null): Grant[] {
  const ofUsers = users
    .filter((user) => (user.sides ?? [side]).includes(side))
    .flatMap((user) => (user.grants ?? []).map((text) => ({ role: roleOf(user) ?? '', text: `GRANT ${text}`, scope: null })));
  if (database === null) return ofUsers;
  const quoted = `\`${database}\``;
  return [
    ...ofUsers,
    { role: 'orders_app', text: `GRANT ACCESS ON DATABASE ${quoted}`, scope: database },
    { role: 'orders_app', text: `GRANT MATCH {*} ON GRAPH ${quoted} NODE *`, scope: database },
    { role: 'orders_app', text: `GRANT WRITE ON GRAPH ${quoted}`, scope: database },
  ];
}

const firstPorts: Readonly<Record<SimSide, number>> = { primary: 6000, standby: 6010 };

function serversFor(side: SimSide, count: number): readonly Server[] {
  const letter = side === 'primary' ? 'a' : 'b';
  return Array.from({ length: count }, (_, index) => ({
    id: `${letter === 'a' ? '8512c9b9' : '25a7efc7'}-d063-44b8-bdee-${String(index + 1).padStart(12, '0')}`,
    name: `${letter}${index + 1}`,
    address: '',
    port: 0,
    replication: `127.0.0.1:${firstPorts[side] + index}`,
    state: 'Enabled',
    modeConstraint: 'NONE',
    up: true,
    failing: false,
  }));
}

function newCluster(genesis: Genesis, side: SimSide): Cluster {
  const { options, users, names } = genesis;
  const name = side === 'primary' ? genesis.database : genesis.replica;
  const version = typeof options.version === 'string' ? options.version : options.version[side];
  const grants = grantsFor(users, side, side === 'standby' && options.start === 'none' ? null : name);
  return {
    side,
    name: names[side],
    uuid: side === 'primary' ? '6f1c2a58-5a0e-4f0b-9a3e-1d2c3b4a5e6f' : 'c0a8d3e2-77b4-4c19-8e55-9f8e7d6c5b4a',
    release: releaseOf(version),
    edition: options.edition?.[side] ?? 'enterprise',
    servers: serversFor(side, options.servers?.[side] ?? 3),
    databases: [],
    aliases: new Map(),
    users: usersFor(users, side),
    roles: new Set(['admin', 'PUBLIC', 'orders_app', ...grants.map(({ role }) => role)]),
    grants,
    settings: new Map([
      ['dbms.max_databases', '100'],
      ['dbms.routing.reads_on_primaries_enabled', 'true'],
      ['dbms.ssl.policy.cluster.client_auth', 'REQUIRE'],
      ['dbms.ssl.policy.cluster.enabled', 'true'],
      ['dbms.ssl.policy.cluster.trust_all', 'false'],
      ['initial.dbms.default_database', name],
      ['db.cluster.catchup.pull_interval', '1s'],
    ]),
    dumps: [],
    stragglers: [],
    outage: null,
    ledBy: null,
    electionStuck: false,
    copyStuck: false,
    catchUpStuck: false,
    corrupt: false,
    systemTx: 100,
  };
}

/** An id of the application's first transaction. */
const usualFirstTx = 48_000n;

function bornOnline(state: SimState, cluster: Cluster, genesis: Genesis, atMs: Ms): Database {
  const { primaries, secondaries } = genesis.topology;
  const copies = cluster.servers
    .slice(0, primaries + secondaries)
    .map(({ id }, index) => newCopy(id, index < primaries ? 'primary' : 'secondary', false, 'online'));
  const database: Database = {
    ...blank(state, genesis.database, genesis.topology, atMs),
    copies,
    lineage: application,
    firstTx: genesis.options.firstTx ?? usualFirstTx,
  };
  database.segments.push({ fromMs: atMs, base: 0, perSecond: 0 });
  database.writer = copies[0]?.serverId ?? null;
  cluster.databases.push(database);
  return database;
}

/** The state before anything has happened: two clusters, the application on the primary. */
export function createState(genesis: Genesis, beginMs: Ms): SimState {
  const state: SimState = {
    clusters: { primary: newCluster(genesis, 'primary'), standby: newCluster(genesis, 'standby') },
    pace: genesis.pace,
    effects: [],
    writable: [],
    promotions: [],
    graves: [],
    writesPerSecond: genesis.options.writesPerSecond ?? 10,
    linkUp: true,
    settledMs: beginMs,
    nextId: 0,
  };
  newId(state, 'world');
  bornOnline(state, state.clusters.primary, genesis, beginMs);
  refresh(state, beginMs);
  return state;
}

function follow(state: SimState, genesis: Genesis, atMs: Ms): Database {
  settle(state, atMs);
  const addresses = state.clusters.primary.servers.slice(0, genesis.topology.primaries).map(({ replication }) => replication);
  const options = { replicaConfig: { remote: genesis.database, addresses } };
  const request = { name: genesis.replica, wanted: genesis.topology, remote: genesis.database, addresses, pullUri: null, options };
  const replica = createReplica(state, state.clusters.standby, request, false, atMs);
  refresh(state, atMs);
  return replica;
}

function promote(state: SimState, nowMs: Ms, replica: Database): void {
  settle(state, nowMs - 20 * minuteMs);
  const [source] = state.clusters.primary.databases;
  if (source !== undefined) setAccess(state, source, 'read-only', state.settledMs);
  settle(state, nowMs - 10 * minuteMs);
  promoteReplica(state, state.clusters.standby, replica, null, state.settledMs);
  refresh(state, state.settledMs);
}

/** Lets the past happen that leads to where the world starts. */
export function bringTo(state: SimState, genesis: Genesis, nowMs: Ms): void {
  const { start = 'replicating' } = genesis.options;
  if (start === 'creating') follow(state, genesis, nowMs);
  if (start === 'replicating' || start === 'promoted') {
    // A replica is never as old as what it follows.
    const replica = follow(state, genesis, state.settledMs + minuteMs);
    if (start === 'promoted') promote(state, nowMs, replica);
  }
  settle(state, nowMs);
}

/** How much past a world needs to be where it starts. */
export const pastMs = (pace: GraphPace): Ms => 60 * minuteMs + 2 * (pace.reconcileMs + pace.storeCopyMs + pace.electionMs);
