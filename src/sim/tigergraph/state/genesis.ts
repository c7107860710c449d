import { type SimSide, type SimUser, simSides, type TigerWorldOptions } from '../contract.ts';
import { productPace } from '../pace.ts';
import { releaseOf } from '../release.ts';
import {
  type Cluster,
  copyData,
  type DataSet,
  kafkaListens,
  keys,
  type Ms,
  type Service,
  type TigerNode,
  type TigerState,
} from './model.ts';
import { serviceNames } from './services.ts';
import { detach, refresh } from './settle.ts';

export const defaultUsers: readonly SimUser[] = [{ name: 'tigergraph', password: 'tigergraph', superuser: true }];
const backupPath = '/home/tigergraph/backups';
const bucketName = 'graph-backups';

/** For how long services have run when the world begins; settings were changed last before that. */
export const upForMs = 3_600_000;

const nets: Readonly<Record<SimSide, string>> = { primary: '10.0.1', standby: '10.0.2' };

function servicesFor(nodes: readonly TigerNode[], names: readonly string[], partitions: number, replicas: number): readonly Service[] {
  let pid = 20_000;
  const make = (name: string, instance: string, node: TigerNode): Service => {
    pid += 7;
    return { name, instance, node, pid, startedAtMs: 0, wanted: true, onlineAtMs: 0, stuck: false };
  };
  return [...names].sort().flatMap((name) => {
    if (name !== 'GPE' && name !== 'GSE') return nodes.map((node, index) => make(name, `${name}#${index + 1}`, node));
    return nodes.slice(0, partitions * replicas).map((node, index) => {
      const partition = Math.floor(index / replicas) + 1;
      return make(name, `${name}_${partition}#${(index % replicas) + 1}`, node);
    });
  });
}

function configFor(
  cluster: Pick<Cluster, 'nodes' | 'release' | 'services'>,
  side: SimSide,
  options: TigerWorldOptions,
): Map<string, string> {
  const root = '/home/tigergraph/tigergraph';
  const { backup = 'local', prefix = '', sshUser = 'tigergraph' } = options;
  const kafka = options.kafka?.[side] ?? 'plain';
  const parts = cluster.services
    .filter(({ name }) => name === 'GPE')
    .map(({ node, instance }) => {
      const [, partition, replica] = /_(\d+)#(\d+)/.exec(instance) ?? [];
      return { HostID: node.name, Partition: Number(partition), Replica: Number(replica) };
    });
  return new Map([
    [keys.enabled, 'false'],
    [keys.ips, ''],
    [keys.port, '30002'],
    [keys.prefix, side === 'primary' ? prefix : ''],
    [keys.hostList, JSON.stringify(cluster.nodes.map(({ name, ip }) => ({ Hostname: ip, ID: name, Region: '' })))],
    ['GPE.BasicConfig.Nodes', JSON.stringify(parts)],
    ['GPE.NumberOfHashBucketInBit', '5'],
    [keys.kafkaPort, '30002'],
    [keys.tlsEnable, String(kafka === 'tls')],
    [keys.tlsPort, '30001'],
    [keys.tlsClients, kafka === 'tls' ? 'ssl' : ''],
    ['Kafka.Security.SSL.Passphrase', kafka === 'tls' ? 'simulated' : ''],
    [keys.retention, '168'],
    ['Kafka.RetentionSizeGB', '40'],
    [keys.appRoot, `${root}/app/${cluster.release.version}`],
    [keys.dataRoot, `${root}/data`],
    [keys.logRoot, `${root}/log`],
    // Audit logs came with 3.10.
    ...(cluster.release.crr ? [[keys.audit, 'false'] as const] : []),
    ['System.TempRoot', `${root}/tmp`],
    ['System.SSH.User.Username', sshUser],
    ['System.Backup.TimeoutSec', '18000'],
    ['System.Backup.CompressProcessNumber', '8'],
    ['System.Backup.DecompressProcessNumber', '8'],
    ['System.Backup.CompressionLevel', 'DefaultCompression'],
    ['System.Backup.Scheduler.Enable', 'false'],
    [keys.localEnable, String(backup === 'local')],
    [keys.localPath, backup === 'local' ? backupPath : ''],
    [keys.s3Enable, String(backup === 's3')],
    [keys.s3Bucket, backup === 's3' ? bucketName : ''],
    ['System.Backup.S3.AWSAccessKeyID', ''],
    ['System.Backup.S3.AWSSecretAccessKey', ''],
    [keys.s3Endpoint, ''],
    ['System.Backup.S3.RoleARN', ''],
  ]);
}

