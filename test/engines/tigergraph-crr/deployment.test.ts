import { describe, expect, it } from 'vitest';
import { parseDeployment } from '../../../src/engines/tigergraph-crr/parse/deployment.ts';
import { deploymentCheck } from '../../../src/engines/tigergraph-crr/preflights/deployment.ts';
import { aWorld } from '../../sim/tigergraph/bed.ts';
import { aSource } from './build.ts';
import { anIo, linkTo, reading } from './live-bed.ts';
import { deployment } from './tool-texts.ts';

const seen = parseDeployment({ text: deployment });
const same = {
  shape: { partitions: 1, replicas: 2 },
  hosts: [2, 3, 4].map((at) => ({ id: `m${at - 1}`, hostname: `10.128.0.${at}` })),
};

describe('what gssh tells', () => {
  it.each<[string, (text: string) => string]>([
    ['hosts that the list at its end lacks', (text) => text.replace(',m3:10.128.0.4', '')],
    ['a host that is not shown', (text) => text.replace('Host m3', 'Host x3')],
    ['another address of a host', (text) => text.replace('m2:10.128.0.3', 'm2:10.128.0.9')],
    ['one host twice', (text) => text.replaceAll('m3', 'm2')],
  ])('is not taken with %s', (_, spoil) => expect(parseDeployment({ text: spoil(deployment) })).toBeNull());

  it.each<[string, (text: string) => string]>([
    ['a copy that is missing', (text) => text.replace('GPE_1#2', 'GPE_2#2')],
    ['a copy that is there twice', (text) => text.replace('GPE_1#2', 'GPE_1#1')],
    ['no partition at all', (text) => text.replaceAll('GPE_', 'XPE_')],
  ])('tells no partitions with %s', (_, spoil) => expect(parseDeployment({ text: spoil(deployment) })?.shape).toBeNull());

  it('tells no folder out of half a line', () => {
    expect(parseDeployment({ text: deployment.slice(0, -6) })?.roots.data).toBeNull();
  });
});

describe('the settings of a cluster and its shell tools', () => {
  const check = (more: Parameters<typeof aSource>[0], told = seen) => deploymentCheck('graph-east', aSource({ ...same, ...more }), told);

  it('agree', () => {
    expect(check({})).toMatchObject({
      outcome: 'passed',
      seen: expect.stringMatching(/4\.1\.4, 1 partition with 2 copies each, 3 hosts\.$/),
    });
  });

  it.each<[string, Parameters<typeof aSource>[0], RegExp]>([
    [
      'versions',
      { version: { text: '4.1.3', major: 4, minor: 1, patch: 3 } },
      /gadmin says that it runs 4\.1\.3, and gssh that it runs out of .*4\.1\.4/,
    ],
    [
      'partitions',
      { shape: { partitions: 2, replicas: 1 } },
      /Nodes tells 2 partitions with 1 copy each, and gssh 1 partition with 2 copies each/,
    ],
    ['hosts', { hosts: same.hosts.slice(1) }, /HostList tells m2 at 10\.128\.0\.3, m3 .*, and gssh m1 at 10\.128\.0\.2/],
  ])('that tell different %s are found', (_, more, words) => {
    expect(check(more)).toMatchObject({ outcome: 'failed', seen: expect.stringMatching(words) });
  });

  it('are not compared where gssh tells nothing, and in part where it tells a part', () => {
    expect(check({}, null)).toMatchObject({ outcome: 'warned' });
    expect(check({}, parseDeployment({ text: deployment.replace('app/4.1.4', 'app/current') }))).toMatchObject({
      outcome: 'warned',
      seen: 'gssh on graph-east does not tell the version.',
    });
  });
});

describe('on a cluster', () => {
  it('partitions that were set and never applied are told from those that are there', async () => {
    const world = await aWorld({ version: '4.1.4', start: 'none', nodes: { primary: 2, standby: 2 } });
    const nodes = JSON.stringify([{ HostID: 'm1', Partition: 1, Replica: 1 }]);
    await world
      .host('primary', 'm1')
      .run(`PATH="$PATH":/home/tigergraph/tigergraph/app/cmd; gadmin config set GPE.BasicConfig.Nodes '${nodes}'`);
    const link = linkTo(world);
    const checks = await reading().preflight({ kind: 'setup', link: link.id }, link, anIo());
    expect(checks.find(({ name }) => name === 'tiger-east: one picture of the cluster')).toMatchObject({
      outcome: 'failed',
      seen: expect.stringMatching(/1 partition with 1 copy each, and gssh 2 partitions with 1 copy each/),
    });
    expect(checks.find(({ name }) => name === 'tiger-west: one picture of the cluster')).toMatchObject({ outcome: 'passed' });
  });

  it('folders are known by gssh while the settings can’t be read', async () => {
    const world = await aWorld({ version: '4.1.4', start: 'replicating', nodes: { primary: 2, standby: 2 } });
    world.faults.add({ side: 'primary', match: /gadmin config get System\.AppRoot/, act: { kind: 'refuse', exitCode: 1, stderr: '' } });
    const link = linkTo(world);
    const { detail } = await reading().observe(link, anIo());
    expect(detail).toMatchObject({
      primary: {
        kind: 'read',
        roots: {
          app: '/home/tigergraph/tigergraph/app/4.1.4',
          data: '/home/tigergraph/tigergraph/data',
          log: '/home/tigergraph/tigergraph/log',
        },
      },
      standby: { crr: { enabled: true } },
    });
  });
});
