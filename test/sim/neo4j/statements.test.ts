import { describe, expect, it } from 'vitest';
import { parse } from '../../../src/sim/neo4j/grammar/parse.ts';
import type { StatementKind } from '../../../src/sim/neo4j/grammar/statement.ts';
import { procedures } from '../../../src/sim/neo4j/statements/procedures.ts';
import { coverage } from '../../../src/sim/neo4j/statements/run.ts';
import { aLine, aWorld, generalVersion, hourMs, type Parameters } from './bed.ts';

const replicaColumns =
  'name, type, aliases, access, databaseID, serverID, address, role, writer, requestedStatus, currentStatus, statusMessage, default, home, currentPrimariesCount, currentSecondariesCount, requestedPrimariesCount, requestedSecondariesCount, creationTime, store, lastCommittedTxn, options';

const config = `OPTIONS {replicaConfig: {remote: 'orders', addresses: ['127.0.0.1:6000']}}`;

/** One line per statement that must run, in this order, on the primary of a world of the general surface that has no replica. */
const script: readonly (readonly [cypher: string, rows: number, parameters?: Parameters])[] = [
  ['RETURN 1 AS one;', 1],
  ['SHOW DATABASES', 6],
  ['SHOW DATABASES YIELD name, type, aliases', 6],
  [`SHOW DATABASE $name YIELD ${replicaColumns}`, 3, { name: 'Orders' }],
  ['SHOW DATABASE `no-such-one`', 0],
  ['SHOW DATABASE system YIELD *', 3],
  ['SHOW DEFAULT DATABASE', 3],
  ['SHOW HOME DATABASE YIELD name AS title ORDER BY title DESC LIMIT 2', 2],
  ['SHOW SERVERS YIELD serverId, name, address, state, health, hosting, modeConstraint, allowedDatabases, deniedDatabases, version', 3],
  [`SHOW SERVERS YIELD name, health WHERE health = 'Available' AND NOT name IN ['a1'] OR name STARTS WITH 'z'`, 2],
  ['SHOW ALIASES FOR DATABASE YIELD name, database, location', 0],
  [`SHOW SETTINGS 'dbms.max_databases' YIELD name, value`, 1],
  [`SHOW SETTINGS YIELD name, value WHERE name STARTS WITH 'dbms.ssl.policy.cluster'`, 3],
  ['SHOW PROCEDURES YIELD name', 12],
  ['SHOW TRANSACTIONS YIELD database, transactionId, username, currentQuery, status, startTime, elapsedTime, metaData', 1],
  ['TERMINATE TRANSACTIONS $ids YIELD transactionId, message', 1, { ids: ['orders-transaction-99'] }],
  ['SHOW USER PRIVILEGES YIELD access, action, resource, graph', 6],
  ['SHOW PRIVILEGES AS COMMANDS', 11],
  ['SHOW ROLE orders_app PRIVILEGES AS COMMANDS', 3],
  ['SHOW CURRENT USER', 1],
  ['CALL dbms.components() YIELD name, versions, edition', 2],
  ['CALL dbms.showCurrentUser() YIELD username, roles', 1],
  ['CALL dbms.routing.getRoutingTable({}, $name) YIELD ttl, servers', 1, { name: 'orders' }],
  [`CALL dbms.cluster.statusCheck(['system'], 3000) YIELD serverName, replicationSuccessful, memberStatus, recognisedLeader, error`, 3],
  [`CALL dbms.cluster.checkConnectivity('CLUSTER') YIELD \`port-name\`, \`port-address\`, result`, 3],
  ['CREATE ALIAS shop FOR DATABASE orders', 0],
  ['CREATE OR REPLACE ALIAS shop FOR DATABASE orders', 0],
  ['ALTER ALIAS shop IF EXISTS SET DATABASE TARGET orders', 0],
  ['SHOW DATABASE shop', 3],
  ['DROP ALIAS shop FOR DATABASE', 0],
  ['DROP ALIAS shop IF EXISTS FOR DATABASE', 0],
  ['CREATE DATABASE spare IF NOT EXISTS TOPOLOGY 1 PRIMARY 1 SECONDARY', 0],
  ['CREATE DATABASE $name IF NOT EXISTS', 0, { name: 'spare' }],
  [`CREATE DATABASE restored TOPOLOGY 3 PRIMARIES OPTIONS {seedURI: 's3://bucket/orders.backup'} NOWAIT`, 0],
  ['ALTER DATABASE $name SET TOPOLOGY 2 PRIMARIES 1 SECONDARY', 0, { name: 'spare' }],
  ['ALTER DATABASE `spare` IF EXISTS SET ACCESS READ ONLY', 0],
  ['STOP DATABASE spare', 0],
  ['START DATABASE spare', 0],
  ['DROP DATABASE spare IF EXISTS CASCADE ALIASES DESTROY DATA', 0],
  ['CREATE ROLE auditor IF NOT EXISTS', 0],
  ['GRANT ACCESS ON DATABASE `orders` TO auditor', 0],
  ['CALL dbms.security.reloadTLS()', 0],
  [`CALL dbms.cluster.cordonServer('a3')`, 0],
  [`CALL dbms.cluster.uncordonServer('a3')`, 0],
  [`CALL dbms.recreateDatabase('orders', {seedingServers: []})`, 0],
];

