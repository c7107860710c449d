import { quoteWord } from '../../transports/shell-quoting.ts';
import type { CrrCluster } from './config.ts';
import { blocksCommand } from './parse/blocks.ts';
import { mostMetadata } from './parse/metadata.ts';

/** The product's own file of settings, at home of the user whom it belongs to; readable while services are down. */
const settingsFile = '"$HOME/.tg.cfg"';

/** Where the installed version lies, by that file: out of its JSON where there is jq, and by its text elsewhere. */
const appRoot = `{ jq -er '.System.AppRoot | strings | select(startswith("/"))' ${settingsFile} || sed -n -E -e 's/.*"AppRoot" *: *"(\\/[^"]*)".*/\\1/p' < ${settingsFile}; } 2> /dev/null | head -n 1`;

/** Where the folder of the config has no gadmin, the one beside the installed version is taken. */
const findAnyway = `command -v gadmin > /dev/null || { TIGERGRAPH="$(${appRoot})"; test -n "$TIGERGRAPH" && PATH="$PATH:$(dirname "$TIGERGRAPH")/cmd"; }`;

/**
 * A command that finds TigerGraph's own: they are in nobody's path who comes over SSH. A login shell is not asked for them: the product adds
 * them in `.bashrc`, which many hosts leave at once when nobody is there to interact, and which may print, wait or differ from node to node.
 */
export const inPath = ({ commands }: Pick<CrrCluster, 'commands'>, command: string): string =>
  `PATH="$PATH":${quoteWord(commands)}; ${findAnyway}; ${command}`;

/** Several commands that only look, in one go; the answer is split by `splitBlocks`. */
export const looks = (cluster: Pick<CrrCluster, 'commands'>, commands: readonly string[]): string =>
  inPath(cluster, blocksCommand(commands));

export const configGet = (key: string): string => `gadmin config get ${key}`;

/** What was applied, out of the file that an apply writes on every node: without it gadmin tells what is staged. */
export const appliedGet = (key: string): string => `${configGet(key)} --file ~/.tg.cfg`;

/** Whether a cluster follows: its setting as it is staged and as it is applied, its connector, its services. */
export const followingQuestions = [
  configGet('System.CrossRegionReplication.Enabled'),
  'gadmin connector status',
  'gadmin status -v',
  appliedGet('System.CrossRegionReplication.Enabled'),
] as const;

/** Of a side that is set to follow nobody: whether it ever followed, and where its settings lie. */
export const standingQuestions = [configGet('System.CrossRegionReplication.TopicPrefix'), configGet('System.DataRoot')] as const;

/** Which services a node has, when its settings were changed last, and since when processes run. Asked of every node. */
export const runningQuestions = (dataRoot: string, pids: string) =>
  ['ghostname', `stat -L -c '%Y %n' ${quoteWord(`${dataRoot}/configs/tg.cfg`)}`, `TZ=UTC0 LC_ALL=C ps -o pid=,lstart= -p ${pids}`] as const;

/** Whether a node is of use. */
export const gadminQuestion = 'command -v gadmin';

export const versionQuestion = 'gadmin version';

/** Without an argument it prints what there is, out of a file of its own: also while services are down. */
export const deploymentQuestion = 'gssh';

/** Whether a cluster's Kafka speaks TLS, where, and whether to all. */
export const tlsQuestions = [
  configGet('Kafka.Security.SSL.Enable'),
  configGet('Kafka.Security.SSL.Port'),
  configGet('Kafka.Security.ClientConf.ProtocolForAllClients'),
] as const;

/** What has to be known to ask a cluster's own Kafka. */
export const groundQuestions = [
  configGet('System.AppRoot'),
  configGet('Kafka.Port'),
  configGet('System.CrossRegionReplication.TopicPrefix'),
  'gmyip',
  ...tlsQuestions,
] as const;

/** What finds the tools of a node's Kafka, and the Java that comes with the product. */
export const kafkaFinders = (appRoot: string) =>
  [`find ${quoteWord(`${appRoot}/.syspre`)} -name java -type f`, `ls ${quoteWord(`${appRoot}/kafka/bin`)}`] as const;

