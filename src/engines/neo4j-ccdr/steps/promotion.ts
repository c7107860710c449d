import { z } from 'zod';
import { isFault } from '../../../domain/faults.ts';
import { otherSide } from '../../../domain/observation.ts';
import type { Probe } from '../../engine.ts';
import { done, impossible, todo, underway } from '../../frame/probes.ts';
import { type Before, kinds } from '../acts.ts';
import { copyTrouble, hasFailed } from '../copy-trouble.ts';
import type { DatabaseView, Glance } from '../detail.ts';
import { pointsOf } from '../history.ts';
import { type CcdrStep, change, earlierOf, look, lookThere, type Place, peek, stateWords } from '../place.ts';
import { behindOf, copiesOf, isOnline, isReplica, phaseOf, reachOf, writableOf } from '../state.ts';
import { transactions } from '../words.ts';
import { checkWrites } from '../write-check.ts';

const topology = z.object({ primaries: z.number(), secondaries: z.number() });
const databaseParams = z.object({ database: z.string() });
const pairParams = z.object({ database: z.string(), remote: z.string() });
const form = z.enum(['preview', 'ga']);

const lagParams = pairParams.extend({ within: z.number() });

/** Proves that the replica is nearly as far as what it follows, before anything is touched. The replica is read first. */
export const proveCatchUp: CcdrStep<z.infer<typeof lagParams>> = {
  params: lagParams,
  rebuild: (acts, side, params) => acts.proveCatchUp(side, params),
  probe: async (place, { database, remote, within }) => {
    const view = await look(place, database);
    if (!isReplica(view)) return impossible(`${database} on ${place.here} does not follow: ${stateWords(view)}.`);
    const down = copiesOf(view).filter((copy) => !isOnline(copy)).length;
    if (down > 0) return underway(`${down} of ${copiesOf(view).length} copies on ${place.here} are not online.`);
    const behind = behindOf(view, await lookThere(place, remote));
    if (behind === null) return underway(`How far ${place.here} is can't be told: a copy does not say.`);
    if (behind.isAhead) return apart(place);
    return behind.transactions <= BigInt(within)
      ? done({ behind: behind.transactions.toString(), transaction: behind.upstream.toString() })
      : underway(`${place.here} is ${transactions(behind.transactions)} behind.`);
  },
};

const apart = ({ here, there }: Place): Probe =>
  impossible(`${here} has transactions that ${there} lacks, so the two have grown apart or ${here} follows something else.`);

/** Waits until every copy has the last transaction of a side that takes no more. */
export const awaitEqual: CcdrStep<z.infer<typeof pairParams>> = {
  params: pairParams,
  rebuild: (acts, side, params) => acts.awaitEqual(side, params),
  probe: async (place, { database, remote }) => {
    const view = await look(place, database);
    if (!isReplica(view)) return impossible(`${database} on ${place.here} does not follow: ${stateWords(view)}.`);
    const probe = equalOr(place, view, await lookThere(place, remote), null);
    // A change of the leader adds a transaction of its own; the promotion demands that nothing moves any more after this.
    return probe.kind === 'done'
      ? done({ ...probe.evidence, 'noted before': earlierOf(place, kinds.markEnd, place.there)?.['transaction'] ?? null })
      : probe;
  },
};

/** `since`: the last transaction as an earlier step saw it; when it has moved, somebody wrote after all writes should have ended. */
function equalOr(place: Place, view: DatabaseView, source: DatabaseView | null, since: bigint | null): Probe {
  const { here, there } = place;
  if (source === null || !copiesOf(source).every(({ access }) => access === 'read-only')) {
    return impossible(`Writes on ${there} are not stopped any more: ${stateWords(source)}.`);
  }
  const down = copiesOf(view).filter((copy) => !isOnline(copy)).length;
  if (down > 0) return underway(`${down} of ${copiesOf(view).length} copies on ${here} are not online.`);
  const behind = behindOf(view, source);
  if (behind === null) return underway(`How far ${here} is can't be told: a copy does not say.`);
  if (behind.isAhead) return apart(place);
  if (since !== null && behind.upstream > since) {
    return impossible(
      `${there} has taken ${transactions(behind.upstream - since)} after its writes had ended, so something still writes there.`,
    );
  }
  return behind.transactions === 0n
    ? done({ transaction: behind.upstream.toString() })
    : underway(`${here} lacks ${transactions(behind.transactions)}.`);
}

/** Notes what a promotion would bring, so that the loss can be told afterwards. */
export const takeStock: CcdrStep<z.infer<typeof pairParams>> = {
  params: pairParams,
  rebuild: (acts, side, params) => acts.takeStock(side, params),
  probe: async (place, { database }) => {
    const view = await look(place, database);
    if (!isReplica(view)) return impossible(`${database} on ${place.here} is no replica: ${stateWords(view)}.`);
    const reach = reachOf(view);
    const other = await peek(place);
    const upstream = other.kind === 'read' ? behindOf(view, other.database)?.upstream : undefined;
    const now = place.io.clock.now();
    const last = pointsOf(await place.io.history(), now).findLast(({ side }) => side === otherSide(place.side));
    return done({
      'copies online': `${copiesOf(view).filter(isOnline).length} of ${copiesOf(view).length}`,
      'newest copy': reach?.most.toString() ?? null,
      'oldest copy': reach?.least.toString() ?? null,
      'other side': upstream?.toString() ?? null,
      'other side when last seen': last?.upstream.toString() ?? null,
      'last seen ms before': last === undefined ? null : now - last.at,
    });
  },
};

