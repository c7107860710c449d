import { describe, expect, it } from 'vitest';
import { backupCommands, single } from '../../../src/sim/tigergraph/commands/gadmin.ts';
import { configCommands } from '../../../src/sim/tigergraph/commands/gadmin-config.ts';
import { connectorCommands } from '../../../src/sim/tigergraph/commands/gadmin-crr.ts';
import { gbarCommands } from '../../../src/sim/tigergraph/commands/gbar.ts';
import { coverage } from '../../../src/sim/tigergraph/coverage.ts';
import { productNames } from '../../../src/sim/tigergraph/tiger-world.ts';
import { all, aWorld, on } from './bed.ts';

describe('the list of what is covered', () => {
  it('names every command that a node knows, and no other', () => {
    const of = (command: string, table: Readonly<Record<string, unknown>>) => Object.keys(table).map((name) => `${command} ${name}`);
    const crr = { config: 0, start: 0, status: 0, stop: 0, update: 0 };
    const known = [
      ...Object.keys(productNames),
      ...of('gadmin', single),
      ...of('gadmin backup', backupCommands),
      ...of('gadmin config', configCommands),
      ...of('gadmin connector', connectorCommands),
      ...of('gadmin crr', crr),
      ...of('gbar', gbarCommands),
    ];
    expect(Object.keys(coverage).sort()).toEqual(known.sort());
  });
});