/** Runs one of those tools. `java`: the folder of that Java. */
export const kafkaTool = (appRoot: string, java: string, command: string): string =>
  `cd ${quoteWord(`${appRoot}/kafka/bin`)} && PATH="$PATH":${quoteWord(java)} && bash ${command}`;

/** A Kafka that tools ask. */
export interface Server {
  /** `host:port`. */
  readonly address: string;
  /** File with what a client needs where it speaks TLS; null where it does not. */
  readonly properties: string | null;
}

const bootstrap = ({ address, properties }: Server): string =>
  `--bootstrap-server ${quoteWord(address)}${properties === null ? '' : ` --command-config ${quoteWord(properties)}`}`;

/** For how long Kafka is asked for one record: a partition that keeps none any more gives none, ms. */
const recordWaitMs = 5_000;

/** How far the topics have come, and who the brokers are. Older tools have to be told each topic, and the oldest, which know no TLS, lists of brokers. */
export const kafkaCommands = {
  ends: (server: Server): string => `kafka-get-offsets.sh ${bootstrap(server)}`,
  topics: (server: Server): string => `kafka-topics.sh ${bootstrap(server)} --list`,
  endOf: (server: Server, topic: string): string =>
    `kafka-run-class.sh kafka.tools.GetOffsetShell ${server.properties === null ? `--broker-list ${quoteWord(server.address)}` : bootstrap(server)} --topic ${quoteWord(topic)} --time -1`,
  brokers: (server: Server): string => `kafka-broker-api-versions.sh ${bootstrap(server)}`,
  /** Its output goes to `sha256sum`: a record may hold what nobody may see, so it never leaves the node. */
  record: ({ address, properties }: Server, topic: string, partition: number | '<partition>', offset: number | '<newest>'): string =>
    `kafka-console-consumer.sh --bootstrap-server ${quoteWord(address)}${properties === null ? '' : ` --consumer.config ${quoteWord(properties)}`} --topic ${quoteWord(topic)} --partition ${partition} --offset ${offset} --max-messages 1 --timeout-ms ${recordWaitMs} 2> /dev/null`,
} as const;

/** A checksum of what a command prints. In braces, so that what is put behind it is meant for the whole. */
export const sumOf = (command: string): string => `{ ${command} | sha256sum; }`;

/** Whether a node has a part of a backup. */
export const hasFolder = (path: string, backup: string): string => `test -d ${quoteWord(`${path}/${backup}`)}`;

/** What a node has of a backup: its metadata, as far as it may be read, and the files with their sizes. */
export const storedQuestions = (path: string, backup: string) =>
  [
    `head -c ${mostMetadata + 1} ${quoteWord(`${path}/${backup}/metadata`)}`,
    `cd ${quoteWord(`${path}/${backup}`)} && find . -type f -exec wc -c {} +`,
  ] as const;

/** What lists the checksums of a backup's files, as a job. A node need not have a part. */
export const checksumsCommand = (path: string, backup: string): string =>
  `test ! -d ${quoteWord(`${path}/${backup}`)} || { cd ${quoteWord(`${path}/${backup}`)} && find . -type f -exec sha256sum {} +; }`;

/** The number of changes so far is behind either of these, by the version. */
export const replicationUrls = ['http://localhost:14240/gsql/v1/replication', 'http://localhost:8123/gsql/replication'] as const;

/** The user and the password come by standard input, in curl's own form. */
export const curlWithConfig = (url: string): string => `curl -s -m 5 -w '\\n%{http_code}' -K - ${quoteWord(url)}`;

/** One line of a curl config. Throws TypeError for what can't be written in one. */
export function curlUser(name: string, password: string): string {
  if (/[\n\r\0]/.test(name + password)) throw new TypeError('a curl config has no room for line breaks');
  return `user = "${`${name}:${password}`.replace(/["\\]/g, '\\$&')}"\n`;
}
