import { Fault } from '../../domain/faults.ts';
import { otherSide, type Side } from '../../domain/observation.ts';
import type { SqlSession } from '../../transports/sql.ts';
import { notUnderstood } from '../cockroach/deaf.ts';
import { readNow } from '../cockroach/now.ts';
import { type Micros, timestampOfMicros } from '../cockroach/times.ts';
import { isLive, replicatedOf, uncovered } from './flow.ts';
import { on, type Place } from './place.ts';
import { readJobs } from './reads/jobs.ts';
import { fingerprintQuery, timePlaceholder } from './statements.ts';
import type { TableName } from './table-name.ts';
import { readTtlMarks } from './ttl-marks.ts';
import { tablesAt } from './words.ts';

/** As of when both sides are read, and up to when each side that follows had everything by then. */
export interface Moment {
  readonly at: Micros;
  readonly flows: readonly { readonly into: Side; readonly replicated: Micros }[];
}

/**
 * `busy`: a side took writes between the replicated time and the moment, so that a difference says nothing. `stray`: applications wrote on
 * the side that they were to leave. `expiring`: what the source deletes by TTL stays on the side that follows, so the two are meant to differ.
 */
export type Verdict = 'same' | 'differs' | 'busy' | 'stray' | 'expiring';

export interface Verdicts {
  /** By the table's place in the config. */
  readonly tables: readonly Verdict[];
  /** The last moment that was compared. */
  readonly at: Micros;
}

/** Moments that are tried for a table that takes writes. */
export const tries = 4;

/** Judges one table. Throws a Fault. */
export type Judge = (pair: number) => Promise<{ readonly verdict: Verdict; readonly at: Micros }>;

/** Judges every table in turn. Throws a Fault. */
export async function compareAll(place: Place, judge: Judge, tell: (compared: number) => void): Promise<Verdicts> {
  const tables: Verdict[] = [];
  let at = 0n;
  for (let pair = 0; pair < place.settings.tables.length; pair++) {
    const judged = await judge(pair);
    at = judged.at;
    tables.push(judged.verdict);
    tell(tables.length);
  }
  return { tables, at };
}

/** While applications use the link: as of moments of now, until one falls into a time without writes. */
export function judgeNow(place: Place): Judge {
  const moment = momentsOf(place);
  return async (pair) => {
    for (let i = 1; ; i += 1) {
      const when = await moment();
      const verdict = await compareOne(place, pair, when);
      if (verdict !== 'same' && (await isExpiring(place, pair, when))) return { verdict: 'expiring', at: when.at };
      if (verdict !== 'busy' || i === tries) return { verdict, at: when.at };
    }
  };
}

/** Whether a side that is followed deletes rows of a table by TTL, and the job leaves that out. Throws a Fault. */
export async function isExpiring(place: Place, pair: number, { flows }: Moment): Promise<boolean> {
  if (!place.settings.options.discardTtlDeletes) return false;
  for (const { into } of flows) {
    const source = otherSide(into);
    const table = tableOf(place, source, pair);
    const { expires, isMarked } = await on(place, (session) => readTtlMarks(session, table), source);
    if (expires && isMarked) return true;
  }
  return false;
}

/**
 * A side that follows writes what it gets at its own times, so as of one moment it lacks what its source took since the replicated
 * time. Equal content proves itself. A difference counts only where the source took nothing between the replicated time and the
 * moment: then all of it had been applied. Throws a Fault.
 */
export async function compareOne(place: Place, pair: number, { at, flows }: Moment): Promise<Verdict> {
  const [primary, standby] = await Promise.all([contentOf(place, 'primary', pair, at), contentOf(place, 'standby', pair, at)]);
  if (primary === standby) return 'same';
  for (const { into, replicated } of flows) {
    const source = otherSide(into);
    const then = await contentOf(place, source, pair, replicated);
    if (then !== (source === 'primary' ? primary : standby)) return 'busy';
  }
  return 'differs';
}

export function tableOf({ settings }: Place, side: Side, pair: number): TableName {
  const table = settings.tables[pair]?.[side];
  if (table === undefined) throw new TypeError(`the link has no table ${pair}`);
  return table;
}

/** The primary index of a table in one number; an empty table has none. */
export async function contentOf(place: Place, side: Side, pair: number, at: Micros): Promise<string> {
  const table = tableOf(place, side, pair);
  // The name may hold the placeholder too, which stands last in the statement.
  const query = fingerprintQuery(table);
  const cut = query.lastIndexOf(timePlaceholder);
  const statement = `${query.slice(0, cut)}${timestampOfMicros(at)}${query.slice(cut + timePlaceholder.length)}`;
  return on(
    place,
    async (session) => {
      const [row] = await session.read(statement);
      const digits = row?.['fingerprint'] ?? 'empty';
      if (row === undefined || !/^(-?\d{1,20}|empty)$/.test(digits))
        throw notUnderstood(place.settings[side].cluster, 'fingerprint', digits);
      return digits;
    },
    side,
  );
}

/** Moments of now, for as long as the ways that there were at the first one bring every table. Each throws a Fault. */
export function momentsOf(place: Place): () => Promise<Moment> {
  let known: readonly Side[] | null = null;
  return async () => {
    const moment = await momentNow(place);
    const ways = moment.flows.map(({ into }) => into);
    const ended = (known ?? []).find((into) => !ways.includes(into));
    known ??= ways;
    if (ended !== undefined || ways.length === 0) throw notBrought(place, ended ?? place.side, 'its tables');
    return moment;
  };
}

/** A difference would say nothing. */
const notBrought = ({ settings }: Place, into: Side, what: string): Fault =>
  new Fault(
    'statement-refused',
    `No job brings ${what} from ${settings[otherSide(into)].cluster} to ${settings[into].cluster} any more, so what both sides hold can't be compared.`,
    { effect: 'not-applied' },
  );

/** Now, by the clock of the side that is behind, with what each side that follows had before. Throws a Fault. */
async function momentNow(place: Place): Promise<Moment> {
  const sides = ['primary', 'standby'] as const;
  const reads = await Promise.all(sides.map((side) => on(place, (session) => progressOn(place, session, side), side)));
  const at = reads.reduce((least, { now }) => (now < least ? now : least), reads[0]?.now ?? 0n);
  return {
    at,
    flows: reads.flatMap(({ side, replicated }) =>
      replicated === null ? [] : [{ into: side, replicated: replicated < at ? replicated : at }],
    ),
  };
}

async function progressOn(place: Place, session: SqlSession, side: Side) {
  const { settings } = place;
  const { cluster } = settings[side];
  const live = (await readJobs(session, cluster, settings, side)).jobs.filter(isLive);
  const bare = uncovered(settings, live);
  if (live.length > 0 && bare.length > 0) throw notBrought(place, side, tablesAt(settings, side, bare));
  return { side, replicated: live.length === 0 ? null : replicatedOf({ jobs: live }), now: await readNow(session, cluster) };
}
