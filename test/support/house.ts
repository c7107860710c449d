import { assemble } from '../../src/assemble.ts';
import type { Bot, BotOptions } from '../../src/bot.ts';
import { type Clock, systemClock } from '../../src/domain/clock.ts';
import { asLinkId, asRunId, type RunId } from '../../src/domain/ids.ts';
import type { JournalRecord, RunState, RunView } from '../../src/domain/run.ts';
import { fold } from '../../src/runs/fold.ts';
import { type BotProcess, startBot } from '../../src/sim/bots.ts';
import { tinyPace } from '../../src/sim/cockroach/pace.ts';
import type { SqlWorld } from '../../src/sim/cockroach/sql-world.ts';
import { tinyPace as tinyGraphPace } from '../../src/sim/neo4j/pace.ts';
import type { Actor, SeenMessage, Workspace } from '../../src/sim/slack/contract.ts';
import type { Stage } from '../../src/sim/stages/stage.ts';
import { tinyPace as tinyTigerPace } from '../../src/sim/tigergraph/pace.ts';
import { startWorld, type World, type WorldOptions } from '../../src/sim/world.ts';
import { createStore, type Store } from '../../src/store/index.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { quickPace, quickReporter } from './paces.ts';
import { startRedis, type TestRedis } from './redis.ts';
import { until } from './until.ts';

/** A clock that can leap: wall time is shifted, everything else is real. */
export interface LeapingClock extends Clock {
  leap(ms: number): void;
}

export function leapingClock(): LeapingClock {
  let shift = 0;
  return {
    ...systemClock,
    now: () => systemClock.now() + shift,
    leap: (ms) => {
      shift += ms;
    },
  };
}

export interface House {
  readonly redis: TestRedis;
  readonly world: World;
  readonly workspace: Workspace;
  /** The databases of the first link. */
  readonly stage: Stage;
  /** The CockroachDB clusters of the first link. Throws TypeError when it has none. */
  readonly sql: SqlWorld;
  readonly clock: LeapingClock;
  readonly store: Store;
  /** Log lines of every bot so far. */
  readonly logs: () => string;
  as(person: string): Actor;
  /** Starts one more bot in this process. */
  bot(worker: string, more?: Partial<BotOptions>): Promise<Bot>;
  /** Starts one more bot in a process of its own. */
  process(worker: string): Promise<BotProcess>;
  /** Types a command and resolves to what the person alone is shown. */
  ask(person: string, line: string, channel?: string): Promise<string>;
  /** Types a command that proposes a run, and resolves when people are asked (or nobody has to be) and the journal knows the message. */
  propose(person: string, line: string, channel?: string, withinMs?: number): Promise<RunId>;
  records(run: RunId): Promise<readonly JournalRecord[]>;
  run(run: RunId): Promise<RunView>;
  reaches(run: RunId, state: RunState, withinMs?: number): Promise<RunView>;
  /** The run's own message. */
  message(run: RunId, channel?: string): Promise<SeenMessage>;
  approve(run: RunId, ...people: readonly string[]): Promise<void>;
  /** Confirms the step of people that the run waits for. */
  confirm(run: RunId, person: string): Promise<void>;
  /** Clicks a button of the run's message as soon as it is shown. Throws TypeError when the click was not acknowledged. */
  click(run: RunId, person: string, verb: string): Promise<void>;
  close(): Promise<void>;
}

export interface HouseOptions extends WorldOptions {
  /** Names of bots in this process; one when left out. */
  readonly bots?: readonly string[];
  readonly bot?: Partial<BotOptions>;
}

/** Slack waits 3 s for an acknowledgement and for a dialog; a test machine may stand still for longer, and what is at stake is elsewhere. */
const patientSlack = { ackDeadlineMs: 60_000, triggerLifeMs: 60_000 } as const;

/** The same of the 2 s that the bot waits for Redis. */
const patientRedisMs = 20_000;

