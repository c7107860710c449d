import { otherSide, type Side } from '../../domain/observation.ts';
import type { CrrSettings } from './config.ts';
import type { CrrDetail, ReadSide, SideRead } from './detail.ts';
import { ailing, followsOther, isFollower, phaseOf, wrongPrefix } from './state.ts';
import { few, phaseWords } from './words.ts';

/** The first thing that is wrong with a side that answers, as a full sentence; null when nothing is. Pure. */
export function sideProblem(side: Side, settings: CrrSettings, detail: Pick<CrrDetail, Side>, read: SideRead): string | null {
  if (read.kind !== 'read') return null;
  const { cluster } = settings[side];
  const phase = phaseOf(read);
  if (['halted', 'failing', 'leaving', 'unsettled', 'changing', 'unknown', 'stopped'].includes(phase))
    return `${cluster} ${phaseWords[phase]}.`;
  return (isFollower(phase) ? followTrouble(side, settings, detail, read) : null) ?? clusterTrouble(cluster, read);
}

/** What keeps a side that is set to follow from following the other one. */
export function followTrouble(side: Side, settings: CrrSettings, detail: Pick<CrrDetail, Side>, read: ReadSide): string | null {
  const here = settings[side].cluster;
  const there = settings[otherSide(side)].cluster;
  if (followsOther(settings, detail, side) === 'no') {
    return `${here} is set to follow ${few(read.crr.brokers ?? [])}, which is not ${there}.`;
  }
  const prefix = wrongPrefix(detail, { side, read });
  return prefix === null
    ? null
    : `${here} has the topic prefix '${prefix.has}' and needs '${prefix.needs}' to follow ${there}, so it replays nothing although its connector runs.`;
}

/** Services and nodes that want a look; null when all is well. */
export function clusterTrouble(cluster: string, { services, nodes, staged }: ReadSide): string | null {
  const deaf = nodes.filter(({ answers }) => !answers).map(({ name }) => name);
  const [node] = deaf;
  if (node !== undefined) return `Not every node of ${cluster} answers: ${few(deaf)}.`;
  if (services.kind === 'unread') return `The state of the services of ${cluster} is not known: ${services.why}`;
  const off = ailing(services);
  if (off.length > 0) return `Not every service of ${cluster} is online: ${few(off)}.`;
  if (services.stale) return `The state of the services of ${cluster} may be old, by its own word.`;
  if (staged.kind === 'read' && staged.keys.length > 0)
    return `Somebody has changed settings of ${cluster} that are not applied yet: ${few(staged.keys)}.`;
  return null;
}
