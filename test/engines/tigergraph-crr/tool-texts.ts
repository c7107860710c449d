import {
  aTask,
  backupsChained,
  backupsOld,
  backupsTyped,
  connector,
  gpeNodes,
  hostList,
  staleWarning,
  status,
  statusWithPids,
  version,
} from './samples.ts';

/** What the tools of the product print, one of each kind, by name. */
const at = '[Wed Oct 26 08:51:24 UTC 2022]';
const info = (...words: readonly string[]): string => words.map((each) => `[   Info] ${at} ${each}\n`).join('');

export const deployment = `Usage: gssh m1|gpe_1#1|gse1_1#1|...
Usage: ----------------Available hosts--------------
Host *
    IdentityFile /home/tigergraph/.ssh/tigergraph_rsa
    Port 22
Host m1 ADMIN#1 admin#1 CTRL#1 ctrl#1 GPE_1#1 gpe_1#1 GSE_1#1 gse_1#1 GSQL#1 gsql#1 ZK#1 zk#1
    HostName 10.128.0.2
Host m2 ADMIN#2 admin#2 GPE_1#2 gpe_1#2 GSE_1#2 gse_1#2
    HostName 10.128.0.3
Host m3 ADMIN#3 admin#3
    HostName 10.128.0.4
#cluster.nodes: m1:10.128.0.2,m2:10.128.0.3,m3:10.128.0.4
#gpe.servers: m1,m2
#kafka.servers: m1,m2,m3
#log.root: /home/tigergraph/tigergraph/log
#app.root: /home/tigergraph/tigergraph/app/4.1.4
#data.root: /home/tigergraph/tigergraph/data
`;

const aFile = (service: string, partition: number, name: string) => ({
  Instance: { ServiceName: service, Replica: 0, Partition: partition },
  Name: name,
  Checksum: 'bb39e545e75c9571',
  RawSize: 2_490_368,
  Size: 7_274,
  WaterMarks: [{ Topic: 'deltaQ_GPE_1Q', Offset: 12 }],
  SchemaVersion: 2,
});

export const metadata = `${JSON.stringify({
  Tag: 'backup-2024-01-04T231921',
  Version: '3.10.0',
  Type: 'FULL',
  FullBackup: '',
  Time: '2024-01-04T23:19:21.514061123Z',
  Files: [aFile('GPE', 1, 'GPE_1_1.tgdat'), aFile('GSE', 1, 'GSE_1_1.tgdat'), aFile('GSQL', 0, 'GSQL.tgdat')],
})}\n`;

const backupLog = `${info('Tag is weekly-2022-10-26T085124', 'Backup timeout is 18000 seconds', 'Backup path: /home/tigergraph/backup/weekly-2022-10-26T085124', 'Begin to check needed disk space...', 'Exporting GSQL data... (async)', 'Archiving GPE_1_1 data', 'Calculate the file size of GPE_1_1.tar.lz4 data')}${info('Backup completes, backup files are under the path: /home/tigergraph/backup/weekly-2022-10-26T085124')}`;

const restoreLog = `[   Note] gadmin backup restore needs to reset TigerGraph system.
Are you sure? (y/N)y
${info('Scan backup archives under the path /home/tigergraph/backup/weekly-2022-10-25T141957', 'Stopping GPE & GSE...', 'Backupping current GPE & GSE data...', 'Extracting GPE & GSE data...', 'Starting services', 'Restore GPE & GSE successfully. you can remove manually the path /home/tigergraph/tigergraph/data/gstore-20221101095347 after the restore is finished.', 'GSQL imported', 'Restore completes')}`;

const drLog = `${info('Restore to DR cluster: set System.CrossRegionReplication.Enabled to true', 'Restore to DR cluster: Initializing Kafka...', 'Stopping GPE, GSE, RESTPP, and GSQL...', 'Restore completes', 'Restore to DR cluster: stop CRR by `gadmin crr stop`', 'Restore to DR cluster: start CRR by `gadmin crr start`')}`;

const gbarBackup = `[23:21:46] Retrieve TigerGraph system configuration
[23:37:19] Compress backup data
[23:53:18] Put archive daily-20180607232159 to repo-local
Backup to daily-20180607232159 finished in 31m33s.
`;

const gbarRestore = `[23:57:06] Retrieve TigerGraph system configuration
GBAR restore needs to reset TigerGraph system.
Do you want to continue?(y/N):y
[23:57:22] Pull archive daily-20180607232159, round #1
[00:18:30] gadmin stop gpe gse
[00:18:36] gadmin reset
Restore from daily-20180607232159 finished in 22m55s.
Old gstore data saved under /home/tigergraph/tigergraph/gstore with suffix -20180608001836, you need to remove them manually.
`;

const installLog = `Start installing queries, about 1 minute ...
hello query: curl -X GET 'http://127.0.0.1:9000/query/social/hello?p=VALUE'. Add -H "Authorization: Bearer TOKEN" if authentication is enabled.
Select 'm1' as compile server, now connecting ...
Node 'm1' is prepared as compile server.
[==========] 100% (1/1)
Query installation finished.
`;

