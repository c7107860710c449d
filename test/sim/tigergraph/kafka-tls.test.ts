import { describe, expect, it } from 'vitest';
import type { TigerWorld } from '../../../src/sim/tigergraph/contract.ts';
import { until } from '../../support/until.ts';
import { all, aWorld, crrKey, on } from './bed.ts';

const tls = { primary: 'tls', standby: 'tls' } as const;
const properties = '/home/tigergraph/client.properties';

const point = (port: number): readonly string[] => [
  `gadmin config set ${crrKey('PrimaryKafkaIPs')} 10.0.1.11 ${crrKey('PrimaryKafkaPort')} ${port} ${crrKey('TopicPrefix')} Primary`,
  'gadmin config apply -y',
];

const ends = (world: TigerWorld, port: number, more = '') =>
  on(
    world,
    'primary',
    `cd /home/tigergraph/tigergraph/app/4.1.4/kafka/bin && bash kafka-get-offsets.sh --bootstrap-server 10.0.1.11:${port}${more}`,
  );

describe('a Kafka that speaks TLS only', () => {
  it('does not listen without it', async () => {
    const world = await aWorld({ version: '4.1.4', start: 'none', kafka: tls });
    const open = (port: number) => on(world, 'standby', `timeout 5 bash -c '</dev/tcp/10.0.1.11/${port}'`);
    expect([(await open(30_001)).exitCode, (await open(30_002)).exitCode === 0]).toEqual([0, false]);
  });

  it('answers tools that come with a file for TLS, and no others', async () => {
    const world = await aWorld({ version: '4.1.4', start: 'none', kafka: tls });
    expect((await ends(world, 30_001)).exitCode).not.toBe(0);
    expect((await ends(world, 30_001, ` --command-config '${properties}'`)).stderr).toMatch(/NoSuchFileException/);
    world.host('primary', 'm1').files.write(properties, 'security.protocol=SSL\n');
    const { exitCode, stdout } = await ends(world, 30_001, ` --command-config '${properties}'`);
    expect({ exitCode, first: stdout.split('\n')[0] }).toEqual({ exitCode: 0, first: expect.stringMatching(/^Metadata:0:\d+$/) });
    const plain = await aWorld({ version: '4.1.4', start: 'none' });
    plain.host('primary', 'm1').files.write(properties, 'security.protocol=SSL\n');
    expect((await ends(plain, 30_002, ` --command-config '${properties}'`)).stderr).toMatch(/SSL handshake failed/);
  });

  it('is followed once the topics were made for it, and not before', async () => {
    const world = await aWorld({ version: '4.1.4', start: 'scratch', kafka: tls, writesPerSecond: 0 });
    const refused = await on(world, 'standby', [...point(30_001), 'gadmin backup restore --dr -y'].join(' && '));
    expect(refused.stderr).toMatch(/initialize Kafka first/);
    await all(world, 'standby', 'gadmin init kafka -y', 'gadmin backup restore --dr -y');
    await until(() => world.side('standby').connector === 'running', 'it follows');
  });

  it.each([
    ['on the port without TLS', tls, 30_002],
    ['by a cluster without TLS', { primary: 'tls', standby: 'plain' } as const, 30_001],
    ['by a cluster that speaks nothing else, on a port without', { primary: 'plain', standby: 'tls' } as const, 30_002],
  ])('is not followed %s', async (_, kafka, port) => {
    const world = await aWorld({ version: '4.1.4', start: 'scratch', kafka, writesPerSecond: 0 });
    await all(world, 'standby', ...point(port), 'gadmin init kafka -y', 'gadmin backup restore --dr -y');
    await until(() => world.side('standby').connector !== 'none', 'the connector is there');
    expect(world.side('standby').connector).toBe('failed');
  });

  it('shows nobody its passphrase', async () => {
    const world = await aWorld({ version: '4.1.4', start: 'none', kafka: tls });
    expect(await all(world, 'primary', 'gadmin config dump')).toContain('"Kafka.Security.SSL.Passphrase": "***"');
  });
});
