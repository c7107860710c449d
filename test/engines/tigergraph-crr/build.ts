import type { LinkId } from '../../../src/domain/ids.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { type CrrLink, parseCrrSettings } from '../../../src/engines/tigergraph-crr/config.ts';
import type { CrrDetail, ReadSide } from '../../../src/engines/tigergraph-crr/detail.ts';
import { allServices } from './samples.ts';

const aCluster = (cluster: string, net: string) => ({
  cluster,
  nodes: [1, 2].map((at) => ({
    name: `${cluster}-${at}`,
    host: `10.0.${net}.1${at}`,
    user: 'tigergraph',
    password: 'env:SSH_PASSWORD',
    hostKey: 'unchecked',
  })),
  superuser: { name: 'tigergraph', password: 'env:GSQL_PASSWORD' },
  backup: { kind: 'local', path: '/data/backup' },
});

export const rawSettings = { primary: aCluster('graph-east', '1'), standby: aCluster('graph-west', '2'), graphs: ['orders'] };

export const parseRaw = (raw: unknown) => parseCrrSettings(raw, (reference) => new Secret(`the value of ${reference}`));

export function aLink(raw: unknown = rawSettings): CrrLink {
  const parsed = parseRaw(raw);
  if (parsed.kind === 'problems')
    throw new TypeError(parsed.problems.map(({ path, message }) => `${path.join('.')} ${message}`).join('; '));
  return {
    // The cast brands a name made up for a test.
    id: 'prod-graph' as LinkId,
    engine: 'tigergraph-crr',
    environment: 'production',
    description: 'Orders',
    incidentChannels: [],
    redirect: { kind: 'manual', instructions: 'Point the load balancer there.' },
    settings: parsed.settings,
  };
}

const servicesUp: ReadSide['services'] = {
  kind: 'read',
  stale: false,
  rows: allServices.map(([name = '', status = '', process = '']) => ({ name, status, process })),
};

export const servicesDown: ReadSide['services'] = {
  kind: 'read',
  stale: false,
  rows: allServices.map(([name = '']) => ({ name, status: 'Down', process: 'Stopped' })),
};

const noTraces = { kind: 'read' as const, found: [], left: 0 };

const aRead = (net: string, more: Partial<ReadSide>): ReadSide => ({
  kind: 'read',
  by: `node-${net}`,
  nodes: [1, 2].map((at) => ({
    name: `n${net}-${at}`,
    answers: true,
    why: null,
    user: 'tigergraph',
    ip: `10.0.${net}.1${at}`,
    id: `m${at}`,
    skewMs: 0,
  })),
  version: { text: '4.1.4', major: 4, minor: 1, patch: 4 },
  tools: { gbar: false, backup: ['create', 'list', 'restore'], create: ['--custom-tag'], restore: ['--dr'], crr: ['start', 'stop'] },
  hosts: [1, 2].map((at) => ({ id: `m${at}`, hostname: `10.0.${net}.1${at}` })),
  shape: { partitions: 2, replicas: 1 },
  crr: { enabled: false, brokers: [], port: 30_002, prefix: '' },
  retention: { hours: 168, gigabytes: 40 },
  kafkaPort: 30_002,
  tls: { enabled: false, port: 30_001, clients: 'any' },
  roots: { app: '/home/tigergraph/tigergraph/app/4.1.4', data: '/home/tigergraph/tigergraph/data', log: '/home/tigergraph/tigergraph/log' },
  backupSetup: { local: true, path: '/data/backup', s3: false, bucket: '', endpoint: '', timeoutSec: 18_000 },
  services: servicesUp,
  connector: { kind: 'read', tasks: [] },
  staged: { kind: 'read', keys: [] },
  sequence: { kind: 'read', last: 10, waiting: 0 },
  positions: { kind: 'unread', why: 'Not asked.' },
  native: { kind: 'unread', why: 'This version has none.' },
  backups: { kind: 'read', rows: [] },
  signs: { kind: 'read', logs: noTraces, restores: noTraces, kept: { kind: 'read', first: 0, newest: 10 }, replacedAt: null },
  counts: { kind: 'read', vertices: 1_000, edges: 9_000 },
  ...more,
});

export const aSource = (more: Partial<ReadSide> = {}): ReadSide => aRead('1', more);

export const running: ReadSide['connector'] = { kind: 'read', tasks: [{ worker: 'w', state: 'RUNNING', task: '0', taskState: 'RUNNING' }] };

export const aFollower = (more: Partial<ReadSide> = {}): ReadSide =>
  aRead('2', { crr: { enabled: true, brokers: ['10.0.1.11', '10.0.1.12'], port: 30_002, prefix: 'Primary' }, connector: running, ...more });

export const noneSeen: CrrDetail['past'] = {
  changes: 0,
  records: 0,
  behindMs: 0,
  stillMs: null,
  words: 'It has everything.',
  lastSeen: null,
  outdated: [],
  doubts: [],
};

export const aDetail = (more: Partial<CrrDetail> = {}): CrrDetail => ({
  primary: aSource(),
  standby: aFollower(),
  past: noneSeen,
  ...more,
});
