import type { Statement, TopologyClause } from '../grammar/statement.ts';
import { aliasExists, argumentError, databaseExists, databaseNotFound, syntaxError } from '../graph-error.ts';
import type { Wanted } from '../state/copies.ts';
import { checkedName, createDatabase, dropDatabase, setAccess, setRequested, setTopology } from '../state/databases.ts';
import { type Database, findDatabase, resolveDatabase } from '../state/model.ts';
import { createReplica } from '../state/replicas.ts';
import { isMap } from '../wire/packstream.ts';
import { type Call, done, evaluate, integerCell, mapCell, type Outcome, rowsOf, textCell, textOf, textsCell } from './call.ts';
import { afterChange } from './waiting.ts';

type Of<K extends Statement['kind']> = Extract<Statement, { kind: K }>;

const nothingDone = (call: Call, database: string): Outcome => {
  call.effect(database, false);
  return done(0);
};

function wantedOf(call: Call, clause: TopologyClause | null, fallback: Wanted): Wanted {
  if (clause === null) return fallback;
  const count = (expression: TopologyClause['primaries']): number => integerCell(evaluate(call, expression));
  return { primaries: count(clause.primaries), secondaries: clause.secondaries === null ? 0 : count(clause.secondaries) };
}

/** The database that a change is about; null when it may be missing and is. */
function named(call: Call, expression: Of<'stop-database'>['name'], lenient = false): Database | null {
  const name = textOf(call, expression);
  if (name.toLowerCase() === 'system') throw argumentError(`Not allowed to change the system database.`);
  const database = resolveDatabase(call.cluster, name);
  if (database === null && !lenient) throw databaseNotFound(name);
  return database;
}

const single: Wanted = { primaries: 1, secondaries: 0 };

function existing(call: Call, name: string): boolean {
  return findDatabase(call.cluster, name) !== null || call.cluster.aliases.has(name);
}

export function create(call: Call, statement: Of<'create-database'>): Outcome {
  const { state, cluster } = call;
  const name = checkedName(textOf(call, statement.name));
  if (statement.ifNotExists && statement.orReplace)
    throw syntaxError('Failed to create the specified database: cannot have both OR REPLACE and IF NOT EXISTS.');
  if (statement.ifNotExists && existing(call, name)) return nothingDone(call, name);
  if (statement.orReplace && existing(call, name)) throw argumentError(`The simulated cluster does not replace '${name}': drop it first.`);
  const options = statement.options === null ? {} : mapCell(evaluate(call, statement.options));
  const wanted = wantedOf(call, statement.topology, single);
  const database = createDatabase(state, cluster, { name, wanted, options }, call.now());
  call.effect(name, true);
  return afterChange(call, database, statement.wait);
}

/** CREATE REPLICA DATABASE, of the general surface. */
export function createGeneralReplica(call: Call, statement: Of<'create-replica'>): Outcome {
  const { state, cluster } = call;
  if (cluster.release.surface !== 'general')
    throw syntaxError(`Invalid input 'REPLICA': expected 'ALIAS', 'COMPOSITE', 'DATABASE', 'ROLE' or 'USER'`);
  if (call.cypher !== '25') throw syntaxError(`Invalid input 'REPLICA': CREATE REPLICA DATABASE is not available in Cypher 5.`);
  const name = checkedName(textOf(call, statement.name));
  if (statement.ifNotExists && existing(call, name)) return nothingDone(call, name);
  const options = statement.options === null ? {} : mapCell(evaluate(call, statement.options));
  const { replicaConfig } = options;
  if (!isMap(replicaConfig)) throw argumentError(`Could not create replica database '${name}': the option 'replicaConfig' is missing.`);
  const { addresses, pullURI } = replicaConfig;
  if ((addresses === undefined) === (pullURI === undefined)) {
    throw argumentError(`Could not create replica database '${name}': 'replicaConfig' must have either 'addresses' or 'pullURI'.`);
  }
  const request = {
    name,
    wanted: wantedOf(call, statement.topology, single),
    remote: textCell(replicaConfig['remote']),
    addresses: addresses === undefined ? null : textsCell(addresses),
    pullUri: pullURI === undefined ? null : textCell(pullURI),
    options,
  };
  const database = createReplica(state, cluster, request, call.failedCreateLeavesRow, call.now());
  call.effect(name, true);
  return afterChange(call, database, statement.wait);
}

export function alterAccess(call: Call, statement: Of<'set-access'>): Outcome {
  const database = named(call, statement.name, statement.ifExists);
  if (database === null) return nothingDone(call, textOf(call, statement.name));
  const changed = setAccess(call.state, database, statement.access, call.now());
  call.effect(database.name, changed);
  return afterChange(call, database, statement.wait, changed ? 1 : 0);
}

