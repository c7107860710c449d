import type { JsonObject } from '../../domain/json.ts';
import { otherSide, type Side } from '../../domain/observation.ts';
import type { Act } from '../../domain/plan.ts';
import { spellTime } from '../cockroach/spell.ts';
import { microsOfTimestamp } from '../cockroach/times.ts';
import { accessActs } from './acts-access.ts';
import { lookActs } from './acts-look.ts';
import type { LdrSettings } from './config.ts';
import { replicatedStatement, streamStatement, tablesOn, truncateStatement } from './statements.ts';
import { quoteTable, showTable } from './table-name.ts';

/** Names of this engine's steps. They are written into journals, so a name is never used again for something else. */
export const kinds = {
  setRangefeeds: 'ldr.set-rangefeeds',
  createUser: 'ldr.create-user',
  dropUser: 'ldr.drop-user',
  proveLogin: 'ldr.prove-login',
  grant: 'ldr.grant',
  revoke: 'ldr.revoke',
  createConnection: 'ldr.create-connection',
  alterConnection: 'ldr.alter-connection',
  dropConnection: 'ldr.drop-connection',
  checkConnection: 'ldr.check-connection',
  checkFit: 'ldr.check-fit',
  checkSchema: 'ldr.check-schema',
  checkAbsent: 'ldr.check-absent',
  createStream: 'ldr.create-stream',
  createReplicated: 'ldr.create-replicated',
  endStream: 'ldr.end-stream',
  endReplicated: 'ldr.end-replicated',
  clearCopy: 'ldr.clear-copy',
  dropCopy: 'ldr.drop-copy',
  proveSource: 'ldr.prove-source',
  awaitScan: 'ldr.await-scan',
  proveAdvance: 'ldr.prove-advance',
  pause: 'ldr.pause',
  resume: 'ldr.resume',
  bounce: 'ldr.bounce',
  cancel: 'ldr.cancel',
  checkWrites: 'ldr.check-writes',
  compareRows: 'ldr.compare-rows',
  countRows: 'ldr.count-rows',
  checkRows: 'ldr.check-rows',
  emptyTables: 'ldr.empty-tables',
  countQueue: 'ldr.count-queue',
  checkQueue: 'ldr.check-queue',
  takeStock: 'ldr.take-stock',
  markTime: 'ldr.mark-time',
  awaitPast: 'ldr.await-past',
  compareTables: 'ldr.compare-tables',
  stopWriters: 'ldr.stop-writers',
  acceptLoss: 'ldr.accept-loss',
  changeSchema: 'ldr.change-schema',
  renewConnection: 'ldr.renew-connection',
  spread: 'ldr.spread-traffic',
} as const;

/** Stands for a job whose id nobody can know before it exists. */
const cancelStarted = 'CANCEL JOB <the job that this run started>';

/** What a job is started in: `after` is the newest job that was known when it was planned, so that an older one is never taken for it. */
export interface Start {
  readonly after: string;
  /** A time as of which the side that follows has everything: the job goes on from there, without a first copy. */
  readonly cursor?: string | null;
  /** Whether the side that follows has to be empty right before: nothing else brings away what is written there. */
  readonly bare?: boolean;
}

/** What a side is emptied by. */
interface Emptied {
  readonly after: string;
  /** By table, the newest write that was known when it was planned (µs, in digits); null where it could not be read. */
  readonly known: readonly (string | null)[];
  /** Tables of which the other side has to have as many rows. */
  readonly kept: readonly number[];
}

const actOn = (
  settings: LdrSettings,
  side: Side,
  kind: string,
  title: string,
  statements: readonly string[],
  params: JsonObject = {},
): Act => ({
  kind,
  title,
  cluster: settings[side].cluster,
  side,
  statements,
  params: { tables: settings.tables.map((pair) => showTable(pair[side])), ...params },
});

