import { z } from 'zod';
import { isFault } from '../../../domain/faults.ts';
import type { JsonObject } from '../../../domain/json.ts';
import { mapOf, textAt } from '../../../transports/bolt-values.ts';
import type { Probe } from '../../engine.ts';
import { done, impossible, todo, underway, unknown } from '../../frame/probes.ts';
import { kinds } from '../acts.ts';
import type { DatabaseView } from '../detail.ts';
import { blindness } from '../entitlements.ts';
import { identitySchema, sameness } from '../identity.ts';
import { type CcdrStep, change, earlierOf, look, type Place, peek, stateWords, unlessOtherServes } from '../place.ts';
import { questions } from '../questions.ts';
import { deafness } from '../read-side.ts';
import { withServer } from '../session.ts';
import { copiesOf, isReplica, newestOf, phaseOf, writableOf } from '../state.ts';
import { transactions } from '../words.ts';

const onParams = z.object({ database: z.string(), of: identitySchema });
const stopParams = onParams.extend({ drain: z.boolean(), otherServes: z.boolean() });
type StopParams = z.infer<typeof stopParams>;

/** More transactions than this are not recorded one by one: the stop is proven when fewer are open. */
const mostOpen = 500;

/** Makes a database refuse writes on every copy. It stays online, so that its replica can go on pulling. */
export const setReadOnly: CcdrStep<StopParams> = {
  params: stopParams,
  rebuild: (acts, side, { database, of, ...more }) => acts.setReadOnly(side, { database, of }, more),
  probe: async (place, params) => {
    const { database, of, drain, otherServes } = params;
    const view = await look(place, database);
    if (view === null) return unknown(unlisted(place, database));
    const same = sameness(view, of);
    if (same === 'other') return done({ access: 'none', why: `${database} on ${place.here} is another database since.` });
    if (isReplica(view)) return impossible(`${database} on ${place.here} is a replica, so it takes no writes that could be stopped.`);
    if (same === 'unclear') return unknown(`Whether ${database} on ${place.here} is the one that was planned for can't be told.`);
    if (isReadOnly(view)) return drain ? openAtStop(place, database, view) : done(stopped(view));
    if (copiesOf(view).some(({ access }) => access === 'read-only')) return underway(`Some copies of ${database} still take writes.`);
    const blind = drain ? await blindness(place) : null;
    if (blind !== null) return impossible(blind);
    return (otherServes ? await unlessOtherServes(place, `nobody would if ${place.here} were stopped`) : null) ?? todo;
  },
  perform: change,
};

/** A database can be left out of the list while all its servers are down, and it takes writes again when they are back. */
const unlisted = ({ here, cluster }: Place, database: string): string =>
  `${here} does not list ${database} any more: it was dropped, or ${cluster.user} may not see it, or every server that holds it is down.`;

const isReadOnly = (view: DatabaseView): boolean => copiesOf(view).every(({ access }) => access === 'read-only');

const stopped = (view: DatabaseView): JsonObject => ({ access: 'read-only', transaction: newestOf(view)?.toString() ?? null });

async function openAtStop(place: Place, database: string, view: DatabaseView): Promise<Probe> {
  const lists = await Promise.all(writersOf(view).map(async (address) => openAt(place, address, database)));
  const open = lists.flat();
  if (open.length > mostOpen) return underway(`${open.length} transactions are open on ${place.here}.`);
  return done({ ...stopped(view), open: open.map(({ address, id }) => [address, id]) });
}

/** Servers whose transactions may write: the writer, or every primary when none is told. */
function writersOf(view: DatabaseView): readonly string[] {
  const copies = copiesOf(view);
  const writers = copies.filter(({ writer }) => writer);
  return (writers.length > 0 ? writers : copies.filter(({ role }) => role === 'primary')).flatMap(({ address }) => address ?? []);
}

interface Open {
  readonly address: string;
  readonly id: string;
  readonly user: string;
}

/** Transactions of others on the database; a server that is gone holds none. Throws a Fault. */
async function openAt({ connect, cluster, io }: Place, address: string, database: string): Promise<readonly Open[]> {
  try {
    const { rows } = await withServer(connect, cluster, address, io, (session) => session.read(questions.transactions));
    return rows.flatMap((row): readonly Open[] => {
      const id = textAt(row, 'transactionId');
      const own = (textAt(mapOf(row['metaData']) ?? {}, 'tag') ?? '').startsWith('replops/');
      if (id === null || own || textAt(row, 'database')?.toLowerCase() !== database) return [];
      return [{ address, id, user: textAt(row, 'username') ?? 'somebody' }];
    });
  } catch (cause) {
    if (isFault(cause) && deafness(cause) === 'gone' && !io.signal.aborted) return [];
    throw cause;
  }
}

