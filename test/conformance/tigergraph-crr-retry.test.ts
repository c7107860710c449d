import { describe, expect, it } from 'vitest';
import type { Operation } from '../../src/domain/operation.ts';
import { until } from '../support/until.ts';
import { crrLinkId, openCrr } from './tigergraph-crr-bed.ts';
import { havePlays, type Play, playOn } from './tigergraph-crr-play.ts';

const backup: Operation = { kind: 'backup', link: crrLinkId, action: { kind: 'create', mode: 'full', tag: null }, on: null };

havePlays();

/** A run whose backup fails for want of room until there is some. */
async function withoutRoom(): Promise<Play> {
  const play = await playOn(await openCrr({ version: '4.1.4', start: 'replicating' }), backup);
  play.bed.world.faults.fullDisk('primary', 'm1', true);
  // The folders of jobs lie on another disk than the backups.
  play.bed.world.host('primary', 'm1').files.fill(false);
  return play;
}

const makeRoom = ({ bed }: Play): void => bed.world.faults.fullDisk('primary', 'm1', false);

/** Every try has a folder, which stays. */
const tries = ({ bed }: Play): readonly string[] => bed.world.host('primary', 'm1').files.list('/home/tigergraph/.replops/jobs');
const starts = ({ bed }: Play): number =>
  bed.world.hosts().flatMap((host) => host.commands().filter(({ command }) => command.includes('setsid'))).length;
const statements = ({ bed }: Play): readonly string[] => bed.effects().map(({ statement }) => statement);

describe('a command on a host that failed', { timeout: 300_000 }, () => {
  it('is begun anew by one Retry on a bot that never saw it fail, exactly once', async () => {
    const play = await withoutRoom();
    const first = await play.worker('first');
    const { halt } = await play.reaches('halted');
    expect(halt).toMatchObject({ why: 'impossible', sentence: expect.stringMatching(/not enough disk space.*Retry runs it again\.$/) });
    first.kill();
    await play.worker('second');
    makeRoom(play);
    await play.retry();
    await play.reaches('succeeded');
    expect(await play.entries('halted')).toHaveLength(1);
    expect(tries(play)).toHaveLength(2);
    expect(starts(play)).toBe(2);
    expect(statements(play)).toEqual(['gadmin backup create replops1 --custom-tag']);
  });

  it('is told by the bot that takes over when the one that saw it dies before it could tell, and then needs one Retry', async () => {
    const play = await withoutRoom();
    const first = await play.worker('first', 'halted');
    await until(() => first.died(), 'the first bot dies with what it has seen');
    expect((await play.view()).state).toBe('running');
    await play.worker('second');
    await play.reaches('halted');
    expect(starts(play)).toBe(1);
    makeRoom(play);
    await play.retry();
    await play.reaches('succeeded');
    expect(await play.entries('halted')).toHaveLength(1);
    expect(starts(play)).toBe(2);
  });

  it.each(['performing', 'done'] as const)(
    'is begun anew once when the bot that heard the Retry dies before it writes %s',
    async (word) => {
      const play = await withoutRoom();
      const first = await play.worker('first');
      await play.reaches('halted');
      first.kill();
      makeRoom(play);
      const second = await play.worker('second', word);
      await play.retry();
      await until(() => second.died(), 'the second bot dies');
      await play.worker('third');
      await play.reaches('succeeded');
      expect(starts(play)).toBe(2);
      expect(statements(play)).toHaveLength(1);
    },
  );

  it('is never begun again without a Retry, though there is room by now and another bot looks', async () => {
    const play = await withoutRoom();
    const first = await play.worker('first', 'halted');
    await until(() => first.died(), 'the first bot dies with what it has seen');
    makeRoom(play);
    const second = await play.worker('second', 'halted');
    await until(() => second.died(), 'the second bot dies with what it has seen');
    await play.worker('third');
    await play.reaches('halted');
    expect(starts(play)).toBe(1);
    expect(tries(play)).toHaveLength(1);
    expect(statements(play)).toEqual([]);
  });

  it('stops again when it fails again, and each Retry begins one more try', async () => {
    const play = await withoutRoom();
    await play.worker('only');
    await play.reaches('halted');
    await play.retry();
    await until(async () => (await play.entries('halted')).length === 2, 'it has failed again');
    expect(starts(play)).toBe(2);
    makeRoom(play);
    await play.retry();
    await play.reaches('succeeded');
    expect(tries(play)).toHaveLength(3);
    expect(statements(play)).toHaveLength(1);
  });
});
