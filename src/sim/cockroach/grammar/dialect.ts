/** Versions that the simulator speaks. */
export const simVersions = ['23.2', '24.1', '24.2', '24.3', '25.1', '25.2', '25.3', '25.4', '26.1', '26.2'] as const;
export type SimVersion = (typeof simVersions)[number];

/** Releases that an upgrade may skip. */
const innovations: readonly SimVersion[] = ['24.2', '25.1', '25.3', '26.1'];

/** The newest release to which one upgrade leads; none is too new for the last ones. */
export const nextMajor = (major: number): number =>
  Number(simVersions.find((version) => Number(version) > major && !innovations.includes(version)) ?? Number.POSITIVE_INFINITY);

/** What differs between versions, as data. Everything else in the simulator is common to all of them. */
export interface Dialect {
  readonly version: SimVersion;
  /** Text of `SELECT version()`. */
  readonly build: string;
  /** Word in the names of states and of the time column. */
  readonly word: 'cutover' | 'failover';
  readonly likeClause: boolean;
  readonly fastFailback: boolean;
  readonly readVirtualCluster: boolean;
  /** From 24.3.12 on a reader can be added to a copy that follows already. */
  readonly addsReaderLater: boolean;
  /** Until 25.4 a reader option that is combined with another option is dropped without a word. */
  readonly readerOptionLostInCompany: boolean;
  /** From 25.4 on a failover always destroys the reader; before, only one to a SYSTEM TIME does. */
  readonly failoverAlwaysDropsReader: boolean;
  /** From 26.2 on a reader refuses AS OF SYSTEM TIME. */
  readonly readerRefusesAsOf: boolean;
  readonly expirationWindow: 'none' | 'consumer' | 'source';
  readonly priorDetails: boolean;
  readonly sourcePrivileges: readonly string[];
  readonly destinationPrivileges: readonly string[];
  readonly jobsHaveStarted: boolean;
  readonly jobsWithResolvedTimestamp: boolean;
  /** From 26.1 on the list of jobs tells why somebody paused one. */
  readonly tellsWhyPaused: boolean;
  /** Up to 24.3 replication takes a licence and an organization on both sides. */
  readonly licensed: boolean;
  /** How an illegal job transition names the state of the job. */
  readonly jobStateWord: 'status' | 'state';
  readonly internalsBlocked: boolean;
  readonly alterExternalConnection: boolean;
  /** SHOW EXTERNAL CONNECTIONS came with 24.2, which can not redact the address of a cluster and leaves it out. */
  readonly listsConnections: 'no' | 'names' | 'addresses';
  readonly hasSystemPrivilege: boolean;
  /** Refuses to stop the service that `server.controller.default_target_cluster` names. */
  readonly checksDefaultTarget: boolean;
  readonly templateVc: boolean;
  readonly defaultVc: 'application' | 'main';
  readonly statusColumns: readonly string[];
  /** How long a producer keeps history without hearing from its consumer, hours. */
  readonly expirationHours: number;
}

type Traits = Omit<Dialect, 'version' | 'build' | 'addsReaderLater'>;

const timed = (time: 'cutover_time' | 'failover_time'): readonly string[] => [
  'source_tenant_name',
  'source_cluster_uri',
  'retained_time',
  'replicated_time',
  'replication_lag',
  time,
  'status',
];

/** The first version that most of the others are like: fast failback, one application, `main`. */
const since241: Traits = {
  word: 'cutover',
  likeClause: true,
  fastFailback: true,
  readVirtualCluster: false,
  readerOptionLostInCompany: true,
  failoverAlwaysDropsReader: false,
  readerRefusesAsOf: false,
  expirationWindow: 'consumer',
  priorDetails: true,
  sourcePrivileges: ['REPLICATION'],
  destinationPrivileges: ['MANAGEVIRTUALCLUSTER'],
  jobsHaveStarted: true,
  jobsWithResolvedTimestamp: false,
  tellsWhyPaused: false,
  licensed: true,
  jobStateWord: 'status',
  internalsBlocked: false,
  alterExternalConnection: false,
  listsConnections: 'no',
  hasSystemPrivilege: false,
  checksDefaultTarget: false,
  templateVc: false,
  defaultVc: 'main',
  statusColumns: ['id', 'name', ...timed('cutover_time')],
  expirationHours: 24,
};

