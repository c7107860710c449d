import type { Clock } from '../domain/clock.ts';
import { isFault } from '../domain/faults.ts';
import type { ChannelId, LinkId } from '../domain/ids.ts';
import type { Link } from '../domain/link.ts';
import type { Log } from '../domain/log.ts';
import type { AlertDesk, ToTell, Turn } from '../watch/ports.ts';
import type { SlackCalls } from './calls.ts';
import { showAlert, type Telling } from './herald-show.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { createPace, type Pace } from './outbox-pace.ts';
import { type Hold, holdClaim } from './reporter-hold.ts';
import { type ReporterSettings, reporterSettings } from './reporter-settings.ts';

export interface HeraldDeps {
  readonly desk: AlertDesk;
  readonly calls: SlackCalls;
  readonly links: (id: LinkId) => Link | null;
  readonly clock: Clock;
  readonly log: Log;
  /** Name of this process; unique among running bots. */
  readonly worker: string;
  readonly settings?: Partial<ReporterSettings>;
}

/** Tells incident channels of alerts: each once, and once that it is over, whichever bot does it and however many die meanwhile. */
export interface Herald {
  start(): void;
  stop(): Promise<void>;
}

interface Deps extends HeraldDeps {
  readonly settings: ReporterSettings;
  readonly pace: Pace;
  readonly outbox: Outbox;
  readonly stopping: AbortSignal;
}

export function createHerald(given: HeraldDeps): Herald {
  const settings = { ...reporterSettings, ...given.settings };
  const pace = createPace(given.clock, settings);
  const stopping = new AbortController();
  const deps: Deps = { ...given, settings, pace, outbox: createOutbox(given.calls, pace), stopping: stopping.signal };
  let working: Promise<void> = Promise.resolve();
  return {
    start: () => {
      working = workOff(deps);
    },
    stop: async () => {
      stopping.abort();
      const limit = new AbortController();
      // A call that is still under way is left to its end: its trace leads the next bot to its message.
      await Promise.race([working, given.clock.sleep(settings.stopMs, limit.signal)]);
      limit.abort();
    },
  };
}

async function workOff(deps: Deps): Promise<void> {
  const { desk, worker, settings, clock, stopping, log } = deps;
  while (!stopping.aborted) {
    const turn = await desk.claim(worker, settings.leaseMs).catch((cause: unknown) => {
      log.warn({ event: 'slack.alert.broken', cause }, 'Alerts to tell could not be asked for; it is tried again.');
      return null;
    });
    if (turn === null) await clock.sleep(settings.pollMs, stopping);
    else await takeTurn(turn, deps);
  }
}

async function takeTurn(turn: Turn, deps: Deps): Promise<void> {
  const { desk, settings, clock, log } = deps;
  const hold = holdClaim({ renew: (leaseMs) => desk.renew(turn, leaseMs), clock, leaseMs: settings.leaseMs });
  try {
    const told = await desk.read(turn.link);
    const wait = await showAll(turn.link, told, hold, deps);
    if (wait === null) await desk.finish(turn, told.seq);
    else await desk.postpone(turn, wait);
  } catch (cause) {
    const fields = { event: 'slack.alert.broken', link: turn.link, cause };
    if (isFault(cause)) log.warn(fields, 'Alerts could not be told now; it is tried again.');
    else log.error(fields, 'Alerts could not be told because of a mistake in the bot.');
    await desk.postpone(turn, settings.brokenMs).catch(() => undefined);
  } finally {
    await hold.letGo();
  }
}

/** Null when every channel shows every alert; else the time after which to look again, ms. */
async function showAll(id: LinkId, told: ToTell, hold: Hold, deps: Deps): Promise<number | null> {
  const link = deps.links(id);
  // Another bot has a newer config; it will tell.
  if (link === null) return deps.settings.longestRetryMs;
  const mine = (): boolean => hold.holdsFor(deps.settings.leaseMs / 4) && !deps.stopping.aborted;
  const channels: readonly ChannelId[] = [...new Set(link.incidentChannels)];
  const waits: number[] = [];
  for (const alert of told.book.alerts) {
    for (const channel of channels) {
      if (!mine()) return 0;
      const telling: Telling = {
        link,
        alert,
        channel,
        key: `${alert.id}:${channel}`,
        post: told.posts.get(`${alert.id}:${channel}`) ?? null,
      };
      const wait = await showAlert(telling, { ...deps, mine });
      if (wait !== null) waits.push(wait);
    }
  }
  const known = new Set(told.book.alerts.map((alert) => alert.id));
  await deps.desk.forget(
    id,
    [...told.posts.keys()].filter((key) => !known.has(key.slice(0, key.indexOf(':')))),
  );
  return waits.length === 0 ? null : Math.min(...waits);
}
