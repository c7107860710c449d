import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isFault } from '../../src/domain/faults.ts';
import { type ShellSession, type ShellTarget, shellConnect } from '../../src/transports/shell.ts';
import { lookAtJob, startJob } from '../../src/transports/shell-jobs.ts';
import { quoteWord } from '../../src/transports/shell-quoting.ts';
import { aCall, aHost, targetOf } from '../sim/hosts/bed.ts';
import { startOpenSsh, type TestSsh } from '../support/openssh.ts';
import { until } from '../support/until.ts';

/** Far below any deadline of these tests, so that what gives up is known. */
const impatient = shellConnect({ everyMs: 100, unanswered: 5 });
const longMs = 600_000;

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0).reverse()) cleanUp();
});

async function enter(target: ShellTarget): Promise<ShellSession> {
  const session = await impatient(target, aCall({ timeoutMs: longMs }));
  cleanUps.push(session.close);
  return session;
}

const endOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no fault',
    (cause: unknown) => (isFault(cause) ? `${cause.code}, ${cause.effect}: ${cause.message}` : String(cause)),
  );

const endsWell = (session: ShellSession, id: string): Promise<void> =>
  until(async () => {
    const state = await lookAtJob(session, id);
    return state.kind === 'ended' && state.exitCode === 0 && state.log === 'done\n';
  }, 'the job has ended well');

describe('a simulated host that stops answering', () => {
  it('is given up while a command is under way, and what was begun there goes on', async () => {
    const host = await aHost();
    const session = await enter(targetOf(host));
    await startJob(session, 'r-quiet', 'sleep 1; echo done');
    const [reads, changes] = [session.read('sleep 600'), (await enter(targetOf(host))).change('sleep 600')];
    await until(() => host.commands().filter(({ command }) => command === 'sleep 600').length === 2, 'both commands run');
    await host.faults.down('silent');
    const words = 'host-1 stopped answering while a command was under way, and the connection was given up.';
    expect(await endOf(reads)).toBe(`connection-lost, not-applied: ${words}`);
    expect(await endOf(changes)).toBe(`connection-lost, unknown: ${words}`);
    await host.faults.up();
    await endsWell(await enter(targetOf(host)), 'r-quiet');
  });

  it('is given up between two commands, and the next one is not sent', async () => {
    const host = await aHost();
    const session = await enter(targetOf(host));
    await session.read('true');
    await host.faults.down('silent');
    let said = '';
    await until(async () => {
      // A command that leaves before it is noticed is one that nobody answers.
      said = await endOf(session.change('true'));
      return said.startsWith('connect-failed');
    }, 'it is known');
    expect(said).toBe('connect-failed, not-applied: host-1 stopped answering, and the connection was given up.');
  });

  it('is not taken for one when a command is only silent for long', async () => {
    const session = await enter(targetOf(await aHost()));
    expect(await session.read('sleep 2; echo done')).toMatchObject({ exitCode: 0, stdout: 'done\n' });
  });
});

describe('a real OpenSSH server', () => {
  let server: TestSsh;
  beforeAll(async () => {
    server = await startOpenSsh();
  });
  afterAll(() => server?.stop());

  /** The server's own process of a connection: the nearest one above a command that is called so. */
  function serverAbove(pid: number): number {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [, name = '', parent = '0'] = /^\d+ \((.*)\) \S (\d+)/s.exec(stat) ?? [];
    if (name.startsWith('sshd')) return pid;
    if (Number(parent) < 2) throw new TypeError(`no sshd above ${pid}`);
    return serverAbove(Number(parent));
  }

  it('that is frozen is given up, while the job that it began goes on', async () => {
    const at = (name: string) => join(server.folder, name);
    const session = await enter(server.target);
    await startJob(session, 'r-frozen', `until test -e ${quoteWord(at('go'))}; do sleep 0.1; done; echo done`);
    const frozen = endOf(
      session.change(`echo $$ > ${quoteWord(at('pid.new'))}; mv ${quoteWord(at('pid.new'))} ${quoteWord(at('pid'))}; exec sleep 600`),
    );
    await until(() => existsSync(at('pid')), 'the command runs');
    const pid = Number(readFileSync(at('pid'), 'utf8'));
    const daemon = serverAbove(pid);
    process.kill(daemon, 'SIGSTOP');
    cleanUps.push(() => {
      process.kill(daemon, 'SIGCONT');
      process.kill(pid, 'SIGKILL');
    });
    expect(await frozen).toBe(
      'connection-lost, unknown: loopback stopped answering while a command was under way, and the connection was given up.',
    );
    const next = await enter(server.target);
    expect(await lookAtJob(next, 'r-frozen')).toMatchObject({ kind: 'running' });
    writeFileSync(at('go'), '');
    await endsWell(next, 'r-frozen');
  });

  it('that only runs a command which is silent for long is waited for', async () => {
    const session = await enter(server.target);
    expect(await session.read('sleep 2; echo done')).toMatchObject({ exitCode: 0, stdout: 'done\n' });
  });
});
