import { SqlError, uncategorized } from '../../sql-error.ts';
import type { Us } from '../../state/model.ts';
import { type Call, textOf } from '../../statements/call.ts';
import { hlcOfUs, hlcText, systemTimeOf, usOfHlc } from '../../values/hlc.ts';
import type { CreateLdr, LdrOptions } from '../grammar/ldr-statement.ts';
import type { LdrJob } from '../state/model.ts';
import type { SimTable } from '../state/table.ts';
import { isGarbage } from './as-of.ts';
import { functionParts, resolveFunction } from './functions.ts';

export const invalid = (message: string): SqlError => new SqlError('22023', message);

/** What the options of a statement come to. */
export interface Choices {
  readonly mode: 'immediate' | 'validated';
  readonly conflict: LdrJob['conflict'];
  readonly discard: string | null;
  readonly cursorUs: Us | null;
}

const textOrNull = (call: Call, operand: LdrOptions['mode']): string | null => (operand === null ? null : textOf(call, operand));

function readMode(call: Call, options: LdrOptions, udf: boolean): Choices['mode'] {
  const mode = textOrNull(call, options.mode);
  if (mode === null) return udf ? 'validated' : 'immediate';
  if (mode !== 'immediate' && mode !== 'validated') throw invalid(`unknown mode "${mode}"`);
  if (mode === 'immediate' && udf) throw invalid(`MODE = 'immediate' cannot be used with user-defined functions`);
  return mode;
}

function readCursor(call: Call, options: LdrOptions): Us | null {
  const text = textOrNull(call, options.cursor);
  if (text === null) return null;
  const cursorUs = usOfHlc(systemTimeOf('STRING', text, call.nowUs()));
  if (cursorUs > call.nowUs()) throw invalid('AS OF SYSTEM TIME: cannot specify timestamp in the future');
  return cursorUs;
}

function readConflict(call: Call, options: LdrOptions): LdrJob['conflict'] {
  const text = textOrNull(call, options.defaultFunction);
  const word = text?.toLowerCase() ?? 'lww';
  if (text === null || word === 'lww') return 'LWW';
  if (word === 'dlq') return 'DLQ';
  resolveFunction(call, functionParts(text));
  return 'UDF';
}

/** The history from the cursor on has to be there still. */
export function checkCursor(call: Call, { cursorUs }: Choices, sources: readonly SimTable[]): void {
  if (cursorUs === null || !sources.some((table) => isGarbage(table, cursorUs, call.nowUs()))) return;
  throw uncategorized(`batch timestamp ${hlcText(hlcOfUs(cursorUs))} must be after replica GC threshold`);
}

/** Reads the options and refuses what they may not say. */
export function readChoices(call: Call, statement: CreateLdr): Choices {
  const { options } = statement;
  const conflict = readConflict(call, options);
  for (const { name } of options.functions) resolveFunction(call, name);
  const mode = readMode(call, options, options.functions.length > 0 || conflict === 'UDF');
  const discard = textOrNull(call, options.discard);
  if (discard !== null && !['ttl-deletes', 'all-deletes'].includes(discard)) throw invalid(`unknown discard option "${discard}"`);
  if (statement.kind === 'create-logically-replicated') checkDirection(options);
  return { mode, conflict, discard, cursorUs: readCursor(call, options) };
}

function checkDirection({ unidirectional, bidirectional, discard }: LdrOptions): void {
  if (unidirectional && bidirectional !== null) throw uncategorized('UNIDIRECTIONAL and BIDIRECTIONAL cannot be specified together');
  if (!unidirectional && bidirectional === null) throw uncategorized('either BIDIRECTIONAL or UNIDRECTIONAL must be specified');
  if (bidirectional !== null && discard !== null) throw invalid('DISCARD is only supported for unidirectional replication');
}
