import { describe, expect, it } from 'vitest';
import { Fault } from '../../src/domain/faults.ts';
import type { ShellSession } from '../../src/transports/shell.ts';
import { jobFolder, lookAtJob, newEar, startJob } from '../../src/transports/shell-jobs.ts';
import { listTagged } from '../../src/transports/shell-processes.ts';
import { until } from '../support/until.ts';
import { shellPlaces } from './shell-places.ts';

/** All jobs of one machine are seen by one another's tests. */
const job = (name: string): string => `${name}-${process.pid}`;
const log = (id: string): string => `${jobFolder(id)}/log`;

/** Hears what looks at a job's log are answered. */
function overheard(session: ShellSession) {
  const answers: string[] = [];
  const read: ShellSession['read'] = async (command, input) => {
    const answer = await session.read(command, input);
    if (command.includes('wc -c')) answers.push(answer.stdout);
    return answer;
  };
  return { session: { ...session, read }, answers, bytes: () => answers.splice(0).reduce((sum, { length }) => sum + length, 0) };
}

async function endedJob(session: ShellSession, id: string, command = 'true'): Promise<void> {
  await startJob(session, id, command);
  await until(async () => (await lookAtJob(session, id)).kind === 'ended', 'the job has ended');
}

async function endAll(session: ShellSession, id: string): Promise<void> {
  for (const { pid } of (await listTagged(session)).filter((one) => one.job === id)) await session.change(`kill -KILL ${pid}; true`);
}

const aLine = 'Zeile – ü 漢 of no use at all\n';
const marks = [(line: string) => line.startsWith('MARK')];

/** Makes the log of a job several times as large as one look takes, with a name in its first line and a mark in its middle. */
async function makeHuge(session: ShellSession, id: string): Promise<number> {
  const stdin = aLine.repeat(20_000);
  await session.change(`cat > "$HOME/part"; printf 'Tag is nightly\\n' > ${log(id)}; printf 'MARK it\\n' > "$HOME/mark"`, { stdin });
  const parts = '"$HOME/part" "$HOME/part" "$HOME/part" "$HOME/part"';
  await session.change(`cat ${parts} "$HOME/mark" ${parts} >> ${log(id)}; printf 'it is done' >> ${log(id)}`);
  return 15 + 8 * Buffer.byteLength(stdin) + 8 + 10;
}

