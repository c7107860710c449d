import type { Clock } from '../domain/clock.ts';
import { isFault } from '../domain/faults.ts';
import type { Log } from '../domain/log.ts';
import type { Intake } from './intake.ts';
import type { Receiver, ReceiverHealth } from './receiver.ts';
import { closeWithinMs, createSocket, type Socket, type SocketDeps } from './socket.ts';

export interface SocketsDeps extends Omit<SocketDeps, 'name' | 'receive'> {
  readonly intake: Intake;
  /** How many sockets to hold, 1 to 10; 2 when left out, so that one serves while the other is renewed. */
  readonly sockets?: number | undefined;
  /** Time between the starts of two sockets, ms; 120,000 when left out, so that Slack does not renew them together. */
  readonly staggerMs?: number | undefined;
  /** Time for one opening, ms. */
  readonly openWithinMs?: number | undefined;
  /** How long a socket that is replaced goes on listening, ms; 15,000 when left out. */
  readonly lingerMs?: number | undefined;
  /** First and longest wait between two attempts, ms. */
  readonly retry?: { readonly firstMs: number; readonly longestMs: number } | undefined;
}

/** Without a socket for longer than this nobody can reach the bot, ms. */
const silenceMs = 30_000;
/**
 * Slack delivers on a socket until it is closed, and what is on its way while we close it is lost. It gives notice 10 s before it
 * closes a socket itself, so it is left to that, and a little more, ms.
 */
const lingerMs = 15_000;
const lookMs = 100;
/** A refusal that time alone seldom mends, ms. */
const refusedMs = 60_000;
const permanent = new Set([
  'not_authed',
  'invalid_auth',
  'account_inactive',
  'user_removed_from_team',
  'team_disabled',
  'not_allowed_token_type',
]);
const unwelcome = new Set(['too_many_websockets', 'link_disabled']);

interface Slot {
  readonly name: string;
  socket: Socket | null;
  /** Why the last attempt failed; null while it is connected. */
  problem: string | null;
}

interface Line {
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly open: (slot: Slot) => Promise<Socket>;
  readonly firstMs: number;
  readonly longestMs: number;
  readonly lingerMs: number;
}

/** How long to wait after an attempt that failed. */
function waitAfter(fault: unknown, backoffMs: number): number {
  if (!isFault(fault)) return backoffMs;
  const { error, retryAfterMs } = fault.facts;
  if (typeof retryAfterMs === 'number') return retryAfterMs;
  return typeof error === 'string' && permanent.has(error) ? refusedMs : backoffMs;
}

/** Opens a socket, however long it takes; null when the signal aborts. */
async function insist(slot: Slot, { clock, log, signal, open, firstMs, longestMs }: Line): Promise<Socket | null> {
  for (let backoffMs = firstMs; !signal.aborted; backoffMs = Math.min(backoffMs * 1.5, longestMs)) {
    try {
      const socket = await open(slot);
      slot.problem = null;
      log.info({ event: 'slack.socket.open', socket: slot.name, connections: socket.connections() }, 'A socket to Slack is open.');
      return socket;
    } catch (fault) {
      const waitMs = waitAfter(fault, backoffMs);
      slot.problem = isFault(fault) ? String(fault.facts['error']) : 'bug';
      log.error({ event: 'slack.socket.failed', socket: slot.name, error: slot.problem, waitMs }, 'A socket to Slack could not be opened.');
      await clock.sleep(waitMs, signal);
    }
  }
  return null;
}

const aborted = (signal: AbortSignal): Promise<'stopped'> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve('stopped');
    else signal.addEventListener('abort', () => resolve('stopped'), { once: true });
  });

/** Closes a socket that has been replaced, when Slack has, or has had the time to. */
async function retire(old: Socket, { clock, signal, lingerMs: longestMs }: Line): Promise<void> {
  const until = clock.monotonic() + longestMs;
  while (old.isActive() && !signal.aborted && clock.monotonic() < until) await clock.sleep(lookMs, signal);
  await old.close(closeWithinMs);
}

/** Keeps one socket open until the signal aborts: the next is opened before the old one is closed. */
async function keepOpen(slot: Slot, line: Line): Promise<void> {
  const { clock, log, signal, firstMs } = line;
  const stopped = aborted(signal);
  const retiring = new Set<Promise<void>>();
  for (let socket = await insist(slot, line); socket !== null; ) {
    const openedAt = clock.monotonic();
    slot.socket = socket;
    const reason = await Promise.race([socket.ending, stopped]);
    if (reason === 'stopped') break;
    log.info({ event: 'slack.socket.ending', socket: slot.name, reason }, 'A socket to Slack is being replaced.');
    const old = socket;
    if (unwelcome.has(reason)) {
      slot.problem = reason;
      await old.close(closeWithinMs);
      await clock.sleep(refusedMs, signal);
    } else if (clock.monotonic() - openedAt < 2 * firstMs) {
      // One that ends at once would be opened over and over.
      await clock.sleep(firstMs, signal);
    }
    socket = await insist(slot, line);
    const retired = retire(old, line);
    retiring.add(retired);
    void retired.finally(() => retiring.delete(retired));
  }
  await Promise.all(retiring);
  await slot.socket?.close(closeWithinMs);
}

/** Socket Mode: holds several sockets, each renewed on its own, all feeding one intake. */
export function createSockets(deps: SocketsDeps): Receiver {
  const { clock, log, intake } = deps;
  const slots: readonly Slot[] = Array.from({ length: deps.sockets ?? 2 }, (_, place) => ({
    name: `socket-${place + 1}`,
    socket: null,
    problem: 'not opened yet',
  }));
  const stopping = new AbortController();
  const kept: Promise<void>[] = [];
  let lastActiveAt = clock.monotonic();

  const line: Line = {
    clock,
    log,
    signal: stopping.signal,
    firstMs: deps.retry?.firstMs ?? 500,
    longestMs: deps.retry?.longestMs ?? 15_000,
    lingerMs: deps.lingerMs ?? lingerMs,
    async open(slot) {
      const socket = createSocket({ ...deps, name: slot.name, receive: intake.receive });
      await socket.open(deps.openWithinMs ?? 15_000);
      return socket;
    },
  };

  async function begin(slot: Slot, place: number): Promise<void> {
    if (place > 0) await clock.sleep(place * (deps.staggerMs ?? 120_000), stopping.signal);
    await keepOpen(slot, line);
  }

  function health(): ReceiverHealth {
    const active = slots.filter(({ socket }) => socket?.isActive() === true);
    const now = clock.monotonic();
    if (active.length > 0) lastActiveAt = now;
    const connections = Math.max(0, ...slots.map(({ socket }) => socket?.connections() ?? 0));
    return {
      healthy: active.length > 0 || now - lastActiveAt <= silenceMs,
      sentence: active.length > 0 ? `${active.length} of ${slots.length} sockets to Slack are open.` : 'No socket to Slack is open.',
      receiving: active.length > 0,
      connections,
      problems: slots.flatMap(({ name, problem }) => (problem === null ? [] : [`${name}: ${problem}`])),
    };
  }

  return {
    async start() {
      kept.push(...slots.map(begin));
      return undefined;
    },
    async stop() {
      // Acknowledgements need the sockets, so what is under way ends first.
      await intake.settle(2000);
      stopping.abort();
      await Promise.all(kept);
    },
    health,
  };
}
