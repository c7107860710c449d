import { z } from 'zod';
import { nodesConfig, pathConfig } from '../hosts/config.ts';
import { isHostName, isLoopback } from './names.ts';

const reference = z.string().regex(/^(env|file):.+$/, 'must be a secret reference such as env:GRAPH_PASSWORD or file:/run/secrets/graph');

const folder = pathConfig.transform((path) => path.replace(/(?<=.)\/+$/, ''));

const hostName = z
  .string()
  .refine(isHostName, 'must be a host name or an IP address')
  .refine((host) => !isLoopback(host), 'must not be a loopback address: nobody else reaches the cluster under it');

const hostNames = z.array(hostName).min(1).max(64);

const port = z.int().min(1).max(65_535);

/** Where the nodes of the other side find this side's Kafka. */
const brokers = z.strictObject({
  /** As the cluster lists its own hosts, when left out. */
  addresses: hostNames.optional(),
  /** As the cluster itself says, when left out: 30002, or 30001 where its Kafka speaks TLS. */
  port: port.optional(),
  /**
   * File on this cluster's nodes with what a client needs of a Kafka that speaks TLS: the protocol, a trust store, its password. It is given
   * to Kafka's own tools there, for its own Kafka and the one that it follows; the bot never reads it.
   */
  clientProperties: pathConfig.optional(),
});

/** A user of GSQL who may see and do everything. */
const superuser = z.strictObject({
  name: z.string().regex(/^[A-Za-z_][A-Za-z0-9_.@-]{0,127}$/, 'must be the name of a GSQL user'),
  password: reference,
});

const bucketName = z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of a bucket');

const backup = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('local'), path: folder }),
  z
    .strictObject({
      kind: z.literal('s3'),
      bucket: bucketName,
      /** For stores that are not Amazon's, from 3.8 on. */
      endpoint: z.url({ protocol: /^https?$/ }).optional(),
      /** Taken on instead of keys, from 3.11 on. */
      roleArn: z
        .string()
        .regex(/^arn:[a-z-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/, 'must be the ARN of a role')
        .optional(),
      accessKeyId: reference.optional(),
      secretAccessKey: reference.optional(),
      /** Folder on the nodes for the metadata of a backup, which 3.7 to 3.9.1 want in a file of its own. */
      metadata: folder.prefault('/home/tigergraph/replops'),
    })
    .check(({ value, issues }) => {
      if ((value.accessKeyId === undefined) !== (value.secretAccessKey === undefined)) {
        issues.push({ code: 'custom', input: value, path: ['secretAccessKey'], message: 'goes together with accessKeyId' });
      }
      if (value.roleArn !== undefined && value.accessKeyId !== undefined) {
        issues.push({ code: 'custom', input: value, path: ['roleArn'], message: 'stands in the place of keys, so give one of the two' });
      }
    }),
]);

const clusterConfig = z.strictObject({
  cluster: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/, 'must be a short name such as graph-east'),
  /** Every node, over SSH, as the Linux user who owns TigerGraph. */
  nodes: nodesConfig,
  /**
   * Folder of gadmin, gsql and gbar on the nodes, which is not in the path of a command that comes over SSH. A node that has no gadmin there
   * is asked for it by its own ~/.tg.cfg, so it has to be said only where neither is right.
   */
  commands: folder.prefault('/home/tigergraph/tigergraph/app/cmd'),
  /** Needed to read the numbers of replicated metadata, and for queries to be installed anew. */
  superuser: superuser.optional(),
  /** Hosts as the product lists them (System.HostList); checked when given. */
  hosts: hostNames.optional(),
  brokers: brokers.prefault({}),
  backup,
});

export type ClusterConfig = z.infer<typeof clusterConfig>;

const shape = z.strictObject({
  primary: clusterConfig,
  standby: clusterConfig,
  /** Graphs whose queries are looked at. */
  graphs: z
    .array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'must be the name of a graph'))
    .max(64)
    .default([]),
  /** What the tags of our own backups begin with. */
  tagPrefix: z
    .string()
    .regex(/^[a-z][a-z0-9]{0,19}$/, 'must be a short word such as replops')
    .default('replops'),
  /** How local backups get to the other side: over SSH from node to node, or by a person. */
  transfer: z.enum(['rsync', 'by-hand']).default('rsync'),
  /** Whether both sides must have as many copies of every partition. */
  equalReplicas: z.boolean().default(false),
  /** How a person makes sure that a primary that can't be reached takes no writes. */
  fencing: z.strictObject({ instructions: z.string().trim().min(1).max(500) }).optional(),
});

export type ParsedConfig = z.infer<typeof shape>;

interface Found {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** How the config file spells the settings of a link between two TigerGraph clusters. */
export const crrSettingsSchema = shape.check((context) => {
  for (const { path, message } of pairProblems(context.value)) {
    context.issues.push({ code: 'custom', input: context.value, path: [...path], message });
  }
});

function pairProblems({ primary, standby }: ParsedConfig): readonly Found[] {
  const addresses = new Set(primary.nodes.map(({ host, port: at }) => `${host.toLowerCase()}:${at}`));
  const shared = standby.nodes.findIndex(({ host, port: at }) => addresses.has(`${host.toLowerCase()}:${at}`));
  const names = new Set(primary.nodes.map(({ name }) => name));
  const twice = standby.nodes.findIndex(({ name }) => names.has(name));
  const listed = standby.hosts?.findIndex((host) => primary.hosts?.includes(host)) ?? -1;
  const reached = standby.brokers.addresses?.findIndex((host) => primary.brokers.addresses?.includes(host)) ?? -1;
  const at = (found: number, path: readonly PropertyKey[], message: string): readonly Found[] =>
    found < 0 ? [] : [{ path: ['standby', ...path, found], message }];
  return [
    ...(primary.cluster === standby.cluster ? [{ path: ['standby', 'cluster'], message: 'must differ from the name of the primary' }] : []),
    ...at(shared, ['nodes'], 'is a node of the primary too: a restore on the standby would destroy the primary'),
    ...at(twice, ['nodes'], 'has the name of a node of the primary; give each its own, such as west-1'),
    ...at(listed, ['hosts'], 'is a host of the primary too'),
    ...at(reached, ['brokers', 'addresses'], 'is a broker of the primary too'),
    ...(primary.backup.kind === standby.backup.kind
      ? []
      : [
          {
            path: ['standby', 'backup', 'kind'],
            message: `must be ${primary.backup.kind} as on the primary: a backup of one side is restored on the other`,
          },
        ]),
    ...(primary.backup.kind === 's3' && standby.backup.kind === 's3' && primary.backup.bucket !== standby.backup.bucket
      ? [
          {
            path: ['standby', 'backup', 'bucket'],
            message: 'must be the bucket of the primary: a backup of one side is restored on the other',
          },
        ]
      : []),
    ...(primary.backup.kind === 's3' && standby.backup.kind === 's3' && primary.backup.endpoint !== standby.backup.endpoint
      ? [
          {
            path: ['standby', 'backup', 'endpoint'],
            message: 'must be the endpoint of the primary: a bucket of the same name elsewhere is another one',
          },
        ]
      : []),
  ];
}
