import { SqlError, uncategorized } from '../../sql-error.ts';
import type { Call } from '../../statements/call.ts';
import { columnsOf, pick, type ShowPlan } from '../../statements/show-plan.ts';
import type { SqlValue } from '../../values/sql-types.ts';
import type { LdrShow, TableName } from '../grammar/ldr-statement.ts';
import type { SimFunction } from '../state/model.ts';
import { within } from './show-names.ts';
import { placeOf } from './tables.ts';

/** A name in a text, as the server parses it: parts in double quotes stand for themselves, others are folded. */
export const functionParts = (text: string): TableName =>
  [...text.matchAll(/"((?:[^"]|"")*)"|([^".]+)/g)].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain?.toLowerCase() ?? '');

const builtin: ReadonlySet<string> = new Set(['lower', 'upper', 'now', 'abs']);

const functionsIn = (call: Call): readonly SimFunction[] =>
  call.state.ldr.functions.filter(({ side, vcId }) => side === call.cluster.side && vcId === call.session.vcId);

/** Refuses a function that the server would not find, or not take. It looks in the session's database and nowhere else. */
export function resolveFunction(call: Call, parts: TableName): void {
  const name = parts.at(-1) ?? '';
  const schema = parts.at(-2) ?? 'public';
  const { database } = placeOf(call);
  if (parts.length > 2 && parts[0] !== database) throw new SqlError('0A000', 'cross-database function references not allowed');
  const found = functionsIn(call).find((known) => known.database === database && known.schema === schema && known.name === name);
  if (found === undefined && parts.length === 1 && builtin.has(name)) throw uncategorized(`function "${name}" is not a user defined type`);
  if (found === undefined) throw new SqlError('42883', `unknown function: ${parts.join('.')}()`);
  if (found.overloads.length > 1) throw uncategorized(`function "${parts.join('.')}" has more than 1 overload`);
}

/** SHOW FUNCTIONS: one row for each list of arguments. */
export function showFunctions(call: Call, { of }: Extract<LdrShow, { kind: 'show-functions' }>): ShowPlan {
  const columns = columnsOf({
    schema_name: 'STRING',
    function_name: 'STRING',
    result_data_type: 'STRING',
    argument_data_types: 'STRING',
    function_type: 'STRING',
    volatility: 'STRING',
  });
  const rows = (): readonly (readonly SqlValue[])[] => {
    const { database, schema } = within(call, of);
    const found = functionsIn(call).filter((known) => known.database === database && (schema === null || known.schema === schema));
    return pick(
      columns,
      found.flatMap((known) =>
        known.overloads.map((shape) => ({
          schema_name: known.schema,
          function_name: known.name,
          result_data_type: shape.returns,
          argument_data_types: shape.arguments.join(', '),
          function_type: 'func',
          volatility: 'volatile',
        })),
      ),
    );
  };
  return { columns, rows, tag: 'SHOW FUNCTIONS', counted: true };
}
