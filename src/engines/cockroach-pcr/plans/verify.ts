import { isRefusal, type Refusal } from '../../../domain/refusal.ts';
import { systemInterface } from '../../cockroach/session.ts';
import { changeStep, lookStep, notNow, noUndo, type Outline } from '../../frame/drafts.ts';
import { actsFor } from '../acts.ts';
import { copyAgeMs, promotionUnderWay, type Scene } from '../scene.ts';
import { phaseWords, problemOf } from '../words.ts';

/** Both sides are read whole: hours for terabytes, ms. */
const budgetMs = 12 * 3_600_000;
const compareMs = 6 * 3_600_000;
const takeMs = 5 * 60_000;

/** What the follower is a copy of: its name may be another one. */
const sourceNameOf = ({ link, follower, sourceRead }: Scene): string =>
  sourceRead.kind === 'read' && sourceRead.flat === true ? systemInterface : (follower.vc.sourceName ?? link.settings.virtualCluster);

/** A control plane has a fingerprint of its own, which is not that of a copy of it. */
function flatRefusal({ link, here, there }: Scene, source: string): Refusal | null {
  if (source !== systemInterface) return null;
  return notNow(
    `${link.settings.virtualCluster} on ${here} is a copy of ${source} on ${there}, and whole virtual clusters are compared only where the source is not ${source}, so no verify of ${link.id} can be planned.`,
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
  const source = sourceNameOf(scene);
  const flat = flatRefusal(scene, source);
  if (flat !== null) return flat;
  const ageMs = copyAgeMs('verify', scene);
  if (isRefusal(ageMs)) return ageMs;
  if (follower.phase !== 'following') {
    return notNow(
      `On ${here}, ${phaseWords[follower.phase]}, so ${there} may no longer have the time that ${here} stands at.`,
      `Let ${here} follow again, then ask for a verify of ${link.id}.`,
    );
  }
  const acts = actsFor(link.settings);
  const compare = changeStep(acts.compareCopies(follower.side, source), budgetMs, noUndo('It changes nothing.'));
  return {
    summary: `Compare ${link.settings.virtualCluster} on ${here} with ${source === link.settings.virtualCluster ? '' : `${source} on `}${there} as of the newest time that ${here} has. Nothing is changed.`,
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
