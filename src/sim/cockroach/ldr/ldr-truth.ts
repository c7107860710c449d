import type { SimSide } from '../contract.ts';
import { catchUp, changed, type Realm } from '../realm.ts';
import { jobOf } from '../state/model.ts';
import { writeAll } from './clients.ts';
import { holdingsAt } from './holdings.ts';
import type { LdrControl, LdrJobTruth, LdrTruth, TableTruth } from './ldr-contract.ts';
import { fingerprintAt, goAstray, rowsAt } from './state/content.ts';
import { isLocked, isOver, pauseWithError, requireUnlocked } from './state/lifecycle.ts';
import type { LdrJob, LdrPair } from './state/model.ts';
import { firstValue } from './state/row-values.ts';
import { fullName, type SimTable, shapeOf } from './state/table.ts';
import { replicatedSecond } from './statements/show-ldr-jobs.ts';

function tableOf(realm: Realm, side: SimSide, name: string): SimTable {
  const table = realm.state.ldr.tables.find((candidate) => candidate.side === side && fullName(candidate) === name);
  if (table === undefined) throw new TypeError(`table ${name} is not on the ${side} side`);
  return table;
}

function jobTruth(realm: Realm, ldr: LdrJob): LdrJobTruth {
  const { state } = realm;
  const job = jobOf(state.clusters[ldr.side], ldr.jobId);
  const producer = jobOf(state.clusters[ldr.sourceSide], ldr.producerId);
  const replicated = replicatedSecond({ state }, ldr, state.settledUs);
  return {
    id: job.id,
    status: job.status,
    runningStatus: job.runningStatus,
    tables: ldr.pairs.map(({ destination }) => fullName(destination)),
    replicatedTime: replicated === null ? null : replicated / 1000,
    parent: ldr.parent,
    scanning: ldr.scan !== null,
    producer: { id: producer.id, status: producer.status },
  };
}

function tableTruth(realm: Realm, table: SimTable): TableTruth {
  const { ldr, pace, settledUs } = realm.state;
  const dlq = ldr.dlqs.find(({ side, tableId }) => side === table.side && tableId === table.id);
  return {
    name: fullName(table),
    rows: rowsAt(ldr, table, settledUs, pace),
    fingerprint: fingerprintAt(ldr, table, table.shape.primaryKey, settledUs, pace),
    offline: table.offline,
    locked: isLocked(realm.state, table),
    dlq: dlq?.rows.length ?? 0,
  };
}

/** How long a row that can't be applied is retried. */
const retriedUs = 60_000_000;

function createControl(realm: Realm): LdrControl {
  const { state } = realm;
  const change = (apply: (atUs: number) => void): void => {
    apply(catchUp(realm));
    changed(realm);
  };
  return {
    write: (side, name, rows) => change((atUs) => void tableOf(realm, side, name).epoch.inserts.push({ atUs, rows })),
    update: (side, name, rows, column) =>
      change((atUs) => {
        const { epoch, shape } = tableOf(realm, side, name);
        const written = column ?? firstValue(shape);
        epoch.updates.push({ atUs, rows, ...(written === undefined ? {} : { column: written }) });
      }),
    writeAll: () => {
      const atUs = catchUp(realm);
      const gone = writeAll(state, atUs);
      changed(realm);
      return () => gone(catchUp(realm));
    },
    rate: (side, name, perSecond) =>
      change(() => {
        tableOf(realm, side, name).wantedRate = perSecond;
      }),
    conflict: (side, name, rows, reason = 'duplicate key value violates unique constraint (age limit)') =>
      change((atUs) => {
        const table = tableOf(realm, side, name);
        const into = ({ destination }: LdrPair): boolean => destination === table;
        const job = state.ldr.jobs.find((ldr) => !isOver(state, ldr) && ldr.pairs.some(into));
        const pair = job?.pairs.find(into);
        if (job === undefined || pair === undefined) throw new TypeError(`nothing is replicated into ${name} on the ${side} side`);
        goAstray(state.ldr, pair, rows, atUs, state.pace);
        state.ldr.conflicts.push({ job, table, atUs: atUs + retriedUs, rows, reason });
      }),
    differ: (side, name, on) =>
      change(() => {
        tableOf(realm, side, name).epoch.altered = on;
      }),
    rewrite: (side, name) =>
      change((atUs) => {
        tableOf(realm, side, name).epoch.rewrittenUs = atUs;
      }),
    fail: (side, jobId, error) => change((atUs) => pauseWithError(jobOf(state.clusters[side], jobId), error, atUs)),
    change: (side, name, patch, { force } = { force: false }) =>
      change(() => {
        const table = tableOf(realm, side, name);
        if (!force) requireUnlocked(state, table);
        const before = table.shape.columns.map((column) => column.name);
        table.shape = shapeOf({ ...table.shape, ...patch, name });
        for (const { name: column } of table.shape.columns) if (!before.includes(column)) table.epoch.added.add(column);
      }),
  };
}

/** What a world tells about logical replication, and how tests and demos disturb it. */
export function createLdrTruth(realm: Realm): LdrTruth {
  const fresh = <T>(read: () => readonly T[]): readonly T[] => {
    catchUp(realm);
    return read();
  };
  return {
    ldr: createControl(realm),
    holdings: () => holdingsAt(realm.state, catchUp(realm)),
    ldrJobs: (side) => fresh(() => realm.state.ldr.jobs.filter((ldr) => ldr.side === side).map((ldr) => jobTruth(realm, ldr))),
    tables: (side) => fresh(() => realm.state.ldr.tables.filter((table) => table.side === side).map((table) => tableTruth(realm, table))),
  };
}
