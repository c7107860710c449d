import { type Clock, systemClock } from '../../src/domain/clock.ts';
import type { Side } from '../../src/domain/observation.ts';
import type { Step } from '../../src/domain/plan.ts';
import type { TigerWorld } from '../../src/sim/tigergraph/contract.ts';
import { until } from '../support/until.ts';

/** Brings a simulated world into the state that is wanted. */
export type Prepare = (world: TigerWorld) => Promise<void>;

const inPath = `PATH="$PATH":'/home/tigergraph/tigergraph/app/cmd'; `;

/** What a person at a node of the cluster does. Throws TypeError when it fails. */
export async function atNode(world: TigerWorld, side: Side, command: string, node = 'm1'): Promise<void> {
  const { exitCode, stdout, stderr } = await world.host(side, node).run(inPath + command, { tag: 'somebody' });
  if (exitCode !== 0) throw new TypeError(`${command}: ${exitCode} ${stderr}${stdout}`);
}

const online = (world: TigerWorld, side: Side): Promise<void> => until(() => world.side(side).online, `the ${side} is online`, 5_000, 5);

const isGbar = ({ version }: { readonly version: string }): boolean => /^3\.[0-6]\./.test(version);

async function takeBackup(world: TigerWorld, side: Side, tag: string): Promise<void> {
  const { version, cluster } = world.side(side);
  const { user, password } = world[side];
  const word = `'${password.replaceAll("'", `'\\''`)}'`;
  const exact = /^(3\.11|[4-9])\./.test(version) ? ' --custom-tag' : '';
  const command = isGbar({ version })
    ? `GSQL_USERNAME=${user}; GSQL_PASSWORD=${word}; export GSQL_USERNAME GSQL_PASSWORD; gbar backup -t ${tag}`
    : `gadmin backup create ${tag}${exact}`;
  if (cluster === '') throw new TypeError('no cluster');
  await atNode(world, side, command);
}

/** Full backups, the last one the newest. */
export const backedUp =
  (side: Side, ...tags: readonly string[]): Prepare =>
  async (world) => {
    for (const tag of tags) {
      await takeBackup(world, side, tag);
      // Creation times are told in whole seconds.
      world.control().advance(2_000);
    }
  };

/** A full backup and an incremental one that builds on it. */
export const chained =
  (side: Side): Prepare =>
  async (world) => {
    await backedUp(side, 'weekly')(world);
    await atNode(world, side, 'gadmin backup create daily --custom-tag --incremental');
  };

const hour = 3_600_000;

/** A world that begins an hour ago, so that what is prepared in it lies in the past. */
export const hourAgo: Clock = { ...systemClock, now: () => systemClock.now() - hour };

export const anHourAfter =
  (prepare: Prepare): Prepare =>
  async (world) => {
    await prepare(world);
    world.control().advance(hour);
  };

/** Half an hour ago, as the product takes it. */
export const moment = `${new Date(systemClock.now() - hour / 2).toISOString().slice(0, 19)}Z`;

/** Services that hold data are stopped, as a fence leaves them. */
export const stopped =
  (side: Side): Prepare =>
  (world) =>
    atNode(world, side, 'gadmin stop -y');

/** The load balancer sends applications to the old primary again. */
export const cameBack: Prepare = async (world) => world.control().fence('primary', false);

export const paused: Prepare = (world) => atNode(world, 'standby', 'gadmin crr stop -y');

/** A task of its connector has failed, and stays so until somebody restarts it. */
export const failing: Prepare = async (world) => world.faults.connector('standby', 'failed');

/** What people do to the connector itself. */
export const connector =
  (verb: 'pause' | 'delete'): Prepare =>
  (world) =>
    atNode(world, 'standby', `gadmin connector ${verb} infr_mm`);

/** Its connector runs, and nothing is replayed. */
export const misled: Prepare = async (world) => {
  await atNode(
    world,
    'standby',
    'gadmin config set System.CrossRegionReplication.TopicPrefix Primary.Primary && gadmin config apply -y && gadmin restart all -y',
  );
  await online(world, 'standby');
};

/** Copies what a step asks a person to: every file of the newest backup, to every node. */
export async function copiedByHand(world: TigerWorld, step: Step): Promise<void> {
  if (step.kind !== 'copy-by-hand') return;
  const path = '/home/tigergraph/backups';
  const tags = new Set(Object.values(world.side('primary').backups).flatMap((held) => Object.keys(held)));
  const ssh = "'ssh -o BatchMode=yes -o StrictHostKeyChecking=yes'";
  for (const { name } of world.primary.nodes)
    for (const { ip } of world.standby.nodes)
      for (const tag of tags)
        await atNode(
          world,
          'primary',
          `test -d ${path}/${tag} && rsync -a -e ${ssh} '${path}/${tag}/' 'tigergraph@${ip}:${path}/${tag}/'`,
          name,
        ).catch(() => undefined);
}

/** The load balancer sends nobody to the standby, as a step of an upgrade asks. */
export async function keptAway(world: TigerWorld, step: Step): Promise<void> {
  if (step.kind === 'keep-away') world.control().fence('standby', true);
}

/** What gbar packs on one node can't lie beside what it packs on another. */
export const clashing: Prepare = async (world) => world.faults.clashingArchives('primary', true);

export const forgetful: Prepare = async (world) => world.faults.forgetPassword('primary', true);

/** Sets the password again that a backup has set back to the default. */
export async function passwordSet(world: TigerWorld, step: Step): Promise<void> {
  if (step.kind === 'password-by-hand') world.control().password('primary', world.primary.user, world.primary.password);
}

/** Both clusters were prepared for an upgrade as the version wants it, and upgraded. */
export const upgraded =
  (version: string): Prepare =>
  async (world) => {
    const { version: before } = world.side('standby');
    world.control().fence('standby', true);
    const hasCrr = !/^3\.[0-9]\./.test(before);
    if (hasCrr) await atNode(world, 'standby', 'gadmin crr stop -y');
    const leaves = !hasCrr || /^4\.[2-9]/.test(version);
    if (leaves) {
      await atNode(
        world,
        'standby',
        'gadmin config set System.CrossRegionReplication.Enabled false && gadmin config apply -y && gadmin restart all -y',
      );
      await online(world, 'standby');
    }
    for (const side of ['primary', 'standby'] as const) world.control().upgrade(side, version);
    if (leaves) await atNode(world, 'standby', 'gadmin stop -y');
  };
