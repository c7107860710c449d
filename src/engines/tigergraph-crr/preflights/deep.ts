import { otherSide, type Side } from '../../../domain/observation.ts';
import type { Operation } from '../../../domain/operation.ts';
import type { Check } from '../../../domain/plan.ts';
import type { ShellConnect, ShellTarget } from '../../../transports/shell.ts';
import type { EngineIo } from '../../engine.ts';
import { failed, passed, warned } from '../../frame/checks.ts';
import { askNode } from '../ask.ts';
import { configGet, kafkaCommands } from '../commands.ts';
import type { CrrLink, CrrSettings } from '../config.ts';
import type { CrrDetail } from '../detail.ts';
import { wayTo } from '../kafka.ts';
import { parseNumber, parseWord } from '../parse/config.ts';
import { parseBrokers } from '../parse/host.ts';
import { keepsOldRecords } from '../parse/version.ts';
import { kafkaTools } from '../reads/numbers.ts';
import { brokersOf, isFollower, phaseOf } from '../state.ts';
import { few } from '../words.ts';
import type { Asks, Known } from './check.ts';
import { copyCheck } from './copy.ts';
import { deploymentOf } from './deployment.ts';
import { loadingCheck } from './gsql.ts';
import { logoutCheck } from './logout.ts';
import { meantBackup } from './pair.ts';
import { refusalCheck } from './refusal.ts';
import { storedChecks } from './stored.ts';

const speakerOf = ({ cluster, read }: Known): ShellTarget | null => cluster.nodes.find(({ name }) => name === read.by) ?? null;

/** Whether the bot logs in as the user that TigerGraph belongs to: any other can look, and fails at the first change. */
export async function ownerCheck(shell: ShellConnect, known: Known, io: EngineIo): Promise<Check> {
  const { cluster } = known.cluster;
  const name = `${cluster}: owner of TigerGraph`;
  const node = speakerOf(known);
  const [answer] = node === null ? [] : await askNode(shell, known.cluster, node, io, [configGet('System.SSH.User.Username')]);
  const owner = answer === undefined ? null : parseWord(answer);
  const users = [...new Set(known.read.nodes.flatMap(({ user }) => user ?? []))];
  if (owner === null || owner === '')
    return warned(name, `${cluster} does not tell which user it belongs to.`, 'See that the bot logs in as that user.');
  return users.every((user) => user === owner)
    ? passed(name, `${cluster} belongs to ${owner}, as whom the bot logs in.`)
    : failed(
        name,
        `${cluster} belongs to ${owner}, and the bot logs in as ${few(users)}.`,
        `Let the bot log in as ${owner}: nobody else may run gadmin.`,
      );
}

/** How finely both sides spread their data. The vendor doesn't say that it has to be the same, so a difference is a warning. Pure. */
export function bucketsCheck(from: number | null, to: number | null, names: { readonly from: string; readonly to: string }): Check {
  const name = 'hash buckets';
  if (from === null || to === null)
    return warned(name, 'How many hash buckets the sides have is not known.', 'Run gadmin config get GPE.NumberOfHashBucketInBit on both.');
  const seen = `GPE.NumberOfHashBucketInBit is ${from} on ${names.from} and ${to} on ${names.to}.`;
  return from === to ? passed(name, seen) : warned(name, seen, 'Give both the same number before data is put on one of them.');
}

export async function bucketsOf(shell: ShellConnect, known: Known, io: EngineIo): Promise<number | null> {
  const node = speakerOf(known);
  const [answer] = node === null ? [] : await askNode(shell, known.cluster, node, io, [configGet('GPE.NumberOfHashBucketInBit')]);
  return answer === undefined ? null : parseNumber(answer);
}

/**
 * What a client of the followed Kafka is told when it asks from the other side: a broker that answers at its address may send its clients
 * to names that lead nowhere from there.
 */
