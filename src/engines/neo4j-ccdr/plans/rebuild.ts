import { isRefusal, type Refusal } from '../../../domain/refusal.ts';
import { notNow, type Outline } from '../../frame/drafts.ts';
import { actsFor } from '../acts.ts';
import type { CcdrLink } from '../config.ts';
import { aliasSteps, creatable, creationSteps } from '../creation.ts';
import type { CcdrDetail } from '../detail.ts';
import { identityOf } from '../identity.ts';
import { givingWay, privilegeSteps, replacementOn, replacementWarnings } from '../replacement.ts';
import { pairOf } from '../scene.ts';
import { isReplica } from '../state.ts';
import { trustSteps } from '../trust.ts';
import { notCopied, previewWarnings, seedWarnings } from '../warnings.ts';

/** Plans a new replica in the place of what can't follow any more: a fallen replica, or the old database of a side that was given up. Pure. */
export function planRebuild(link: CcdrLink, detail: CcdrDetail): Outline | Refusal {
  const pair = pairOf('rebuild', link, detail);
  if (isRefusal(pair)) return pair;
  const { target, targetRead, here, there, sourceView } = pair;
  if (targetRead.database === null) {
    return notNow(
      `There is nothing to replace on ${here}, so no rebuild of ${link.id} is needed.`,
      `/repl setup ${link.id} creates the replica.`,
    );
  }
  const form = creatable('rebuild', pair);
  if (isRefusal(form)) return form;
  const replacement = replacementOn('rebuild', link, target, targetRead);
  if (isRefusal(replacement)) return replacement;
  const acts = actsFor(link.settings);
  const { database, old } = replacement;
  const creation = { side: target, database, form, remote: sourceView.name, old: old?.name === database ? identityOf(old) : null };
  const was = old !== null && isReplica(old) ? 'the replica' : 'the old database';
  return {
    summary: `Replace ${was} on ${here} by a new replica of ${sourceView.name} on ${there}.`,
    steps: [
      ...trustSteps(link, detail, acts),
      ...givingWay(acts, replacement),
      ...creationSteps(link, acts, creation),
      ...aliasSteps(link, acts, target, targetRead, database, replacement.dropped ? (old?.name ?? null) : null),
      ...privilegeSteps(replacement, link.settings.alias, targetRead.grants),
    ],
    predictedLoss: lossOf(was, here, there),
    predictedDowntime: { ms: 0, words: `None: ${there} takes writes all the time; copying the store puts load on it.` },
    warnings: [
      `From the drop until the new replica is online nothing protects ${there}: have a fresh backup.`,
      ...replacementWarnings(replacement, link.settings.alias),
      ...previewWarnings(form),
      ...seedWarnings(form, link.settings[target]),
      ...notCopied(here),
    ],
  };
}

const lossOf = (was: string, here: string, there: string) =>
  was === 'the replica'
    ? { ms: 0, words: `Nothing: a replica has nothing of its own, and ${there} goes on as it is.` }
    : { ms: null, words: `What the old database on ${here} alone holds, as far as no dump of it is kept; how much that is is not known.` };
