import { isFault } from '../../domain/faults.ts';
import { otherSide, type Side } from '../../domain/observation.ts';
import type { Operation } from '../../domain/operation.ts';
import type { Check } from '../../domain/plan.ts';
import type { ShellConnect } from '../../transports/shell.ts';
import type { SqlConnect } from '../../transports/sql.ts';
import { quoteIdentifier } from '../../transports/sql-quoting.ts';
import type { ClusterAddress } from '../cockroach/address.ts';
import { ownRights } from '../cockroach/held.ts';
import { withSystem } from '../cockroach/session.ts';
import { isAtLeast } from '../cockroach/version.ts';
import type { EngineIo } from '../engine.ts';
import { failed, passed, planChecks, warned } from '../frame/checks.ts';
import type { PcrLink } from './config.ts';
import type { PcrDetail, ReadSide, SideRead } from './detail.ts';
import { feedChecksIn, withFeeds } from './feeds.ts';
import { observationOf, readDetail } from './observe.ts';
import { writableOf } from './phase.ts';
import { planPcr } from './plan.ts';
import { applicationChecks } from './preflights/application.ts';
import { clockChecks } from './preflights/clocks.ts';
import { connectionRightChecks } from './preflights/connection-right.ts';
import { connectionUserChecks } from './preflights/connection-user.ts';
import { nodeTrustOf } from './preflights/node-trust.ts';
import { operationChecks } from './preflights/operation.ts';
import { setupChecks } from './preflights/setup.ts';
import { streamChecks } from './preflights/stream.ts';
import { followRefusal } from './versions.ts';
import { problemOf } from './words.ts';

const sides = ['primary', 'standby'] as const satisfies readonly Side[];

/** Looks at everything that an operation will need. Changes nothing. */
export async function preflightPcr(
  connect: SqlConnect,
  shell: ShellConnect,
  operation: Operation,
  link: PcrLink,
  io: EngineIo,
): Promise<readonly Check[]> {
  const { settings } = link;
  const detail = await withFeeds(
    connect,
    settings,
    operation.kind,
    await readDetail(connect, shell, link, { ...io, planning: operation.kind }),
    io,
  );
  const copied = copiedBy(operation);
  const to = copied === null ? null : followerOf(operation, detail);
  const privileges = await Promise.all(sides.map((side) => privilegeCheck(connect, settings[side], detail[side], side === to, io)));
  const seen = observationOf(link, detail, io.clock.now());
  const makes = copied === 'setup' || copied === 'rebuild' ? copied : null;
  const trust = makes !== null ? await nodeTrustOf(shell, link, detail, to, io) : { tried: [], checks: [] };
  return [
    ...planChecks(operation.kind, planPcr(operation, link, seen), seen.headline),
    ...sides.flatMap((side) => sideChecks(operation, settings[side], detail[side])),
    ...privileges.flat(),
    ...pairChecks(operation, link, detail),
    ...applicationChecks(operation, link, detail),
    ...feedChecksIn(link, detail),
    ...(makes !== null ? [...setupChecks(link, detail, trust.tried), ...trust.checks, ...(await clockChecks(connect, link, io))] : []),
    ...(copied === null ? [] : await connectionRightChecks(connect, copied, link, to, detail, io)),
    ...(await connectionUserChecks(connect, operation, link, detail, io)),
    ...(await operationChecks(operation, { connect, link, detail, io })),
    ...(operation.kind === 'failback' ? await streamChecks(connect, link, detail, io) : []),
  ];
}

/** Operations that begin a stream. */
const copiedBy = ({ kind }: Operation): 'setup' | 'rebuild' | 'failback' | null =>
  kind === 'setup' || kind === 'rebuild' || kind === 'failback' ? kind : null;

/** The side that is to get the copy; null where that can't be told. */
function followerOf({ kind }: Operation, detail: PcrDetail): Side | null {
  if (kind === 'setup') return 'standby';
  const source = sides.find((side) => writableOf(detail[side]) === 'yes');
  return source === undefined ? null : otherSide(source);
}

function sideChecks(operation: Operation, address: ClusterAddress, read: SideRead): readonly Check[] {
  const { cluster } = address;
  const tls =
    address.tls.kind === 'disabled'
      ? [warned(`${cluster}: TLS`, `TLS to ${cluster} is turned off in the config.`, 'Turn it on, unless this is a test.')]
      : [];
  const problem = problemOf(cluster, read);
  if (read.kind !== 'read') {
    const name = `${cluster}: reachable`;
    const next =
      operation.kind === 'failover'
        ? `A failover can go on without ${cluster}; keep applications away from it.`
        : `Make ${cluster} reachable for the bot.`;
    const seen = problem ?? `${cluster} can't be asked.`;
    return [...tls, operation.kind === 'failover' ? warned(name, seen, next) : failed(name, seen, next)];
  }
  return [...tls, passed(`${cluster}: reachable`, `${cluster} answers on its system interface.`), versionCheck(cluster, read)];
}

