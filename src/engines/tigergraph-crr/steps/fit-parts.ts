import type { z } from 'zod';
import { done, impossible } from '../../frame/probes.ts';
import { fitPartsAct, type Way } from '../acts-backup.ts';
import type { CrrStep } from '../place.ts';
import { backupOf, stored } from './backup.ts';
import { checksumsOf, clashIn } from './checksums.ts';

/** Looks, before anything is copied, whether one name stands for different files on two nodes. */
export const fitParts: CrrStep<z.infer<typeof stored>> = {
  params: stored,
  rebuild: (at, params) => fitPartsAct(at, params),
  probe: async (place, { backup, path }) => {
    const name = backupOf(place, backup);
    if (typeof name !== 'string') return impossible(name.why);
    const read = await checksumsOf(
      place,
      name,
      place.cluster.nodes.map((node) => ({ node, folder: path })),
    );
    if ('probe' in read) return read.probe;
    const clash = clashIn(read.sums);
    const way: Way = clash === null ? 'one-folder' : 'each-its-own';
    const files = new Set(read.sums.flatMap((part) => [...part.keys()])).size;
    return done({ way, files, ...(clash === null ? {} : { 'differs between nodes': clash }) });
  },
};
