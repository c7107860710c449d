import { Fault, isFault } from '../../domain/faults.ts';
import type { BoltConnect, BoltSession } from '../../transports/bolt.ts';
import { type BoltRow, countAt, mapOf, textAt, textsOf } from '../../transports/bolt-values.ts';
import { scrub } from '../../transports/scrub.ts';
import type { EngineIo } from '../engine.ts';
import type { CcdrCluster } from './config.ts';
import type { DatabaseView, Deaf, Glance, ReadSide, RoutingView, ServerView, SideRead } from './detail.ts';
import { isOn } from './privileges.ts';
import { questions } from './questions.ts';
import { readDatabase } from './read-database.ts';
import { releaseOf } from './release.ts';
import { withLeader, withMember } from './session.ts';
import { phaseOf } from './state.ts';
import { askSurface } from './surface.ts';

/** Share of the time in which a leader has to be found; the rest is for asking any member. */
const leaderShare = 0.6;

type Look<T> = (session: BoltSession, by: ReadSide['by']) => Promise<T>;

/** Reads everything there is to know of one side. A side that can't be asked is an answer, not a Fault; only the caller's own end throws. */
export const readSide = (connect: BoltConnect, cluster: CcdrCluster, io: EngineIo): Promise<SideRead> =>
  readBy(connect, cluster, io, (session, by) => readAll(session, cluster, by));

/** The same of its database alone: a side that is far away has to answer few questions then. */
export const glanceAt = (connect: BoltConnect, cluster: CcdrCluster, io: EngineIo): Promise<Glance> =>
  readBy(connect, cluster, io, async (session, by) => {
    const { database } = await readDatabases(session, cluster);
    return { kind: 'read', by, database };
  });

async function readBy<T>(connect: BoltConnect, cluster: CcdrCluster, io: EngineIo, look: Look<T>): Promise<T | Deaf> {
  const leaderMs = Math.ceil(io.timeoutMs * leaderShare);
  try {
    return await withLeader(connect, cluster, { ...io, timeoutMs: leaderMs }, (session) => look(session, 'leader'));
  } catch (cause) {
    if (!isFault(cause) || io.signal.aborted) throw cause;
    if (deafness(cause) !== 'silent') return { kind: deafness(cause), why: cause.message };
    return await readMember(connect, cluster, { ...io, timeoutMs: Math.max(1, io.timeoutMs - leaderMs) }, look);
  }
}

/** Somebody listens there, but leads nowhere: a member that is up can still tell what it knows. */
async function readMember<T>(connect: BoltConnect, cluster: CcdrCluster, io: EngineIo, look: Look<T>): Promise<T | Deaf> {
  try {
    return await withMember(connect, cluster, io, (session) => look(session, 'member'));
  } catch (cause) {
    if (!isFault(cause) || io.signal.aborted) throw cause;
    return { kind: deafness(cause), why: cause.message };
  }
}

/** What a side that could not be read is: nothing accepts connections, something does but gives no answer, or it keeps us out. */
export function deafness(fault: Fault): 'gone' | 'silent' | 'locked' {
  if (fault.code === 'connect-failed' || fault.code === 'deadline-passed') return fault.facts['accepted'] === true ? 'silent' : 'gone';
  return fault.code === 'connection-lost' ? 'silent' : 'locked';
}

async function readAll(session: BoltSession, cluster: CcdrCluster, by: ReadSide['by']): Promise<ReadSide> {
  const { release, edition } = kernelOf(session.components, cluster.cluster);
  const base = { kind: 'read', by, release, edition } as const;
  if (edition !== 'enterprise') {
    // Community has neither clusters nor replicas, and refuses to be asked about them.
    return {
      ...base,
      surface: 'none',
      procedures: null,
      user: null,
      roles: null,
      servers: [],
      database: null,
      spare: null,
      names: [],
      aliases: [],
      routing: null,
      grants: null,
    };
  }
  const servers = await readServers(session);
  const names = (await session.read(questions.databases)).rows;
  const aliases = (await session.read(questions.aliases)).rows;
  const { database, spare } = await readDatabases(session, cluster);
  const { user, roles } = await whoAmI(session);
  const procedures = await readProcedures(session);
  return {
    ...base,
    surface: await askSurface(session, release, procedures),
    procedures,
    user,
    roles,
    servers,
    database,
    spare,
    names: distinct(names.map((row) => ({ name: textAt(row, 'name') ?? '', type: textAt(row, 'type') ?? '' }))),
    aliases: aliases.map((row) => ({
      name: textAt(row, 'name') ?? '',
      database: textAt(row, 'database') ?? '',
      location: textAt(row, 'location') ?? '',
    })),
    routing: database === null ? null : await readRouting(session, database.name),
    grants: database === null ? null : await readGrants(session, database.name),
  };
}

