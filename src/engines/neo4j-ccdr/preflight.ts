import { type Observation, otherSide, type Side } from '../../domain/observation.ts';
import type { Operation, OperationName } from '../../domain/operation.ts';
import type { Check, Plan } from '../../domain/plan.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { EngineIo } from '../engine.ts';
import { failed, passed, planChecks, warned } from '../frame/checks.ts';
import { type CertificateMemory, readCertificates } from './certificates.ts';
import type { CcdrCluster, CcdrLink } from './config.ts';
import { type CcdrDetail, type ReadSide, type SideRead, sides } from './detail.ts';
import { pointsOf } from './history.ts';
import { observationOf, type Readers, readBoth, rememberedWith, withPast } from './observe.ts';
import { addressChecks } from './preflights/addresses.ts';
import { askedChecks } from './preflights/asked.ts';
import { creationChecks } from './preflights/creation.ts';
import { encryptionCheck } from './preflights/encryption.ts';
import { privilegesCheck } from './preflights/privileges.ts';
import { trustChecks } from './preflights/trust.ts';
import { versionObstacle } from './release.ts';
import { followersOf, isSameCluster, sidePhase } from './state.ts';
import { few, problemOf } from './words.ts';

/** Decides what an operation would do: the engine's planner. */
export type PlanCcdr = (operation: Operation, link: CcdrLink, seen: Observation) => Plan | Refusal;

/** Operations that make a replica, and so need a source, a free name and room. */
const creating: readonly OperationName[] = ['setup', 'rebuild', 'failback'];

/** Looks at everything that an operation will need. Changes nothing. */
export async function preflightCcdr(
  { connect, shell }: Readers,
  memory: CertificateMemory,
  plan: PlanCcdr,
  operation: Operation,
  link: CcdrLink,
  io: EngineIo,
): Promise<readonly Check[]> {
  const { settings } = link;
  const [read, certificates, samples] = await Promise.all([
    readBoth(connect, settings, io),
    readCertificates(shell, memory, link, io),
    io.history(),
  ]);
  const now = io.clock.now();
  const detail = withPast(read, rememberedWith(pointsOf(samples, now), read, now), now, certificates);
  const asked = await Promise.all(sides.map((side) => askedChecks(connect, settings[side], detail[side], io)));
  const encryption = needsPair(operation)
    ? await Promise.all(sides.map((side) => encryptionCheck(connect, settings[side], detail[side], io)))
    : [];
  const target = followerToBe(detail);
  const addresses =
    creating.includes(operation.kind) && settings[target].follow.kind === 'network'
      ? await addressChecks(connect, settings[otherSide(target)], detail[otherSide(target)], io)
      : [];
  const seen = observationOf(link, detail, io.clock.now());
  return [
    ...planChecks(operation.kind, plan(operation, link, seen), seen.headline),
    ...sides.flatMap((side) => sideChecks(operation, settings[side], detail[side])),
    ...asked.flat(),
    ...encryption.flat(),
    ...(needsPair(operation) ? pairCheck(link, detail) : []),
    ...(creating.includes(operation.kind) ? creationChecks(operation, settings, detail, target) : []),
    ...addresses,
    ...(movesApplications(operation) ? privilegesCheck(settings, detail, target) : []),
    ...(needsPair(operation) ? trustChecks(settings, detail, operation, io.clock.now()) : []),
  ];
}

/** The side that follows, or that would: the one that does not serve. One that is read-only counts as serving only while no other does. */
function followerToBe(detail: CcdrDetail): Side {
  const inPhase = (...phases: readonly string[]) => sides.find((side) => phases.includes(sidePhase(detail[side])));
  const serving = inPhase('serving', 'electing') ?? inPhase('read-only');
  return serving === undefined ? (followersOf(detail)[0]?.side ?? 'standby') : otherSide(serving);
}

/** Operations after which applications are to be let in on the side that follows now, to write or only to read. */
const movesApplications = (operation: Operation): boolean => needsPair(operation) || operation.kind === 'failover';

const needsPair = ({ kind }: Operation): boolean => [...creating, 'switchover'].includes(kind);

