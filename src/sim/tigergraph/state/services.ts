import { type Cluster, isDr, type Ms, type Service } from './model.ts';

/** Services that a plain `restart` leaves alone. */
const infrastructure = new Set(['ZK', 'ETCD', 'KAFKA', 'EXE', 'CTRL', 'IFM']);

/** In the order in which they are stopped and started. */
const order = [
  ...[
    'ZK',
    'ETCD',
    'DICT',
    'KAFKA',
    'ADMIN',
    'GSE',
    'NGINX',
    'GPE',
    'RESTPP',
    'KAFKASTRM-LL',
    'KAFKACONN',
    'TS3SERV',
    'GSQL',
    'TS3',
    'IFM',
    'GUI',
  ],
  ...['CTRL', 'EXE'],
];

export const serviceNames = (ts3: boolean): readonly string[] => order.filter((name) => ts3 || !name.startsWith('TS3'));

export const isInfrastructure = (name: string): boolean => infrastructure.has(name);

interface ServiceState {
  readonly status: string;
  readonly process: string;
}

export function stateOf({ node, wanted, name, onlineAtMs, stuck }: Service, nowMs: Ms): ServiceState {
  if (!node.up) return { status: 'StatusUnknown', process: 'StateUnknown' };
  if (!wanted) return { status: 'Down', process: 'Stopped' };
  if (stuck || nowMs < onlineAtMs) return { status: name === 'GPE' || name === 'GSE' ? 'Warmup' : 'Starting', process: 'Running' };
  return { status: 'Online', process: 'Running' };
}

export const isOnline = (service: Service, nowMs: Ms): boolean => stateOf(service, nowMs).status === 'Online';

/** At least one instance of the service, or of each of its partitions, answers. */
export function serves(cluster: Cluster, name: string, nowMs: Ms): boolean {
  const own = cluster.services.filter((service) => service.name === name);
  const parts = new Set(own.map(({ instance }) => instance.replace(/#\d+$/, '')));
  return own.length > 0 && [...parts].every((part) => own.some((each) => each.instance.startsWith(`${part}#`) && isOnline(each, nowMs)));
}

export const allOnline = (cluster: Cluster, nowMs: Ms): boolean => cluster.services.every((service) => isOnline(service, nowMs));

/** Clients of the application can write to it. */
export const isWritable = (cluster: Cluster, nowMs: Ms): boolean =>
  cluster.serves && !cluster.fenced && !isDr(cluster) && ['GPE', 'GSE', 'RESTPP'].every((name) => serves(cluster, name, nowMs));

export function stopServices(cluster: Cluster, names: readonly string[]): boolean {
  const touched = cluster.services.filter((service) => names.includes(service.name) && service.wanted);
  for (const service of touched) service.wanted = false;
  return touched.length > 0;
}

/** A number that no process of the cluster has had. */
const nextPid = ({ services }: Cluster): number => Math.max(...services.map(({ pid }) => pid)) + 7;

export function startServices(cluster: Cluster, names: readonly string[], nowMs: Ms, onlineAtMs: Ms): boolean {
  const touched = cluster.services.filter((service) => names.includes(service.name) && !service.wanted && service.node.up);
  for (const service of touched) Object.assign(service, { wanted: true, pid: nextPid(cluster), startedAtMs: nowMs, onlineAtMs });
  return touched.length > 0;
}
