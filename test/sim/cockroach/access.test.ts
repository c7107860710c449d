import { describe, expect, it } from 'vitest';
import { aLine, aWorld, simVersions, upTo } from './bed.ts';

const users = [
  { name: 'ops', password: 'a', grants: ['MANAGEVIRTUALCLUSTER', 'REPLICATIONDEST', 'EXTERNALCONNECTION'] },
  { name: 'root', password: 'r', admin: true },
  { name: 'repl', password: 'b', grants: ['REPLICATION', 'REPLICATIONSOURCE'] },
];

describe('external connections', () => {
  it.each(simVersions)('%s: SHOW redacts them, SHOW CREATE does not', async (version) => {
    const line = await aLine(await aWorld(version, { start: 'none' }), 'standby');
    await line.ask(`CREATE EXTERNAL CONNECTION c AS 'postgresql://repl:pass%20word@east:26257/defaultdb?sslmode=disable'`);
    if (upTo('24.1').includes(version)) expect((await line.refusal('SHOW EXTERNAL CONNECTIONS')).code).toBe('42601');
    else {
      const told = version === '24.2' ? /^failed to redact the URI/ : /^postgresql:\/\/repl:redacted@east:26257\/defaultdb\?redacted$/;
      const [shown] = (await line.ask('SHOW EXTERNAL CONNECTIONS')).rows;
      expect(shown).toMatchObject({ connection_name: 'c', connection_uri: expect.stringMatching(told) });
    }
    for (const which of ['EXTERNAL CONNECTION c', 'ALL EXTERNAL CONNECTIONS']) {
      const [clear] = (await line.ask(`SHOW CREATE ${which}`)).rows;
      expect(clear?.['create_statement']).toContain('pass%20word');
    }
    expect((await line.refusal('SHOW CREATE EXTERNAL CONNECTION d')).code).toBe('42704');
  });

  it('belong to who made them until they are granted', async () => {
    const world = await aWorld('26.2', { start: 'none', users });
    const root = await aLine(world, 'standby', { user: 'root', password: 'r' });
    await root.ask('CREATE EXTERNAL CONNECTION c AS $1', [world.primary.streamUri]);
    const ops = await aLine(world, 'standby');
    const create = `CREATE VIRTUAL CLUSTER main FROM REPLICATION OF main ON 'external://c'`;
    expect(await ops.refusal(create)).toMatchObject({
      code: '42501',
      message: 'user ops does not have USAGE privilege on external_connection c',
    });
    expect((await ops.ask('SHOW EXTERNAL CONNECTIONS')).rows).toEqual([]);
    expect((await ops.refusal('GRANT USAGE ON EXTERNAL CONNECTION c TO ops')).code).toBe('42501');
    await root.ask('GRANT USAGE ON EXTERNAL CONNECTION c TO ops');
    expect((await ops.refusal('DROP EXTERNAL CONNECTION c')).message).toBe(
      'user ops does not have DROP privilege on external_connection c',
    );
    await ops.ask(create);
    expect((await ops.ask('SHOW GRANTS ON EXTERNAL CONNECTION c')).rows).toMatchObject([
      { grantee: 'root', privilege_type: 'ALL' },
      { grantee: 'ops', privilege_type: 'USAGE' },
    ]);
  });
});

describe('users and grants', () => {
  it('who may give a privilege on is no admin', async () => {
    const keeper = {
      name: 'keeper',
      password: 'k',
      grants: ['REPLICATIONSOURCE'],
      grantable: ['REPLICATIONSOURCE'],
      roleOptions: ['CREATEROLE'],
    };
    const world = await aWorld('26.2', { users: [...users, keeper] });
    const line = await aLine(world, 'primary', { user: 'keeper', password: 'k' });
    await line.ask(`CREATE USER stream WITH PASSWORD 'it''s'`);
    expect((await line.refusal('CREATE USER stream')).code).toBe('42710');
    await line.ask('GRANT SYSTEM REPLICATIONSOURCE TO stream');
    expect((await line.refusal('GRANT SYSTEM MANAGEVIRTUALCLUSTER TO stream')).code).toBe('42501');
    await aLine(world, 'primary', { user: 'stream', password: "it's" });
    expect((await line.refusal('DROP USER stream')).code).toBe('2BP01');
    await line.ask('REVOKE SYSTEM REPLICATIONSOURCE FROM stream');
    await line.ask('DROP USER stream');
    await line.ask('DROP USER IF EXISTS stream');
    expect((await line.refusal('DROP USER stream')).code).toBe('42704');
  });
});

describe('what a side begins with', () => {
  it('has the regions and settings that it was given', async () => {
    const world = await aWorld('26.2', {
      start: 'none',
      regions: { primary: ['eu-west', 'eu-north'] },
      settings: { primary: { 'enterprise.license': '', 'kv.rangefeed.enabled': 'false' } },
    });
    const [primary, standby] = [await aLine(world, 'primary'), await aLine(world, 'standby')];
    expect((await primary.ask('SHOW REGIONS FROM CLUSTER')).rows.map(({ region }) => region)).toEqual(['eu-west', 'eu-north']);
    expect((await standby.ask('SHOW REGIONS FROM CLUSTER')).rows.map(({ region }) => region)).toEqual(['us-east']);
    const length = `SELECT length(value) AS n FROM [SHOW CLUSTER SETTINGS] WHERE variable = 'enterprise.license'`;
    expect((await primary.ask(length)).rows).toEqual([{ n: '0' }]);
    expect((await standby.ask(length)).rows).not.toEqual([{ n: '0' }]);
  });

  it('an older cluster has its data in the system virtual cluster and can be replicated', async () => {
    const world = await aWorld('26.2', { start: 'none', virtualized: false });
    const line = await aLine(world, 'standby');
    expect((await (await aLine(world, 'primary')).ask('SHOW VIRTUAL CLUSTERS')).rows).toMatchObject([{ name: 'system' }]);
    expect(world.writable()).toEqual({ primary: true, standby: false });
    expect((await line.refusal('CREATE VIRTUAL CLUSTER main FROM REPLICATION OF main ON $1', [world.primary.streamUri])).code).toBe(
      '42704',
    );
    await line.ask('CREATE VIRTUAL CLUSTER main FROM REPLICATION OF system ON $1', [world.primary.streamUri]);
    world.control().advance(120_000);
    expect(world.vc('standby')?.status).toBe('replicating');
  });
});
