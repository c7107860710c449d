import type { ShellConnect, ShellTarget } from '../../../transports/shell.ts';
import type { EngineIo } from '../../engine.ts';
import { askNode } from '../ask.ts';
import { kafkaCommands, sumOf } from '../commands.ts';
import type { CrrCluster } from '../config.ts';
import type { PartitionView } from '../newest.ts';
import { type PartitionEnd, parseNewest } from '../parse/numbers.ts';
import { type Ground, ownKafka, readPartitions } from './numbers.ts';

/** A record costs a start of Java: so many are asked for at the same time, one after the other in each of these. */
const lanes = 4;

/** Every partition of a side's replicated topics with a checksum of its newest record, or why they can't be told. Throws only when the caller gave up. */
export async function readNewest(
  shell: ShellConnect,
  cluster: CrrCluster,
  node: ShellTarget,
  ground: Ground,
  io: EngineIo,
): Promise<readonly PartitionView[] | { readonly why: string }> {
  const kafka = await ownKafka(shell, cluster, node, ground, io);
  if ('why' in kafka) return kafka;
  const ends = await readPartitions(shell, cluster, node, kafka, io);
  if (ends === null) return { why: 'Kafka did not tell how far its topics have come.' };
  const { tool } = kafka.tools;
  const askAll = async (commands: readonly string[]) => (commands.length === 0 ? [] : askNode(shell, cluster, node, io, commands));
  const sumsOf = async (part: readonly PartitionEnd[]): Promise<readonly PartitionView[]> => {
    const filled = part.filter(({ end }) => end > 0);
    const answers = await askAll(
      filled.map(({ name, partition, end }) => sumOf(tool(kafkaCommands.record(kafka.server, name, partition, end - 1)))),
    );
    const sums = new Map(filled.map((view, index) => [view, answers[index]]));
    return part.map((view) => {
      const answer = sums.get(view);
      const newest = answer?.exitCode === 0 ? parseNewest(answer.text) : null;
      return { topic: view.topic, partition: view.partition, end: view.end, newest };
    });
  };
  const parts = Array.from({ length: lanes }, (_, lane) => ends.filter((_view, index) => index % lanes === lane));
  return (await Promise.all(parts.filter((part) => part.length > 0).map(sumsOf))).flat();
}
