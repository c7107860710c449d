import { type Spot, spotOf, spotThere } from '../look.ts';
import type { Place } from '../place.ts';
import { readSequence } from '../reads/numbers.ts';

/** Number of the newest change of metadata on each side; null where it is not told. */
interface Sequences {
  readonly here: number | null;
  readonly there: number | null;
}

export async function sequences(place: Place): Promise<Sequences> {
  const other = await spotThere(place);
  const read = async ({ connect, cluster, node, io }: Spot) => {
    const sequence = await readSequence(connect, cluster, node, io);
    return sequence.kind === 'read' ? sequence.last : null;
  };
  const [here, there] = await Promise.all([read(spotOf(place)), read(other)]);
  return { here, there };
}
