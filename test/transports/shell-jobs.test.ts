import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import type { ShellSession } from '../../src/transports/shell.ts';
import { type JobState, jobFolder, lookAtJob, startJob, startJobCommand } from '../../src/transports/shell-jobs.ts';
import { listTagged } from '../../src/transports/shell-processes.ts';
import { aHost, aShell } from '../sim/hosts/bed.ts';
import { until } from '../support/until.ts';
import { shellPlaces } from './shell-places.ts';

const heard = { unheard: 0, trouble: null };

const ends = async (session: ShellSession, id: string): Promise<JobState> => {
  let state = await lookAtJob(session, id);
  await until(async () => {
    state = await lookAtJob(session, id);
    return state.kind !== 'running';
  }, 'the job has ended');
  return state;
};

describe.each(shellPlaces)('a job on %s', (_, open) => {
  it('runs on by itself and tells how it ended', async () => {
    const session = await open();
    expect(await lookAtJob(session, 'r-1')).toEqual({ kind: 'absent' });
    expect(await startJob(session, 'r-1', 'echo begun; sleep 0.3; echo over >&2; exit 4')).toBe('started');
    expect(await ends(session, 'r-1')).toEqual({ kind: 'ended', exitCode: 4, log: 'begun\nover\n', ...heard });
  });

  it('is seen while it runs, by its mark and not by the tag of the run', async () => {
    const session = await open();
    await startJob(session, 'r-2', 'echo begun; read line < pipe || sleep 0.5');
    expect((await lookAtJob(session, 'r-2')).kind).toBe('running');
    const mine = (await listTagged(session)).filter(({ job }) => job === 'r-2');
    expect(mine.length).toBeGreaterThan(0);
    expect(mine.every(({ tag }) => tag === null)).toBe(true);
    await ends(session, 'r-2');
  });

  it('begins once, however often it is started', async () => {
    const session = await open();
    const command = 'echo once >> "$HOME/count"';
    expect(await startJob(session, 'r-3', command)).toBe('started');
    expect(await startJob(session, 'r-3', command)).toBe('already');
    await ends(session, 'r-3');
    expect(await startJob(session, 'r-3', command)).toBe('already');
    expect((await session.read('cat "$HOME/count"')).stdout).toBe('once\n');
  });

  it('can begin anew when somebody has removed its folder', async () => {
    const session = await open();
    await startJob(session, 'r-4', 'exit 1');
    await ends(session, 'r-4');
    await session.change(`rm -rf ${jobFolder('r-4')}`);
    expect(await lookAtJob(session, 'r-4')).toEqual({ kind: 'absent' });
    expect(await startJob(session, 'r-4', 'true')).toBe('started');
    expect(await ends(session, 'r-4')).toMatchObject({ kind: 'ended', exitCode: 0 });
  });

  it('gets its input, which is gone from the host before it begins', async () => {
    const session = await open();
    await startJob(session, 'r-6', `test -e ${jobFolder('r-6')}/in && echo there; cat > "$HOME/got"`, { stdin: new Secret('s3cr3t') });
    expect(await ends(session, 'r-6')).toEqual({ kind: 'ended', exitCode: 0, log: '', ...heard });
    expect((await session.read('cat "$HOME/got"')).stdout).toBe('s3cr3t');
  });

  it('is not begun when its input does not come whole, as from a connection that breaks, and can be begun then', async () => {
    const session = await open();
    const command = startJobCommand('r-13', 'cat > "$HOME/got"');
    for (const stdin of ['', 's3c', 's3cr3treplops-end-of-inp']) {
      expect(await session.change(command, { stdin })).toMatchObject({ exitCode: 1, stdout: '' });
      expect(await lookAtJob(session, 'r-13')).toEqual({ kind: 'absent' });
    }
    expect(await startJob(session, 'r-13', 'cat > "$HOME/got"', { stdin: 's3cr3t\n\n' })).toBe('started');
    expect(await ends(session, 'r-13')).toMatchObject({ kind: 'ended', exitCode: 0 });
    expect((await session.read('cat "$HOME/got"')).stdout).toBe('s3cr3t\n\n');
  });

  it('that neither runs nor said how it ended has died', async () => {
    const session = await open();
    await startJob(session, 'r-7', 'echo begun; sleep 600');
    await until(async () => {
      const state = await lookAtJob(session, 'r-7');
      return state.kind === 'running' && state.log !== '';
    }, 'it has begun');
    for (const { pid } of (await listTagged(session)).filter(({ job }) => job === 'r-7')) await session.change(`kill -KILL ${pid}`);
    expect(await ends(session, 'r-7')).toEqual({ kind: 'died', log: 'begun\n', ...heard });
  });
});

describe('a job', () => {
  it('that can’t say how it ended, since the disk is full, has died', async () => {
    const host = await aHost();
    const session = await aShell(host);
    await startJob(session, 'r-12', 'sleep 0.3; exit 0');
    host.files.fill(true);
    expect(await ends(session, 'r-12')).toMatchObject({ kind: 'died' });
  });

  it('has an id that is a plain word', () => {
    for (const id of ['', 'A', 'a b', '../x', "a'b", 'a'.repeat(81)]) expect(() => jobFolder(id)).toThrow(TypeError);
  });

  it('outlives the connection that began it', async () => {
    const host = await aHost();
    host.faults.add({ match: /setsid/, act: { kind: 'drop-after' } });
    const first = await aShell(host);
    await expect(startJob(first, 'r-9', 'sleep 0.2; echo done')).rejects.toMatchObject({ code: 'connection-lost', effect: 'unknown' });
    const second = await aShell(host);
    expect((await lookAtJob(second, 'r-9')).kind).toBe('running');
    expect(await startJob(second, 'r-9', 'sleep 0.2; echo done')).toBe('already');
    expect(await ends(second, 'r-9')).toEqual({ kind: 'ended', exitCode: 0, log: 'done\n', ...heard });
  });

  it('that could not be claimed was not begun', async () => {
    const host = await aHost({ folders: ['/home/ops/.replops/jobs'] });
    host.files.protect('/home/ops/.replops/jobs', true);
    const session = await aShell(host);
    await expect(startJob(session, 'r-10', 'true')).rejects.toMatchObject({ code: 'statement-refused', effect: 'not-applied' });
  });

  it('is not taken for dead on a host that can’t list its processes', async () => {
    const host = await aHost();
    const session = await aShell(host);
    await startJob(session, 'r-11', 'sleep 600');
    host.faults.add({ match: /^grep/, act: { kind: 'refuse', exitCode: 2, stderr: 'grep: unknown option -- z\n' } });
    await expect(lookAtJob(session, 'r-11')).rejects.toMatchObject({ code: 'answer-not-understood' });
  });
});
