import { simSides } from '../contract.ts';
import { SqlError, uncategorized } from '../sql-error.ts';
import { type Cluster, findVc, isDown, type SimState, type Vc } from './model.ts';
import { distrustOf, parseTrust } from './source-trust.ts';

/** Where a stream comes from, once its URI has been followed. */
export interface StreamSource {
  readonly cluster: Cluster;
  readonly vc: Vc;
  readonly uri: string;
  readonly shownUri: string;
}

const schemeOf = (uri: string): string => /^([a-z][a-z0-9+.-]*):/i.exec(uri)?.[1]?.toLowerCase() ?? '';

/** The URI as SHOW and job descriptions print it: without password and query. */
export function redactUri(uri: string, old: boolean): string {
  if (schemeOf(uri) === 'external' || !URL.canParse(uri)) return uri.replace(/\?.*$/, '');
  const { protocol, username, host, pathname } = new URL(uri);
  const user = username === '' ? '' : `${username}:redacted@`;
  if (old) return `${protocol}//${user}${host}?options=-ccluster%3Dsystem&sslmode=verify-full&sslrootcert=redacted`;
  return `${protocol}//${user}${host}${pathname}?redacted`;
}

function expand(cluster: Cluster, uri: string): URL {
  const scheme = schemeOf(uri);
  if (!['postgresql', 'postgres', 'external'].includes(scheme)) {
    throw uncategorized(`stream replication from scheme ${JSON.stringify(scheme)} is unsupported`);
  }
  if (scheme === 'external') {
    const name = uri.slice('external://'.length).replace(/[/?].*$/, '');
    const connection = cluster.externalConnections.get(name);
    if (connection === undefined) throw new SqlError('42704', `external connection with name "${name}" does not exist`);
    return expand(cluster, connection.uri);
  }
  if (!URL.canParse(uri)) throw uncategorized('failed to parse the replication stream address: invalid URI');
  return new URL(uri);
}

const unreachable = (url: URL, why: string): SqlError =>
  uncategorized(`failed to connect to \`host=${url.hostname} user=${decodeURIComponent(url.username)} database=\`: ${why}`);

/** The cluster that a URI leads to, with what it says of the login. */
interface Followed {
  readonly cluster: Cluster;
  readonly url: URL;
  readonly name: string;
  readonly password: string;
  /** The error of a connection that fails for that reason. */
  unreachable(why: string): SqlError;
}

/** Follows a URI from one cluster to another: external connections, address, link. */
export function followUri(state: SimState, destination: Cluster, uri: string): Followed {
  const url = expand(destination, uri);
  const route = url.searchParams.get('crdb_route');
  if (route !== null && !['node', 'gateway'].includes(route)) throw uncategorized(`unknown crdb_route value ${JSON.stringify(route)}`);
  parseTrust(url);
  const address = `${url.hostname}:${url.port === '' ? '26257' : url.port}`;
  const side = simSides.find((candidate) => state.clusters[candidate].addresses.has(address));
  const cluster = side === undefined ? null : state.clusters[side];
  const linked = cluster !== null && !isDown(cluster) && (state.linkUp || cluster === destination);
  if (cluster === null || !linked) throw unreachable(url, `dial error (dial tcp ${address}: connect: connection refused)`);
  const distrust = distrustOf(url, cluster.certificate);
  if (distrust !== null) throw unreachable(url, distrust);
  return {
    cluster,
    url,
    name: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    unreachable: (why) => unreachable(url, why),
  };
}

/** Follows a stream URI as the destination would: address, link, login, privilege, virtual cluster. */
export function resolveSource(state: SimState, destination: Cluster, uri: string, vcName: string): StreamSource {
  const followed = followUri(state, destination, uri);
  const { cluster, name } = followed;
  const user = cluster.users.get(name);
  if (user === undefined || user.password !== followed.password) {
    throw followed.unreachable(`failed SASL auth (FATAL: password authentication failed for user ${name} (SQLSTATE 28P01))`);
  }
  const privileges = cluster.dialect.sourcePrivileges;
  if (!user.admin && !privileges.some((privilege) => user.grants.has(privilege))) {
    throw new SqlError('42501', `user ${name} does not have ${privileges[0]} system privilege`);
  }
  const vc = findVc(cluster, vcName);
  if (vc === null) throw new SqlError('42704', `tenant "${vcName}" does not exist`);
  return { cluster, vc, uri, shownUri: redactUri(uri, !destination.dialect.fastFailback) };
}
