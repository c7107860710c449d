import { isRefusal, type Refusal } from '../../../domain/refusal.ts';
import { changeStep, lookStep, noUndo, type Outline } from '../../frame/drafts.ts';
import { actsFor } from '../acts.ts';
import type { CcdrLink } from '../config.ts';
import { dropBudgetMs, lookBudgetMs } from '../creation.ts';
import type { CcdrDetail } from '../detail.ts';
import { identityOf } from '../identity.ts';
import { sceneOf, unled } from '../scene.ts';
import { problemOf } from '../words.ts';

/** Plans to drop the replica. The side that is followed is not touched. Pure. */
export function planTeardown(link: CcdrLink, detail: CcdrDetail): Outline | Refusal {
  const scene = sceneOf('teardown', link, detail);
  if (isRefusal(scene)) return scene;
  const { follower, here, there, sourceRead } = scene;
  const refusal = unled('teardown', link, here, follower.read);
  if (refusal !== null) return refusal;
  const acts = actsFor(link.settings);
  const { view } = follower;
  const on = { database: view.name, of: identityOf(view) };
  const deaf = problemOf(there, sourceRead);
  const aliases = view.aliases.length === 0 ? [] : [`Its aliases (${view.aliases.join(', ')}) are dropped with it.`];
  return {
    summary: `Drop the replica ${view.name} on ${here}; ${there} goes on alone.`,
    steps: [
      lookStep(acts.savePrivileges(follower.side, on), lookBudgetMs),
      changeStep(
        acts.drop(follower.side, on, { remains: 'destroy', otherServes: true }),
        dropBudgetMs,
        noUndo('What is dropped is gone; a setup copies everything anew.'),
        { pointOfNoReturn: true },
      ),
    ],
    predictedLoss: { ms: 0, words: `Nothing of ${there} is lost; the copy on ${here} is.` },
    predictedDowntime: { ms: 0, words: `None for writes; applications that read on ${here} are cut off.` },
    warnings: [
      `After this there is no second copy: if ${there} is lost, only a backup brings the data back.`,
      ...(deaf === null ? [] : [`${deaf} The drop waits until ${there} answers and takes writes, since the replica may be the only copy.`]),
      `Privileges on ${view.name} of ${here} vanish with it; the run records them before.`,
      ...aliases,
    ],
  };
}
