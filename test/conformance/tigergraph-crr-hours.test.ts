import { describe, expect, it } from 'vitest';
import { tinyPace } from '../../src/sim/tigergraph/pace.ts';
import { until } from '../support/until.ts';
import { crrLinkId, openCrr } from './tigergraph-crr-bed.ts';
import { havePlays, type Play, playOn } from './tigergraph-crr-play.ts';

const hour = 3_600_000;

havePlays();

/** A rebuild whose restore takes so long. */
const rebuildOf = async (restoreMs: number): Promise<Play> =>
  playOn(await openCrr({ version: '4.1.4', start: 'outdated', pace: { ...tinyPace, restoreMs } }), { kind: 'rebuild', link: crrLinkId });

describe('a restore that takes hours', { timeout: 180_000 }, () => {
  it('is watched on by another worker when the first one dies in hour two, and is begun once', async () => {
    const play = await rebuildOf(3 * hour);
    const first = await play.worker('first');
    await play.says(/^tiger-west-m1 is at it: Stopping GPE/);
    await play.pass(1.2 * hour);
    await until(async () => (await play.view()).state === 'running' && play.bed.world.side('standby').busy !== null, 'it goes on');
    first.kill();
    expect(play.bed.world.side('primary').writable).toBe(true);

    await play.worker('second');
    await until(async () => (await play.entries('taken-over')).length === 1, 'the second worker takes over');
    await play.pass(0.6 * hour);
    await play.says(/is at it: Extracting/);
    expect(play.restores()).toEqual({ begun: 1, ended: 0 });
    await play.pass(1.3 * hour);
    const { report } = await play.reaches('succeeded');
    expect(play.restores()).toEqual({ begun: 1, ended: 1 });
    expect(report?.facts.find(({ label }) => /^Replace everything/.test(label))?.value).toBe('3.1 h');
    expect(play.bed.wasSplit()).toBe(false);
  });

  it('goes on through an hour in which its node cannot be reached', async () => {
    const play = await rebuildOf(3 * hour);
    await play.worker('only');
    await play.says(/Stopping GPE/);
    await play.pass(1.2 * hour);
    await play.bed.world.faults.nodeDown('standby', 'm1', 'unreachable');
    await play.pass(hour);
    const { seq } = await play.view();
    await play.bed.world.faults.nodeUp('standby', 'm1');
    await play.says(/Extracting/);
    expect((await play.view()).seq).toBeGreaterThan(seq);
    await play.pass(hour);
    await play.reaches('succeeded');
    expect(play.restores()).toEqual({ begun: 1, ended: 1 });
  });

  it('has come to its end while nobody looked', async () => {
    const play = await rebuildOf(3 * hour);
    const first = await play.worker('first');
    await play.says(/Stopping GPE/);
    first.kill();
    await play.pass(3.2 * hour);
    await until(() => play.restores().ended === 1, 'the restore ends');
    await play.worker('second');
    await play.reaches('succeeded');
    expect(play.restores()).toEqual({ begun: 1, ended: 1 });
  });

  it('stops and asks when its host goes down with it in hour two, and is repeated only once a person has cleared it', async () => {
    const play = await rebuildOf(3 * hour);
    await play.worker('only');
    await play.says(/Stopping GPE/);
    await play.pass(2 * hour);
    await play.says(/Extracting/);
    await play.bed.world.faults.nodeDown('standby', 'm1');
    await play.bed.world.faults.nodeUp('standby', 'm1');
    const { halt } = await play.reaches('halted');
    expect(halt).toMatchObject({ why: 'unknown' });
    expect(halt?.sentence).toMatch(
      /neither runs nor said how it ended.*It is not repeated by itself.*remove .* on .*m1 and press Retry\.$/,
    );
    expect(play.restores()).toEqual({ begun: 1, ended: 0 });

    await play.retry();
    await until(async () => (await play.entries('halted')).length === 2, 'it asks again');
    expect(play.restores()).toEqual({ begun: 1, ended: 0 });

    const { exitCode } = await play.bed.world.host('standby', 'm1').run('rm -rf "$HOME/.replops/jobs"');
    expect(exitCode).toBe(0);
    await play.retry();
    await until(() => play.restores().begun === 2, 'it is begun again');
    await play.pass(3.2 * hour);
    await play.reaches('succeeded');
    expect(play.restores()).toEqual({ begun: 2, ended: 1 });
  });

  it('is late after its budget, is left alone, and is watched on by Retry', async () => {
    const play = await rebuildOf(30 * hour);
    await play.worker('only');
    await play.says(/Stopping GPE/);
    await play.pass(16 * hour);
    await play.says(/Extracting/);
    await play.pass(8.1 * hour);
    const { halt } = await play.reaches('halted');
    expect(halt?.why).toBe('late');
    expect(halt?.sentence).toMatch(/is not proven after 24 h\. Last seen: .*is at it/);
    await play.retry();
    await play.reaches('running');
    await play.pass(7 * hour);
    await play.reaches('succeeded');
    expect(play.restores()).toEqual({ begun: 1, ended: 1 });
  });
});
