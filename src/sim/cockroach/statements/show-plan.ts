import type { Column, SqlType, SqlValue } from '../values/sql-types.ts';

/** A SHOW whose columns are known before it runs. */
export interface ShowPlan {
  readonly columns: readonly Column[];
  /** Columns that can be named and that `*` leaves out. */
  readonly unlisted?: readonly string[];
  /** Checks privileges, then reads. `named`: the columns that are asked for; others may be left empty. All when it is left out. */
  rows(named?: ReadonlySet<string>): readonly (readonly SqlValue[])[];
  /** Command tag; `counted` ones end in the number of rows. */
  readonly tag: string;
  readonly counted: boolean;
  /** SHOW JOB WHEN COMPLETE: false as long as it has to wait. */
  ready?(): boolean;
}

/** Columns from `name: type` pairs. */
export const columnsOf = (pairs: Readonly<Record<string, SqlType>>): readonly Column[] =>
  Object.entries(pairs).map(([name, type]) => ({ name, type }));

/** Rows of a table from records by column name; what a record lacks is NULL. */
export const pick = (
  columns: readonly Column[],
  records: readonly Readonly<Record<string, SqlValue>>[],
): readonly (readonly SqlValue[])[] => records.map((record) => columns.map(({ name }) => record[name] ?? null));
