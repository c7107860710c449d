import type { ShellConnect, ShellTarget } from '../../../transports/shell.ts';
import type { EngineIo } from '../../engine.ts';
import { askNode } from '../ask.ts';
import type { CrrCluster } from '../config.ts';
import type { PositionsView, ReadSide } from '../detail.ts';
import type { CountsView, KeptView, SignsView, TracesView } from '../detail-signs.ts';
import { eachNode } from '../each-node.ts';
import { ownWay } from '../kafka.ts';
import { parseCounts } from '../parse/counts.ts';
import { keptOf, parseChange, parseReplaced, parseRestores, parseTraces } from '../parse/signs.ts';
import { consumeOne, countQuestions, replacedQuestions, traceQuestions } from '../sign-commands.ts';
import { patienceMs, type SideMemory } from './memory.ts';
import type { Greeted } from './nodes.ts';
import { kafkaTools } from './numbers.ts';

/** Logs, oldest records and counts change seldom and cost the nodes something, so a watch reads them this often, ms. */
const rareEveryMs = 300_000;

/** A side of which everything else was read, with all that asking it takes. */
export interface Ground extends Pick<ReadSide, 'roots' | 'kafkaPort' | 'tls' | 'crr'> {
  readonly ip: string | null;
}

export interface Seat {
  readonly shell: ShellConnect;
  readonly cluster: CrrCluster;
  readonly node: ShellTarget;
  readonly greeted: readonly Greeted[];
  readonly io: EngineIo;
}

const unread = (why: string) => ({ kind: 'unread', why }) as const;

/** What is dear to read: anew for whoever has the patience for it, from an earlier look otherwise. Throws a Fault only when the caller itself gave up. */
export async function readRare(
  seat: Seat,
  memory: SideMemory,
  ground: Ground,
  positions: Promise<PositionsView>,
  fresh: boolean,
): Promise<{ readonly signs: SignsView; readonly counts: CountsView }> {
  const { io } = seat;
  const follows = ground.crr.enabled === true;
  const { rare } = memory;
  const isDue = fresh || io.timeoutMs >= patienceMs || rare === null || rare.follows !== follows || io.clock.now() - rare.at >= rareEveryMs;
  if (!isDue) return rare;
  const [logs, restores, replacedAt, kept, counts] = await Promise.all([
    ...readLogs(seat, ground, follows),
    readReplaced(seat, ground),
    readKept(seat, ground, positions, follows),
    readCounts(seat),
  ]);
  const now = { at: io.clock.now(), follows, signs: { kind: 'read', logs, restores, kept, replacedAt }, counts } as const;
  memory.rare = now;
  return now;
}

/** Whatever a side that follows has run of such commands makes nobody outdated. */
function readLogs(seat: Seat, { roots }: Ground, follows: boolean): readonly [Promise<TracesView>, Promise<TracesView>] {
  const none = Promise.resolve(unread('Nobody follows this side.'));
  if (follows) return [none, none];
  if (roots.log === null) {
    const unplaced = Promise.resolve(unread('It is not known where the logs are.'));
    return [unplaced, unplaced];
  }
  const { shell, cluster, io, greeted } = seat;
  const questions = traceQuestions(roots.log);
  const useful = greeted.filter((each) => each.useful).map(({ target }) => target);
  const told = eachNode(useful, async (target) => {
    const [date, ages, hits, audit] = await askNode(shell, cluster, target, io, questions);
    const node = { name: target.name, skewMs: greeted.find((each) => each.target === target)?.view.skewMs ?? null };
    return { logs: parseTraces(node, [date, ages, hits]), restores: parseRestores(node, [date, audit]) };
  });
  return [
    told.then((all) =>
      together(
        all.map(({ logs }) => logs),
        true,
      ),
    ),
    told.then((all) =>
      together(
        all.map(({ restores }) => restores),
        false,
      ),
    ),
  ];
}

/**
 * Leadership of GSQL moves from node to node, so one whose logs are not told leaves it unknown, unless another has something to tell. The
 * audit log begins on a node when gadmin is first used there, so it may well be on some nodes only.
 */
function together(all: readonly TracesView[], isWhole: boolean): TracesView {
  const read = all.flatMap((one) => (one.kind === 'read' ? [one] : []));
  const silent = all.find((one) => one.kind === 'unread');
  const found = read.flatMap((one) => one.found).slice(0, 100);
  if (silent !== undefined && found.length === 0 && (isWhole || read.length === 0)) return silent;
  return read.length === 0 ? unread('No node tells.') : { kind: 'read', found, left: read.reduce((sum, { left }) => sum + left, 0) };
}

async function readReplaced({ shell, cluster, node, io }: Seat, { roots }: Ground): Promise<number | null> {
  if (roots.data === null) return null;
  const [date, folders] = await askNode(shell, cluster, node, io, replacedQuestions(roots.data));
  return parseReplaced(date, folders);
}

/** The newest one matters only where something follows: what has been fetched and not yet replayed. */
async function readKept(
  { shell, cluster, node, io }: Seat,
  { roots, crr, kafkaPort, tls, ip }: Ground,
  positions: Promise<PositionsView>,
  follows: boolean,
): Promise<KeptView> {
  const way = ownWay(cluster, kafkaPort, tls);
  if ('why' in way) return unread(way.why);
  if (roots.app === null || crr.prefix === null || ip === null) return unread("It is not known where this side's Kafka is.");
  const tools = await kafkaTools(shell, cluster, node, roots.app, io);
  if (tools?.names.includes('kafka-console-consumer.sh') !== true) return unread('Kafka there has no tool that reads records.');
  const topic = crr.prefix === '' ? 'Metadata' : `${crr.prefix}.Metadata`;
  const server = { address: `${ip}:${way.port}`, properties: way.tls ? cluster.brokers.clientProperties : null };
  const one = async (offset: number | 'earliest') => {
    const [answer] = await askNode(shell, cluster, node, io, [`(${tools.tool(consumeOne(server, topic, offset))})`]);
    return parseChange(answer);
  };
  const told = follows ? await positions : null;
  const end = told?.kind === 'read' ? (told.ends.find((each) => each.topic === 'Metadata')?.end ?? 0) : 0;
  const [first, newest] = await Promise.all([one('earliest'), end > 0 ? one(end - 1) : undefined]);
  return keptOf(first, newest);
}

/** How much a cluster's graph holds. Throws a Fault only when the caller itself gave up. */
export async function readCounts({ shell, cluster, node, io }: Omit<Seat, 'greeted'>): Promise<CountsView> {
  const [nodes, table] = await askNode(shell, cluster, node, io, countQuestions);
  return parseCounts(nodes, table);
}
