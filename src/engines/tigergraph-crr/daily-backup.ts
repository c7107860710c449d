import type { ReadSide } from './detail.ts';
import { isAtLeast } from './parse/version.ts';

/**
 * Up to 3.9.0 a folder for backups means a backup of every day too, which nobody has asked for; from 3.9.1 on there is a setting of its own
 * for that, and it is off. A full sentence; null where it does not happen, or where it is not told. Pure.
 */
export function dailyBackupWords(cluster: string, { version, backupSetup }: Pick<ReadSide, 'version' | 'backupSetup'>): string | null {
  if (version === null || isAtLeast(version, [3, 9, 1]) || backupSetup.local !== true) return null;
  const folder = backupSetup.path ?? '';
  return `${cluster} runs ${version.text}, which by itself takes a backup of every day at 00:00 UTC${folder === '' ? '' : ` into ${folder}`}, and deletes none: they fill the disk unless somebody does.`;
}
