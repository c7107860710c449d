import { isRefusal, type Refusal } from '../../../domain/refusal.ts';
import { changeStep, lookStep, notNow, noUndo, type Outline } from '../../frame/drafts.ts';
import { actsFor } from '../acts.ts';
import { copyAgeMs, promotionUnderWay, type Scene } from '../scene.ts';
import { phaseWords, problemOf } from '../words.ts';

/** Both sides are read whole: hours for terabytes, ms. */
const budgetMs = 12 * 3_600_000;
const compareMs = 6 * 3_600_000;
const takeMs = 5 * 60_000;

/** Fingerprints of one virtual cluster are compared, by one name. */
function unlikeNames({ link, follower, sourceRead, here, there }: Scene): Refusal | null {
  const { sourceName } = follower.vc;
  const name = sourceRead.kind === 'read' && sourceRead.flat === true ? 'system' : (sourceName ?? link.settings.virtualCluster);
  if (name === link.settings.virtualCluster) return null;
  return notNow(
    `${link.settings.virtualCluster} on ${here} is a copy of ${name} on ${there}, and content is compared only under one name, so no verify of ${link.id} can be planned.`,
    `Compare single tables by hand: SHOW EXPERIMENTAL_FINGERPRINTS FROM TABLE … AS OF SYSTEM TIME, at one time on both sides.`,
  );
}

/** Plans to compare the content of both sides as of one time. Pure. */
export function planVerify(scene: Scene): Outline | Refusal {
  const { link, follower, here, there, sourceRead } = scene;
  const underWay = promotionUnderWay('verify', scene);
  if (underWay !== null) return underWay;
  const problem = problemOf(there, sourceRead);
  if (problem !== null) return notNow(`${problem} A verify of ${link.id} needs both sides.`, `Make ${there} reachable, then ask again.`);
  const unlike = unlikeNames(scene);
  if (unlike !== null) return unlike;
  const ageMs = copyAgeMs('verify', scene);
  if (isRefusal(ageMs)) return ageMs;
  if (follower.phase !== 'following') {
    return notNow(
      `On ${here}, ${phaseWords[follower.phase]}, so ${there} may no longer have the time that ${here} stands at.`,
      `Let ${here} follow again, then ask for a verify of ${link.id}.`,
    );
  }
  const acts = actsFor(link.settings);
  const compare = changeStep(acts.compareCopies(follower.side), budgetMs, noUndo('It changes nothing.'));
  return {
    summary: `Compare ${link.settings.virtualCluster} on ${here} with ${there} as of the newest time that ${here} has. Nothing is changed.`,
    steps: [lookStep(acts.takeTime(follower.side), takeMs), { ...compare, performMs: compareMs }],
    predictedLoss: { ms: 0, words: 'Nothing is lost; this only reads.' },
    predictedDowntime: { ms: 0, words: 'Applications go on, but may become slower while everything is read.' },
    warnings: [
      `Every row on ${here} and on ${there} is read, which loads both clusters and can take hours.`,
      `Both sides keep old versions of rows for a while only (4 h unless somebody set gc.ttlseconds); a comparison that takes longer than that comes to no end.`,
      `While it runs, no other run of ${link.id} can start; cancel it if a failover is needed.`,
    ],
  };
}
