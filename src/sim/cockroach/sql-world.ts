import { createSecureContext, type SecureContext } from 'node:tls';
import { systemClock } from '../../domain/clock.ts';
import { type LoopbackPort, openLoopbackPort } from '../loopback-port.ts';
import { createGate } from '../time/gate.ts';
import { createWorldTime } from '../time/world-time.ts';
import { createAuthority } from '../tls/certificate.ts';
import { type SimSide, type SqlWorld, type SqlWorldOptions, type SqlWorldSide, simSides, type WorldControl } from './contract.ts';
import type { Faults } from './fault-contract.ts';
import { createFaultRules } from './faults.ts';
import { bringTo, createState, defaultUsers, type Genesis, initialize, pastUs } from './genesis.ts';
import { dialects } from './grammar/dialect.ts';
import { bringLdrTo, connectionsOf, layInUse } from './ldr/ldr-genesis.ts';
import { createLdrTruth } from './ldr/ldr-truth.ts';
import { runLocally } from './local-sql.ts';
import { productPace } from './pace.ts';
import { catchUp, changed, type Realm, stopAll } from './realm.ts';
import { createSessions } from './sessions.ts';
import { createSqlBackend } from './sql-backend.ts';
import { addJob } from './state/jobs.ts';
import { findVc } from './state/model.ts';
import { serveConnection } from './wire/connection.ts';
import { createContents } from './world-contents.ts';
import { createFaults, type Servers } from './world-faults.ts';
import { createReaders } from './world-readers.ts';

export type { Pace, SqlWorld, SqlWorldOptions } from './contract.ts';
export type { SimVersion } from './grammar/dialect.ts';

function readGenesis(options: SqlWorldOptions): Genesis {
  const versions = typeof options.version === 'string' ? { primary: options.version, standby: options.version } : options.version;
  const of = (side: SimSide) => options.users ?? defaultUsers(versions[side]);
  return {
    options,
    versions,
    pace: { ...productPace, ...options.pace },
    virtualCluster: options.virtualCluster ?? dialects[versions.primary].defaultVc,
    operator: options.operator ?? 'ops',
    users: { primary: of('primary'), standby: of('standby') },
    names: options.names ?? { primary: 'sql-east', standby: 'sql-west' },
  };
}

function createRealm(genesis: Genesis): Realm {
  const time = createWorldTime(genesis.options.clock ?? systemClock);
  return {
    state: createState(genesis, time.nowUs() - pastUs(genesis.pace)),
    time,
    sessions: createSessions(),
    rules: createFaultRules(),
    seen: [],
    gates: { primary: createGate(), standby: createGate() },
    closing: new AbortController(),
  };
}

function passwordOf(genesis: Genesis, side: SimSide, name: string): string {
  const user = genesis.users[side].find((candidate) => candidate.name === name);
  if (user === undefined) throw new TypeError(`user ${name} is not among the users of the ${side} side`);
  return user.password;
}

/** The user that the other side's stream logs in as: `repl` when there is one. */
function streamUriOf(genesis: Genesis, side: SimSide, port: number, tls: boolean): string {
  const vc = genesis.options.ldr?.interface === 'main' ? genesis.virtualCluster : 'system';
  const name = genesis.users[side].some((user) => user.name === 'repl') ? 'repl' : genesis.operator;
  const login = `${encodeURIComponent(name)}:${encodeURIComponent(passwordOf(genesis, side, name))}`;
  return `postgresql://${login}@127.0.0.1:${port}/defaultdb?options=-ccluster%3D${vc}&sslmode=${tls ? 'verify-full' : 'disable'}`;
}

interface Tls {
  readonly ca: string;
  readonly certificate: string;
  readonly context: SecureContext;
}

function createTls({ tls, addresses }: SqlWorldOptions): Tls | null {
  if (tls !== true) return null;
  const others = simSides.flatMap((side) => addresses?.[side] ?? []).map((address) => address.replace(/:\d+$/, ''));
  const { ca, certificate, key } = createAuthority(['localhost', '127.0.0.1', ...others]);
  return { ca, certificate, context: createSecureContext({ cert: certificate, key }) };
}

