import type { z } from 'zod';
import { done, impossible } from '../../frame/probes.ts';
import { checkBackupAct } from '../acts-backup.ts';
import { configGet, versionQuestion } from '../commands.ts';
import { ask, spotOf, unheard } from '../look.ts';
import { parseShape } from '../parse/config.ts';
import { reasonIn } from '../parse/text.ts';
import { parseVersion } from '../parse/version.ts';
import type { CrrStep, Place } from '../place.ts';
import { judgeStored } from '../stored-backup.ts';
import type { Vessel } from '../whole-backup.ts';
import { few } from '../words.ts';
import { backupOf, stored } from './backup.ts';
import { graphOn } from './counts.ts';

/** Throws a Fault when the cluster does not tell. */
async function vesselOf(place: Place): Promise<Vessel> {
  const spot = spotOf(place);
  const [said, nodes] = await ask(spot, [versionQuestion, configGet('GPE.BasicConfig.Nodes')]);
  const [version, shape] = [parseVersion(said), parseShape(nodes)];
  if (version === null) throw unheard(spot, `its version is not known (${reasonIn(said.text)}).`);
  if (shape === null) throw unheard(spot, `its partitions are not known (${reasonIn(nodes.text)}).`);
  return { cluster: place.here, version, partitions: shape.partitions };
}

/** By its own metadata: a restore that finds a file missing has stopped the cluster by then. */
export const checkBackup: CrrStep<z.infer<typeof stored>> = {
  params: stored,
  rebuild: (at, params) => checkBackupAct(at, params),
  probe: async (place, { backup, path }) => {
    const tag = backupOf(place, backup);
    if (typeof tag !== 'string') return impossible(tag.why);
    const verdict = await judgeStored(place.connect, place.cluster, { path, tag }, await vesselOf(place), place.io);
    if (typeof verdict === 'string') throw unheard(spotOf(place), `what it has of ${tag} is not known (${verdict}).`);
    const { wrong, unknown, metadata } = verdict;
    if (wrong.length === 0)
      return done({
        backup: tag,
        files: metadata?.files?.length ?? 'not told',
        'not told': unknown.length === 0 ? 'nothing' : unknown.join(', '),
        // What is there before it is replaced.
        ...(await graphOn(spotOf(place))),
      });
    return impossible(
      `${tag} can't be restored on ${place.here} as it lies in ${path}/${tag}: ${few(wrong)}. Nothing was restored. Bring it there whole and press Retry, or plan again with another backup.`,
      { backup: tag, wrong: wrong.slice(0, 20) },
    );
  },
};
