import { otherSide, type Side } from '../../domain/observation.ts';
import type { Topology } from '../../domain/operation.ts';
import { cypherInteger, quoteCypherName, quoteCypherString } from '../../transports/cypher-quoting.ts';
import type { CcdrSettings } from './config.ts';

/** How a cluster creates and promotes replicas: its version decides, and the plan is bound to that. */
export type Form = 'preview' | 'ga';

/** Statements are literal text: what a plan shows is what is sent. */
export const accessStatement = (database: string, access: 'READ ONLY' | 'READ WRITE'): string =>
  `ALTER DATABASE ${quoteCypherName(database)} SET ACCESS ${access}`;

const list = (texts: readonly string[]): string => `[${texts.map(quoteCypherString).join(', ')}]`;

const counts = ({ primaries, secondaries }: Topology): string => `${cypherInteger(primaries)}, ${cypherInteger(secondaries)}`;

/** Creates a replica on one side that follows the database `remote` of the other. */
export function createStatement(settings: CcdrSettings, side: Side, form: Form, database: string, remote: string): string {
  const { topology, follow, seedUri } = settings[side];
  const addresses = list(settings[otherSide(side)].replication);
  if (form === 'preview') {
    return `CALL internal.dbms.createReplicaDatabase(${quoteCypherString(database)}, ${counts(topology)}, {remote: ${quoteCypherString(remote)}, addresses: ${addresses}})`;
  }
  const from = follow.kind === 'network' ? `addresses: ${addresses}` : `pullURI: ${quoteCypherString(follow.pullUri)}`;
  const seed = seedUri === null ? '' : `, seedURI: ${quoteCypherString(seedUri)}`;
  return `CYPHER 25 CREATE REPLICA DATABASE ${quoteCypherName(database)} ${topologyClause(topology)} OPTIONS {replicaConfig: {remote: ${quoteCypherString(remote)}, ${from}}${seed}}`;
}

function topologyClause({ primaries, secondaries }: Topology): string {
  const more = secondaries === 0 ? '' : ` ${cypherInteger(secondaries)} ${secondaries === 1 ? 'SECONDARY' : 'SECONDARIES'}`;
  return `TOPOLOGY ${cypherInteger(primaries)} ${primaries === 1 ? 'PRIMARY' : 'PRIMARIES'}${more}`;
}

/** Makes a replica a standard database, for good. Without a topology it keeps the one that it has. */
export function promoteStatement(form: Form, database: string, topology: Topology | null): string {
  const name = quoteCypherString(database);
  if (form === 'ga') {
    const options = topology === null ? '{}' : `{primaries: ${topology.primaries}, secondaries: ${topology.secondaries}}`;
    return `CYPHER 25 CALL dbms.promoteReplicaDatabase(${name}, ${options})`;
  }
  return topology === null
    ? `CALL internal.dbms.promoteReplicaDatabase(${name})`
    : `CALL internal.dbms.promoteReplicaDatabaseWithTopology(${name}, ${counts(topology)})`;
}

/** What becomes of the store of a database that is dropped. */
export type Remains = 'dump' | 'destroy';

/** Local aliases of it go with it, or the drop would be refused. */
export const dropStatement = (database: string, remains: Remains): string =>
  `DROP DATABASE ${quoteCypherName(database)} IF EXISTS CASCADE ALIASES ${remains === 'dump' ? 'DUMP' : 'DESTROY'} DATA`;

export const stopStatement = (database: string): string => `STOP DATABASE ${quoteCypherName(database)}`;

/** `move`: it exists and leads elsewhere. */
export type AliasChange = 'create' | 'move';

export const aliasStatement = (alias: string, database: string, change: AliasChange): string =>
  change === 'create'
    ? `CREATE ALIAS ${quoteCypherName(alias)} FOR DATABASE ${quoteCypherName(database)}`
    : `ALTER ALIAS ${quoteCypherName(alias)} SET DATABASE TARGET ${quoteCypherName(database)}`;

export const dropAliasStatement = (alias: string): string => `DROP ALIAS ${quoteCypherName(alias)} IF EXISTS FOR DATABASE`;

export const reloadTlsStatement = 'CALL dbms.security.reloadTLS()';