const oneLink: NonNullable<WorldOptions['links']> = [
  { id: 'prod-sql', engine: 'cockroach-pcr', environment: 'production', description: 'Orders and payments', version: '26.2' },
];

/** Opens the whole house: Redis, the simulated world, and bots that are the real ones. Close it in `afterAll` or `finally`. */
export async function openHouse(options: HouseOptions = {}): Promise<House> {
  const clock = leapingClock();
  const redis = await startRedis();
  const world = await startWorld({
    links: oneLink,
    // Who does not ask for the watch is hardly disturbed by it.
    watchEvery: '1m',
    ...options,
    timing: { ...patientSlack, ...options.timing },
    pace: { ...tinyPace, ...options.pace },
    graphPace: { ...tinyGraphPace, ...options.graphPace },
    tigerPace: { ...tinyTigerPace, ...options.tigerPace },
  });
  const store = createStore({ url: redis.url, worker: 'test', clock, onProblem: () => {}, callWithinMs: patientRedisMs });
  const env = { ...world.env, REDIS_URL: redis.url };
  const lines: string[] = [];
  const bots: Bot[] = [];
  const processes: BotProcess[] = [];
  const workspace = world.workspace;
  const overHttp = options.httpPort !== undefined;
  const [stage] = Object.values(world.stages);
  if (stage === undefined) throw new TypeError('a house has at least one link');

  const house: House = {
    redis,
    world,
    workspace,
    stage,
    get sql() {
      const [first] = Object.values(world.sql);
      if (first === undefined) throw new TypeError('this house has no CockroachDB');
      return first;
    },
    clock,
    store,
    logs: () => lines.join('') + processes.map((one) => one.output()).join(''),
    as: (person) => workspace.as(person),
    bot: async (worker, more) => {
      const log = createLog('debug', worker, { write: (line: string) => void lines.push(line) });
      const assembled = await assemble(env, () => ({
        worker,
        clock,
        log,
        pace: quickPace,
        reporter: quickReporter,
        redisWithinMs: patientRedisMs,
        // The SDK takes a socket for dead whose pong is 5 s late.
        sockets: { staggerMs: 0, openWithinMs: 60_000, pongWithinMs: 600_000 },
        // Once at the start.
        watch: { everyMs: 600_000 },
        ...options.bot,
        ...more,
      }));
      if (assembled.kind === 'problems') throw new TypeError(assembled.problems.join('\n'));
      await assembled.bot.start();
      bots.push(assembled.bot);
      if (!overHttp) await until(() => workspace.sockets() > 0, 'a socket is open');
      return assembled.bot;
    },
    process: async (worker) => {
      const one = startBot(worker, env);
      processes.push(one);
      await one.ready();
      return one;
    },
    ask: async (person, line, channel = '#ops') => {
      // Who waits for longer than 3 s is told so; that is no answer yet.
      const answers = () => workspace.ephemerals(person, channel).filter(({ text }) => !text.startsWith('Still at it'));
      const before = answers().length;
      await workspace.as(person).command(line, channel);
      await until(() => answers().length > before, `${person} is answered for ${line}`);
      return textOf(answers().at(-1));
    },
    propose: async (person, line, channel = '#ops', withinMs = 100_000) => {
      if (!overHttp) await until(() => workspace.sockets() > 0, 'a socket is open');
      const known = new Set(runIdsOf(workspace.messages(channel)));
      await workspace.as(person).command(line, channel);
      const fresh = (): string | undefined => runIdsOf(workspace.messages(channel)).find((id) => !known.has(id));
      await until(() => fresh() !== undefined, `a run stands in ${channel} for ${line}`, withinMs);
      const run = asRunId(fresh() ?? '');
      const isKnown = ({ state, posted }: RunView): boolean => state !== 'proposed' && (posted['run']?.ts ?? null) !== null;
      await until(async () => isKnown(await house.run(run)), `people are asked about run ${run}`, withinMs);
      return run;
    },
    records: (run) => store.journal.read(run),
    run: async (run) => fold(await store.journal.read(run)),
    reaches: async (run, state, withinMs = 100_000) => {
      await until(async () => (await house.run(run)).state === state, `run ${run} is ${state}`, withinMs).catch(async (cause: unknown) => {
        const { state: is, halt, ending } = await house.run(run);
        throw new TypeError(`${cause instanceof Error ? cause.message : ''}; it is ${is}: ${JSON.stringify({ halt, ending })}`, { cause });
      });
      return house.run(run);
    },
    message: async (run, channel = '#ops') => {
      const found = workspace.messages(channel).find((message) => runIdOf(message) === run);
      if (found === undefined) throw new TypeError(`run ${run} has no message in ${channel}`);
      return found;
    },
    approve: async (run, ...people) => {
      for (const person of people) await house.click(run, person, 'approve');
    },
    confirm: async (run, person) => {
      // The message may still show the button of the step before, whose click would count for that one.
      await until(async () => {
        const step = askedOf(await house.run(run));
        return step !== null && JSON.stringify((await house.message(run)).blocks).includes(`\\"step\\":\\"${step}\\"`);
      }, `run ${run} asks for a confirmation`);
      await house.click(run, person, 'confirm');
    },
    click: async (run, person, verb) => {
      // A message shows a button as soon as the reporter has edited it, which may be after the journal says that the button counts.
      const button = `"action_id":"replops:${verb}"`;
      await until(async () => JSON.stringify((await house.message(run)).blocks).includes(button), `run ${run} shows the button ${verb}`);
      const { channel, ts } = await house.message(run);
      const outcome = await workspace.as(person).click(channel, ts, `replops:${verb}`, { confirm: true });
      if (outcome.state !== 'acked') throw new TypeError(`the click ${verb} of ${person} was not taken: ${JSON.stringify(outcome)}`);
    },
    close: async () => {
      await Promise.all([...bots.map((one) => one.stop()), ...processes.map((one) => one.stop())]);
      await store.close();
      await world.close();
      await redis.stop();
    },
  };
  for (const worker of options.bots ?? ['bot-1']) await house.bot(worker);
  return house;
}