const onData: readonly (readonly [cypher: string, rows: number])[] = [
  ['MATCH (n) RETURN count(n) AS nodes', 1],
  ['MATCH (n:Order) RETURN count(*)', 1],
  ['MATCH ()-[r:PLACED]->() RETURN count(r) AS placed', 1],
  ['MATCH (n) UNWIND labels(n) AS label RETURN label, count(*) AS nodes ORDER BY label', 3],
  ['MATCH ()-[r]->() RETURN type(r) AS type, count(*) AS relationships', 2],
  [
    "MATCH (n) WITH count(n) AS c RETURN 'all' AS name, c UNION ALL MATCH ()-[n:`PLACED`]->() WITH count(n) AS c RETURN 'placed' AS name, c",
    2,
  ],
  ['CALL db.labels() YIELD label', 3],
  ['CALL db.relationshipTypes() YIELD relationshipType', 2],
  [`CREATE (n:Canary {at: 'now'})`, 0],
];

describe('the statements', () => {
  it('run, with as many rows as there should be', async () => {
    const world = await aWorld({ version: generalVersion, start: 'none' });
    const line = aLine(world, 'primary', { server: 'a1' });
    const counts: (readonly [string, number])[] = [];
    for (const [cypher, , parameters] of script) {
      counts.push([cypher, (await line.ask(cypher, parameters)).rows.length]);
    }
    expect(counts).toEqual(script.map(([cypher, rows]) => [cypher, rows]));
    world.control().advance(hourMs);
    const data = aLine(world, 'primary', { server: 'a1', database: 'orders' });
    const found: (readonly [string, number])[] = [];
    for (const [cypher] of onData) {
      found.push([cypher, (await data.ask(cypher)).rows.length]);
    }
    expect(found).toEqual(onData);
    expect(world.database('primary', 'spare')).toBeNull();
    expect(world.database('primary', 'restored')?.tx).toBeGreaterThan(0);
  });

  it('are all of those that the list of coverage names', () => {
    const texts = [...script, ...onData].map(([cypher]) => cypher);
    const statements = [...texts, `CREATE REPLICA DATABASE orders ${config}`].map((cypher) => parse(cypher).statement);
    expect([...new Set<StatementKind>(statements.map(({ kind }) => kind))].sort()).toEqual(Object.keys(coverage).sort());
    // Creating and promoting replicas have their own tests.
    const elsewhere = Object.keys(procedures).filter((name) => /replica/i.test(name));
    const called = statements.flatMap((statement) => (statement.kind === 'call' ? [statement.procedure] : []));
    expect([...new Set([...called, ...elsewhere])].sort()).toEqual(Object.keys(procedures).sort());
  });

  it('answer a WAIT by notifications in Cypher 25 and by rows in Cypher 5', async () => {
    const world = await aWorld({ pace: { stopMs: 0, reconcileMs: 0, startMs: 0 } });
    const line = aLine(world, 'primary');
    const { summary, rows } = await line.ask('CYPHER 25 STOP DATABASE orders WAIT 5 SECONDS');
    expect(rows).toEqual([]);
    expect(summary.gqlStatusObjects.map(({ gqlStatus }) => gqlStatus)).toEqual(expect.arrayContaining(['03N85']));
    expect(summary.counters.containsSystemUpdates()).toBe(true);
    const old = await line.ask('CYPHER 5 START DATABASE orders WAIT');
    expect(old.rows.map((row) => row['success'])).toEqual([true, true, true]);
  });
});

