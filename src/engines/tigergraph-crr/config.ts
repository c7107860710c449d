import type { Link } from '../../domain/link.ts';
import type { Side } from '../../domain/observation.ts';
import type { Secret } from '../../domain/secret.ts';
import type { ShellTarget } from '../../transports/shell.ts';
import { nodesOf, type ResolveSecret } from '../hosts/config.ts';
import { type ClusterConfig, crrSettingsSchema, type ParsedConfig } from './config-schema.ts';

/** A user of GSQL. The password goes to the hosts by standard input only. */
export interface GsqlUser {
  readonly name: string;
  readonly password: Secret;
}

/** Where backups lie. `local`: a folder of that path on every node. `s3`: a bucket that both sides reach. */
export type BackupStore =
  | { readonly kind: 'local'; readonly path: string }
  | {
      readonly kind: 's3';
      readonly bucket: string;
      readonly endpoint: string | null;
      readonly roleArn: string | null;
      /** Null when a role is taken on, or when the cluster has its keys already. */
      readonly keys: { readonly id: Secret; readonly secret: Secret } | null;
      /** Folder on the nodes for metadata, where the version wants it in a file. */
      readonly metadata: string;
    };

/** Where the nodes of the other side find this side's Kafka. */
export interface Brokers {
  /** Null: as the cluster lists its own hosts. */
  readonly addresses: readonly string[] | null;
  /** Null: as the cluster says. */
  readonly port: number | null;
  /** File on the nodes of this side with what a client of a Kafka with TLS needs; null where none does. */
  readonly clientProperties: string | null;
}

/** One TigerGraph cluster of a link. */
export interface CrrCluster {
  /** The cluster's name in the config; it is what faults and plans call it. */
  readonly cluster: string;
  /** At least one, in the order in which they are asked. */
  readonly nodes: readonly ShellTarget[];
  /** Folder of gadmin on the nodes, without a slash at its end. */
  readonly commands: string;
  readonly superuser: GsqlUser | null;
  /** As the product should list them; null when it isn't said. */
  readonly hosts: readonly string[] | null;
  readonly brokers: Brokers;
  readonly backup: BackupStore;
}

/** The engine's part of a link: one cluster that is copied whole to another. */
export interface CrrSettings {
  readonly primary: CrrCluster;
  readonly standby: CrrCluster;
  readonly graphs: readonly string[];
  readonly tagPrefix: string;
  readonly transfer: 'rsync' | 'by-hand';
  readonly equalReplicas: boolean;
  /** What a person does when the primary can't be reached; null when there is no such means. */
  readonly fencing: string | null;
}

export type CrrLink = Link<CrrSettings>;

export const sides = ['primary', 'standby'] as const satisfies readonly Side[];

export type ParsedSettings =
  | { readonly kind: 'parsed'; readonly settings: CrrSettings }
  | { readonly kind: 'problems'; readonly problems: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[] };

/** Reads the settings of a link from the config file. Throws only what `resolve` throws. */
export function parseCrrSettings(raw: unknown, resolve: ResolveSecret): ParsedSettings {
  const parsed = crrSettingsSchema.safeParse(raw);
  if (!parsed.success) return { kind: 'problems', problems: parsed.error.issues.map(({ path, message }) => ({ path, message })) };
  return { kind: 'parsed', settings: settingsOf(parsed.data, resolve) };
}

function settingsOf(config: ParsedConfig, resolve: ResolveSecret): CrrSettings {
  const { primary, standby, graphs, tagPrefix, transfer, equalReplicas, fencing } = config;
  return {
    primary: clusterOf(primary, resolve),
    standby: clusterOf(standby, resolve),
    graphs,
    tagPrefix,
    transfer,
    equalReplicas,
    fencing: fencing?.instructions ?? null,
  };
}

function clusterOf({ cluster, nodes, commands, superuser, hosts, brokers, backup }: ClusterConfig, resolve: ResolveSecret): CrrCluster {
  return {
    cluster,
    nodes: nodesOf(nodes, resolve),
    commands,
    superuser: superuser === undefined ? null : { name: superuser.name, password: resolve(superuser.password) },
    hosts: hosts ?? null,
    brokers: { addresses: brokers.addresses ?? null, port: brokers.port ?? null, clientProperties: brokers.clientProperties ?? null },
    backup: storeOf(backup, resolve),
  };
}

function storeOf(backup: ClusterConfig['backup'], resolve: ResolveSecret): BackupStore {
  if (backup.kind === 'local') return backup;
  const { kind, bucket, endpoint, roleArn, accessKeyId, secretAccessKey, metadata } = backup;
  return {
    kind,
    bucket,
    endpoint: endpoint ?? null,
    roleArn: roleArn ?? null,
    keys:
      accessKeyId === undefined || secretAccessKey === undefined ? null : { id: resolve(accessKeyId), secret: resolve(secretAccessKey) },
    metadata,
  };
}
