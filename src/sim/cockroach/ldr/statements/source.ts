import { SqlError, uncategorized } from '../../sql-error.ts';
import { type Cluster, findVc, type SimState, type User, type Vc } from '../../state/model.ts';
import { followUri } from '../../state/source-uri.ts';
import { usersOf } from '../../statements/call.ts';

/** The cluster, virtual cluster and user that a URI leads to. */
export interface LdrSource {
  readonly cluster: Cluster;
  readonly vc: Vc;
  readonly user: User;
  /** Database in the URI: where names without one are looked up. */
  readonly database: string;
}

/** `-ccluster=` in the options of a URI; null when it names none. */
function vcNameIn(url: URL): string | null {
  const options = url.searchParams.get('options') ?? '';
  return /(?:^|\s)-ccluster=(\S+)/.exec(options)?.[1] ?? null;
}

/** Follows the URI of a logical stream as the cluster that runs the statement would. */
export function followLdrUri(state: SimState, from: Cluster, uri: string, externalOnly: boolean): LdrSource {
  if (externalOnly && !/^external:/i.test(uri)) throw uncategorized('uri must be an external connection');
  const { cluster, url, name, password, unreachable } = followUri(state, from, uri);
  const vcName = vcNameIn(url) ?? cluster.settings.get('server.controller.default_target_cluster') ?? 'system';
  const vc = findVc(cluster, vcName);
  if (vc === null || vc.service !== 'shared') {
    throw new SqlError('08000', `service unavailable for target tenant (${vcName})`);
  }
  const user = usersOf(cluster, vc.id).get(name);
  if (user === undefined || user.password !== password) {
    throw unreachable(`failed SASL auth (FATAL: password authentication failed for user ${name} (SQLSTATE 28P01))`);
  }
  return { cluster, vc, user, database: decodeURIComponent(url.pathname.slice(1)) || 'defaultdb' };
}
