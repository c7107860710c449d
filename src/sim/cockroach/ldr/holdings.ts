import type { Json, JsonObject } from '../../../domain/json.ts';
import { type SimSide, simSides } from '../contract.ts';
import { type Cluster, type ExternalConnection, type Job, type SimState, terminalJobStates, type Us } from '../state/model.ts';
import { usersIn } from '../users-held.ts';
import { fingerprintAt, rowsAt } from './state/content.ts';
import { isOver } from './state/lifecycle.ts';
import type { LdrJob } from './state/model.ts';
import { fullName, type SimTable } from './state/table.ts';

const sorted = (set: Iterable<string>): readonly string[] => [...set].sort();

/** What people were granted. Nobody holds what is empty. */
const grantsIn = (grants: ReadonlyMap<string, ReadonlySet<string>>): JsonObject =>
  Object.fromEntries([...grants].filter(([, held]) => held.size > 0).map(([name, held]) => [name, sorted(held)]));

const connectionIn = ({ uri, owner, grants }: ExternalConnection): JsonObject => ({ uri, owner, grants: grantsIn(grants) });

/** Whether clients write all the time into the table, or into one that a job brings rows from: its rows are others at every moment. */
const isMoving = (state: SimState, table: SimTable): boolean =>
  table.wantedRate > 0 ||
  state.ldr.jobs.some(
    (job) => !isOver(state, job) && job.pairs.some(({ source, destination }) => destination === table && source.wantedRate > 0),
  );

function tableIn(state: SimState, table: SimTable, atUs: Us): JsonObject {
  const { ldr, pace } = state;
  const { id, owner, shape, grants, offline } = table;
  const rows = {
    rows: rowsAt(ldr, table, atUs, pace),
    fingerprint: fingerprintAt(ldr, table, shape.primaryKey, atUs, pace),
  };
  return {
    id,
    owner,
    // Columns, indexes, constraints and storage parameters are plain objects of text, numbers and lists.
    shape: JSON.parse(JSON.stringify(shape)) as Json,
    grants: grantsIn(grants),
    published: !offline,
    ...(isMoving(state, table) ? {} : rows),
  };
}

/** One that only waits for the clock to end it is over. */
const isLive = ({ status, change }: Job): boolean =>
  !terminalJobStates.has(status) && !(change !== null && terminalJobStates.has(change.to));

/** How far a stream has come is left out: the clock moves it. */
const streamIn = ({ command, conflict, pairs, parent, cursor, creates, reverse }: LdrJob): JsonObject => ({
  command,
  conflict,
  from: pairs.map(({ source }) => fullName(source)),
  into: pairs.map(({ destination }) => fullName(destination)),
  parent,
  cursor,
  creates,
  ...(reverse === null ? {} : { 'starts the way back by': reverse.command, as: reverse.user }),
});

function jobIn(state: SimState, side: SimSide, { id, type, description, user, status, change, runningStatus, error }: Job): JsonObject {
  const ldr = state.ldr.jobs.find((one) => one.side === side && one.jobId === id);
  return {
    type,
    description,
    user,
    status,
    becomes: change?.to ?? null,
    runningStatus,
    error,
    ...(ldr === undefined ? {} : { stream: streamIn(ldr) }),
  };
}

/** Jobs that are over are listed for days as history, and nothing rests on them. What was emptied or dropped is collected by one that only time ends. */
const jobsIn = (state: SimState, { side, jobs }: Cluster): JsonObject =>
  Object.fromEntries(jobs.filter((job) => isLive(job) && job.type !== 'SCHEMA CHANGE GC').map((job) => [job.id, jobIn(state, side, job)]));

/** The database makes a queue for every table that something comes into, owns it and keeps it: one that is empty is its history. */
const queuesIn = ({ ldr }: SimState, side: SimSide): JsonObject =>
  Object.fromEntries(
    ldr.dlqs
      .filter((dlq) => dlq.side === side && dlq.rows.length > 0)
      .map(({ database, name, rows }) => [`${database}.${name}`, rows.map(({ id, reason }) => `${id} ${reason}`)]),
  );

function clusterAt(state: SimState, side: SimSide, atUs: Us): JsonObject {
  const cluster = state.clusters[side];
  const { ldr } = state;
  const here = <T extends { readonly side: SimSide }>(all: readonly T[]): readonly T[] => all.filter((one) => one.side === side);
  const byName = <T extends { readonly vcId: number; readonly database: string; readonly schema: string; readonly name: string }>(
    all: readonly T[],
    tell: (one: T) => Json,
  ): JsonObject => Object.fromEntries(all.map((one) => [`${one.vcId}/${fullName(one)}`, tell(one)]));
  return {
    version: cluster.dialect.version,
    settings: Object.fromEntries(cluster.settings),
    users: usersIn(cluster.users),
    connections: Object.fromEntries([...cluster.externalConnections].map(([name, connection]) => [name, connectionIn(connection)])),
    virtualClusters: Object.fromEntries(
      cluster.vcs.map(({ id, name, base, service, users, schedules, changefeeds, capabilities }) => [
        `${id} ${name}`,
        {
          base,
          service,
          users: usersIn(users),
          schedules: schedules.map((one) => `${one.id} ${one.status} ${one.command}`),
          changefeeds: changefeeds.map((one) => `${one.id} ${one.status} ${one.sink}`),
          capabilities: sorted(capabilities),
        },
      ]),
    ),
    databases: Object.fromEntries(
      here(ldr.databases).map(({ vcId, name, owner, grants }) => [`${vcId}/${name}`, { owner, grants: grantsIn(grants) }]),
    ),
    tables: byName(here(ldr.tables), (table) => tableIn(state, table, atUs)),
    enums: byName(here(ldr.enums), ({ values }) => [...values]),
    functions: byName(here(ldr.functions), ({ overloads }) =>
      overloads.map(({ arguments: given, returns }) => `${given.join(', ')} → ${returns}`),
    ),
    queues: queuesIn(state, side),
    jobs: jobsIn(state, cluster),
  };
}

/** What both clusters hold, whatever anybody is shown of it. */
export const holdingsAt = (state: SimState, atUs: Us): JsonObject =>
  Object.fromEntries(simSides.map((side) => [state.clusters[side].name, clusterAt(state, side, atUs)]));
