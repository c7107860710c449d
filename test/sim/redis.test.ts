import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { provideRedis } from '../../src/sim/redis.ts';
import { until } from '../store/support.ts';

/** Whether something listens there. */
const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

async function settings(url: string): Promise<Record<string, string>> {
  const client = new Redis(url);
  try {
    const answer = await client.config('GET', 'maxmemory-policy', 'appendonly', 'appendfsync', 'dir');
    const list = answer as string[];
    return Object.fromEntries(list.flatMap((name, index) => (index % 2 === 0 ? [[name, list[index + 1] ?? '']] : [])));
  } finally {
    client.disconnect();
  }
}

describe('a Redis that is provided', () => {
  it('is the one at the address, when there is one, and is left alone', async () => {
    const redis = await provideRedis({ url: 'redis://example.invalid:7000' });
    expect(redis.url).toBe('redis://example.invalid:7000');
    expect(redis.how).toMatch(/\.$/);
    await expect(redis.kill()).rejects.toThrow(TypeError);
    await expect(redis.restart()).rejects.toThrow(TypeError);
    await redis.close();
  });

  it('never evicts, writes an append-only file, and is gone with its folder after close', async () => {
    const redis = await provideRedis({ url: null, appendfsync: 'always' });
    const found = await settings(redis.url);
    expect(found).toMatchObject({ 'maxmemory-policy': 'noeviction', appendonly: 'yes', appendfsync: 'always' });
    expect(existsSync(found['dir'] ?? '')).toBe(true);
    await redis.close();
    expect(existsSync(found['dir'] ?? '')).toBe(false);
    expect(await answers(Number(new URL(redis.url).port))).toBe(false);
  });

  it('keeps port and contents over a kill and a restart', async () => {
    const redis = await provideRedis({ url: null, appendfsync: 'always' });
    const client = new Redis(redis.url);
    await client.set('kept', 'yes');
    client.disconnect();
    await redis.kill();
    expect(await answers(Number(new URL(redis.url).port))).toBe(false);
    await redis.restart();
    const again = new Redis(redis.url);
    expect(await again.get('kept')).toBe('yes');
    again.disconnect();
    await redis.close();
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
    'dies with its process on %s, and its folder goes too',
    async (signal) => {
      const source = new URL('../../src/sim/redis.ts', import.meta.url).href;
      const program = `import { provideRedis } from ${JSON.stringify(source)};
      const redis = await provideRedis({ url: null });
      console.log(redis.url);
      setInterval(() => undefined, 1_000);`;
      const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let said = '';
      child.stdout.on('data', (bytes) => {
        said += String(bytes);
      });
      await until(() => said.includes('\n'));
      const url = said.trim();
      const folder = (await settings(url))['dir'] ?? '';
      expect(existsSync(folder)).toBe(true);
      child.kill(signal);
      await until(async () => !(await answers(Number(new URL(url).port))));
      await until(() => !existsSync(folder));
    },
    30_000,
  );
});
