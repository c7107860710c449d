import type { Statement } from '../grammar/statement.ts';
import { argumentError, notSystem, procedureFailed, procedureNotFound, wrongArguments } from '../graph-error.ts';
import { routingTable } from '../routing.ts';
import { checkedName, recreateDatabase } from '../state/databases.ts';
import { type Cluster, type Database, isUp, resolveDatabase } from '../state/model.ts';
import { createReplica, promoteReplica } from '../state/replicas.ts';
import type { Cell } from '../wire/packstream.ts';
import { type Call, done, evaluate, integerCell, mapCell, type Outcome, textCell, textsCell } from './call.ts';
import { listLabels } from './data.ts';
import { adminProcedures, demand } from './privileges.ts';
import { statusCheck } from './status-check.ts';
import { type Columns, type Row, viewed } from './table.ts';

type CallStatement = Extract<Statement, { kind: 'call' }>;

export interface Procedure {
  /** Least and most arguments. */
  readonly arity: readonly [number, number];
  /** Null for those that give nothing back. */
  readonly columns: Columns | null;
  readonly privileges: readonly string[];
  /** Changes `system`: only its leader takes it, and only on that database. */
  readonly writes: boolean;
  exists(cluster: Cluster): boolean;
  run(call: Call, args: readonly Cell[]): readonly Row[];
}

const shown = (...names: readonly string[]): Columns => names.map((name) => [name, true]);
const always = (): boolean => true;
const enterprise = ({ edition }: Cluster): boolean => edition === 'enterprise';
const preview = (cluster: Cluster): boolean => enterprise(cluster) && cluster.release.surface === 'preview';

function databaseNamed(call: Call, name: string): Database {
  const database = resolveDatabase(call.cluster, name);
  if (database === null) throw procedureFailed(`Failed to invoke procedure: Caused by: Database does not exist. Database name: '${name}'.`);
  return database;
}

const reading = (columns: Columns, run: Procedure['run'], more: Partial<Procedure> = {}): Procedure => ({
  arity: [0, 0],
  columns,
  privileges: [],
  writes: false,
  exists: always,
  run,
  ...more,
});

/** One that changes something and gives nothing back. */
const changing = (
  arity: Procedure['arity'],
  run: (call: Call, args: readonly Cell[]) => void,
  more: Partial<Procedure> = {},
): Procedure => ({
  arity,
  columns: null,
  privileges: ['DATABASE MANAGEMENT'],
  writes: true,
  exists: enterprise,
  run: (call, args) => {
    run(call, args);
    return [];
  },
  ...more,
});

function create(call: Call, [name, primaries, secondaries, config]: readonly Cell[]): void {
  const { remote, addresses } = mapCell(config);
  const stored = checkedName(textCell(name));
  const request = {
    name: stored,
    wanted: { primaries: integerCell(primaries), secondaries: integerCell(secondaries) },
    remote: textCell(remote),
    addresses: textsCell(addresses),
    pullUri: null,
    options: {},
  };
  createReplica(call.state, call.cluster, request, call.failedCreateLeavesRow, call.now());
  call.effect(stored, true);
}

function promote(call: Call, name: Cell | undefined, wanted: { primaries: number; secondaries: number } | null): void {
  const database = databaseNamed(call, textCell(name));
  promoteReplica(call.state, call.cluster, database, wanted, call.now());
  call.effect(database.name, true);
}

function promoteWithOptions(call: Call, [name, options]: readonly Cell[]): void {
  const { primaries, secondaries } = mapCell(options);
  const database = databaseNamed(call, textCell(name));
  const given = primaries !== undefined || secondaries !== undefined;
  const number = (cell: Cell | undefined, fallback: number): number => (cell === undefined ? fallback : integerCell(cell));
  promote(
    call,
    name,
    given ? { primaries: number(primaries, database.primaries), secondaries: number(secondaries, database.secondaries) } : null,
  );
}

function recreate(call: Call, [name, options]: readonly Cell[]): void {
  const database = databaseNamed(call, textCell(name));
  const { seedingServers } = mapCell(options ?? {});
  recreateDatabase(call.state, database, seedingServers === undefined ? [] : textsCell(seedingServers), call.now());
  call.effect(database.name, true);
}

const setState =
  (to: 'Enabled' | 'Cordoned') =>
  (call: Call, [which]: readonly Cell[]): void => {
    const name = textCell(which);
    const server = call.cluster.servers.find((candidate) => candidate.id === name || candidate.name === name || candidate.address === name);
    if (server === undefined) throw procedureFailed(`Server '${name}' not found.`);
    call.effect(null, server.state !== to);
    server.state = to;
  };

