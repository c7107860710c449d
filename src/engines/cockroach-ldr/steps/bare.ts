import type { Side } from '../../../domain/observation.ts';
import type { SqlSession } from '../../../transports/sql.ts';
import type { Probe } from '../../engine.ts';
import { impossible } from '../../frame/probes.ts';
import type { Rows } from '../detail.ts';
import { on, type Place } from '../place.ts';
import { readRows } from '../reads/tables.ts';
import { tablesOn } from '../statements.ts';
import { tablesAt } from '../words.ts';

type Where = Pick<Place, 'here' | 'there' | 'side' | 'settings'>;

const pairsThat = (rows: readonly Rows[], state: Rows): readonly number[] => rows.flatMap((found, pair) => (found === state ? [pair] : []));

/** Tables that are not there any more, as full sentences; null when all are. `left`: what was not done. Pure. */
export function absentWords({ here, there, side, settings }: Where, rows: readonly Rows[], left: string): string | null {
  const absent = pairsThat(rows, 'absent');
  if (absent.length === 0) return null;
  return `${here} has no ${tablesAt(settings, side, absent)} any more. ${left} Make what is missing there, empty and just as on ${there} (SHOW CREATE TABLE gives the words), then press Retry.`;
}

/** Tables of which nobody can say what they hold, as full sentences; null when all could be read. Pure. */
export function unreadWords({ here, side, settings }: Where, rows: readonly Rows[], left: string): string | null {
  const unread = pairsThat(rows, 'unknown');
  if (unread.length === 0) return null;
  return `Whether ${tablesAt(settings, side, unread)} on ${here} hold rows could not be read. ${left} See that the bot's user may read the tables (SELECT), then press Retry.`;
}

/** Why a first copy can't begin, as full sentences; null where every table is there and empty. Pure. */
export function notBare(where: Where, rows: readonly Rows[]): string | null {
  const left = 'Nothing was started.';
  const { here, there, side, settings } = where;
  const filled = pairsThat(rows, 'filled');
  if (filled.length > 0)
    return `${tablesAt(settings, side, filled)} on ${here} should be empty now and hold rows: somebody writes there. ${left} Stop what writes on ${here}, and see that ${there} has those rows if they are needed; then empty the tables on ${here} by hand (TRUNCATE) and press Retry.`;
  return absentWords(where, rows, left) ?? unreadWords(where, rows, left);
}

/** What the tables of a side hold, in the order of the config. Throws a Fault. */
export async function rowsIn(session: SqlSession, { settings }: Pick<Place, 'settings'>, side: Side): Promise<readonly Rows[]> {
  const rows: Rows[] = [];
  for (const table of tablesOn(settings, side)) rows.push(await readRows(session, table));
  return rows;
}

/** Looks whether a first copy can begin; null when it can. Throws a Fault. */
export async function unlessBare(place: Place): Promise<Probe | null> {
  const why = notBare(place, await on(place, (session) => rowsIn(session, place, place.side)));
  return why === null ? null : impossible(why);
}
