import type { Link } from '../../domain/link.ts';
import type { Topology } from '../../domain/operation.ts';
import type { Secret } from '../../domain/secret.ts';
import type { BoltAddress, BoltTls } from '../../transports/bolt-address.ts';
import type { ShellTarget } from '../../transports/shell.ts';
import { nodesOf } from '../hosts/config.ts';
import { type ClusterConfig, ccdrSettingsSchema, type ParsedConfig } from './config-schema.ts';

/** Turns a reference (`env:NAME`, `file:PATH`) into its value. Throws when there is none; the sentence names the reference only. */
export type ResolveSecret = (reference: string) => Secret;

/** How a side gets what it follows. `network`: from the other cluster's servers. `backups`: from differential backups in a store. */
export type Mechanism =
  | { readonly kind: 'network' }
  | {
      readonly kind: 'backups';
      /** Folder of backups that the replica pulls from, e.g. `s3://bucket/orders/`. From 2026.08 on only. */
      readonly pullUri: string;
    };

/** Hosts of a cluster's servers, by which its trust in the other cluster is kept. */
export interface CcdrHosts {
  readonly nodes: readonly ShellTarget[];
  /** Path of the certificate, on the first node, that the other cluster has to trust. */
  readonly caCertificate: string;
  /** Folder on every node, without a slash at its end. */
  readonly trustedFolder: string;
  /** File in there that holds the other cluster's certificate. */
  readonly trustedAs: string;
}

/** One Neo4j cluster of a link, the database on it, and who logs in there. */
export interface CcdrCluster {
  /** The cluster's name in the config; it is what faults and plans call it. */
  readonly cluster: string;
  /** Bolt addresses of its servers; at least one. */
  readonly bolt: readonly BoltAddress[];
  /** `host:port` of the cluster ports that a replica on the other side pulls from. Empty when the other side never follows over the network. */
  readonly replication: readonly string[];
  /** Database on this side, lower-case. */
  readonly database: string;
  /** Another name for it on this side, for the policy `keep`; null when there is none. */
  readonly spareDatabase: string | null;
  /** Copies of a replica that is created here. */
  readonly topology: Topology;
  /** How this side follows when it is the one that follows. */
  readonly follow: Mechanism;
  /** Backup from which a replica here gets its first store, e.g. `s3://bucket/orders.backup`; null: from what it follows. From 2026.08 on only. */
  readonly seedUri: string | null;
  readonly user: string;
  readonly password: Secret;
  readonly tls: BoltTls;
  /** Null when people keep the certificates. */
  readonly hosts: CcdrHosts | null;
}

/** What becomes of the old database of a side that is to follow again, since its name is taken: it is dropped, after a dump or without one, or kept aside. */
export type OldDatabasePolicy = 'dump' | 'destroy' | 'keep';

/** What Bolt cannot show, in the words in which a person is asked to vouch for it. */
export interface Attestations {
  /** Each cluster trusts the certificates of the other. */
  readonly trust: string;
  /** Servers of each cluster reach the cluster ports of the other. */
  readonly network: string;
}

/** The engine's part of a link: one database that is copied from one cluster to the other. */
export interface CcdrSettings {
  readonly primary: CcdrCluster;
  readonly standby: CcdrCluster;
  /** Alias on both clusters under which applications use the database; null when they name the database itself. */
  readonly alias: string | null;
  readonly oldDatabase: OldDatabasePolicy;
  readonly attestations: Attestations;
}

export type CcdrLink = Link<CcdrSettings>;

export type ParsedSettings =
  | { readonly kind: 'parsed'; readonly settings: CcdrSettings }
  | { readonly kind: 'problems'; readonly problems: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[] };

/** Reads the settings of a link from the config file. Throws only what `resolve` throws. */
export function parseCcdrSettings(raw: unknown, resolve: ResolveSecret): ParsedSettings {
  const parsed = ccdrSettingsSchema.safeParse(raw);
  if (!parsed.success) return { kind: 'problems', problems: parsed.error.issues.map(({ path, message }) => ({ path, message })) };
  return { kind: 'parsed', settings: settingsOf(parsed.data, resolve) };
}

function settingsOf({ primary, standby, alias, oldDatabase, attestations }: ParsedConfig, resolve: ResolveSecret): CcdrSettings {
  return {
    primary: clusterOf(primary, resolve),
    standby: clusterOf(standby, resolve),
    alias: alias ?? null,
    oldDatabase,
    attestations: {
      trust: attestations.trust ?? defaultTrust(primary.cluster, standby.cluster),
      network: attestations.network ?? defaultNetwork(primary, standby),
    },
  };
}

function clusterOf(config: ClusterConfig, resolve: ResolveSecret): CcdrCluster {
  const { cluster, bolt, replication, database, spareDatabase, topology, follow, seedUri, user, password, tls, hosts } = config;
  return {
    cluster,
    bolt,
    replication,
    database,
    spareDatabase: spareDatabase ?? null,
    topology,
    follow,
    seedUri: seedUri ?? null,
    user,
    password: resolve(password),
    // A certificate authority's certificate is public.
    tls: tls.mode === 'disable' ? { kind: 'disabled' } : { kind: 'verify', ca: tls.ca === undefined ? null : resolve(tls.ca).reveal() },
    hosts: hosts === undefined ? null : { ...hosts, nodes: nodesOf(hosts.nodes, resolve) },
  };
}

const defaultTrust = (a: string, b: string): string =>
  `On every server of ${a} and of ${b}, the folder trusted/ of the cluster's certificates holds the CA of its own cluster and the CA of the other one, dbms.ssl.policy.cluster.enabled is true, and the certificates are for servers and clients alike.`;

const defaultNetwork = (a: ClusterConfig, b: ClusterConfig): string =>
  `Every server of ${b.cluster} reaches ${namesOr(a.replication)} of ${a.cluster}, every server of ${a.cluster} reaches ${namesOr(b.replication)} of ${b.cluster}, and nobody else reaches these ports.`;

const namesOr = (addresses: readonly string[]): string => (addresses.length === 0 ? 'the cluster ports' : addresses.join(', '));
