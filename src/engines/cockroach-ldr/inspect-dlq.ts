import { createHash } from 'node:crypto';
import { isFault } from '../../domain/faults.ts';
import type { Inspection } from '../../domain/inspection.ts';
import { canonicalJson } from '../../domain/json.ts';
import type { Side } from '../../domain/observation.ts';
import type { SqlConnect, SqlRow, SqlSession } from '../../transports/sql.ts';
import { wasRefused } from '../cockroach/deaf.ts';
import { readNow } from '../cockroach/now.ts';
import { withInterface } from '../cockroach/session.ts';
import { spell } from '../cockroach/spell.ts';
import { type Micros, microsOfTimestamp, msOfMicros } from '../cockroach/times.ts';
import type { EngineIo } from '../engine.ts';
import type { LdrLink, LdrSettings } from './config.ts';
import { reasonWords } from './dlq-reason.ts';
import { isShort, type OpenQueue, readNewest } from './reads/dlq-entries.ts';
import { readStreams } from './reads/jobs.ts';
import { findQueues, quoteQueue, readDlq } from './reads/queues.ts';
import { isAbsent } from './reads/tables.ts';
import { showTable } from './table-name.ts';
import { readPrimaryKey } from './table-view.ts';
import { type Waiting, waitingOn } from './waiting.ts';
import { tablesAt, upper } from './words.ts';

const sides = ['standby', 'primary'] as const;

/** What one side's queues hold. */
interface SideQueues {
  readonly side: Side;
  readonly now: Micros;
  readonly waiting: Waiting;
  readonly oldest: Micros | null;
  readonly newest: Micros | null;
  readonly rows: readonly (readonly string[])[];
  /** Queues that may hold something, as they are named in a statement. */
  readonly queues: readonly string[];
  readonly problems: readonly string[];
}

/**
 * What waits in the dead letter queues of a link: of the rows themselves only the primary keys are ever asked for. `salt` is secret and
 * new for each process, so that a key can't be guessed from its hash. Throws a Fault when no side can be asked.
 */
export async function inspectDlq(connect: SqlConnect, salt: string, link: LdrLink, io: EngineIo): Promise<Inspection> {
  const { settings } = link;
  const looks = await Promise.all(sides.map((side) => lookAt(connect, salt, settings, side, io)));
  const seen = looks.flatMap((look) => (isFault(look) ? [] : [look]));
  // Whoever follows by the config, after a failover and a failback it may be the other one: what one side tells is told.
  const fault = looks.find(isFault);
  if (fault !== undefined && seen.length === 0) throw fault;
  const total = seen.reduce((sum, { waiting }) => sum + waiting.rows, 0);
  const unseen = sides.flatMap((side) =>
    seen.some((look) => look.side === side) ? [] : [` ${settings[side].cluster} could not be asked.`],
  );
  return {
    headline: `${headlineOf(settings, seen, total)}${unseen.join('')}`,
    columns: ['Table', 'Since', 'Why', 'Entry'],
    rows: seen.flatMap(({ rows }) => rows),
    notes: [
      ...looks.flatMap((look) => (isFault(look) ? [`Not seen: ${look.message}`] : look.problems)),
      ...(seen.some(({ queues }) => queues.length > 0) ? procedure(settings, seen) : []),
    ],
  };
}

async function lookAt(connect: SqlConnect, salt: string, settings: LdrSettings, side: Side, io: EngineIo) {
  try {
    const counted = await within(connect, settings, side, io, countShare, (session) => readCounts(session, settings, side));
    const listed = await listEntries(connect, salt, settings, side, io, counted);
    return { ...counted, ...listed, problems: [...counted.problems, ...listed.problems] };
  } catch (cause) {
    if (!isFault(cause) || io.signal.aborted) throw cause;
    return cause;
  }
}

/** Parts of the time of one look: what takes long in a long queue must not keep the rest from being told. */
const [countShare, listShare] = [0.45, 0.45];

