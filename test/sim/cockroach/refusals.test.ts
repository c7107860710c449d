import { describe, expect, it } from 'vitest';
import { aLine, askThrough, aWorld, vcOf } from './bed.ts';
import { refusals } from './refusal-cases.ts';

describe('refusals', () => {
  it.each(refusals)('$name', async ({ side = 'standby', version = '26.2', options, vc, before = [], values, sql, code, message }) => {
    const world = await aWorld(version, options);
    const line = await aLine(world, side, vc === undefined ? {} : { vc });
    for (const first of before) await line.ask(first);
    const effects = world.effects().length;
    const filled = values?.map((value) =>
      String(value)
        .replace('<primary wrong>', world.primary.streamUri.replace('repl-secret', 'wrong'))
        .replace('<primary>', world.primary.streamUri)
        .replace('<standby>', world.standby.streamUri),
    );
    const refusal = await line.refusal(sql, filled);
    expect(refusal.code).toBe(code);
    expect(refusal.message).toMatch(message);
    expect(world.effects()).toHaveLength(effects);
  });

  it('23.2 does not stop the service of the default target', async () => {
    const world = await aWorld('23.2');
    const line = await aLine(world, 'primary');
    const stop = 'ALTER VIRTUAL CLUSTER application STOP SERVICE';
    expect(await line.refusal(stop)).toMatchObject({
      code: '55000',
      hint: expect.stringContaining('server.controller.default_target_cluster'),
    });
    await line.ask(`SET CLUSTER SETTING server.controller.default_target_cluster = 'system'`);
    await askThrough(world, line, stop, 2000);
    expect(world.vc('primary')?.serviceMode).toBe('none');
    expect((await line.refusal(`SET CLUSTER SETTING server.controller.default_target_cluster = 'application'`)).code).toBe('55000');
  });

  it('START REPLICATION is no statement of 23.2', async () => {
    const line = await aLine(await aWorld('23.2'), 'primary');
    expect((await line.refusal(`ALTER VIRTUAL CLUSTER application START REPLICATION OF application ON 'x'`)).code).toBe('42601');
  });

  it.each([
    ['a standby two upgrades ahead', '23.2', '26.2', {}, /more than one upgrade ahead/],
    ['a standby two upgrades ahead, past a release that may be skipped', '24.1', '25.1', {}, /more than one upgrade ahead/],
    ['a standby two regular releases ahead', '24.3', '25.4', {}, /more than one upgrade ahead/],
    ['a standby ahead of a source that is not finalized', '25.2', '25.4', { primary: { version: '24.3' } }, /more than one upgrade ahead/],
    ['a standby that is not finalized', '25.2', '25.2', { standby: { version: '24.3' } }, /is newer than/],
  ] as const)('%s can’t follow', async (_, primary, standby, settings, message) => {
    const world = await aWorld(standby, { version: { primary, standby }, start: 'none', settings });
    const line = await aLine(world, 'standby');
    const refusal = await line.refusal(`CREATE VIRTUAL CLUSTER main FROM REPLICATION OF ${vcOf(primary)} ON $1`, [world.primary.streamUri]);
    expect(refusal).toMatchObject({ code: 'XXUUU', message: expect.stringMatching(message) });
    expect(world.effects()).toEqual([]);
  });

  it.each([
    ['23.2', '24.1'],
    ['24.1', '24.2'],
    ['24.1', '24.3'],
    ['24.3', '25.1'],
    ['24.3', '25.2'],
    ['25.1', '25.2'],
    ['25.4', '26.2'],
    ['26.1', '26.2'],
  ] as const)('but one upgrade ahead it can, whatever that skips: %s is followed by %s', async (primary, standby) => {
    const world = await aWorld(standby, { version: { primary, standby }, start: 'none' });
    const line = await aLine(world, 'standby');
    await line.ask(`CREATE VIRTUAL CLUSTER main FROM REPLICATION OF ${vcOf(primary)} ON $1`, [world.primary.streamUri]);
    expect(world.effects()).toHaveLength(1);
  });

  it('an older cluster can’t follow a newer one', async () => {
    const world = await aWorld('26.2', { version: { primary: '26.2', standby: '25.2' }, start: 'none' });
    const line = await aLine(world, 'standby');
    expect((await line.refusal('CREATE VIRTUAL CLUSTER main FROM REPLICATION OF main ON $1', [world.primary.streamUri])).message).toContain(
      'newer',
    );
  });
});
