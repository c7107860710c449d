import type { GraphPace } from '../contract.ts';
import { argumentError, GraphError } from '../graph-error.ts';
import { type Cluster, type Copy, type CopyStatus, type Database, isUp, type Role, type Server } from './model.ts';

interface NextStep {
  readonly to: CopyStatus | 'gone';
  readonly leftMs: number;
}

function towardsOnline(copy: Copy, pace: GraphPace): NextStep | null {
  const table: Readonly<Record<CopyStatus, NextStep | null>> = {
    initial: { to: copy.needsStore ? 'store copying' : 'starting', leftMs: pace.reconcileMs },
    'store copying': { to: 'online', leftMs: pace.storeCopyMs },
    starting: { to: 'online', leftMs: pace.startMs },
    online: null,
    stopping: { to: 'offline', leftMs: pace.stopMs },
    // A message tells that it has failed to start, and a failed copy stays so.
    offline: copy.message === '' ? { to: copy.needsStore ? 'store copying' : 'starting', leftMs: pace.reconcileMs } : null,
    deallocating: { to: 'gone', leftMs: pace.deallocateMs },
    dirty: null,
  };
  return table[copy.status];
}

/** What a copy does next of its own to get where it should be. */
export function nextStep(copy: Copy, pace: GraphPace): NextStep | null {
  if (copy.goal === 'gone') {
    return copy.status === 'deallocating' ? { to: 'gone', leftMs: pace.deallocateMs } : { to: 'deallocating', leftMs: pace.reconcileMs };
  }
  if (copy.goal === 'online') return towardsOnline(copy, pace);
  if (copy.status === 'offline' || copy.status === 'dirty') return null;
  return copy.status === 'stopping' ? { to: 'offline', leftMs: pace.stopMs } : { to: 'stopping', leftMs: pace.reconcileMs };
}

export const newCopy = (serverId: string, role: Role, needsStore: boolean, status: CopyStatus = 'initial'): Copy => ({
  serverId,
  role,
  status,
  message: '',
  goal: 'online',
  needsStore,
  step: null,
});

const mostPrimaries = 11;
const mostSecondaries = 20;

export interface Wanted {
  readonly primaries: number;
  readonly secondaries: number;
}

/** Refuses numbers that no cluster takes. */
export function checkTopology({ primaries, secondaries }: Wanted): void {
  if (primaries < 1 || primaries > mostPrimaries) {
    throw argumentError(`The number of primaries must be between 1 and ${mostPrimaries}, but was ${primaries}.`);
  }
  if (secondaries < 0 || secondaries > mostSecondaries) {
    throw argumentError(`The number of secondaries must be between 0 and ${mostSecondaries}, but was ${secondaries}.`);
  }
}

const load = (cluster: Cluster, server: Server): number =>
  cluster.databases.filter(({ copies }) => copies.some(({ serverId }) => serverId === server.id)).length;

const usable = (cluster: Cluster): readonly Server[] =>
  cluster.servers
    .filter((server) => server.state === 'Enabled' && isUp(cluster, server))
    .sort((a, b) => load(cluster, a) - load(cluster, b));

/** Chooses a server for each further copy; those that host it already are passed over. */
function choose(
  cluster: Cluster,
  taken: ReadonlySet<string>,
  wanted: Wanted,
  more: Readonly<Record<Role, number>>,
): Readonly<Record<Role, string[]>> {
  const free = usable(cluster).filter(({ id }) => !taken.has(id));
  const chosen: Record<Role, string[]> = { primary: [], secondary: [] };
  for (const role of ['primary', 'secondary'] as const) {
    const constraint = role === 'primary' ? 'SECONDARY' : 'PRIMARY';
    for (const server of free) {
      if (chosen[role].length >= more[role]) break;
      if (server.modeConstraint === constraint || chosen.primary.includes(server.id)) continue;
      chosen[role].push(server.id);
    }
    if (chosen[role].length < more[role]) {
      throw new GraphError(
        'Neo.ClientError.Statement.ExecutionFailed',
        '51N51',
        `Could not allocate ${wanted.primaries} primaries and ${wanted.secondaries} secondaries: there are not enough enabled servers available.`,
      );
    }
  }
  return chosen;
}

/** Copies for a new database. */
export function allocate(cluster: Cluster, wanted: Wanted, needsStore: boolean): Copy[] {
  checkTopology(wanted);
  const chosen = choose(cluster, new Set(), wanted, { primary: wanted.primaries, secondary: wanted.secondaries });
  return (['primary', 'secondary'] as const).flatMap((role) => chosen[role].map((id) => newCopy(id, role, needsStore)));
}

/** Adds and removes copies so that a database gets another topology; the writer stays when it can. */
export function reallocate(cluster: Cluster, database: Database, wanted: Wanted): void {
  checkTopology(wanted);
  const counts: Readonly<Record<Role, number>> = { primary: wanted.primaries, secondary: wanted.secondaries };
  const staying = database.copies.filter(({ goal }) => goal !== 'gone');
  const kept = (role: Role): Copy[] =>
    staying
      .filter((copy) => copy.role === role)
      .sort((a, b) => Number(b.serverId === database.writer) - Number(a.serverId === database.writer))
      .slice(0, counts[role]);
  const keep = [...kept('primary'), ...kept('secondary')];
  const more = { primary: counts.primary - kept('primary').length, secondary: counts.secondary - kept('secondary').length };
  // A copy that is not needed in its role can take the other one, which needs no new store.
  const spare = staying.filter((copy) => !keep.includes(copy));
  const turned: [Copy, Role][] = [];
  for (const role of ['primary', 'secondary'] as const) {
    for (const copy of spare.splice(0, Math.max(0, more[role]))) {
      turned.push([copy, role]);
      more[role] -= 1;
    }
  }
  const taken = new Set(database.copies.map(({ serverId }) => serverId));
  const chosen = choose(cluster, taken, wanted, more);
  for (const [copy, role] of turned) copy.role = role;
  for (const copy of spare) copy.goal = 'gone';
  for (const role of ['primary', 'secondary'] as const) for (const id of chosen[role]) database.copies.push(newCopy(id, role, true));
  database.primaries = wanted.primaries;
  database.secondaries = wanted.secondaries;
}
