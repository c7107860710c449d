import { z } from 'zod';
import { fullName, type TablePair, tableName } from './config-tables.ts';
import { isSameTable, showTable } from './table-name.ts';

/** One function as it is called on each side. It is named as a table is: `table` holds the name of the function. */
type FunctionPair = TablePair;

/** A function that decides about the conflicts of one table. */
interface TableFunction {
  /** Place of the table in the config. */
  readonly pair: number;
  readonly function: FunctionPair;
}

export interface LdrOptions {
  readonly mode: 'immediate' | 'validated';
  /** Deletes by row-level TTL are not replicated; unidirectional only. */
  readonly discardTtlDeletes: boolean;
  /** Label of the job's metrics. */
  readonly label: string | null;
  readonly skipSchemaCheck: boolean;
  /**
   * What becomes of a row that both sides wrote: the later write wins, it waits in the dead letter queue, or a function on the side that
   * follows decides. Left out: as the server does.
   */
  readonly defaultFunction?: 'lww' | 'dlq' | FunctionPair | undefined;
  /** Functions that decide for one table, in place of the default. */
  readonly functions?: readonly TableFunction[] | undefined;
}

/** A function that is called the same on both sides, or its name on each. */
const functionPair = z.union([
  z.strictObject({ primary: fullName, standby: fullName }),
  fullName.transform((same): FunctionPair => ({ primary: same, standby: same })),
]);

export const options = z
  .strictObject({
    // Left out: immediate, or validated where a function decides, since CockroachDB can't have it otherwise.
    mode: z.enum(['immediate', 'validated']).optional(),
    discardTtlDeletes: z.boolean().default(false),
    label: z
      .string()
      .min(1)
      .max(100)
      .regex(/^[\w .:-]+$/, 'must hold only letters, digits, spaces and . : _ -')
      .optional(),
    skipSchemaCheck: z.boolean().default(false),
    defaultFunction: z
      .union([z.enum(['lww', 'dlq'], 'must be lww, dlq, or the full name of a function such as movr.public.merge'), functionPair])
      .optional(),
    // `table` as the primary calls it.
    functions: z
      .array(z.strictObject({ table: tableName, function: functionPair }))
      .max(200, 'must name at most 200 functions')
      .default([]),
  })
  .prefault({});

interface Config {
  readonly direction: 'unidirectional' | 'bidirectional';
  readonly tables: readonly TablePair[];
  readonly options: z.infer<typeof options>;
}

interface Problem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

const decides = ({ defaultFunction, functions }: Config['options']): boolean => functions.length > 0 || typeof defaultFunction === 'object';

const placeOf = ({ tables }: Config, table: TablePair['primary']): number => tables.findIndex(({ primary }) => isSameTable(primary, table));

/** What no single option can tell. */
export function optionProblems(config: Config): readonly Problem[] {
  const { direction, options: chosen } = config;
  const problems: Problem[] = [];
  if (direction === 'bidirectional' && chosen.discardTtlDeletes) {
    problems.push({
      path: ['options', 'discardTtlDeletes'],
      message: 'must be false on a bidirectional link: CockroachDB discards deletes one way only',
    });
  }
  if (chosen.mode === 'immediate' && decides(chosen)) {
    problems.push({ path: ['options', 'mode'], message: 'must be validated, or left out, where a function decides about conflicts' });
  }
  const places = chosen.functions.map(({ table }) => placeOf(config, table));
  for (const [at, { table }] of chosen.functions.entries()) {
    const path = ['options', 'functions', at, 'table'];
    if (places[at] === -1) problems.push({ path, message: `names ${showTable(table)}, which is no table of the link on the primary` });
    else if (places.indexOf(places[at] ?? -1) !== at) problems.push({ path, message: `names ${showTable(table)} a second time` });
  }
  return [...problems, ...scattered(config)];
}

/** A job looks its functions up in one database, that of the session that starts it. */
function scattered({ options: { defaultFunction, functions } }: Config): readonly Problem[] {
  const pairs = [...(typeof defaultFunction === 'object' ? [defaultFunction] : []), ...functions.map((one) => one.function)];
  return (['primary', 'standby'] as const).flatMap((side) => {
    const databases = [...new Set(pairs.map((pair) => pair[side].database))];
    return databases.length < 2
      ? []
      : [{ path: ['options'], message: `must name functions of one database of the ${side} only, not of ${databases.join(' and ')}` }];
  });
}

export function optionsOf(config: Config): LdrOptions {
  const { mode, label, functions, ...rest } = config.options;
  return {
    ...rest,
    mode: mode ?? (decides(config.options) ? 'validated' : 'immediate'),
    label: label ?? null,
    functions: functions.map(({ table, function: pair }) => ({ pair: placeOf(config, table), function: pair })),
  };
}
