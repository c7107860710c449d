import type { Side } from '../../domain/observation.ts';
import { isAtLeast } from '../cockroach/version.ts';
import { changeStep, type Draft, fenceByHandAct, lookStep, noUndo, personStep, redirectAct, undoBy } from '../frame/drafts.ts';
import type { Acts } from './acts.ts';
import { readerName } from './detail.ts';
import { promotedFeeds } from './feeds.ts';
import { fenceNeed, personFences } from './fence-need.ts';
import { writableOf } from './phase.ts';
import type { Scene } from './scene.ts';
import { compareMajors, majorOf, unseenVersion } from './versions.ts';
import { problemOf } from './words.ts';

/** Starting or stopping a service, setting a setting: seconds, with room for a slow cluster. */
export const serviceBudgetMs = 120_000;
/** A promotion to the latest time normally ends within 5 minutes; going further back takes longer. */
const promotionBudgetMs = 30 * 60_000;

/** How long a promotion to the latest time takes as a rule, ms. */
export const usualPromotionMs = 5 * 60_000;

export const afterPromotion = noUndo('After the promotion there is no way back; the roles return by a failback.');

/** From the accepted promotion to the proof that only one side takes writes: the same after a failover and after a switchover. */
export function servingSteps({ link, follower, here }: Scene, acts: Acts): readonly Draft[] {
  const { side } = follower;
  return [
    lookStep(acts.awaitPromotion(side), promotionBudgetMs),
    changeStep(acts.startService(side, 'serve'), serviceBudgetMs, afterPromotion),
    changeStep(acts.setDefaultTarget(side, link.settings.virtualCluster), serviceBudgetMs, afterPromotion),
    lookStep(acts.verifyService(side), serviceBudgetMs),
    personStep(redirectAct(link, here)),
    lookStep(acts.checkSplitBrain(side), serviceBudgetMs),
  ];
}

/**
 * Up to 23.2 the service of the virtual cluster that the default target names can't be stopped, so the target is moved away first.
 */
export function clearDefaultTarget(
  { link, source, sourceRead }: Scene,
  acts: Acts,
  budgetMs: number,
  onLate: 'halt' | 'undo',
): readonly Draft[] {
  const name = link.settings.virtualCluster;
  if (sourceRead.kind !== 'read' || isAtLeast(sourceRead.release, 24, 1) || sourceRead.defaultTarget !== name) return [];
  const undo = undoBy(acts.setDefaultTarget(source, name));
  return [changeStep(acts.setDefaultTarget(source, 'system'), budgetMs, undo, { onLate })];
}

export const fenceSource = (acts: Acts, source: Side): Draft =>
  changeStep(acts.stopService(source), serviceBudgetMs, undoBy(acts.startService(source, 'restart')));

/** Where no service can be stopped, or it is not known which one. */
const handWords = (there: string): string =>
  `Stop every application that writes to ${there}, or take its load balancer away from them; SHOW CLUSTER SESSIONS on ${there} lists who is still connected.`;

/** Stops the primary; where it can't be asked, people do, or accept that nobody does. */
export function fenceSteps(scene: Scene, acts: Acts): readonly Draft[] {
  const { link, source, sourceRead, here, there } = scene;
  const { fencing } = link.settings;
  const byHand = (how: string | null): Draft => personStep(fenceByHandAct(there, here, how));
  const need = fenceNeed(scene);
  if (need === 'person') return [byHand(fencing ?? (sourceRead.kind === 'read' ? handWords(there) : null))];
  if (need === 'none') return [];
  return [...clearDefaultTarget(scene, acts, serviceBudgetMs, 'halt'), fenceSource(acts, source)];
}

