import { quoteWord } from '../../transports/shell-quoting.ts';
import type { CrrCluster } from './config.ts';
import { blocksCommand } from './parse/blocks.ts';

/** A command that finds TigerGraph's own: they are in nobody's path who comes over SSH. */
export const inPath = ({ commands }: Pick<CrrCluster, 'commands'>, command: string): string =>
  `PATH="$PATH":${quoteWord(commands)}; ${command}`;

/** Several commands that only look, in one go; the answer is split by `splitBlocks`. */
export const looks = (cluster: Pick<CrrCluster, 'commands'>, commands: readonly string[]): string =>
  inPath(cluster, blocksCommand(commands));

export const configGet = (key: string): string => `gadmin config get ${key}`;

/** Whether a cluster follows: its setting, its connector, its services. */
export const followingQuestions = [
  configGet('System.CrossRegionReplication.Enabled'),
  'gadmin connector status',
  'gadmin status -v',
] as const;

/** Whether a node is of use. */
export const gadminQuestion = 'command -v gadmin';

export const versionQuestion = 'gadmin version';

/** What has to be known to ask a cluster's own Kafka. */
export const groundQuestions = [
  configGet('System.AppRoot'),
  configGet('Kafka.Port'),
  configGet('System.CrossRegionReplication.TopicPrefix'),
  'gmyip',
] as const;

/** What finds the tools of a node's Kafka, and the Java that comes with the product. */
export const kafkaFinders = (appRoot: string) =>
  [`find ${quoteWord(`${appRoot}/.syspre`)} -name java -type f`, `ls ${quoteWord(`${appRoot}/kafka/bin`)}`] as const;

/** Runs one of those tools. `java`: the folder of that Java. */
export const kafkaTool = (appRoot: string, java: string, command: string): string =>
  `cd ${quoteWord(`${appRoot}/kafka/bin`)} && PATH="$PATH":${quoteWord(java)} && bash ${command}`;

/** How far the topics have come. `server`: `host:port`. Older tools have to be told each topic. */
export const kafkaCommands = {
  ends: (server: string): string => `kafka-get-offsets.sh --bootstrap-server ${quoteWord(server)}`,
  topics: (server: string): string => `kafka-topics.sh --bootstrap-server ${quoteWord(server)} --list`,
  endOf: (server: string, topic: string): string =>
    `kafka-run-class.sh kafka.tools.GetOffsetShell --broker-list ${quoteWord(server)} --topic ${quoteWord(topic)} --time -1`,
} as const;

/** Whether a node has a part of a backup. */
export const hasFolder = (path: string, backup: string): string => `test -d ${quoteWord(`${path}/${backup}`)}`;

/** What lists the checksums of a backup's files. */
export const checksumsCommand = (path: string, backup: string): string =>
  `cd ${quoteWord(`${path}/${backup}`)} && find . -type f -exec sha256sum {} +`;

/** The number of changes so far is behind either of these, by the version. */
export const replicationUrls = ['http://localhost:14240/gsql/v1/replication', 'http://localhost:8123/gsql/replication'] as const;

/** The user and the password come by standard input, in curl's own form. */
export const curlWithConfig = (url: string): string => `curl -s -m 5 -w '\\n%{http_code}' -K - ${quoteWord(url)}`;

/** One line of a curl config. Throws TypeError for what can't be written in one. */
export function curlUser(name: string, password: string): string {
  if (/[\n\r\0]/.test(name + password)) throw new TypeError('a curl config has no room for line breaks');
  return `user = "${`${name}:${password}`.replace(/["\\]/g, '\\$&')}"\n`;
}
