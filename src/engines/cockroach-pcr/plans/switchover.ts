import type { Operation } from '../../../domain/operation.ts';
import type { Estimate } from '../../../domain/plan.ts';
import { type Refusal, refuse } from '../../../domain/refusal.ts';
import { changeStep, type Draft, lookStep, notNow, noUndo, type Outline, undoBy } from '../../frame/drafts.ts';
import { type Acts, actsFor } from '../acts.ts';
import { afterPromotion, clearDefaultTarget, isNewer, promotionWarnings, servingSteps, usualPromotionMs } from '../failover-steps.ts';
import { sourceElsewhere } from '../fence-need.ts';
import { phaseOf, writableOf } from '../phase.ts';
import { copyAgeMs, promotionUnderWay, type Scene } from '../scene.ts';
import { isFedSeen, unfedBy, unfedNext } from '../unfed.ts';
import { serveRefusal } from '../versions.ts';
import { phaseWords, problemOf, spell } from '../words.ts';

type Asked = Extract<Operation, { kind: 'switchover' }>;
type Switchover = Required<Asked>;

/** Longest write stop when nobody says another, ms. */
const usualWriteStopMs = 60_000;

/** How long the standby may take to show that it keeps up, before anything is touched, ms. */
const proofBudgetMs = 180_000;
/** Asking for the promotion is answered at once; the write stop can't be taken back any more then, ms. */
const promoteBudgetMs = 60_000;
/** Shorter write stops can't be kept: a standby reports how far it is every 10 s only, ms. */
const leastWriteStopMs = 5_000;

/** A healthy standby's lag goes up and down below this; the first step waits for a moment at which it is within the bound, ms. */
const usualLagMs = 60_000;

/** How the time of the write stop is shared by the steps before the promotion. Sums to at most `maxWriteStopMs`. */
export function sharesOf(maxWriteStopMs: number) {
  const part = (percent: number) => Math.floor((maxWriteStopMs * percent) / 100);
  return { setting: part(5), stop: part(25), catchUp: part(70) };
}

export function planSwitchover(asked: Asked, scene: Scene): Outline | Refusal {
  const operation = { ...asked, maxWriteStopMs: asked.maxWriteStopMs ?? usualWriteStopMs };
  const refusal = promotionUnderWay('switchover', scene) ?? sourceRefusal(scene) ?? serveRefusal('switchover', scene);
  if (refusal !== null) return refusal;
  const lagMs = copyAgeMs('switchover', scene);
  if (typeof lagMs !== 'number') return lagMs;
  const notReady = followerRefusal(operation, scene, lagMs);
  if (notReady !== null) return notReady;
  const { link, here, there } = scene;
  const acts = actsFor(link.settings);
  const isStopped = stoppedByHand(scene);
  return {
    summary: isStopped
      ? `Wait until ${here} has everything that ${there} took before it was stopped, promote ${here} and let it take over.`
      : `Stop writes on ${there}, wait until ${here} has all of them, promote ${here} and let it take over.`,
    steps: [...stopSteps(operation, scene, acts), ...servingSteps(scene, acts)],
    predictedLoss: { ms: 0, words: `Nothing: ${here} is promoted only after it has every write that ${there} took (${there} → ${here}).` },
    predictedDowntime: downtimeOf(operation, here, lagMs),
    warnings: [
      isStopped
        ? `The service of ${there} was stopped before this, by hand. If ${here} has not caught up within ${spell(operation.maxWriteStopMs)}, this run ends and leaves it stopped; START SERVICE SHARED lets ${there} go on.`
        : `Writes stay stopped at most ${spell(operation.maxWriteStopMs)} before the promotion; if ${here} has not caught up by then, ${there} goes on by itself.`,
      ...promotionWarnings(scene),
      isNewer(scene)
        ? `After this nothing protects ${here} until ${there} is upgraded and /repl failback ${link.id} makes it follow; ${there} stays stopped.`
        : `After this nothing protects ${here} until replication is set up in the other direction (/repl failback ${link.id}); ${there} stays stopped.`,
    ],
  };
}

/**
 * COMPLETE … TO LATEST, not TO SYSTEM TIME of the cut. The cut is read from the primary after its service is proven to be stopped,
 * and the step before has seen a replicated time at or past it. From then on the standby can only hold more, and there is no more:
 * LATEST promotes to a time at or past the cut with the same data. It needs no value that a crash could lose, and it works when the
 * primary dies in between.
 */
