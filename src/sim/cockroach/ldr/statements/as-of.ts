import type { Expression } from '../../grammar/statement.ts';
import { SqlError, uncategorized } from '../../sql-error.ts';
import type { Us } from '../../state/model.ts';
import type { Call } from '../../statements/call.ts';
import { evaluateAlone } from '../../statements/evaluate.ts';
import { hlcText, systemTimeOf, usOfHlc } from '../../values/hlc.ts';
import type { SimTable } from '../state/table.ts';

/** Whether what the table held then may be gone by now. */
export const isGarbage = ({ shape }: SimTable, atUs: Us, nowUs: Us): boolean => nowUs - atUs > shape.gcSeconds * 1_000_000;

/** The time that a read of a table is as of. Refuses the future, what is garbage by now, and times before the table. */
export function readTimeOf(call: Call, table: SimTable, asOf: Expression | null): Us {
  const nowUs = call.nowUs();
  if (asOf === null) return nowUs;
  const { type, value } = evaluateAlone(call, asOf);
  const asked = systemTimeOf(type, value, nowUs);
  const atUs = usOfHlc(asked);
  if (atUs > nowUs) throw new SqlError('22023', `AS OF SYSTEM TIME: cannot specify timestamp in the future (${hlcText(asked)})`);
  if (isGarbage(table, atUs, nowUs)) throw uncategorized(`batch timestamp ${hlcText(asked)} must be after replica GC threshold`);
  if (atUs < table.epoch.sinceUs) throw new SqlError('42P01', `relation "${table.name}" does not exist`);
  return atUs;
}
