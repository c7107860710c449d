import type { BackupRow, BackupsView } from '../detail.ts';
import { isTag } from '../names.ts';
import type { Block } from './blocks.ts';
import { readTable } from './table.ts';
import { complains, linesOf, reasonIn, sortLines } from './text.ts';

const unread = (why: string): BackupsView => ({ kind: 'unread', why });

/** `2022-10-22 13:39:12` (UTC where no zone is told) or RFC 3339; null for anything else. */
export function parseTime(text: string): number | null {
  const [, day, time, zone] = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2}(?:\.\d+)?)\s*(Z|UTC|[+-]\d{2}:?\d{2})?$/.exec(text.trim()) ?? [];
  if (day === undefined || time === undefined) return null;
  const at = Date.parse(`${day}T${time.replace(/(\.\d{3})\d+/, '$1')}${zone === undefined || zone === 'UTC' ? 'Z' : zone}`);
  return Number.isFinite(at) ? at : null;
}

const textOr = (cell: string | undefined): string | null => (cell === undefined || cell === '' || cell === '-' ? null : cell.slice(0, 200));

/** Reads `gadmin backup list` of every version: its columns vary, so they are told by their titles. Pure; never throws. */
export function parseBackups({ exitCode, text }: Block): BackupsView {
  if (exitCode !== 0 || complains(text)) return unread(`gadmin did not list the backups (${reasonIn(text) || `exit code ${exitCode}`}).`);
  const table = readTable(text, ['TAG', 'SIZE']);
  if (table === null) {
    const left = sortLines(text).rest.some((line) => line !== '');
    return left ? unread('The list of backups is not understood.') : { kind: 'read', rows: [] };
  }
  const rows = table.rows.map(
    (row): BackupRow => ({
      tag: row['TAG'] ?? '',
      type: textOr(row['TYPE'])?.toUpperCase() ?? null,
      version: textOr(row['VERSION']),
      size: textOr(row['SIZE']),
      base: textOr(row['BASE']),
      startedAt: parseTime(Object.entries(row).find(([title]) => title.endsWith('START TIME'))?.[1] ?? ''),
      createdAt: parseTime(row['CREATED AT'] ?? ''),
    }),
  );
  return table.whole && rows.every(({ tag }) => isTag(tag)) ? { kind: 'read', rows } : unread('The list of backups is not whole.');
}

/** gbar puts the time of a backup into its name, in UTC as the hosts of a cluster have it. */
const timeIn = (tag: string): number | null => parseTime(tag.slice(-14).replace(/^(....)(..)(..)(..)(..)(..)$/, '$1-$2-$3 $4:$5:$6'));

/** Reads `gbar list`, of whose form only the full tag is known: a name, a dash and 14 digits. Pure; never throws. */
export function parseGbarList({ exitCode, text }: Block): BackupsView {
  if (exitCode !== 0 || complains(text)) return unread(`gbar did not list the backups (${reasonIn(text) || `exit code ${exitCode}`}).`);
  // What gbar says while it works names archives too.
  if (linesOf(text).some((line) => /^\[\d{2}:\d{2}:\d{2}\]|\bfinished in\b/.test(line)))
    return unread('The list of backups is not understood.');
  const rows = sortLines(text).rest.flatMap((line): readonly BackupRow[] => {
    const tag = /(?:^|[\s/|"])([A-Za-z0-9][A-Za-z0-9_.-]*-\d{14})(?=$|[\s/|",:])/.exec(line)?.[1];
    const size = /(\d+(?:\.\d+)?\s?(?:[KMGT]i?)?B?)\b/.exec(line.replace(tag ?? '', ''))?.[1] ?? null;
    return tag === undefined ? [] : [{ tag, type: 'FULL', version: null, size, base: null, startedAt: null, createdAt: timeIn(tag) }];
  });
  return { kind: 'read', rows: [...new Map(rows.map((row) => [row.tag, row])).values()] };
}
