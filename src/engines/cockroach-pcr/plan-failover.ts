import type { Operation } from '../../domain/operation.ts';
import type { Estimate } from '../../domain/plan.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';
import { microsOfMs, msOfMicros } from '../cockroach/times.ts';
import { isAtLeast } from '../cockroach/version.ts';
import { type Acts, actsFor, changeStep, type Draft, lookStep, noUndo, personStep, redirectAct, undoBy } from './acts.ts';
import { microsOf, writableOf } from './detail.ts';
import { copyAgeMs, type Outline, promotionUnderWay, type Scene } from './scene.ts';
import { problemOf, spell, spellTime } from './words.ts';

type Failover = Extract<Operation, { kind: 'failover' }>;

/** Starting or stopping a service, setting a setting: seconds, with room for a slow cluster. */
const serviceBudgetMs = 120_000;
/** A promotion to the latest time normally ends within 5 minutes; going further back takes longer. */
const promotionBudgetMs = 30 * 60_000;
export const usualPromotionMs = 5 * 60_000;

/** While a stream runs, its lag goes up and down by this much between two reports of the replicated time, ms. */
const strideMs = 30_000;

export const afterPromotion = noUndo('After the promotion there is no way back; the roles return by a failback.');

export function planFailover(operation: Failover, scene: Scene): Outline | Refusal {
  const underWay = promotionUnderWay('failover', scene);
  if (underWay !== null) return underWay;
  const ageMs = copyAgeMs('failover', scene);
  if (typeof ageMs !== 'number') return ageMs;
  const outside = outsideWindow(operation, scene);
  if (outside !== null) return outside;
  const { link, follower, here, there } = scene;
  const acts = actsFor(link.settings);
  const to = operation.to.kind === 'latest' ? 'the latest replicated time' : spellTime(microsOfMs(operation.to.at));
  return {
    summary: `Promote ${here} to ${to} and let it take over from ${there}.`,
    steps: [
      ...fenceSteps(scene, acts),
      changeStep(acts.completeReplication(follower.side, operation.to, false), serviceBudgetMs, afterPromotion, { pointOfNoReturn: true }),
      ...servingSteps(scene, acts),
    ],
    predictedLoss: lossOf(operation, scene, ageMs),
    predictedDowntime: downtimeOf(operation, here),
    warnings: [...fenceWarnings(scene), ...stateWarnings(scene), ...jobWarnings(here)],
  };
}

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

function fenceSteps(scene: Scene, acts: Acts): readonly Draft[] {
  const { source, sourceRead } = scene;
  if (writableOf(sourceRead) !== 'yes') return [];
  return [
    ...clearDefaultTarget(scene, acts, serviceBudgetMs, 'halt'),
    changeStep(acts.stopService(source), serviceBudgetMs, undoBy(acts.startService(source, 'restart'))),
  ];
}

function outsideWindow({ to, link }: Failover, { follower, here }: Scene): Refusal | null {
  if (to.kind === 'latest') return null;
  const at = microsOfMs(to.at);
  const oldest = microsOf(follower.vc.retained);
  const newest = microsOf(follower.vc.replicated);
  const window = `${here} can be promoted to any time from ${spellTime(oldest)} to ${spellTime(newest)}`;
  if (oldest === null || at < oldest) {
    return refuse(
      'bad-input',
      `${spellTime(at)} is before the oldest time that ${here} still keeps, so no failover of ${link} to it is possible.`,
      `${window}.`,
    );
  }
  if (newest === null || at > newest) {
    return refuse(
      'bad-input',
      `${spellTime(at)} is later than what has been replicated to ${here}, so no failover of ${link} to it is possible.`,
      `${window}; --to latest takes the newest.`,
    );
  }
  return null;
}

function lossOf({ to }: Failover, { follower, here, there }: Scene, ageMs: number): Estimate {
  const from = `${there} → ${here}`;
  if (to.kind === 'latest') {
    const ms = follower.phase === 'following' ? ageMs + strideMs : ageMs;
    const until = `${here} has everything up to ${spellTime(follower.vc.replicated)}`;
    return {
      ms,
      words: `At most the writes of ${spell(ms)} that had not crossed ${from}: ${until}. It is more if ${there} goes on taking writes.`,
    };
  }
  const ms = Math.max(0, msOfMicros(BigInt(follower.read.now)) - to.at);
  return {
    ms,
    words: `Every write of the last ${spell(ms)}: all that ${there} took after ${spellTime(microsOfMs(to.at))} is given up (${from}).`,
  };
}

const downtimeOf = ({ to }: Failover, here: string): Estimate =>
  to.kind === 'latest'
    ? {
        ms: usualPromotionMs,
        words: `A promotion to the latest time normally ends within ${spell(usualPromotionMs)}; then the service of ${here} starts, and people redirect the traffic.`,
      }
    : { ms: null, words: `How long ${here} takes to go back in time depends on how much was written since, so it can't be predicted.` };

function fenceWarnings({ sourceRead, there, here }: Scene): readonly string[] {
  const problem = problemOf(there, sourceRead);
  if (problem !== null) {
    return [
      `${problem} So it can't be fenced: if ${there} is alive, or comes back, it takes writes while ${here} does too (split brain), and those writes are lost when the roles are put right. Keep applications away from ${there}, and stop its service as soon as it answers.`,
    ];
  }
  if (writableOf(sourceRead) === 'yes') return [`${there} answers and takes writes: a switchover would lose nothing.`];
  return [`${there} answers and takes no writes now, so it needs no fence; nothing here keeps somebody from starting it again.`];
}

function stateWarnings({ follower, here }: Scene): readonly string[] {
  if (follower.phase === 'paused') return [`Replication into ${here} is paused by hand: everything written since the pause is lost.`];
  if (follower.phase === 'gave-up' || follower.phase === 'retrying')
    return [`Replication into ${here} is in trouble; the promotion takes what has arrived.`];
  return [];
}

/** What CockroachDB leaves to people after any promotion. */
export function jobWarnings(here: string): readonly string[] {
  return [`Backup schedules are paused and changefeeds stop on ${here} when it is promoted: resume or re-create them afterwards.`];
}
