import { createHash } from 'node:crypto';
import type { Secret } from '../../domain/secret.ts';

/** How the nodes of one cluster reach another one, and how they know that it is the right one. */
export interface StreamWay {
  readonly host: string;
  readonly port: number;
  /**
   * `inline`: the authority's certificate is part of the URI (from 24.1 on). `path`: it lies on every node that connects. `known`: the
   * nodes trust the authority already, as they trust those of the public web.
   */
  readonly trust:
    | { readonly kind: 'inline'; readonly ca: string }
    | { readonly kind: 'path'; readonly path: string }
    | { readonly kind: 'known' }
    | { readonly kind: 'none' };
  /** `gateway`: only this one address is reachable, such as a load balancer's (from 25.1 on). */
  readonly route: 'gateway' | null;
  /** The control plane when it is left out. */
  readonly virtualCluster?: string;
  /** `defaultdb` when it is left out. */
  readonly database?: string;
}

export interface StreamLogin {
  readonly name: string;
  readonly password: Secret;
}

/** Stands in what people see for a value that is not shown. */
export const mask = '*****';

/** The URI with which a stream is started, secrets and all. Give it to the driver and to nobody else. */
export const streamUri = (way: StreamWay, login: StreamLogin): string =>
  uriOf(way, login.name, encodeURIComponent(login.password.reveal()), (ca) => encodeURIComponent(ca).replaceAll('%20', '+'));

/** The same URI as people see it: without the password, the certificate by its SHA-256, so that an approval is bound to it. */
export const maskedUri = (way: StreamWay, login: Pick<StreamLogin, 'name'>): string =>
  uriOf(way, login.name, mask, (ca) => `<certificate ${createHash('sha256').update(ca).digest('hex').slice(0, 16)}>`);

function uriOf(
  { host, port, trust, route, virtualCluster = 'system', database = 'defaultdb' }: StreamWay,
  name: string,
  password: string,
  spellCa: (ca: string) => string,
): string {
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const parameters = [
    `options=-ccluster%3D${encodeURIComponent(virtualCluster)}`,
    ...(trust.kind === 'none' ? ['sslmode=disable'] : ['sslmode=verify-full']),
    ...(trust.kind === 'inline' ? ['sslinline=true', `sslrootcert=${spellCa(trust.ca)}`] : []),
    ...(trust.kind === 'path' ? [`sslrootcert=${encodeURIComponent(trust.path)}`] : []),
    ...(route === null ? [] : [`crdb_route=${route}`]),
  ];
  return `postgresql://${encodeURIComponent(name)}:${password}@${address}/${encodeURIComponent(database)}?${parameters.join('&')}`;
}
