import { createGate, type Gate } from '../time/gate.ts';
import type { WorldTime } from '../time/world-time.ts';
import type { GraphWorldOptions, SeenStatement, SimSide } from './contract.ts';
import { simSides } from './contract.ts';
import type { FaultRules } from './faults.ts';
import { type Sessions, stopStatement } from './sessions.ts';
import type { Ms, SimState } from './state/model.ts';
import { refresh, settle } from './state/settle.ts';

/** The record of a statement while it may still change. */
export type SeenEntry = { -readonly [Name in keyof SeenStatement]: SeenStatement[Name] };

/** Everything behind the servers. */
export interface Realm {
  readonly options: GraphWorldOptions;
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

export const createGates = (): Realm['gates'] => ({ primary: createGate(), standby: createGate() });

export const nowOf = (realm: Realm): Ms => realm.time.nowUs() / 1000;

/** Lets everything due happen. Returns the time it is now. */
export function catchUp(realm: Realm): Ms {
  const nowMs = nowOf(realm);
  settle(realm.state, nowMs);
  return nowMs;
}

/** Brings the world into line after a fact was changed from outside. */
export function changed(realm: Realm): void {
  refresh(realm.state, realm.state.settledMs);
  catchUp(realm);
}

/** Stops every running statement. */
export function stopAll(realm: Realm): void {
  realm.closing.abort();
  for (const side of simSides) realm.gates[side].open();
  for (const session of realm.sessions.all()) stopStatement(session, 'closed');
}
