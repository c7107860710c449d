import { expect } from 'vitest';
import type { RunId } from '../../src/domain/ids.ts';
import { isFinal, type JournalRecord } from '../../src/domain/run.ts';
import { currentStanding } from '../../src/runs/progress.ts';
import { type BotProcess, startBot } from '../../src/sim/bots.ts';
import type { WorldOptions } from '../../src/sim/world.ts';
import { threadLines } from '../../src/slack/messages/thread.ts';
import { crashBot } from './compiled-bot.ts';
import { type House, openHouse } from './house.ts';
import { type RedisProxy, type StopPoint, startRedisProxy } from './redis-proxy.ts';
import { until } from './until.ts';

export type How = 'kill' | 'freeze';

/** Where the worker is stopped: at a word of the journal, at an effect on a database, or in the midst of something long. */
export type Point =
  | ({ readonly kind: 'journal' } & StopPoint)
  | { readonly kind: 'effect'; readonly statement: RegExp; readonly moment: 'before' | 'after' }
  | ({ readonly kind: 'midst' } & Midst);

/** A moment of the databases' own, which they stay in until they are let go on. */
export interface Midst {
  readonly name: string;
  /** Resolves when they are in it. */
  readonly arrives: (house: House) => Promise<void>;
}

/** An operation in a world of its own. */
export interface Scene {
  /** As somebody types it. */
  readonly command: string;
  /** The link that the command names; prod-sql, replicating, when left out. */
  readonly links?: NonNullable<WorldOptions['links']>;
  /** How long things take on a TigerGraph, where it is not next to nothing. */
  readonly tigerPace?: NonNullable<WorldOptions['tigerPace']>;
  /** Brings the databases into the state that is wanted, before any bot runs. */
  readonly prepare?: (house: House) => Promise<void>;
  /** Changes that the plan holds twice for one cluster, or that are sent again because no read shows them. */
  readonly again?: RegExp;
  /** What happens in the databases while the run is at it, whichever worker that is. */
  readonly meanwhile?: (house: House) => Promise<void>;
  /** Lets databases that take their time come to an end, once another worker is at it. */
  readonly goOn?: (house: House) => Promise<void>;
  /** What has to hold of the databases at the end. */
  readonly ends: (house: House) => void;
}

export interface Crash {
  readonly how: How;
  readonly point: Point;
}

/** Clicks a button if the run's message shows it now. */
async function press(house: House, run: RunId, person: string, verb: string): Promise<void> {
  const { channel, ts } = await house.message(run);
  await house.as(person).click(channel, ts, `replops:${verb}`, { confirm: true });
}

/** People who do what the run asks of them, over and over, whoever answers. Resolves when the run is over. */
async function staff(house: House, run: RunId): Promise<void> {
  await until(
    async () => {
      const view = await house.run(run);
      if (isFinal(view.state)) return true;
      if (view.halt !== null) throw new TypeError(`the run stands still: ${view.halt.sentence}`);
      const said = view.votes.map(({ person }) => person);
      const absent = ['bob', 'chloe'].filter((name) => !said.includes(house.as(name).id as never));
      if (view.state === 'awaiting-approval') for (const name of absent) void press(house, run, name, 'approve').catch(() => undefined);
      const current = view.state === 'running' ? currentStanding(view) : null;
      if (current?.step.by === 'person' && current.view.confirmedBy === null)
        void press(house, run, 'ana', 'confirm').catch(() => undefined);
      return false;
    },
    `run ${run} is over`,
    360_000,
    150,
  );
}

/** What a worker says to the journal in a run that nothing disturbs. */
export interface Words {
  readonly all: number;
  /** Of them, those that it says in every such run. How many tell of progress depends on how fast the databases and the machine are. */
  readonly sure: number;
}

/** What only a worker writes, and no run can do without: once for the run, or once for each step. */
const sure: readonly string[] = ['approval-asked', 'started', 'intent', 'performing', 'done', 'succeeded'];