async function startServers(realm: Realm, genesis: Genesis, tls: Tls | null): Promise<Servers> {
  const { auth = 'scram', ports } = genesis.options;
  const start = (side: SimSide): Promise<LoopbackPort> => {
    const backend = createSqlBackend(realm, side, auth);
    return openLoopbackPort(ports?.[side] ?? 0, (socket) => serveConnection(socket, backend, tls?.context ?? null));
  };
  const servers = { primary: await start('primary'), standby: await start('standby') };
  for (const side of simSides) {
    const { addresses } = realm.state.clusters[side];
    for (const host of ['127.0.0.1', 'localhost']) addresses.add(`${host}:${servers[side].port}`);
    for (const address of genesis.options.addresses?.[side] ?? []) addresses.add(address);
  }
  return servers;
}

function createControl(realm: Realm, faults: Faults, genesis: Genesis): WorldControl {
  return {
    initialize: (side, as) => {
      initialize(realm.state.clusters[side], genesis, as, catchUp(realm));
      changed(realm);
    },
    locally: (side, user, sql) => runLocally(realm, side, user, sql),
    advance: (ms) => {
      catchUp(realm);
      realm.time.leap(ms);
      catchUp(realm);
    },
    vacate: (side) => {
      catchUp(realm);
      realm.state.clusters[side].flat = false;
      changed(realm);
    },
    followedBesides: (side) => {
      const cluster = realm.state.clusters[side];
      const vc = findVc(cluster, genesis.virtualCluster);
      if (vc === null) throw new TypeError(`${cluster.name} has no ${genesis.virtualCluster}`);
      const description = `History Retention for Physical Replication of ${vc.name}`;
      addJob(cluster, { type: 'REPLICATION STREAM PRODUCER', description, user: 'node', vcId: vc.id }, catchUp(realm));
      changed(realm);
    },
    writes: (perSecond) => void realm.state.rates.push({ fromUs: catchUp(realm), perSecond }),
    linkDown: () => faults.link('down'),
    linkUp: () => faults.link('up'),
    install: (side, version) => {
      catchUp(realm);
      realm.state.clusters[side].dialect = dialects[version];
      for (const session of realm.sessions.all().filter((one) => one.side === side)) {
        realm.sessions.remove(session);
        session.line.dismiss('57P01', 'server is shutting down');
      }
    },
  };
}

/** Starts two simulated clusters with one physical replication stream from the primary to the standby, on loopback. */
export async function startSqlWorld(options: SqlWorldOptions): Promise<SqlWorld> {
  const genesis = readGenesis(options);
  const realm = createRealm(genesis);
  const tls = createTls(options);
  for (const side of simSides) realm.state.clusters[side].certificate = tls?.certificate ?? null;
  const servers = await startServers(realm, genesis, tls);
  const sideOf = (side: SimSide): SqlWorldSide => ({
    host: '127.0.0.1',
    port: servers[side].port,
    user: genesis.operator,
    password: passwordOf(genesis, side, genesis.operator),
    cluster: genesis.names[side],
    streamUri: streamUriOf(genesis, side, servers[side].port, tls !== null),
    ca: tls?.ca ?? null,
  });
  const [primary, standby] = [sideOf('primary'), sideOf('standby')];
  const streamUris = { primary: standby.streamUri, standby: primary.streamUri };
  for (const side of simSides) {
    const name = (options.ldr === undefined ? options.externalConnections : connectionsOf(options.ldr))?.[side];
    const known = realm.state.clusters[side].externalConnections;
    if (name !== undefined) known.set(name, { name, uri: streamUris[side], owner: genesis.operator, grants: new Map() });
  }
  layInUse(realm.state, genesis);
  if (options.ldr !== undefined) bringLdrTo(options.ldr, realm.state, genesis, realm.time.nowUs());
  else bringTo(options.start ?? 'replicating', realm.state, genesis, primary.streamUri, realm.time.nowUs());
  const faults = createFaults(realm, servers);
  const control = createControl(realm, faults, genesis);
  const close = async (): Promise<void> => {
    stopAll(realm);
    await Promise.all([servers.primary.stop(), servers.standby.stop()]);
  };
  return {
    primary,
    standby,
    virtualCluster: genesis.virtualCluster,
    ...createReaders(realm, genesis),
    ...createLdrTruth(realm),
    ...createContents(realm),
    faults,
    control: () => control,
    close,
  };
}
