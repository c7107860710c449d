import { otherSide } from '../../../domain/observation.ts';
import type { Operation } from '../../../domain/operation.ts';
import { type Refusal, refuse } from '../../../domain/refusal.ts';
import { type Micros, microsOfMs, msOfMicros } from '../../cockroach/times.ts';
import { isAtLeast } from '../../cockroach/version.ts';
import { type Draft, notNow, type Outline } from '../../frame/drafts.ts';
import { actsFor } from '../acts.ts';
import type { PcrLink } from '../config.ts';
import type { PcrDetail } from '../detail.ts';
import { afterPromotion, fenceSteps, fenceWarnings, promotionWarnings, servingSteps } from '../failover-steps.ts';
import { microsOf, phaseOf, writableOf } from '../phase.ts';
import { promotedLast } from '../promoted.ts';
import type { Scene } from '../scene.ts';
import { spell, spellTime } from '../words.ts';

type Failover = Extract<Operation, { kind: 'failover' }>;

/** While the other side goes on writing, completing an older promotion than this would throw away too much to be meant, ms. */
const staleMs = 24 * 3_600_000;

/** The point of no return is behind us before the first step: to let the old primary in again would make two sides writable. */
const withoutWayBack = (draft: Draft): Draft =>
  draft.undo.kind === 'act' || draft.undo === afterPromotion ? { ...draft, undo: afterPromotion, pointOfNoReturn: true } : draft;

/** Plans what is left of a promotion that has begun: it can't be called off, and somebody has to let the promoted side serve. Pure. */
export function planContinue({ to }: Failover, scene: Scene): Outline | Refusal {
  const { link, follower, here, there, sourceRead } = scene;
  const at = microsOf(follower.vc.failover) ?? microsOf(follower.vc.activated);
  if (to.kind === 'time' && at !== null && microsOfMs(to.at) !== at) {
    return notNow(
      `A failover of ${here} to ${spellTime(at)} ${follower.phase === 'ready' ? 'is over' : 'has begun'}, so ${link.id} can't be promoted to ${spellTime(microsOfMs(to.at))} any more.`,
      `/repl failover ${link.id} without --to completes the one that was begun.`,
    );
  }
  const acts = actsFor(link.settings);
  const done = follower.phase === 'ready' ? 'has been promoted but does not serve' : 'is being promoted already';
  return {
    summary: `Complete the failover to ${here} that was begun before: ${here} ${done}; let it take over from ${there}.`,
    steps: [...fenceSteps(scene, acts), ...servingSteps(scene, acts)].map(withoutWayBack),
    predictedLoss: lossSince(at, scene),
    predictedDowntime: {
      ms: null,
      words: `Until the promotion of ${here} is over and it serves: seconds to minutes; then people redirect the traffic.`,
    },
    warnings: [
      `Somebody began this failover before, by hand or by an earlier run: ${here} is promoted to ${spellTime(at)}, and that can't be changed any more.`,
      ...(writableOf(sourceRead) === 'yes'
        ? [`${there} still takes writes; all that it took after ${spellTime(at)} is given up when it is stopped.`, ...keeping(scene)]
        : fenceWarnings(scene)),
      ...promotionWarnings(scene),
    ],
  };
}

/** Where the promoted side has served nobody, making it follow again gives nothing up. */
function keeping({ link, follower: { phase, vc, read }, sourceRead, here, there }: Scene): readonly string[] {
  if (phase !== 'ready' || vc.service !== 'none' || sourceRead.kind !== 'read' || sourceRead.flat === true) return [];
  const rewinds = isAtLeast(read.release, 24, 1) && isAtLeast(sourceRead.release, 24, 1) && sourceRead.elsewhere === undefined;
  const operation = rewinds ? 'failback' : 'rebuild';
  return [
    `If ${here} has not served since, nothing need be lost: /repl ${operation} ${link.id} makes it follow ${there} again, which keeps all that ${there} took, and then /repl switchover ${link.id} swaps the roles.`,
  ];
}

function lossSince(at: Micros | null, { follower, sourceRead, here, there }: Scene): Outline['predictedLoss'] {
  const from = `${there} → ${here}`;
  if (at === null)
    return { ms: null, words: `To which time ${here} is promoted is not told, so what is lost can't be predicted (${from}).` };
  if (writableOf(sourceRead) === 'no') {
    return { ms: null, words: `What ${there} took after ${spellTime(at)}, until it was stopped (${from}); when that was is not known.` };
  }
  const ms = Math.max(0, msOfMicros(BigInt(follower.read.now) - at));
  return { ms, words: `Every write of the last ${spell(ms)}: all that ${there} took after ${spellTime(at)} is given up (${from}).` };
}

/**
 * The side that was promoted and left without service, as a scene; null when there is none, a refusal when completing it would discard
 * what applications have written for too long. Pure.
 */
export function leftBehind(link: PcrLink, detail: PcrDetail): Scene | Refusal | null {
  const last = promotedLast(detail);
  if (last === null) return null;
  const { side } = last;
  const read = detail[side];
  if (read.kind !== 'read' || read.vc === null || phaseOf(read.vc) !== 'ready' || read.vc.service !== 'none') return null;
  const source = otherSide(side);
  const sourceRead = detail[source];
  const scene: Scene = {
    link,
    follower: { side, read, vc: { ...read.vc, activated: String(last.at) }, phase: 'ready' },
    here: link.settings[side].cluster,
    source,
    sourceRead,
    there: link.settings[source].cluster,
  };
  const ageMs = msOfMicros(BigInt(read.now) - last.at);
  if (writableOf(sourceRead) !== 'yes' || ageMs < staleMs) return scene;
  return refuse(
    'not-possible-now',
    `${scene.here} was promoted ${spell(ageMs)} ago (${spellTime(last.at)}) and never put to use, while ${scene.there} has taken the writes: a failover of ${link.id} would discard all of them.`,
    `If ${scene.there} is the good copy, /repl failback ${link.id} or /repl rebuild ${link.id} makes ${scene.here} follow it. If it really is ${scene.here}, stop ${scene.there} and start ${scene.here} by hand.`,
  );
}
