import type { ShellConnect, ShellTarget } from '../../../transports/shell.ts';
import type { EngineIo } from '../../engine.ts';
import { askNode } from '../ask.ts';
import { configGet } from '../commands.ts';
import type { CrrCluster } from '../config.ts';
import type { BackupsView, NativeView, PositionsView, ReadSide, ServicesView, SideRead, ToolsView, VersionView } from '../detail.ts';
import { parseBackups, parseGbarList } from '../parse/backups.ts';
import { parseDiff, parseFlag, parseHostList, parseHosts, parseNumber, parseShape, parseWord } from '../parse/config.ts';
import { parseNative } from '../parse/numbers.ts';
import { parseConnector, parseServices } from '../parse/services.ts';
import { reasonIn } from '../parse/text.ts';
import { parseTools, parseVersion } from '../parse/version.ts';
import { patienceMs, type SideMemory } from './memory.ts';
import { deafSide, type Greeted, greetNodes, withIds } from './nodes.ts';
import { readPositions, readResets, readSequence } from './numbers.ts';
import { readSettings } from './settings.ts';
import { readRare } from './signs.ts';

/** Asking Kafka starts a Java machine on the node, so it is not done at every look, ms. */
const positionsEveryMs = 60_000;

/** Share of the time in which nodes have to greet back, and the most of it, ms. */
const greetingShare = 0.4;
const greetingMs = 10_000;
/** Share of the time for what is asked with what was read before. */
const secondShare = 0.5;

/** Reads everything there is to know of one side. A side that can't be asked is an answer, not a Fault; only the caller's own end throws. */
export async function readSide(
  shell: ShellConnect,
  cluster: CrrCluster,
  memory: SideMemory,
  io: EngineIo,
  fresh = false,
): Promise<SideRead> {
  const timeoutMs = Math.min(greetingMs, Math.ceil(io.timeoutMs * greetingShare));
  const greeted = await greetNodes(shell, cluster, { ...io, timeoutMs });
  const speaker = greeted.find(({ useful }) => useful);
  if (speaker === undefined) return deafSide(greeted);
  return readThrough(shell, cluster, memory, greeted, speaker, io, fresh);
}

async function readThrough(
  shell: ShellConnect,
  cluster: CrrCluster,
  memory: SideMemory,
  greeted: readonly Greeted[],
  speaker: Greeted,
  io: EngineIo,
  fresh: boolean,
): Promise<ReadSide> {
  const { target } = speaker;
  const [replication, settings, state, staging, sequence] = await Promise.all([
    readReplication(shell, cluster, target, io),
    readSettings(shell, cluster, target, io),
    readState(shell, cluster, target, io),
    readStaging(shell, cluster, target, io),
    readSequence(shell, cluster, target, io),
  ]);
  const second = { ...io, timeoutMs: Math.ceil(io.timeoutMs * secondShare) };
  const tools = await readTools(shell, cluster, memory, target, state.version, second);
  const known = { kind: 'read', by: target.name, ...replication, ...settings, ...state, staged: staging.staged, sequence, tools } as const;
  const ground = { ...known, ip: speaker.view.ip };
  const topics = remembered(memory, io, fresh, () => readPositions(shell, cluster, target, ground, second));
  const [positions, native, backups, rare] = await Promise.all([
    topics,
    readNative(shell, cluster, target, tools, second),
    readGbar(shell, cluster, target, tools, staging.backups, second),
    // Whoever has patience has it for these too.
    readRare({ shell, cluster, node: target, greeted, io: io.timeoutMs < patienceMs ? second : io }, memory, ground, topics, fresh),
    countResets(shell, cluster, memory, greeted, settings.roots.log, second, fresh),
  ]);
  return { ...known, nodes: withIds(greeted, replication.hosts), positions, native, backups, signs: rare.signs, counts: rare.counts };
}

const replicationKeys = [
  configGet('System.CrossRegionReplication.Enabled'),
  configGet('System.CrossRegionReplication.PrimaryKafkaIPs'),
  configGet('System.CrossRegionReplication.PrimaryKafkaPort'),
  configGet('System.CrossRegionReplication.TopicPrefix'),
  configGet('System.HostList'),
  configGet('GPE.BasicConfig.Nodes'),
] as const;

async function readReplication(shell: ShellConnect, cluster: CrrCluster, node: ShellTarget, io: EngineIo) {
  const [enabled, ips, port, prefix, hosts, nodes] = await askNode(shell, cluster, node, io, replicationKeys);
  return {
    crr: { enabled: parseFlag(enabled), brokers: parseHosts(ips), port: parseNumber(port), prefix: parseWord(prefix, 249) },
    hosts: parseHostList(hosts),
    shape: parseShape(nodes),
  };
}

