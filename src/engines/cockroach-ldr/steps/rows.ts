import { z } from 'zod';
import { spellTime } from '../../cockroach/spell.ts';
import { type Micros, microsOfTimestamp, timestampOfMicros } from '../../cockroach/times.ts';
import type { Probe } from '../../engine.ts';
import { done, impossible, underway } from '../../frame/probes.ts';
import { kinds } from '../acts.ts';
import { askWork, beginWork, type Works } from '../background.ts';
import { earlier, type LdrStep, type Place } from '../place.ts';
import { differing, type RowDigest } from '../reads/row-digest.ts';
import { type EarlierDigests, type RowStock, readRowStocks } from '../reads/row-stock.ts';
import { type Untold, writesSinceQuery } from '../reads/writes.ts';
import { showName, showTable } from '../table-name.ts';
import { count, tablesAt } from '../words.ts';

/** Longest time for all tables, ms. */
const allMs = 2 * 3_600_000;

type Stocks = readonly (RowStock | Untold)[];
export type StockReads = Works<Stocks>;

/** What a table held before people changed it. */
interface Before {
  readonly rows: number;
  readonly newest: Micros | null;
  /** What its columns held; null where that was not told. */
  readonly digest: RowDigest | null;
}

const digests = z.array(z.object({ key: z.array(z.string()), columns: z.record(z.string(), z.string()) }).nullable());
const recorded = z.object({ rows: z.array(z.int()), 'newest writes': z.array(z.string().nullable()), columns: digests.default([]) });

/** Begins to read all tables, or tells how that goes; the tables once they are read. */
function stocksOf(place: Place, reads: StockReads, before: EarlierDigests | null): Stocks | Probe {
  const { length } = place.settings.tables;
  const seen = askWork(reads, place);
  if (seen === null) {
    beginWork(reads, place, allMs, (watched, tell) => readRowStocks(watched, before, tell));
    return underway(`The rows on ${place.here} are being counted.`, 0);
  }
  if (seen.kind === 'running') return underway(`The rows of ${seen.done} of ${length} tables are counted.`, seen.done / length);
  return seen.kind === 'failed' ? place.settings.tables.map((): Untold => ({ kind: 'untold', why: 'failed' })) : seen.value;
}

const isProbe = (read: Stocks | Probe): read is Probe => 'kind' in read;
const newestIn = (stocks: Stocks): readonly (string | null)[] =>
  stocks.map((stock) => (stock.kind === 'told' && stock.newest !== null ? timestampOfMicros(stock.newest) : null));
const unreadIn = (stocks: Stocks): readonly number[] => stocks.flatMap(({ kind }, pair) => (kind === 'untold' ? [pair] : []));

/** Right after the jobs have ended: what a later look is compared with. */
export const countRows = (reads: StockReads): LdrStep<object> => ({
  params: z.object({}),
  rebuild: (acts, side) => acts.countRows(side),
  probe: (place) => {
    const stocks = stocksOf(place, reads, null);
    if (isProbe(stocks)) return Promise.resolve(stocks);
    const unread = unreadIn(stocks);
    const told = stocks.flatMap((stock) => (stock.kind === 'told' ? [stock] : []));
    return Promise.resolve(
      unread.length === 0
        ? done({
            rows: told.map(({ rows }) => rows),
            'newest writes': newestIn(stocks),
            columns: told.map(({ digest }) => (digest === null ? null : { key: digest.key, columns: digest.columns })),
          })
        : impossible(
            `${tablesAt(place.settings, place.side, unread)} on ${place.here} could not be read, so nobody could tell afterwards whether applications wrote there during the change. Nothing was deleted. See that the bot's user may read the tables, then press Retry.`,
          ),
    );
  },
});

/** After people's part, which may have taken hours, and right before rows are deleted: nobody wrote where nothing protects what is written. */
export const checkRows = (reads: StockReads): LdrStep<object> => ({
  params: z.object({}),
  rebuild: (acts, side) => acts.checkRows(side),
  probe: (place) => {
    const before = beforeOf(place);
    if (before === null) {
      return Promise.resolve(
        impossible(
          `No step recorded what the tables on ${place.here} held before the change, so whether applications wrote there since can't be told. Nothing was deleted. Press Skip only if you know that they did not.`,
        ),
      );
    }
    const stocks = stocksOf(
      place,
      reads,
      before.map(({ digest }) => digest),
    );
    if (isProbe(stocks)) return Promise.resolve(stocks);
    const judged = judgeRows(place, before, stocks);
    // What is there by now is what the step that deletes rows goes by.
    return Promise.resolve(judged.kind === 'done' ? done({ ...judged.evidence, 'newest writes': newestIn(stocks) }) : judged);
  },
});

function beforeOf(place: Place): readonly Before[] | null {
  const found = recorded.safeParse(earlier(place, kinds.countRows, place.here));
  if (!found.success || found.data.rows.length !== place.settings.tables.length) return null;
  const { 'newest writes': newest, columns } = found.data;
  return found.data.rows.map((rows, pair) => ({ rows, newest: microsOfTimestamp(newest[pair] ?? ''), digest: columns[pair] ?? null }));
}

type Verdict = 'untouched' | 'proven' | 'anew' | 'other' | 'written';