/** Counts words in one run. */
export async function wordsOf(scene: Scene): Promise<Words> {
  const house = await houseOf(scene);
  const proxy = await startRedisProxy(house.redis.url, null);
  const bot = startBot('quiet', { ...house.world.env, REDIS_URL: proxy.url }, { main: crashBot });
  try {
    await bot.ready();
    const run = await house.propose('ana', scene.command);
    await staff(house, run);
    expect((await house.run(run)).state).toBe('succeeded');
    const said = (await house.records(run)).flatMap(({ fence, entry }) =>
      fence > 0 && sure.includes(entry.kind) ? [`${entry.kind} ${'step' in entry ? entry.step : ''}`] : [],
    );
    return { all: proxy.appends(), sure: new Set(said).size };
  } finally {
    await end(house, bot, proxy);
  }
}

async function houseOf({ links, tigerPace, prepare }: Scene): Promise<House> {
  const house = await openHouse({
    bots: [],
    ...(links === undefined ? {} : { links }),
    ...(tigerPace === undefined ? {} : { tigerPace }),
  });
  await prepare?.(house);
  return house;
}

async function end(house: House, bot: BotProcess, proxy: RedisProxy): Promise<void> {
  bot.signal('SIGCONT');
  bot.signal('SIGKILL');
  await bot.gone();
  await proxy.close();
  await house.close();
}

/** Plays one crash to its end and checks every invariant. Answers whether the point was reached at all. */
export async function play(scene: Scene, { how, point }: Crash): Promise<boolean> {
  const house = await houseOf(scene);
  const splits = house.stage.splitBrain().length;
  const proxy = await startRedisProxy(house.redis.url, point.kind === 'journal' ? point : null);
  const doomed = startBot('doomed', { ...house.world.env, REDIS_URL: proxy.url }, { main: crashBot });
  try {
    await doomed.ready();
    const reached = reach(house, proxy, point);
    const proposed = house.propose('ana', scene.command);
    const story = proposed.then(async (run) => {
      await Promise.all([staff(house, run), scene.meanwhile?.(house)]);
      return run;
    });
    if (!(await Promise.race([reached, story.then(() => false)]))) return false;
    doomed.signal(how === 'kill' ? 'SIGKILL' : 'SIGSTOP');
    if (how === 'kill') await doomed.gone();
    house.stage.heal();
    await house.bot('heir');
    if (scene.goOn !== undefined) await goOn(house, proposed, scene.goOn);
    const run = await story;
    if (how === 'freeze') await thaw(doomed, proxy);
    await check(house, run, scene, splits);
    return true;
  } finally {
    await end(house, doomed, proxy);
  }
}

function reach(house: House, proxy: RedisProxy, point: Point): Promise<boolean> {
  if (point.kind === 'journal') return proxy.reached.then(() => true);
  return point.kind === 'effect' ? effectReached(house, point) : point.arrives(house).then(() => true);
}

/** The heir has to be at it first: what ends before would not be seen to be watched on. */
async function goOn(house: House, proposed: Promise<RunId>, go: NonNullable<Scene['goOn']>): Promise<void> {
  const run = await proposed;
  await until(async () => (await house.records(run)).some(({ entry }) => entry.kind === 'taken-over'), 'the heir takes over');
  await go(house);
}

/** The statement hangs before or after its effect, as on a slow server, and the worker is stopped meanwhile. */
async function effectReached(house: House, { statement, moment }: Extract<Point, { kind: 'effect' }>): Promise<boolean> {
  const hits = house.stage.hang(statement, moment);
  await until(() => hits() > 0, `${statement} arrives`);
  return true;
}

