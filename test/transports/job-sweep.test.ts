import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/domain/clock.ts';
import { connectShell, type ShellSession } from '../../src/transports/shell.ts';
import { lookAtJob, startJob } from '../../src/transports/shell-jobs.ts';
import { aCall, aHost, aShell } from '../sim/hosts/bed.ts';
import { startOpenSsh, type TestSsh } from '../support/openssh.ts';
import { until } from '../support/until.ts';

const dayMs = 86_400_000;

const ended = (session: ShellSession, id: string): Promise<void> =>
  until(async () => (await lookAtJob(session, id)).kind === 'ended', `${id} has ended`);

describe('the log of a job that has ended, on a simulated host', () => {
  it('is gone after a week, when another job begins, and what the job came to stays', async () => {
    let aheadMs = 0;
    const clock = { ...systemClock, now: () => systemClock.now() + aheadMs };
    const host = await aHost({ clock });
    const session = await aShell(host, { timeoutMs: 300_000 });
    await startJob(session, 'old-1', 'echo words; exit 3');
    await ended(session, 'old-1');
    await startJob(session, 'at-work-1', 'echo begun; sleep 600');
    aheadMs = 6 * dayMs;
    await startJob(session, 'new-1', 'echo new');
    await ended(session, 'new-1');
    expect(await lookAtJob(session, 'old-1')).toMatchObject({ kind: 'ended', exitCode: 3, log: 'words\n', trouble: null });
    aheadMs = 8 * dayMs;
    expect(await startJob(session, 'new-2', 'echo new')).toBe('started');
    expect(await lookAtJob(session, 'old-1')).toMatchObject({ kind: 'ended', exitCode: 3, log: '', trouble: 'gone' });
    expect(await lookAtJob(session, 'new-1')).toMatchObject({ kind: 'ended', log: 'new\n', trouble: null });
    expect(await lookAtJob(session, 'at-work-1')).toMatchObject({ kind: 'running', log: 'begun\n', trouble: null });
    expect(await startJob(session, 'old-1', 'echo again')).toBe('already');
  });
});

describe('logs on a real host', () => {
  let server: TestSsh;
  let session: ShellSession;
  const at = (...names: string[]) => join(server.folder, ...names);
  const jobs = (...names: string[]) => at('.replops', 'jobs', ...names);
  beforeAll(async () => {
    server = await startOpenSsh();
    session = await connectShell(server.target, aCall({ timeoutMs: 600_000 }));
  });
  afterAll(async () => {
    session?.close();
    await server?.stop();
  });

  /** A folder of a job as it is left, last touched so many days ago. */
  function left(folder: string, files: readonly string[], days: number): void {
    mkdirSync(folder, { recursive: true });
    for (const file of files) {
      writeFileSync(join(folder, file), '0\n');
      execFileSync('touch', ['-d', `${days} days ago`, join(folder, file)]);
    }
  }

  it('go after a week where the job has ended, and nothing else does', async () => {
    left(jobs('old-1'), ['rc', 'log'], 8);
    left(jobs('young-1'), ['rc', 'log'], 6);
    left(jobs('died-1'), ['log'], 80);
    left(jobs('late-1'), ['log'], 80);
    writeFileSync(jobs('late-1', 'rc'), '0\n');
    for (const name of ['Not A Job', 'a\nb', '-rf', "it's", '$(touch x)', '.hidden']) left(jobs(name), ['rc', 'log'], 80);
    left(jobs('deep-1', 'deeper'), ['rc', 'log'], 80);
    left(at('elsewhere'), ['rc', 'log'], 80);
    symlinkSync(at('elsewhere'), jobs('link-1'));
    left(jobs('link-2'), ['rc'], 80);
    symlinkSync(at('elsewhere', 'log'), jobs('link-2', 'log'));
    left(jobs(), ['rc', 'log'], 80);
    expect(await startJob(session, 'sweeps-1', 'cat', { stdin: 'its own input\n' })).toBe('started');
    await ended(session, 'sweeps-1');
    expect(await lookAtJob(session, 'sweeps-1')).toMatchObject({ exitCode: 0, log: 'its own input\n' });
    const gone = readdirSync(jobs(), { recursive: true })
      .map(String)
      .filter((name) => name.endsWith('rc'))
      .map((name) => name.replace(/rc$/, 'log'))
      .filter((name) => !existsSync(jobs(name)))
      .sort();
    expect(gone).toEqual(['link-2/log', 'old-1/log']);
    expect(existsSync(jobs('died-1', 'log'))).toBe(true);
    expect(readdirSync(at('elsewhere')).sort()).toEqual(['log', 'rc']);
    expect(await lookAtJob(session, 'old-1')).toMatchObject({ kind: 'ended', exitCode: 0, trouble: 'gone' });
    expect(await startJob(session, 'old-1', 'echo again')).toBe('already');
  });

  it('stay where the folder of jobs is a link to somewhere else', async () => {
    const other = await startOpenSsh();
    const shell = await connectShell(other.target, aCall({ timeoutMs: 600_000 }));
    try {
      left(join(other.folder, 'elsewhere', 'old-1'), ['rc', 'log'], 80);
      mkdirSync(join(other.folder, '.replops'));
      symlinkSync(join(other.folder, 'elsewhere'), join(other.folder, '.replops', 'jobs'));
      expect(await startJob(shell, 'sweeps-2', 'true')).toBe('started');
      await ended(shell, 'sweeps-2');
      expect(readdirSync(join(other.folder, 'elsewhere', 'old-1')).sort()).toEqual(['log', 'rc']);
    } finally {
      shell.close();
      await other.stop();
    }
  });
});
