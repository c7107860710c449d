import { afterEach } from 'vitest';
import type { SimSide, TigerWorld, TigerWorldOptions } from '../../../src/sim/tigergraph/contract.ts';
import { tinyPace } from '../../../src/sim/tigergraph/pace.ts';
import { startTigerWorld } from '../../../src/sim/tigergraph/tiger-world.ts';
import { until } from '../../support/until.ts';

const open: TigerWorld[] = [];

afterEach(async () => {
  for (const world of open.splice(0)) await world.close();
});

/** A world in which everything takes milliseconds; closed after the test. */
export async function aWorld(options: Partial<TigerWorldOptions> = {}): Promise<TigerWorld> {
  const world = await startTigerWorld({ version: '3.10.1', ...options, pace: { ...tinyPace, ...options.pace } });
  open.push(world);
  return world;
}

export const commandPath = `PATH="$PATH":'/home/tigergraph/tigergraph/app/cmd'; `;

/** Runs a command on a node, as a plain command over SSH would be run there. */
export const on = (world: TigerWorld, side: SimSide, command: string, node = 'm1', tag = 'replops/r-1/3') =>
  world.host(side, node).run(commandPath + command, { tag });

/** Runs commands one after the other; throws at the first that fails. */
export async function all(world: TigerWorld, side: SimSide, ...commands: readonly string[]): Promise<string> {
  let last = '';
  for (const command of commands) {
    const { exitCode, stdout, stderr } = await on(world, side, command);
    if (exitCode !== 0) throw new TypeError(`${command}: ${exitCode} ${stderr}${stdout}`);
    last = stdout;
  }
  return last;
}

export const crrKey = (name: string): string => `System.CrossRegionReplication.${name}`;

export const pointAtPrimary = (prefix = 'Primary'): readonly string[] => [
  `gadmin config set ${crrKey('PrimaryKafkaIPs')} 10.0.1.11,10.0.1.12,10.0.1.13`,
  `gadmin config set ${crrKey('PrimaryKafkaPort')} 30002 ${crrKey('TopicPrefix')} ${prefix}`,
  'gadmin config apply -y',
];

export const isOnline = (world: TigerWorld, side: SimSide): Promise<void> =>
  until(() => world.side(side).online, `the ${side} is online`, 5000, 5);

/** The standby has everything that the primary has, apart from what is younger than its lag. */
export const inStep = (world: TigerWorld): Promise<void> =>
  until(
    () => {
      const [one, other] = [world.side('primary'), world.side('standby')];
      return one.seq === other.seq && one.records - other.records < 5 && other.records > 0;
    },
    'the standby is in step',
    5000,
    5,
  );

/** Copies a backup to every node of the standby. */
export async function carry(world: TigerWorld, tag: string): Promise<void> {
  const path = '/home/tigergraph/backups';
  for (const { name } of world.primary.nodes) {
    const { exitCode, stderr } = await on(
      world,
      'primary',
      `rsync -a --partial --inplace -e 'ssh -o BatchMode=yes -o StrictHostKeyChecking=yes' '${path}/${tag}/' 'tigergraph@10.0.2.11:${path}/${tag}/'`,
      name,
    );
    if (exitCode !== 0) throw new TypeError(stderr);
  }
  await all(world, 'standby', `gscp all '${path}/${tag}' '${path}'`);
}