export const graphCounts = `=== cluster ===
[CLUSTER] Nodes: 2, Total CPUs: 12
=== graph ===
[GRAPH  ] Graph was loaded (/home/tigergraph/tigergraph/data/gstore/0/part/):
[m1     ] Partition size: 246MiB, IDS size: 31MiB, Vertex count: 1152822, Edge count: 10908545, NumOfDeletedVertices: 0 NumOfSkippedVertices: 0
[m2     ] Partition size: 248MiB, IDS size: 31MiB, Vertex count: 1157325, Edge count: 11004342, NumOfDeletedVertices: 0 NumOfSkippedVertices: 0
[WARN   ] Above vertex and edge counts are for internal use which show approximate topology size of the local graph partition. Use DML to get the correct graph topology information
`;

const parallelRun = `### Connecting to local  server 172.31.91.54 ...
### Connecting to remote server 172.31.88.179 ...
### ---- (m1)_172.31.91.54 ---0--
Filesystem     1024-blocks      Used Available Capacity Mounted on
/dev/nvme0n1p1   103081248  51540624  51524240      51% /home
### ---- (m2)_172.31.88.179 ---0--
Filesystem     1024-blocks      Used Available Capacity Mounted on
/dev/nvme0n1p1   103081248  51540624  51524240      51% /home
`;

const restartLog = `[   Info] Stopping ZK ETCD DICT KAFKA ADMIN GSE NGINX GPE RESTPP KAFKASTRM-LL KAFKACONN TS3SERV GSQL TS3 IFM GUI
[   Info] Stopping CTRL
[   Info] Starting CTRL
[   Info] Starting ZK ETCD DICT KAFKA ADMIN GSE NGINX GPE RESTPP KAFKASTRM-LL KAFKACONN TS3SERV GSQL TS3 IFM GUI
`;

export const toolTexts = {
  version,
  deployment,
  'a run on many nodes': parallelRun,
  status: status(),
  'status with process ids': statusWithPids,
  'status that may be old': `${status()}${staleWarning}\n`,
  'the list of hosts': `${hostList}\n`,
  'the places of partitions': `${gpeNodes}\n`,
  'a setting that was changed': "[   Info] Configuration has been changed. Please use 'gadmin config apply' to persist the changes.\n",
  'settings that were applied':
    '[Warning] No difference from staging config, config apply is skipped.\n[   Info] Successfully applied configuration change. Please restart services to make it effective immediately.\n',
  'a setting that was refused':
    "[  Error] ParameterErr (to enable 'System.CrossRegionReplication.Enabled', please use `gadmin restore --dr xxx` to do it instead)\n",
  'a restart': restartLog,
  'the connector': connector([aTask()]),
  'no connector': connector([]),
  'a backup by gbar': gbarBackup,
  'a restore by gbar': gbarRestore,
  'a backup': backupLog,
  'services that a backup misses':
    '[  Error] NotReady (check backup dependency service online get error: NotReady (GPE is not available; NotReady (GSE is not available)))\n',
  'a backup of a name that is taken': "[  Error] ParameterErr (Provided tag: 'captest' already exists, please use a different tag)\n",
  'backups up to 3.8': backupsOld,
  'backups of 3.9': backupsTyped,
  'backups with what they build on': backupsChained,
  metadata,
  'a restore': restoreLog,
  'a restore of a standby': drLog,
  'a restore with a node down':
    '[  Error] ExternalError (restore failed; could not run command: Timeout (Failed to send ServiceCommand to executor, dial tcp 10.128.0.3:9177: connect: connection refused))\n',
  'an installation of queries': installLog,
  'queries of a graph': '---- Graph social\nGraphs:\n- Graph social(person:v)\nQueries:\n- hello(string p) (installed v2)\n',
  'users of GSQL': '  - Name: tigergraph\n    - Global Roles: superuser\n',
  'a busy catalog': 'Other operation is running, try to lock the catalog, timeout in 600 seconds ...\n',
  'the leader of GSQL': 'm1 : 10.128.0.2\n',
  'counts of the graph': graphCounts,
  'a ping': '{"error":"false","message":"pong","results":{}}\n200',
  'an echo': '{"error":false,"message":"Hello GSQL"}\n200',
  'the replication endpoint': '{"numChangesToBeReplicated": 0, "lastSeqId": 256, "error": false}\n200',
  'ends of topics': 'Metadata:0:257\ndeltaQ_GPE_1Q:0:1000\nGSE_journal_1:0:12\n',
  'brokers of Kafka': '10.0.1.11:30002 (id: 1 rack: null) -> (\n\tProduce(0): 0 to 9 [usable: 9],\n)\n',
  'lags of topics': '{"topics":[{"topic":"Metadata","replicationLagRecords":0,"replayLagRecords":0,"replicationStalledSeconds":0}]}\n',
  'a missing file of settings':
    '[  Error] ExternalError (Failed to get the APP root from config; The file ~/.tg.cfg either does not exist or is a broken link.)\n',
  'a flag that is not known': "Error: unknown shorthand flag: 'y' in -y\nUsage:\n  gadmin start [flags]\n",
  'free room':
    'Filesystem     1024-blocks      Used Available Capacity Mounted on\n/dev/nvme0n1p1   103081248  51540624  51524240      51% /home\n',
  'used room': '257024\t/home/tigergraph/tigergraph/data/gstore\n',
  processes: '12 gadmin status -v\n13 gadmin backup create weekly\n',
  'a license': '[Warning] License will expire in 5 days\n',
  'the state of loading': 'Job "social.load.1" loading status\n[FINISHED] m1 ( Finished: 4 / Total: 4 )\n',
} as const satisfies Readonly<Record<string, string>>;

export type TextName = keyof typeof toolTexts;
