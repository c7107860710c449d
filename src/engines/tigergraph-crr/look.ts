import { Fault } from '../../domain/faults.ts';
import { otherSide, type Side, type Tristate } from '../../domain/observation.ts';
import type { ShellConnect, ShellTarget } from '../../transports/shell.ts';
import type { EngineIo } from '../engine.ts';
import { askNode } from './ask.ts';
import { configGet, followingQuestions, gadminQuestion, standingQuestions } from './commands.ts';
import type { CrrCluster } from './config.ts';
import type { BackupRow, ConnectorView, ServicesView, StagedView } from './detail.ts';
import { parseBackups, parseGbarList } from './parse/backups.ts';
import type { Block } from './parse/blocks.ts';
import { parseDiff, parseFlag, parsePath, parseValue, parseWord } from './parse/config.ts';
import { isOnline, parseConnector, parseServices } from './parse/services.ts';
import { reasonIn } from './parse/text.ts';
import type { Place } from './place.ts';
import { readStanding, type Standing } from './reads/running.ts';
import { takesWrites } from './state.ts';
import { rememberedOf } from './trail.ts';

/** A node that is asked, with all that asking takes. */
export interface Spot {
  readonly connect: ShellConnect;
  readonly cluster: CrrCluster;
  readonly side: Side;
  readonly node: ShellTarget;
  readonly io: EngineIo;
}

/** Thrown where a probe can't decide without the answer; the runner asks again until the step is late. */
export const unheard = ({ cluster, node }: Spot, why: string): Fault =>
  new Fault('connect-failed', `${node.name} of ${cluster.cluster} did not tell what was asked: ${why}`, {
    effect: 'not-applied',
    facts: { cluster: cluster.cluster, host: node.name },
  });

/** Asks, and throws a Fault when the node gives no answer at all. */
export async function ask<const C extends readonly string[]>(spot: Spot, commands: C): Promise<{ readonly [K in keyof C]: Block }> {
  const answers = await askNode(spot.connect, spot.cluster, spot.node, spot.io, commands);
  const lost = answers.find(({ exitCode }) => exitCode === 255);
  if (lost !== undefined) throw unheard(spot, reasonIn(lost.text));
  return answers;
}

/** What a cluster says of its replication. */
export interface Following {
  readonly enabled: boolean;
  /** State of the connector; no tasks: there is none. */
  readonly tasks: Extract<ConnectorView, { kind: 'read' }>['tasks'];
  readonly services: Extract<ServicesView, { kind: 'read' }>;
}

/** Throws a Fault when it can't be told. */
export async function lookFollowing(spot: Spot): Promise<Following> {
  const [flag, table, status, applied] = await ask(spot, followingQuestions);
  const enabled = parseFlag(applied) ?? parseFlag(flag);
  const services = servicesIn(spot, status);
  const connector = connectorIn(table, services);
  if (enabled === null) throw unheard(spot, `whether it follows is not known (${reasonIn(flag.text)}).`);
  if (connector.kind === 'unread') throw unheard(spot, connector.why);
  return { enabled, tasks: connector.tasks, services };
}

/** The table of connectors comes from KAFKACONN: while that is down there is no connector that runs. */
function connectorIn(table: Block, services: Following['services']): ConnectorView {
  const running = services.rows.some((row) => row.name.toUpperCase().startsWith('KAFKACONN') && isOnline(row));
  const read = table.exitCode === 0 ? parseConnector(table.text) : ({ kind: 'unread', why: reasonIn(table.text) } as const);
  return read.kind === 'unread' && !running && !services.stale ? { kind: 'read', tasks: [] } : read;
}

function servicesIn(spot: Spot, { text }: Block): Following['services'] {
  const services = parseServices(text);
  if (services.kind === 'unread') throw unheard(spot, services.why);
  return services;
}

export async function lookServices(spot: Spot): Promise<Following['services']> {
  const [status] = await ask(spot, ['gadmin status -v']);
  return servicesIn(spot, status);
}

export const allOnline = ({ rows, stale }: Following['services']): boolean => !stale && rows.every(isOnline);

export const isRunning = (tasks: Following['tasks']): boolean =>
  tasks.length > 0 && tasks.every(({ state, taskState }) => state === 'RUNNING' && taskState === 'RUNNING');

