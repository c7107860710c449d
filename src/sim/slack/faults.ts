import type { JsonObject } from '../../domain/json.ts';
import type { DeliveryKind, Faults, MethodFault } from './fault-contract.ts';

/** What goes wrong with one call. */
export type Mishap =
  | { readonly kind: 'rate-limit'; readonly retryAfterSeconds: number | null }
  | { readonly kind: 'http'; readonly status: number }
  | { readonly kind: 'refuse'; readonly error: string; readonly extra: JsonObject }
  | { readonly kind: 'hang'; readonly applied: boolean }
  | { readonly kind: 'slow'; readonly ms: number }
  | { readonly kind: 'lose-reply' }
  | { readonly kind: 'reset' };

interface Planned {
  readonly method: string;
  readonly mishap: Mishap;
  readonly where: ((args: JsonObject) => boolean) | undefined;
  left: number;
}

/** The side of the faults that the workspace reads. */
export interface FaultState {
  /** The mishap of this call, used up by asking; null when it goes well. */
  take(method: string, args: JsonObject): Mishap | null;
  readonly bannedBlocks: ReadonlySet<string>;
  readonly droppedScopes: ReadonlySet<string>;
  revoked(): boolean;
  takeDuplicate(kind: DeliveryKind): boolean;
  takeLostAck(kind: DeliveryKind): boolean;
  takeHello(): boolean;
  pongs(): boolean;
  holding(): boolean;
}

/** What the faults do to the sockets and to waiting events. */
export interface FaultReach {
  release(order: 'in-order' | 'reversed'): void;
  disconnect(reason: string, only: number | undefined): void;
  cut(): void;
  send(frame: JsonObject): void;
}

type Counter = Map<string, number>;

function takeFrom(counter: Counter, key: string): boolean {
  const left = counter.get(key) ?? 0;
  if (left <= 0) return false;
  counter.set(key, left - 1);
  return true;
}

interface Memory {
  readonly planned: Planned[];
  readonly bannedBlocks: Set<string>;
  readonly droppedScopes: Set<string>;
  readonly duplicates: Counter;
  readonly lostAcks: Counter;
  readonly hellos: Counter;
  revoked: boolean;
  pongs: boolean;
  holding: boolean;
}

function take(memory: Memory, method: string, args: JsonObject): Mishap | null {
  const at = memory.planned.findIndex((one) => one.method === method && one.left > 0 && (one.where?.(args) ?? true));
  const found = memory.planned[at];
  if (found === undefined) return null;
  found.left -= 1;
  if (found.left <= 0) memory.planned.splice(at, 1);
  return found.mishap;
}

const stateOf = (memory: Memory): FaultState => ({
  take: (method, args) => take(memory, method, args),
  bannedBlocks: memory.bannedBlocks,
  droppedScopes: memory.droppedScopes,
  revoked: () => memory.revoked,
  takeDuplicate: (kind) => takeFrom(memory.duplicates, kind),
  takeLostAck: (kind) => takeFrom(memory.lostAcks, kind),
  takeHello: () => takeFrom(memory.hellos, 'hello'),
  pongs: () => memory.pongs,
  holding: () => memory.holding,
});

function clear(memory: Memory, reach: FaultReach): void {
  memory.planned.length = 0;
  for (const each of [memory.bannedBlocks, memory.droppedScopes, memory.duplicates, memory.lostAcks, memory.hellos]) each.clear();
  memory.revoked = false;
  memory.pongs = true;
  memory.holding = false;
  reach.release('in-order');
}

type MethodFaults = Pick<Faults, 'rateLimit' | 'failHttp' | 'refuse' | 'hang' | 'slow' | 'loseReply' | 'reset'>;

function methodFaults(memory: Memory): MethodFaults {
  const plan = (method: string, mishap: Mishap, fault: MethodFault = {}) => {
    memory.planned.push({ method, mishap, where: fault.where, left: fault.times ?? 1 });
  };
  return {
    rateLimit: (method, fault) => plan(method, { kind: 'rate-limit', retryAfterSeconds: fault.retryAfterSeconds }, fault),
    failHttp: (method, fault) => plan(method, { kind: 'http', status: fault.status }, fault),
    refuse: (method, fault) => plan(method, { kind: 'refuse', error: fault.error, extra: fault.extra ?? {} }, fault),
    hang: (method, fault) => plan(method, { kind: 'hang', applied: fault?.applied ?? false }, fault),
    slow: (method, fault) => plan(method, { kind: 'slow', ms: fault.ms }, fault),
    loseReply: (method, fault) => plan(method, { kind: 'lose-reply' }, fault),
    reset: (method, fault) => plan(method, { kind: 'reset' }, fault),
  };
}

/** Ill fortune, and the state that the workspace consults. `reach` is asked late, since the sockets come later. */
export function createFaults(reach: () => FaultReach): { readonly faults: Faults; readonly state: FaultState } {
  const sets = { bannedBlocks: new Set<string>(), droppedScopes: new Set<string>() };
  const counters = { duplicates: new Map<string, number>(), lostAcks: new Map<string, number>(), hellos: new Map<string, number>() };
  const memory: Memory = { planned: [], ...sets, ...counters, revoked: false, pongs: true, holding: false };
  const count = (counter: Counter, key: string, times: number) => void counter.set(key, (counter.get(key) ?? 0) + times);
  const faults: Faults = {
    ...methodFaults(memory),
    dropScope: (scope) => void memory.droppedScopes.add(scope),
    refuseBlocks: (type) => void memory.bannedBlocks.add(type),
    revokeTokens: () => {
      memory.revoked = true;
    },
    duplicate: (kind, times = 1) => count(memory.duplicates, kind, times),
    loseAck: (kind, times = 1) => count(memory.lostAcks, kind, times),
    holdEvents: () => {
      memory.holding = true;
    },
    releaseEvents: (order = 'in-order') => {
      memory.holding = false;
      reach().release(order);
    },
    disconnect: (reason, only) => reach().disconnect(reason, only),
    cutSockets: () => reach().cut(),
    withholdHello: (times) => count(memory.hellos, 'hello', times),
    withholdPongs: () => {
      memory.pongs = false;
    },
    sendFrame: (frame) => reach().send(frame),
    clear: () => clear(memory, reach()),
  };
  return { faults, state: stateOf(memory) };
}
