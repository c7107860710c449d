import { isFault } from '../../domain/faults.ts';
import { type BoltRow, textAt } from '../../transports/bolt-values.ts';
import type { DatabaseView } from './detail.ts';
import type { Place } from './place.ts';
import { questions, writeCheckMs } from './questions.ts';
import { withServer } from './session.ts';
import { copiesOf } from './state.ts';
import { few } from './words.ts';

/** What the primaries of a promoted database say of writing to it. */
export type WriteCheck =
  | { readonly kind: 'taken' | 'not-asked'; readonly words: string }
  /** Not now, or not yet. */
  | { readonly kind: 'failing'; readonly words: string };

/** Asks whether a write would be taken by a majority. One primary needs nobody's agreement. Throws a Fault when its server does not answer. */
export async function checkWrites({ connect, cluster, here, io }: Place, view: DatabaseView): Promise<WriteCheck> {
  const primaries = copiesOf(view).filter(({ role }) => role === 'primary');
  if (primaries.length < 2) return { kind: 'not-asked', words: 'One primary takes writes alone, so there is nothing to agree on.' };
  const address = (primaries.find(({ writer }) => writer) ?? primaries.find((copy) => copy.address !== null))?.address ?? null;
  if (address === null) return { kind: 'failing', words: `No server of ${here} that holds a primary of ${view.name} is heard from.` };
  try {
    const { rows } = await withServer(connect, cluster, address, io, (session) =>
      session.read(questions.writeCheck, { names: [view.name], ms: BigInt(writeCheckMs) }),
    );
    return judged(rows, here);
  } catch (cause) {
    if (!isFault(cause) || !['statement-refused', 'permission-missing'].includes(cause.code)) throw cause;
    return { kind: 'not-asked', words: `Whether a write is taken could not be asked: ${cause.message}` };
  }
}

function judged(rows: readonly BoltRow[], here: string): WriteCheck {
  const error = rows.map((row) => textAt(row, 'error')).find((text) => text !== null && text !== '');
  if (rows.length < 2) {
    const why = error === undefined ? '' : ` (${error})`;
    return { kind: 'not-asked', words: `${here} does not tell whether a write is taken${why}.` };
  }
  const deaf = few(rows.filter(isDeaf).map((row) => textAt(row, 'serverName') ?? 'a server'));
  if (rows.every((row) => row['replicationSuccessful'] === true)) {
    const but = deaf === '' ? '' : ` (not taking part: ${deaf})`;
    return { kind: 'taken', words: `A write is replicated among its ${rows.length} primaries${but}.` };
  }
  const because = deaf === '' ? '' : ` (not available, or without a leader: ${deaf})`;
  return {
    kind: 'failing',
    words: `The primaries on ${here} do not agree on a write${because}. A majority of their servers has to be up.`,
  };
}

const isDeaf = (row: BoltRow): boolean => textAt(row, 'memberStatus') === 'UNAVAILABLE' || textAt(row, 'recognisedLeader') === null;
