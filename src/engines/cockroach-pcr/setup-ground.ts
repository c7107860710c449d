import { type Refusal, refuse } from '../../domain/refusal.ts';
import { quoteIdentifier } from '../../transports/sql-quoting.ts';
import { isAtLeast } from '../cockroach/version.ts';
import { notNow } from '../frame/drafts.ts';
import type { PcrLink } from './config.ts';
import type { PcrSetup } from './config-setup.ts';
import { type PcrDetail, type ReadSide, readerName } from './detail.ts';
import { optionWarnings } from './options.ts';
import { followersOf } from './phase.ts';
import { followRefusal, unseenVersion } from './versions.ts';
import type { Grounded } from './way.ts';
import { problemOf } from './words.ts';

/** Both sides of a link on which nothing replicates yet, and what the config wants made there. */
export interface Ground {
  readonly link: PcrLink;
  readonly setup: PcrSetup;
  readonly primary: Grounded;
  readonly standby: Grounded;
}

/** Reads what a setup can be planned on from an observation, or says why not. Pure. */
export function groundsOf(link: PcrLink, detail: PcrDetail): Ground | Refusal {
  const { settings, id } = link;
  const { setup } = settings;
  if (setup === null) {
    return refuse(
      'not-possible-now',
      `The config of ${id} does not say how its replication is to be made.`,
      'Write a settings.setup section for the link (replops.example.yaml has one), restart the bot, and ask again.',
    );
  }
  const [follower] = followersOf(detail);
  if (follower !== undefined) {
    return notNow(
      `${settings[follower.side].cluster} follows already, so there is nothing to set up on ${id}.`,
      `/repl status ${id} shows it; /repl rebuild ${id} makes a new full copy where one can't follow any more.`,
    );
  }
  const { primary, standby } = detail;
  const deaf = problemOf(settings.primary.cluster, primary) ?? problemOf(settings.standby.cluster, standby);
  if (deaf !== null || primary.kind !== 'read' || standby.kind !== 'read') {
    return notNow(`${deaf} A setup of ${id} needs both sides.`, startWords(link));
  }
  const unread = primary.ground == null ? settings.primary : standby.ground == null ? settings.standby : null;
  if (unread !== null || primary.ground == null || standby.ground == null) {
    return notNow(
      `What is there on ${unread?.cluster} could not be read, so no setup of ${id} can be planned.`,
      `Give ${unread?.user} admin there, or MANAGEVIRTUALCLUSTER and MODIFYCLUSTERSETTING, and ask again.`,
    );
  }
  return { link, setup, primary: { ...primary, ground: primary.ground }, standby: { ...standby, ground: standby.ground } };
}

/** A cluster that was never initialized answers nothing; only people can start it. */
const startWords = ({ settings }: PcrLink): string =>
  `Start the nodes and initialize a new cluster: cockroach init --virtualized on ${settings.primary.cluster}, cockroach init --virtualized-empty on ${settings.standby.cluster} (v23.2: start every node with --config-profile replication-source or replication-target).`;

/** Why the two clusters as they are can't become a replication; null when they can. Pure. */
export const groundRefusal = (ground: Ground): Refusal | null =>
  versionRefusal(ground) ??
  sourceRefusal(ground) ??
  usedRefusal(ground.link, ground.standby) ??
  targetRefusal(ground) ??
  regionRefusal(ground);

function versionRefusal({ link, primary, standby }: Ground): Refusal | null {
  const { settings } = link;
  const old = [
    { cluster: settings.primary.cluster, release: primary.release },
    { cluster: settings.standby.cluster, release: standby.release },
  ].find(({ release }) => !isAtLeast(release, 23, 2));
  if (old !== undefined) {
    return notNow(
      `${old.cluster} runs ${old.release.text}, and physical cluster replication needs v23.2 or newer.`,
      'Upgrade it first, then ask again.',
    );
  }
  return followRefusal(settings.standby.cluster, standby, settings.primary.cluster, primary);
}

const isSystem = (name: string): boolean => name === 'system' || name === 'template';

function sourceRefusal({ link, setup, primary }: Ground): Refusal | null {
  const { cluster } = link.settings.primary;
  const { virtualClusters } = primary.ground;
  const others = virtualClusters.filter(({ name }) => !isSystem(name));
  if (setup.source === 'system') {
    if (!isAtLeast(primary.release, 24, 1)) {
      return notNow(
        `${cluster} runs ${primary.release.text}, and a cluster without virtual clusters can be replicated from v24.1 on only.`,
        `Upgrade ${cluster} first, or start with a new virtualized cluster.`,
      );
    }
    if (others.length === 0) return null;
    return notNow(
      `${cluster} has the virtual cluster ${others.map(({ name }) => name).join(', ')}, so its data is not in system, which settings.setup.sourceVirtualCluster names.`,
      'Take settings.setup.sourceVirtualCluster out of the config, or name the right one.',
    );
  }
  const source = virtualClusters.find(({ name }) => name === setup.source);
  if (source?.status === 'ready' && source.service !== 'none') return null;
  if (source === undefined && others.length === 0) {
    return notNow(
      `${cluster} has no virtual cluster but system, so it was not initialized as the primary of a replication.`,
      'If its data is in system, write sourceVirtualCluster: system in settings.setup; otherwise initialize a new cluster with cockroach init --virtualized.',
    );
  }
  return notNow(
    `${setup.source} on ${cluster} ${source === undefined ? 'is not there' : `does not serve (${source.status}, service ${source.service})`}, so it can't be copied.`,
    source === undefined
      ? `There are ${others.map(({ name }) => name).join(', ')}; name the right one in the config.`
      : 'Start its service, then ask again.',
  );
}

