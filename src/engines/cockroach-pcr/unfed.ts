import type { PcrSettings } from './config.ts';
import type { ReadSide, SideRead } from './detail.ts';
import { leadsTo } from './ground.ts';
import { type Follower, phaseOf } from './phase.ts';
import type { Scene } from './scene.ts';

/** Lists cut a description after some 70 characters, of which `History Retention for Physical Replication of ` takes 46. */
const longestShown = 20;

/**
 * Whether a stream that works is fed by another cluster than the one that the config calls its source: that one lists no live job that
 * keeps history of the virtual cluster. False where jobs can't tell: not all are shown, or not by this name.
 */
export function isUnfed(settings: PcrSettings, follower: Follower, source: SideRead): boolean {
  if (follower.phase !== 'following' || source.kind !== 'read' || source.sight !== 'all' || !isNamed(settings, follower, source))
    return false;
  return source.history === 'none' || source.history === 'lost';
}

/** Whether the jobs of a source name what they keep history for by the name of the virtual cluster. */
function isNamed({ virtualCluster }: PcrSettings, { vc }: Follower, source: ReadSide): boolean {
  if (source.flat === true || source.elsewhere !== undefined || phaseOf(source.vc) !== 'ready') return false;
  return virtualCluster.length <= longestShown && (vc.sourceName === null || vc.sourceName === virtualCluster);
}

/**
 * Whether a step is to look if the source feeds the follower. Neither its jobs nor the state of the stream count here: lists that come
 * late and a stream that tries again come and go while a primary dies, and must not make another plan of the one that was approved.
 */
export const isFedSeen = ({ link, follower, sourceRead }: Scene): boolean =>
  sourceRead.kind === 'read' && isNamed(link.settings, follower, sourceRead) && !isUnfed(link.settings, follower, sourceRead);

/** What it copies instead, as far as it says so. A full sentence. */
export function unfedWords(here: string, there: string, { vc }: Follower): string {
  const uri = vc.sourceUri ?? '';
  const to = leadsTo(uri) ?? uri;
  const by = to === '' ? '' : ` (its stream leads to ${to})`;
  return `${here} follows, but no job on ${there} feeds it: it copies another cluster${by}, or its stream has just ended.`;
}

/** The same of what an operation is planned on; null when the source feeds its follower. */
export const unfedBy = ({ link, follower, sourceRead, here, there }: Scene): string | null =>
  isUnfed(link.settings, follower, sourceRead) ? unfedWords(here, there, follower) : null;

/** What shows which of the two it is, and mends it. */
export const unfedNext = (id: string, here: string, there: string): string =>
  `See where the stream of ${here} and the config's address of ${there} lead, and mend the wrong one; /repl verify ${id} compares what both sides have.`;
