import { simSides } from '../contract.ts';
import { isDown, type SimState, type Us } from '../state/model.ts';
import { contentAt, holds, newestRow, newestUpdate, rowsAt, type Write } from './state/content.ts';
import { fullName, type SimTable } from './state/table.ts';

interface Done {
  readonly table: SimTable;
  readonly write: Write;
  readonly words: string;
}

/** Inserts a row, and writes one over where there was any. */
function writeInto(state: SimState, table: SimTable, atUs: Us): readonly Done[] {
  const { epoch } = table;
  const filled = rowsAt(state.ldr, table, atUs, state.pace) > 0;
  epoch.inserts.push({ atUs, rows: 1 });
  if (filled) epoch.updates.push({ atUs, rows: 1 });
  const where = `${fullName(table)} on ${state.clusters[table.side].name}`;
  const done = (write: Write | null, words: string): readonly Done[] => (write === null ? [] : [{ table, write, words }]);
  return [
    ...done(newestRow(epoch, atUs), `the row that was inserted into ${where}`),
    ...(filled ? done(newestUpdate(epoch, atUs), `what was written over a row of ${where}`) : []),
  ];
}

/** Clients write into every table that takes writes. Returns what tells which of these writes a table has lost by a later moment. */
export function writeAll(state: SimState, atUs: Us): (laterUs: Us) => readonly string[] {
  const { ldr, clusters, pace } = state;
  const open = simSides.filter((side) => !isDown(clusters[side]));
  const all = ldr.tables.filter(({ side, offline }) => open.includes(side) && !offline);
  const written = all.flatMap((table) => writeInto(state, table, atUs));
  const isThere = ({ table, write }: Done, laterUs: Us): boolean =>
    ldr.tables.includes(table) && holds(contentAt(ldr, table, laterUs, pace), write);
  return (laterUs) => written.filter((one) => !isThere(one, laterUs)).map(({ words }) => words);
}
