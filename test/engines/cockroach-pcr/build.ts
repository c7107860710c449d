import { asChannelId, asLinkId } from '../../../src/domain/ids.ts';
import { Secret } from '../../../src/domain/secret.ts';
import type { PcrLink } from '../../../src/engines/cockroach-pcr/config.ts';
import type { PcrSetup } from '../../../src/engines/cockroach-pcr/config-setup.ts';
import type { GroundRead, PcrDetail, ReadSide, SideRead, VirtualClusterView } from '../../../src/engines/cockroach-pcr/detail.ts';
import { observationOf } from '../../../src/engines/cockroach-pcr/observe.ts';

/** The databases' clock in all builders: 2026-06-01 10:00:00 UTC. */
export const nowMs = Date.UTC(2026, 5, 1, 10);
export const micros = (msBeforeNow: number): string => String(BigInt(nowMs - msBeforeNow) * 1000n);

export const aLink = (virtualCluster = 'main'): PcrLink => ({
  id: asLinkId('prod-sql'),
  engine: 'cockroach-pcr',
  environment: 'production',
  description: 'Orders',
  incidentChannels: [asChannelId('C1')],
  redirect: { kind: 'manual', instructions: 'Point db.example.com at the new primary.' },
  settings: {
    virtualCluster,
    primary: address('sql-east', 26_257),
    standby: address('sql-west', 26_258),
    streams: { primary: 'to-west', standby: 'to-east' },
    setup: null,
  },
});

const address = (cluster: string, port: number) => ({
  cluster,
  host: '127.0.0.1',
  port,
  user: 'ops',
  password: new Secret('pw'),
  tls: { kind: 'disabled' } as const,
});

const way = { host: '10.0.0.1', port: 26_257, ca: null, caPath: null, verified: false };

/** What a config says that makes the replication itself. */
export const aMadeSetup = (more: Partial<PcrSetup> = {}): PcrSetup => ({
  source: 'main',
  retentionMs: null,
  expirationMs: null,
  reader: false,
  user: { name: 'stream', password: new Secret('s3cret'), create: true },
  addresses: { primary: way, standby: way },
  route: null,
  organization: null,
  license: null,
  consoleUser: null,
  ...more,
});

export const aMadeLink = (more: Partial<PcrSetup> = {}): PcrLink => {
  const plain = aLink();
  return { ...plain, settings: { ...plain.settings, setup: aMadeSetup(more) } };
};

export const aGround: GroundRead = {
  rangefeed: true,
  organization: true,
  license: true,
  users: [],
  granted: [],
  admins: ['ops'],
  connections: [],
  regions: ['us-east'],
  virtualClusters: [{ name: 'main', status: 'ready', service: 'shared' }],
};

const releases = {
  '23.2': { year: 23, number: 2, text: 'v23.2.5' },
  '24.3': { year: 24, number: 3, text: 'v24.3.12' },
  '25.4': { year: 25, number: 4, text: 'v25.4.3' },
  '26.2': { year: 26, number: 2, text: 'v26.2.2' },
} as const;

export const aVirtualCluster = (more: Partial<VirtualClusterView> = {}): VirtualClusterView => ({
  id: '3',
  status: 'ready',
  service: 'shared',
  sourceName: null,
  sourceUri: null,
  replicated: null,
  retained: null,
  failover: null,
  activated: null,
  job: null,
  ...more,
});

export const aJob = (more: Partial<NonNullable<VirtualClusterView['job']>> = {}): NonNullable<VirtualClusterView['job']> => ({
  id: '899090689449132033',
  status: 'running',
  runningStatus: '',
  fraction: null,
  error: '',
  modified: micros(60_000),
  ...more,
});

export const aReadSide = (vc: VirtualClusterView | null, more: Partial<ReadSide> = {}): ReadSide => ({
  kind: 'read',
  release: releases['26.2'],
  activeVersion: '26.2',
  now: micros(0),
  defaultTarget: '',
  vc,
  history: 'none',
  sight: 'all',
  ...more,
});
export const onVersion = (version: keyof typeof releases) => ({ release: releases[version], activeVersion: version });

/** A source that takes writes. */
export const aSource = (more: Partial<ReadSide> = {}): ReadSide => aReadSide(aVirtualCluster(), { history: 'kept', ...more });
/** A standby that follows, 12 s behind, and keeps 4 h. */
export const aStream = (more: Partial<VirtualClusterView> = {}): VirtualClusterView =>
  aVirtualCluster({
    status: 'replicating',
    service: 'none',
    sourceName: 'main',
    sourceUri: 'postgresql://[redacted]@10.0.0.1:26257/defaultdb?[redacted]',
    replicated: micros(12_000),
    retained: micros(4 * 3_600_000),
    job: aJob(),
    ...more,
  });
export const aStandby = (more: Partial<VirtualClusterView> = {}, side: Partial<ReadSide> = {}): ReadSide => aReadSide(aStream(more), side);

export const gone: SideRead = { kind: 'gone', why: 'ECONNREFUSED' };
export const silent: SideRead = { kind: 'silent', why: 'nothing came in time' };
export const locked: SideRead = { kind: 'locked', why: 'it answered 28P01: password authentication failed.' };

export const aDetail = (primary: SideRead = aSource(), standby: SideRead = aStandby()): PcrDetail => ({ primary, standby });

export const anObservation = (detail: PcrDetail = aDetail(), link: PcrLink = aLink()) => observationOf(link, detail, nowMs);
