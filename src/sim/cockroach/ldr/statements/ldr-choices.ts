import { SqlError, uncategorized } from '../../sql-error.ts';
import type { Us } from '../../state/model.ts';
import { type Call, textOf } from '../../statements/call.ts';
import { systemTimeOf, usOfHlc } from '../../values/hlc.ts';
import type { CreateLdr, LdrOptions } from '../grammar/ldr-statement.ts';
import type { LdrJob } from '../state/model.ts';

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

const gcUs = 4 * 3_600_000_000;

function readCursor(call: Call, options: LdrOptions): Us | null {
  const text = textOrNull(call, options.cursor);
  if (text === null) return null;
  const cursorUs = usOfHlc(systemTimeOf('STRING', text, call.nowUs()));
  if (cursorUs > call.nowUs()) throw invalid('AS OF SYSTEM TIME: cannot specify timestamp in the future');
  if (call.nowUs() - cursorUs > gcUs) throw uncategorized(`batch timestamp ${text} must be after replica GC threshold`);
  return cursorUs;
}

/** Reads the options and refuses what they may not say. */
export function readChoices(call: Call, statement: CreateLdr): Choices {
  const { options } = statement;
  const fallback = textOrNull(call, options.defaultFunction)?.toLowerCase() ?? null;
  const named = [
    ...options.functions.map(({ name }) => name),
    ...(fallback === null || ['lww', 'dlq'].includes(fallback) ? [] : [fallback]),
  ];
  const [unknown] = named;
  if (unknown !== undefined) throw new SqlError('42883', `unknown function: ${unknown}()`);
  const mode = readMode(call, options, false);
  const discard = textOrNull(call, options.discard);
  if (discard !== null && !['ttl-deletes', 'all-deletes'].includes(discard)) throw invalid(`unknown discard option "${discard}"`);
  if (statement.kind === 'create-logically-replicated') checkDirection(options);
  return { mode, conflict: fallback === 'dlq' ? 'DLQ' : 'LWW', discard, cursorUs: readCursor(call, options) };
}

function checkDirection({ unidirectional, bidirectional }: LdrOptions): void {
  if (unidirectional && bidirectional !== null) throw uncategorized('UNIDIRECTIONAL and BIDIRECTIONAL cannot be specified together');
  if (!unidirectional && bidirectional === null) throw uncategorized('either BIDIRECTIONAL or UNIDRECTIONAL must be specified');
}
