import { asLinkId } from '../../../src/domain/ids.ts';
import { Secret } from '../../../src/domain/secret.ts';
import type { CcdrCluster, CcdrLink, CcdrSettings } from '../../../src/engines/neo4j-ccdr/config.ts';
import type { CcdrDetail, CopyView, DatabaseView, ReadSide, ServerView, SideRead } from '../../../src/engines/neo4j-ccdr/detail.ts';
import type { Seen } from '../../../src/engines/neo4j-ccdr/history.ts';
import { observationOf, rememberedWith, withPast } from '../../../src/engines/neo4j-ccdr/observe.ts';

/** The bot's clock in all builders: 2026-06-01 10:00:00 UTC. */
export const nowMs = Date.UTC(2026, 5, 1, 10);

const aCluster = (cluster: string, port: number, database: string): CcdrCluster => ({
  cluster,
  bolt: [{ host: '127.0.0.1', port }],
  replication: [`127.0.0.1:${port - 1687}`],
  database,
  spareDatabase: null,
  topology: { primaries: 3, secondaries: 0 },
  follow: { kind: 'network' },
  seedUri: null,
  user: 'ops',
  password: new Secret('pw'),
  tls: { kind: 'disabled' },
  hosts: null,
});

export const someSettings = (more: Partial<CcdrSettings> = {}): CcdrSettings => ({
  primary: aCluster('graph-east', 17_687, 'foo'),
  standby: aCluster('graph-west', 27_687, 'foo-replica'),
  alias: null,
  oldDatabase: 'dump',
  attestations: { trust: 'They trust each other.', network: 'They reach each other.' },
  ...more,
});

export const aLink = (more: Partial<CcdrSettings> = {}): CcdrLink => ({
  id: asLinkId('prod-graph'),
  engine: 'neo4j-ccdr',
  environment: 'production',
  description: '',
  incidentChannels: [],
  redirect: { kind: 'manual', instructions: 'Point the drivers at the new primary.' },
  settings: someSettings(more),
});

export const aCopy = (more: Partial<CopyView> = {}): CopyView => ({
  server: 's1',
  address: '127.0.0.1:17687',
  type: 'standard',
  access: 'read-write',
  role: 'primary',
  writer: false,
  requestedStatus: 'online',
  currentStatus: 'online',
  message: '',
  store: 'block-block-1.1',
  lastTxn: '48213',
  ...more,
});

export const aDatabase = (name: string, copies: readonly CopyView[], more: Partial<DatabaseView> = {}): DatabaseView => ({
  name,
  databaseId: `id-of-${name}`,
  aliases: [],
  isDefault: false,
  isHome: false,
  requested: { primaries: copies.length, secondaries: 0 },
  current: { primaries: copies.length, secondaries: 0 },
  createdAt: null,
  follows: null,
  copies: [...copies],
  ...more,
});

/** Three copies, of which the first takes writes. */
export const standardCopies = (more: Partial<CopyView> = {}): readonly CopyView[] =>
  [1, 2, 3].map((n) => aCopy({ server: `e${n}`, address: `127.0.0.1:1768${n}`, writer: n === 1, ...more }));
export const replicaCopies = (more: Partial<CopyView> = {}): readonly CopyView[] =>
  [1, 2, 3].map((n) =>
    aCopy({ server: `w${n}`, address: `127.0.0.1:2768${n}`, type: 'replica', access: 'read-only', lastTxn: '48201', ...more }),
  );

export const aServer = (n: number, more: Partial<ServerView> = {}): ServerView => ({
  id: `s${n}`,
  name: `server-${n}`,
  address: `127.0.0.1:1768${n}`,
  state: 'Enabled',
  health: 'Available',
  modeConstraint: 'NONE',
  allowed: [],
  denied: [],
  hosting: ['system'],
  version: '2026.07.1',
  ...more,
});

export const aReadSide = (database: DatabaseView | null, more: Partial<ReadSide> = {}): ReadSide => ({
  kind: 'read',
  by: 'leader',
  release: { year: 2026, month: 7, patch: 1, text: '2026.07.1' },
  edition: 'enterprise',
  surface: 'preview',
  procedures: null,
  user: 'ops',
  roles: ['admin'],
  servers: [aServer(1), aServer(2), aServer(3)],
  database,
  spare: null,
  names: [{ name: 'system', type: 'system' }],
  aliases: [],
  routing: null,
  grants: null,
  ...more,
});

/** Servers of the other cluster. */
export const westServers = [4, 5, 6].map((n) => aServer(n, { address: `127.0.0.1:2768${n - 3}` }));
export const aSource = (copies = standardCopies()): ReadSide => aReadSide(aDatabase('foo', copies));
export const aStandby = (copies = replicaCopies(), more: Partial<ReadSide> = {}): ReadSide =>
  aReadSide(aDatabase('foo-replica', copies), { servers: westServers, ...more });

export const gone: SideRead = { kind: 'gone', why: 'graph-east could not be reached (127.0.0.1:17687 ECONNREFUSED).' };
export const silent: SideRead = { kind: 'silent', why: 'graph-east accepted the connection but gave no answer within 5000 ms.' };
export const locked: SideRead = { kind: 'locked', why: 'graph-east answered Neo.ClientError.Security.Unauthorized: no' };

export const aDetail = (primary: SideRead = aSource(), standby: SideRead = aStandby(), points: readonly Seen[] = []): CcdrDetail =>
  withPast({ primary, standby }, rememberedWith(points, { primary, standby }, nowMs), nowMs);

export const anObservation = (detail: CcdrDetail = aDetail(), link: CcdrLink = aLink()) => observationOf(link, detail, nowMs);
