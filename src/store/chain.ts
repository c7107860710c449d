import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Fault } from '../domain/faults.ts';
import type { RunId } from '../domain/ids.ts';
import type { Entry, JournalRecord } from '../domain/run.ts';
import { understood } from './redis-faults.ts';

/** What `journal-read.lua` returns: length, chain of the last entry, entries from the one asked for. */
export const journalAnswer = z.tuple([
  z.number().int().min(0),
  z.string(),
  z.array(
    z.tuple([
      z.string().regex(/^[1-9]\d*-0$/),
      z.tuple([z.literal('fence'), z.string().regex(/^\d+$/), z.literal('body'), z.string(), z.literal('chain'), z.string()]),
    ]),
  ),
]);
export type JournalAnswer = z.infer<typeof journalAnswer>;

const entryShape = z.looseObject({ at: z.number(), kind: z.string().min(1) });

/** Chain value of an entry: SHA-1 over the one before it (the run's id before the first), its place, its writer and its bytes. */
const linked = (before: string, seq: number, fence: string, body: string): string =>
  createHash('sha1').update(`${before} ${seq} ${fence} ${body}`).digest('hex');

function broken(run: RunId, seq: number, what: string): Fault {
  const sentence = `The journal of run ${run} cannot be trusted at entry ${seq}: ${what}. It was changed by something other than ReplOps, or Redis lost part of it.`;
  return new Fault('answer-not-understood', sentence, { effect: 'not-applied', facts: { run, seq } });
}

function parsed(run: RunId, seq: number, body: string): Entry {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw broken(run, seq, 'the entry is not JSON');
  }
  // The cast rests on the chain: these are the bytes that our own append wrote.
  return understood(entryShape, value, `entry ${seq} of run ${run}`, 'not-applied') as unknown as Entry;
}

/**
 * Checks that entries follow each other without gaps, that each is chained to the one before, and that they lead to the head.
 * Returns those after `afterSeq`. Throws Fault `answer-not-understood`.
 */
export function verified(run: RunId, answer: JournalAnswer, afterSeq: number): readonly JournalRecord[] {
  const [length, head, rows] = answer;
  const records: JournalRecord[] = [];
  // With an afterSeq the answer begins at that very entry: its chain value is what the next one builds on.
  let seq = Math.max(afterSeq - 1, 0);
  let chain: string | null = afterSeq > 0 ? null : run;
  for (const [id, [, fence, , body, , stored]] of rows) {
    seq += 1;
    if (id !== `${seq}-0`) throw broken(run, seq, `entry ${id} stands in its place`);
    if (chain !== null && stored !== linked(chain, seq, fence, body)) throw broken(run, seq, 'its hash does not fit the entries before it');
    chain = stored;
    if (seq > afterSeq) records.push({ seq, fence: Number(fence), entry: parsed(run, seq, body), chain: stored });
  }
  if (rows.length === 0) {
    if (length >= Math.max(afterSeq, 1)) throw broken(run, length, 'it is missing');
    return records;
  }
  if (seq !== length || chain !== head) throw broken(run, length, 'the entries do not lead to the last one written');
  return records;
}
