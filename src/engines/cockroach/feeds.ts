import { z } from 'zod';
import { isFault } from '../../domain/faults.ts';
import type { Check } from '../../domain/plan.ts';
import { scrub } from '../../transports/scrub.ts';
import type { SqlConnect, SqlRow, SqlSession } from '../../transports/sql.ts';
import type { EngineIo } from '../engine.ts';
import { passed, warned } from '../frame/checks.ts';
import type { ClusterAddress } from './address.ts';
import { ownRights } from './held.ts';
import { isOverStatus } from './jobs.ts';
import { columnOf, withInterface } from './session.ts';
import { textArrayOf } from './text-array.ts';

const item = z.strictObject({ id: z.string(), what: z.string() });

/** What runs by itself where the application's data is, and what a move of the application has to take into account. */
export const feedsRead = z.strictObject({
  /** Schedules of backups that are enabled. */
  backups: z.array(item),
  /** Schedules of changefeeds that are enabled. */
  feedSchedules: z.array(item),
  /** Changefeeds that have not ended. */
  changefeeds: z.array(item),
  /** The bot is shown everybody's. */
  complete: z.boolean(),
});
export type FeedsRead = z.infer<typeof feedsRead>;
type Feed = z.infer<typeof item>;

/** Where they run: the cluster, its virtual cluster, and the bot's user there. */
export interface FeedHome {
  readonly cluster: string;
  readonly name: string;
  readonly user: string;
}

/** Null when they could not be read. Throws a Fault only when the caller itself gave up. */
export async function readFeeds(
  connect: SqlConnect,
  address: ClusterAddress,
  virtualCluster: string,
  io: EngineIo,
): Promise<FeedsRead | null> {
  try {
    return await withInterface(connect, address, virtualCluster, io, (session) => feedsOf(session, address.user));
  } catch (cause) {
    if (!isFault(cause) || io.signal.aborted) throw cause;
    return null;
  }
}

async function feedsOf(session: SqlSession, user: string): Promise<FeedsRead> {
  const schedules = (await session.read('SHOW SCHEDULES')).filter((row) => row['schedule_status'] === 'ACTIVE');
  const jobs = (await session.read('SHOW CHANGEFEED JOBS')).filter((row) => !isOverStatus(row['status'] ?? ''));
  const { admin } = await ownRights(session, user);
  const of = (begin: RegExp): Feed[] => schedules.filter((row) => begin.test(commandOf(row))).map(scheduleOf);
  return {
    backups: of(/^\s*(with\b[\s\S]*\b)?backup\b/i),
    feedSchedules: of(/^\s*create\s+changefeed\b/i),
    changefeeds: jobs.map(changefeedOf),
    complete: admin,
  };
}

/** Versions give the command as JSON with one statement in it, or as the statement itself. It holds secrets. */
function commandOf(row: SqlRow): string {
  const text = row['command'] ?? '';
  const parsed = jsonOf(text);
  return parsed === null ? text : (Object.values(parsed).find((value): value is string => typeof value === 'string') ?? '');
}

function jsonOf(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    // An object that was just parsed: its keys are strings, and nothing is taken for granted of its values.
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}

function scheduleOf(row: SqlRow): Feed {
  const sink = sinkIn(commandOf(row));
  const parts = [plain(row['label'] ?? ''), sink === null ? '' : `to ${sink}`, plain(row['recurrence'] ?? '')].filter(
    (part) => part !== '',
  );
  return { id: idOf(row['id']), what: parts.join(', ') };
}

function changefeedOf(row: SqlRow): Feed {
  const tables = textArrayOf(columnOf(row, 'full_table_names') ?? '{}') ?? [];
  const named = tables.slice(0, mostTables).map(plain).join(' + ');
  const more = tables.length > mostTables ? ` + ${tables.length - mostTables} more` : '';
  const sink = sinkIn(row['sink_uri'] ?? '');
  const parts = [`${named}${more}`, sink === null ? '' : `to ${sink}`, plain(row['status'] ?? '')].filter((part) => part !== '');
  return { id: idOf(row['job_id']), what: parts.join(', ') };
}

const mostTables = 3;
const mostLetters = 80;

const idOf = (text: string | null | undefined): string => (/^\d{1,19}$/.test(text ?? '') ? (text ?? '') : '?');

/** A name that somebody gave, on one line. */
function plain(text: string): string {
  const line = scrub(text)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return line.length <= mostLetters ? line : `${line.slice(0, mostLetters - 1)}…`;
}

