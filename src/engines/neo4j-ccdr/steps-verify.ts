import { z } from 'zod';
import type { BoltSession } from '../../transports/bolt.ts';
import { countAt, textAt } from '../../transports/bolt-values.ts';
import type { Probe } from '../engine.ts';
import type { CcdrCluster } from './config.ts';
import { type CcdrStep, done, impossible, look, lookThere, type Place, stateWords, underway } from './place.ts';
import { withDatabase } from './session.ts';
import { type Behind, behindOf, isReplica } from './state.ts';
import { few, transactions } from './words.ts';

const pairParams = z.object({ database: z.string(), remote: z.string() });
type PairParams = z.infer<typeof pairParams>;

/** Counts by label and by type. `nodes` counts those without a label too. */
type Counts = ReadonlyMap<string, number>;

const labels = 'MATCH (n) UNWIND labels(n) AS name RETURN name, count(*) AS c';
const types = 'MATCH ()-[r]->() RETURN type(r) AS name, count(*) AS c';
const nodes = 'MATCH (n) RETURN count(n) AS c';

async function countAll(session: BoltSession): Promise<Counts> {
  const named = async (statement: string, prefix: string): Promise<readonly (readonly [string, number])[]> =>
    (await session.read(statement)).rows.map((row) => [`${prefix} ${textAt(row, 'name') ?? ''}`, countAt(row, 'c') ?? Number.NaN]);
  const [row] = (await session.read(nodes)).rows;
  return new Map([
    ['all nodes', countAt(row ?? {}, 'c') ?? Number.NaN],
    ...(await named(labels, 'label')),
    ...(await named(types, 'type')),
  ]);
}

/** How far both are; null when the replica is not level with a source that stands still. The replica is read first. */
async function level(place: Place, { database, remote }: PairParams): Promise<Behind | Probe> {
  const view = await look(place, database);
  if (!isReplica(view)) return impossible(`${database} on ${place.here} does not follow: ${stateWords(view)}.`);
  const behind = behindOf(view, await lookThere(place, remote));
  if (behind === null) return underway('A copy does not tell its last transaction.');
  if (behind.isAhead) return impossible(`${place.here} has transactions that ${place.there} lacks, so the two have grown apart.`);
  return behind.transactions === 0n
    ? behind
    : underway(`${place.here} lacks ${transactions(behind.transactions)}; counts can only be compared while both stand at the same one.`);
}

const isProbe = (answer: Behind | Probe): answer is Probe => 'kind' in answer;

/** Counts both sides while both stand at one transaction before and after. Kept nowhere: it begins anew when writes came in between. */
export const compareCounts: CcdrStep<PairParams> = {
  params: pairParams,
  rebuild: (acts, side, params) => acts.compareCounts(side, params),
  probe: async (place, params) => {
    const before = await level(place, params);
    if (isProbe(before)) return before;
    const [here, there] = await Promise.all([
      countsAt(place, place.cluster, params.database, 'read'),
      countsAt(place, place.other, params.remote, 'write'),
    ]);
    const after = await level(place, params);
    if (isProbe(after)) return after;
    if (after.upstream !== before.upstream) return underway(`${place.there} took writes while it was counted; it is counted again.`);
    return compared(place, here, there, before.upstream);
  },
};

/** On the side that serves the writer is asked, on the other one any copy: all of them are level. */
const countsAt = ({ connect, io }: Place, cluster: CcdrCluster, database: string, access: 'read' | 'write'): Promise<Counts> =>
  withDatabase(connect, cluster, database, access, io, countAll);

function compared({ here, there }: Place, mine: Counts, theirs: Counts, at: bigint): Probe {
  const names = [...new Set([...mine.keys(), ...theirs.keys()])].sort();
  const apart = names.filter((name) => (mine.get(name) ?? 0) !== (theirs.get(name) ?? 0));
  const evidence = { transaction: at.toString(), compared: names.length, nodes: mine.get('all nodes') ?? null };
  if (apart.length === 0) return done(evidence);
  const words = few(apart.map((name) => `${name}: ${mine.get(name) ?? 0} on ${here}, ${theirs.get(name) ?? 0} on ${there}`));
  return impossible(`At transaction ${at} both sides do not hold the same: ${words}.`, { ...evidence, apart: apart.slice(0, 50) });
}
