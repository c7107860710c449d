import { z } from 'zod';
import { canonicalJson } from '../../../domain/json.ts';
import type { Probe } from '../../engine.ts';
import { done, impossible, todo, underway, unknown } from '../../frame/probes.ts';
import { kinds } from '../acts.ts';
import { copyTrouble, hasFailed } from '../copy-trouble.ts';
import type { DatabaseView } from '../detail.ts';
import { identitySchema, sameness } from '../identity.ts';
import { type CcdrStep, change, earlierOf, hinted, look, type Place, stateWords } from '../place.ts';
import { questions } from '../questions.ts';
import { readRouting } from '../read-side.ts';
import { withDatabase, withLeader, withServer } from '../session.ts';
import { copiesOf, isOnline, isReplica, phaseOf } from '../state.ts';

const createParams = z.object({
  database: z.string(),
  form: z.enum(['preview', 'ga']),
  remote: z.string(),
  old: identitySchema.nullable(),
});
type CreateParams = z.infer<typeof createParams>;

/** Creates a replica. Not repeatable by itself, so the name is looked at first; done as soon as the cluster knows it. */
export const create: CcdrStep<CreateParams> = {
  params: createParams,
  rebuild: (acts, side, params) => acts.create(side, params),
  probe: async (place, params) => {
    const { database, old } = params;
    const view = await look(place, database);
    if (view === null) return todo;
    if (phaseOf(view) === 'dropping') return underway(`The name ${database} on ${place.here} is not free yet.`);
    const same = old === null ? 'other' : sameness(view, old);
    if (same === 'same') return impossible(`The old database ${database} is still on ${place.here}: ${stateWords(view)}.`);
    if (same === 'unclear') return unknown(`Whether ${database} on ${place.here} is the old database or the new one can't be told.`);
    return isReplica(view) ? ofOurs(place, params, view) : promotedSince(place, params, view);
  },
  perform: async (place, statement) => {
    try {
      await change(place, statement);
    } catch (cause) {
      throw hinted(cause, usualCauses(place));
    }
  },
};

const usualCauses = ({ here, there }: Place): string =>
  `Usually the servers of ${here} can't reach the cluster ports of ${there}, one of the two does not trust the other's certificates, or the source is not online.`;

/** What tells a database from another one that gets its name later. The id is not told while stores are copied. */
const whichOne = ({ databaseId, createdAt }: DatabaseView) => ({ 'database id': databaseId, 'created at': createdAt });

const recorded = z.object({ 'database id': z.string().nullable(), 'created at': z.string().nullable() });

/** Whether the run has recorded that it made another database than this one. Where it has recorded nothing, nothing speaks against it. */
function isAnother(place: Place, view: DatabaseView): boolean {
  const made = recorded.safeParse(earlierOf(place, kinds.create, place.here));
  return made.success && sameness(view, { id: made.data['database id'], createdAt: made.data['created at'] }) === 'other';
}

/** From 2026.08 on a replica tells what it follows; before, what the plan says is all there is. */
function ofOurs({ here, cluster, other }: Place, { database, remote }: CreateParams, view: DatabaseView): Probe {
  const { follows } = view;
  const planned = cluster.follow.kind === 'network' ? other.replication.join(', ') : cluster.follow.pullUri;
  if (follows === null)
    return done({ ...whichOne(view), follows: `${remote} at ${planned}`, 'told by': 'the plan; this version does not tell' });
  const wanted = cluster.follow.kind === 'network' ? { addresses: [...other.replication].sort() } : { pullUri: cluster.follow.pullUri };
  const found = cluster.follow.kind === 'network' ? { addresses: [...follows.addresses].sort() } : { pullUri: follows.pullUri };
  if (follows.remote !== remote || canonicalJson(wanted) !== canonicalJson(found)) {
    return impossible(`${database} on ${here} is a replica of something else (${follows.remote ?? 'unnamed'}): somebody else created it.`);
  }
  return done({ ...whichOne(view), follows: `${remote} at ${planned}`, 'told by': 'the database' });
}