/** The step that waits for a person to confirm it; null when none does. */
function askedOf({ plan, steps }: RunView): string | null {
  const index = plan.steps.findIndex(({ by }, place) => by === 'person' && steps[place]?.state === 'underway');
  return index < 0 || steps[index]?.confirmedBy !== null ? null : (plan.steps[index]?.id ?? null);
}

/** Whether the engine waits for something after it has made the change that holds these words. */
export async function waitsAfter(house: House, run: RunId, words: string): Promise<boolean> {
  const { plan, steps, direction } = await house.run(run);
  const made = plan.steps.findIndex(({ statements }) => statements.some((statement) => statement.includes(words)));
  const now = steps.findIndex(({ state }) => state === 'underway');
  return direction === 'forward' && now > made && plan.steps[now]?.by === 'engine' && steps[now]?.deadlineAt !== null;
}

const textOf = (message: { readonly text: string; readonly blocks: readonly unknown[] } | undefined): string =>
  message === undefined ? '' : `${message.text}\n${JSON.stringify(message.blocks)}`;

/** The run that a message of the bot shows; null for other messages and for the lines of its thread. */
function runIdOf({ metadata }: SeenMessage): string | null {
  const payload = metadata?.['event_payload'];
  if (payload === null || typeof payload !== 'object' || Array.isArray(payload)) return null;
  const { run, key } = payload as { run?: unknown; key?: unknown };
  return key === 'run' && typeof run === 'string' ? run : null;
}

const runIdsOf = (messages: readonly SeenMessage[]): readonly string[] => messages.flatMap((message) => runIdOf(message) ?? []);

export const link = asLinkId('prod-sql');
