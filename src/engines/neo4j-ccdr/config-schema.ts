import { z } from 'zod';
import { certificateFileConfig, nodesConfig, pathConfig } from '../hosts/config.ts';
import { databaseNameRule, isDatabaseName } from './names.ts';

const reference = z.string().regex(/^(env|file):.+$/, 'must be a secret reference such as env:GRAPH_PASSWORD or file:/run/secrets/ca.crt');

const host = '[A-Za-z0-9_.-]{1,253}|\\[[0-9A-Fa-f:.]{2,45}\\]';
const addressPattern = new RegExp(`^(${host})(?::(\\d{1,5}))?$`);

interface ParsedAddress {
  readonly host: string;
  readonly port: number;
}

/** Reads `host`, `host:port` or `[IPv6]:port`; null when it is none. */
function readAddress(text: string, defaultPort: number): ParsedAddress | null {
  const parts = addressPattern.exec(text);
  const port = Number(parts?.[2] ?? defaultPort);
  if (parts?.[1] === undefined || port < 1 || port > 65_535) return null;
  return { host: parts[1].replace(/^\[|\]$/g, ''), port };
}

const boltPort = 7687;
const clusterPort = 6000;

const boltAddress = z.string().transform((text, context): ParsedAddress => {
  const address = readAddress(text, boltPort);
  if (address !== null) return address;
  context.issues.push({
    code: 'custom',
    input: text,
    message: `must be host:port of a Bolt address, such as graph-1.example.com:${boltPort}`,
  });
  return z.NEVER;
});

const replicationAddress = z.string().transform((text, context): string => {
  const address = readAddress(text, clusterPort);
  const refused = address === null ? `must be host:port of a cluster port, such as graph-1.example.com:${clusterPort}` : null;
  const message =
    refused ??
    (address?.port === boltPort
      ? `is a Bolt address; replicas pull from the cluster port of a server (${clusterPort} unless server.cluster.advertised_address says otherwise)`
      : null);
  if (message === null) return text.includes(':') ? text.toLowerCase() : `${text.toLowerCase()}:${clusterPort}`;
  context.issues.push({ code: 'custom', input: text, message });
  return z.NEVER;
});

const databaseName = z
  .string()
  .transform((name) => name.toLowerCase())
  .refine(isDatabaseName, databaseNameRule);

const topology = z.strictObject({
  primaries: z.int().min(1).max(11),
  secondaries: z.int().min(0).max(20).default(0),
});

/** A place in an object store or a file system. What it takes to log in there is set on the servers, never written here. */
const storeUri = z
  .string()
  .regex(/^[a-z][a-z0-9+.-]*:\/\/[^\s@?#'"\\`]+$/, 'must be a URI such as s3://bucket/folder/, without user, password or query');

const follow = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('network') }),
  z.strictObject({ kind: z.literal('backups'), pullUri: storeUri }),
]);

/** The servers' own hosts over SSH, so that each cluster can be made to trust the other's certificates. */
const hostsConfig = z.strictObject({
  nodes: nodesConfig,
  /** Certificate of the authority that signed this cluster's certificates, on its first node. */
  caCertificate: pathConfig,
  /** Folder of what this cluster's servers trust, on every node. */
  trustedFolder: pathConfig.transform((path) => path.replace(/(?<=.)\/+$/, '')),
  /** Name that the other cluster's certificate has in there. */
  trustedAs: certificateFileConfig,
});

const clusterConfig = z.strictObject({
  cluster: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/, 'must be a short name such as graph-east'),
  bolt: z.array(boltAddress).min(1).max(64),
  replication: z.array(replicationAddress).max(64).default([]),
  database: databaseName,
  spareDatabase: databaseName.optional(),
  topology: topology.prefault({ primaries: 1 }),
  follow: follow.prefault({ kind: 'network' }),
  seedUri: storeUri.optional(),
  user: z.string().min(1).max(255),
  password: reference,
  tls: z
    .union([
      z.strictObject({ mode: z.literal('disable') }),
      z.strictObject({ mode: z.literal('verify').default('verify'), ca: reference.optional() }),
    ])
    .prefault({}),
  hosts: hostsConfig.optional(),
});

export type ClusterConfig = z.infer<typeof clusterConfig>;

const sentence = z.string().trim().min(1).max(500);

const shape = z.strictObject({
  primary: clusterConfig,
  standby: clusterConfig,
  alias: databaseName.optional(),
  oldDatabase: z.enum(['dump', 'destroy', 'keep']).default('dump'),
  attestations: z.strictObject({ trust: sentence.optional(), network: sentence.optional() }).prefault({}),
});

export type ParsedConfig = z.infer<typeof shape>;

interface Found {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** How the config file spells the settings of a link between two Neo4j clusters. */
export const ccdrSettingsSchema = shape.check((context) => {
  for (const { path, message } of [
    ...pairProblems(context.value),
    ...sideProblems('primary', context.value),
    ...sideProblems('standby', context.value),
  ]) {
    context.issues.push({ code: 'custom', input: context.value, path: [...path], message });
  }
});

function pairProblems({ primary, standby }: ParsedConfig): readonly Found[] {
  const text = ({ host: name, port }: ParsedAddress) => `${name.toLowerCase()}:${port}`;
  const taken = new Set(primary.bolt.map(text));
  const same = standby.bolt.findIndex((address) => taken.has(text(address)));
  return [
    ...(primary.cluster === standby.cluster ? [{ path: ['standby', 'cluster'], message: 'must differ from the name of the primary' }] : []),
    ...(same < 0
      ? []
      : [{ path: ['standby', 'bolt', same], message: 'is an address of the primary too: a standby on the same cluster protects nothing' }]),
  ];
}

function sideProblems(side: 'primary' | 'standby', config: ParsedConfig): readonly Found[] {
  const own = config[side];
  const other = config[side === 'primary' ? 'standby' : 'primary'];
  const boltPorts = own.bolt.map(({ host: name, port }) => `${name.toLowerCase()}:${port}`);
  const mistaken = own.replication.findIndex((address) => boltPorts.includes(address));
  const names = [own.database, own.spareDatabase];
  const at = (...path: readonly PropertyKey[]) => [side, ...path];
  return [
    ...((own.hosts === undefined) === (other.hosts === undefined)
      ? []
      : [{ path: at('hosts'), message: 'must be given for both clusters or for neither: trust goes both ways' }]),
    ...(mistaken < 0
      ? []
      : [
          {
            path: at('replication', mistaken),
            message: 'is a Bolt address of this cluster; replicas pull from the cluster port of a server',
          },
        ]),
    ...(own.replication.length === 0 && other.follow.kind === 'network'
      ? [
          {
            path: at('replication'),
            message: `must name the cluster ports that ${other.cluster} pulls from, such as graph-1.example.com:${clusterPort}`,
          },
        ]
      : []),
    ...(own.spareDatabase === own.database ? [{ path: at('spareDatabase'), message: 'must differ from database' }] : []),
    ...(config.oldDatabase === 'keep' && own.spareDatabase === undefined
      ? [{ path: at('spareDatabase'), message: 'is needed when oldDatabase is keep: the new replica needs a name beside the kept one' }]
      : []),
    ...(config.alias !== undefined && names.includes(config.alias)
      ? [{ path: ['alias'], message: `must differ from the databases of ${own.cluster}: an alias can't have the name of a database there` }]
      : []),
  ];
}