const refusals: readonly (readonly [cypher: string, code: string, gqlStatus: string, parameters?: Parameters])[] = [
  ['SHOW DATABASE foo-replica', 'Statement.SyntaxError', '42001'],
  ['SHOW DATABASES YIELD nosuch', 'Statement.SyntaxError', '42001'],
  ['MATCH (n) DETACH DELETE n', 'Statement.SyntaxError', '42001'],
  ['DROP DATABASE $name', 'Statement.SyntaxError', '42001', { name: 'orders' }],
  [`CREATE REPLICA DATABASE other ${config}`, 'Statement.SyntaxError', '42001'],
  ['RETURN 1 AS one; RETURN 2 AS two', 'Statement.SyntaxError', '42001'],
  ['CALL nosuch.procedure()', 'Procedure.ProcedureNotFound', '42N08'],
  ['CALL toString()', 'Procedure.ProcedureNotFound', '42N08'],
  [`CALL internal.dbms.createReplicaDatabase('x')`, 'Statement.SyntaxError', '42I13'],
  [
    `CALL internal.dbms.createReplicaDatabase('other', $n, 0, {remote: 'orders', addresses: ['127.0.0.1:6000']})`,
    'Statement.TypeError',
    '22N01',
    { n: 3 },
  ],
  [
    `CALL internal.dbms.createReplicaDatabase('orders', 1, 0, {remote: 'orders', addresses: ['127.0.0.1:6000']})`,
    'Database.ExistingDatabaseFound',
    '42N87',
  ],
  [
    `CALL internal.dbms.createReplicaDatabase('other', 1, 0, {remote: 'orders', addresses: ['127.0.0.1:7687']})`,
    'Procedure.ProcedureCallFailed',
    '52N37',
  ],
  [
    `CALL internal.dbms.createReplicaDatabase('other', 1, 0, {remote: 'nosuch', addresses: ['127.0.0.1:6000']})`,
    'Procedure.ProcedureCallFailed',
    '52N37',
  ],
  [
    `CALL internal.dbms.createReplicaDatabase('other', 4, 0, {remote: 'orders', addresses: ['127.0.0.1:6000']})`,
    'Statement.ExecutionFailed',
    '51N51',
  ],
  [`CALL internal.dbms.promoteReplicaDatabase('nosuch')`, 'Procedure.ProcedureCallFailed', '52N37'],
  [`CALL internal.dbms.promoteReplicaDatabase($name)`, 'Statement.ParameterMissing', '42N51'],
  ['ALTER DATABASE nosuch SET ACCESS READ ONLY', 'Database.DatabaseNotFound', '22N51'],
  ['ALTER DATABASE orders SET ACCESS READ ONLY', 'Statement.ArgumentError', '22N04'],
  ['ALTER DATABASE orders SET TOPOLOGY 1 PRIMARY', 'Statement.ArgumentError', '22N04'],
  ['CREATE DATABASE orders', 'Database.ExistingDatabaseFound', '42N87'],
  ['CREATE DATABASE `no good`', 'Statement.ArgumentError', '22N04'],
  ['CREATE DATABASE `system-2`', 'Statement.ArgumentError', '22N04'],
  ['CREATE ALIAS orders FOR DATABASE orders', 'Database.ExistingDatabaseFound', '42N87'],
];