/**
 * A change of schema may write every row anew, which hides what applications wrote over before it did: where the columns hold just what
 * they held, nobody else has written, whatever the times say. Columns that hold something else may be the change's own doing.
 */
function verdictOf(before: Before, now: RowStock): Verdict {
  const byTimes = verdictByTimes(before, now);
  if (byTimes === 'untouched' || now.rows !== before.rows) return byTimes;
  const columns = otherColumns(before, now);
  if (columns === null) return byTimes;
  if (columns.length === 0) return 'proven';
  return byTimes === 'anew' ? 'other' : 'written';
}

const otherColumns = (before: Before, { digest }: RowStock): readonly string[] | null =>
  before.digest === null || digest === null ? null : differing(before.digest, digest);

/** Whoever else writes than a change leaves some rows as old as they were, or makes more of them. */
function verdictByTimes(before: Before, { rows, oldest, newest }: RowStock): Verdict {
  if (rows > before.rows) return 'written';
  if (newest === null || oldest === null) return 'untouched';
  if (before.newest === null) return 'written';
  if (newest <= before.newest) return 'untouched';
  return oldest > before.newest && rows === before.rows ? 'anew' : 'written';
}

/** Whether nobody but the change itself can have written. Pure. */
export function judgeRows(
  place: Pick<Place, 'here' | 'there' | 'side' | 'settings'>,
  before: readonly Before[],
  stocks: readonly (RowStock | Untold)[],
): Probe {
  const { here, there, side, settings } = place;
  const judged = stocks.flatMap((now, pair) => {
    const then = before[pair];
    return now.kind === 'told' && then !== undefined ? [{ pair, now, then, verdict: verdictOf(then, now) }] : [];
  });
  const written = judged.filter(({ verdict }) => verdict === 'written');
  const pairsOf = (wanted: Verdict) => judged.flatMap(({ pair, verdict }) => (verdict === wanted ? [pair] : []));
  const anew = pairsOf('anew');
  const other = judged.filter(({ verdict }) => verdict === 'other');
  const unread = stocks.flatMap((_, pair) => (judged.some((one) => one.pair === pair) ? [] : [pair]));
  const names = (pairs: readonly number[]): string => tablesAt(settings, side, pairs) || 'none';
  const evidence = {
    rows: stocks.map((stock) => (stock.kind === 'told' ? stock.rows : null)),
    'written meanwhile': names(written.map(({ pair }) => pair)),
    'every row written anew': names(anew),
    'written anew, and proven to hold the same': names(pairsOf('proven')),
    'other values': other.map(({ pair, then, now }) => `${names([pair])} (${columnWords(otherColumns(then, now) ?? [])})`),
    'not read': names(unread),
  };
  if (written.length > 0) {
    const list = written.map((one) => `${names([one.pair])} (${differenceOf(one.then, one.now)})`).join('; ');
    const shown = written.flatMap(({ pair, then }) => {
      const table = settings.tables[pair]?.[side];
      return table === undefined ? [] : [`${showTable(table)}: ${writesSinceQuery(table, then.newest)}`];
    });
    return impossible(
      `Rows on ${here} were written while the schema was changed, and ${there} may lack them: ${list}. Nothing was deleted. Stop what writes on ${here} and save those rows, then press Skip, which deletes them there; or empty these tables by hand (TRUNCATE) and press Retry. Cancel, if ${here} is the side in use.`,
      { ...evidence, 'shown by': shown },
    );
  }
  if (unread.length > 0) {
    return impossible(
      `Whether applications wrote into ${names(unread)} on ${here} while the schema was changed could not be read, so nothing was deleted. Press Retry when the tables can be read; press Skip only if you know that nothing wrote there.`,
      evidence,
    );
  }
  if (other.length > 0) {
    return impossible(
      `${evidence['other values'].slice(0, mostNamed).join('; ')} on ${here}: these columns hold other values than before the schema was changed, or values that differ from row to row in a new column. The change may have done that by itself (another type, a default that differs, an UPDATE), or applications wrote there, and then ${there} lacks it. Nothing was deleted. Press Skip, which deletes these rows there, if you know that only the change wrote on ${here}; else save what ${there} may lack first. Cancel, if ${here} is the side in use.`,
      evidence,
    );
  }
  if (anew.length === 0) return done(evidence);
  return impossible(
    `Every row of ${names(anew)} on ${here} was written anew while the schema was changed. The change does that by itself, and so whether applications wrote some of them over before can't be told. Nothing was deleted. Press Skip, which deletes them there, if you know that only the change wrote on ${here}; else save what ${there} may lack first. Cancel, if ${here} is the side in use.`,
    evidence,
  );
}

const mostNamed = 5;

function columnWords(columns: readonly string[]): string {
  const more = columns.length - mostNamed;
  return `${columns.slice(0, mostNamed).map(showName).join(', ')}${more > 0 ? ` and ${count(more, 'more column')}` : ''}`;
}

function differenceOf(then: Before, { rows, newest }: RowStock): string {
  const more = rows - then.rows;
  const last = newest === null ? '' : `, the last at ${spellTime(newest)}`;
  return more > 0 ? `${count(more, 'row')} more than before${last}` : `${count(rows, 'row')} now, ${then.rows} before${last}`;
}
