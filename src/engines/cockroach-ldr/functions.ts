import type { Side } from '../../domain/observation.ts';
import type { SqlSession } from '../../transports/sql.ts';
import { quoteIdentifier } from '../../transports/sql-quoting.ts';
import type { LdrSettings } from './config.ts';
import type { Finding } from './detail.ts';
import { isAbsent } from './reads/tables.ts';
import { isSameTable, showTable, type TableName } from './table-name.ts';

/** A function of the team that decides about conflicts, as a side calls it, and the tables that it decides for. */
interface Decider {
  readonly name: TableName;
  /** Places of the tables in the config. */
  readonly pairs: readonly number[];
}

/** What a side says of a function: one entry for each list of arguments that it takes. None: it is not there. */
export interface FunctionView {
  readonly name: TableName;
  readonly overloads: readonly { readonly arguments: readonly string[]; readonly returns: string }[];
}

/** The link's functions on a side, each once. */
export const functionsOn = (settings: LdrSettings, side: Side): readonly TableName[] =>
  decidersOn(settings, side)
    .map(({ name }) => name)
    .filter((name, at, all) => all.findIndex((other) => isSameTable(other, name)) === at);

function decidersOn({ options, tables }: LdrSettings, side: Side): readonly Decider[] {
  const own = options.functions ?? [];
  const rest = tables.flatMap((_, place) => (own.some(({ pair }) => pair === place) ? [] : [place]));
  const fallback = typeof options.defaultFunction === 'object' ? [{ name: options.defaultFunction[side], pairs: rest }] : [];
  return [...own.map((one) => ({ name: one.function[side], pairs: [one.pair] })), ...fallback];
}

/** The database that a session has to be in for the server to find the link's functions; null when it has none. */
export const functionDatabase = (settings: LdrSettings, side: Side): string | null => decidersOn(settings, side)[0]?.name.database ?? null;

/** Reads the link's functions on a side. Throws a Fault. */
export async function readFunctions(session: SqlSession, settings: LdrSettings, side: Side): Promise<readonly FunctionView[]> {
  const views: FunctionView[] = [];
  for (const name of functionsOn(settings, side)) {
    const schema = `${quoteIdentifier(name.database)}.${quoteIdentifier(name.schema)}`;
    const rows = await session
      .read(`SELECT function_name, argument_data_types, result_data_type FROM [SHOW FUNCTIONS FROM ${schema}]`)
      .catch((cause: unknown) => {
        if (isAbsent(cause)) return [];
        throw cause;
      });
    const overloads = rows
      .filter((row) => row['function_name'] === name.table)
      .map((row) => ({ arguments: listOf(row['argument_data_types'] ?? ''), returns: row['result_data_type'] ?? '' }));
    views.push({ name, overloads });
  }
  return views;
}

/** `text, "odd, name", numeric`: names hold commas only within quotes. */
const listOf = (text: string): readonly string[] =>
  [...text.matchAll(/(?:"(?:[^"]|"")*"|[^",])+/g)].map(([part]) => part.trim()).filter((part) => part !== '');

/** The last part of a type's name, without quotes. */
function lastPart(type: string): string {
  const found = /(?:^|\.)(?:"((?:[^"]|"")*)"|([^".]*))$/.exec(type);
  return found?.[1]?.replaceAll('""', '"') ?? found?.[2] ?? type;
}

const texts: readonly string[] = ['text', 'string', 'varchar', 'character varying'];
const decimals: readonly string[] = ['numeric', 'decimal'];

/**
 * Whether a function takes what replication calls it with: what happened, the row three times (as it comes, as it is, as it was), and
 * three times of writing, four in some versions; and whether it answers with a text.
 */
function fits({ arguments: taken, returns }: FunctionView['overloads'][number], table: string): boolean {
  const [action = '', ...rest] = taken;
  const rows = rest.slice(0, 3);
  const times = rest.slice(3);
  const answers = texts.includes(returns) || lastPart(returns) === 'crdb_replication_applier_decision';
  if (!texts.includes(action) || !answers || rows.length < 3 || times.length < 3 || times.length > 4) return false;
  return rows.every((type) => lastPart(type) === table) && times.every((type) => decimals.includes(type));
}

/** What stands against the functions of a link on the side that is to follow. Pure. */
export function functionFindings(settings: LdrSettings, views: readonly FunctionView[], into: Side): readonly Finding[] {
  return decidersOn(settings, into).flatMap(({ name, pairs }) => {
    const overloads = views.find((view) => isSameTable(view.name, name))?.overloads ?? [];
    return judge(settings, into, { name, pairs }, overloads);
  });
}

function judge(settings: LdrSettings, into: Side, { name, pairs }: Decider, overloads: FunctionView['overloads']): readonly Finding[] {
  const { cluster } = settings[into];
  const of = `The function ${showTable(name)}, which is to decide about conflicts on ${cluster},`;
  const blocks = (rule: string, pair: number, sentence: string, next: string): Finding => ({
    rule,
    severity: 'blocks',
    side: into,
    pair,
    sentence,
    next,
  });
  const [shape, second] = overloads;
  const first = pairs[0] ?? 0;
  if (shape === undefined) {
    return [blocks('function-missing', first, `${of} does not exist there.`, `Make it on ${cluster}, or take it out of the config.`)];
  }
  if (second !== undefined) {
    const sentence = `${of} takes more than one list of arguments, and CockroachDB can't choose.`;
    return [
      blocks('function-overloaded', first, sentence, `Leave one of them on ${cluster}, or give the one that is meant a name of its own.`),
    ];
  }
  return pairs.flatMap((pair) => {
    const table = settings.tables[pair]?.[into];
    if (table === undefined || fits(shape, table.table)) return [];
    const row = table.table;
    return [
      blocks(
        'function-signature',
        pair,
        `${of} takes (${shape.arguments.join(', ')}) and returns ${shape.returns}, which is not what replication of ${showTable(table)} calls it with.`,
        `Make it take (text, ${row}, ${row}, ${row}, numeric, numeric, numeric) and return text, or name another function for this table under options.functions.`,
      ),
    ];
  });
}