const within = <T>(
  connect: SqlConnect,
  settings: LdrSettings,
  side: Side,
  { signal, tag, timeoutMs }: EngineIo,
  share: number,
  use: (session: SqlSession) => Promise<T>,
): Promise<T> => withInterface(connect, settings[side], settings.interface, { signal, tag, timeoutMs: Math.ceil(timeoutMs * share) }, use);

/** What is known before any entry is listed. */
interface CountedQueues extends Omit<SideQueues, 'rows'> {
  /** Queues that may hold something, short ones first, with the jobs that may have put it there, newest first. */
  readonly open: readonly OpenQueue[];
}

async function readCounts(session: SqlSession, settings: LdrSettings, side: Side): Promise<CountedQueues> {
  const { cluster } = settings[side];
  const now = await readNow(session, cluster);
  const found = await findQueues(session, settings, side);
  const jobs = await readStreams(session, cluster, settings, side);
  // Last, since a session that was late is over.
  const reading = await readDlq(session, settings, side);
  const filled = reading.dlq.filter(({ entries }) => entries !== 0);
  // A queue that was not counted to its end tells no times, so that the others' would be told of all.
  const timed = filled.every(({ newest }) => newest !== null) ? filled : [];
  const times = (pick: 'oldest' | 'newest') => timed.flatMap((queue) => (queue[pick] === null ? [] : [BigInt(queue[pick])]));
  const least = (all: readonly Micros[]) => all.reduce<Micros | null>((a, b) => (a === null || b < a ? b : a), null);
  const most = (all: readonly Micros[]) => all.reduce<Micros | null>((a, b) => (a === null || b > a ? b : a), null);
  const open = filled.flatMap(({ queue: name, pair, entries }) => {
    const queue = found.find((one) => one.queue === name && one.pair === pair);
    return queue === undefined ? [] : [{ queue, entries, jobs: jobs.filter(({ covers }) => covers.includes(pair)).map(({ id }) => id) }];
  });
  return {
    side,
    now,
    waiting: waitingOn({ dlq: [...reading.dlq], dlqProblem: reading.problem }),
    oldest: least(times('oldest')),
    newest: most(times('newest')),
    queues: open.map(({ queue }) => quoteQueue(queue)),
    problems: reading.problem === null ? [] : [`A dead letter queue could not be counted: ${reading.problem}`],
    open: open.sort((a, b) => (a.entries ?? Number.POSITIVE_INFINITY) - (b.entries ?? Number.POSITIVE_INFINITY)),
  };
}

/** The newest entries on a session of their own: what comes too late, or may not be read, is said under the counts. */
async function listEntries(
  connect: SqlConnect,
  salt: string,
  settings: LdrSettings,
  side: Side,
  io: EngineIo,
  { open, now }: CountedQueues,
): Promise<Pick<SideQueues, 'rows' | 'problems'>> {
  const rows: (readonly string[])[] = [];
  const problems: string[] = [];
  const left = [...open];
  try {
    await within(connect, settings, side, io, listShare, async (session) => {
      for (const queue of open) {
        const found = await readEntries(session, salt, settings, side, queue, now);
        rows.push(...found);
        if (found.length === 0 && !isShort(queue)) problems.push(unlisted(settings, side, queue));
        left.shift();
      }
    });
    return { rows, problems };
  } catch (cause) {
    if (!isFault(cause) || io.signal.aborted) throw cause;
    const tables = tablesAt(settings, side, [...new Set(left.map(({ queue }) => queue.pair))]);
    return { rows, problems: [...problems, `The entries of ${tables} on ${settings[side].cluster} could not be listed: ${cause.message}`] };
  }
}

/** Only by its jobs can a long queue be looked through at once, and a server lists a job that is over for some days only. */
function unlisted(settings: LdrSettings, side: Side, { queue, entries }: OpenQueue): string {
  const why = entries === null ? 'its queue was not counted' : 'its queue is too long to be put in order at once';
  return `No entry of ${tablesAt(settings, side, [queue.pair])} on ${settings[side].cluster} was listed: ${why}, and the newest jobs that ${settings[side].cluster} still lists put nothing there. Ask ${quoteQueue(queue)} by hand.`;
}

