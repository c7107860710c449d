import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/domain/clock.ts';
import { systemClock } from '../../../src/domain/clock.ts';
import { toolTable } from '../../../src/sim/hosts/commands/table.ts';
import { coverage } from '../../../src/sim/hosts/coverage.ts';
import { connectShell } from '../../../src/transports/shell.ts';
import { until } from '../../support/until.ts';
import { aCall, aHost, aShell, runTag, sendTo, targetOf } from './bed.ts';

describe('the list of what is covered', () => {
  it('names every command that a host knows, and no other', () => {
    expect(Object.keys(coverage).sort()).toEqual([...Object.keys(toolTable.builtins), ...Object.keys(toolTable.external)].sort());
  });

  it('has no tool that is named like a product', async () => {
    const host = await aHost({ products: { gadmin: () => ({ exitCode: 0, stdout: 'gadmin\n' }) } });
    expect((await sendTo(host, 'command -v gadmin && gadmin')).stdout).toBe('/usr/bin/gadmin\ngadmin\n');
    expect((await sendTo(host, 'command -v gbar')).exitCode).toBe(127);
    expect((await sendTo(host, 'constructor')).exitCode).toBe(127);
  });
});

describe('a simulated host', () => {
  it('records every effect with its tag and fence, and no look', async () => {
    const host = await aHost();
    await sendTo(host, 'cat /nope; sha256sum < /dev/null; test -e /tmp');
    expect(host.effects()).toEqual([]);
    await sendTo(host, 'mkdir /tmp/a && echo x > /tmp/a/f && mv /tmp/a/f /tmp/g && chmod 600 /tmp/g && rm /tmp/g');
    expect(host.effects().map(({ seq, change, what }) => [seq, change, what])).toEqual([
      [1, 'mkdir', '/tmp/a'],
      [2, 'write', '/tmp/a/f'],
      [3, 'rename', '/tmp/g'],
      [4, 'chmod', '/tmp/g'],
      [5, 'remove', '/tmp/g'],
    ]);
    expect(
      host.effects().every(({ tag, fence, user, host: at }) => tag === runTag && fence === 17 && user === 'ops' && at === 'host-1'),
    ).toBe(true);
  });

  it('takes up many connections at the same instant, each for itself', async () => {
    const host = await aHost();
    const open = await Promise.all(Array.from({ length: 8 }, () => aShell(host)));
    const answers = await Promise.all(open.map((session, index) => session.read(`echo ${index}`)));
    expect(answers.map(({ stdout }) => stdout)).toEqual(open.map((_, index) => `${index}\n`));
    host.faults.add({ match: /cut/, act: { kind: 'drop-before' } });
    const [first, second] = open;
    await expect(first?.read('echo cut')).rejects.toMatchObject({ code: 'connection-lost' });
    expect(await second?.read('echo still')).toMatchObject({ stdout: 'still\n' });
  });

  it('gives a product its arguments, input and environment, and records what it changed', async () => {
    const seen: unknown[] = [];
    const host = await aHost({
      products: {
        gadmin: async ({ argv, stdin, env, host: at, wait }) => {
          await wait(10);
          seen.push({ argv, stdin, home: env.get('HOME'), at });
          return { exitCode: 3, stdout: 'out\n', stderr: 'err\n', changed: 'config applied' };
        },
      },
    });
    const answer = await sendTo(host, `gadmin config 'a b' -y`, { stdin: 'yes' });
    expect(answer).toMatchObject({ exitCode: 3, stdout: 'out\n', stderr: 'err\n' });
    expect(seen).toEqual([{ argv: ['config', 'a b', '-y'], stdin: 'yes', home: '/home/ops', at: 'host-1' }]);
    expect(host.effects()).toMatchObject([{ change: 'product', what: 'config applied', command: `gadmin config 'a b' -y` }]);
  });

  it('finds a product that has a folder only by its path, or in PATH', async () => {
    const host = await aHost({
      products: { '/opt/db/cmd/gadmin': ({ cwd, user, tag }) => ({ exitCode: 0, stdout: `${cwd} ${user} ${tag}\n` }) },
    });
    const said = `/tmp ops ${runTag}\n`;
    expect((await sendTo(host, 'cd /tmp; gadmin')).exitCode).toBe(127);
    expect((await sendTo(host, 'cd /tmp; /opt/db/cmd/gadmin')).stdout).toBe(said);
    expect((await sendTo(host, 'cd /tmp; PATH="$PATH:/opt/db/cmd"; command -v gadmin && gadmin')).stdout).toBe(
      `/opt/db/cmd/gadmin\n${said}`,
    );
    expect((await sendTo(host, 'cd /tmp; env PATH=/opt/db/cmd gadmin')).stdout).toBe(said);
  });

  it('shows what a product says while it is still at work', async () => {
    const host = await aHost({
      products: {
        gadmin: async ({ print, wait }) => {
          print('first\n');
          await wait(3_600_000);
          return { exitCode: 0, stdout: 'last\n' };
        },
      },
    });
    await sendTo(host, 'setsid nohup gadmin > /tmp/log 2>&1 < /dev/null &');
    await until(() => host.files.exists('/tmp/log') && host.files.read('/tmp/log') === 'first\n', 'the log begins');
    await host.faults.down();
    expect(host.files.read('/tmp/log')).toBe('first\n');
  });

  it('runs what somebody asks for at the machine itself, past the wire', async () => {
    const host = await aHost();
    host.faults.add({ act: { kind: 'drop-before' } });
    expect(await host.run('echo hi > f; cat f nosuch', { tag: 't' })).toEqual({
      exitCode: 1,
      stdout: 'hi\n',
      stderr: 'cat: nosuch: No such file or directory\n',
    });
    expect(host.effects()).toMatchObject([{ what: '/home/ops/f', tag: 't', user: 'ops' }]);
  });

  it('goes on with a command whose client has gone without a word', async () => {
    const host = await aHost();
    await aShell(host);
    host.faults.add({ match: /one/, act: { kind: 'slow', ms: 50 } });
    const session = await aShell(host);
    const work = session.change('sleep 0.1; echo one > /tmp/one').catch(() => undefined);
    await until(() => host.processes().length > 0, 'it runs');
    await host.faults.down('unreachable');
    await work;
    await until(() => host.files.exists('/tmp/one'), 'it went on');
  });

  it('takes time by its own clock', async () => {
    let passed = 0;
    const leap = async (ms: number): Promise<void> => {
      passed += ms;
    };
    const clock: Clock = { ...systemClock, sleep: leap };
    const host = await aHost({ clock, toolMs: 5_000 });
    await sendTo(host, 'sleep 3600');
    expect(passed).toBeGreaterThanOrEqual(3_605_000);
  });

  it('loses its processes and keeps its files when it dies', async () => {
    const host = await aHost();
    const session = await aShell(host);
    const work = session.change('echo x > /tmp/x; sleep 600').catch(() => undefined);
    await until(() => host.files.exists('/tmp/x') && host.processes().length > 0, 'it runs');
    await host.faults.down('dead');
    await work;
    await until(() => host.processes().length === 0, 'they are gone');
    await host.faults.up();
    expect((await sendTo(host, 'cat /tmp/x')).stdout).toBe('x\n');
  });

  it('answers again on the same port after a silence, with the same key', async () => {
    const host = await aHost();
    const before = host.address();
    await host.faults.down('silent');
    await expect(connectShell(targetOf(host), aCall({ timeoutMs: 1_000 }))).rejects.toMatchObject({ code: 'deadline-passed' });
    await host.faults.up();
    expect(host.address()).toEqual(before);
    expect((await sendTo(host, 'echo back')).stdout).toBe('back\n');
  });

  it('refuses, delays and answers as its rules say, as often as they say', async () => {
    const host = await aHost();
    const rule = host.faults.add({ match: /^true$/g, tag: /17$/, skip: 1, times: 2, act: { kind: 'refuse', exitCode: 9, stderr: 'no\n' } });
    const codes: (number | null)[] = [];
    for (let i = 0; i < 5; i += 1) codes.push((await sendTo(host, 'true')).exitCode);
    expect(codes).toEqual([0, 9, 9, 0, 0]);
    expect(rule.hits()).toBe(2);
    const other = host.faults.add({ act: { kind: 'refuse', exitCode: 1, stderr: '' } });
    other.remove();
    host.faults.add({ act: { kind: 'slow', ms: 5 } });
    expect(await sendTo(host, 'echo late')).toMatchObject({ exitCode: 0, stdout: 'late\n' });
    host.faults.add({ act: { kind: 'refuse', exitCode: 1, stderr: '' } });
    host.faults.clear();
    expect((await sendTo(host, 'true')).exitCode).toBe(0);
  });

  it('hangs after the effect, too', async () => {
    const host = await aHost();
    host.faults.add({ act: { kind: 'hang', when: 'after' } });
    const session = await aShell(host, { timeoutMs: 3_000 });
    await expect(session.change('echo x > /tmp/x')).rejects.toMatchObject({ code: 'deadline-passed', effect: 'unknown' });
    expect(host.files.read('/tmp/x')).toBe('x\n');
    await until(() => host.processes().length === 0, 'it was told to end');
  });
});
