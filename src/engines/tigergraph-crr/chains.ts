import type { BackupRow } from './detail.ts';

const isFull = ({ type }: BackupRow): boolean => type === null || type === 'FULL';

export const newest = (rows: readonly BackupRow[]): BackupRow | undefined =>
  rows.toSorted((a, b) => (b.createdAt ?? 0) - (a.createdAt ?? 0) || (a.tag < b.tag ? 1 : -1))[0];

export const newestFull = (rows: readonly BackupRow[]): BackupRow | undefined => newest(rows.filter(isFull));

/** What an incremental backup builds on. Where the list does not tell (up to 3.11), that is the last full one before it. */
function baseOf(rows: readonly BackupRow[], row: BackupRow): string | null {
  if (isFull(row) || row.base !== null) return row.base;
  const before = rows.filter(({ createdAt }) => (createdAt ?? 0) <= (row.createdAt ?? Number.POSITIVE_INFINITY));
  return newestFull(before)?.tag ?? '(no full backup)';
}

/** Backups that can't be restored without this one, directly. */
export const builtOn = (rows: readonly BackupRow[], tag: string): readonly string[] =>
  rows.filter((row) => row.tag !== tag && baseOf(rows, row) === tag).map((row) => row.tag);

/** A backup with all that it builds on, the full one first; the name of the one that is missing otherwise. Never loops. */
export function chainOf(rows: readonly BackupRow[], row: BackupRow): readonly BackupRow[] | { readonly missing: string } {
  const chain: BackupRow[] = [row];
  for (let base = baseOf(rows, row); base !== null; ) {
    const found = rows.find(({ tag }) => tag === base);
    if (found === undefined || chain.includes(found)) return { missing: base };
    chain.unshift(found);
    base = baseOf(rows, found);
  }
  return chain;
}

const second = 1_000;

/** A moment in the words that the product takes, in whole seconds of UTC. */
export const isMoment = (text: string): boolean => /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/.test(text) && Number.isFinite(Date.parse(text));

/** The backup that holds the state of a moment; lists tell whole seconds. */
export const covering = (rows: readonly BackupRow[], at: number): BackupRow | undefined =>
  rows.find(
    ({ startedAt, createdAt }) =>
      startedAt !== null && createdAt !== null && Math.floor(startedAt / second) * second <= at && at <= createdAt,
  );
