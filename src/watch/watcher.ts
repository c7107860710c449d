import type { Clock } from '../domain/clock.ts';
import { Fault } from '../domain/faults.ts';
import type { LinkId } from '../domain/ids.ts';
import { canonicalJson } from '../domain/json.ts';
import type { LagUnit } from '../domain/lag-history.ts';
import type { EngineId, Link } from '../domain/link.ts';
import type { Log } from '../domain/log.ts';
import { lagsOf, type Observation } from '../domain/observation.ts';
import type { Engine, EngineIo } from '../engines/engine.ts';
import { type AlertBook, judge } from './alerts.ts';
import { holdTurn } from './hold.ts';
import { measuresOf } from './measures.ts';
import type { Glance, Turn, WatchStore } from './ports.ts';
import { thin } from './thin.ts';

/** All times in ms. */
export interface WatchPace {
  /** Time between two looks at one link, by whichever bot. */
  readonly everyMs: number;
  /** Time between two asks which links are due. */
  readonly pollMs: number;
  /** How long a link stays ours without a sign of life; bounds the take-over of a dead bot's links. */
  readonly leaseMs: number;
  /** Longest look: more than the most patient engine takes. What hangs for longer is given up, whatever it does. */
  readonly lookMs: number;
  /** Looks of this process at once. */
  readonly most: number;
}

export const watchPace: WatchPace = { everyMs: 30_000, pollMs: 1_000, leaseMs: 5_000, lookMs: 200_000, most: 200 };

export interface WatcherDeps {
  readonly links: ReadonlyMap<LinkId, Link>;
  readonly engines: ReadonlyMap<EngineId, Engine>;
  readonly store: WatchStore;
  /** For one look at a link. */
  readonly io: (engine: Engine, link: LinkId) => EngineIo;
  /** Whether a run is changing the link now. */
  readonly isMoving: (link: LinkId) => Promise<boolean>;
  readonly clock: Clock;
  readonly log: Log;
  readonly worker: string;
  readonly pace: WatchPace;
  /** Told after every look; `failed` says that nothing could be learned from it. */
  readonly onLook: (link: Link, outcome: 'seen' | 'failed') => void;
}

/** Looks at every link again and again, one bot a link, any number of bots. */
export interface Watcher {
  start(): void;
  /** Monotonic time at which it last asked which links are due and was answered; for the canary. */
  lastRoundAt(): number;
  /** Ends what is under way and gives its links back, so that another bot looks at them at once. */
  stop(): Promise<void>;
}

export function createWatcher(deps: WatcherDeps): Watcher {
  const { links, store, clock, log, pace } = deps;
  const inHand = new Map<LinkId, Promise<void>>();
  const stopping = new AbortController();
  let roundAt = clock.monotonic();
  let rounds: Promise<void> = Promise.resolve();

  const round = async (): Promise<void> => {
    const idle = [...links.keys()].filter((id) => !inHand.has(id));
    const turns = await store.take(idle, pace.leaseMs, pace.most - inHand.size);
    roundAt = clock.monotonic();
    for (const turn of turns) {
      const work = takeTurn(turn, deps, stopping.signal).finally(() => inHand.delete(turn.link));
      inHand.set(turn.link, work);
    }
  };

  const go = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await round().catch((cause: unknown) =>
        log.warn({ event: 'watch.round-failed', cause }, 'Links that are due could not be asked for.'),
      );
      await clock.sleep(pace.pollMs, stopping.signal);
    }
  };

  return {
    start: () => {
      rounds = go();
    },
    lastRoundAt: () => roundAt,
    stop: async () => {
      stopping.abort();
      await rounds;
      await Promise.all(inHand.values());
    },
  };
}