describe.each(shellPlaces)('the log of a job on %s', (_, open) => {
  it('is read on from where the watcher has come, and costs next to nothing while nothing is said', async () => {
    const { session, bytes } = overheard(await open());
    await startJob(session, job('l-1'), 'echo begun; sleep 600');
    const ear = newEar();
    await until(async () => {
      const state = await lookAtJob(session, job('l-1'), { ear });
      return state.kind === 'running' && state.log === 'begun\n';
    }, 'it has begun');
    await session.change(`cat >> ${log(job('l-1'))}`, { stdin: aLine.repeat(3_000) });
    expect(await lookAtJob(session, job('l-1'), { ear })).toMatchObject({
      kind: 'running',
      log: expect.stringMatching(/^begun\n.*at all\n$/s),
    });
    bytes();
    for (let look = 0; look < 3; look += 1)
      expect(await lookAtJob(session, job('l-1'), { ear })).toMatchObject({ kind: 'running', unheard: 0 });
    expect(bytes()).toBeLessThan(3 * 64);
    await session.change(`printf 'new\\n' >> ${log(job('l-1'))}`);
    expect(await lookAtJob(session, job('l-1'), { ear })).toMatchObject({ log: expect.stringMatching(/at all\nnew\n$/) });
    expect(bytes()).toBeLessThan(64);
    expect(await lookAtJob(session, job('l-1'))).toMatchObject({ log: expect.stringMatching(/^begun\nZeile .*at all\nnew\n$/s) });
    await endAll(session, job('l-1'));
  });

  it('may be cut in the middle of a character between two looks', async () => {
    const session = await open();
    await endedJob(session, job('l-2'));
    const ear = newEar();
    for (const part of ['head -c 1', 'tail -c +2 | head -c 1', 'tail -c +3']) {
      await session.change(`{ ${part}; } >> ${log(job('l-2'))}`, { stdin: '漢\r\nü' });
      await lookAtJob(session, job('l-2'), { ear });
    }
    expect(await lookAtJob(session, job('l-2'), { ear })).toMatchObject({ log: '漢\r\nü', unheard: 0 });
  });

  it('is heard in several looks when it is huge, to its end, and nothing that matters is lost', async () => {
    const { session, answers } = overheard(await open());
    await endedJob(session, job('l-3'));
    const size = await makeHuge(session, job('l-3'));
    const ear = newEar();
    let state = await lookAtJob(session, job('l-3'), { ear, marks });
    expect(state).toMatchObject({ kind: 'ended', exitCode: 0 });
    const left = 'unheard' in state ? state.unheard : 0;
    expect(left).toBeGreaterThan(0);
    expect(ear.heard.bytes + left).toBe(size);
    while ('unheard' in state && state.unheard > 0) state = await lookAtJob(session, job('l-3'), { ear, marks });
    expect(ear.heard.bytes).toBe(size);
    const words = 'log' in state ? state.log : '';
    expect(words).toMatch(/^Tag is nightly\nZeile – ü 漢 of no use at all\n.*\nMARK it\n.*\nit is done$/s);
    expect(words).not.toContain('\uFFFD');
    expect(words.length).toBeLessThan(70_000);
    expect(Math.max(...answers.map(({ length }) => length))).toBeLessThan(1_048_576);
  });

  it('that became another one is heard from its beginning, and so is told', async () => {
    const session = await open();
    await endedJob(session, job('l-4'), 'echo a long first line');
    const ear = newEar();
    expect(await lookAtJob(session, job('l-4'), { ear })).toMatchObject({ trouble: null });
    await session.change(`printf 'short\\n' > ${log(job('l-4'))}`);
    expect(await lookAtJob(session, job('l-4'), { ear })).toMatchObject({ log: 'short\n', unheard: 0, trouble: 'anew' });
    await session.change(`printf 'another one, which is longer\\n' > ${log(job('l-4'))}`);
    expect(await lookAtJob(session, job('l-4'), { ear })).toMatchObject({ log: 'another one, which is longer\n', trouble: 'anew' });
    await session.change(`printf '' > ${log(job('l-4'))}`);
    expect(await lookAtJob(session, job('l-4'), { ear })).toMatchObject({ kind: 'ended', log: '', unheard: 0, trouble: 'anew' });
  });

  it('that was removed leaves what was heard of it, and so is told', async () => {
    const session = await open();
    await endedJob(session, job('l-5'), 'echo said; exit 3');
    const ear = newEar();
    await lookAtJob(session, job('l-5'), { ear });
    await session.change(`rm ${log(job('l-5'))}`);
    expect(await lookAtJob(session, job('l-5'), { ear })).toEqual({
      kind: 'ended',
      exitCode: 3,
      log: 'said\n',
      unheard: 0,
      trouble: 'gone',
    });
    expect(await lookAtJob(session, job('l-5'))).toEqual({ kind: 'ended', exitCode: 3, log: '', unheard: 0, trouble: 'gone' });
    await session.change(`rm -rf ${jobFolder(job('l-5'))}`);
    expect(await lookAtJob(session, job('l-5'), { ear })).toEqual({ kind: 'absent' });
    expect(ear).toEqual(newEar());
  });

  it('that broke off while it was read is read on, and not again', async () => {
    const session = await open();
    await endedJob(session, job('l-6'));
    const size = await makeHuge(session, job('l-6'));
    const ear = newEar();
    let left = 2;
    const breaking: ShellSession = {
      ...session,
      read: (command, input) => {
        if (!command.includes('wc -c') || left-- > 0) return session.read(command, input);
        throw new Fault('connection-lost', 'The connection broke.', { effect: 'not-applied', facts: {} });
      },
    };
    await expect(lookAtJob(breaking, job('l-6'), { ear, marks })).rejects.toMatchObject({ code: 'connection-lost' });
    const before = ear.heard.bytes;
    expect(before).toBeGreaterThan(1_000_000);
    const { session: second, answers } = overheard(session);
    let state = await lookAtJob(second, job('l-6'), { ear, marks });
    while ('unheard' in state && state.unheard > 0) state = await lookAtJob(second, job('l-6'), { ear, marks });
    expect(answers.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(1.4 * (size - before));
    const undisturbed = newEar();
    for (let look = 0; look < 3; look += 1) await lookAtJob(session, job('l-6'), { ear: undisturbed, marks });
    expect(ear.heard).toEqual(undisturbed.heard);
  });

  it('is not taken for what the job says of its end', async () => {
    const session = await open();
    await endedJob(session, job('l-8'), 'echo 0; echo 7');
    await session.change(`printf '' > ${jobFolder(job('l-8'))}/rc`);
    await expect(lookAtJob(session, job('l-8'))).rejects.toMatchObject({ code: 'answer-not-understood' });
  });

  it('is not there for a moment after the beginning, and is missed after the end', async () => {
    const session = await open();
    await endedJob(session, job('l-9'));
    await session.change(`rm ${log(job('l-9'))} ${jobFolder(job('l-9'))}/rc`);
    expect(await lookAtJob(session, job('l-9'))).toEqual({ kind: 'died', log: '', unheard: 0, trouble: 'gone' });
    await startJob(session, job('l-10'), 'sleep 600');
    await until(async () => (await lookAtJob(session, job('l-10'))).kind === 'running', 'it runs');
    await session.change(`rm ${log(job('l-10'))}`);
    expect(await lookAtJob(session, job('l-10'))).toEqual({ kind: 'running', log: '', unheard: 0, trouble: null });
    await endAll(session, job('l-10'));
  });

  it('is not taken for an empty one where its bytes can’t be read', async () => {
    const session = await open();
    await endedJob(session, job('l-7'), 'echo said');
    const deaf: ShellSession = { ...session, read: (command) => session.read(command.replace('| base64', '| no-base64-here')) };
    await expect(lookAtJob(deaf, job('l-7'))).rejects.toMatchObject({
      code: 'answer-not-understood',
      message: expect.stringContaining('no-base64-here'),
    });
  });
});