/** The newest entries of a queue. Of the row that could not be applied only the columns of the key are selected, by name. */
async function readEntries(
  session: SqlSession,
  salt: string,
  settings: LdrSettings,
  side: Side,
  open: OpenQueue,
  now: Micros,
): Promise<readonly (readonly string[])[]> {
  const name = settings.tables[open.queue.pair]?.[side];
  if (name === undefined) return [];
  const key = await readPrimaryKey(session, name).catch((cause: unknown) => {
    if (isAbsent(cause) || wasRefused(cause)) return [];
    throw cause;
  });
  const rows = await readNewest(session, open, key);
  return rows.map((row) => [
    `${showTable(name)} on ${settings[side].cluster}`,
    ageOf(row['dlq_timestamp'] ?? null, now),
    reasonWords(row['dlq_reason'] ?? ''),
    `${row['id'] ?? '?'}: ${row['mutation_type'] ?? 'change'} of ${keyWords(salt, settings.dlqKeys, key, row)}`,
  ]);
}

function keyWords(salt: string, how: LdrSettings['dlqKeys'], key: readonly string[], row: SqlRow): string {
  const values = key.map((_, place) => row[`k${place}`] ?? null);
  if (key.length === 0) return 'a row whose key is not known';
  if (how === 'shown') return `row ${key.map((column, place) => `${cut(column)} = ${cut(values[place] ?? 'NULL')}`).join(', ')}`;
  return `row ${createHash('sha256').update(salt).update(canonicalJson(values)).digest('hex').slice(0, 10)}`;
}

const cut = (text: string): string => (text.length > 40 ? `${text.slice(0, 39)}…` : text);

function ageOf(timestamp: string | null, now: Micros): string {
  const at = timestamp === null ? null : microsOfTimestamp(timestamp);
  return at === null ? 'not told' : spell(Math.max(0, msOfMicros(now - at)));
}

function headlineOf(settings: LdrSettings, seen: readonly SideQueues[], total: number): string {
  const clusters = seen.map(({ side }) => settings[side].cluster).join(' and ');
  const unread = seen.filter(({ waiting }) => waiting.unread).map(({ side }) => settings[side].cluster);
  const more = unread.length === 0 ? '' : ` What ${total === 0 ? '' : 'else '}waits on ${unread.join(' and ')} could not be counted.`;
  if (total === 0) return unread.length === 0 ? `No row waits in a dead letter queue on ${clusters}.` : more.trim();
  const parts = seen
    .filter(({ waiting }) => waiting.rows > 0)
    .map(({ side, waiting, oldest, newest, now }, place) => {
      const age = (at: Micros) => spell(Math.max(0, msOfMicros(now - at)));
      const ages = newest === null || oldest === null ? '' : ` (newest ${age(newest)} ago, oldest ${age(oldest)} ago)`;
      return `${place === 0 ? upper(waiting.words) : waiting.words} could not be applied on ${settings[side].cluster}${ages}`;
    });
  return `${parts.join('; ')}.${more}`;
}

/** The manual's way of working a queue off. */
function procedure(settings: LdrSettings, seen: readonly SideQueues[]): readonly string[] {
  const [queue] = seen.flatMap(({ queues }) => queues);
  const shown = queue === undefined || queue.length > 70 ? 'the queue' : queue;
  return [
    settings.dlqKeys === 'hashed'
      ? 'Rows are named by a hash of their key: equal hashes in this answer are the same row. The number before it is the id of the entry.'
      : 'The number before each row is the id of the entry.',
    `Take the newest entry first: SELECT incoming_row FROM ${shown} WHERE id = … shows it. Compare it with the row on the source AS OF SYSTEM TIME the replicated time, and with the row on the destination.`,
    'If source and destination agree, delete the entry.',
    'If the source agrees with the entry and the destination does not, UPSERT the entry’s row into the destination, then delete the entry. If that breaks a constraint, remove the row that is in the way, or give the entry up.',
    'If the source differs from the entry, wait until the replicated time has moved on and look again; when there is a newer entry of the same row, delete the older ones.',
    `DELETE FROM ${shown} WHERE id = … deletes an entry; the bot never does.`,
  ];
}
