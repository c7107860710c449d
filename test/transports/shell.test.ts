import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../src/domain/faults.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { HostOptions, SimHost } from '../../src/sim/hosts/contract.ts';
import { connectShell, type ShellTarget } from '../../src/transports/shell.ts';
import { aCall, aHost, aShell, runTag, targetOf } from '../sim/hosts/bed.ts';
import { until } from '../support/until.ts';

async function faultOf(work: Promise<unknown>): Promise<Fault> {
  const outcome = await work.then(
    () => 'no fault',
    (cause: unknown) => cause,
  );
  expect(outcome).toBeInstanceOf(Fault);
  return outcome as Fault;
}

const door = async (more: Partial<ShellTarget>, options: HostOptions = {}): Promise<Fault> => {
  const host = await aHost(options);
  return faultOf(connectShell(targetOf(host, more), aCall()));
};

const tries = (host: SimHost, login: ShellTarget['login']) => connectShell(targetOf(host, { login }), aCall());

describe('connectShell', () => {
  it('gives the answer of a command as it came, with its exit code', async () => {
    const session = await aShell(await aHost());
    expect(await session.read("printf 'a\\n' && printf 'b\\n' >&2 && exit 7")).toEqual({
      exitCode: 7,
      signal: null,
      stdout: 'a\n',
      stderr: 'b\n',
      truncated: false,
    });
  });

  it('gives a command its input and the end of it', async () => {
    const session = await aShell(await aHost());
    const text = 'one\n\u00e9\u4e2d\n'.repeat(20_000);
    expect((await session.read('cat', { stdin: text })).stdout).toBe(text);
    expect((await session.read('cat')).stdout).toBe('');
  });

  it('tags every process that comes of a command', async () => {
    const host = await aHost();
    const session = await aShell(host);
    const answer = await session.read('sh -c env');
    expect(answer.stdout).toContain(`REPLOPS_TAG=${runTag}\n`);
    expect(answer.stdout).toContain('LC_ALL=C\n');
    expect(host.commands()).toMatchObject([{ command: 'sh -c env', tag: runTag, outcome: 'answered' }]);
  });

  it('sends one command at a time', async () => {
    const host = await aHost();
    host.faults.add({ act: { kind: 'hang' } });
    const session = await aShell(host);
    const first = session.read('true');
    await expect(session.read('false')).rejects.toThrow(TypeError);
    session.close();
    session.close();
    await faultOf(first);
    expect(host.commands().map(({ command }) => command)).not.toContain('false');
  });

  it('lets a password in, and a password that is asked for as a question', async () => {
    for (const passwordsAsQuestions of [false, true]) {
      const host = await aHost({ passwordsAsQuestions });
      const session = await tries(host, { kind: 'password', password: new Secret(host.address().password) });
      expect((await session.read('true')).exitCode).toBe(0);
      session.close();
    }
  });

  it('opens a key with its passphrase', async () => {
    const host = await aHost({ passphrase: 'open sesame' });
    const privateKey = new Secret(host.address().privateKey);
    const session = await tries(host, { kind: 'key', privateKey, passphrase: new Secret('open sesame') });
    session.close();
    for (const passphrase of [null, new Secret('wrong-pass')]) {
      const fault = await faultOf(tries(host, { kind: 'key', privateKey, passphrase }));
      expect(fault).toMatchObject({ code: 'login-refused', effect: 'not-applied' });
      expect(fault.message).not.toContain('wrong-pass');
    }
  });

  it('closes the connection at the host too, and ends what was under way', async () => {
    const host = await aHost();
    const session = await aShell(host);
    const work = session.change('sleep 600');
    await until(() => host.processes().some(({ command }) => command === 'sleep 600'), 'the command runs');
    session.close();
    expect(await faultOf(work)).toMatchObject({ code: 'connection-lost', effect: 'unknown' });
    await until(() => host.processes().length === 0, 'the command was told to end');
  });
});

describe('the host key', () => {
  it('has to be the pinned one, or nothing is sent, not even the password', async () => {
    const host = await aHost();
    const target = targetOf(host, { login: { kind: 'password', password: new Secret(host.address().password) } });
    const pinned = host.address().fingerprint;
    host.faults.newHostKey();
    const seen = host.address().fingerprint;
    const fault = await faultOf(connectShell(target, aCall()));
    expect(fault).toMatchObject({ code: 'certificate-untrusted', effect: 'not-applied', facts: { seen, pinned } });
    expect(fault.message).toContain(`showed the host key ${seen}, and the config pins ${pinned}.`);
    expect(host.commands()).toEqual([]);
  });

  it('is let through when the config says that it is not checked', async () => {
    const session = await connectShell(targetOf(await aHost(), { hostKey: { mode: 'unchecked' } }), aCall());
    expect((await session.read('echo in')).stdout).toBe('in\n');
    session.close();
  });
});

describe('a login that fails', () => {
  const key = (privateKey: string) => ({ login: { kind: 'key', privateKey: new Secret(privateKey), passphrase: null } as const });

  it.each([
    ['a wrong password', { login: { kind: 'password', password: new Secret('hunter2-secret') } as const }],
    ['an unknown user', { user: 'mallory' }],
    ['a key that is none', key('no key at all')],
  ])('is refused for %s, changed nothing and tells no secret', async (_, more) => {
    const fault = await door(more);
    expect(fault).toMatchObject({ code: 'login-refused', effect: 'not-applied' });
    expect(JSON.stringify([fault.message, fault.facts, fault.cause])).not.toMatch(/hunter2|no key at all/);
  });

  it('is refused for the key of another host', async () => {
    const other = await aHost();
    expect(await door(key(other.address().privateKey))).toMatchObject({ code: 'login-refused', effect: 'not-applied' });
  });
});