function stopSteps({ maxWriteStopMs }: Switchover, scene: Scene, acts: Acts): readonly Draft[] {
  const { follower, source } = scene;
  const share = sharesOf(maxWriteStopMs);
  const restart = stoppedByHand(scene)
    ? noUndo(`${scene.there} was stopped before this run, and is left so.`)
    : undoBy(acts.startService(source, 'restart'));
  return [
    lookStep(acts.proveCatchUp(follower.side, share.catchUp, isFedSeen(scene)), proofBudgetMs),
    ...clearDefaultTarget(scene, acts, share.setting, 'undo'),
    changeStep(acts.stopService(source), share.stop, restart, { onLate: 'undo' }),
    lookStep(acts.awaitCut(follower.side), share.catchUp, 'undo'),
    changeStep(acts.completeReplication(follower.side, { kind: 'latest' }, true), promoteBudgetMs, afterPromotion, {
      pointOfNoReturn: true,
    }),
  ];
}

function sourceRefusal(scene: Scene): Refusal | null {
  const { link, sourceRead, there, here } = scene;
  const problem = problemOf(there, sourceRead);
  if (problem !== null) {
    return notNow(`${problem} A switchover of ${link.id} needs both sides.`, `If ${there} is lost, ask for a failover of ${link.id}.`);
  }
  const elsewhere = sourceElsewhere(scene);
  if (elsewhere !== null) {
    return notNow(
      `${here} copies ${elsewhere} of ${there}, while the config of ${link.id} names ${link.settings.virtualCluster}: what the bot would stop is not what applications write to.`,
      'Correct virtualCluster in the config; where the virtual clusters have different names, only a failover is possible, in which a person stops the applications.',
    );
  }
  const unfed = unfedBy(scene);
  if (unfed !== null) {
    return notNow(
      `${unfed} A switchover of ${link.id} would stop ${there} and promote what may not be its copy, so none is planned.`,
      unfedNext(link.id, here, there),
    );
  }
  if (writableOf(sourceRead) === 'yes' || stoppedByHand(scene)) return null;
  return notNow(
    `Applications can't write on ${there} now, so there is nothing to switch over.`,
    `Start the service on ${there} first, or ask for a failover of ${link.id}.`,
  );
}

/** Somebody has stopped the primary already, as the manual's own procedure begins: what it took before is still to cross. */
const stoppedByHand = ({ sourceRead }: Scene): boolean =>
  sourceRead.kind === 'read' && phaseOf(sourceRead.vc) === 'ready' && sourceRead.vc?.service === 'none';

function followerRefusal({ maxWriteStopMs }: Switchover, { link, follower, here }: Scene, lagMs: number): Refusal | null {
  if (maxWriteStopMs < leastWriteStopMs) {
    return refuse(
      'bad-input',
      `A write stop of at most ${spell(maxWriteStopMs)} is too short for ${link.id}: a healthy standby reports how far it is every 10 s only.`,
      `Allow at least ${spell(leastWriteStopMs)}.`,
    );
  }
  if (follower.phase !== 'following') {
    return notNow(
      `On ${here}, ${phaseWords[follower.phase]}, so a switchover of ${link.id} would not be without loss.`,
      follower.phase === 'retrying'
        ? 'Mend what keeps replication from going on, then ask again.'
        : `Ask for a resume of ${link.id} first.`,
    );
  }
  const boundMs = sharesOf(maxWriteStopMs).catchUp;
  if (lagMs <= Math.max(boundMs, usualLagMs)) return null;
  return notNow(
    `${here} is ${spell(lagMs)} behind, and of a write stop of ${spell(maxWriteStopMs)} only ${spell(boundMs)} are for catching up.`,
    'Wait until the lag is smaller, or allow a longer write stop.',
  );
}

/** The replicated time moves in strides of about 10 s, so catching up takes the lag and a stride. */
function downtimeOf({ maxWriteStopMs }: Switchover, here: string, lagMs: number): Estimate {
  const catchUpMs = Math.min(maxWriteStopMs, lagMs + 20_000);
  return {
    ms: catchUpMs + usualPromotionMs,
    words: `Catching up takes about ${spell(catchUpMs)} (at most ${spell(maxWriteStopMs)}); the promotion of ${here} normally ends within ${spell(usualPromotionMs)}; then people redirect the traffic.`,
  };
}
