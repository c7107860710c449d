import type { Outage } from '../../faults/strikes.ts';
import type { Edition, Effect, GraphPace, SimSide } from '../contract.ts';
import type { Release } from '../release.ts';
import type { Cell } from '../wire/packstream.ts';

/** All times in the state are milliseconds of world time. */
export type Ms = number;

export type CopyStatus = 'initial' | 'starting' | 'store copying' | 'online' | 'stopping' | 'offline' | 'deallocating' | 'dirty';
export type Role = 'primary' | 'secondary';

/** A move that can be held up. `sinceMs` is null while it stands still. */
export interface Step {
  readonly to: CopyStatus | 'gone';
  leftMs: Ms;
  sinceMs: Ms | null;
}

/** A database on one server. */
export interface Copy {
  readonly serverId: string;
  role: Role;
  status: CopyStatus;
  message: string;
  goal: 'online' | 'offline' | 'gone';
  /** Where its store comes from when it starts for the first time. */
  needsStore: boolean;
  step: Step | null;
}

/** From a moment on: how many transactions there were, and how many are added per second. */
export interface Segment {
  readonly fromMs: Ms;
  readonly base: number;
  readonly perSecond: number;
}

export interface Upstream {
  readonly side: SimSide;
  readonly remote: string;
  /** Which database of that name it was: another of the same name is a stranger. */
  readonly databaseId: string;
  /** Cluster endpoints; null: it follows backups in a bucket. */
  readonly addresses: readonly string[] | null;
  readonly pullUri: string | null;
}

/** How far a replica was when it last began to move or stood still. */
export interface Following {
  readonly upstream: Upstream;
  base: number;
  sinceMs: Ms;
  moving: boolean;
}

export interface Database {
  name: string;
  readonly id: string;
  type: 'standard' | 'replica';
  access: 'read-write' | 'read-only';
  accessChange: { readonly to: 'read-write' | 'read-only'; readonly atMs: Ms } | null;
  requested: 'online' | 'offline';
  primaries: number;
  secondaries: number;
  copies: Copy[];
  following: Following | null;
  segments: Segment[];
  /** Added to the count of transactions to get their ids, which may need more than a JavaScript number holds. */
  readonly firstTx: bigint;
  writer: string | null;
  electionAtMs: Ms | null;
  /** Databases that hold the application's data. */
  readonly lineage: string;
  readonly createdMs: Ms;
  lastStopMs: Ms | null;
  readonly options: Readonly<Record<string, Cell>>;
}

export interface Server {
  readonly id: string;
  readonly name: string;
  /** Set when it listens. */
  address: string;
  port: number;
  readonly replication: string;
  state: 'Enabled' | 'Cordoned';
  readonly modeConstraint: 'NONE' | 'PRIMARY' | 'SECONDARY';
  up: boolean;
  /** Its reconciler does nothing. */
  failing: boolean;
}

export interface User {
  readonly name: string;
  password: string;
  readonly roles: readonly string[];
  readonly expired: boolean;
  wrongTries: number;
  lockedUntilMs: Ms;
}

export interface Grant {
  readonly role: string;
  readonly text: string;
  /** Database it is about; it goes with that. */
  readonly scope: string | null;
}

/** A client's transaction that lives on its own. */
export interface Straggler {
  readonly id: string;
  readonly databaseId: string;
  readonly serverId: string;
  readonly startedMs: Ms;
  readonly endsMs: Ms;
}

export interface Cluster {
  readonly side: SimSide;
  readonly name: string;
  readonly uuid: string;
  release: Release;
  readonly edition: Edition;
  readonly servers: readonly Server[];
  readonly databases: Database[];
  readonly aliases: Map<string, string>;
  readonly users: Map<string, User>;
  readonly roles: Set<string>;
  readonly grants: Grant[];
  readonly settings: Map<string, string>;
  /** Databases of which a drop has left a dump on the servers, each by its name and id. */
  readonly dumps: string[];
  readonly stragglers: Straggler[];
  outage: Outage | null;
  /** Id of the server that leads `system` while it is up; null: the first that is. */
  ledBy: string | null;
  electionStuck: boolean;
  copyStuck: boolean;
  catchUpStuck: boolean;
  corrupt: boolean;
  /** Last committed transaction of `system`. */
  systemTx: number;
}

export interface Promotion {
  readonly side: SimSide;
  readonly upstream: Upstream;
  readonly reached: number;
  readonly atMs: Ms;
}

export interface SimState {
  readonly clusters: Readonly<Record<SimSide, Cluster>>;
  readonly pace: GraphPace;
  readonly effects: Effect[];
  readonly writable: { readonly side: SimSide; readonly fromMs: Ms; toMs: Ms | null }[];
  readonly promotions: Promotion[];
  /** Databases that are gone; promotions and replicas may still speak of them. */
  readonly graves: Database[];
  writesPerSecond: number;
  linkUp: boolean;
  /** Everything due until here has happened. */
  settledMs: Ms;
  nextId: number;
}

/** The lineage of the application that the world begins with. */
export const application = 'application';

export const isDead = (cluster: Cluster): boolean => cluster.outage === 'dead';
export const isUp = (cluster: Cluster, server: Server): boolean => server.up && !isDead(cluster);

export const serverOf = (cluster: Cluster, id: string): Server => {
  const server = cluster.servers.find((candidate) => candidate.id === id);
  if (server === undefined) throw new TypeError(`server ${id} is not in ${cluster.name}`);
  return server;
};

export const findDatabase = (cluster: Cluster, name: string): Database | null =>
  cluster.databases.find((database) => database.name === name.toLowerCase()) ?? null;

/** By its own name or that of an alias. */
export function resolveDatabase(cluster: Cluster, name: string): Database | null {
  return findDatabase(cluster, cluster.aliases.get(name.toLowerCase()) ?? name);
}

/** The server that may change `system`; null when most servers are gone. */
export function systemLeader(cluster: Cluster): Server | null {
  const up = cluster.servers.filter((server) => isUp(cluster, server));
  if (up.length * 2 <= cluster.servers.length) return null;
  return up.find(({ id }) => id === cluster.ledBy) ?? up[0] ?? null;
}

export function newId(state: SimState, kind: string): string {
  state.nextId += 1;
  const tail = state.nextId.toString(16).padStart(12, '0');
  return `${kind.padEnd(8, '0').slice(0, 8)}-0000-4000-8000-${tail}`;
}

export const isCopyUp = (cluster: Cluster, copy: Copy): boolean =>
  copy.status === 'online' && isUp(cluster, serverOf(cluster, copy.serverId));