/** Whether a cluster can be written to now; one whose services have to be restarted for it can't. Throws a Fault. */
export async function takesWritesAt(spot: Spot): Promise<Tristate> {
  const { enabled, tasks, services } = await lookFollowing(spot);
  if (enabled || takesWrites(services) === 'no') return 'no';
  const { takenOn } = await standingAt(spot, { tasks, services });
  if (takenOn === 'yes' && tasks.length > 0) return 'unknown';
  return takenOn;
}

/** Whether the services of a side that is set to follow nobody go by that. Throws a Fault. */
export async function standingAt(
  spot: Spot,
  { tasks, services }: Pick<Following, 'tasks' | 'services'>,
): Promise<Pick<Standing, 'takenOn'>> {
  const [prefix, root] = await ask(spot, standingQuestions);
  if (parseWord(prefix, 249) === '') return { takenOn: 'yes' };
  const { connect: shell, cluster, io, side } = spot;
  const then = rememberedOf(await io.history(), io.clock.now()).ran[side];
  return readStanding({ shell, cluster, io }, { connector: { kind: 'read', tasks }, services, dataRoot: parsePath(root) }, then);
}

/** Values of settings, and names of what is set and not applied. Throws a Fault. */
export async function lookSettings(spot: Spot, names: readonly string[]): Promise<{ values: readonly string[]; staged: StagedView }> {
  const [diff, ...got] = await ask(spot, ['gadmin config diff', ...names.map(configGet)]);
  const values = got.map((block) => parseValue(block));
  const at = values.indexOf(null);
  if (at >= 0) throw unheard(spot, `${names[at]} could not be read (${reasonIn(got[at]?.text ?? '')}).`);
  return { values: values.map((value) => value ?? ''), staged: parseDiff(diff ?? { exitCode: 1, text: '' }) };
}

/** Backups that a cluster lists. Throws a Fault. */
export async function lookBackups(spot: Spot, tool: 'gadmin' | 'gbar'): Promise<readonly BackupRow[]> {
  const [list] = await ask(spot, [tool === 'gbar' ? 'gbar list' : 'gadmin backup list']);
  const backups = tool === 'gbar' ? parseGbarList(list) : parseBackups(list);
  if (backups.kind === 'unread') throw unheard(spot, backups.why);
  return backups.rows;
}

export const spotOf = ({ connect, cluster, side, node, io }: Place): Spot => ({ connect, cluster, side, node, io });

/** Longest that a look at the other side may take, ms: it may be gone, and this side's answer must not wait for it. */
const peekMs = 8_000;

/** A node that has not answered for so long is not waited for alone, ms. */
const aloneMs = 1_000;

/** A node of a side that answers, the first one unless it is slow; null when none does. */
export async function spotOn(place: Pick<Place, 'connect' | 'link' | 'io'>, side: Side): Promise<Spot | null> {
  const { connect, link, io } = place;
  const cluster = link.settings[side];
  const quick = { ...io, timeoutMs: Math.min(peekMs, Math.ceil(io.timeoutMs / 2)) };
  const peek = async (node: ShellTarget): Promise<Spot | null> => {
    const [answer] = await askNode(connect, cluster, node, quick, [gadminQuestion]);
    return answer.exitCode === 0 ? { connect, cluster, side, node, io } : null;
  };
  const peeks: Promise<Spot | null>[] = [];
  for (const node of cluster.nodes) {
    const peeked = peek(node);
    peeks.push(peeked);
    // Whoever is not waited for any more may fail unheard; the caller's own end is told by the last line.
    peeked.catch(() => null);
    const spot = await Promise.race([peeked, io.clock.sleep(aloneMs, io.signal).then(() => null)]);
    if (spot !== null) return spot;
  }
  return (await Promise.all(peeks)).find((spot) => spot !== null) ?? null;
}

/** A node of the other side. Throws a Fault when none answers. */
export async function spotThere(place: Place): Promise<Spot> {
  const spot = await spotOn(place, otherSide(place.side));
  if (spot !== null) return spot;
  throw new Fault('connect-failed', `No node of ${place.there} answers.`, { effect: 'not-applied', facts: { cluster: place.there } });
}
