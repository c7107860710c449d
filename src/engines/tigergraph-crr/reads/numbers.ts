import { isFault } from '../../../domain/faults.ts';
import { Secret } from '../../../domain/secret.ts';
import type { ShellConnect, ShellTarget } from '../../../transports/shell.ts';
import { quoteWord } from '../../../transports/shell-quoting.ts';
import type { EngineIo } from '../../engine.ts';
import { withShell } from '../../hosts/session.ts';
import { alone, askNode } from '../ask.ts';
import { curlUser, curlWithConfig, inPath, kafkaCommands, kafkaFinders, kafkaTool, replicationUrls, type Server } from '../commands.ts';
import type { CrrCluster } from '../config.ts';
import type { PositionsView, ReadSide, SequenceView } from '../detail.ts';
import { ownWay } from '../kafka.ts';
import { endsOfTopics, type PartitionEnd, parsePartitions, parseSequence, topicsIn } from '../parse/numbers.ts';
import { linesOf } from '../parse/text.ts';

/** Asks for the number of the newest change of metadata. Throws a Fault only when the caller itself gave up. */
export async function readSequence(shell: ShellConnect, cluster: CrrCluster, node: ShellTarget, io: EngineIo): Promise<SequenceView> {
  const { superuser } = cluster;
  if (superuser === null) return { kind: 'unread', why: 'The config names no superuser of GSQL.' };
  try {
    return await withShell(shell, node, alone(io), async (session) => {
      let last: SequenceView = { kind: 'unread', why: 'The replication endpoint did not answer.' };
      for (const url of replicationUrls) {
        const stdin = new Secret(curlUser(superuser.name, superuser.password.reveal()));
        const { stdout } = await session.read(inPath(cluster, curlWithConfig(url)), { stdin });
        const answer = parseSequence(stdout);
        if (answer.kind === 'read') return answer;
        if (answer.kind === 'locked') return { kind: 'unread', why: answer.why };
        last = answer;
      }
      return last;
    });
  } catch (cause) {
    if (!isFault(cause) || io.signal.aborted) throw cause;
    return { kind: 'unread', why: cause.message };
  }
}

interface KafkaTools {
  readonly names: readonly string[];
  /** The text that runs one of them. */
  tool(command: string): string;
}

/** Tools of Kafka that a node has; null when they are not found. Throws a Fault only when the caller itself gave up. */
export async function kafkaTools(
  shell: ShellConnect,
  cluster: CrrCluster,
  node: ShellTarget,
  appRoot: string,
  io: EngineIo,
): Promise<KafkaTools | null> {
  const [java, list] = await askNode(shell, cluster, node, io, kafkaFinders(appRoot));
  const javaPath = linesOf(java.text).find((line) => line.startsWith('/') && line.endsWith('/java'));
  if (javaPath === undefined || list.exitCode !== 0) return null;
  const path = javaPath.slice(0, -'/java'.length);
  return { names: linesOf(list.text), tool: (command) => kafkaTool(appRoot, path, command) };
}

/** What is needed to ask a side's own Kafka. */
export type Ground = Pick<ReadSide, 'roots' | 'kafkaPort' | 'tls' | 'crr'> & { readonly ip: string | null };

/** A side's own Kafka, and the tools that ask it. */
interface OwnKafka {
  readonly tools: KafkaTools;
  readonly server: Server;
  readonly prefix: string;
}

/** The Kafka of a node's own side, or a sentence that says why it can't be asked. Throws a Fault only when the caller itself gave up. */
export async function ownKafka(
  shell: ShellConnect,
  cluster: CrrCluster,
  node: ShellTarget,
  { roots, kafkaPort, tls, crr, ip }: Ground,
  io: EngineIo,
): Promise<OwnKafka | { readonly why: string }> {
  const way = ownWay(cluster, kafkaPort, tls);
  if ('why' in way) return way;
  if (roots.app === null || crr.prefix === null || ip === null) return { why: "It is not known where this side's Kafka is." };
  const tools = await kafkaTools(shell, cluster, node, roots.app, io);
  if (tools === null) return { why: `The tools of Kafka were not found in ${roots.app}/kafka/bin.` };
  const server = { address: `${ip}:${way.port}`, properties: way.tls ? cluster.brokers.clientProperties : null };
  return { tools, server, prefix: crr.prefix };
}

/** How far every partition of every replicated topic has come; null when Kafka does not tell. Throws as above. */
export async function readPartitions(
  shell: ShellConnect,
  cluster: CrrCluster,
  node: ShellTarget,
  { tools, server, prefix }: OwnKafka,
  io: EngineIo,
): Promise<readonly PartitionEnd[] | null> {
  const { tool } = tools;
  const ends = tools.names.includes('kafka-get-offsets.sh')
    ? await askAll(shell, cluster, node, io, tool(kafkaCommands.ends(server)))
    : await askEach(shell, cluster, node, io, { tool, server, prefix });
  return ends === null ? null : parsePartitions(ends, prefix);
}

/** Asks a side's own Kafka how far every replicated topic has come. Throws a Fault only when the caller itself gave up. */
export async function readPositions(
  shell: ShellConnect,
  cluster: CrrCluster,
  node: ShellTarget,
  ground: Ground,
  io: EngineIo,
): Promise<PositionsView> {
  const kafka = await ownKafka(shell, cluster, node, ground, io);
  if ('why' in kafka) return { kind: 'unread', why: kafka.why };
  const partitions = await readPartitions(shell, cluster, node, kafka, io);
  return partitions === null
    ? { kind: 'unread', why: 'Kafka did not tell how far its topics have come.' }
    : { kind: 'read', at: io.clock.now(), ends: endsOfTopics(partitions) };
}

async function askAll(shell: ShellConnect, cluster: CrrCluster, node: ShellTarget, io: EngineIo, command: string): Promise<string | null> {
  const [answer] = await askNode(shell, cluster, node, io, [command]);
  return answer.exitCode === 0 ? answer.text : null;
}

/** Older tools have to be told each topic. A prefix may make a topic's name long, but never strange. */
async function askEach(
  shell: ShellConnect,
  cluster: CrrCluster,
  node: ShellTarget,
  io: EngineIo,
  { tool, server, prefix }: { readonly tool: (command: string) => string; readonly server: Server; readonly prefix: string },
): Promise<string | null> {
  const list = await askAll(shell, cluster, node, io, tool(kafkaCommands.topics(server)));
  const topics = list === null ? [] : topicsIn(list, prefix);
  if (topics.length === 0) return null;
  const answers = await askNode(
    shell,
    cluster,
    node,
    io,
    topics.map((topic) => tool(kafkaCommands.endOf(server, topic))),
  );
  return answers.every(({ exitCode }) => exitCode === 0) ? answers.map(({ text }) => text).join('\n') : null;
}

/** What makes every follower of a cluster outdated, as GSQL writes it into its log. */
const resetWords = 'DROP ALL|CLEAR GRAPH STORE|IMPORT GRAPH|EXPORT GRAPH';

/** How often each reset stands in the newest log of GSQL on a node; null when the log can't be read. */
export async function readResets(
  shell: ShellConnect,
  cluster: CrrCluster,
  node: ShellTarget,
  logRoot: string,
  io: EngineIo,
): Promise<readonly string[] | null> {
  const [answer] = await askNode(shell, cluster, node, io, [`grep -s -o -E '${resetWords}' ${quoteWord(`${logRoot}/gsql/log.INFO`)}`]);
  if (answer.exitCode === 1 && answer.text.trim() === '') return [];
  return answer.exitCode === 0 ? linesOf(answer.text).filter((line) => line !== '') : null;
}