function dataFor(side: SimSide, { users = defaultUsers, graph = 'orders', start }: TigerWorldOptions): DataSet {
  const isFull = side === 'primary' && start !== 'scratch';
  return {
    line: isFull ? 'line-1' : `empty-${side}`,
    parent: null,
    records: isFull ? 1_000_000 : 0,
    seq: isFull ? 256 : 0,
    queries: isFull ? ['hello', 'shortest_path'].map((name) => ({ graph, name, installed: true })) : [],
    marks: [],
    users: users
      .filter((user) => (user.sides ?? [side]).includes(side))
      .map(({ name, password, superuser = false }) => ({ name, password, superuser })),
  };
}

function clusterFor(side: SimSide, options: TigerWorldOptions, nowMs: Ms): Cluster {
  const { nodes: counts = { primary: 3, standby: 3 }, names = { primary: 'tiger-east', standby: 'tiger-west' } } = options;
  const replicas = options.replicationFactor?.[side] ?? 1;
  const partitions = Math.floor(counts[side] / replicas);
  const release = releaseOf(typeof options.version === 'string' ? options.version : options.version[side]);
  const nodes = Array.from({ length: counts[side] }, (_, index) => ({
    name: `m${index + 1}`,
    ip: `${nets[side]}.${11 + index}`,
    up: true,
    s3Denied: false,
    diskFull: false,
  }));
  const services = servicesFor(nodes, serviceNames(release.ts3), partitions, replicas);
  for (const service of services) service.startedAtMs = nowMs - upForMs;
  const config = configFor({ nodes, release, services }, side, options);
  return {
    side,
    name: names[side],
    release,
    nodes,
    partitions,
    replicas,
    services,
    config: { staged: new Map(config), applied: new Map(config), effective: new Map(config) },
    data: dataFor(side, options),
    crr: {
      connector: 'none',
      readyAtMs: 0,
      primed: false,
      flowedAtMs: nowMs,
      outdated: null,
      blocked: false,
      fetchedSeq: 0,
      failing: false,
      broken: null,
      tasks: 10,
    },
    catalog: [],
    lock: null,
    serves: side === 'primary',
    fenced: false,
    runningQuery: false,
    forgetful: false,
    clashing: false,
    licenseEndsMs: nowMs + 300 * 86_400_000,
    restoredAtMs: null,
    origin: null,
    topicsFor: '',
    keptFrom: 0,
    seqLog: [],
  };
}

export const setEverywhere = ({ config }: Cluster, key: string, value: string): void => {
  for (const stage of [config.staged, config.applied, config.effective]) stage.set(key, value);
};

/** The state that the world starts in. */
export function createState(options: TigerWorldOptions, nowMs: Ms): TigerState {
  const clusters = { primary: clusterFor('primary', options, nowMs), standby: clusterFor('standby', options, nowMs) };
  const state: TigerState = {
    clusters,
    pace: { ...productPace, ...options.pace },
    user: options.sshUser ?? 'tigergraph',
    effects: [],
    writable: [],
    blockedPorts: new Set(),
    bucket: new Map(),
    spoil: null,
    ansi: true,
    writesPerSecond: options.writesPerSecond ?? 10,
    linkUp: true,
    settledMs: nowMs,
    lines: 1,
    lost: null,
  };
  for (const side of simSides) state.clusters[side].seqLog.push({ seq: state.clusters[side].data.seq, atMs: 0 });
  bringTo(state, options);
  refresh(state, nowMs);
  return state;
}

function bringTo(state: TigerState, { start = 'replicating', prefix = '' }: TigerWorldOptions): void {
  const { primary, standby } = state.clusters;
  if (start === 'none' || start === 'scratch') return;
  standby.data = copyData(primary.data);
  setEverywhere(standby, keys.enabled, 'true');
  setEverywhere(standby, keys.ips, primary.nodes.map(({ ip }) => ip).join(','));
  setEverywhere(standby, keys.port, kafkaListens(primary).tls ?? '30002');
  setEverywhere(standby, keys.prefix, prefix === '' ? 'Primary' : `${prefix}.Primary`);
  Object.assign(standby.crr, { connector: 'running', primed: true, outdated: start === 'outdated' ? 'DROP ALL' : null });
  if (start === 'outdated') Object.assign(primary.data, { records: 0, seq: 3, queries: [] });
  if (start === 'outdated') primary.seqLog.splice(0, primary.seqLog.length, { seq: 3, atMs: 0 });
  if (start !== 'promoted') return;
  setEverywhere(standby, keys.enabled, 'false');
  detach(state, standby);
  primary.fenced = true;
}