function versionCheck(cluster: string, { release, activeVersion }: ReadSide): Check {
  const name = `${cluster}: version`;
  const seen = `${cluster} runs ${release.text}, active version ${activeVersion}.`;
  if (!isAtLeast(release, 23, 2)) return failed(name, seen, 'Physical cluster replication needs v23.2 or newer.');
  return activeVersion.includes('upgrading') || activeVersion.includes('-step-')
    ? warned(name, `${seen} An upgrade is not finalized.`, 'Finalize the upgrade first if you can.')
    : passed(name, seen);
}

/** Who may manage virtual clusters and settings, and see jobs: admin, or the single privileges. `follows`: a stream is to begin there. */
async function privilegeCheck(
  connect: SqlConnect,
  address: ClusterAddress,
  read: SideRead,
  follows: boolean,
  io: EngineIo,
): Promise<readonly Check[]> {
  if (read.kind !== 'read') return [];
  const { cluster, user } = address;
  const name = `${cluster}: privileges`;
  try {
    const held = await withSystem(connect, address, io, (session) => ownRights(session, user));
    if (held.admin) return [passed(name, `${user} is an admin on ${cluster}.`)];
    const needed = neededOn(read, follows);
    const missing = held.system.includes('ALL') ? [] : needed.filter((privilege) => !held.system.includes(privilege));
    return [manageCheck(name, cluster, user, needed, missing), sightCheck(cluster, user, held.jobs)];
  } catch (cause) {
    if (!isFault(cause) || io.signal.aborted) throw cause;
    return [warned(name, `What ${user} may do on ${cluster} could not be read: ${cause.message}`, 'Check the privileges by hand.')];
  }
}

/** Up to v25.1 REPLICATION is asked for only of who begins a stream. */
function neededOn({ release }: ReadSide, follows: boolean): readonly string[] {
  const always = ['MANAGEVIRTUALCLUSTER', 'MODIFYCLUSTERSETTING'];
  if (isAtLeast(release, 25, 2)) return [...always, 'REPLICATIONDEST'];
  return follows ? [...always, 'REPLICATION'] : always;
}

function manageCheck(name: string, cluster: string, user: string, needed: readonly string[], missing: readonly string[]): Check {
  if (missing.length === 0) return passed(name, `${user} holds ${needed.join(', ')} on ${cluster}.`);
  const grant = `GRANT SYSTEM ${missing.join(', ')} TO ${quoteIdentifier(user)}`;
  return warned(name, `${user} does not hold ${missing.join(', ')} on ${cluster}, by itself or by a role.`, `Run ${grant} there.`);
}

/** Jobs tell why a stream stands still and whether history is kept; who may not see them is shown none, without an error. */
function sightCheck(cluster: string, user: string, rights: readonly string[]): Check {
  const name = `${cluster}: sight of jobs`;
  if (rights.length > 0) return passed(name, `${user} holds ${rights.join(', ')} on ${cluster}.`);
  return warned(
    name,
    `${user} may see only its own jobs on ${cluster}, so why a stream stands still, and whether ${cluster} keeps history, may stay hidden.`,
    `Run GRANT SYSTEM VIEWJOB TO ${quoteIdentifier(user)} there.`,
  );
}

function pairChecks(operation: Operation, link: PcrLink, { primary, standby }: PcrDetail): readonly Check[] {
  // A fence, a teardown and a verify start no stream; whether a side is new enough to follow in the others is judged with their plan, which knows the roles.
  if (
    ['failback', 'fence', 'rebuild', 'teardown', 'upgrade', 'verify'].includes(operation.kind) ||
    primary.kind !== 'read' ||
    standby.kind !== 'read'
  )
    return [];
  const [from, to] = [primary.release, standby.release];
  const name = 'versions of both sides';
  const seen = `${link.settings.primary.cluster} runs ${from.text}, ${link.settings.standby.cluster} runs ${to.text}.`;
  const why = followRefusal(link.settings.standby.cluster, standby, link.settings.primary.cluster, primary);
  return [why === null ? passed(name, seen) : failed(name, why.sentence, why.next)];
}
