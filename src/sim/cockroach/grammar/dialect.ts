/** Versions that the simulator speaks. */
export const simVersions = ['23.2', '24.3', '25.2', '26.2'] as const;
export type SimVersion = (typeof simVersions)[number];

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
  /** Until 25.4 a reader option that is combined with another option is dropped without a word. */
  readonly readerOptionLostInCompany: boolean;
  /** From 25.4 on a failover always destroys the reader; before, only one to a SYSTEM TIME does. */
  readonly failoverAlwaysDropsReader: boolean;
  readonly expirationWindow: 'none' | 'consumer' | 'source';
  readonly priorDetails: boolean;
  readonly sourcePrivileges: readonly string[];
  readonly destinationPrivileges: readonly string[];
  readonly jobsHaveStarted: boolean;
  readonly jobsWithResolvedTimestamp: boolean;
  /** How an illegal job transition names the state of the job. */
  readonly jobStateWord: 'status' | 'state';
  readonly internalsBlocked: boolean;
  readonly alterExternalConnection: boolean;
  readonly hasSystemPrivilege: boolean;
  /** Refuses to stop the service that `server.controller.default_target_cluster` names. */
  readonly checksDefaultTarget: boolean;
  readonly templateVc: boolean;
  readonly defaultVc: 'application' | 'main';
  readonly statusColumns: readonly string[];
  /** How long a producer keeps history without hearing from its consumer, hours. */
  readonly expirationHours: number;
}

const since243: Omit<Dialect, 'version' | 'build'> = {
  word: 'failover',
  likeClause: true,
  fastFailback: true,
  readVirtualCluster: true,
  readerOptionLostInCompany: true,
  failoverAlwaysDropsReader: false,
  expirationWindow: 'consumer',
  priorDetails: true,
  sourcePrivileges: ['REPLICATION'],
  destinationPrivileges: ['MANAGEVIRTUALCLUSTER'],
  jobsHaveStarted: true,
  jobsWithResolvedTimestamp: false,
  jobStateWord: 'status',
  internalsBlocked: false,
  alterExternalConnection: false,
  hasSystemPrivilege: false,
  checksDefaultTarget: false,
  templateVc: false,
  defaultVc: 'main',
  statusColumns: [
    'id',
    'name',
    'source_tenant_name',
    'source_cluster_uri',
    'retained_time',
    'replicated_time',
    'replication_lag',
    'failover_time',
    'status',
  ],
  expirationHours: 24,
};

const since252: Omit<Dialect, 'version' | 'build'> = {
  ...since243,
  likeClause: false,
  expirationWindow: 'source',
  sourcePrivileges: ['REPLICATIONSOURCE', 'REPLICATION'],
  destinationPrivileges: ['REPLICATIONDEST', 'REPLICATION'],
  jobStateWord: 'state',
  statusColumns: [
    'id',
    'name',
    'ingestion_job_id',
    'source_tenant_name',
    'source_cluster_uri',
    'retained_time',
    'replicated_time',
    'replication_lag',
    'failover_time',
    'status',
  ],
};

export const dialects: Readonly<Record<SimVersion, Dialect>> = {
  '23.2': {
    ...since243,
    version: '23.2',
    build: 'CockroachDB CCL v23.2.4 (x86_64-pc-linux-gnu, built 2024/04/08 19:27:14, go1.21.5 X:nocoverageredesign)',
    word: 'cutover',
    fastFailback: false,
    readVirtualCluster: false,
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
  },
  '24.3': {
    ...since243,
    version: '24.3',
    build: 'CockroachDB CCL v24.3.12 (x86_64-pc-linux-gnu, built 2025/05/01 12:31:40, go1.22.8 X:nocoverageredesign)',
  },
  '25.2': {
    ...since252,
    version: '25.2',
    build: 'CockroachDB CCL v25.2.1 (x86_64-pc-linux-gnu, built 2025/05/29 17:06:02, go1.23.7 X:nocoverageredesign)',
  },
  '26.2': {
    ...since252,
    version: '26.2',
    build: 'CockroachDB CCL v26.2.2 (x86_64-pc-linux-gnu, built 2026/06/05 09:11:58, go1.25.5)',
    readerOptionLostInCompany: false,
    failoverAlwaysDropsReader: true,
    jobsHaveStarted: false,
    jobsWithResolvedTimestamp: true,
    internalsBlocked: true,
    alterExternalConnection: true,
    hasSystemPrivilege: true,
  },
};