const promoteParams = pairParams.extend({ form, topology: topology.nullable(), before: z.enum(['caught-up', 'fenced', 'unreachable']) });
type PromoteParams = z.infer<typeof promoteParams>;

/** Makes the replica a standard database, for good. Done as soon as every copy says so; the writer is elected after that. */
export const promote: CcdrStep<PromoteParams> = {
  params: promoteParams,
  rebuild: (acts, side, params) => acts.promote(side, params),
  probe: async (place, params) => {
    const view = await look(place, params.database);
    const copies = copiesOf(view);
    if (view === null || copies.length === 0) return impossible(`${params.database} is not on ${place.here}: ${stateWords(view)}.`);
    if (copies.every(({ type }) => type === 'standard')) return done({ type: 'standard' });
    if (!isReplica(view)) {
      const known = copies.every(({ type }) => type === 'standard' || type === 'replica');
      return known
        ? underway('Some copies say that they are promoted.')
        : impossible(`${params.database} on ${place.here}: ${stateWords(view)}.`);
    }
    const online = copies.filter((copy) => copy.role === 'primary' && isOnline(copy)).length;
    if (online === 0) return impossible(`No primary copy of ${params.database} on ${place.here} is online, so none could take writes.`);
    return mayPromote(place, params, view);
  },
  perform: change,
};

/**
 * Why a promotion could leave two sides writable; null when the other side does not speak against it. A database that is between two
 * writers elects the next one at any moment. What a member says of it without a leader may be old, and is no reason.
 */
function dangerFrom({ here, there }: Place, before: Before, other: Glance): string | null {
  const writable = writableOf(other);
  const two = `so promoting ${here} now would make two sides writable.`;
  if (writable === 'yes') return `${there} ${before === 'unreachable' ? 'answers and takes writes' : 'takes writes again'}, ${two}`;
  if (writable === 'no' || other.kind !== 'read' || other.by !== 'leader' || before === 'caught-up') return null;
  const may = `${there} takes no writes at this moment but may at the next (${stateWords(other.database)}), ${two}`;
  return before === 'unreachable' ? `${may} It can be fenced now: press Cancel and ask for the failover again.` : may;
}

async function mayPromote(place: Place, { remote, before }: PromoteParams, view: DatabaseView): Promise<Probe> {
  const { here } = place;
  const other = await peek(place);
  const danger = dangerFrom(place, before, other);
  if (danger !== null) return impossible(danger);
  // A side that is gone takes no writes that could be saved.
  if (before !== 'caught-up' || other.kind !== 'read') return todo;
  const equal = earlierOf(place, kinds.awaitEqual, here)?.['transaction'] ?? null;
  const source = other.database?.name === remote ? other.database : null;
  const probe = equalOr(place, view, source, typeof equal === 'string' ? BigInt(equal) : null);
  return probe.kind === 'done' ? todo : probe;
}

/** What the primaries say of it is told, since an election that lasts has its reason there. */
async function electing(place: Place, view: DatabaseView): Promise<Probe> {
  const base = `${view.name} on ${place.here} is promoted and elects a writer.`;
  try {
    const check = await checkWrites(place, view);
    return underway(check.kind === 'failing' ? `${base} ${check.words}` : base);
  } catch (cause) {
    if (!isFault(cause) || place.io.signal.aborted) throw cause;
    return underway(base);
  }
}

/** Waits for the election that follows a promotion, and for a write to be taken. Never has anything to send. */
export const awaitWriter: CcdrStep<z.infer<typeof databaseParams>> = {
  params: databaseParams,
  rebuild: (acts, side, { database }) => acts.awaitWriter(side, database),
  probe: async (place, { database }) => {
    const view = await look(place, database);
    const copies = copiesOf(view);
    const phase = phaseOf(view);
    if (view !== null && phase === 'electing') return electing(place, view);
    // Access and type are told apart: for a moment after the promotion the one can still be that of a replica.
    if (phase === 'read-only') return underway(`${database} on ${place.here} is promoted and still read-only.`);
    if (view === null || phase !== 'serving') return impossible(`${database} on ${place.here} does not take writes: ${stateWords(view)}.`);
    const check = await checkWrites(place, view);
    if (check.kind === 'failing') return underway(`${database} on ${place.here} has a writer. ${check.words}`);
    const writer = copies.find((copy) => copy.writer);
    return done({
      'write check': check.words,
      writer: writer?.address ?? writer?.server ?? null,
      'copies online': `${copies.filter(isOnline).length} of ${copies.length}`,
    });
  },
};

const topologyParams = databaseParams.extend({ topology });

/** Waits for copies that a new topology asks for: their stores have to be copied. */
export const awaitTopology: CcdrStep<z.infer<typeof topologyParams>> = {
  params: topologyParams,
  rebuild: (acts, side, { database, topology: wanted }) => acts.awaitTopology(side, database, wanted),
  probe: async (place, { database, topology: wanted }) => {
    const view = await look(place, database);
    const failed = copiesOf(view).some(hasFailed) && view !== null ? copyTrouble(place.here, view)[0] : undefined;
    if (failed !== undefined) return impossible(failed);
    const copies = copiesOf(view).filter(isOnline);
    const [primaries, secondaries] = ['primary', 'secondary'].map((role) => copies.filter((copy) => copy.role === role).length);
    return primaries === wanted.primaries && secondaries === wanted.secondaries
      ? done({ primaries, secondaries })
      : underway(
          `${copies.length} of ${wanted.primaries + wanted.secondaries} copies are online.`,
          copies.length / (wanted.primaries + wanted.secondaries),
        );
  },
};