const before241: Traits = {
  ...since241,
  fastFailback: false,
  expirationWindow: 'none',
  priorDetails: false,
  checksDefaultTarget: true,
  templateVc: true,
  defaultVc: 'application',
  statusColumns: [
    'id',
    'name',
    'data_state',
    'service_mode',
    'source_tenant_name',
    'source_cluster_uri',
    'replication_job_id',
    'replicated_time',
    'retained_time',
    'cutover_time',
  ],
  expirationHours: 72,
};

const since242: Traits = { ...since241, listsConnections: 'names' };

const since243: Traits = {
  ...since242,
  listsConnections: 'addresses',
  word: 'failover',
  readVirtualCluster: true,
  statusColumns: ['id', 'name', ...timed('failover_time')],
};

/** Where its new column stands is not known; nobody may count on it, so it stands where no other version has it. */
const since251: Traits = {
  ...since243,
  licensed: false,
  jobStateWord: 'state',
  statusColumns: ['id', 'name', ...timed('failover_time'), 'ingestion_job_id'],
};

const since252: Traits = {
  ...since251,
  likeClause: false,
  expirationWindow: 'source',
  sourcePrivileges: ['REPLICATIONSOURCE', 'REPLICATION'],
  destinationPrivileges: ['REPLICATIONDEST', 'REPLICATION'],
  statusColumns: ['id', 'name', 'ingestion_job_id', ...timed('failover_time')],
};

const since253: Traits = { ...since252, jobsHaveStarted: false };

const since254: Traits = { ...since253, failoverAlwaysDropsReader: true, alterExternalConnection: true, hasSystemPrivilege: true };

const since261: Traits = {
  ...since254,
  readerOptionLostInCompany: false,
  tellsWhyPaused: true,
  jobsWithResolvedTimestamp: true,
  internalsBlocked: true,
};

/** Releases that the clusters claim to be, with the date they were built and the Go they were built with. */
const builds: Readonly<Record<SimVersion, readonly [patch: number, built: string, go: string]>> = {
  '23.2': [4, '2024/04/08 19:27:14', 'go1.21.5 X:nocoverageredesign'],
  '24.1': [4, '2024/08/29 15:40:11', 'go1.22.5 X:nocoverageredesign'],
  '24.2': [3, '2024/09/23 22:30:57', 'go1.22.5 X:nocoverageredesign'],
  '24.3': [12, '2025/05/01 12:31:40', 'go1.22.8 X:nocoverageredesign'],
  '25.1': [6, '2025/04/28 13:05:26', 'go1.22.8 X:nocoverageredesign'],
  '25.2': [1, '2025/05/29 17:06:02', 'go1.23.7 X:nocoverageredesign'],
  '25.3': [2, '2025/09/17 14:49:33', 'go1.23.11 X:nocoverageredesign'],
  '25.4': [3, '2026/01/12 10:20:48', 'go1.23.12 X:nocoverageredesign'],
  '26.1': [1, '2026/03/02 16:11:09', 'go1.25.5'],
  '26.2': [2, '2026/06/05 09:11:58', 'go1.25.5'],
};

const traits: Readonly<Record<SimVersion, Traits>> = {
  '23.2': before241,
  '24.1': since241,
  '24.2': since242,
  '24.3': since243,
  '25.1': since251,
  '25.2': since252,
  '25.3': since253,
  '25.4': since254,
  '26.1': since261,
  '26.2': { ...since261, readerRefusesAsOf: true },
};

/** What a release speaks; the patch that is known best when none is given. */
export function dialectOf(version: SimVersion, patch: number = builds[version][0]): Dialect {
  const [, built, go] = builds[version];
  return {
    ...traits[version],
    version,
    build: `CockroachDB CCL v${version}.${patch} (x86_64-pc-linux-gnu, built ${built}, ${go})`,
    addsReaderLater: traits[version].readVirtualCluster && (version !== '24.3' || patch >= 12),
  };
}

// One entry per version, which the compiler can't follow through the list.
export const dialects = Object.fromEntries(simVersions.map((version) => [version, dialectOf(version)])) as Readonly<
  Record<SimVersion, Dialect>
>;

/** The versions that have a trait. */
export const versionsWith = (has: (dialect: Dialect) => boolean): readonly SimVersion[] =>
  simVersions.filter((version) => has(dialects[version]));
