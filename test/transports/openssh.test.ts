import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/domain/clock.ts';
import { isFault } from '../../src/domain/faults.ts';
import type { RunId } from '../../src/domain/ids.ts';
import { Secret } from '../../src/domain/secret.ts';
import { endLeftOvers } from '../../src/engines/hosts/evict.ts';
import { blocksCommand, splitBlocks } from '../../src/engines/tigergraph-crr/parse/blocks.ts';
import { connectShell, type ShellSession, type ShellTarget } from '../../src/transports/shell.ts';
import { lookAtJob, newEar, startJob } from '../../src/transports/shell-jobs.ts';
import { listTagged } from '../../src/transports/shell-processes.ts';
import { quoteWord } from '../../src/transports/shell-quoting.ts';
import { startOpenSsh, type TestSsh } from '../support/openssh.ts';
import { until } from '../support/until.ts';

let server: TestSsh;
const sessions: ShellSession[] = [];
const runId = `r-openssh-${process.pid}` as RunId;

beforeAll(async () => {
  server = await startOpenSsh();
});
afterEach(() => {
  for (const session of sessions.splice(0)) session.close();
});
afterAll(() => server?.stop());

const aCall = (more: { readonly timeoutMs?: number; readonly fence?: number } = {}) => ({
  signal: new AbortController().signal,
  timeoutMs: more.timeoutMs ?? 20_000,
  tag: `replops/${runId}/${more.fence ?? 7}`,
});

async function enter(target: Partial<ShellTarget> = {}, more: Parameters<typeof aCall>[0] = {}): Promise<ShellSession> {
  const session = await connectShell({ ...server.target, ...target }, aCall(more));
  sessions.push(session);
  return session;
}

const codeOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no fault',
    (cause: unknown) => (isFault(cause) ? `${cause.code}, ${cause.effect}` : String(cause)),
  );

describe('the shell transport at a real OpenSSH server', () => {
  it('tells exit code, output and errors apart, and runs in the C locale', async () => {
    const session = await enter();
    expect(await session.read('echo out; echo err >&2; echo $LC_ALL; exit 3')).toEqual({
      exitCode: 3,
      signal: null,
      stdout: 'out\nC\n',
      stderr: 'err\n',
      truncated: false,
    });
    expect(await session.read('kill -9 $$')).toMatchObject({ exitCode: null, signal: 'KILL' });
  });

  it('gets no terminal, so that nothing can ask it a question there', async () => {
    const session = await enter();
    const answer = await session.read('tty; for end in 0 1 2; do test -t $end && echo terminal; done; true < /dev/tty');
    expect(answer).toMatchObject({ stdout: 'not a tty\n' });
    expect(answer.exitCode).not.toBe(0);
  });

  it('gives a secret by standard input only', async () => {
    const session = await enter();
    const secret = new Secret("pass'word $(id) \\ ü");
    const answer = await session.read('read -r line; tr "\\0" "\\n" < /proc/$$/cmdline; printf "%s" "$line" | wc -c', {
      stdin: new Secret(`${secret.reveal()}\n`),
    });
    expect(answer.stdout).not.toContain(secret.reveal());
    expect(answer.stdout.trimEnd().endsWith(String(Buffer.byteLength(secret.reveal())))).toBe(true);
  });

  it.each(["it's", 'a\nb', '$(touch /nowhere) `id` "q"', '–ü漢', '-n', ''])('passes %j as one word', async (word) => {
    const session = await enter();
    expect((await session.read(`printf '[%s]' ${quoteWord(word)}`)).stdout).toBe(`[${word}]`);
  });

  it('lets nobody pose as the host, and tells when the key is not let in', async () => {
    const strange = { mode: 'pinned', fingerprint: `SHA256:${'A'.repeat(43)}` } as const;
    expect(await codeOf(enter({ hostKey: strange }))).toBe('certificate-untrusted, not-applied');
    expect(await codeOf(enter({ login: { kind: 'key', privateKey: server.strangeKey, passphrase: null } }))).toBe(
      'login-refused, not-applied',
    );
    expect(await codeOf(enter({ port: 1 }))).toBe('connect-failed, not-applied');
  });

  it('logs in with the key that an agent holds, and tells a wrong key from an agent that is gone', async () => {
    const session = await enter({ login: { kind: 'agent', socket: await server.agent('user') } });
    expect((await session.read('echo in')).stdout).toBe('in\n');
    const strange = { kind: 'agent', socket: await server.agent('stranger') } as const;
    await expect(enter({ login: strange })).rejects.toMatchObject({
      code: 'login-refused',
      message: expect.stringContaining('refused the user'),
    });
    const gone = { kind: 'agent', socket: join(server.folder, 'no-agent') } as const;
    await expect(enter({ login: gone })).rejects.toMatchObject({ code: 'login-refused', message: expect.stringContaining('SSH agent') });
  });

  it('does not know what became of a change when the connection breaks', async () => {
    const session = await enter();
    // The parent is the server's own process of this connection.
    expect(await codeOf(session.change('kill -9 $PPID; sleep 600'))).toBe('connection-lost, unknown');
  });

  it('gives up on a command at its deadline', async () => {
    const session = await enter({}, { timeoutMs: 8_000 });
    expect(await codeOf(session.read('sleep 600'))).toBe('deadline-passed, not-applied');
  });

  it('answers several commands in one go, each with its own exit code', async () => {
    const session = await enter();
    const { stdout } = await session.read(blocksCommand(['printf one', 'no-such-command-here', 'cat']));
    expect(splitBlocks(stdout, 3)).toMatchObject([{ exitCode: 0, text: 'one' }, { exitCode: 127 }, { exitCode: 0, text: '' }]);
  });
});

