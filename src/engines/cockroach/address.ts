import { z } from 'zod';
import type { Secret } from '../../domain/secret.ts';
import type { SqlTarget, SqlTls } from '../../transports/sql.ts';

/** One CockroachDB cluster: where it is and who logs in. The virtual cluster is chosen per session. */
export type ClusterAddress = Omit<SqlTarget, 'virtualCluster'>;

/** Turns a reference (`env:NAME`, `file:PATH`) into its value. Throws when there is none; the sentence names the reference only. */
export type ResolveSecret = (reference: string) => Secret;

const reference = z.string().regex(/^(env|file):.+$/, 'must be a secret reference such as env:SQL_PASSWORD or file:/run/secrets/ca.crt');

/** What CockroachDB takes for the name of a user; it reads capitals as lower case. */
export const userName = z
  .string()
  .regex(/^[\p{L}\p{N}_][\p{L}\p{N}_.-]{0,62}$/u, 'must be a user name of at most 63 letters, digits, _, . and -');

const verifiedTls = z.strictObject({
  mode: z.literal('verify').default('verify'),
  /** Certificates that the server's must lead to; those that Node ships when it is left out. */
  ca: reference.optional(),
  cert: reference.optional(),
  key: reference.optional(),
});

/** A cluster as the config file spells it. TLS is verified unless it says `tls: { mode: disable }`. */
export const clusterConfig = z
  .strictObject({
    cluster: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/, 'must be a short name such as sql-east'),
    host: z.string().regex(/^[A-Za-z0-9_.:-]{1,253}$/, 'must be a host name or an IP address'),
    port: z.int().min(1).max(65_535).default(26_257),
    user: userName,
    password: reference.optional(),
    tls: z.union([z.strictObject({ mode: z.literal('disable') }), verifiedTls]).prefault({}),
  })
  .check((context) => {
    const { value } = context;
    const { tls } = value;
    if (tls.mode === 'verify' && (tls.cert === undefined) !== (tls.key === undefined)) {
      context.issues.push({ code: 'custom', input: tls, path: ['tls'], message: 'cert and key go together: give both or neither' });
    }
  });

export type ClusterConfig = z.infer<typeof clusterConfig>;

/** Looks the references up. Throws what `resolve` throws. */
export function addressOf(config: ClusterConfig, resolve: ResolveSecret): ClusterAddress {
  const { cluster, host, port, user, password } = config;
  return {
    cluster,
    host,
    port,
    user,
    password: password === undefined ? null : resolve(password),
    tls: config.tls.mode === 'disable' ? { kind: 'disabled' } : tlsOf(config.tls, resolve),
  };
}

function tlsOf(config: z.infer<typeof verifiedTls>, resolve: ResolveSecret): SqlTls {
  // Certificates are public; only the key stays a Secret.
  const publicText = (name: string | undefined) => (name === undefined ? null : resolve(name).reveal());
  return {
    kind: 'verify',
    ca: publicText(config.ca),
    cert: publicText(config.cert),
    key: config.key === undefined ? null : resolve(config.key),
  };
}
