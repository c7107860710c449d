import { afterEach, describe, expect, it } from 'vitest';
import { asLinkId } from '../../src/domain/ids.ts';
import type { LineChart } from '../../src/slack/messages/message.ts';
import { type House, openHouse } from '../support/house.ts';
import { until } from '../support/until.ts';

let house: House;
afterEach(() => house.close());

const watch = { everyMs: 200, pollMs: 25, leaseMs: 20_000 };

const chartsIn = (blocks: readonly unknown[]): readonly LineChart[] =>
  // Blocks that the workspace took are such as its schema has.
  blocks.flatMap((block) => ((block as { type: string }).type === 'data_visualization' ? [(block as { chart: LineChart }).chart] : []));
const chartsTold = (): readonly LineChart[] => chartsIn(house.workspace.ephemerals('ana', '#ops').at(-1)?.blocks ?? []);

/** The next looks of bots, each some time after the one before by their clock. */
async function lookedAt(link: string, times: number, apartMs = 10_000): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    house.clock.leap(apartMs);
    const from = house.clock.now();
    const since = async (): Promise<number> => (await house.store.watch.history(asLinkId(link))).filter(({ at }) => at > from).length;
    // The second of them was begun after the leap.
    await until(async () => (await since()) >= 2, `${link} is looked at`);
  }
}

/** Asks until what is told holds these words. */
async function tells(line: string, words: RegExp): Promise<string> {
  let told = '';
  await until(
    async () => {
      told = await house.ask('ana', line);
      return words.test(told);
    },
    `${line} tells ${words}`,
    100_000,
    200,
  ).catch((cause: unknown) => {
    throw new TypeError(`not told: ${words}; told: ${told}`, { cause });
  });
  return told;
}

describe('the lag of a link of CockroachDB', { timeout: 300_000 }, () => {
  it('is told by whichever bot from what all have seen, rises when the stream is cut, and is drawn where it was asked for', async () => {
    house = await openHouse({ bot: { watch } });
    await lookedAt('prod-sql', 4);
    const calm = await house.ask('ana', '/repl lag prod-sql');
    expect(calm).toMatch(/The lag is \*[^*]+\* now\. Since .+ at worst, typically /);
    expect(calm).toContain('Of the 6 h asked for, looks are remembered only since');
    expect(calm).not.toContain('rising');
    const [picture, ...more] = chartsTold();
    expect(more).toEqual([]);
    expect(picture?.axis_config.y_label).toMatch(/^Lag in (milliseconds|seconds)$/);

    house.sql.control().linkDown();
    for (let step = 1; step <= 4; step += 1) {
      house.sql.control().advance(40_000);
      await lookedAt('prod-sql', 1);
    }
    const risen = await tells('/repl lag prod-sql --over 1h', /It has been rising since/);
    expect(risen).toMatch(/The lag is \*2 min/);
    expect(Math.max(...(chartsTold()[0]?.series[0]?.data.map(({ value }) => value) ?? []))).toBeGreaterThan(2);

    // A mention is answered in its thread, so the picture is there.
    const ts = house.as('ana').mention('#ops', 'lag prod-sql');
    await until(() => house.workspace.thread('#ops', ts).length > 1, 'the mention is answered in its thread');
    expect(chartsIn(house.workspace.thread('#ops', ts).at(-1)?.blocks ?? [])).toHaveLength(1);

    // Another bot knows what the first has seen.
    await house.bot('bot-2');
    expect(await house.ask('bob', '/repl lag prod-sql')).toContain('It has been rising since');
  });

  it('is told in lines where the workspace takes no such picture, also in a thread', async () => {
    house = await openHouse({ bot: { watch } });
    await lookedAt('prod-sql', 3);
    house.workspace.faults.refuseBlocks('data_visualization');
    const told = await house.ask('ana', '/repl lag prod-sql');
    expect(told).toContain('Lag over time, in UTC');
    expect(told).toMatch(/\d\d:\d\d:\d\d {2}\d/);
    expect(chartsTold()).toEqual([]);
    const ts = house.as('ana').mention('#ops', 'lag prod-sql');
    await until(() => house.workspace.thread('#ops', ts).length > 1, 'the mention is answered in its thread');
    expect(JSON.stringify(house.workspace.thread('#ops', ts).at(-1)?.blocks)).toContain('Lag over time, in UTC');
  });

  it('is said to be unknown, never to be nothing, when it can not be asked', async () => {
    house = await openHouse({ bot: { watch } });
    await lookedAt('prod-sql', 3);
    await house.sql.faults.down('standby');
    const told = await tells('/repl lag prod-sql', /The lag is not known now/);
    expect(told).toMatch(/It was last known .+: /);
    expect(told).toContain('Lag of prod-sql: not known');
    const [short, unknown] = await Promise.all([
      house.ask('bob', '/repl lag prod-sql --over 10s'),
      house.ask('chloe', '/repl lag prod-sqk'),
    ]);
    expect(short).toContain('it is shorter than 1m');
    expect(unknown).toContain('There is no link called');
  });
});

