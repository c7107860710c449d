import { z } from 'zod';
import type { Probe } from '../../engine.ts';
import { done, impossible, underway } from '../../frame/probes.ts';
import type { CcdrCluster } from '../config.ts';
import { type Counts, countAll } from '../counts.ts';
import type { DatabaseView } from '../detail.ts';
import { type CcdrStep, look, lookThere, type Place, stateWords } from '../place.ts';
import { withDatabase } from '../session.ts';
import { type Behind, behindOf, copiesOf, isOnline, isReplica } from '../state.ts';
import { few, spell, transactions } from '../words.ts';

/** `patienceMs`: for so long a moment is looked for at which nothing is written. */
const compareParams = z.object({ database: z.string(), remote: z.string(), patienceMs: z.number() });
type CompareParams = z.infer<typeof compareParams>;
type PairParams = Pick<CompareParams, 'database' | 'remote'>;

/** Looks of one run, by its tag: lost with the process, which only makes the search begin again. */
interface Search {
  readonly since: number;
  looks: number;
}

type Level =
  | { readonly kind: 'level'; readonly behind: Behind; readonly source: DatabaseView }
  /** Not at this moment; what it waits for. */
  | { readonly kind: 'not-now'; readonly why: string }
  | { readonly kind: 'never'; readonly why: string };

/** Whether the replica is level with what it follows. The replica is read first. */
async function levelOf(place: Place, { database, remote }: PairParams): Promise<Level> {
  const view = await look(place, database);
  if (!isReplica(view)) return { kind: 'never', why: `${database} on ${place.here} does not follow: ${stateWords(view)}.` };
  const source = await lookThere(place, remote);
  const behind = behindOf(view, source);
  if (source === null || behind === null) return { kind: 'not-now', why: 'A copy does not tell its last transaction.' };
  if (behind.isAhead) {
    return { kind: 'never', why: `${place.here} has transactions that ${place.there} lacks, so the two have grown apart.` };
  }
  if (behind.transactions === 0n) return isEven(source) ? { kind: 'level', behind, source } : uneven(place);
  return { kind: 'not-now', why: `${place.here} lacks ${transactions(behind.transactions)} of ${place.there}.` };
}

const hasWriter = (view: DatabaseView): boolean => copiesOf(view).some(({ writer }) => writer);

/** Without a writer any copy may be asked, so all of them have to be equally far. */
const isEven = (view: DatabaseView): boolean =>
  hasWriter(view) ||
  new Set(
    copiesOf(view)
      .filter(isOnline)
      .map(({ lastTxn }) => lastTxn),
  ).size === 1;

const uneven = ({ there }: Place): Level => ({ kind: 'not-now', why: `No copy on ${there} takes writes, and they are not equally far.` });

/**
 * Counts both sides while both stand at one transaction before and after. Writes in between make it begin anew; when they never pause
 * it ends with nothing proven, which is no failure of the data.
 */
export function compareCounts(searches: Map<string, Search> = new Map()): CcdrStep<CompareParams> {
  return {
    params: compareParams,
    rebuild: (acts, side, params) => acts.compareCounts(side, params),
    probe: async (place, params) => {
      const now = place.io.clock.monotonic();
      const search = searches.get(place.io.tag) ?? { since: now, looks: 0 };
      search.looks += 1;
      searches.set(place.io.tag, search);
      const probe = await compareOnce(place, params);
      if (probe.kind === 'underway' && place.io.clock.monotonic() - search.since < params.patienceMs) return probe;
      searches.delete(place.io.tag);
      return probe.kind === 'underway' ? notComparable(place, params.patienceMs, search.looks, probe.note) : probe;
    },
  };
}

const notComparable = ({ here, there }: Place, patienceMs: number, looks: number, seen: string): Probe =>
  done({
    compared: 0,
    looks,
    'not comparable': `Within ${spell(patienceMs)} there was no moment at which ${here} and ${there} stood still at one transaction (${looks} ${looks === 1 ? 'look' : 'looks'}). Last seen: ${seen}`,
  });

async function compareOnce(place: Place, params: PairParams): Promise<Probe> {
  const before = await levelOf(place, params);
  if (before.kind !== 'level') return notLevel(before);
  const [here, there] = await Promise.all([
    countsAt(place, place.cluster, params.database, 'read'),
    countsAt(place, place.other, params.remote, hasWriter(before.source) ? 'write' : 'read'),
  ]);
  const after = await levelOf(place, params);
  if (after.kind !== 'level') return notLevel(after);
  if (after.behind.upstream !== before.behind.upstream) {
    return underway(`${place.there} took writes while it was counted, so it is counted again.`);
  }
  return compared(place, here, there, before.behind.upstream);
}

const notLevel = (level: Exclude<Level, { kind: 'level' }>): Probe =>
  level.kind === 'never'
    ? impossible(level.why)
    : underway(`${level.why} Counts can only be compared while both stand at one transaction.`);

/** Where there is a writer it is asked; elsewhere any copy is: all of them are level. */
const countsAt = ({ connect, io }: Place, cluster: CcdrCluster, database: string, access: 'read' | 'write'): Promise<Counts> =>
  withDatabase(connect, cluster, database, access, io, countAll);

function compared({ here, there }: Place, mine: Counts, theirs: Counts, at: bigint): Probe {
  const names = [...new Set([...mine.by.keys(), ...theirs.by.keys()])].sort();
  const apart = names.filter((name) => (mine.by.get(name) ?? 0) !== (theirs.by.get(name) ?? 0));
  const leftOut = new Set([...mine.leftOut, ...theirs.leftOut]).size;
  const evidence = {
    transaction: at.toString(),
    compared: names.length,
    nodes: mine.by.get('all nodes') ?? null,
    relationships: mine.by.get('all relationships') ?? null,
    ...(leftOut === 0 ? {} : { 'names that could not be counted alone': leftOut }),
  };
  if (apart.length === 0) return done(evidence);
  const words = few(apart.map((name) => `${name}: ${mine.by.get(name) ?? 0} on ${here}, ${theirs.by.get(name) ?? 0} on ${there}`));
  return impossible(`At transaction ${at} both sides do not hold the same: ${words}.`, { ...evidence, apart: apart.slice(0, 50) });
}
