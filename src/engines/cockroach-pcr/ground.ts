import { isFault } from '../../domain/faults.ts';
import type { Side } from '../../domain/observation.ts';
import type { SqlConnect, SqlSession } from '../../transports/sql.ts';
import { readConnections } from '../cockroach/connections.ts';
import { firstValue, systemInterface, withSystem } from '../cockroach/session.ts';
import type { EngineIo } from '../engine.ts';
import type { PcrSettings } from './config.ts';
import type { GroundRead, PcrDetail, ReadSide, SideRead, VirtualClusterView } from './detail.ts';
import { followerIn, followersOf, phaseOf, writableOf } from './phase.ts';

/** The config knows that a primary without the virtual cluster has its data in system, or in one of another name, so that applications write there. */
export function asConfigured({ setup, virtualCluster }: PcrSettings, side: Side, read: SideRead): SideRead {
  if (side !== 'primary' || setup === null || read.kind !== 'read' || read.vc !== null) return read;
  const { source } = setup;
  if (source === systemInterface) return { ...read, flat: true };
  const isThere = source !== virtualCluster && read.besides?.some(({ name }) => name === source) === true;
  return isThere ? { ...read, elsewhere: source } : read;
}

/** What the config and the copy on the other side know of a side. Pure. `copy`: null where the other side has none, or can't be asked. */
export const asKnown = (settings: PcrSettings, side: Side, read: SideRead, copy: VirtualClusterView | null): SideRead =>
  inService(asConfigured(settings, side, asCopied(settings, side, read, copy)), copy);

/** A copy that serves is where applications were led to; whether its source is written to as well, its service alone does not tell. */
function inService(read: SideRead, copy: VirtualClusterView | null): SideRead {
  if (read.kind !== 'read' || read.elsewhere === undefined || (copy !== null && copy.service !== 'none')) return read;
  return read.besides?.some(({ name }) => name === read.elsewhere) === true ? { ...read, elsewhereServes: true } : read;
}

/** What a copy says of its source goes before the config: a link whose stream was made by hand need not be described there. */
function asCopied({ virtualCluster }: PcrSettings, side: Side, read: SideRead, copy: VirtualClusterView | null): SideRead {
  if (read.kind !== 'read' || read.vc !== null || copy === null) return read;
  const name = followerIn(copy) ? copy.sourceName : promotedFrom(read, copy);
  if (name === null || name === virtualCluster) return read;
  return name === systemInterface && side === 'primary' ? { ...read, flat: true } : { ...read, elsewhere: name };
}

/** After its promotion a copy knows its source by number; null where that serves no more, so that nobody writes to it. */
function promotedFrom({ besides = [] }: ReadSide, copy: VirtualClusterView): string | null {
  if (phaseOf(copy) !== 'ready' || copy.copyOf === undefined) return null;
  return copy.copyOf === systemInterface ? systemInterface : (besides.find(({ id }) => id === copy.copyOf)?.name ?? null);
}

/** What the config and the copy know of both sides. Once the copy of a flat primary serves, that primary is given up, whoever still writes to it. */
export function bothAsConfigured(settings: PcrSettings, detail: PcrDetail): PcrDetail {
  const copyOn = (side: Side): VirtualClusterView | null => {
    const read = detail[side];
    return read.kind === 'read' ? read.vc : null;
  };
  const read = asKnown(settings, 'primary', detail.primary, copyOn('standby'));
  const standby = asKnown(settings, 'standby', detail.standby, copyOn('primary'));
  const givenUp = read.kind === 'read' && read.flat === true && writableOf(standby) === 'yes';
  return { primary: givenUp ? { ...read, givenUp } : read, standby };
}

/** What is needed to make a replication is asked for only while none works: status must stay quick. */
export async function withGround(connect: SqlConnect, settings: PcrSettings, detail: PcrDetail, io: EngineIo): Promise<PcrDetail> {
  const works = followersOf(detail).some(({ phase }) => phase === 'following' || phase === 'scanning');
  if (settings.setup === null || works) return detail;
  const add = async (side: Side): Promise<SideRead> => {
    const read = detail[side];
    return read.kind === 'read' ? { ...read, ground: await readGround(connect, settings, side, io) } : read;
  };
  const [primary, standby] = await Promise.all([add('primary'), add('standby')]);
  return { primary, standby };
}

/** Null when something of it may not be read: then nothing is planned on it. */
async function readGround(connect: SqlConnect, settings: PcrSettings, side: Side, io: EngineIo): Promise<GroundRead | null> {
  try {
    return await withSystem(connect, settings[side], io, (session) => groundOf(session, settings));
  } catch (cause) {
    if (!isFault(cause) || io.signal.aborted) throw cause;
    return null;
  }
}

// Lengths only: the licence is a secret and never leaves the database.
const lengths = `SELECT variable, length(value) AS length FROM [SHOW CLUSTER SETTINGS] WHERE variable IN ('cluster.organization', 'enterprise.license')`;

async function groundOf(session: SqlSession, { setup }: PcrSettings): Promise<GroundRead> {
  const column = async (statement: string, name: string): Promise<readonly string[]> =>
    (await session.read(statement)).map((row) => row[name] ?? '');
  const rangefeed = firstValue(await session.read('SHOW CLUSTER SETTING kv.rangefeed.enabled'));
  const set = (await session.read(lengths)).filter((row) => Number(row['length'] ?? 0) > 0).map((row) => row['variable']);
  const wanted = [setup?.user.name, setup?.consoleUser?.name];
  const users = (await column('SHOW USERS', 'username')).filter((name) => wanted.includes(name));
  const grants = await session.read('SHOW SYSTEM GRANTS');
  const admins = await column('SHOW GRANTS ON ROLE admin', 'member');
  const connections = (await readConnections(session)).map(({ name, uri }) => ({ name, uri: leadsTo(uri) ?? '' }));
  const regions = await column('SHOW REGIONS FROM CLUSTER', 'region');
  const all = await session.read('SHOW VIRTUAL CLUSTERS');
  return {
    rangefeed: rangefeed === 'true' || rangefeed === 't',
    organization: set.includes('cluster.organization'),
    license: set.includes('enterprise.license'),
    users,
    granted: grants.filter((row) => row['grantee'] === setup?.user.name).map((row) => row['privilege_type'] ?? ''),
    admins: [...admins],
    connections,
    regions: [...regions].sort(),
    virtualClusters: all.map((row) => ({ name: row['name'] ?? '', status: row['data_state'] ?? '', service: row['service_mode'] ?? '' })),
  };
}

/** Host and port of a URI, whatever was redacted in it; null when it names none. */
export function leadsTo(uri: string): string | null {
  if (!/^postgres(ql)?:/.test(uri) || !URL.canParse(uri)) return null;
  const { hostname, port } = new URL(uri);
  return hostname === '' ? null : `${hostname}:${port === '' ? '26257' : port}`;
}
