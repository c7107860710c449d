import type { Statement } from '../grammar/statement.ts';
import { aliasesOf } from '../state/databases.ts';
import { type Copy, type Database, isCopyUp, isUp, resolveDatabase, type Server, serverOf, systemLeader } from '../state/model.ts';
import { copyTxAt } from '../state/transactions.ts';
import type { Cell } from '../wire/packstream.ts';
import { type Call, evaluate, type Outcome } from './call.ts';
import { canSee } from './privileges.ts';
import { type Columns, type Row, viewed } from './table.ts';

const columns: Columns = [
  ['name', true],
  ['type', true],
  ['aliases', true],
  ['access', true],
  ['databaseID', false],
  ['serverID', false],
  ['address', true],
  ['role', true],
  ['writer', true],
  ['requestedStatus', true],
  ['currentStatus', true],
  ['statusMessage', true],
  ['default', true],
  ['home', true],
  ['currentPrimariesCount', false],
  ['currentSecondariesCount', false],
  ['currentPropertyShardReplicas', false],
  ['requestedPrimariesCount', false],
  ['requestedSecondariesCount', false],
  ['requestedPropertyShardReplicas', false],
  ['creationTime', false],
  ['lastStartTime', false],
  ['lastStopTime', false],
  ['store', false],
  ['lastCommittedTxn', false],
  ['replicationLag', false],
  ['shardTxnLag', false],
  ['constituents', true],
  ['graphShards', false],
  ['propertyShards', false],
  ['defaultLanguage', false],
  ['options', false],
];

const time = (ms: number | null): Cell => (ms === null ? null : { zonedMs: ms });

const common: Row = {
  currentPropertyShardReplicas: null,
  requestedPropertyShardReplicas: null,
  shardTxnLag: null,
  constituents: [],
  graphShards: [],
  propertyShards: [],
};

const homeOf = (call: Call): string => call.cluster.settings.get('initial.dbms.default_database') ?? 'neo4j';

/** Before the general surface nothing tells whom a replica follows. */
const optionsOf = ({ cluster }: Call, { options, type }: Database): Cell =>
  type === 'replica' && cluster.release.surface !== 'general' ? {} : options;

const roleCount = (call: Call, { copies }: Database, role: Copy['role']): bigint =>
  BigInt(copies.filter((copy) => copy.role === role && isCopyUp(call.cluster, copy)).length);

function sharedCells(call: Call, database: Database): Row {
  return {
    ...common,
    name: database.name,
    type: database.type,
    aliases: aliasesOf(call.cluster, database),
    access: database.access,
    requestedStatus: database.requested,
    default: database.name === homeOf(call),
    home: database.name === homeOf(call),
    currentPrimariesCount: roleCount(call, database, 'primary'),
    currentSecondariesCount: roleCount(call, database, 'secondary'),
    requestedPrimariesCount: BigInt(database.primaries),
    requestedSecondariesCount: BigInt(database.secondaries),
    creationTime: time(database.createdMs),
    lastStartTime: time(database.createdMs),
    lastStopTime: time(database.lastStopMs),
    defaultLanguage: `CYPHER ${call.cluster.release.defaultCypher}`,
    options: optionsOf(call, database),
  };
}

function copyCells(call: Call, database: Database, copy: Copy): Row {
  const { cluster, state } = call;
  const server = serverOf(cluster, copy.serverId);
  if (!isUp(cluster, server)) return { ...awayCells, serverID: server.id };
  const online = copy.status === 'online';
  const nowMs = call.now();
  const tx = (other: Copy): number => copyTxAt(state, database, other, nowMs);
  const most = Math.max(0, ...database.copies.filter((other) => isCopyUp(cluster, other)).map(tx));
  const stored = online || copy.status === 'deallocating';
  return {
    ...awayCells,
    serverID: server.id,
    address: server.address,
    role: online ? copy.role : 'unknown',
    writer: online && database.writer === copy.serverId,
    currentStatus: copy.status,
    statusMessage: copy.message,
    ...(stored
      ? {
          databaseID: database.id,
          store: 'block-block-1.1',
          lastCommittedTxn: database.firstTx + BigInt(tx(copy)),
          replicationLag: BigInt(Math.min(0, tx(copy) - most)),
        }
      : {}),
  };
}

const rowsOfDatabase = (call: Call, database: Database): readonly Row[] => {
  const shared = sharedCells(call, database);
  return database.copies.map((copy) => ({ ...shared, ...copyCells(call, database, copy) }));
};

const awayCells: Row = {
  databaseID: null,
  address: null,
  role: 'unknown',
  writer: false,
  currentStatus: 'unknown',
  statusMessage: 'Server is unavailable',
  store: null,
  lastCommittedTxn: null,
  replicationLag: null,
};

function systemCells({ cluster }: Call, server: Server): Row {
  if (!isUp(cluster, server)) return awayCells;
  return {
    databaseID: '00000000-0000-0000-0000-000000000001',
    address: server.address,
    role: 'primary',
    writer: systemLeader(cluster) === server,
    currentStatus: 'online',
    statusMessage: '',
    store: 'block-block-1.1',
    lastCommittedTxn: BigInt(cluster.systemTx),
    replicationLag: 0n,
  };
}

function systemRows(call: Call): readonly Row[] {
  const { cluster } = call;
  const shared: Row = {
    ...common,
    name: 'system',
    type: 'system',
    aliases: [],
    access: 'read-write',
    requestedStatus: 'online',
    default: false,
    home: false,
    currentPrimariesCount: BigInt(cluster.servers.filter((server) => isUp(cluster, server)).length),
    currentSecondariesCount: 0n,
    defaultLanguage: `CYPHER ${cluster.release.defaultCypher}`,
    options: {},
  };
  return cluster.servers.map((server) => ({ ...shared, serverID: server.id, ...systemCells(call, server) }));
}

function chosen(call: Call, which: Extract<Statement, { kind: 'show-databases' }>['which']): readonly Row[] {
  const { databases } = call.cluster;
  const visible = (database: Database | null): readonly Row[] =>
    database === null || !canSee(call, database) ? [] : rowsOfDatabase(call, database);
  if (which === 'all') return [...databases.flatMap(visible), ...systemRows(call)];
  if (which === 'default' || which === 'home') return visible(resolveDatabase(call.cluster, homeOf(call)));
  const name = evaluate(call, which);
  if (typeof name !== 'string') return [];
  return name.toLowerCase() === 'system' ? systemRows(call) : visible(resolveDatabase(call.cluster, name));
}

/** One row for each copy. A name that nobody knows, or that is hidden from the user, has none. */
export function showDatabases(call: Call, { which, view }: Extract<Statement, { kind: 'show-databases' }>): Outcome {
  const ofOne = which === 'default' || which === 'home';
  return viewed(call, ofOne ? columns.filter(([name]) => name !== 'default' && name !== 'home') : columns, view, () => chosen(call, which));
}
