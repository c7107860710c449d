import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Fault } from '../../../domain/faults.ts';
import { otherSide } from '../../../domain/observation.ts';
import { quoteWord } from '../../../transports/shell-quoting.ts';
import { done, impossible, todo } from '../../frame/probes.ts';
import { addressOf } from '../../hosts/acts.ts';
import { withShell } from '../../hosts/session.ts';
import { type PlaceMetadataParams, placeMetadataAct } from '../acts-backup.ts';
import { ask, spotOf } from '../look.ts';
import type { CrrStep, Place } from '../place.ts';
import { sendWith } from '../send.ts';
import { backupOf, named, path, stored } from './backup.ts';

const params = stored.extend({ from: z.object({ node: z.string(), address: z.string(), path }) });

/** The file as the other side wrote it, or a sentence that says why it is of no use. */
type Original = { readonly text: string; readonly sha256: string } | { readonly why: string };

const aHash = (text: string): string => createHash('sha256').update(text).digest('hex');

async function readOriginal(place: Place, { from }: PlaceMetadataParams, backup: string): Promise<Original> {
  const { cluster, nodes } = place.link.settings[otherSide(place.side)];
  const node = nodes.find(({ name }) => name === from.node);
  if (node === undefined || addressOf(node) !== from.address)
    return { why: `The config of ${place.link.id} no longer means ${from.node} (${from.address}) of ${cluster}. Plan again.` };
  const file = `${from.path}/${backup}/metadata`;
  const { exitCode, stdout } = await withShell(place.connect, node, place.io, (session) => session.read(`cat ${quoteWord(file)}`));
  const gone = `Remove ${from.path}/${backup} on ${node.name}, then plan again.`;
  if (exitCode !== 0) return { why: `${node.name} has no ${file} any more. Nothing was restored. ${gone}` };
  const tag = tagIn(stdout);
  if (tag === null) return { why: `${file} on ${node.name} is no whole metadata of a backup. Nothing was restored. ${gone}` };
  if (tag !== '' && tag !== backup)
    return { why: `${file} on ${node.name} is the metadata of another backup than ${backup}. Nothing was restored. ${gone}` };
  return { text: stdout, sha256: aHash(stdout) };
}

/** Name of the backup that metadata is of; empty when it does not tell, null when it is not whole. */
function tagIn(text: string): string | null {
  try {
    const read = z.record(z.string(), z.unknown()).safeParse(JSON.parse(text));
    if (!read.success) return null;
    const tag = read.data['Tag'];
    return typeof tag === 'string' ? tag : '';
  } catch {
    // Cut off, or something else altogether.
    return null;
  }
}

/** The one file of a backup in a bucket that does not lie in it. */
export const placeMetadata: CrrStep<PlaceMetadataParams> = {
  params,
  rebuild: (at, wanted) => placeMetadataAct(at, wanted),
  probe: async (place, wanted) => {
    const name = backupOf(place, wanted.backup);
    if (typeof name !== 'string') return impossible(name.why);
    const original = await readOriginal(place, wanted, name);
    if ('why' in original) return impossible(original.why);
    const file = `${wanted.path}/${name}/metadata`;
    const [there] = await ask(spotOf(place), [`sha256sum ${quoteWord(file)}`]);
    const sha256 = /^\\?([0-9a-f]{64}) /.exec(there.text)?.[1];
    return there.exitCode === 0 && sha256 === original.sha256 ? done({ node: place.node.name, file, sha256 }) : todo;
  },
  perform: async (place, wanted) => {
    const command = named(place, wanted.backup);
    const name = backupOf(place, wanted.backup);
    const original = typeof name === 'string' ? await readOriginal(place, wanted, name) : name;
    if (typeof command !== 'string' || 'why' in original) {
      const why = 'why' in original ? original.why : 'There is no name of a backup.';
      throw new Fault('statement-refused', why, { effect: 'not-applied', facts: { cluster: place.here } });
    }
    await sendWith(place, command, original.text);
  },
};
