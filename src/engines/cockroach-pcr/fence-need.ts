import { writableOf } from './phase.ts';
import type { Scene } from './scene.ts';
import { unfedBy } from './unfed.ts';

/** Whom it takes to stop the source of a promotion: nobody, since no application can write there; the bot; or people. */
type FenceNeed = 'none' | 'bot' | 'person';

/** What the bot would stop has to be what the follower copies, and its state has to be known. Pure. */
export function fenceNeed(scene: Scene): FenceNeed {
  const { sourceRead } = scene;
  if (sourceRead.kind !== 'read' || sourceRead.flat === true || sourceElsewhere(scene) !== null || unfedBy(scene) !== null) return 'person';
  switch (writableOf(sourceRead)) {
    case 'yes':
      return 'bot';
    case 'no':
      return 'none';
    default:
      return 'person';
  }
}

/**
 * The virtual cluster that is copied by the follower's own word, where it is another one than the link's: what applications write to is
 * not what the bot reads and stops there then. Null where it is the link's, or not told.
 */
export function sourceElsewhere({ link, follower, sourceRead }: Scene): string | null {
  // A copy that was promoted names its source no more.
  const sourceName = follower.vc.sourceName ?? (sourceRead.kind === 'read' ? sourceRead.elsewhere : null) ?? null;
  const isFlat = sourceRead.kind === 'read' && sourceRead.flat === true;
  return sourceName === null || sourceName === link.settings.virtualCluster || isFlat ? null : sourceName;
}

const askedOf = (there: string): string =>
  `a step asks a person to stop the applications there. What is written to ${there} after that step is lost, and nobody can see it from here.`;

/** Why the first step is for a person although the source answers. A full sentence; null when it is not. */
export function personFences(scene: Scene): string | null {
  const { link, sourceRead, here, there } = scene;
  if (sourceRead.kind !== 'read') return null;
  if (sourceRead.flat === true) return `${there} is not virtualized, so it can't be fenced by SQL: ${askedOf(there)}`;
  const { virtualCluster } = link.settings;
  const name = sourceElsewhere(scene);
  if (name !== null) {
    return `${here} copies ${name} of ${there}, while the config of ${link.id} names ${virtualCluster}: the bot can't tell what to stop there, so ${askedOf(there)} Mend virtualCluster, or setup.sourceVirtualCluster, in the config.`;
  }
  const unfed = unfedBy(scene);
  if (unfed !== null) {
    return `${unfed} What ${here} is promoted with may not be what ${there} has, and whatever cluster it copies goes on taking writes, so ${askedOf(there)}`;
  }
  if (writableOf(sourceRead) !== 'unknown') return null;
  const { status = 'absent', service = 'none' } = sourceRead.vc ?? {};
  return `${virtualCluster} on ${there} is in a state that is not known here (${status}, service ${service}), so whether applications can write there is not known: ${askedOf(there)}`;
}
