import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { keys } from '../../src/store/keys.ts';
import { createPolicyStore } from '../../src/store/policy-store.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { aProcess, type Process } from './support.ts';

let server: TestRedis;
let store: Process;
beforeAll(async () => {
  server = await startRedis();
  store = aProcess(server.url);
});
beforeEach(async () => {
  await store.raw.flushall();
});
afterAll(async () => {
  store.close();
  await server.stop();
});

const aPolicy = (why: string) => ({ by: 'U1', at: 5, why, rules: [{ allow: 'status', note: '"\n€' }] });
const policies = () => createPolicyStore(store.redis);

describe('the policy', () => {
  it('is null before it is seeded, and seeded once by many bots that start at once', async () => {
    expect(await policies().current()).toBeNull();
    expect(await policies().history(5)).toEqual([]);
    const seeded = await Promise.all(Array.from({ length: 10 }, (_, index) => policies().seed(aPolicy(`seed ${index}`))));
    expect(new Set(seeded.map((policy) => policy.why)).size).toBe(1);
    expect(await policies().current()).toEqual(seeded[0]);
    expect(seeded[0]).toMatchObject({ version: 1, by: 'U1', at: 5, rules: aPolicy('').rules });
  });

  it('is not written over by a seed', async () => {
    await policies().seed(aPolicy('one'));
    await policies().put(aPolicy('two'), 1);
    expect(await policies().seed(aPolicy('seed'))).toMatchObject({ version: 2, why: 'two' });
  });

  it('is changed by exactly one of many who read the same version', async () => {
    await policies().seed(aPolicy('one'));
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => policies().put(aPolicy(`change ${index}`), 1)));
    expect(answers.filter((answer) => answer.kind === 'written')).toEqual([{ kind: 'written', version: 2 }]);
    expect(answers.filter((answer) => answer.kind === 'behind')).toHaveLength(19);
    expect(await policies().put(aPolicy('late'), 9)).toEqual({ kind: 'behind', version: 2 });
  });

  it('takes a change that was sent twice as one version', async () => {
    await policies().seed(aPolicy('one'));
    expect(await policies().put(aPolicy('two'), 1)).toEqual({ kind: 'written', version: 2 });
    await policies().put(aPolicy('three'), 2);
    expect(await policies().put(aPolicy('two'), 1)).toEqual({ kind: 'written', version: 2 });
    expect((await policies().history(10)).map(({ version, why }) => [version, why])).toEqual([
      [3, 'three'],
      [2, 'two'],
      [1, 'one'],
    ]);
    expect((await policies().history(2)).map(({ version }) => version)).toEqual([3, 2]);
    expect(await policies().history(0)).toEqual([]);
  });

  it.each([['not JSON'], ['{"by":1}'], ['null'], ['[]']])('is not believed when Redis holds %s', async (text) => {
    await store.raw.rpush(keys.policy, text);
    await expect(policies().current()).rejects.toMatchObject({ code: 'answer-not-understood' });
  });
});