describe('a call that fails', () => {
  it('could not have changed anything when nobody listens', async () => {
    const host = await aHost();
    await host.faults.down();
    const fault = await faultOf(connectShell(targetOf(host), aCall()));
    expect(fault).toMatchObject({ code: 'connect-failed', effect: 'not-applied', facts: { nodeCode: 'ECONNREFUSED', accepted: false } });
  });

  it('could not have changed anything when a silent host lets nobody in, and says that it is there', async () => {
    const host = await aHost();
    await host.faults.down('silent');
    const fault = await faultOf(connectShell(targetOf(host), aCall({ timeoutMs: 1_000 })));
    expect(fault).toMatchObject({ code: 'deadline-passed', effect: 'not-applied', facts: { accepted: true } });
  });

  it('could not have changed anything when what listens hangs up or speaks no SSH', async () => {
    for (const words of ['', 'HTTP/1.1 400 Bad Request\r\n\r\n']) {
      const server = createServer((socket) => socket.end(words));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      const fault = await faultOf(connectShell({ ...targetOf(await aHost()), port }, aCall()));
      expect(fault).toMatchObject({ code: 'connect-failed', effect: 'not-applied', facts: { accepted: true } });
      server.close();
    }
  });

  it('could not have changed anything when the host won’t start the command', async () => {
    const host = await aHost();
    host.faults.add({ act: { kind: 'deny' } });
    const session = await aShell(host);
    expect(await faultOf(session.change('echo a > /tmp/a'))).toMatchObject({ code: 'statement-refused', effect: 'not-applied' });
    expect((await session.change('echo b > /tmp/b')).exitCode).toBe(0);
    expect(host.files.list('/tmp')).toEqual(['/tmp/b']);
  });

  const cuts = [
    ['drop-before', 'connection-lost', false],
    ['drop-after', 'connection-lost', true],
    ['hang', 'deadline-passed', false],
  ] as const;
  it.each(cuts)('leaves the effect unknown after %s, and a read without one', async (kind, code, happened) => {
    const host = await aHost();
    for (const how of ['change', 'read'] as const) {
      host.faults.add({ act: { kind } });
      const session = await aShell(host, { timeoutMs: kind === 'hang' ? 3_000 : 60_000 });
      const fault = await faultOf(session[how](`echo x > /tmp/${how}`));
      expect(fault).toMatchObject({ code, effect: how === 'change' ? 'unknown' : 'not-applied' });
    }
    expect(host.files.exists('/tmp/change')).toBe(happened);
  });

  it('says nothing was sent when the connection was gone before', async () => {
    const host = await aHost();
    const session = await aShell(host);
    await host.faults.down();
    await until(
      () =>
        session.change('true').then(
          () => false,
          (cause: unknown) => cause instanceof Fault && cause.effect === 'not-applied',
        ),
      'the break was noticed',
    );
    expect(host.commands()).toEqual([]);
  });

  it('says that nothing was sent when the work was given up before', async () => {
    const given = new AbortController();
    const host = await aHost();
    const session = await aShell(host, { signal: given.signal });
    given.abort();
    expect(await faultOf(session.change('echo x > /tmp/x'))).toMatchObject({ code: 'aborted', effect: 'not-applied' });
    expect(await faultOf(connectShell(targetOf(host), aCall({ signal: given.signal })))).toMatchObject({ code: 'aborted' });
    expect(host.effects()).toEqual([]);
  });

  it('leaves the effect unknown when the work is given up meanwhile', async () => {
    const given = new AbortController();
    const host = await aHost();
    const session = await aShell(host, { signal: given.signal });
    const work = session.change('sleep 600');
    await until(() => host.processes().length > 0, 'the command runs');
    given.abort();
    expect(await faultOf(work)).toMatchObject({ code: 'connection-lost', effect: 'unknown' });
  });

  it('tells a command that was killed from one that ended', async () => {
    const host = await aHost();
    const session = await aShell(host);
    const work = session.change('sleep 600');
    await until(() => host.processes().length > 0, 'the command runs');
    const other = await aShell(host);
    const pids = host.processes().map(({ pid }) => pid);
    await other.change(`kill -KILL ${pids[0]}`);
    expect(await work).toMatchObject({ exitCode: null, signal: 'KILL' });
  });
});

describe('an answer that is too long', () => {
  const big = { '/tmp/big': `${'x'.repeat(1_100_000)}end` };

  it('is no answer to a read', async () => {
    const session = await aShell(await aHost({ files: big }));
    expect(await faultOf(session.read('cat /tmp/big'))).toMatchObject({ code: 'answer-not-understood', effect: 'not-applied' });
  });

  it('keeps the end of what a change said, and says so', async () => {
    const session = await aShell(await aHost({ files: big }));
    const answer = await session.change('cat /tmp/big; exit 3');
    expect(answer).toMatchObject({ exitCode: 3, truncated: true });
    expect(answer.stdout.length).toBe(1_048_576);
    expect(answer.stdout.endsWith('xend')).toBe(true);
  });
});

describe('a secret', () => {
  it('that is given as input reaches the command and no word of the answer', async () => {
    const host = await aHost();
    const session = await aShell(host);
    const secret = new Secret('s3cr3t-value');
    const answer = await session.change('cat > /tmp/kept; cat /tmp/kept; cat /tmp/kept >&2', { stdin: secret });
    expect(host.files.read('/tmp/kept')).toBe('s3cr3t-value');
    expect(answer).toMatchObject({ stdout: '[redacted]', stderr: '[redacted]' });
    expect(JSON.stringify(host.commands())).not.toContain('s3cr3t-value');
  });
});