export function fenceWarnings(scene: Scene): readonly string[] {
  const { sourceRead, there, here } = scene;
  const problem = problemOf(there, sourceRead);
  if (problem !== null) {
    const split = `if ${there} is alive, or comes back, it takes writes while ${here} does too (split brain), and those writes are lost when the roles are put right.`;
    return [
      `${problem} So the bot can't fence it, and a step asks a person to, or to accept that nobody does: ${split} Stop its service as soon as it answers.`,
    ];
  }
  const byHand = personFences(scene);
  if (byHand !== null) return [byHand];
  // What to do instead of stopping a primary that works is for the plan of the failover to say.
  if (writableOf(sourceRead) === 'yes') return [];
  return [`${there} answers and takes no writes now, so it needs no fence; nothing here keeps somebody from starting it again.`];
}

/** What a promotion ends, and what CockroachDB leaves to people after it. `toTime`: to another time than the latest. */
export function promotionWarnings(scene: Scene, toTime = false): readonly string[] {
  const { link, there } = scene;
  return [
    ...newerWarnings(scene),
    ...unseenVersion(there, link.settings.virtualCluster, scene.sourceRead),
    ...readerWarnings(scene, toTime),
    ...pastWarnings(scene, toTime),
    ...feedWarnings(scene),
  ];
}

/** What runs by itself, one by one where it could be read; what holds for all of them else. */
function feedWarnings({ link, here, there, follower, source, sourceRead }: Scene): readonly string[] {
  const lines = promotedFeeds(link, here, follower.read, source, sourceRead);
  const old = `Schedules of backups that were made before v23.2, and of changefeeds before v24.2, do not pause: pause them by hand.`;
  if (sourceRead.kind === 'read' && sourceRead.feeds != null)
    return [...lines, ...(sourceRead.feeds.backups.length + sourceRead.feeds.feedSchedules.length > 0 ? [old] : [])];
  return [
    ...lines,
    `Backup schedules pause on ${here} when it is promoted: once ${there} no longer writes to the same collection, run RESUME SCHEDULE for each in ${link.settings.virtualCluster} (SHOW SCHEDULES lists them). Changefeeds end there and have to be made anew. ${old}`,
  ];
}

/** A time past on a side that was rewound could not be reached before 24.2, and no read shows that it was. */
const pastWarnings = ({ link, follower: { read }, here }: Scene, toTime: boolean): readonly string[] =>
  toTime && !isAtLeast(read.release, 24, 2) && isAtLeast(read.release, 24, 1)
    ? [
        `If ${here} came to follow by a failback, ${read.release.text} may fail to go to a time: /repl failover ${link.id} --to latest is safe there.`,
      ]
    : [];

/** Whether the side that is to be promoted runs a newer major than the other, so that the other can't follow it. */
export const isNewer = ({ follower, sourceRead }: Scene): boolean =>
  sourceRead.kind === 'read' && compareMajors(majorOf(follower.read.release), majorOf(sourceRead.release)) > 0;

function newerWarnings(scene: Scene): readonly string[] {
  const { link, follower, sourceRead, here, there } = scene;
  if (sourceRead.kind !== 'read' || !isNewer(scene)) return [];
  return [
    `${here} runs ${follower.read.release.text}, newer than ${sourceRead.release.text} on ${there}: once ${here} is promoted, ${there} can't follow it until it is upgraded too, so neither /repl failback ${link.id} nor a rebuild is possible before that.`,
  ];
}

/** From 25.4 on a promotion drops the reader; before that only one to a time does, and otherwise it stays as it is. */
function readerWarnings({ link, follower, here }: Scene, toTime: boolean): readonly string[] {
  const { reader, release } = follower.read;
  if (reader == null) return [];
  const name = readerName(link.settings.virtualCluster);
  return toTime || isAtLeast(release, 25, 4)
    ? [`The promotion drops ${name} on ${here}: applications that read from it are cut off, so redirect them to ${here} itself.`]
    : [
        `${name} stays on ${here} and stands still at the promotion: applications that read from it get old data until /repl reader ${link.id} off closes it.`,
      ];
}
