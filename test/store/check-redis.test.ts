import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkRedis, judgeRedis, type RedisSettings } from '../../src/store/check-redis.ts';
import { waitReplicas } from '../../src/store/replicas.ts';
import { parseInfo } from '../../src/store/server-info.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { aProcess, type Process, until } from './support.ts';

let server: TestRedis;
let store: Process;
beforeAll(async () => {
  server = await startRedis();
  store = aProcess(server.url);
});
afterAll(async () => {
  store.close();
  await server.stop();
});

const good = {
  redis_version: '7.0.15',
  role: 'master',
  maxmemory_policy: 'noeviction',
  aof_enabled: '1',
  aof_last_write_status: 'ok',
  connected_slaves: '0',
  used_memory: '1048576',
  maxmemory: '0',
};
const settings: RedisSettings = { appendfsync: 'everysec', save: '', minReplicasToWrite: 0 };
const judged = (fields: Partial<typeof good>, set: Partial<RedisSettings> = {}) => {
  const text = Object.entries({ ...good, ...fields }).map(([name, value]) => `${name}:${value}`);
  return judgeRedis(parseInfo(`# Server\r\n${text.join('\r\n')}\r\n`), { ...settings, ...set });
};

describe('the findings about Redis', () => {
  it('all pass for a Redis that is fit', () => {
    expect(judged({}).map((finding) => finding.outcome)).toEqual(['passed', 'passed', 'passed', 'passed', 'passed', 'passed']);
  });

  it.each<[string, string, 'passed' | 'warned' | 'failed', Partial<typeof good>, Partial<RedisSettings>]>([
    ['Redis 6.0', 'redis version', 'failed', { redis_version: '6.0.16' }, {}],
    ['Redis 5', 'redis version', 'failed', { redis_version: '5.0.14' }, {}],
    ['no version', 'redis version', 'failed', { redis_version: '' }, {}],
    ['Redis 6.2', 'redis version', 'passed', { redis_version: '6.2.0' }, {}],
    ['Redis 8', 'redis version', 'passed', { redis_version: '8.0.1' }, {}],
    ['a replica', 'redis role', 'failed', { role: 'slave' }, {}],
    ['eviction', 'redis eviction', 'failed', { maxmemory_policy: 'allkeys-lru' }, {}],
    ['an AOF that cannot be written', 'redis persistence', 'failed', { aof_last_write_status: 'err' }, {}],
    ['an AOF that is never synced', 'redis persistence', 'warned', {}, { appendfsync: 'no' }],
    ['an AOF whose setting is hidden', 'redis persistence', 'passed', {}, { appendfsync: null }],
    ['snapshots only', 'redis persistence', 'warned', { aof_enabled: '0' }, { save: '3600 1' }],
    ['snapshots unknown', 'redis persistence', 'warned', { aof_enabled: '0' }, { save: null }],
    ['nothing on disk', 'redis persistence', 'failed', { aof_enabled: '0' }, { save: '' }],
    ['replicas that nobody waits for', 'redis replicas', 'warned', { connected_slaves: '2' }, { minReplicasToWrite: 0 }],
    ['replicas, setting hidden', 'redis replicas', 'warned', { connected_slaves: '2' }, { minReplicasToWrite: null }],
    ['replicas that are waited for', 'redis replicas', 'passed', { connected_slaves: '2' }, { minReplicasToWrite: 1 }],
    ['memory half used', 'redis memory', 'passed', { maxmemory: '2097152' }, {}],
    ['memory nearly used up', 'redis memory', 'warned', { maxmemory: '1200000' }, {}],
  ])('for %s: %s is %s', (_name, finding, outcome, fields, set) => {
    const found = judged(fields, set).find((one) => one.name === finding);
    expect(found?.outcome).toBe(outcome);
    expect(found?.seen).toMatch(/^[A-Z].*\.$/);
    if (outcome === 'passed') expect(found?.next).toBeNull();
    else expect(found?.next).toMatch(/^[A-Z].*\.$/);
  });

  it('come from the server itself', async () => {
    expect((await checkRedis(store.redis)).map((finding) => [finding.name, finding.outcome])).toEqual([
      ['redis version', 'passed'],
      ['redis role', 'passed'],
      ['redis eviction', 'passed'],
      ['redis persistence', 'passed'],
      ['redis replicas', 'passed'],
      ['redis memory', 'passed'],
    ]);
    await store.raw.config('SET', 'maxmemory-policy', 'allkeys-lru');
    await store.raw.config('SET', 'appendonly', 'no');
    const outcomes = (await checkRedis(store.redis)).filter((finding) => finding.outcome === 'failed').map((finding) => finding.name);
    expect(outcomes).toEqual(['redis eviction', 'redis persistence']);
    await store.raw.config('SET', 'appendonly', 'yes');
    await store.raw.config('SET', 'maxmemory-policy', 'noeviction');
  });
});

describe('waiting for the replicas of Redis', () => {
  it('is over at once when there are none', async () => {
    expect(await waitReplicas(store.redis, 1_000)).toEqual({ kind: 'no-replicas' });
  });

  it('tells whether each has what was written, also when one hangs', async () => {
    const replica = await startRedis();
    const other = aProcess(replica.url);
    try {
      await store.raw.config('SET', 'repl-diskless-sync-delay', '0');
      await other.raw.replicaof('127.0.0.1', Number(new URL(server.url).port));
      await until(async () => (await other.raw.info('replication')).includes('master_link_status:up'));
      await until(async () => (await waitReplicas(store.redis, 1_000)).kind === 'reached');
      expect(await waitReplicas(store.redis, 1_000)).toEqual({ kind: 'reached', replicas: 1 });
      const pid = Number(/process_id:(\d+)/.exec(await other.raw.info('server'))?.[1]);
      process.kill(pid, 'SIGSTOP');
      expect(await waitReplicas(store.redis, 100)).toEqual({ kind: 'short', replicas: 0, wanted: 1 });
      process.kill(pid, 'SIGCONT');
      await until(async () => (await waitReplicas(store.redis, 1_000)).kind === 'reached');
    } finally {
      other.close();
      await replica.stop();
    }
  }, 180_000);
});