/** Lets a frozen worker go on, and waits until it has looked around again. */
async function thaw(doomed: BotProcess, proxy: RedisProxy): Promise<void> {
  proxy.release();
  doomed.signal('SIGCONT');
  const port = /"health":(\d+)/.exec(doomed.output())?.[1];
  const thawedAt = performance.now();
  await until(async () => {
    const text = await fetch(`http://127.0.0.1:${port}/metrics`)
      .then((response) => response.text())
      .catch(() => '');
    const age = /^replops_last_sweep_age_seconds (\S+)/m.exec(text)?.[1];
    return age !== undefined && Number(age) * 1_000 < performance.now() - thawedAt;
  }, 'the thawed worker has looked around');
}

const repeated = (list: readonly string[]): readonly string[] => list.filter((one, index) => list.indexOf(one) !== index);

async function check(house: House, run: RunId, { ends, again = /(?!)/ }: Scene, splits: number): Promise<void> {
  // Reading verifies the chain and that there are no gaps.
  const records = await house.records(run);
  expect((await house.run(run)).state).toBe('succeeded');
  const changes = house.stage.effects().flatMap(({ where, statement, changed }) => (changed ? [`${where} ${statement}`] : []));
  expect(repeated(changes.filter((change) => !/CANCEL SESSION|TERMINATE TRANSACTION/.test(change) && !again.test(change)))).toEqual([]);
  // A world may be split to begin with; what counts is whether the run splits it, or leaves it so.
  expect(house.stage.splitBrain().slice(splits)).toEqual([]);
  expect(house.stage.splitBrain().filter(({ to }) => to === null)).toEqual([]);
  ends(house);
  checkFences(records);
  checkIntents(records);
  await until(() => isTold(house, run, records), 'the thread tells what the journal holds').catch(async (cause: unknown) => {
    console.log(
      JSON.stringify(
        {
          text: (await house.message(run)).text,
          edits: (await house.message(run)).edits,
          wanted: threadLines(records).map(({ key }) => key),
          posted: (await house.run(run)).posted,
          calls: house.workspace
            .calls()
            .slice(-14)
            .map((c) => [c.at, c.method, c.status, String(c.args['text']).slice(0, 60)]),
          log: house
            .logs()
            .split('\n')
            .filter((l) => /warn|error|lease/.test(l))
            .slice(-12),
        },
        null,
        1,
      ),
    );
    throw cause;
  });
  expect((await house.records(run)).filter(({ entry }) => !['posting', 'posted'].includes(entry.kind))).toEqual(
    records.filter(({ entry }) => !['posting', 'posted'].includes(entry.kind)),
  );
}

/** No worker writes after one that came later. */
function checkFences(records: readonly JournalRecord[]): void {
  const fences = records.flatMap(({ fence }) => (fence === 0 ? [] : [fence]));
  expect(fences).toEqual([...fences].sort((a, b) => a - b));
}

/** Nothing is sent or proven without an intent, and every step is proven once. */
function checkIntents(records: readonly JournalRecord[]): void {
  const intended = new Set<string>();
  const proven: string[] = [];
  for (const { entry } of records) {
    if (entry.kind === 'intent') intended.add(entry.effect);
    if (entry.kind === 'performing' || entry.kind === 'done') expect(intended.has(entry.effect)).toBe(true);
    if (entry.kind === 'done') proven.push(entry.step);
  }
  expect(repeated(proven)).toEqual([]);
}

/** One message a key, every key that the journal asks for, and the last state on top. */
async function isTold(house: House, run: RunId, records: readonly JournalRecord[]): Promise<boolean> {
  const { channel, ts } = await house.message(run);
  const keys = house.workspace.thread(channel, ts).flatMap(({ metadata }) => {
    const payload = metadata?.['event_payload'] as { key?: string } | undefined;
    return payload?.key === undefined ? [] : [payload.key];
  });
  const wanted = threadLines(records).map(({ key }) => key);
  // A worker that is frozen in the midst of a post sends it when it is thawed, and takes it away when it reads that another has told it.
  const isOnce = repeated(keys).length === 0;
  return isOnce && wanted.every((key) => keys.includes(key)) && /succeeded|complete|done/i.test((await house.message(run)).text);
}
