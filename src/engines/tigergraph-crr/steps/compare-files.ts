import { z } from 'zod';
import { otherSide } from '../../../domain/observation.ts';
import type { Probe } from '../../engine.ts';
import { done, impossible } from '../../frame/probes.ts';
import { compareFilesAct } from '../acts-backup.ts';
import type { CrrStep, Place } from '../place.ts';
import { few } from '../words.ts';
import { backupOf, path, tag } from './backup.ts';
import { checksumsOf, clashIn, type Files, failedSums } from './checksums.ts';

const pair = z.object({ from: z.string(), to: z.string() });
const compareParams = z.object({ backup: tag.nullable(), path, source: path, pairs: z.array(pair).nullable().default(null) });

/** What each node has of a backup, by the node's name. */
type Parts = ReadonlyMap<string, Files>;

/** A backup here and its original there. */
interface Comparison {
  readonly place: Place;
  readonly name: string;
  readonly folder: string;
  readonly originals: Parts;
  readonly copies: Parts;
}

/**
 * Every file that any node of the source has must lie, bit for bit, on every node of the target; where one name stands for different files
 * on two nodes, on the node of the same number.
 */
export const compareFiles: CrrStep<z.infer<typeof compareParams>> = {
  params: compareParams,
  rebuild: (at, params) => compareFilesAct(at, params),
  probe: async (place, { backup, path: folder, source, pairs }) => {
    const name = backupOf(place, backup);
    if (typeof name !== 'string') return impossible(name.why);
    const there = place.link.settings[otherSide(place.side)].nodes;
    const here = place.cluster.nodes;
    const read = await checksumsOf(place, name, [
      ...there.map((node) => ({ node, folder: source })),
      ...here.map((node) => ({ node, folder })),
    ]);
    if ('probe' in read) return read.probe;
    const partOf = (at: number): Files => read.sums[at] ?? new Map();
    const comparison: Comparison = {
      place,
      name,
      folder,
      originals: new Map(there.map((node, at) => [node.name, partOf(at)])),
      copies: new Map(here.map((node, at) => [node.name, partOf(there.length + at)])),
    };
    const clash = clashIn([...comparison.originals.values()]);
    if (clash === null) return comparedWhole(comparison, source);
    if (pairs !== null) return comparedEach(comparison, pairs);
    return impossible(
      `Two nodes of ${place.there} have different files ${clash} of ${name}, so they can't lie in one folder. Nothing was restored. Copy the part of each node of ${place.there} to the node of the same number of ${place.here} by hand, into ${folder}/${name}, then skip this step.`,
      failedSums(place),
    );
  },
};

const damaged = (originals: Files, copies: Files | undefined): readonly string[] =>
  [...originals].filter(([file, sha256]) => copies?.get(file) !== sha256).map(([file]) => file);

function comparedWhole({ place, name, folder, originals, copies }: Comparison, source: string): Probe {
  const all = new Map([...originals.values()].flatMap((part) => [...part]));
  if (all.size === 0)
    return impossible(
      `No node of ${place.there} has a file of ${name} in ${source}. Nothing was restored. Find out what became of the backup, then plan again.`,
      failedSums(place),
    );
  for (const [node, part] of copies) {
    const bad = damaged(all, part);
    if (bad.length > 0)
      return impossible(
        `${few(bad)} of ${name} is missing or damaged in ${folder} on ${node} of ${place.here}. Nothing was restored. Copy it again, then press Retry.`,
        { ...failedSums(place), node, files: bad.slice(0, 20) },
      );
  }
  return done({ backup: name, files: all.size, nodes: copies.size });
}

function comparedEach(
  { place, name, folder, originals, copies }: Comparison,
  pairs: readonly { readonly from: string; readonly to: string }[],
): Probe {
  let files = 0;
  for (const { from, to } of pairs) {
    const part = originals.get(from);
    if (part === undefined || !copies.has(to))
      return impossible(
        `The config of ${place.link.id} no longer names ${part === undefined ? from : to}. Nothing was restored. Plan again.`,
      );
    const bad = damaged(part, copies.get(to));
    if (bad.length > 0)
      return impossible(
        `${few(bad)} of ${name} on ${from} of ${place.there} is missing or damaged in ${folder} on ${to} of ${place.here}. Nothing was restored. Copy it again, to that node alone, then press Retry.`,
        { ...failedSums(place), node: to, files: bad.slice(0, 20) },
      );
    files += part.size;
  }
  return done({ backup: name, files, nodes: pairs.length, copied: 'each part to its own node' });
}
