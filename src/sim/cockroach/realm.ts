import type { Gate } from '../time/gate.ts';
import type { WorldTime } from '../time/world-time.ts';
import type { SimSide } from './contract.ts';
import { simSides } from './contract.ts';
import type { FaultRules } from './faults.ts';
import { type Sessions, stopStatement } from './sessions.ts';
import type { Cluster, SimState, Us, Vc } from './state/model.ts';
import { canStart, refresh, settle } from './state/settle.ts';
import type { SeenStatement } from './truth-contract.ts';

/** The record of a statement while it may still change. */
export type SeenEntry = { -readonly [Name in keyof SeenStatement]: SeenStatement[Name] };

/** Everything behind the two servers. */
export interface Realm {
  readonly state: SimState;
  readonly time: WorldTime;
  readonly sessions: Sessions;
  readonly rules: FaultRules;
  readonly seen: SeenEntry[];
  /** Shut while a side is silent. */
  readonly gates: Readonly<Record<SimSide, Gate>>;
  /** Aborted when the world closes. */
  readonly closing: AbortController;
}

/** True when a virtual cluster answers SQL at that moment. */
export const isServing = (cluster: Cluster, vc: Vc, nowUs: Us): boolean => canStart(cluster, vc) && nowUs >= vc.serviceUpUs;

const servingVc = (cluster: Cluster, vcId: number, nowUs: Us): boolean =>
  cluster.vcs.some((vc) => vc.id === vcId && isServing(cluster, vc, nowUs));

/** Lets everything due happen, and ends the sessions of services that have stopped. Returns the time it is now. */
export function catchUp(realm: Realm): Us {
  const { state, sessions } = realm;
  const nowUs = realm.time.nowUs();
  settle(state, nowUs);
  for (const session of sessions.all()) {
    if (servingVc(state.clusters[session.side], session.vcId, nowUs)) continue;
    sessions.remove(session);
    session.cancelled = true;
    if (session.active === null) session.line.dismiss('57P01', 'server is shutting down');
    else stopStatement(session, 'session-cancelled');
  }
  return nowUs;
}

/** Brings the world into line after a fact was changed from outside. */
export function changed(realm: Realm): void {
  refresh(realm.state, realm.state.settledUs);
  catchUp(realm);
}

/** Stops every running statement. */
export function stopAll(realm: Realm): void {
  realm.closing.abort();
  for (const side of simSides) realm.gates[side].open();
  for (const session of realm.sessions.all()) stopStatement(session, 'closed');
}
