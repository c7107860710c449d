import type { Tristate } from '../../../domain/observation.ts';
import type { ShellConnect, ShellTarget } from '../../../transports/shell.ts';
import type { EngineIo } from '../../engine.ts';
import { askNode } from '../ask.ts';
import { appliedGet, runningQuestions } from '../commands.ts';
import type { CrrCluster } from '../config.ts';
import type { ConnectorView, ReadSide, ServicesView } from '../detail.ts';
import { eachNode } from '../each-node.ts';
import type { Block } from '../parse/blocks.ts';
import { parseFlag, parseHosts, parseNumber, parseWord } from '../parse/config.ts';
import { familyOf, isOnline } from '../parse/services.ts';
import { linesOf } from '../parse/text.ts';
import { areThose, type Dated, type Ran, takenOnBy, takersIn } from '../running.ts';
import { isFollower, phaseOf, stagedCrrKeys, takesWrites, writableOf } from '../state.ts';

/** `20287 Sat Nov 21 12:48:29 2026`, in UTC. */
function startsIn({ text }: Block): ReadonlyMap<number, number> {
  const rows = linesOf(text).flatMap((line) => {
    const [, pid, day, time, year] =
      /^\s*(\d{1,10})\s+[A-Z][a-z]{2}\s+([A-Z][a-z]{2}\s+\d{1,2})\s+(\d\d:\d\d:\d\d)\s+(\d{4})\s*$/.exec(line) ?? [];
    const at = Date.parse(`${day ?? ''} ${year ?? ''} ${time ?? ''} UTC`);
    return pid === undefined || Number.isNaN(at) ? [] : [[Number(pid), at] as const];
  });
  return new Map(rows);
}

const changedIn = ({ exitCode, text }: Block): number | null => {
  const [, seconds] = exitCode === 0 ? (/^(\d{9,11}) \//.exec(linesOf(text).at(0) ?? '') ?? []) : [];
  return seconds === undefined ? null : Number(seconds) * 1_000;
};

/** Starts are told in whole seconds, give or take one. Between an apply and the next start of a service there are more. */
const slackMs = 2_000;

interface Seat {
  readonly shell: ShellConnect;
  readonly cluster: CrrCluster;
  readonly io: EngineIo;
}

type Pids = NonNullable<ReturnType<typeof takersIn>>;

/** Null where not every one of them was found. Throws a Fault only when the caller itself gave up. */
async function datedOn({ shell, cluster, io }: Seat, dataRoot: string, pids: Pids): Promise<readonly Dated[] | null> {
  const questions = runningQuestions(dataRoot, pids.map(({ pid }) => pid).join(','));
  const told = await eachNode(cluster.nodes, async (node: ShellTarget) => {
    const [names, changed, starts] = await askNode(shell, cluster, node, io, questions);
    const own = new Set(names.exitCode === 0 ? names.text.toUpperCase().split(/\s+/) : []);
    const changedAt = changedIn(changed);
    const startedAt = startsIn(starts);
    return pids.flatMap(({ name, pid }): readonly Dated[] => {
      const at = own.has(name.toUpperCase()) ? startedAt.get(pid) : undefined;
      return at === undefined ? [] : [{ name, pid, startedAt: at, sinceChange: changedAt === null ? null : at >= changedAt - slackMs }];
    });
  });
  const all = told.flat();
  return pids.every(({ name }) => all.some((one) => one.name === name)) ? all : null;
}

/** What is known of a side that takes no connector's word for it: where no numbers are told (up to 3.9.2), its end shows the restart. */
function byConnector(connector: ConnectorView, services: ServicesView): Tristate {
  const runs = services.kind === 'read' && services.rows.some((row) => familyOf(row.name) === 'KAFKACONN' && isOnline(row));
  return runs && connector.kind === 'read' && connector.tasks.length === 0 ? 'yes' : 'unknown';
}

export interface Standing {
  readonly takenOn: Tristate;
  /** What is remembered of its processes from now on. */
  readonly ran: Ran | null;
}

type Told = Pick<ReadSide, 'connector' | 'services'> & { readonly dataRoot: string | null };

/** Whether a side that followed once, and is set to follow nobody now, acts by that. Throws a Fault only when the caller itself gave up. */
export async function readStanding(seat: Seat, { connector, services, dataRoot }: Told, then: Ran | null): Promise<Standing> {
  const hasNumbers = services.kind === 'read' && services.rows.some(({ pid }) => pid !== undefined);
  if (!hasNumbers) return { takenOn: byConnector(connector, services), ran: then };
  const pids = takersIn(services);
  const now = pids === null || dataRoot === null ? null : await datedOn(seat, dataRoot, pids);
  const takenOn = now === null ? 'unknown' : takenOnBy(now, then);
  return { takenOn, ran: now !== null && takenOn === 'yes' ? { follows: false, processes: bare(now) } : then };
}

const bare = (now: readonly Dated[]): Ran['processes'] => now.map(({ name, pid, startedAt }) => ({ name, pid, startedAt }));

const keys = ['Enabled', 'PrimaryKafkaIPs', 'PrimaryKafkaPort', 'TopicPrefix'].map((name) =>
  appliedGet(`System.CrossRegionReplication.${name}`),
);

/** The side with the settings that are applied where others are staged, which is what gadmin tells otherwise. */
export async function withApplied({ shell, cluster, io }: Seat, read: ReadSide): Promise<ReadSide> {
  const node = cluster.nodes.find(({ name }) => name === read.by);
  if (node === undefined || stagedCrrKeys(read).length === 0) return read;
  const [flag, ips, number, word] = await askNode(shell, cluster, node, io, keys);
  const crr = {
    enabled: told(flag, parseFlag),
    brokers: told(ips, parseHosts),
    port: told(number, parseNumber),
    prefix: told(word, parsePrefix),
  };
  if (crr.enabled === null || crr.brokers === null || crr.prefix === null) return read;
  return { ...read, crr: { ...crr, stagedEnabled: read.crr.enabled } };
}

const told = <T>(block: Block | undefined, parse: (block: Block) => T): T | null => (block === undefined ? null : parse(block));
const parsePrefix = (block: Block): string | null => parseWord(block, 249);

/** The side with what it acts by, and what is remembered of it. Nothing is asked where nothing can be in doubt. */
export async function withStanding(
  seat: Seat,
  read: ReadSide,
  then: Ran | null,
): Promise<{ readonly read: ReadSide; readonly ran: Ran | null }> {
  const { crr, services, roots } = read;
  if (crr.enabled === false && crr.prefix !== '' && takesWrites(services) !== 'no') {
    const { takenOn, ran } = await readStanding(seat, { ...read, dataRoot: roots.data }, then);
    return { read: { ...read, takenOn }, ran };
  }
  const pids = takersIn(services);
  const follows = isFollower(phaseOf(read)) && writableOf(read) === 'no';
  if (!follows || pids === null || roots.data === null || (then?.follows === true && areThose(pids, then))) return { read, ran: then };
  const now = await datedOn(seat, roots.data, pids);
  return { read, ran: now === null ? then : { follows: true, processes: bare(now) } };
}
