const databaseColumns = [
  'name',
  'type',
  'aliases',
  'access',
  'databaseID',
  'serverID',
  'address',
  'role',
  'writer',
  'requestedStatus',
  'currentStatus',
  'statusMessage',
  'default',
  'home',
  'currentPrimariesCount',
  'currentSecondariesCount',
  'requestedPrimariesCount',
  'requestedSecondariesCount',
  'creationTime',
  'store',
  'lastCommittedTxn',
  'options',
].join(', ');

const serverColumns = 'serverId, name, address, state, health, hosting, modeConstraint, allowedDatabases, deniedDatabases, version';

/** What is asked of a cluster, with the values bound. What is shown of a step that looks is made of the same words as what is sent. */
export const questions = {
  database: `SHOW DATABASE $name YIELD ${databaseColumns}`,
  databases: 'SHOW DATABASES YIELD name, type, aliases',
  aliases: 'SHOW ALIASES FOR DATABASE YIELD name, database, location',
  servers: `SHOW SERVERS YIELD ${serverColumns}`,
  routing: 'CALL dbms.routing.getRoutingTable({}, $name) YIELD ttl, servers',
  procedures: 'SHOW PROCEDURES YIELD name',
  user: 'CALL dbms.showCurrentUser() YIELD username, roles',
  ownPrivileges: 'SHOW USER PRIVILEGES YIELD access, action, resource, graph',
  privileges: 'SHOW PRIVILEGES AS COMMANDS YIELD command',
  transactions: 'SHOW TRANSACTIONS YIELD database, transactionId, username, status, metaData',
  /** Replicates something that means nothing among the primaries of a database; it has to be asked of one of them. */
  writeCheck: 'CALL dbms.cluster.statusCheck($names, $ms) YIELD serverName, replicationSuccessful, memberStatus, recognisedLeader, error',
  one: 'RETURN 1 AS one',
  labels: 'CALL db.labels() YIELD label',
  types: 'CALL db.relationshipTypes() YIELD relationshipType',
  /** Whether a surface has its promotion: EXPLAIN runs nothing, and the name is of no database that could exist. */
  promotion: {
    preview: "EXPLAIN CALL internal.dbms.promoteReplicaDatabase('-')",
    ga: "CYPHER 25 EXPLAIN CALL dbms.promoteReplicaDatabase('-', {})",
  },
} as const;

/** How long the primaries of a database may take to agree on a write, ms. */
export const writeCheckMs = 3_000;