async function readState(shell: ShellConnect, cluster: CrrCluster, node: ShellTarget, io: EngineIo) {
  const [[version, connector], [status]] = await Promise.all([
    askNode(shell, cluster, node, io, ['gadmin version', 'gadmin connector status']),
    // With a node down it takes half a minute, so nothing waits behind it.
    askNode(shell, cluster, node, io, ['gadmin status -v']),
  ]);
  const failed = (what: string, { text, exitCode }: typeof status) =>
    ({ kind: 'unread', why: `${what} (${reasonIn(text) || `exit code ${exitCode}`}).` }) as const;
  return {
    version: parseVersion(version),
    connector:
      connector.exitCode === 0 ? parseConnector(connector.text) : failed('gadmin did not tell the state of the connector', connector),
    services:
      status.exitCode === 0 ? parseServices(status.text) : slow(io, failed('gadmin did not tell the state of the services', status)),
  };
}

/** A look in a hurry says that there is one which is not. */
const slow = ({ timeoutMs }: EngineIo, { kind, why }: Extract<ServicesView, { kind: 'unread' }>) =>
  ({ kind, why: timeoutMs < patienceMs ? `${why} While a node is down it takes half a minute; \`describe\` waits for it.` : why }) as const;

async function readStaging(shell: ShellConnect, cluster: CrrCluster, node: ShellTarget, io: EngineIo) {
  const [diff, list] = await askNode(shell, cluster, node, io, ['gadmin config diff', 'gadmin backup list']);
  return { staged: parseDiff(diff), backups: parseBackups(list) };
}

const helpCommands = [
  'command -v gbar',
  'gadmin backup -h',
  'gadmin backup create -h',
  'gadmin backup restore -h',
  'gadmin crr -h',
] as const;

async function readTools(
  shell: ShellConnect,
  cluster: CrrCluster,
  memory: SideMemory,
  node: ShellTarget,
  version: VersionView | null,
  io: EngineIo,
): Promise<ToolsView | null> {
  if (version !== null && memory.tools?.version === version.text) return memory.tools.tools;
  const [gbar, backup, create, restore, crr] = await askNode(shell, cluster, node, io, helpCommands);
  const tools = parseTools({ gbar, backup, create, restore, crr });
  memory.tools = tools === null || version === null ? null : { version: version.text, tools };
  return tools;
}

async function remembered(memory: SideMemory, io: EngineIo, fresh: boolean, read: () => Promise<PositionsView>): Promise<PositionsView> {
  const { positions } = memory;
  if (!fresh && positions !== null && io.clock.now() - positions.at < positionsEveryMs) return positions;
  const now = await read();
  if (now.kind === 'read') memory.positions = now;
  return now;
}

async function readNative(
  shell: ShellConnect,
  cluster: CrrCluster,
  node: ShellTarget,
  tools: ToolsView | null,
  io: EngineIo,
): Promise<NativeView> {
  if (tools?.crr.includes('status') !== true) return { kind: 'unread', why: 'This version has no gadmin crr status.' };
  const [status] = await askNode(shell, cluster, node, io, ['gadmin crr status --json']);
  return parseNative(status);
}

/** A version whose gadmin knows no backups has gbar. */
async function readGbar(
  shell: ShellConnect,
  cluster: CrrCluster,
  node: ShellTarget,
  tools: ToolsView | null,
  listed: BackupsView,
  io: EngineIo,
): Promise<BackupsView> {
  if (listed.kind === 'read' || tools === null || !tools.gbar || tools.backup.includes('list')) return listed;
  const [list] = await askNode(shell, cluster, node, io, ['gbar list']);
  return parseGbarList(list);
}

async function countResets(
  shell: ShellConnect,
  cluster: CrrCluster,
  memory: SideMemory,
  greeted: readonly Greeted[],
  logRoot: string | null,
  io: EngineIo,
  fresh: boolean,
): Promise<void> {
  const isDue = fresh || memory.positions === null || io.clock.now() - memory.positions.at >= positionsEveryMs || memory.resets.size === 0;
  if (logRoot === null || !isDue) return;
  const able = greeted.filter(({ useful }) => useful);
  await Promise.all(
    able.map(async ({ target }) => {
      const found = await readResets(shell, cluster, target, logRoot, io);
      if (found === null) return;
      const before = memory.resets.get(target.name);
      if (before !== undefined && found.length > before) memory.added.push(...found.slice(before));
      memory.resets.set(target.name, found.length);
    }),
  );
}
