import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { House } from '../support/house.ts';
import { openHouse } from '../support/house.ts';
import { until } from '../support/until.ts';

/** Everything that is in Redis, as text. */
async function dump(url: string): Promise<string> {
  const redis = new Redis(url);
  const parts: string[] = [];
  for (const key of await redis.keys('*')) {
    const type = await redis.type(key);
    if (type === 'stream') parts.push(JSON.stringify(await redis.xrange(key, '-', '+')));
    else if (type === 'hash') parts.push(JSON.stringify(await redis.hgetall(key)));
    else if (type === 'string') parts.push((await redis.get(key)) ?? '');
    else if (type === 'zset') parts.push(JSON.stringify(await redis.zrange(key, 0, -1)));
    else if (type === 'set') parts.push(JSON.stringify(await redis.smembers(key)));
    else if (type === 'list') parts.push(JSON.stringify(await redis.lrange(key, 0, -1)));
  }
  redis.disconnect();
  return parts.join('\n');
}

describe('a secret', () => {
  let house: House;
  let places: Readonly<Record<string, string>>;

  beforeAll(async () => {
    house = await openHouse();
    const run = await house.propose('ana', '/repl failover prod-sql --reason "a drill"');
    house.sql.faults.add({ match: /COMPLETE/, act: { kind: 'drop-after' } });
    await house.approve(run, 'bob', 'chloe');
    await house.confirm(run, 'ana');
    await house.reaches(run, 'succeeded');
    for (const line of ['status', 'describe prod-sql', 'doctor', 'whoami', `run ${run} --json`, 'policy show', 'status --json']) {
      await house.as('ana').command(`/repl ${line}`, '#ops');
    }
    await house.workspace.idle();
    await until(() => house.workspace.calls('chat.update').length > 0, 'Slack was told');
    places = {
      logs: house.logs(),
      slack: JSON.stringify(house.workspace.calls()),
      redis: await dump(house.redis.url),
    };
  });
  afterAll(() => house.close());

  const secrets = (): readonly string[] =>
    Object.entries(house.world.env).flatMap(([name, value]) => (/TOKEN|PASSWORD/.test(name) ? [value] : []));

  it('is planted in every secret place of the config', () => {
    expect(secrets()).toHaveLength(4);
    for (const secret of secrets()) expect(secret.length).toBeGreaterThan(5);
  });

  it.each(['logs', 'slack', 'redis'])('is in none of the %s', (place) => {
    const text = places[place] ?? '';
    expect(text.length).toBeGreaterThan(1_000);
    for (const secret of secrets()) expect(text.includes(secret)).toBe(false);
  });
});