const databaseParams = z.object({ database: z.string() });
const openList = z.array(z.tuple([z.string(), z.string()]));

/**
 * Waits for the transactions that were open when writes were stopped: what they commit still counts. Those that began later can only
 * read. They are never ended here; that is a person's decision.
 */
export const awaitDrained: CcdrStep<z.infer<typeof databaseParams>> = {
  params: databaseParams,
  rebuild: (acts, side, { database }) => acts.awaitDrained(side, database),
  probe: async (place, { database }) => {
    const recorded = openList.safeParse(earlierOf(place, kinds.setReadOnly, place.here)?.['open']);
    const meant = recorded.success ? new Set(recorded.data.map(([address, id]) => `${address} ${id}`)) : null;
    const view = await look(place, database);
    if (view === null || !isReadOnly(view)) return impossible(`${database} on ${place.here} is not read-only: ${stateWords(view)}.`);
    const addresses = recorded.success ? [...new Set(recorded.data.map(([address]) => address))] : writersOf(view);
    const lists = await Promise.all(addresses.map((address) => openAt(place, address, database)));
    const left = lists.flat().filter(({ address, id }) => meant === null || meant.has(`${address} ${id}`));
    if (left.length === 0) return done({ open: 0, transaction: newestOf(view)?.toString() ?? null });
    const who = [...new Set(left.map(({ user }) => user))].slice(0, 3).join(', ');
    return underway(`${transactions(left.length)} of ${who} on ${place.here} ${left.length === 1 ? 'is' : 'are'} still open.`);
  },
};

/** Notes the last transaction after everything that could commit has ended. */
export const markEnd: CcdrStep<z.infer<typeof databaseParams>> = {
  params: databaseParams,
  rebuild: (acts, side, { database }) => acts.markEnd(side, database),
  probe: async (place, { database }) => {
    const view = await look(place, database);
    const last = newestOf(view);
    if (view === null || !isReadOnly(view)) return impossible(`${database} on ${place.here} is not read-only: ${stateWords(view)}.`);
    return last === null ? underway(`No copy on ${place.here} tells its last transaction.`) : done({ transaction: last.toString() });
  },
};

/** Takes a write stop back. Never while the other side takes writes or is about to. */
export const setReadWrite: CcdrStep<z.infer<typeof onParams>> = {
  params: onParams,
  rebuild: (acts, side, on) => acts.setReadWrite(side, on),
  probe: async (place, { database, of }) => {
    const [view, other] = await Promise.all([look(place, database), peek(place)]);
    if (view === null || isReplica(view) || sameness(view, of) !== 'same') {
      return impossible(`${database} on ${place.here} can't be opened for writes: ${stateWords(view)}.`);
    }
    if (copiesOf(view).every(({ access }) => access === 'read-write')) return done({ access: 'read-write' });
    if (copiesOf(view).some(({ access }) => access === 'read-write')) return underway(`Some copies of ${database} are still read-only.`);
    if (other.kind !== 'read') return todo;
    const phase = phaseOf(other.database);
    if (phase === 'strange') return unknown(`${place.there} is in a state that is not known here, so whether it takes over can't be told.`);
    return writableOf(other) === 'yes' || phase === 'electing'
      ? impossible(`${place.there} has been promoted, so opening ${place.here} again would make two sides writable.`)
      : todo;
  },
  perform: change,
};

/** Proves after a fence that one side takes the writes. */
export const checkOneWriter: CcdrStep<z.infer<typeof databaseParams>> = {
  params: databaseParams,
  rebuild: (acts, side, { database }) => acts.checkOneWriter(side, database),
  probe: async (place, { database }) => {
    const [view, other] = await Promise.all([look(place, database), peek(place)]);
    if (writableOf(other) === 'yes') return impossible(`${place.there} takes writes too.`);
    return phaseOf(view) === 'serving'
      ? done({ writer: place.here, 'other side': other.kind === 'read' ? stateWords(other.database) : 'it does not answer' })
      : underway(`${database} on ${place.here}: ${stateWords(view)}.`);
  },
};