export async function brokersCheck(
  shell: ShellConnect,
  settings: CrrSettings,
  detail: Pick<CrrDetail, Side>,
  known: Known,
  io: EngineIo,
): Promise<Check> {
  const source = otherSide(known.side);
  const there = settings[source];
  const name = `${known.cluster.cluster}: is told the brokers of ${there.cluster}`;
  const next = `Run kafka-broker-api-versions.sh on ${known.cluster.cluster} by hand, and give ${there.cluster} addresses that are reached from there.`;
  const unsure = (why: string) => warned(name, why, next);
  const addresses = brokersOf(there, detail[source]);
  const [first] = addresses ?? [];
  const node = speakerOf(known);
  const { app } = known.read.roots;
  if (addresses === null || first === undefined || node === null || app === null)
    return unsure(`Where the Kafka of ${there.cluster} is, or where the tools of Kafka are, is not known.`);
  const tools = await kafkaTools(shell, known.cluster, node, app, io);
  if (tools?.names.includes('kafka-broker-api-versions.sh') !== true)
    return unsure(
      `${known.cluster.cluster} has no kafka-broker-api-versions.sh, so what the Kafka of ${there.cluster} tells was not asked.`,
    );
  const way = wayTo(there, detail[source]);
  const properties = way.tls ? known.cluster.brokers.clientProperties : null;
  if (way.tls && properties === null)
    return unsure(
      `The Kafka of ${there.cluster} speaks TLS, and the config of ${known.cluster.cluster} names no brokers.clientProperties, so what it tells was not asked.`,
    );
  const command = kafkaCommands.brokers({ address: `${first}:${way.port}`, properties });
  const [answer] = await askNode(shell, known.cluster, node, io, [tools.tool(command)]);
  const told = parseBrokers(answer.text);
  if (answer.exitCode !== 0 || told.length === 0) return unsure(`The Kafka of ${there.cluster} did not tell ${node.name} its brokers.`);
  const missing = addresses.filter((address) => !told.includes(address));
  return missing.length === 0
    ? passed(name, `The Kafka of ${there.cluster} tells ${node.name} all of its ${told.length} brokers.`)
    : unsure(`The Kafka of ${there.cluster} tells ${node.name} of ${few(told)} only, and not of ${few(missing)}.`);
}

/** Old patch levels replay what the restored Kafka still holds. Pure. */
export function oldRecordsCheck({ cluster: { cluster }, read: { version } }: Known): readonly Check[] {
  if (version === null || !keepsOldRecords(version)) return [];
  return [
    warned(
      `${cluster}: old records of metadata`,
      `${version.text} replays records of metadata that were in the Kafka of ${cluster} before it was filled.`,
      `Delete them once it is filled and before it follows: kafka-delete-records.sh with offset -1 for each topic <prefix>.Metadata. Better, upgrade both clusters first.`,
    ),
  ];
}

interface Scene {
  readonly operation: Operation;
  readonly link: CrrLink;
  readonly detail: CrrDetail;
  readonly asks: Asks;
  readonly known: readonly Known[];
}

/** What is worth asking only for the operation that is wanted. */
export async function deepChecks(shell: ShellConnect, scene: Scene, io: EngineIo): Promise<readonly Check[]> {
  const { operation, link, asks, known } = scene;
  const { graphs } = link.settings;
  const followers = known.filter(({ read }) => isFollower(phaseOf(read)));
  const backed = known.find(({ side }) => side === asks.backs);
  const found = await Promise.all([
    ...known.map(async (one) => [await ownerCheck(shell, one, io), await deploymentOf(shell, one, io), await logoutCheck(shell, one, io)]),
    ...followers.map((one) => refusalCheck(shell, one, graphs, io).then((check) => [check])),
    ...(backed === undefined ? [] : [loadingCheck(shell, backed, graphs, io).then((check) => [check])]),
    operation.kind === 'restore' ? restoreChecks(shell, scene, io) : fillChecks(shell, scene, io),
  ]);
  return found.flat();
}

/** Backups that lie on the nodes go from node to node, unless people carry them. */
const isSent = ({ transfer, primary, standby }: CrrSettings): boolean =>
  transfer === 'rsync' && primary.backup.kind === 'local' && standby.backup.kind === 'local';

async function fillChecks(shell: ShellConnect, { operation, link, detail, asks, known }: Scene, io: EngineIo): Promise<readonly Check[]> {
  const to = known.find(({ side }) => side === asks.fills);
  if (to === undefined) return [];
  const from = known.find(({ side }) => side !== asks.fills);
  const [brokers, copy, ours, theirs] = await Promise.all([
    brokersCheck(shell, link.settings, detail, to, io),
    from === undefined || !isSent(link.settings)
      ? []
      : copyCheck(shell, from, to, operation.kind !== 'upgrade', io).then((check) => [check]),
    from === undefined ? null : bucketsOf(shell, from, io),
    bucketsOf(shell, to, io),
  ]);
  const names = { from: link.settings[otherSide(to.side)].cluster, to: to.cluster.cluster };
  return [brokers, ...copy, bucketsCheck(ours, theirs, names), ...oldRecordsCheck(to)];
}

async function restoreChecks(shell: ShellConnect, { operation, link, asks, known }: Scene, io: EngineIo): Promise<readonly Check[]> {
  if (operation.kind !== 'restore' || asks.fills === null) return [];
  const side = operation.from === 'own' ? asks.fills : otherSide(asks.fills);
  const source = known.find((one) => one.side === side);
  const target = known.find((one) => one.side === asks.fills);
  const backup = source === undefined ? null : meantBackup(operation, source.read);
  if (source === undefined || backup === null) return [];
  const files = await storedChecks(shell, source, target ?? source, backup.tag, io);
  const sent = target !== undefined && target !== source && isSent(link.settings);
  return sent ? [...files, await copyCheck(shell, source, target, true, io)] : files;
}