export function alterTopology(call: Call, statement: Of<'set-topology'>): Outcome {
  const database = named(call, statement.name, statement.ifExists);
  if (database === null) return nothingDone(call, textOf(call, statement.name));
  if (database.type === 'replica') throw argumentError(`Could not alter the topology of '${database.name}': it is a replica database.`);
  const wanted = wantedOf(call, statement.topology, single);
  const changed = setTopology(call.cluster, database, wanted);
  call.effect(database.name, changed);
  const outcome = afterChange(call, database, statement.wait, changed ? 1 : 0);
  return changed ? outcome : { ...outcome, notices: () => [noChange] };
}

const noChange = {
  gqlStatus: '00N84',
  code: 'Neo.ClientNotification.Cluster.RequestedTopologyMatchedCurrentTopology',
  title: 'The requested topology matched the current topology.',
  description: 'The requested topology matched the current topology. No allocations were changed.',
  severity: 'INFORMATION',
  classification: 'TOPOLOGY',
} as const;

export function drop(call: Call, statement: Of<'drop-database'>): Outcome {
  const name = textOf(call, statement.name);
  if (call.cluster.aliases.has(name.toLowerCase())) throw databaseNotFound(name);
  const database = named(call, statement.name, statement.ifExists);
  if (database === null) return nothingDone(call, name.toLowerCase());
  dropDatabase(call.cluster, database, statement);
  call.effect(database.name, true);
  return afterChange(call, database, statement.wait);
}

export function startOrStop(call: Call, statement: Of<'start-database'> | Of<'stop-database'>): Outcome {
  const database = named(call, statement.name);
  if (database === null) return done(0);
  const changed = setRequested(database, statement.kind === 'start-database' ? 'online' : 'offline', call.now());
  call.effect(database.name, changed);
  return afterChange(call, database, statement.wait, changed ? 1 : 0);
}

function target(call: Call, expression: Of<'create-alias'>['target']): string {
  const name = textOf(call, expression).toLowerCase();
  if (findDatabase(call.cluster, name) === null) throw databaseNotFound(name);
  return name;
}

export function createAlias(call: Call, statement: Of<'create-alias'>): Outcome {
  const { aliases } = call.cluster;
  const name = checkedName(textOf(call, statement.name));
  if (findDatabase(call.cluster, name) !== null) throw databaseExists(name);
  if (aliases.has(name) && statement.ifNotExists) return nothingDone(call, name);
  if (aliases.has(name) && !statement.orReplace) throw aliasExists(name);
  aliases.set(name, target(call, statement.target));
  call.effect(name, true);
  return done(1);
}

export function alterAlias(call: Call, statement: Of<'alter-alias'>): Outcome {
  const { aliases } = call.cluster;
  const name = textOf(call, statement.name).toLowerCase();
  if (!aliases.has(name) && statement.ifExists) return nothingDone(call, name);
  if (!aliases.has(name)) throw databaseNotFound(name);
  const to = target(call, statement.target);
  call.effect(name, aliases.get(name) !== to);
  aliases.set(name, to);
  return done(1);
}

export function dropAlias(call: Call, statement: Of<'drop-alias'>): Outcome {
  const name = textOf(call, statement.name).toLowerCase();
  const had = call.cluster.aliases.delete(name);
  if (!had && !statement.ifExists) throw databaseNotFound(name);
  call.effect(name, had);
  return done(had ? 1 : 0);
}

export function createRole(call: Call, statement: Of<'create-role'>): Outcome {
  const name = textOf(call, statement.name);
  const had = call.cluster.roles.has(name);
  if (had && !statement.ifNotExists) throw argumentError(`Failed to create the specified role '${name}': Role already exists.`);
  call.cluster.roles.add(name);
  call.effect(null, !had);
  return done(had ? 0 : 1);
}

export function grant(call: Call, { text, scope, role }: Of<'grant'>): Outcome {
  const { cluster } = call;
  if (!cluster.roles.has(role)) throw argumentError(`Failed to grant privilege to role '${role}': Role does not exist.`);
  const had = cluster.grants.some((other) => other.role === role && other.text === text);
  if (!had) cluster.grants.push({ role, text, scope });
  call.effect(scope, !had);
  return done(had ? 0 : 1);
}

export function giveBack(call: Call, { value, as }: Of<'return'>): Outcome {
  const cell = evaluate(call, value);
  return rowsOf([as], () => [[cell]]);
}
