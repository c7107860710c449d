import type { Estimate } from '../../../domain/plan.ts';
import type { Refusal } from '../../../domain/refusal.ts';
import { changeStep, lookStep, notNow, noUndo, type Outline, undoBy } from '../../frame/drafts.ts';
import { actsFor } from '../acts.ts';
import { expiresInMs, isAhead } from '../phase.ts';
import { promotionUnderWay, type Scene } from '../scene.ts';
import { windowMsOf } from '../window.ts';
import { causeOf, pausedWords, problemOf, spell, spellTime } from '../words.ts';

/** A pause or a resume is answered at once and takes effect within seconds. */
const budgetMs = 120_000;
/** A stream that stood still has to connect and to send before it is seen to move; one that then runs is left to itself, ms. */
const patienceMs = 5 * 60_000;
/** One that does not run by then is for people, ms. */
const proofBudgetMs = 10 * 60_000;

const noLoss = (here: string): Estimate => ({ ms: 0, words: `Nothing is lost; ${here} only falls behind while it is paused.` });
const noDowntime: Estimate = { ms: 0, words: 'Applications are not affected.' };

export function planPause(scene: Scene): Outline | Refusal {
  const { link, follower, sourceRead, here, there } = scene;
  const { phase, side } = follower;
  // A failover that waits for its time can be held by a pause; one that has begun can't.
  const underWay = phase === 'pending' && isAhead(follower.vc) ? null : promotionUnderWay('pause', scene);
  if (underWay !== null) return underWay;
  if (phase === 'paused' || phase === 'gave-up') {
    const how = phase === 'paused' ? 'is paused already' : 'has paused itself after an error already';
    return notNow(`Replication ${there} → ${here} ${how}, so there is nothing to pause.`, `To go on, ask for a resume of ${link.id}.`);
  }
  const acts = actsFor(link.settings);
  return {
    summary: `Pause replication ${there} → ${here}.`,
    steps: [changeStep(acts.pause(side), budgetMs, undoBy(acts.resume(side)))],
    predictedLoss: noLoss(here),
    predictedDowntime: noDowntime,
    warnings: [
      ...alreadyRunning(scene),
      `${there} keeps the history that ${here} needs for ${spell(windowMsOf(link.settings, follower.read, sourceRead))} only (unless that window was changed): a pause that lasts longer can't be resumed, and the link has to be rebuilt.`,
      `While replication is paused, a failover loses everything written since the pause.`,
      ...(phase === 'pending'
        ? [
            `The failover to ${spellTime(follower.vc.failover)} is only held: it goes on when ${here} is resumed, and can be moved by another /repl failover ${link.id}.`,
          ]
        : []),
    ],
  };
}

/** While the source can't be asked, the stream stands still, whether or not it is paused. */
function alreadyRunning({ link, sourceRead, follower, here, there }: Scene): readonly string[] {
  const problem = problemOf(there, sourceRead);
  return problem === null
    ? []
    : [
        `${problem} So ${here} stands still already, at ${spellTime(follower.vc.replicated)}, and the ${spell(windowMsOf(link.settings, follower.read, sourceRead))} run from there, not from the pause.`,
      ];
}

export function planResume(scene: Scene): Outline | Refusal {
  const { link, follower, here, there } = scene;
  const { phase, side, vc } = follower;
  const underWay = promotionUnderWay('resume', scene);
  if (underWay !== null) return underWay;
  if (vc.job?.status === 'pause-requested') {
    return notNow(`The pause of ${there} → ${here} is still being carried out, so it can't be resumed yet.`, 'Ask again in a few seconds.');
  }
  if (phase !== 'paused' && phase !== 'gave-up') {
    return notNow(
      `Replication ${there} → ${here} is not paused, so there is nothing to resume.`,
      `/repl status ${link.id} shows what it does.`,
    );
  }
  const expired = expiredRefusal(scene);
  if (expired !== null) return expired;
  const acts = actsFor(link.settings);
  return {
    summary: `Resume replication ${there} → ${here}.`,
    steps: [
      // What catches up is not to be paused again by a run that is given up: the time for which it can be resumed runs on.
      changeStep(acts.resume(side), budgetMs, noUndo(`Once ${here} goes on, only /repl pause ${link.id} pauses it again.`), {
        pointOfNoReturn: true,
      }),
      ...(canBeSeen(scene) ? [lookStep(acts.proveCatchUp(side, Number.MAX_SAFE_INTEGER, false, patienceMs), proofBudgetMs)] : []),
    ],
    predictedLoss: { ms: 0, words: `Nothing is lost; ${here} catches up.` },
    predictedDowntime: noDowntime,
    warnings: resumeWarnings(scene),
  };
}

/**
 * Whether it is to be waited for that the stream moves. A first copy may take hours until it does, one without its source for ever, and
 * one with a failover ahead is promoted when it gets there.
 */
const canBeSeen = ({ follower: { vc }, sourceRead }: Scene): boolean =>
  vc.failover === null && vc.replicated !== null && sourceRead.kind === 'read';

/** Why a stream that stands still must not be let go on: it would end, and leave nothing that could be promoted. Null when it may. */
export function expiredRefusal(scene: Scene): Refusal | null {
  const { link, here, there } = scene;
  if (!hasExpired(scene)) return null;
  return notNow(
    `Replication ${there} → ${here} has stood still for too long: ${there} no longer keeps the history that ${here} needs.`,
    `/repl rebuild ${link.id} gives ${here} a new full copy. Until then ${here} can still be promoted to what it has.`,
  );
}

/** The source says whether it keeps the history; when it can't be asked, the usual window is all there is to go by. */
export function hasExpired({ link, follower, sourceRead }: Scene): boolean {
  if (sourceRead.kind === 'read' && (sourceRead.history === 'kept' || sourceRead.history === 'lost')) return sourceRead.history === 'lost';
  const left = expiresInMs(follower, windowMsOf(link.settings, follower.read, sourceRead));
  return left !== null && left <= 0;
}

function resumeWarnings({ follower, here, there, sourceRead }: Scene): readonly string[] {
  const gaveUp =
    follower.phase === 'gave-up'
      ? [
          `Replication paused itself after an error (${causeOf(follower.vc.job?.runningStatus)}); if the cause is still there it will do so again.`,
        ]
      : [];
  const unknown =
    follower.phase === 'paused' && follower.vc.job === null
      ? [`On ${here}, ${pausedWords(follower.vc)}; if it was an error that is still there, it pauses itself again.`]
      : [];
  const unseen = sourceRead.kind === 'read' ? [] : [`${there} can't be asked now; ${here} can only catch up once it reaches ${there}.`];
  const held =
    follower.vc.failover === null
      ? []
      : [
          `A failover of ${here} to ${spellTime(follower.vc.failover)} is asked for: once it follows again it is promoted when it gets there.`,
        ];
  return [...held, ...gaveUp, ...unknown, ...unseen];
}
