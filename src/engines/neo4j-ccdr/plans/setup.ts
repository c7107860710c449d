import { isRefusal, type Refusal } from '../../../domain/refusal.ts';
import { notNow, type Outline } from '../../frame/drafts.ts';
import { actsFor } from '../acts.ts';
import type { CcdrLink } from '../config.ts';
import { aliasSteps, creatable, creationSteps } from '../creation.ts';
import type { CcdrDetail } from '../detail.ts';
import { isReplicaSide, type Pair, pairOf } from '../scene.ts';
import { trustSteps } from '../trust.ts';
import { notCopied, previewWarnings, seedWarnings } from '../warnings.ts';

/** Plans a replica where there is none, of the side that takes the writes. Pure. */
export function planSetup(link: CcdrLink, detail: CcdrDetail): Outline | Refusal {
  const pair = pairOf('setup', link, detail);
  if (isRefusal(pair)) return pair;
  const name = nameTaken(pair);
  if (name !== null) return name;
  const form = creatable('setup', pair);
  if (isRefusal(form)) return form;
  const { target, targetRead, here, there, sourceView } = pair;
  const acts = actsFor(link.settings);
  const { database } = link.settings[target];
  const creation = { side: target, database, form, remote: sourceView.name, old: null };
  return {
    summary: `Create ${database} on ${here} as a replica of ${sourceView.name} on ${there}, and wait until it follows.`,
    steps: [
      ...trustSteps(link, detail, acts),
      ...creationSteps(link, acts, creation),
      ...aliasSteps(link, acts, target, targetRead, database),
    ],
    predictedLoss: { ms: 0, words: `Nothing: ${there} goes on as it is.` },
    predictedDowntime: { ms: 0, words: `None: ${there} takes writes all the time; copying the store puts load on it.` },
    warnings: [...previewWarnings(form), ...seedWarnings(form, link.settings[target]), ...notCopied(here), ...followWarnings(pair)],
  };
}

function nameTaken({ link, target, targetRead, here, there }: Pair): Refusal | null {
  const { database } = link.settings[target];
  if (isReplicaSide(targetRead)) {
    return notNow(
      `${targetRead.database?.name ?? database} on ${here} is a replica already, so no setup of ${link.id} is needed.`,
      `/repl status ${link.id} shows how it follows; /repl rebuild ${link.id} makes it anew.`,
    );
  }
  const alias = targetRead.aliases.find(({ name }) => name === database);
  if (alias !== undefined) {
    return notNow(
      `${database} is the name of an alias on ${here}, so no database of that name can be created there.`,
      'Drop or rename the alias, or name another database in the config.',
    );
  }
  if (!targetRead.names.some(({ name }) => name === database) && targetRead.database === null) return null;
  return notNow(
    `${here} has a database ${targetRead.database?.name ?? database} already, so no setup of ${link.id} is possible.`,
    `/repl rebuild ${link.id} replaces it by a replica of ${there}; what it alone holds is then dumped or lost.`,
  );
}

function followWarnings({ link, target, there }: Pair): readonly string[] {
  const { follow, cluster } = link.settings[target];
  return follow.kind === 'network'
    ? [`The addresses that ${cluster} pulls from are fixed from then on: to change them, rebuild.`]
    : [`${cluster} pulls backups of ${there} from ${follow.pullUri}: it is only as new as the newest one, and a gap in the chain ends it.`];
}