describe('the lag of a link of TigerGraph', { timeout: 300_000 }, () => {
  const id = 'prod-tiger';

  it('is told of metadata and of data against both sides at rest, until it is outdated', async () => {
    const link = { id, engine: 'tigergraph-crr', environment: 'production', description: 'Graph', version: '4.1.4' } as const;
    house = await openHouse({ links: [link], bot: { watch } });
    const tiger = house.world.tigers[id];
    if (tiger === undefined) throw new TypeError('there is no TigerGraph');
    tiger.control().writes(0);
    await lookedAt(id, 1);
    const fresh = await house.ask('ana', '/repl lag prod-tiger');
    expect(fresh).toContain('*Metadata:* The lag is');
    expect(fresh).toMatch(/\*Graph data:\* \*The lag is not known now:\* Both sides have not been seen at rest yet/);

    // Offsets are read again after a minute; two readings that agree are the baseline.
    const rest = async (): Promise<void> => {
      tiger.control().advance(5_000);
      await lookedAt(id, 1, 70_000);
    };
    await until(async () => {
      await rest();
      return /\*Graph data:\* The lag is \*0 graph records\* now/.test(await house.ask('ana', '/repl lag prod-tiger'));
    }, 'both sides were seen at rest');

    tiger.faults.link('down');
    tiger.control().writes(50);
    tiger.control().advance(10_000);
    await rest();
    const behind = await tells('/repl lag prod-tiger', /\*Graph data:\* The lag is \*[1-9]\d* graph records?\* now/);
    expect(chartsTold().flatMap(({ series }) => series.map(({ name }) => name))).toEqual(['Metadata', 'Graph data']);
    expect(behind).toContain('against the difference of the two sides at rest');
    expect(behind).toContain('*Signs that a new copy is needed on prod-tiger-dublin:* none');
    expect(behind).toMatch(/What would make a new copy needed on prod-tiger-dublin:\* DROP ALL, CLEAR GRAPH STORE/);

    const { user, password } = tiger.primary;
    const drop = `PATH="$PATH":'/home/tigergraph/tigergraph/app/cmd'; printf '%s\\n' '${password}' | gsql -u '${user}' 'DROP ALL'`;
    expect((await tiger.host('primary', 'm1').run(drop, { tag: '' })).exitCode).toBe(0);
    house.clock.leap(70_000);
    const outdated = await tells('/repl lag prod-tiger', /is outdated and can only be filled anew/);
    expect(outdated).toMatch(/\*Metadata:\* \*The lag is not known now:\* The follower is outdated/);
    expect(outdated).toMatch(/Signs that a new copy is needed on prod-tiger-dublin:\* (?!none)/);
    expect(outdated).toMatch(/It was last known .+graph record/);
  });
});
