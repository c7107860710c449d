import { Fault } from '../../domain/faults.ts';
import type { Inspection } from '../../domain/inspection.ts';
import type { ShellConnect } from '../../transports/shell.ts';
import type { EngineIo, Inspector } from '../engine.ts';
import { type CrrLink, type CrrSettings, sides } from './config.ts';
import { dailyBackupWords } from './daily-backup.ts';
import type { BackupRow, CrrDetail, SideRead } from './detail.ts';
import { newSideMemory } from './reads/memory.ts';
import { readSide } from './reads/side.ts';
import { count, problemOf } from './words.ts';

/** Lists the backups that each side knows. */
export const backupsInspector = (shell: ShellConnect): Inspector<CrrLink> => ({
  look: async ({ id, settings }, io: EngineIo) => {
    const [primary, standby] = await Promise.all([
      readSide(shell, settings.primary, newSideMemory(), io),
      readSide(shell, settings.standby, newSideMemory(), io),
    ]);
    const read = { primary, standby };
    const deaf = sides.map((side) => problemOf(settings[side].cluster, read[side]));
    if (deaf.every((problem) => problem !== null)) {
      throw new Fault('connect-failed', deaf.join(' '), { effect: 'not-applied', facts: { link: id } });
    }
    return backupsOf(settings, read, io.clock.now());
  },
});

/** Pure. */
export function backupsOf(settings: CrrSettings, read: Pick<CrrDetail, 'primary' | 'standby'>, now: number): Inspection {
  const known = sides.map((side) => ({ cluster: settings[side].cluster, rows: rowsOf(read[side]) }));
  const store = settings.primary.backup;
  return {
    headline:
      `${known.map(({ cluster, rows }) => (rows === null ? `the backups of ${cluster} are not known` : `${cluster} lists ${count(rows.length, 'backup')}`)).join(', ')}.`.replace(
        /^t/,
        'T',
      ),
    columns: ['Cluster', 'Backup', 'Made', 'What'],
    rows: known.flatMap(({ cluster, rows }) => newestFirst(rows ?? []).map((row) => [cluster, row.tag, madeText(row, now), whatText(row)])),
    notes: [
      ...sides.flatMap((side) => noteOf(settings[side].cluster, read[side])),
      ...(store.kind === 's3'
        ? [`Both clusters keep their backups in the bucket ${store.bucket}, so one backup may be listed by both.`]
        : []),
      ...sides.flatMap((side) => dailyNote(settings[side].cluster, read[side])),
      ...known.flatMap(({ cluster, rows }) => brokenChains(cluster, rows ?? [])),
    ],
  };
}

const rowsOf = (read: SideRead): readonly BackupRow[] | null =>
  read.kind === 'read' && read.backups.kind === 'read' ? read.backups.rows : null;

const newestFirst = (rows: readonly BackupRow[]): readonly BackupRow[] =>
  [...rows].sort((a, b) => (b.createdAt ?? 0) - (a.createdAt ?? 0) || (a.tag < b.tag ? 1 : -1));

function madeText({ createdAt }: BackupRow, now: number): string {
  if (createdAt === null) return 'not told';
  const hours = Math.max(0, Math.round((now - createdAt) / 3_600_000));
  return `${new Date(createdAt).toISOString().slice(0, 16).replace('T', ' ')} UTC, ${hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`} ago`;
}

const whatText = ({ type, version, size, base }: BackupRow): string =>
  [type?.toLowerCase() ?? [], size ?? [], version ?? [], base === null ? [] : `on ${base}`].flat().join(', ') || 'not told';

function noteOf(cluster: string, read: SideRead): readonly string[] {
  const problem = problemOf(cluster, read);
  if (problem !== null) return [problem];
  return read.kind === 'read' && read.backups.kind === 'unread'
    ? [`The backups of ${cluster} could not be listed: ${read.backups.why}`]
    : [];
}

const dailyNote = (cluster: string, read: SideRead): readonly string[] =>
  read.kind === 'read' ? [dailyBackupWords(cluster, read) ?? []].flat() : [];

const brokenChains = (cluster: string, rows: readonly BackupRow[]): readonly string[] =>
  rows.flatMap(({ tag, base }) =>
    base === null || rows.some((row) => row.tag === base)
      ? []
      : [`${tag} on ${cluster} builds on ${base}, which is not there, so it can't be restored.`],
  );
