import type { Side } from '../../domain/observation.ts';
import { scrub } from '../../transports/scrub.ts';
import { spellTime } from '../cockroach/spell.ts';
import { type Micros, microsOfHlc, microsOfTimestamp } from '../cockroach/times.ts';
import type { LdrSettings } from './config.ts';
import type { JobView } from './detail.ts';
import { crossedIn, isTold, type StartWords, startWords } from './start-words.ts';
import { replicatedStatement, streamStatement } from './statements.ts';

/**
 * What a run is to start into a side: a stream, from a time or with a full copy; tables that the statement makes; or the job on the other
 * side (`back`) that such a statement starts by itself once they are made.
 */
export interface AskedStart {
  readonly into: Side;
  readonly form: 'stream' | 'create' | 'back';
  /** A time as of which the side that follows has everything; null for a full copy. */
  readonly cursor: string | null;
}

/** How a job was started otherwise than is asked for, as it goes on after `It`; null where nothing tells that it was. Pure. */
export function unlikeAsked(settings: LdrSettings, asked: AskedStart, job: JobView): string | null {
  const told = startWords(job.command);
  const isBack = asked.form === 'back';
  if (told !== null && isBack !== told.options.has('PARENT') && !(isBack && told.cut))
    return isBack ? 'was not started by the job that makes the tables' : 'was started by a job on the other side';
  if (isBack) return null;
  const cursor = unlikeCursor(asked.cursor, told, job);
  if (cursor !== null || told === null) return cursor;
  const { into, form } = asked;
  const wanted = startWords(scrub(form === 'stream' ? streamStatement(settings, into, null) : replicatedStatement(settings, into, false)));
  if (wanted === null) return null;
  const unlike = [...unlikeOptions(wanted, told), ...crossedIn(wanted, told)];
  return unlike.length === 0 ? null : `was started in another way (${unlike.join('; ')})`;
}

function unlikeCursor(asked: string | null, told: StartWords | null, { started }: JobView): string | null {
  if (asked === null) return told?.options.has('CURSOR') ? 'was started WITH CURSOR, so without a copy of the rows that were there' : null;
  const from = microsOfTimestamp(asked);
  const cursor = told?.options.get('CURSOR') ?? null;
  if (told === null || (cursor === null && told.cut) || (cursor !== null && !isTold(cursor))) return unlikeBegin(from, started);
  if (cursor === null) return `copies everything, and does not go on from ${spellTime(from)}`;
  const began = microsOfTimestamp(cursor) ?? microsOfHlc(cursor);
  if (began === from) return null;
  return `does not go on from ${spellTime(from)}, but from ${began === null ? shown(cursor) : spellTime(began)}`;
}

/** A release may tell times to the second only. */
const roundedBy = 1_000_000n;

/**
 * Where the statement is not told, the job still tells the time from which it brings changes (`replication_start_time`): its cursor where
 * it was given one, else that of its copy.
 */
function unlikeBegin(from: Micros | null, started: string | null): string | null {
  if (from === null || started === null) return null;
  const apart = BigInt(started) - from;
  if (apart > -roundedBy && apart < roundedBy) return null;
  return `does not go on from ${spellTime(from)}, but from ${spellTime(started)}`;
}

/** What the server does where nothing is said. */
const usual = (options: StartWords['options']): Readonly<Record<string, string>> => {
  const decided = [...options].some(
    ([name, value]) => name.startsWith('FUNCTION ') || (name === 'DEFAULT FUNCTION' && !/^(?:lww|dlq)$/iu.test(value)),
  );
  return { MODE: decided ? 'validated' : 'immediate', 'DEFAULT FUNCTION': 'lww' };
};

/** Told apart already, or by the tables on both sides. */
const elsewhere = ['CURSOR', 'PARENT', 'UNIDIRECTIONAL', 'BIDIRECTIONAL'];

function unlikeOptions(asked: StartWords, told: StartWords): readonly string[] {
  const names = [...new Set([...asked.options.keys(), ...told.options.keys()])].filter((name) => !elsewhere.includes(name));
  return names.flatMap((name) => {
    const value = (words: StartWords): string | null => words.options.get(name) ?? usual(words.options)[name] ?? null;
    const [wanted, found] = [value(asked), value(told)];
    const fold = (text: string | null) => (name === 'LABEL' ? text : (text?.toLowerCase() ?? null));
    const same = fold(wanted) === fold(found) || !isTold(found ?? '') || (!told.options.has(name) && isOpen(told));
    return same ? [] : [`${name} is ${shown(found)} instead of ${shown(wanted)}`];
  });
}

/** What is not said may be said all the same: the statement has no end, or what decides on it is not told. */
const isOpen = ({ cut, options }: StartWords): boolean => cut || !isTold(options.get('DEFAULT FUNCTION') ?? '');

const shown = (value: string | null): string => (value === null ? 'not set' : value === '' ? 'set' : value.slice(0, 80));
