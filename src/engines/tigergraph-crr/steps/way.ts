import type { EngineIo } from '../../engine.ts';
import { kinds } from '../acts.ts';
import type { Way } from '../acts-backup.ts';

/** Whether a step of a copy is for the way that was found. Without a finding everything goes into one folder. */
export function isForWay({ earlier }: Pick<EngineIo, 'earlier'>, way: Way): boolean {
  const found = earlier.findLast(({ kind }) => kind === kinds.fitParts)?.evidence['way'] ?? 'one-folder';
  return way === 'always' || way === found;
}