/** All that can be called, by name. */
export const procedures: Readonly<Record<string, Procedure>> = {
  'dbms.components': reading(shown('name', 'versions', 'edition'), ({ cluster }) => [
    { name: 'Neo4j Kernel', versions: [cluster.release.version], edition: cluster.edition },
    { name: 'Cypher', versions: ['5', '25'], edition: '' },
  ]),
  'dbms.showCurrentUser': reading(shown('username', 'roles', 'flags'), ({ cluster, session }) => [
    { username: session.user ?? '', roles: [...(cluster.users.get(session.user ?? '')?.roles ?? []), 'PUBLIC'], flags: [] },
  ]),
  'dbms.routing.getRoutingTable': reading(
    shown('ttl', 'servers'),
    ({ cluster }, [, name]) => {
      const table = routingTable(cluster, name === undefined || name === null ? null : textCell(name));
      return [{ ttl: table['ttl'] ?? null, servers: table['servers'] ?? null }];
    },
    { arity: [1, 2] },
  ),
  'dbms.cluster.statusCheck': reading(
    shown(
      ...['database', 'serverId', 'serverName', 'address', 'replicationSuccessful', 'memberStatus'],
      ...['recognisedLeader', 'recognisedLeaderTerm', 'requester', 'error'],
    ),
    statusCheck,
    { arity: [1, 2], privileges: adminProcedures, exists: enterprise },
  ),
  'dbms.cluster.checkConnectivity': reading(
    shown('serverId', 'name', 'address', 'mode-constraint', 'port-name', 'port-address', 'result'),
    ({ cluster }) =>
      cluster.servers.map((server) => ({
        serverId: server.id,
        name: server.name,
        address: server.address,
        'mode-constraint': server.modeConstraint,
        'port-name': 'CLUSTER',
        'port-address': server.replication,
        result: isUp(cluster, server) ? 'Connection successful' : 'Connection failed',
      })),
    { arity: [0, 2], privileges: adminProcedures, exists: enterprise },
  ),
  'db.labels': reading(shown('label'), (call) => listLabels(call, 'nodes').map((label) => ({ label }))),
  'db.relationshipTypes': reading(shown('relationshipType'), (call) =>
    listLabels(call, 'relationships').map((relationshipType) => ({ relationshipType })),
  ),
  'internal.dbms.createReplicaDatabase': changing([4, 4], create, { exists: preview }),
  'internal.dbms.promoteReplicaDatabase': changing([1, 1], (call, [name]) => promote(call, name, null), { exists: preview }),
  'internal.dbms.promoteReplicaDatabaseWithTopology': changing(
    [3, 3],
    (call, [name, primaries, secondaries]) =>
      promote(call, name, { primaries: integerCell(primaries), secondaries: integerCell(secondaries) }),
    { exists: preview },
  ),
  'dbms.promoteReplicaDatabase': changing([2, 2], promoteWithOptions, {
    exists: (cluster) => enterprise(cluster) && cluster.release.namedPromotion,
  }),
  'dbms.recreateDatabase': changing([1, 2], recreate),
  // Of one server: whoever is connected to it keeps the old certificates.
  'dbms.security.reloadTLS': changing([0, 0], (call) => call.effect(null, true), {
    privileges: adminProcedures,
    writes: false,
    exists: always,
  }),
  'dbms.cluster.cordonServer': changing([1, 1], setState('Cordoned'), { privileges: ['SERVER MANAGEMENT'] }),
  'dbms.cluster.uncordonServer': changing([1, 1], setState('Enabled'), { privileges: ['SERVER MANAGEMENT'] }),
};

export const proceduresOf = (cluster: Cluster): readonly (readonly [string, Procedure])[] =>
  Object.entries(procedures).filter(([, procedure]) => procedure.exists(cluster));

/** The named promotion is of Cypher 25 only. */
const onlyIn25 = new Set(['dbms.promoteReplicaDatabase']);

/** The procedure that a CALL names, where it is there for this cluster. */
export function procedureOf(call: Pick<Call, 'cluster' | 'cypher'>, name: string): Procedure {
  const procedure = Object.hasOwn(procedures, name) ? procedures[name] : undefined;
  const there = procedure?.exists(call.cluster) === true && (call.cypher === '25' || !onlyIn25.has(name));
  if (procedure === undefined || !there) throw procedureNotFound(name);
  return procedure;
}

export function callProcedure(call: Call, { procedure: name, args, view }: CallStatement): Outcome {
  const procedure = procedureOf(call, name);
  const [least, most] = procedure.arity;
  if (args.length < least || args.length > most) {
    throw wrongArguments(
      `Procedure call does not provide the required number of arguments: got ${args.length} expected ${least}. (${name})`,
    );
  }
  if (procedure.writes && call.database !== 'system') {
    throw notSystem(`This is an administration command and it should be executed against the system database: ${name}`);
  }
  if (procedure.privileges.length > 0) demand(call, procedure.privileges);
  const values = args.map((arg) => evaluate(call, arg));
  if (procedure.columns === null) {
    if (view.items !== null) throw argumentError('Cannot yield value from void procedure.');
    procedure.run(call, values);
    return done(1);
  }
  return viewed(call, procedure.columns, view, () => procedure.run(call, values));
}
