import { asRunId, type RunId } from '../domain/ids.ts';

const runId = /^r-[0-9a-hjkmnp-tv-z]{10}$/;

/** Whether a text is spelt as a run id: `r-` and 10 characters of Crockford base 32, in lower case. */
export const isRunId = (text: string): text is RunId => runId.test(text);

/** The run id that a person meant: letter case counts for nothing, and O, I, L read as 0, 1, 1 as Crockford has it. Null for anything else. */
export function readRunId(typed: string): RunId | null {
  const spelt = typed.toLowerCase();
  const repaired = spelt.slice(0, 2) + spelt.slice(2).replace(/o/g, '0').replace(/[il]/g, '1');
  return isRunId(repaired) ? asRunId(repaired) : null;
}