/** Writes the acts of one link: texts and parameters are constant for equal settings. */
export const actsFor = (settings: LdrSettings) => ({
  ...accessActs(settings, kinds, actOn),
  ...jobActs(settings),
  ...lookActs(settings, kinds, actOn),
});

const way = (settings: LdrSettings, into: Side): string => `${settings[otherSide(into)].cluster} → ${settings[into].cluster}`;

function jobActs(settings: LdrSettings) {
  const at = (side: Side) => settings[side].cluster;
  const byJob = (side: Side, kind: string, title: string, verb: string, job: string) =>
    actOn(settings, side, kind, title, [`${verb} JOB ${job}`], { job });
  return {
    createStream: (side: Side, { after, cursor = null, bare = false }: Start) =>
      actOn(
        settings,
        side,
        kinds.createStream,
        cursor === null
          ? `Start replication ${way(settings, side)}`
          : `Let replication ${way(settings, side)} go on from ${spellTime(microsOfTimestamp(cursor))}`,
        [streamStatement(settings, side, cursor)],
        { after, ...(cursor === null ? {} : { cursor }), ...(bare ? { bare } : {}) },
      ),
    createReplicated: (side: Side, both: boolean, { after }: Start) =>
      actOn(
        settings,
        side,
        kinds.createReplicated,
        `Make the tables on ${at(side)} and start replication ${way(settings, side)}${both ? ' and back' : ''}`,
        [replicatedStatement(settings, side, both)],
        { both, after },
      ),
    // The job's id is known only once it exists, so it is found in the database by what it replicates and when it was made.
    endStream: (side: Side, { after, cursor = null }: Start) =>
      actOn(settings, side, kinds.endStream, `End the replication ${way(settings, side)} that this run started`, [cancelStarted], {
        after,
        cursor,
      }),
    endReplicated: (side: Side, both: boolean, { after }: Start) =>
      actOn(
        settings,
        side,
        kinds.endReplicated,
        `End the replication ${way(settings, side)}${both ? ' and back' : ''} that this run started`,
        [cancelStarted],
        { both, after },
      ),
    // The tables were empty, or not there, before the first job of the run, and are so again: what was copied would stand in the way of
    // another start.
    clearCopy: (side: Side, { after }: Start) =>
      actOn(
        settings,
        side,
        kinds.clearCopy,
        `Delete what this run copied to ${at(side)}, unless applications wrote there meanwhile`,
        [truncateStatement(tablesOn(settings, side))],
        { after },
      ),
    dropCopy: (side: Side, { after }: Start) =>
      actOn(
        settings,
        side,
        kinds.dropCopy,
        `Drop the tables that this run made on ${at(side)}, unless applications wrote there meanwhile`,
        [`DROP TABLE IF EXISTS ${tablesOn(settings, side).map(quoteTable).join(', ')}`],
        { after },
      ),
    pause: (side: Side, job: string) => byJob(side, kinds.pause, `Pause replication ${way(settings, side)}`, 'PAUSE', job),
    resume: (side: Side, job: string) => byJob(side, kinds.resume, `Resume replication ${way(settings, side)}`, 'RESUME', job),
    bounce: (side: Side, job: string) =>
      actOn(
        settings,
        side,
        kinds.bounce,
        `Let replication ${way(settings, side)} connect anew`,
        [`PAUSE JOB ${job}`, `RESUME JOB ${job}`],
        { job },
      ),
    cancel: (side: Side, job: string) => byJob(side, kinds.cancel, `End replication ${way(settings, side)}`, 'CANCEL', job),
    emptyTables: (side: Side, pairs: readonly number[], { after, known, kept }: Emptied) =>
      actOn(
        settings,
        side,
        kinds.emptyTables,
        `Delete every row of the link's tables on ${at(side)}`,
        [truncateStatement(pairs.flatMap((pair) => settings.tables[pair]?.[side] ?? []))],
        { pairs, after, known, kept },
      ),
  };
}

export type Acts = ReturnType<typeof actsFor>;