/** One look at one link. Never rejects: whatever goes wrong is counted and told to the log, and the link is looked at again. */
async function takeTurn(turn: Turn, deps: WatcherDeps, stopping: AbortSignal): Promise<void> {
  const { store, clock, log, pace } = deps;
  const begunAt = clock.monotonic();
  const link = deps.links.get(turn.link);
  const hold = holdTurn(turn, { store, clock, leaseMs: pace.leaseMs });
  const nextInMs = (): number => Math.max(pace.everyMs / 2, pace.everyMs - (clock.monotonic() - begunAt));
  try {
    if (link === undefined) throw new TypeError(`turn for link ${turn.link}, which nobody asked for`);
    await lookAt(link, turn, deps, stopping, nextInMs);
    deps.onLook(link, 'seen');
  } catch (cause) {
    if (link !== undefined && !stopping.aborted) {
      deps.onLook(link, 'failed');
      log.warn({ event: 'watch.look-failed', link: link.id, cause }, 'A link could not be looked at; it is looked at again.');
    }
    await store.leave(turn, stopping.aborted ? 0 : nextInMs()).catch(() => undefined);
  } finally {
    await hold.letGo();
  }
}

async function lookAt(link: Link, turn: Turn, deps: WatcherDeps, stopping: AbortSignal, nextInMs: () => number): Promise<void> {
  const { store, worker, log } = deps;
  const movedBefore = await deps.isMoving(link.id);
  const seen = await observe(link, deps, stopping);
  const moving = (await deps.isMoving(link.id)) || movedBefore;
  const [before, samples] = await Promise.all([store.book(link.id), store.history(link.id)]);
  const book = judge(before, { seen, moving });
  const sample = { at: seen.observedAt, health: seen.health, headline: seen.headline, trail: seen.trail ?? null, lags: lagsOf(seen) };
  const drop = thin([...samples, sample], sample.at).filter((at) => at !== sample.at);
  const isNews = canonicalJson(book) !== canonicalJson(before);
  const noted = await store.note(turn, { sample, glance: glanceOf(seen, worker), drop, book: isNews ? book : null }, nextInMs());
  if (noted) tellLog(before, book, link, log);
  else log.warn({ event: 'watch.turn-lost', link: link.id }, 'Another bot looks at the link by now; what was seen is dropped.');
}

/** For links whose config names no channel to tell. */
function tellLog(before: AlertBook, { alerts }: AlertBook, link: Link, log: Log): void {
  for (const { id, kind, cluster, sentence, cleared } of alerts) {
    const was = before.alerts.find((alert) => alert.id === id);
    if (was === undefined) log.warn({ event: 'alert.raised', link: link.id, alert: id, kind, cluster }, sentence);
    else if (was.cleared === null && cleared !== null)
      log.info({ event: 'alert.cleared', link: link.id, alert: id, kind }, cleared.sentence);
  }
}

/** Of the databases this says nothing: what they were last seen to be stays what is known of them. */
const lateWords = ({ id, engine }: Link, ms: number): string =>
  `The look at ${id} was given up, since ${engine} had not ended it after ${ms / 1_000} s. Nothing was changed, and ${id} is looked at again.`;

/** An engine that does not keep its time limit must not keep the link from being looked at. */
async function observe(link: Link, { engines, io, clock, pace }: WatcherDeps, stopping: AbortSignal): Promise<Observation> {
  const engine = engines.get(link.engine);
  if (engine === undefined) throw new TypeError(`no engine of this bot is called ${link.engine}`);
  const given = io(engine, link.id);
  const over = new AbortController();
  const signal = AbortSignal.any([given.signal, stopping, over.signal]);
  const done = new AbortController();
  const limit = async (): Promise<never> => {
    await clock.sleep(pace.lookMs, AbortSignal.any([done.signal, stopping]));
    over.abort();
    throw new Fault('deadline-passed', lateWords(link, pace.lookMs), { effect: 'not-applied', facts: { link: link.id, ms: pace.lookMs } });
  };
  try {
    return await Promise.race([engine.observe(link, { ...given, signal }), limit()]);
  } finally {
    done.abort();
  }
}

function glanceOf({ observedAt: at, health, lag }: Observation, worker: string): Glance {
  const measures = measuresOf(lag);
  const inUnit = (unit: LagUnit): number | null => measures.find((measure) => measure.unit === unit)?.value ?? null;
  return { at, worker, health, lagMs: inUnit('time'), lagCount: inUnit('count') };
}