describe('a node', () => {
  it('has the tools of TigerGraph in their own folder only', async () => {
    const host = (await aWorld()).host('primary', 'm2');
    expect((await host.run('gadmin version')).exitCode).toBe(127);
    expect((await host.run('/home/tigergraph/tigergraph/app/cmd/gadmin version')).stdout).toMatch(/^TigerGraph version: 3\.10\.1\n/);
    expect((await host.run('id -un; PATH="$PATH:/home/tigergraph/tigergraph/app/cmd"; gmyip')).stdout).toBe('tigergraph\n10.0.1.12\n');
  });

  it('says which commands and flags its version has', async () => {
    const [old, middle, late] = [
      await aWorld({ version: '3.6.3' }),
      await aWorld({ version: '3.9.1' }),
      await aWorld({ version: '4.1.4' }),
    ];
    const help = async (world: typeof old, command: string) => on(world, 'primary', command);
    expect(await help(old, 'gadmin crr -h')).toMatchObject({ exitCode: 1, stderr: 'Error: unknown command "crr" for "gadmin"\n' });
    expect(await help(old, 'gadmin backup -h')).toMatchObject({ exitCode: 1 });
    expect((await help(middle, 'gadmin backup -h')).stdout).toMatch(/Available Commands:\n {2}create /);
    expect((await help(middle, 'gadmin backup restore -h')).stdout).toMatch(/--meta/);
    expect((await help(middle, 'gadmin backup restore -h')).stdout).not.toMatch(/--dr/);
    expect((await help(late, 'gadmin backup restore -h')).stdout).toMatch(/--dr/);
    expect((await help(late, 'gadmin backup create -h')).stdout).toMatch(/--custom-tag/);
    expect((await help(late, 'gadmin crr -h')).stdout).toMatch(/ {2}start /);
    expect((await help(late, 'gadmin crr -h')).stdout).not.toMatch(/status/);
    expect(await help(late, 'gadmin start all -y')).toMatchObject({ stderr: "Error: unknown shorthand flag: 'y' in -y\n", exitCode: 1 });
  });

  it('shows services in a coloured table, and says when it may be old', async () => {
    const world = await aWorld();
    const coloured = await all(world, 'primary', 'gadmin status -v');
    expect(coloured).toContain('\u001b[32m');
    expect(coloured.split('\u001b[32m').join('').split('\u001b[0m').join('')).toMatch(/\|\s+GPE_1#1\s+\|\s+Online\s+\|\s+Running/);
    world.faults.plainTables(true);
    await world.faults.nodeDown('primary', 'm2');
    const table = await all(world, 'primary', 'gadmin status -v');
    expect(table).toMatch(/\|\s+GPE_2#1\s+\|\s+StatusUnknown\s+\|\s+StateUnknown\s+\|\s+Unknown PID\s+\|/);
    expect(table).toContain('[Warning] Status might not be up-to-date');
    world.faults.service('primary', 'GSE', 'warmup');
    expect(await all(world, 'primary', 'gadmin status gse')).toMatch(/GSE\s+\|\s+(Warmup|StatusUnknown)/);
  });

  it('keeps three stages of the configuration', async () => {
    const world = await aWorld();
    const set = (value: string) => on(world, 'primary', `gadmin config set kafka.retentionhours ${value}`);
    expect((await set('168')).stdout).toBe('[   Info] no changes for Kafka.RetentionHours\n');
    await set('300');
    const stages = () =>
      ['staged', 'applied', 'effective'].map((stage) => world.side('primary')[stage as 'staged']['Kafka.RetentionHours']);
    expect(stages()).toEqual(['300', '168', '168']);
    await all(world, 'primary', 'gadmin config apply -y');
    expect(stages()).toEqual(['300', '300', '168']);
    await all(world, 'primary', 'gadmin restart -y');
    expect(stages()).toEqual(['300', '300', '168']);
    await all(world, 'primary', 'gadmin restart all -y');
    expect(stages()).toEqual(['300', '300', '300']);
    expect(await all(world, 'primary', 'gadmin config apply -y')).toMatch(/^\[Warning\] No difference from staging config/);
    expect((await on(world, 'primary', 'gadmin config set No.Such x')).exitCode).toBe(1);
    await set('400');
    await all(world, 'primary', 'gadmin config discard -y');
    expect(stages()).toEqual(['300', '300', '300']);
    const kinds = world.effects().map(({ kind, changed, fence }) => [kind, changed, fence]);
    expect(kinds.filter(([kind]) => kind === 'config-apply')).toEqual([
      ['config-apply', true, 3],
      ['config-apply', false, 3],
    ]);
  });

  it('never shows a secret that it was given', async () => {
    const world = await aWorld();
    await all(world, 'primary', "gadmin config set System.Backup.S3.AWSSecretAccessKey 's3cr3t'");
    expect(JSON.stringify(world.effects())).not.toContain('s3cr3t');
    expect(await all(world, 'primary', 'gadmin config diff')).not.toContain('s3cr3t');
  });

  it('answers with the number of its metadata where its version has it, to who knows the password', async () => {
    const ask = (url: string, password: string) =>
      `printf '%s\\n' 'user = "tigergraph:${password}"' | curl -s -m 5 -w '\\n%{http_code}' -K - '${url}'`;
    const [old, late] = [await aWorld({ version: '3.10.1' }), await aWorld({ version: '4.1.4' })];
    const [oldUrl, newUrl] = ['http://localhost:8123/gsql/replication', 'http://localhost:14240/gsql/v1/replication'];
    const body = '{"numChangesToBeReplicated":0,"lastSeqId":256,"error":false}\n200';
    expect(await all(old, 'standby', ask(oldUrl, 'tigergraph'))).toBe(body);
    expect(await all(late, 'standby', ask(newUrl, 'tigergraph'))).toBe(body);
    expect(await all(old, 'standby', ask(newUrl, 'tigergraph'))).toMatch(/404$/);
    expect(await all(late, 'standby', ask(newUrl, 'wrong'))).toMatch(/401$/);
    late.faults.service('standby', 'NGINX', 'down');
    expect(await on(late, 'standby', ask(newUrl, 'tigergraph'))).toMatchObject({ exitCode: 7, stdout: '\n000' });
  });

  it('lets gsql in with the password on standard input', async () => {
    const world = await aWorld({ users: [{ name: 'root', password: 'p w', superuser: true }] });
    expect(await all(world, 'primary', `echo 'p w' | gsql -u 'root' 'SHOW USER'`)).toMatch(/- Name: root\n {4}- Global Roles: superuser/);
    expect((await on(world, 'primary', `echo wrong | gsql -u 'root' 'SHOW USER'`)).exitCode).toBe(41);
    expect((await on(world, 'primary', `gsql 'SHOW USER'`)).exitCode).toBe(41);
    expect((await on(world, 'primary', `echo 'p w' | gsql -u root -g nosuch ls`)).exitCode).toBe(41);
    expect((await on(world, 'primary', `echo 'p w' | gsql -u root 'NONSENSE'`)).exitCode).toBe(211);
  });

  it('tells positions of Kafka, which count otherwise on the mirror', async () => {
    const world = await aWorld({ writesPerSecond: 0 });
    const folder = '/home/tigergraph/tigergraph/app/3.10.1';
    expect(await all(world, 'primary', `find '${folder}/.syspre' -name java -type f`)).toMatch(/java\n$/);
    expect(await all(world, 'primary', `ls '${folder}/kafka/bin'`)).toContain('kafka-get-offsets.sh\n');
    const ends = (ip: string) => `cd '${folder}/kafka/bin' && bash kafka-get-offsets.sh --bootstrap-server '${ip}:30002'`;
    expect(await all(world, 'primary', ends('10.0.1.11'))).toMatch(/^Metadata:0:257$/m);
    expect(await all(world, 'standby', ends('10.0.2.11'))).toMatch(/^Primary\.Metadata:0:260$/m);
    expect(await all(world, 'standby', ends('10.0.1.11'))).toMatch(/^deltaQ_GPE_1Q:0:\d+$/m);
    world.faults.link('down');
    expect((await on(world, 'standby', ends('10.0.1.11'))).exitCode).toBe(1);
    expect((await on(world, 'standby', "timeout 5 bash -c '</dev/tcp/10.0.1.11/30002'")).exitCode).toBe(1);
    world.faults.link('up');
    expect((await on(world, 'standby', "timeout 5 bash -c '</dev/tcp/10.0.1.11/30002'")).exitCode).toBe(0);
    expect((await on(world, 'standby', "timeout 5 bash -c '</dev/tcp/10.0.1.99/30002'")).exitCode).toBe(1);
  });

  it('runs commands on all nodes, with the exit code of each', async () => {
    const world = await aWorld();
    await world.faults.nodeDown('primary', 'm3');
    const said = await all(world, 'primary', "grun_p all 'df -Pk /home'");
    expect(said).toMatch(/### ---- \(m1\)_10\.0\.1\.11 ---0--\nFilesystem/);
    expect(said).toMatch(/### ---- \(m3\)_10\.0\.1\.13 ---255--\nssh: connect/);
    expect(await all(world, 'primary', 'gssh')).toMatch(/#cluster\.nodes: m1:10\.0\.1\.11,m2/);
    expect(await all(world, 'primary', 'gstatusgraph')).toMatch(/\[m1 {5}\] .*Vertex count: \d+, Edge count: \d+/);
  });
});
