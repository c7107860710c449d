import type { Clock } from '../../domain/clock.ts';
import type { Attempt, Courier, Parcel, Receipt } from './courier.ts';
import type { FaultState } from './faults.ts';
import type { Happening } from './model.ts';
import type { Timing } from './options.ts';
import { eventPayload } from './payloads.ts';
import type { World } from './world.ts';

export interface Dispatch {
  /** Sends a command, click or view once (or twice, if a fault says so) and waits for the acknowledgement. */
  send(parcel: Parcel): Promise<Receipt>;
  /** Delivers an event, if the bot may have it, and again while it is not acknowledged. */
  event(happening: Happening): void;
  release(order: 'in-order' | 'reversed'): void;
  idle(): Promise<void>;
  close(): Promise<void>;
}

interface DispatchDeps {
  readonly world: World;
  readonly clock: Clock;
  readonly timing: Timing;
  readonly faults: FaultState;
  readonly courier: Courier;
  readonly subscriptions: ReadonlySet<string>;
  readonly scopes: ReadonlySet<string>;
}

const historyOf: Readonly<Record<string, string>> = { channel: 'channels:history', group: 'groups:history', im: 'im:history' };
const plural: Readonly<Record<string, string>> = { channel: 'message.channels', group: 'message.groups', im: 'message.im' };

const scopeOf: Readonly<Record<string, string>> = {
  app_mention: 'app_mentions:read',
  reaction_added: 'reactions:read',
  reaction_removed: 'reactions:read',
  member_joined_channel: 'channels:read',
  member_left_channel: 'channels:read',
  channel_archive: 'channels:read',
  channel_rename: 'channels:read',
  subteam_members_changed: 'usergroups:read',
};

/** Subscribed, within the scopes, and in a channel of the bot. */
function mayHave(deps: DispatchDeps, happening: Happening): boolean {
  const { event, channel } = happening;
  const channelType = String(event['channel_type'] ?? '');
  const isMessage = event.type === 'message';
  const subscription = isMessage ? (plural[channelType] ?? '') : event.type;
  const scope = isMessage ? historyOf[channelType] : scopeOf[event.type];
  if (!deps.subscriptions.has(subscription)) return false;
  if (scope !== undefined && (!deps.scopes.has(scope) || deps.faults.droppedScopes.has(scope))) return false;
  return channel === null || (deps.world.channels.get(channel)?.members.has(deps.world.botUser) ?? false);
}

const firstAttempt = (deaf: boolean): Attempt => ({ number: 0, reason: '', deaf });

async function deliverEvent(deps: DispatchDeps, parcel: Parcel, signal: AbortSignal): Promise<void> {
  let reason = '';
  const waits = [0, ...deps.timing.eventRetryDelaysMs];
  for (const [number, wait] of waits.entries()) {
    if (number > 0) await deps.clock.sleep(wait, signal);
    if (signal.aborted) return;
    const receipt = await deps.courier.send(parcel, { number, reason, deaf: deps.faults.takeLostAck('event') });
    if (receipt.state === 'acked' || (receipt.state === 'undeliverable' && receipt.final)) return;
    reason = receipt.reason;
  }
}

/** Remembers what is under way. */
function createTracker() {
  const underWay = new Set<Promise<unknown>>();
  return {
    track: <T>(work: Promise<T>): Promise<T> => {
      underWay.add(work);
      void work.finally(() => underWay.delete(work)).catch(() => undefined);
      return work;
    },
    idle: async (): Promise<void> => {
      while (underWay.size > 0) await Promise.allSettled([...underWay]);
    },
  };
}

/** An event on its way; null when the app may not have it. */
function eventParcel(deps: DispatchDeps, happening: Happening): Parcel | null {
  if (!mayHave(deps, happening)) return null;
  const external = happening.channel !== null && deps.world.channels.get(happening.channel)?.kind === 'connect';
  return { kind: 'event', type: 'events_api', payload: eventPayload(deps.world, happening, external), acceptsAnswer: false };
}

export function createDispatch(deps: DispatchDeps): Dispatch {
  const closing = new AbortController();
  const { track, idle } = createTracker();
  const held: Parcel[] = [];
  const emit = (parcel: Parcel): void => {
    const copies = deps.faults.takeDuplicate('event') ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) void track(deliverEvent(deps, parcel, closing.signal));
  };
  return {
    send: async (parcel) => {
      const first = track(deps.courier.send(parcel, firstAttempt(deps.faults.takeLostAck(parcel.kind))));
      if (deps.faults.takeDuplicate(parcel.kind)) void track(deps.courier.send(parcel, firstAttempt(false)));
      return first;
    },
    event: (happening) => {
      const parcel = eventParcel(deps, happening);
      if (parcel === null) return;
      if (deps.faults.holding()) held.push(parcel);
      else emit(parcel);
    },
    release: (order) => {
      const waiting = held.splice(0);
      for (const parcel of order === 'reversed' ? waiting.reverse() : waiting) emit(parcel);
    },
    idle,
    close: async () => {
      closing.abort();
      await deps.courier.close();
      await idle();
    },
  };
}
