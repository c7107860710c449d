import { z } from 'zod';
import type { Side } from '../../domain/observation.ts';
import type { Secret } from '../../domain/secret.ts';
import type { ClusterAddress, ResolveSecret } from '../cockroach/address.ts';
import type { StreamLogin } from '../cockroach/stream-uri.ts';
import { hostsSchema, nodesFrom, type SideNodes, trustedPath } from './config-hosts.ts';

/** Where the nodes of the other side reach a side; by path for releases that can't take the certificate in the URI. */
export interface SetupAddress {
  readonly host: string;
  readonly port: number;
  readonly ca: string | null;
  readonly caPath: string | null;
  readonly verified: boolean;
}

/** How a replication is to be made: what `/repl setup` and `/repl rebuild` work from. */
export interface PcrSetup {
  /** Virtual cluster on the primary; `system` when the primary is an older cluster without any other. */
  readonly source: string;
  readonly retentionMs: number | null;
  readonly expirationMs: number | null;
  readonly reader: boolean;
  readonly user: StreamLogin & { readonly create: boolean };
  readonly addresses: Readonly<Record<Side, SetupAddress>>;
  readonly route: 'gateway' | null;
  readonly organization: string | null;
  readonly license: Secret | null;
  /** Made on the standby, so that people can look at the replication in the DB Console. */
  readonly consoleUser: StreamLogin | null;
  /** The nodes of each side over SSH; null where people do what has to be done on them. */
  readonly hosts?: Readonly<Record<Side, SideNodes | null>>;
  /** Release that new nodes run, such as 26.2, where the bot has no way to ask them. */
  readonly release?: string | null;
}

const reference = z.string().regex(/^(env|file):.+$/, 'must be a secret reference such as env:REPL_PASSWORD or file:/run/secrets/ca.crt');

const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 24 * 3_600_000 };

const duration = z
  .string()
  .regex(/^[1-9]\d{0,5}[smhd]$/, 'must be a length of time such as 6h or 90m')
  .transform((text) => Number(text.slice(0, -1)) * (units[text.slice(-1)] ?? 1));

const userName = z.string().regex(/^[a-z_][a-z0-9_.-]{0,62}$/, 'must be a user name in lower-case letters, digits, _, . and -');

const address = z.strictObject({
  host: z
    .string()
    .regex(/^[A-Za-z0-9_.:-]{1,253}$/, 'must be a host name or an IP address')
    .optional(),
  port: z.int().min(1).max(65_535).optional(),
  /** Certificate of the authority that signed this side's certificates. */
  ca: reference.optional(),
  /** Where that certificate lies on every node of the other side: only v23.2 needs it. */
  caPath: z
    .string()
    .regex(/^\/[^\p{Cc}]{1,400}$/u, 'must be an absolute path on the nodes of the other side')
    .optional(),
});

/** How the config file spells the `setup` section of a link's settings. */
export const setupSchema = z.strictObject({
  sourceVirtualCluster: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,98}[a-z0-9])?$/, 'must be lower-case letters, digits and hyphens, such as main')
    .optional(),
  retention: duration.optional(),
  expirationWindow: duration.optional(),
  reader: z.boolean().default(false),
  user: z.strictObject({ name: userName, password: reference, create: z.boolean().default(true) }),
  addresses: z.strictObject({ primary: address.optional(), standby: address.optional() }).prefault({}),
  route: z.enum(['node', 'gateway']).default('node'),
  organization: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[^\p{Cc}]*$/u, 'must be one line of text')
    .optional(),
  license: reference.optional(),
  consoleUser: z.strictObject({ name: userName, password: reference }).optional(),
  hosts: hostsSchema,
  release: z
    .string()
    .regex(/^\d{2}\.\d{1,2}$/, 'must be a release such as "26.2"')
    .optional(),
});

/** Looks the references up. Throws what `resolve` throws. */
export function setupOf(
  config: z.infer<typeof setupSchema>,
  virtualCluster: string,
  sides: Readonly<Record<Side, ClusterAddress>>,
  resolve: ResolveSecret,
): PcrSetup {
  const { addresses, user, consoleUser, organization, license } = config;
  const hosts = {
    primary: nodesFrom(config.hosts.primary, sides.standby, resolve),
    standby: nodesFrom(config.hosts.standby, sides.primary, resolve),
  };
  return {
    source: config.sourceVirtualCluster ?? virtualCluster,
    retentionMs: config.retention ?? null,
    expirationMs: config.expirationWindow ?? null,
    reader: config.reader,
    user: { name: user.name, password: resolve(user.password), create: user.create },
    addresses: {
      primary: placeOf(addresses.primary ?? {}, sides.primary, hosts.standby, resolve),
      standby: placeOf(addresses.standby ?? {}, sides.standby, hosts.primary, resolve),
    },
    route: config.route === 'gateway' ? 'gateway' : null,
    organization: organization ?? null,
    license: license === undefined ? null : resolve(license),
    consoleUser: consoleUser === undefined ? null : { name: consoleUser.name, password: resolve(consoleUser.password) },
    hosts,
    release: config.release ?? null,
  };
}

/** What is left out is as the bot itself reaches that side. `others`: the nodes that are to trust it. */
function placeOf(
  { host, port, ca, caPath }: z.infer<typeof address>,
  own: ClusterAddress,
  others: SideNodes | null,
  resolve: ResolveSecret,
): SetupAddress {
  const { tls } = own;
  const ownCa = tls.kind === 'verify' ? tls.ca : null;
  return {
    host: host ?? own.host,
    port: port ?? own.port,
    // Certificates are public.
    ca: ca === undefined ? ownCa : resolve(ca).reveal(),
    caPath: caPath ?? (others === null ? null : trustedPath(others)),
    verified: tls.kind === 'verify',
  };
}
