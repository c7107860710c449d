import { describe, expect, it } from 'vitest';
import type { SimUser, SqlWorldOptions } from '../../../src/sim/cockroach/contract.ts';
import { aLine, aWorld, simVersions, upTo, vcOf } from './bed.ts';

describe('privileges', () => {
  const withGrants = (...grants: readonly string[]): Partial<SqlWorldOptions> => {
    const users: readonly SimUser[] = [
      { name: 'ops', password: 'a', grants },
      { name: 'repl', password: 'b', grants: ['REPLICATION', 'REPLICATIONSOURCE'] },
    ];
    return { users };
  };

  it.each(simVersions)('%s: replication needs its own privileges', async (version) => {
    const pause = `ALTER VIRTUAL CLUSTER ${vcOf(version)} PAUSE REPLICATION`;
    const nothing = await aLine(await aWorld(version, withGrants()), 'standby');
    expect(await nothing.refusal(pause)).toMatchObject({
      code: '42501',
      message: 'user ops does not have MANAGEVIRTUALCLUSTER system privilege',
    });
    expect((await nothing.refusal('SHOW VIRTUAL CLUSTERS')).code).toBe('42501');
    const manager = await aLine(await aWorld(version, withGrants('MANAGEVIRTUALCLUSTER')), 'standby');
    if (upTo('25.1').includes(version)) await manager.ask(pause);
    else
      expect(await manager.refusal(pause)).toMatchObject({
        code: '42501',
        message: 'user ops does not have REPLICATIONDEST system privilege',
      });
    const full = await aLine(await aWorld(version, withGrants('MANAGEVIRTUALCLUSTER', 'REPLICATIONDEST')), 'standby');
    await full.ask(pause);
  });

  it('the user in the URI needs its own', async () => {
    const world = await aWorld('26.2', {
      start: 'none',
      users: [
        { name: 'ops', password: 'a', admin: true },
        { name: 'repl', password: 'b' },
      ],
    });
    const line = await aLine(world, 'standby');
    const create = 'CREATE VIRTUAL CLUSTER main FROM REPLICATION OF main ON $1';
    expect(await line.refusal(create, [world.primary.streamUri])).toMatchObject({
      code: '42501',
      message: 'user repl does not have REPLICATIONSOURCE system privilege',
    });
    await (await aLine(world, 'primary')).ask('GRANT SYSTEM REPLICATIONSOURCE TO repl');
    await line.ask(create, [world.primary.streamUri]);
    expect(world.effects().map(({ kind, side }) => [kind, side])).toEqual([
      ['grant-system', 'primary'],
      ['create-virtual-cluster', 'standby'],
    ]);
  });

  it('settings, jobs and users are guarded', async () => {
    const line = await aLine(await aWorld('26.2', withGrants('MANAGEVIRTUALCLUSTER')), 'standby');
    for (const sql of [
      'SET CLUSTER SETTING kv.rangefeed.enabled = false',
      'CREATE USER eve',
      'GRANT SYSTEM REPLICATIONDEST TO ops',
      'GRANT admin TO ops',
      `CREATE EXTERNAL CONNECTION c AS 'postgresql://h'`,
    ]) {
      expect((await line.refusal(sql)).code, sql).toBe('42501');
    }
  });

  it('without VIEWJOB only one’s own jobs are listed, and nobody else’s are controlled', async () => {
    const users: readonly SimUser[] = [
      { name: 'ops', password: 'a', admin: true },
      { name: 'repl', password: 'b', grants: ['REPLICATIONSOURCE'] },
      { name: 'guest', password: 'c', grants: ['MANAGEVIRTUALCLUSTER'] },
    ];
    const world = await aWorld('26.2', { users });
    const guest = await aLine(world, 'standby', { user: 'guest', password: 'c' });
    expect((await guest.ask('SHOW JOBS')).rows).toEqual([]);
    expect((await guest.refusal(`CANCEL JOB ${world.jobs('standby')[0]?.id}`)).code).toBe('42501');
  });

  it('without VIEWACTIVITY only one’s own sessions are seen', async () => {
    const world = await aWorld('26.2');
    await aLine(world, 'primary', { user: 'root', password: 'root-secret', tag: 'roots' });
    const ops = await aLine(world, 'primary', { tag: 'mine' });
    expect((await ops.ask('SELECT application_name FROM [SHOW CLUSTER SESSIONS]')).rows).toEqual([{ application_name: 'mine' }]);
    const id = world.sessions('primary').find(({ applicationName }) => applicationName === 'roots')?.id;
    expect((await ops.refusal(`CANCEL SESSION '${id}'`)).code).toBe('42501');
  });
});
