import { describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import type { Check } from '../../../src/domain/plan.ts';
import type { CrrSettings } from '../../../src/engines/tigergraph-crr/config.ts';
import { planCrr } from '../../../src/engines/tigergraph-crr/plan.ts';
import { createReading } from '../../../src/engines/tigergraph-crr/reading.ts';
import type { TigerWorld, TigerWorldOptions } from '../../../src/sim/tigergraph/contract.ts';
import { connectShell } from '../../../src/transports/shell.ts';
import { all, aWorld, crrKey, pointAtPrimary } from '../../sim/tigergraph/bed.ts';
import { until } from '../../support/until.ts';
import { aLink } from './build.ts';
import { anIo, linkTo } from './live-bed.ts';

const link = aLink().id;
const setup: Operation = { kind: 'setup', link };
const rebuild: Operation = { kind: 'rebuild', link };
const backup: Operation = { kind: 'backup', link, action: { kind: 'create', mode: 'full', tag: null }, on: null };
const restoreOf = (world: TigerWorld, tag: string): Operation => ({
  kind: 'restore',
  link,
  backup: tag,
  from: 'other',
  on: world.standby.cluster,
});

interface Trouble {
  /** Number of the check in the list of what has to hold before a replication is set up. */
  readonly number: string;
  readonly name: string;
  readonly operation: Operation | ((world: TigerWorld) => Operation);
  readonly options?: Partial<TigerWorldOptions>;
  readonly settings?: (settings: CrrSettings) => Partial<CrrSettings>;
  readonly prepare?: (world: TigerWorld) => Promise<unknown> | undefined;
  /** Time by which the bot's clock is ahead, ms. */
  readonly laterMs?: number;
  readonly check: string;
  readonly outcome: Check['outcome'];
  readonly seen: RegExp;
}

const set = (key: string, value: string) => (world: TigerWorld) =>
  all(world, 'primary', `gadmin config set ${key} '${value}'`, 'gadmin config apply -y');
const fault = (what: (world: TigerWorld) => void) => (world: TigerWorld) => void what(world);

const troubles: readonly Trouble[] = [
  {
    number: '1',
    name: 'another user than the owner of TigerGraph',
    operation: setup,
    prepare: set('System.SSH.User.Username', 'tiger'),
    check: 'tiger-east: owner of TigerGraph',
    outcome: 'failed',
    seen: /belongs to tiger, and the bot logs in as tigergraph/,
  },
  {
    number: '2',
    name: 'no gadmin',
    operation: setup,
    settings: ({ primary }) => ({ primary: { ...primary, commands: '/nowhere' } }),
    prepare: async (world) => {
      for (const { name } of world.primary.nodes) await world.host('primary', name).run('rm "$HOME/.tg.cfg"');
    },
    check: 'tiger-east: reachable',
    outcome: 'failed',
    seen: /gadmin is neither in \/nowhere nor where ~\/\.tg\.cfg says/,
  },
  {
    number: '3, 29',
    name: 'versions that differ',
    operation: setup,
    options: { version: { primary: '4.1.4', standby: '4.1.3' } },
    check: 'versions of both sides',
    outcome: 'failed',
    seen: /4\.1\.4.*4\.1\.3.*exactly the same/,
  },
  {
    number: '4',
    name: 'a node that an upgrade left out',
    operation: setup,
    prepare: (world) => world.host('primary', 'm2').run('rm -rf /home/tigergraph/tigergraph/app/4.1.4'),
    check: 'tiger-east: version on every node',
    outcome: 'warned',
    seen: /app\/4\.1\.4 is missing on tiger-east-m2/,
  },
  {
    number: '5',
    name: 'other partitions',
    operation: setup,
    options: { nodes: { primary: 2, standby: 3 } },
    check: 'partitions',
    outcome: 'failed',
    seen: /2 partitions.*3 partitions/,
  },
  {
    number: '6',
    name: 'fewer copies',
    operation: setup,
    options: { nodes: { primary: 2, standby: 1 }, replicationFactor: { primary: 2, standby: 1 } },
    check: 'copies of partitions',
    outcome: 'warned',
    seen: /2 copies of each partition, tiger-west has 1/,
  },
  {
    number: '7',
    name: 'other hash buckets',
    operation: setup,
    prepare: set('GPE.NumberOfHashBucketInBit', '6'),
    check: 'hash buckets',
    outcome: 'warned',
    seen: /is 6 on tiger-east and 5 on tiger-west/,
  },
  {
    number: '8',
    name: 'a loopback in the host list',
    operation: setup,
    prepare: fault(({ faults }) => faults.hostList('primary', ['127.0.0.1', '10.0.1.12'])),
    check: 'tiger-east: host list',
    outcome: 'failed',
    seen: /lists 127\.0\.0\.1/,
  },
  {
    number: '9',
    name: 'one cluster under two names',
    operation: setup,
    prepare: fault(({ faults }) => faults.hostList('standby', ['10.0.1.11', '10.0.1.12'])),
    check: 'two clusters',
    outcome: 'failed',
    seen: /both list 10\.0\.1\.11, 10\.0\.1\.12/,
  },
  {
    number: '10',
    name: 'a standby that follows already',
    operation: setup,
    options: { start: 'replicating' },
    check: 'a setup can be planned',
    outcome: 'failed',
    seen: /follow/,
  },
  ...[30_002, 30_003].map(
    (port): Trouble => ({
      number: '11, 12',
      name: `port ${port} that is closed`,
      operation: setup,
      prepare: fault(({ faults }) => faults.blockPort('standby', port, true)),
      check: 'tiger-west: reaches tiger-east',
      outcome: 'failed',
      seen: new RegExp(`10\\.0\\.1\\.11:${port} from tiger-west-m1`),
    }),
  ),
  {
    number: '13',
    name: 'brokers that send their clients elsewhere',
    operation: setup,
    settings: ({ primary }) => ({
      primary: { ...primary, brokers: { addresses: ['10.0.1.11', '10.0.1.12'], port: 30_002, clientProperties: null } },
    }),
    prepare: fault(({ faults }) => faults.hostList('primary', ['inner-1', 'inner-2'])),
    check: 'tiger-west: is told the brokers of tiger-east',
    outcome: 'warned',
    seen: /tells tiger-west-m1 of inner-1, inner-2 only, and not of 10\.0\.1\.11/,
  },
  {
    number: '14',
    name: 'another password of the superuser',
    operation: setup,
    prepare: fault((world) => world.control().password('standby', 'tigergraph', 'other')),
    check: 'tiger-west: superuser',
    outcome: 'failed',
    seen: /does not let tigergraph in/,
  },
  {
    number: '15',
    name: 'a service that is down',
    operation: setup,
    prepare: fault(({ faults }) => faults.service('primary', 'GSE', 'down')),
    check: 'tiger-east: services',
    outcome: 'failed',
    seen: /GSE_1#1/,
  },
  ...[
    { days: 3, outcome: 'warned' as const, seen: /ends in \d+ h/ },
    { days: -1, outcome: 'failed' as const, seen: /has ended/ },
  ].map(
    ({ days, outcome, seen }): Trouble => ({
      number: '16',
      name: `a license with ${days} days left`,
      operation: setup,
      prepare: fault(({ faults }) => faults.license('standby', days)),
      check: 'tiger-west: license',
      outcome,
      seen,
    }),
  ),
  {
    number: '17',
    name: 'backups that go elsewhere',
    operation: setup,
    options: { backup: 's3' },
    check: 'tiger-east: place of backups',
    outcome: 'failed',
    seen: /into a bucket, and the config says otherwise/,
  },
  {
    number: '18',
    name: 'a folder of backups that is missing on one node',
    operation: setup,
    prepare: (world) => world.host('standby', 'm2').run('rm -rf /home/tigergraph/backups'),
    check: 'tiger-west: folder of backups',
    outcome: 'failed',
    seen: /missing or can't be written on tiger-west-m2/,
  },
  {
    number: '19, 20',
    name: 'a full disk',
    operation: setup,
    prepare: fault(({ faults }) => faults.fullDisk('standby', 'm2', true)),
    check: 'tiger-west: room for data',
    outcome: 'failed',
    seen: /Too full: tiger-west-m2/,
  },
  {
    number: '21',
    name: 'settings that somebody staged',
    operation: setup,
    prepare: (world) => all(world, 'standby', 'gadmin config set Kafka.RetentionHours 200'),
    check: 'tiger-west: staged settings',
    outcome: 'failed',
    seen: /Kafka\.RetentionHours/,
  },
  {
    number: '22',
    name: 'somebody else at work',
    operation: setup,
    options: { pace: { backupMs: 3_600_000 } },
    prepare: async (world) => {
      const host = world.host('primary', 'm2');
      void host.run(`PATH="$PATH":'/home/tigergraph/tigergraph/app/cmd'; gadmin backup create mine`).catch(() => undefined);
      await until(() => host.processes().some(({ command }) => command.includes('gadmin backup')), 'the backup runs');
    },
    check: 'tiger-east: nothing else runs',
    outcome: 'failed',
    seen: /gadmin backup create on tiger-east-m2/,
  },
  {
    number: '24',
    name: 'loading that nobody tells of',
    operation: backup,
    options: { start: 'replicating' },
    prepare: fault(({ faults }) => void faults.add({ match: /LOADING STATUS/, act: { kind: 'refuse', exitCode: 211, stderr: 'what?' } })),
    check: 'tiger-east: loading jobs',
    outcome: 'warned',
    seen: /is not known/,
  },
  {
    number: '25',
    name: 'a Kafka that forgets soon',
    operation: setup,
    prepare: set('Kafka.RetentionHours', '12'),
    check: 'time that Kafka keeps records',
    outcome: 'warned',
    seen: /for 12 h/,
  },
  {
    number: '26',
    name: 'a prefix that has grown too long',
    operation: setup,
    options: { prefix: Array.from({ length: 25 }, () => 'Primary').join('.') },
    check: 'topic prefix',
    outcome: 'failed',
    seen: /would have 26 links/,
  },
  {
    number: '27',
    name: 'a backup that lacks a partition',
    operation: (world) => restoreOf(world, 'weekly'),
    prepare: async (world) => {
      await all(world, 'primary', 'gadmin backup create weekly --custom-tag');
      await world.host('primary', 'm2').run('rm -rf /home/tigergraph/backups/weekly');
    },
    check: 'tiger-east: files of the backup',
    outcome: 'failed',
    seen: /GPE_2_1\.tgdat, GSE_2_1\.tgdat is on no node/,
  },
  {
    number: '28',
    name: 'a backup that is older than what Kafka keeps',
    operation: (world) => restoreOf(world, 'weekly'),
    prepare: (world) => all(world, 'primary', 'gadmin backup create weekly --custom-tag'),
    laterMs: 8 * 86_400_000,
    check: 'tiger-east: the backup',
    outcome: 'failed',
    seen: /and Kafka keeps records for 168 h only/,
  },
  {
    number: '30',
    name: 'a patch level that replays old records',
    operation: setup,
    options: { version: '3.6.2' },
    check: 'tiger-west: old records of metadata',
    outcome: 'warned',
    seen: /^3\.6\.2 replays records of metadata/,
  },
  {
    number: 'nodes that send backups',
    name: 'a port of SSH that is closed from side to side',
    operation: setup,
    prepare: fault(({ faults }) => faults.blockPort('primary', 22, true)),
    check: 'tiger-east: can send backups to tiger-west',
    outcome: 'failed',
    seen: /^Not from everywhere: tiger-east-m1 \(ssh: connect to host 10\.0\.2\.11 port 22: Connection refused\), tiger-east-m2/,
  },
  {
    number: 'nodes that send backups',
    name: 'a restore of the other cluster’s backup that could not be sent',
    operation: (world) => restoreOf(world, 'weekly'),
    prepare: async (world) => {
      await all(world, 'primary', 'gadmin backup create weekly --custom-tag');
      world.faults.blockPort('primary', 22, true);
    },
    check: 'tiger-east: can send backups to tiger-west',
    outcome: 'failed',
    seen: /^Not from everywhere: /,
  },
  {
    number: 'commands that last',
    name: 'a host that ends what a user leaves running',
    operation: backup,
    options: { start: 'replicating' },
    prepare: (world) =>
      world.host('primary', 'm2').run("mkdir -p /etc/systemd; printf 'KillUserProcesses=yes\\n' > /etc/systemd/logind.conf"),
    check: 'tiger-east: commands outlive a connection',
    outcome: 'failed',
    seen: /^On tiger-east-m2 systemd ends whatever a user leaves running/,
  },
  {
    number: 'commands that last',
    name: 'such a host where the user lingers',
    operation: backup,
    options: { start: 'replicating' },
    prepare: (world) =>
      world
        .host('primary', 'm2')
        .run(
          "mkdir -p /etc/systemd /var/lib/systemd/linger; printf 'KillUserProcesses=yes\\n' > /etc/systemd/logind.conf; printf '' > /var/lib/systemd/linger/tigergraph",
        ),
    check: 'tiger-east: commands outlive a connection',
    outcome: 'passed',
    seen: /^Nothing ends the long commands/,
  },
  {
    number: 'what a standby refuses',
    name: 'a standby that was not restarted since it was set to follow',
    operation: rebuild,
    options: { version: '3.9.1' },
    prepare: (world) => all(world, 'standby', `gadmin config set ${crrKey('Enabled')} true`, ...pointAtPrimary()),
    check: 'tiger-west: refuses changes',
    outcome: 'warned',
    seen: /could not be tried: GSQL looked for what was to be dropped/,
  },
];

async function checksOf(world: TigerWorld, trouble: Pick<Trouble, 'operation' | 'settings' | 'laterMs'>): Promise<readonly Check[]> {
  const made = linkTo(world);
  const settings = { ...made.settings, graphs: [world.primary.graph], ...trouble.settings?.(made.settings) };
  const io = anIo();
  const clock = { ...io.clock, now: () => io.clock.now() + (trouble.laterMs ?? 0) };
  const operation = typeof trouble.operation === 'function' ? trouble.operation(world) : trouble.operation;
  return createReading({ shell: connectShell }, planCrr).preflight(operation, { ...made, settings }, { ...io, clock });
}

const optionsOf = (more: Partial<TigerWorldOptions> = {}): Partial<TigerWorldOptions> => ({
  version: '4.1.4',
  start: 'none',
  nodes: { primary: 2, standby: 2 },
  ...more,
});

describe('before a change', () => {
  it.each(troubles)('$name is found (check $number)', async (trouble) => {
    const world = await aWorld(optionsOf(trouble.options));
    await trouble.prepare?.(world);
    const before = world.effects().length;
    const found = (await checksOf(world, trouble)).filter(({ name }) => name === trouble.check);
    expect(found.map(({ outcome }) => outcome)).toEqual([trouble.outcome]);
    expect(found[0]?.seen).toMatch(trouble.seen);
    expect(world.effects().length).toBe(before);
  });

  it.each([
    { operation: setup, start: 'none' as const, version: '4.1.4' },
    { operation: setup, start: 'none' as const, version: '3.9.1' },
    { operation: rebuild, start: 'outdated' as const, version: '4.1.4' },
    { operation: backup, start: 'replicating' as const, version: '3.10.1' },
  ])('nothing is found where nothing is wrong: $operation.kind on $version', async ({ operation, start, version }) => {
    const world = await aWorld(optionsOf({ version, start }));
    const before = world.effects().length;
    const checks = await checksOf(world, { operation });
    const planned = / can be planned(: warning \d+)?$/;
    expect(checks.filter(({ outcome, name }) => outcome !== 'passed' && !planned.test(name))).toEqual([]);
    expect(world.effects().length).toBe(before);
  });
});
