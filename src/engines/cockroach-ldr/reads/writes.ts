import { isFault } from '../../../domain/faults.ts';
import { otherSide, type Side } from '../../../domain/observation.ts';
import type { SqlConnect, SqlSession } from '../../../transports/sql.ts';
import { notUnderstood, wasRefused } from '../../cockroach/deaf.ts';
import { withInterface } from '../../cockroach/session.ts';
import { type Micros, microsOfHlc } from '../../cockroach/times.ts';
import type { EngineIo } from '../../engine.ts';
import type { LdrSettings } from '../config.ts';
import type { TableWrites, WritesLook } from '../detail.ts';
import { quoteTable, type TableName } from '../table-name.ts';
import { isAbsent } from './tables.ts';

/**
 * The newest write of a table that no job brought: what logical replication writes carries the time of its origin. No index holds
 * either time, so the whole table is read.
 */
export const newestWriteQuery = (table: TableName): string => newestWriteAsOf(table, '');

const newestWriteAsOf = (table: TableName, asOf: string): string =>
  `SELECT max(crdb_internal_mvcc_timestamp) AS newest FROM ${quoteTable(table)}${asOf} WHERE crdb_internal_origin_timestamp IS NULL`;

/** For people: the rows of a table that no job brought and that were written after a time. */
export const writesSinceQuery = (table: TableName, since: Micros | null): string =>
  `SELECT * FROM ${quoteTable(table)} WHERE crdb_internal_origin_timestamp IS NULL${since === null ? '' : ` AND crdb_internal_mvcc_timestamp > ${since * 1000n}`}`;

/** The side in use is read as of a moment ago, so that its writers need not wait for the read. */
export const shortlyAgo = ` AS OF SYSTEM TIME '-5s'`;

/** What a session is told before it reads whole tables: whatever applications ask for goes first on a busy node, and there is an end. */
export const politely = (tableMs: number): readonly string[] => [
  "SET default_transaction_quality_of_service = 'background'",
  `SET statement_timeout = '${Math.max(1, Math.floor(tableMs))}ms'`,
];

/** Longest time for one table right before it is emptied, ms. */
export const lastLookMs = 30 * 60_000;

/** Tables of one side that are read at the same time. */
const lanes = 3;

interface WritesOptions {
  /** Longest time for one table, ms. */
  readonly tableMs: number;
  /** No table is begun after this time, ms. */
  readonly allMs: number;
  /** The side whose applications are not to be kept waiting; null when neither side is in use. */
  readonly gently: Side | null;
}

/** Reads the newest writes of both sides for a plan that empties `into`, within the time of one look. Never throws for a database's sake. */
export async function readBothWrites(connect: SqlConnect, settings: LdrSettings, into: Side, io: EngineIo): Promise<WritesLook> {
  const options: WritesOptions = { tableMs: io.timeoutMs * 0.6, allMs: io.timeoutMs * 0.3, gently: otherSide(into) };
  const [primary, standby] = await Promise.all(
    (['primary', 'standby'] as const).map((side) => readWrites(connect, settings, side, options, io)),
  );
  const untold: TableWrites = { kind: 'untold', why: 'failed' };
  return { pairs: settings.tables.map((_, pair) => ({ primary: primary?.[pair] ?? untold, standby: standby?.[pair] ?? untold })) };
}

/** Reads the newest write of every table of a side. Throws only when the caller itself gave up. */
export const readWrites = (
  connect: SqlConnect,
  settings: LdrSettings,
  side: Side,
  options: WritesOptions,
  io: EngineIo,
  tell: (done: number) => void = () => undefined,
): Promise<readonly TableWrites[]> =>
  readEach({ connect, settings, side, options, io, tell }, (session, name) =>
    readNewest(session, settings[side].cluster, name, options.gently === side),
  );

export type Untold = Extract<TableWrites, { kind: 'untold' }>;

interface Reading {
  readonly connect: SqlConnect;
  readonly settings: LdrSettings;
  readonly side: Side;
  readonly options: Pick<WritesOptions, 'tableMs' | 'allMs'>;
  readonly io: EngineIo;
  readonly tell: (done: number) => void;
}

/** Reads every table of a side, a few at a time. Throws only when the caller itself gave up. */
export async function readEach<T>(
  { connect, settings, side, options, io, tell }: Reading,
  read: (session: SqlSession, name: TableName, pair: number) => Promise<T>,
): Promise<readonly (T | Untold)[]> {
  const began = io.clock.monotonic();
  const found = settings.tables.map((): T | Untold => ({ kind: 'untold', why: 'slow' }));
  const waiting = settings.tables.map((_, pair) => pair);
  let ended = 0;
  const lane = () =>
    withInterface(connect, settings[side], settings.interface, io, async (session) => {
      for (const statement of politely(options.tableMs)) await session.read(statement);
      while (io.clock.monotonic() - began < options.allMs) {
        const pair = waiting.shift();
        const name = pair === undefined ? undefined : settings.tables[pair]?.[side];
        if (pair === undefined || name === undefined) return;
        found[pair] = { kind: 'untold', why: 'failed' };
        found[pair] = await read(session, name, pair);
        ended += 1;
        tell(ended);
      }
    });
  const ends = await Promise.allSettled(Array.from({ length: Math.min(lanes, found.length) }, lane));
  const failed = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
  const bug = failed.find((cause) => !isFault(cause));
  if (bug !== undefined || (io.signal.aborted && failed.length > 0)) throw bug ?? failed[0];
  return failed.length < ends.length ? found : found.map(() => ({ kind: 'untold', why: 'failed' }));
}

async function readNewest(session: SqlSession, cluster: string, name: TableName, gently: boolean): Promise<TableWrites> {
  try {
    const [row] = await session.read(newestWriteAsOf(name, gently ? shortlyAgo : ''));
    const text = row?.['newest'] ?? null;
    if (text === null) return { kind: 'told', newest: null };
    const at = microsOfHlc(text);
    if (at === null) throw notUnderstood(cluster, 'time of a write', text);
    return { kind: 'told', newest: String(at) };
  } catch (cause) {
    // A table that was made or emptied only now has no past.
    if (isAbsent(cause)) return gently ? readNewest(session, cluster, name, false) : { kind: 'told', newest: null };
    return untoldBy(cause);
  }
}

/** Why a table was not told by a database that refused to. Throws what was no refusal. */
export function untoldBy(cause: unknown): Untold {
  if (!wasRefused(cause)) throw cause;
  return { kind: 'untold', why: whyOf(cause) };
}

function whyOf(cause: unknown): 'slow' | 'refused' | 'unsupported' | 'failed' {
  const state = isFault(cause) ? String(cause.facts['sqlState'] ?? '') : '';
  if (state === '57014') return 'slow';
  if (state === '42501') return 'refused';
  return state === '42703' ? 'unsupported' : 'failed';
}