describe('a job on a real host', () => {
  it('goes on when its connection is gone, begins once, and tells how it ended', async () => {
    const id = `openssh-${process.pid}`;
    const [go, runs] = [join(server.folder, 'go'), join(server.folder, 'runs')];
    const command = `echo begun >> ${quoteWord(runs)}; read -r line; echo "got $line"; until test -e ${quoteWord(go)}; do sleep 0.1; done; echo done; exit 4`;
    const first = await enter();
    expect(await startJob(first, id, command, { stdin: new Secret('word\n') })).toBe('started');
    first.close();
    const second = await enter();
    expect(await startJob(second, id, command)).toBe('already');
    expect(await lookAtJob(second, id)).toMatchObject({ kind: 'running' });
    await until(() => existsSync(runs), 'the job has begun');
    writeFileSync(go, '');
    await until(async () => (await lookAtJob(second, id)).kind === 'ended', 'the job has ended');
    expect(await lookAtJob(second, id)).toEqual({ kind: 'ended', exitCode: 4, log: 'got word\ndone\n', unheard: 0, trouble: null });
    expect((await second.read(`cat ${quoteWord(runs)}`)).stdout).toBe('begun\n');
  });
});

describe('the log of a job on a real host', () => {
  it('is heard once, from byte to byte, while it grows, however much it is and wherever it is cut', async () => {
    const id = `openssh-log-${process.pid}`;
    const at = (name: string) => join(server.folder, name);
    const line = 'Zeile – ü 漢 𝒳 of no use\n';
    const part = line.repeat(50_000);
    writeFileSync(at('part'), part);
    // A character of three bytes comes in two parts, with a look between them.
    const gate = (name: string) => `until test -e ${quoteWord(at(name))}; do sleep 0.1; done`;
    const command = `echo 'Tag is nightly'; printf '\\346'; ${gate('go-1')}; printf '\\274\\242\\n'; cat ${quoteWord(at('part'))}; ${gate('go-2')}; echo 'MARK it'; cat ${quoteWord(at('part'))}; printf 'it is done'; exit 5`;
    const marks = [(one: string) => one.startsWith('MARK')];
    const ear = newEar();
    const session = await enter({}, { timeoutMs: 300_000 });
    const answers: string[] = [];
    const counted: ShellSession = {
      ...session,
      read: async (text, input) => {
        const answer = await session.read(text, input);
        if (text.includes('wc -c')) answers.push(answer.stdout);
        return answer;
      },
    };
    const hears = (bytes: number) =>
      until(async () => {
        await lookAtJob(counted, id, { ear, marks });
        return ear.heard.bytes === bytes;
      }, `${bytes} bytes were heard`);
    await startJob(session, id, command);
    await hears(16);
    writeFileSync(at('go-1'), '');
    const half = 15 + 4 + Buffer.byteLength(part);
    await hears(half);
    answers.length = 0;
    expect(await lookAtJob(counted, id, { ear, marks })).toMatchObject({ kind: 'running', unheard: 0, trouble: null });
    expect(answers.join('').length).toBeLessThan(64);
    writeFileSync(at('go-2'), '');
    const size = half + 8 + Buffer.byteLength(part) + 10;
    await hears(size);
    await until(async () => (await lookAtJob(counted, id, { ear, marks })).kind === 'ended', 'the job has ended');
    expect(answers.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(1.5 * (size - half) + 100 * answers.length);
    expect(Math.max(...answers.map(({ length }) => length))).toBeLessThan(1_048_576);
    const state = await lookAtJob(counted, id, { ear, marks });
    expect(state).toMatchObject({ kind: 'ended', exitCode: 5, unheard: 0, trouble: null });
    const words = 'log' in state ? state.log : '';
    expect(words).toMatch(/^Tag is nightly\n漢\nZeile .*\nMARK it\nZeile .*\nit is done$/s);
    expect(words).not.toContain('\uFFFD');
    // Whoever takes over knows nothing, and hears the same.
    const successor = newEar();
    const next = await enter({}, { timeoutMs: 300_000 });
    await until(async () => {
      const seen = await lookAtJob(next, id, { ear: successor, marks });
      return 'unheard' in seen && seen.unheard === 0;
    }, 'all of it was heard again');
    expect(successor.heard).toEqual(ear.heard);
  });
});

describe('what an older owner of a run left on a real host', () => {
  it('is found by its tag and ended, and nothing else is', async () => {
    const [old, own] = [await enter({}, { fence: 7 }), await enter({}, { fence: 9 })];
    const stays = own.read('sleep 600').catch(() => null);
    const left = old.read('sleep 600').catch(() => null);
    const watcher = await enter({}, { fence: 8 });
    const tags = async () => (await listTagged(watcher)).map(({ tag }) => tag);
    await until(async () => {
      const seen = await tags();
      return seen.includes(`replops/${runId}/7`) && seen.includes(`replops/${runId}/9`);
    }, 'both commands run');
    const as = (fence: number) => ({ ...aCall({ fence }), clock: systemClock, earlier: [], retried: [], history: async () => [] });
    expect(await endLeftOvers(connectShell, [server.target], runId, 8, as(8))).toEqual([
      `Ended a command on loopback, which an older owner of the run (replops/${runId}/7) had left.`,
    ]);
    expect(await tags()).toContain(`replops/${runId}/9`);
    expect(await tags()).not.toContain(`replops/${runId}/7`);
    await left;
    expect(await endLeftOvers(connectShell, [server.target], runId, 10, as(10))).toHaveLength(1);
    await stays;
  });
});
