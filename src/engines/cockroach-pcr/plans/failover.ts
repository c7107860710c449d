import type { Operation } from '../../../domain/operation.ts';
import type { Estimate } from '../../../domain/plan.ts';
import { type Refusal, refuse } from '../../../domain/refusal.ts';
import { type Micros, microsOfMs, msOfMicros } from '../../cockroach/times.ts';
import { changeStep, lookStep, type Outline } from '../../frame/drafts.ts';
import { actsFor } from '../acts.ts';
import {
  afterPromotion,
  fenceSteps,
  fenceWarnings,
  promotionWarnings,
  serviceBudgetMs,
  servingSteps,
  usualPromotionMs,
} from '../failover-steps.ts';
import { insteadOf } from '../instead.ts';
import { microsOf } from '../phase.ts';
import { copyAgeMs, type Scene } from '../scene.ts';
import { isFedSeen } from '../unfed.ts';
import { lateWarnings, serveRefusal } from '../versions.ts';
import { pausedWords, spell, spellTime } from '../words.ts';
import { aheadRefusal, planAhead } from './ahead.ts';
import { planContinue } from './continue.ts';

type Failover = Extract<Operation, { kind: 'failover' }>;

/** While a stream runs, its lag goes up and down by this much between two reports of the replicated time, ms. */
const strideMs = 30_000;

/** Plans a failover in whatever state the follower is: also one that somebody began before. Pure. */
export function planFailover(operation: Failover, scene: Scene): Outline | Refusal {
  const { follower } = scene;
  const refusal = isPast(operation, scene) ? null : serveRefusal('failover', scene);
  if (refusal !== null) return refusal;
  if (follower.phase === 'reverting' || follower.phase === 'ready') return planContinue(operation, scene);
  const ageMs = copyAgeMs('failover', scene);
  if (typeof ageMs !== 'number') return ageMs;
  const pending = microsOf(follower.vc.failover);
  // A paused stream may have a failover ahead of it as well.
  return pending === null ? planFresh(operation, scene, ageMs, null) : planPending(operation, scene, ageMs, pending);
}

function planFresh(operation: Failover, scene: Scene, ageMs: number, replaces: string | null): Outline | Refusal {
  const { to } = operation;
  if (to.kind === 'time' && isAhead(microsOfMs(to.at), scene)) {
    if (microsOfMs(to.at) > BigInt(scene.follower.read.now)) return planAhead({ at: to.at, ask: true, replaces }, scene);
    // It has passed, and is on its way: the database promotes to it as soon as the standby gets there.
    const refusal = aheadRefusal({ at: to.at, ask: true }, scene);
    if (refusal !== null) return refusal;
  }
  return outsideWindow(operation, scene) ?? promote(operation, scene, ageMs, replaces);
}

/** Whether it has not been replicated yet. */
const isAhead = (at: Micros, { follower }: Scene): boolean => {
  const newest = microsOf(follower.vc.replicated);
  return newest !== null && at > newest;
};

/** As of a time past the virtual cluster may not have been upgraded yet, so that it can be served. */
const isPast = ({ to }: Failover, scene: Scene): boolean =>
  to.kind === 'time' && scene.follower.phase !== 'ready' && scene.follower.phase !== 'reverting' && !isAhead(microsOfMs(to.at), scene);

/** COMPLETE may be sent again while one is pending: it moves the time, and LATEST takes what is there. */
function planPending(operation: Failover, scene: Scene, ageMs: number, pending: Micros): Outline | Refusal {
  const { to } = operation;
  const same = to.kind === 'time' && microsOfMs(to.at) === pending;
  if (!isAhead(pending, scene)) {
    // It has all that it waits for, so it begins by itself any moment, unless its job is paused.
    if (scene.follower.phase === 'pending') return planContinue(operation, scene);
    return planFresh(operation, scene, ageMs, same ? null : String(pending));
  }
  if (same) return planAhead({ at: to.at, ask: false, replaces: null }, scene);
  return planFresh(operation, scene, ageMs, String(pending));
}

function promote(operation: Failover, scene: Scene, ageMs: number, replaces: string | null): Outline {
  const { link, follower, here, there } = scene;
  const acts = actsFor(link.settings);
  const to = operation.to.kind === 'latest' ? 'the latest replicated time' : spellTime(microsOfMs(operation.to.at));
  return {
    summary: `Promote ${here} to ${to} and let it take over from ${there}.`,
    steps: [
      lookStep(acts.takeStock(follower.side, operation.to, replaces, isFedSeen(scene)), serviceBudgetMs),
      ...fenceSteps(scene, acts),
      changeStep(acts.completeReplication(follower.side, operation.to, false, { replaces }), serviceBudgetMs, afterPromotion, {
        pointOfNoReturn: true,
      }),
      ...servingSteps(scene, acts),
    ],
    predictedLoss: lossOf(operation, scene, ageMs),
    predictedDowntime: downtimeOf(operation, here),
    warnings: [
      ...insteadOf(operation, scene, ageMs),
      ...(replaces === null ? [] : [`This takes the place of the failover of ${here} that is pending for ${spellTime(replaces)}.`]),
      ...fenceWarnings(scene),
      ...newerWarnings(scene),
      ...lateWarnings(scene),
      ...stateWarnings(scene),
      ...promotionWarnings(scene, operation.to.kind === 'time'),
    ],
  };
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
  return null;
}

function lossOf({ to }: Failover, { follower, here, there }: Scene, ageMs: number): Estimate {
  const from = `${there} → ${here}`;
  if (to.kind === 'latest') {
    const moves = follower.phase === 'following' || follower.phase === 'pending';
    const ms = moves ? ageMs + strideMs : ageMs;
    const until = `${here} has everything up to ${spellTime(follower.vc.replicated)}`;
    return {
      ms,
      words: moves
        ? `At most ${spell(ms)} of writes that had not crossed ${from}: ${until}. It is more if ${there} goes on taking writes.`
        : `The last ${spell(ms)} of writes, which had not crossed ${from}: ${until}. It grows for as long as ${there} takes writes.`,
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

/** Only where it is to a time past; to any other one it is refused. */
function newerWarnings(scene: Scene): readonly string[] {
  const newer = serveRefusal('failover', scene);
  if (newer === null || scene.sourceRead.kind !== 'read') return [];
  const { here, sourceRead, link } = scene;
  return [
    `${link.settings.virtualCluster} has the active version ${sourceRead.appVersion} by now, newer than ${scene.follower.read.activeVersion} on ${here}: it starts on ${here} only if it was not upgraded yet at that time. ${newer.next}`,
  ];
}

function stateWarnings({ follower, here }: Scene): readonly string[] {
  if (follower.phase === 'paused') return [`On ${here}, ${pausedWords(follower.vc)}: everything written since the pause is lost.`];
  if (follower.phase === 'gave-up' || follower.phase === 'retrying')
    return [`Replication into ${here} is in trouble; the promotion takes what has arrived.`];
  return [];
}
