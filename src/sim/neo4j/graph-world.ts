import { createSecureContext, type SecureContext } from 'node:tls';
import { systemClock } from '../../domain/clock.ts';
import { type LoopbackPort, openLoopbackPort } from '../loopback-port.ts';
import { createWorldTime } from '../time/world-time.ts';
import { createAuthority } from '../tls/certificate.ts';
import { clientsCommit } from './client-writes.ts';
import { type GraphWorld, type GraphWorldOptions, type GraphWorldSide, type SimSide, simSides, type WorldControl } from './contract.ts';
import { createFaultRules } from './faults.ts';
import { bringTo, createState, defaultUsers, type Genesis, pastMs } from './genesis.ts';
import { createGraphBackend } from './graph-backend.ts';
import { productPace } from './pace.ts';
import { catchUp, changed, createGates, type Realm, stopAll } from './realm.ts';
import { releaseOf } from './release.ts';
import { createSessions } from './sessions.ts';
import { newId } from './state/model.ts';
import { isWritable } from './state/transactions.ts';
import { serveConnection } from './wire/connection.ts';
import { createFaults, type Servers } from './world-faults.ts';
import { createReaders } from './world-readers.ts';

function readGenesis(options: GraphWorldOptions): Genesis {
  const database = options.database ?? 'orders';
  const counts = options.servers ?? { primary: 3, standby: 3 };
  return {
    options,
    pace: { ...productPace, ...options.pace },
    database,
    replica: options.replica ?? database,
    topology: options.topology ?? { primaries: Math.min(3, counts.primary, counts.standby), secondaries: 0 },
    users: options.users ?? defaultUsers,
    operator: options.operator ?? 'ops',
    names: options.names ?? { primary: 'graph-east', standby: 'graph-west' },
  };
}

function createRealm(genesis: Genesis): Realm {
  const time = createWorldTime(genesis.options.clock ?? systemClock);
  return {
    options: genesis.options,
    state: createState(genesis, time.nowUs() / 1000 - pastMs(genesis.pace)),
    time,
    sessions: createSessions(),
    rules: createFaultRules(),
    seen: [],
    gates: createGates(),
    closing: new AbortController(),
  };
}

async function startServers(realm: Realm, secure: SecureContext | null): Promise<Servers> {
  const servers: Record<SimSide, Map<string, LoopbackPort>> = { primary: new Map(), standby: new Map() };
  for (const side of simSides) {
    for (const server of realm.state.clusters[side].servers) {
      const backend = createGraphBackend(realm, side, server.id);
      const wire = await openLoopbackPort(0, (socket) => serveConnection(socket, backend, secure));
      server.port = wire.port;
      server.address = `127.0.0.1:${wire.port}`;
      servers[side].set(server.id, wire);
    }
  }
  return servers;
}

function sideOf(realm: Realm, genesis: Genesis, side: SimSide, ca: string | null): GraphWorldSide {
  const cluster = realm.state.clusters[side];
  const user = genesis.users.find(({ name }) => name === genesis.operator);
  if (user === undefined) throw new TypeError(`user ${genesis.operator} is not among the users`);
  return {
    cluster: cluster.name,
    servers: cluster.servers.map(({ id, name, port, replication }) => ({ id, name, host: '127.0.0.1', port, replication })),
    uri: `neo4j://${cluster.servers[0]?.address ?? ''}`,
    user: user.name,
    password: user.password,
    database: side === 'primary' ? genesis.database : genesis.replica,
    ca,
  };
}

function createControl(realm: Realm): WorldControl {
  const { state } = realm;
  return {
    advance: (ms) => {
      catchUp(realm);
      realm.time.leap(ms);
      catchUp(realm);
    },
    writes: (perSecond) => {
      catchUp(realm);
      state.writesPerSecond = perSecond;
      changed(realm);
    },
    upgrade: (side, version) => {
      catchUp(realm);
      state.clusters[side].release = releaseOf(version);
      changed(realm);
    },
    offer: (side, surface) => {
      catchUp(realm);
      const { release } = state.clusters[side];
      state.clusters[side].release = { ...release, surface, namedPromotion: surface === 'general' };
      changed(realm);
    },
    commit: () => clientsCommit(realm),
    straggle: (side, ms) => {
      const startedMs = catchUp(realm);
      const cluster = state.clusters[side];
      const database = cluster.databases.find((candidate) => isWritable(cluster, candidate));
      if (database?.writer == null) throw new TypeError(`nothing is writable on the ${side}`);
      const id = `${database.name}-transaction-${newId(state, 'tx').slice(-6)}`;
      cluster.stragglers.push({ id, databaseId: database.id, serverId: database.writer, startedMs, endsMs: startedMs + ms });
    },
  };
}

/** Starts two simulated clusters with a database of the application on the primary and its replica on the standby, on loopback. */
export async function startGraphWorld(options: GraphWorldOptions): Promise<GraphWorld> {
  const genesis = readGenesis(options);
  const realm = createRealm(genesis);
  const tls = options.tls === true ? createAuthority(['localhost', '127.0.0.1']) : null;
  const servers = await startServers(realm, tls === null ? null : createSecureContext({ cert: tls.certificate, key: tls.key }));
  bringTo(realm.state, genesis, realm.time.nowUs() / 1000);
  const control = createControl(realm);
  const all = [...servers.primary.values(), ...servers.standby.values()];
  return {
    primary: sideOf(realm, genesis, 'primary', tls?.ca ?? null),
    standby: sideOf(realm, genesis, 'standby', tls?.ca ?? null),
    ...createReaders(realm, genesis),
    faults: createFaults(realm, servers),
    control: () => control,
    close: async () => {
      stopAll(realm);
      await Promise.all(all.map((wire) => wire.stop()));
    },
  };
}