/**
 * Scheme and host of the first URI in a text, or the scheme alone where a host can't be told from a user and a password for certain:
 * nothing else of it is ever kept.
 */
export function sinkIn(text: string): string | null {
  const uri = /\b([a-z][a-z0-9+.-]*):\/\/([^'"\s]*)/i.exec(text);
  if (uri === null) return null;
  const [, scheme = '', rest = ''] = uri;
  const authority = /^[^/?#]*/.exec(rest)?.[0] ?? '';
  const at = rest.split('@').length - 1;
  const host = at === 0 ? authority : at === 1 && authority.includes('@') ? authority.slice(authority.indexOf('@') + 1) : '';
  const isHost = /^[A-Za-z0-9._:,-]{1,100}$/.test(host) && isWhole(text, uri.index, uri[0].length);
  return `${scheme}://${isHost ? host : '…'}`;
}

/** The text is the URI, or holds it in quotes: one that is broken off within may have been broken off in a password. */
function isWhole(text: string, from: number, length: number): boolean {
  const [before = '', after = '', next = ''] = [text.charAt(from - 1), text.charAt(from + length), text.charAt(from + length + 1)];
  if (before === '' && from === 0) return after === '';
  return (before === "'" || before === '"') && after === before && next !== before;
}

/** What becomes of each kind: sentences that end the list of it. */
export type Becoming = Readonly<Record<'backups' | 'feedSchedules' | 'changefeeds', string>>;

/** The lists of what runs by itself, and what else there is to know of them; nothing where nobody asked for them. */
export function feedLines(home: FeedHome, feeds: FeedsRead | null | undefined, become: Becoming): readonly string[] {
  const { cluster, name, user } = home;
  if (feeds === undefined) return [];
  if (feeds === null) return [unread(home)];
  const lines = [
    ...listed(`Backup schedules of ${name} on ${cluster}`, feeds.backups, become.backups),
    ...listed(`Changefeed schedules of ${name} on ${cluster}`, feeds.feedSchedules, become.feedSchedules),
    ...listed(`Changefeeds of ${name} on ${cluster}`, feeds.changefeeds, become.changefeeds),
  ];
  if (feeds.complete) return lines;
  const none = lines.length === 0 ? '; it is shown none' : '';
  return [
    ...lines,
    `There may be schedules and changefeeds of ${name} on ${cluster} that ${user} is not shown, since it is no admin there${none}.`,
  ];
}

const unread = ({ cluster, name }: FeedHome): string =>
  `Which schedules and changefeeds ${name} on ${cluster} runs could not be read: look with SHOW SCHEDULES and SHOW CHANGEFEED JOBS.`;

/** Those of a plan's warnings that a report repeats: people have to see to them once the run is over. */
export const feedReminders = (warnings: readonly string[]): readonly string[] =>
  warnings.filter((line) =>
    /^(Backup schedules|Changefeed schedules|Changefeeds|Which schedules and changefeeds|There may be schedules) /.test(line),
  );

/** The lists by themselves, for who only wants to look. */
export function feedChecks(home: FeedHome, feeds: FeedsRead | null | undefined): readonly Check[] {
  const { cluster, name, user } = home;
  const title = `${cluster}: schedules and changefeeds`;
  if (feeds === null) return [warned(title, unread(home), `Let ${user} log in to ${name} on ${cluster}.`)];
  const enabled = 'They are enabled.';
  const lines = feedLines(home, feeds, { backups: enabled, feedSchedules: enabled, changefeeds: 'They have not ended.' });
  if (feeds === undefined || lines.length > 0) return lines.map((line) => warned(title, line, 'The plan says what becomes of them.'));
  return [passed(title, `${name} on ${cluster} runs no backup schedule, no changefeed schedule and no changefeed.`)];
}

/** So many in one line, and so many in all; people who have more look them up. */
const inLine = 10;
const mostListed = 100;

/** Lines that name each of a list; the last says what becomes of all of them. */
function listed(what: string, feeds: readonly Feed[], become: string): readonly string[] {
  const shown = feeds.slice(0, mostListed);
  const lines: string[] = [];
  for (let from = 0; from < shown.length; from += inLine) {
    const part = shown.slice(from, from + inLine).map((feed) => `${feed.id}${feed.what === '' ? '' : ` (${feed.what})`}`);
    const isLast = from + inLine >= shown.length;
    const rest = isLast && feeds.length > mostListed ? `; and ${feeds.length - mostListed} more` : '';
    lines.push(`${what}: ${part.join('; ')}${rest}.${isLast ? ` ${become}` : ''}`);
  }
  return lines;
}
