import type { Pace } from '../../contract.ts';
import { type Us, us } from '../../state/model.ts';
import { appliedAt, contentAt, rowsOf } from './content.ts';
import type { LdrJob, LdrState } from './model.ts';
import type { Epoch, SimTable } from './table.ts';

/** When a row was written here, and, if a stream brought it, when it was written where it came from. */
export interface RowTimes {
  readonly mvccUs: Us;
  readonly originUs: Us | null;
}

/** When the rows were written that clients wrote bit by bit, by then. */
function streamedTimes({ rates }: Epoch, atUs: Us): readonly Us[] {
  const times: Us[] = [];
  let streamed = 0;
  for (const [at, { fromUs, perSecond }] of rates.entries()) {
    const endUs = Math.min(atUs, rates[at + 1]?.fromUs ?? atUs);
    if (perSecond <= 0 || endUs <= fromUs) continue;
    const before = streamed;
    streamed += ((endUs - fromUs) / 1_000_000) * perSecond;
    for (let row = Math.floor(before) + 1; row <= streamed; row += 1) times.push(fromUs + ((row - before) / perSecond) * 1_000_000);
  }
  return times;
}

/** When clients wrote the rows of an epoch, oldest first. */
function writtenTimes(epoch: Epoch, atUs: Us): readonly Us[] {
  const inserted = epoch.inserts.filter((insert) => insert.atUs <= atUs);
  return [
    ...new Array<Us>(epoch.loaded).fill(epoch.sinceUs),
    ...inserted.flatMap((insert) => new Array<Us>(insert.rows).fill(insert.atUs)),
    ...streamedTimes(epoch, atUs),
  ].sort((a, b) => a - b);
}

/** About when a stream applied what was written then: with its scan, or shortly after it was written. */
function arrivedUs(job: LdrJob, originUs: Us, atUs: Us, pace: Pace): Us {
  const scannedUs = job.path[0]?.fromUs ?? atUs;
  return originUs <= job.startUs ? scannedUs : Math.min(atUs, Math.max(scannedUs, originUs + us(pace.tickMs)));
}

function copiedTimes(ldr: LdrState, table: SimTable, strand: string, atUs: Us, pace: Pace): readonly RowTimes[] {
  const jobs = ldr.jobs.flatMap((job) => {
    const pair = job.pairs.find(({ destination }) => destination === table);
    return pair === undefined || job.startUs < table.epoch.sinceUs ? [] : [{ job, pair }];
  });
  const own = jobs.find(({ pair }) => pair.from.strand === strand);
  if (own !== undefined) {
    return writtenTimes(own.pair.from, atUs).map((originUs) => ({ originUs, mvccUs: arrivedUs(own.job, originUs, atUs, pace) }));
  }
  const scan = jobs.find(({ pair }) => pair.snapshot.has(strand));
  if (scan === undefined) return [];
  const originUs = scan.job.startUs;
  const rows = [...(scan.pair.snapshot.get(strand) ?? [])].reduce((most, [, to]) => Math.max(most, to), 0);
  return new Array<RowTimes>(rows).fill({ originUs, mvccUs: arrivedUs(scan.job, originUs, atUs, pace) });
}

/** What clients wrote over here, and what came of what they wrote over elsewhere. Of a row that came with a scan, only the scan is known. */
function updatedTimes(ldr: LdrState, table: SimTable, atUs: Us, pace: Pace): readonly RowTimes[] {
  const times = ({ updates }: Epoch, untilUs: Us): readonly Us[] =>
    updates.filter((update) => update.atUs <= untilUs).flatMap((update) => new Array<Us>(update.rows).fill(update.atUs));
  const brought = ldr.jobs.flatMap((job) => {
    const pair = job.pairs.find(({ destination }) => destination === table);
    const appliedUs = appliedAt(job, atUs, pace);
    if (pair === undefined || job.startUs < table.epoch.sinceUs || appliedUs === null) return [];
    return times(pair.from, appliedUs)
      .filter((originUs) => originUs > job.beginsAtUs)
      .map((originUs) => ({ originUs, mvccUs: arrivedUs(job, originUs, atUs, pace) }));
  });
  return [...times(table.epoch, atUs).map((mvccUs) => ({ mvccUs, originUs: null })), ...brought];
}

/** Each update writes the oldest of the rows over. */
function writtenOver(rows: readonly RowTimes[], updates: readonly RowTimes[]): readonly RowTimes[] {
  if (updates.length === 0) return rows;
  const times = [...rows].sort((a, b) => a.mvccUs - b.mvccUs);
  const inTurn = [...updates].sort((a, b) => a.mvccUs - b.mvccUs).slice(0, times.length);
  return [...inTurn, ...times.slice(inTurn.length)];
}

/** The times of every row that a table held at a moment, in no order. */
export function rowTimesAt(ldr: LdrState, table: SimTable, atUs: Us, pace: Pace): readonly RowTimes[] {
  const { rewrittenUs } = table.epoch;
  const anew = (row: RowTimes): RowTimes =>
    rewrittenUs === null || rewrittenUs > atUs || row.mvccUs > rewrittenUs ? row : { mvccUs: rewrittenUs, originUs: null };
  const rows = [...rowsOf(contentAt(ldr, table, atUs, pace))].flatMap(([strand, spans]) => {
    const all =
      strand === table.epoch.strand
        ? writtenTimes(table.epoch, atUs).map((mvccUs) => ({ mvccUs, originUs: null }))
        : copiedTimes(ldr, table, strand, atUs, pace);
    return spans.flatMap(([from, to]) => all.slice(from, to));
  });
  return writtenOver(rows, updatedTimes(ldr, table, atUs, pace)).map(anew);
}
