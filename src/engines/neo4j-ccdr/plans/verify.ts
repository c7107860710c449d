import { isRefusal, type Refusal } from '../../../domain/refusal.ts';
import { lookStep, notNow, type Outline } from '../../frame/drafts.ts';
import { actsFor } from '../acts.ts';
import type { CcdrLink } from '../config.ts';
import type { CcdrDetail } from '../detail.ts';
import { sceneOf } from '../scene.ts';
import { problemOf, spell } from '../words.ts';

/** For so long a moment is looked for at which nothing is written, ms. */
const patienceMs = 120_000;
/** The search for a moment without writes ends by itself well before; a worker that takes over begins it again, ms. */
const budgetMs = 15 * 60_000;

/** Plans a comparison of both sides. It changes nothing. Pure. */
export function planVerify(link: CcdrLink, detail: CcdrDetail): Outline | Refusal {
  const scene = sceneOf('verify', link, detail);
  if (isRefusal(scene)) return scene;
  const { follower, here, there, sourceRead, remote } = scene;
  const deaf = problemOf(there, sourceRead);
  if (deaf !== null) return notNow(`${deaf} A verify of ${link.id} needs both sides.`, `Ask again as soon as ${there} answers.`);
  if (follower.phase !== 'following') {
    return notNow(
      `No copy of ${follower.view.name} on ${here} is online, so there is nothing to compare.`,
      'Wait until the store is copied.',
    );
  }
  const acts = actsFor(link.settings);
  return {
    summary: `Count nodes and relationships on ${here} and ${there} by label and by type, at one transaction, and compare.`,
    steps: [lookStep(acts.compareCounts(follower.side, { database: follower.view.name, remote, patienceMs }), budgetMs)],
    predictedLoss: { ms: 0, words: 'Nothing is changed.' },
    predictedDowntime: { ms: 0, words: 'None; the counts are numbers that the servers keep, so nothing is scanned.' },
    warnings: [
      `Counts can only be compared while ${there} takes no write. A moment of quiet is looked for during ${spell(patienceMs)}; if there is none, the run ends with 'not comparable now': nothing is proven then, neither that they are equal nor that they differ.`,
      'Equal counts do not prove that every property is equal.',
    ],
  };
}