function promotedSince({ here }: Place, { database }: CreateParams, view: DatabaseView): Probe {
  return copiesOf(view).every(({ type }) => type === 'standard')
    ? done({ 'database id': view.databaseId, type: 'standard', why: 'It is no replica any more.' })
    : impossible(`${database} on ${here}: ${stateWords(view)}.`);
}

const databaseParams = z.object({ database: z.string() });

/** Takes a creation back. Never drops what takes writes or has ever been promoted, nor what somebody else made under the name since. */
export const dropReplica: CcdrStep<z.infer<typeof databaseParams>> = {
  params: databaseParams,
  rebuild: (acts, side, { database }) => acts.dropReplica(side, database),
  probe: async (place, { database }) => {
    const view = await look(place, database);
    if (view === null) return done({ state: 'absent' });
    if (phaseOf(view) === 'dropping') return underway(`${database} on ${place.here} is being dropped.`);
    if (isAnother(place, view)) return done({ state: 'gone', why: `${database} on ${place.here} is another database since.` });
    if (isReplica(view)) return todo;
    return impossible(`${database} on ${place.here} is no replica, so it is not dropped: ${stateWords(view)}.`);
  },
  perform: change,
};

const onlineParams = databaseParams.extend({ topology: z.object({ primaries: z.number(), secondaries: z.number() }) });

/** Waits for the first copy of the store, which takes as long as the store is large. */
export const awaitOnline: CcdrStep<z.infer<typeof onlineParams>> = {
  params: onlineParams,
  rebuild: (acts, side, { database }) => acts.awaitOnline(side, database),
  probe: async (place, { database, topology }) => {
    const view = await look(place, database);
    if (!isReplica(view)) return impossible(`${database} on ${place.here} is no replica: ${stateWords(view)}.`);
    const copies = copiesOf(view);
    if (copies.some(hasFailed)) return impossible(copyTrouble(place.here, view)[0] ?? `A copy of ${database} on ${place.here} has failed.`);
    if (copies.some(({ writer }) => writer)) return impossible(`A copy of ${database} on ${place.here} says that it takes writes.`);
    const up = copies.filter(isOnline);
    const [primaries, secondaries] = ['primary', 'secondary'].map((role) => up.filter((copy) => copy.role === role).length);
    const wanted = topology.primaries + topology.secondaries;
    return primaries === topology.primaries && secondaries === topology.secondaries && up.length === copies.length
      ? done({ primaries, secondaries, follows: view.follows?.remote ?? null })
      : underway(`${up.length} of ${wanted} copies on ${place.here} are online.`, Math.min(1, up.length / wanted));
  },
};

/** Proves that applications can read from the replica, and that nobody is told that they can write there. */
export const verifyReads: CcdrStep<z.infer<typeof databaseParams>> = {
  params: databaseParams,
  rebuild: (acts, side, { database }) => acts.verifyReads(side, database),
  probe: async ({ connect, cluster, here, io }, { database }) => {
    const routing = await withLeader(connect, cluster, io, (session) => readRouting(session, database));
    if (routing !== null && routing.writers.length > 0)
      return impossible(`${here} tells clients that they can write to ${database} there.`);
    if (routing !== null && routing.readers.length === 0)
      return underway(`${here} names no server yet from which ${database} can be read.`);
    await withDatabase(connect, cluster, database, 'read', io, (session) => session.read(questions.one));
    return done({ 'RETURN 1': '1', readers: routing?.readers.length ?? null, writers: 0 });
  },
};

const tlsParams = z.object({ address: z.string() });

/** Nothing shows which certificates a server holds in memory, and reading them once more changes nothing. */
export const reloadTls: CcdrStep<z.infer<typeof tlsParams>> = {
  params: tlsParams,
  rebuild: (acts, side, { address }) => acts.reloadTls(side, address),
  probe: async () => todo,
  perform: async ({ connect, cluster, io }, statement, { address }) => {
    try {
      await withServer(connect, cluster, address, io, (session) => session.change(statement), 'write');
    } catch (cause) {
      throw hinted(cause, `It needs dbms.security.tls_reload_enabled=true there; otherwise restart ${address} and press Skip.`);
    }
  },
  repeatable: true,
};
