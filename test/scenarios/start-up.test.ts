import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { worldLinks } from '../../src/sim/world.ts';
import { type House, openHouse } from '../support/house.ts';
import { until } from '../support/until.ts';

describe('a bot that starts', () => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse({ bot: { redisWithinMs: 2_000 } });
  });
  afterAll(() => house.close());

  it('answers for its health, and says why when Redis is gone', async () => {
    const bot = await house.bot('bot-2');
    const get = (path: string) => fetch(`http://127.0.0.1:${bot.healthPort()}${path}`);
    await until(async () => (await get('/readyz')).status === 200, 'the bot is ready');
    expect((await get('/healthz')).status).toBe(200);
    expect(await (await get('/metrics')).text()).toContain('replops_last_sweep_age_seconds');
    await house.redis.kill();
    const away = await get('/readyz');
    expect(away.status).toBe(503);
    expect(await away.text()).toContain('Redis does not answer.');
    await house.redis.restart();
    await until(async () => (await get('/readyz')).status === 200, 'the bot is ready again');
  });

  it('says at once, and to who asks the doctor, that a Redis that evicts is unfit', async () => {
    const redis = new Redis(house.redis.url);
    await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
    redis.disconnect();
    await house.bot('bot-3');
    const warning = house
      .logs()
      .split('\n')
      .find((line) => line.includes('"worker":"bot-3"') && line.includes('"event":"redis.unfit"'));
    expect(warning).toContain('noeviction');
    expect(await house.ask('ana', '/repl doctor')).toContain('noeviction');
  });
});

describe('the world that a newcomer meets', () => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse({ links: worldLinks });
  });
  afterAll(() => house.close());

  it('is shown whole by the first status', async () => {
    const answer = await house.ask('ana', '/repl status');
    expect(answer).toContain(`All ${worldLinks.length} links are healthy`);
    for (const { id } of worldLinks) expect(answer).toMatch(new RegExp(`"${id}"\\}.+?healthy, [0-9]+ (ms|s|transactions?) behind`));
    expect(answer).not.toContain('unknown');
  });
});