describe('refusals', () => {
  it('have the product’s code and GQL status, and leave no effect', async () => {
    const world = await aWorld();
    const line = aLine(world, 'standby', { server: 'b1' });
    const seen: (readonly [string, string, string])[] = [];
    for (const [cypher, , , parameters] of refusals) {
      const { code, gqlStatus } = await line.refusal(cypher, parameters);
      seen.push([cypher, code, gqlStatus]);
    }
    expect(seen).toEqual(refusals.map(([cypher, code, gqlStatus]) => [cypher, `Neo.ClientError.${code}`, gqlStatus]));
    expect(world.effects()).toEqual([]);
    expect(world.databases('standby')).toEqual(['orders']);
  });

  it('are told to who asks the wrong server, database or mode', async () => {
    const world = await aWorld();
    const start = 'START DATABASE orders';
    const promote = `CALL internal.dbms.promoteReplicaDatabase('orders')`;
    expect((await aLine(world, 'standby', { server: 'b2' }).refusal(start)).gqlStatus).toBe('08N07');
    expect((await aLine(world, 'standby', { server: 'b1', mode: 'READ' }).refusal(start)).gqlStatus).toBe('08N03');
    expect((await aLine(world, 'standby', { server: 'b1', database: 'orders' }).refusal(promote)).gqlStatus).toBe('51N28');
    expect((await aLine(world, 'standby', { server: 'b1', database: 'nosuch' }).refusal('MATCH (n) RETURN count(n)')).gqlStatus).toBe(
      '22N51',
    );
  });

  it('are told to who has no privilege, from whom a replica is hidden too', async () => {
    const world = await aWorld();
    const viewer = aLine(world, 'standby', { user: 'viewer', password: 'viewer-secret', server: 'b1' });
    expect((await viewer.ask('SHOW SERVERS')).rows).toHaveLength(3);
    expect((await viewer.ask('SHOW DATABASE orders')).rows).toEqual([]);
    expect((await viewer.ask('SHOW SETTINGS')).rows).toEqual([]);
    const nobody = aLine(world, 'standby', { user: 'nobody', password: 'nobody-secret', server: 'b1' });
    for (const cypher of ['SHOW SERVERS', 'DROP DATABASE orders', `CALL internal.dbms.promoteReplicaDatabase('orders')`]) {
      expect(await nobody.refusal(cypher)).toMatchObject({ code: 'Neo.ClientError.Security.Forbidden', gqlStatus: '42NFF' });
    }
    expect(world.effects()).toEqual([]);
  });

  it('are told by Community Edition', async () => {
    const world = await aWorld({ edition: { standby: 'community' }, start: 'none' });
    const line = aLine(world, 'standby', { server: 'b1' });
    expect((await line.refusal('SHOW SERVERS')).code).toBe('Neo.ClientError.Statement.UnsupportedAdministrationCommand');
    expect((await line.refusal(`CALL internal.dbms.promoteReplicaDatabase('x')`)).gqlStatus).toBe('42N08');
  });

  it('of a creation come from other versions, a stopped upstream, a cut link, and a dead one', async () => {
    const create = `CALL internal.dbms.createReplicaDatabase('orders', 1, 0, {remote: 'orders', addresses: ['127.0.0.1:6000']})`;
    const mixed = await aWorld({ version: { primary: '2026.06.0', standby: '2026.07.1' }, start: 'none' });
    expect((await aLine(mixed, 'standby').refusal(create)).gqlStatus).toBe('52N37');
    const world = await aWorld({ start: 'none', failedCreateLeavesRow: true });
    const line = aLine(world, 'standby');
    world.faults.link('down');
    expect((await line.refusal(create)).gqlStatus).toBe('52N37');
    expect((await line.ask('SHOW DATABASE orders YIELD type, statusMessage')).rows).toMatchObject([{ type: 'replica' }]);
  });

  it('protect a database that has aliases', async () => {
    const world = await aWorld();
    const line = aLine(world, 'primary');
    await line.ask('CREATE ALIAS shop FOR DATABASE orders');
    expect(await line.refusal('DROP DATABASE orders')).toMatchObject({ gqlStatus: '42N82' });
    await line.ask('DROP DATABASE orders CASCADE ALIASES');
    expect((await line.ask('SHOW ALIASES FOR DATABASE')).rows).toEqual([]);
  });
});

describe('EXPLAIN', () => {
  it('runs nothing, and knows what is not there', async () => {
    const world = await aWorld({});
    const line = aLine(world, 'standby');
    expect((await line.ask("EXPLAIN CALL internal.dbms.promoteReplicaDatabase('orders')")).rows).toEqual([]);
    expect(world.database('standby')?.type).toBe('replica');
    expect(world.effects()).toEqual([]);
    world.control().offer('standby', 'general');
    expect(await line.refusal("EXPLAIN CALL internal.dbms.promoteReplicaDatabase('orders')")).toMatchObject({ gqlStatus: '42N08' });
  });
});