function sideChecks(operation: Operation, settings: CcdrCluster, read: SideRead): readonly Check[] {
  const { cluster } = settings;
  const tls =
    settings.tls.kind === 'disabled'
      ? [warned(`${cluster}: TLS`, `TLS to ${cluster} is turned off in the config.`, 'Turn it on, unless this is a test.')]
      : [];
  if (read.kind !== 'read') {
    const name = `${cluster}: reachable`;
    const next = `Make ${cluster} reachable for the bot.`;
    const seen = problemOf(cluster, read) ?? `${cluster} can't be asked.`;
    return [...tls, operation.kind === 'failover' ? warned(name, seen, next) : failed(name, seen, next)];
  }
  return [...tls, leaderCheck(cluster, read), editionCheck(cluster, read), versionCheck(cluster, read), serversCheck(cluster, read)];
}

function leaderCheck(cluster: string, { by }: ReadSide): Check {
  const name = `${cluster}: reachable`;
  return by === 'leader'
    ? passed(name, `${cluster} answers, and its system database has a leader.`)
    : failed(
        name,
        `${cluster} answers, but no leader of its system database could be found.`,
        `Bring a majority of the servers of ${cluster} back; until then nothing can be changed there.`,
      );
}

function editionCheck(cluster: string, { edition }: ReadSide): Check {
  const name = `${cluster}: edition`;
  const seen = `${cluster} runs the ${edition === '' ? 'unnamed' : edition} edition.`;
  return edition === 'enterprise' ? passed(name, seen) : failed(name, seen, 'Replication between clusters needs the Enterprise edition.');
}

function versionCheck(cluster: string, { release, surface, servers }: ReadSide): Check {
  const name = `${cluster}: version`;
  const versions = [...new Set(servers.flatMap(({ version }) => version ?? []))].sort();
  if (versions.length > 1) {
    return warned(name, `The servers of ${cluster} run ${few(versions)}.`, 'Finish the upgrade of the servers first if you can.');
  }
  const words = { ga: 'CREATE REPLICA DATABASE', preview: 'the preview procedures', none: 'no replicas' }[surface];
  const seen = `${cluster} runs ${release.text}, which has ${words}.`;
  return surface === 'preview'
    ? warned(name, seen, 'The preview is offered for internal development use; plan for 2026.08 or newer.')
    : passed(name, seen);
}

function serversCheck(cluster: string, { servers }: ReadSide): Check {
  const name = `${cluster}: servers`;
  const ailing = servers.filter(({ state, health }) => state !== 'Enabled' || health !== 'Available');
  return ailing.length === 0
    ? passed(name, `All ${servers.length} servers of ${cluster} are enabled and available.`)
    : warned(
        name,
        `Not every server of ${cluster} is fit: ${few(ailing.map((server) => `${server.name} is ${server.state} and ${server.health}`))}.`,
        'Bring them back, or go on knowing that copies on them are missing.',
      );
}

function pairCheck(link: CcdrLink, detail: CcdrDetail): readonly Check[] {
  const target = followerToBe(detail);
  const [from, to] = [detail[otherSide(target)], detail[target]];
  if (from.kind !== 'read' || to.kind !== 'read') return [];
  const together = sameClusterCheck(link, detail);
  const name = 'versions of both sides';
  const seen = `${link.settings[otherSide(target)].cluster} runs ${from.release.text}, ${link.settings[target].cluster} runs ${to.release.text}.`;
  const obstacle = versionObstacle(from.release, to.release);
  return [
    together,
    obstacle === null
      ? passed(name, seen)
      : failed(name, `${seen} They can't replicate, since ${obstacle}.`, 'Upgrade first the side that follows, then the other.'),
  ];
}

function sameClusterCheck({ settings }: CcdrLink, detail: CcdrDetail): Check {
  const name = 'two clusters';
  const [east, west] = [settings.primary.cluster, settings.standby.cluster];
  return isSameCluster(detail)
    ? failed(name, `${east} and ${west} are the same cluster by another address.`, 'Correct the Bolt addresses in the config.')
    : passed(name, `${east} and ${west} have no server in common.`);
}
