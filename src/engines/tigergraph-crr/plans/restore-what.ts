import type { Operation } from '../../../domain/operation.ts';
import { isRefusal, type Refusal, refuse } from '../../../domain/refusal.ts';
import { type Draft, notNow } from '../../frame/drafts.ts';
import { chainOf, covering, isMoment, newest, newestFull } from '../chains.ts';
import type { CrrLink } from '../config.ts';
import type { BackupRow } from '../detail.ts';
import type { Party } from '../scene.ts';
import { takeSteps } from '../seed.ts';
import { few } from '../words.ts';
import { listOf } from './backup.ts';

type Restore = Extract<Operation, { kind: 'restore' }>;

/** Whose backup is restored, and where; one and the same for a backup of its own. */
export interface Parties {
  readonly source: Party;
  readonly target: Party;
}

/** What a cluster is to hold afterwards. */
export interface Wanted {
  /** A backup by its name, or a moment. */
  readonly words: string;
  /** Backups that are needed, what others build on first; empty for a moment, for which the cluster itself finds them. */
  readonly chain: readonly BackupRow[];
  readonly moment: string | null;
  /** What has to be done before, so that there is such a backup. */
  readonly before: readonly Draft[];
  /** Of the state that is restored, ms since the epoch; null when not told. */
  readonly at: number | null;
}

const listed = (rows: readonly BackupRow[]): string =>
  rows.length === 0
    ? 'it lists none'
    : `it lists ${few(
        rows.map(({ tag }) => tag),
        8,
      )}`;

/** Finds what is asked for: a backup by its name, the newest one, or a moment. */
export const wantedBy = (operation: Restore, link: CrrLink, parties: Parties, now: number): Wanted | Refusal =>
  isMoment(operation.backup) ? momentOf(operation, link, parties.target, now) : chosen(operation, link, parties);

function chosen({ backup }: Restore, link: CrrLink, { source, target }: Parties): Wanted | Refusal {
  const rows = listOf(source, 'restore');
  if (isRefusal(rows)) return rows;
  const row = backup === 'latest' ? newest(rows) : rows.find(({ tag }) => tag === backup);
  if (row === undefined)
    return refuse(
      'bad-input',
      backup === 'latest' ? `${source.name} lists no backup at all.` : `${source.name} lists no backup ${backup}; ${listed(rows)}.`,
      `/repl backup ${link.id} --on ${source.name} takes one; /repl backups ${link.id} shows them.`,
    );
  if (row.version !== null && row.version !== target.version.text)
    return notNow(
      `${row.tag} was taken with ${row.version}, and ${target.name} runs ${target.version.text}: only a backup of the same version can be restored.`,
      'Choose a backup that was taken after the upgrade.',
    );
  const chain = chainOf(rows, row);
  if ('missing' in chain)
    return notNow(
      `${row.tag} builds on ${chain.missing}, which ${source.name} does not list, so it can't be restored.`,
      `Choose a full backup; /repl backups ${link.id} shows them.`,
    );
  return { words: row.tag, chain, moment: null, before: [], at: row.createdAt };
}

/** A moment needs an incremental backup that covers it. One after the newest backup is covered by a new one, which is taken first. */
function momentOf({ backup: moment, from }: Restore, link: CrrLink, target: Party, now: number): Wanted | Refusal {
  const at = Date.parse(moment);
  if (from === 'other')
    return refuse(
      'bad-input',
      `${target.name} can be brought to a moment only by backups of its own.`,
      'Name a backup of the other cluster instead.',
    );
  if (!target.tools.restore.includes('--time-point'))
    return notNow(
      `${target.name} runs ${target.version.text}, which restores backups only, not moments (3.11 and newer).`,
      `Name a backup: /repl backups ${link.id} shows them.`,
    );
  if (at > now)
    return refuse('bad-input', `${moment} has not come yet.`, 'Name a moment of the past, two or three minutes before what went wrong.');
  const rows = listOf(target, 'restore');
  if (isRefusal(rows)) return rows;
  const wanted = { words: moment, chain: [], moment, at };
  if (covering(rows, at) !== undefined) return { ...wanted, before: [] };
  const last = newest(rows);
  const isAfterLast = last?.createdAt != null && at > last.createdAt && newestFull(rows) !== undefined;
  if (isAfterLast && target.tools.create.includes('--incremental')) return { ...wanted, before: takeSteps(link, target, 'incremental') };
  return notNow(
    `No backup of ${target.name} covers ${moment}: an incremental one that was begun before it and ended after it is needed.`,
    `/repl backups ${link.id} shows what there is. Restore a backup by its name instead.`,
  );
}
