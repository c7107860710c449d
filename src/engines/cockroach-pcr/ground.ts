import { isFault } from '../../domain/faults.ts';
import { otherSide, type Side } from '../../domain/observation.ts';
import type { SqlConnect, SqlSession } from '../../transports/sql.ts';
import { readConnections } from '../cockroach/connections.ts';
import { firstValue, withSystem } from '../cockroach/session.ts';
import type { EngineIo } from '../engine.ts';
import type { PcrSettings } from './config.ts';
import { followersOf, type GroundRead, type PcrDetail, type SideRead, writableOf } from './detail.ts';

/** The config knows that a primary without the virtual cluster has its data in system, so that applications write there. */
export function asConfigured({ setup }: PcrSettings, side: Side, read: SideRead): SideRead {
  const flat = side === 'primary' && setup?.source === 'system' && read.kind === 'read' && read.vc === null;
  return flat ? { ...read, flat } : read;
}

/** What a follower says of what it copies goes before the config: a link whose stream was made by hand need not be described there. */
function asCopied(settings: PcrSettings, detail: PcrDetail): PcrDetail {
  const [follower] = followersOf(detail);
  if (follower === undefined) return detail;
  const side = otherSide(follower.side);
  const read = detail[side];
  const { sourceName } = follower.vc;
  if (read.kind !== 'read' || read.vc !== null || sourceName === null || sourceName === settings.virtualCluster) return detail;
  const flat = sourceName === 'system' && side === 'primary';
  return { ...detail, [side]: { ...read, ...(flat ? { flat } : { elsewhere: sourceName }) } };
}

/** What the config and the copy know of both sides. Once the copy of a flat primary serves, that primary is given up, whoever still writes to it. */
export function bothAsConfigured(settings: PcrSettings, detail: PcrDetail): PcrDetail {
  const { primary, standby } = asCopied(settings, detail);
  const read = asConfigured(settings, 'primary', primary);
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