/** How many of what is found are named. */
const shownMost = 3;

/** A cluster that applications use as it is must not become a standby: they go on there, and its settings are theirs. */
export function usedRefusal({ settings }: PcrLink, { inUse: found = [] }: Pick<ReadSide, 'inUse'>): Refusal | null {
  const { cluster, user } = settings.standby;
  if (found === null) {
    return notNow(
      `${cluster} did not tell in time, or not to ${user}, whether its system interface holds databases or tables of people, and a standby has to be empty. Nothing was changed there.`,
      `See on ${cluster} that SHOW DATABASES and SHOW TABLES FROM defaultdb and postgres answer ${user} (GRANT CONNECT ON DATABASE defaultdb, postgres TO ${quoteIdentifier(user)}), then ask again.`,
    );
  }
  if (found.length === 0) return null;
  const more = found.length > shownMost ? ' and more' : '';
  return notNow(
    `${cluster} is in use as a cluster of its own: its system interface holds ${found.slice(0, shownMost).join(', ')}${more}, and a standby has to be empty. Nothing was changed there.`,
    `See that the config's address of ${cluster} is right, or use a new cluster (cockroach init --virtualized-empty). Only if nobody needs what it holds, drop that by hand, then ask again.`,
  );
}

function targetRefusal({ link, standby }: Ground): Refusal | null {
  const { cluster } = link.settings.standby;
  const found = standby.ground.virtualClusters.filter(({ name }) => !isSystem(name));
  if (found.length === 0) return null;
  const names = found.map(({ name, status }) => `${name} (${status})`).join(', ');
  const { virtualCluster } = link.settings;
  const isOwn = ({ name, service }: (typeof found)[number]): boolean =>
    (name === virtualCluster && service === 'none') || name === readerName(virtualCluster);
  const byHand = found.map(({ name, service }) => {
    const drop = `DROP VIRTUAL CLUSTER ${quoteIdentifier(name)}`;
    return service === 'none' ? drop : `ALTER VIRTUAL CLUSTER ${quoteIdentifier(name)} STOP SERVICE; ${drop}`;
  });
  return notNow(
    `${cluster} has the virtual cluster ${names} already, and a standby has to be empty.`,
    found.every(isOwn)
      ? `If it is left over and nobody needs it, /repl rebuild ${link.id} replaces it; otherwise use a new cluster.`
      : `Applications may use it: find out whose it is, or use a new cluster. Only if nobody needs it, drop it by hand on ${cluster}: ${byHand.join('; ')}.`,
  );
}

const sameRegions = (a: ReadSide, b: ReadSide): boolean => a.ground?.regions.join() === b.ground?.regions.join();

function regionRefusal({ link, primary, standby }: Ground): Refusal | null {
  if (isAtLeast(primary.release, 24, 1) || sameRegions(primary, standby)) return null;
  return notNow(
    `${regionWords(link, primary, standby)} v23.2 needs the same regions on both sides.`,
    'Start the nodes of the standby with the localities of the primary, or upgrade both to v24.1 first.',
  );
}

const regionWords = ({ settings }: PcrLink, primary: Grounded, standby: Grounded): string =>
  `${settings.primary.cluster} is in ${primary.ground.regions.join(', ')}, ${settings.standby.cluster} in ${standby.ground.regions.join(', ')}.`;

/** What people should know before they approve. Pure. */
export function setupWarnings(ground: Ground): readonly string[] {
  const { link, setup, primary, standby } = ground;
  const { settings } = link;
  const here = settings.standby.cluster;
  const there = settings.primary.cluster;
  const when = (is: boolean, words: string): readonly string[] => (is ? [words] : []);
  return [
    `The copy reads everything on ${there}, which can take hours; until it has ended no failover is possible.`,
    ...when(
      !sameRegions(primary, standby),
      `${regionWords(link, primary, standby)} After a failover data can't stay where zone configurations want it.`,
    ),
    ...unseenVersion(there, setup.source, primary),
    ...[primary, standby].flatMap((side) => unfinished(side, side === primary ? there : here)),
    ...when(
      setup.source === 'system',
      `${there} is not virtualized: after a failover its old service can't be fenced by the bot, and it can come back only by /repl rebuild ${link.id}.`,
    ),
    ...optionWarnings(link, here, standby, there, primary),
    `Users in system on ${there} do not come along; those of the application do.`,
    ...when(
      setup.consoleUser === null,
      `The config names no settings.setup.consoleUser, so nobody is made an admin of ${here}: who is to see the replication in its DB Console has to be one.`,
    ),
  ];
}

const unfinished = ({ activeVersion }: ReadSide, cluster: string): readonly string[] =>
  /upgrading|-step-/.test(activeVersion)
    ? [`An upgrade of ${cluster} is not finalized (${activeVersion}); finalize it first if you can.`]
    : [];