function kernelOf(components: readonly BoltRow[], cluster: string): Pick<ReadSide, 'release' | 'edition'> {
  const kernel = components.find((row) => textAt(row, 'name')?.includes('Kernel')) ?? components[0];
  const [version = ''] = textsOf(kernel?.['versions']);
  const release = releaseOf(version);
  if (kernel === undefined || release === null) {
    throw new Fault('answer-not-understood', `${cluster} gave a version that is outside the documented format.`, {
      effect: 'not-applied',
      facts: { cluster, text: scrub(version).slice(0, 100) },
    });
  }
  return { release, edition: (textAt(kernel, 'edition') ?? '').toLowerCase() };
}

/** Every server that the cluster knows. Throws a Fault. */
export async function readServers(session: BoltSession): Promise<ServerView[]> {
  const { rows } = await session.read(questions.servers);
  return rows
    .map((row) => ({
      id: textAt(row, 'serverId') ?? '',
      name: textAt(row, 'name') ?? '',
      address: textAt(row, 'address'),
      state: textAt(row, 'state') ?? '',
      health: textAt(row, 'health') ?? '',
      modeConstraint: textAt(row, 'modeConstraint') ?? 'NONE',
      allowed: [...textsOf(row['allowedDatabases'])],
      denied: [...textsOf(row['deniedDatabases'])],
      hosting: [...textsOf(row['hosting'])].sort(),
      version: textAt(row, 'version'),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The database that counts on a side, and the one under its other name. Throws a Fault. */
export async function readDatabases(session: BoltSession, cluster: CcdrCluster): Promise<Pick<ReadSide, 'database' | 'spare'>> {
  const named = await readDatabase(session, cluster.database);
  return cluster.spareDatabase === null
    ? { database: named, spare: null }
    : choose(named, await readDatabase(session, cluster.spareDatabase));
}

const weights = {
  following: 0,
  creating: 0,
  fallen: 0,
  serving: 1,
  'two-writers': 1,
  electing: 1,
  strange: 2,
  'read-only': 3,
  stopped: 4,
  dropping: 4,
  absent: 5,
} as const;

/** Of two databases of a side: the one that follows, or else the one that serves; the other is one that was kept aside. Pure. */
export function choose(named: DatabaseView | null, other: DatabaseView | null): Pick<ReadSide, 'database' | 'spare'> {
  return weights[phaseOf(other)] < weights[phaseOf(named)] ? { database: other, spare: named } : { database: named, spare: other };
}

/** What a cluster may refuse to tell without being of no use. */
async function orNull<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (cause) {
    if (isFault(cause) && ['statement-refused', 'permission-missing'].includes(cause.code)) return null;
    throw cause;
  }
}

/** What clients are told for a database; null when the cluster would not say. Throws a Fault. */
export async function readRouting(session: BoltSession, name: string): Promise<RoutingView | null> {
  const answer = await orNull(session.read(questions.routing, { name }));
  const [row] = answer?.rows ?? [];
  if (row === undefined) return null;
  const entries = Array.isArray(row['servers']) ? row['servers'] : [];
  const at = (role: string): string[] =>
    entries.flatMap((entry) => {
      const server = mapOf(entry);
      return server !== null && textAt(server, 'role') === role ? [...textsOf(server['addresses'])] : [];
    });
  return { ttlSeconds: countAt(row, 'ttl') ?? 0, writers: at('WRITE'), readers: at('READ').sort(), routers: at('ROUTE').sort() };
}

async function readProcedures(session: BoltSession): Promise<string[] | null> {
  const answer = await orNull(session.read(questions.procedures));
  return (
    answer?.rows
      .flatMap((row) => textAt(row, 'name') ?? [])
      .filter((name) => /ReplicaDatabase/i.test(name))
      .sort() ?? null
  );
}

async function whoAmI(session: BoltSession): Promise<Pick<ReadSide, 'user' | 'roles'>> {
  const answer = await orNull(session.read(questions.user));
  const [row] = answer?.rows ?? [];
  return row === undefined ? { user: null, roles: null } : { user: textAt(row, 'username'), roles: [...textsOf(row['roles'])].sort() };
}

function distinct(names: readonly { readonly name: string; readonly type: string }[]): { name: string; type: string }[] {
  return [...new Map(names.map((entry) => [entry.name, { ...entry }])).values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** More than these are not shown in a plan; the run records all of them before a drop. */
const mostGrants = 200;

/** Commands of privileges that name a database; null when the cluster would not say or there are too many. Throws a Fault. */
async function readGrants(session: BoltSession, name: string): Promise<string[] | null> {
  const answer = await orNull(session.read(questions.privileges));
  const commands = answer?.rows.flatMap((row) => textAt(row, 'command') ?? []).filter((command) => isOn(command, name)) ?? null;
  return commands === null || commands.length > mostGrants ? null : commands.sort();
}
