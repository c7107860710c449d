import type { JsonObject } from '../../domain/json.ts';
import type { Lag } from '../../domain/lag.ts';
import { type Observation, otherSide, type Side, type SideView } from '../../domain/observation.ts';
import type { ShellConnect } from '../../transports/shell.ts';
import type { SqlConnect } from '../../transports/sql.ts';
import { type EngineIo, fenceOffers } from '../engine.ts';
import { withSight } from './blind.ts';
import type { PcrLink, PcrSettings } from './config.ts';
import type { PcrDetail, SideRead } from './detail.ts';
import { factsOf } from './facts.ts';
import { withFeeds } from './feeds.ts';
import { bothAsConfigured, withGround } from './ground.ts';
import { headlineOf } from './headline.ts';
import { withHosts } from './hosts-ground.ts';
import { withUse } from './in-use.ts';
import { withOwnHistory } from './own-history.ts';
import { followersOf, lagMsOf, roleOf, writableOf } from './phase.ts';
import { fenceOtherWay, planFence } from './plans/fence.ts';
import { readSide } from './read-side.ts';
import { trailOf, withMemory } from './remember.ts';
import { withRoute } from './route.ts';
import { asTwo } from './same-cluster.ts';
import { withAppVersion } from './versions.ts';
import { elsewhereWords, problemOf, unseen } from './words.ts';

/** Reads both sides at the same time. Throws a Fault only when the caller itself gave up. */
export async function observePcr(connect: SqlConnect, shell: ShellConnect, link: PcrLink, io: EngineIo): Promise<Observation> {
  const observedAt = io.clock.now();
  const detail = await readDetail(connect, shell, link, io);
  return observationOf(link, await withFeeds(connect, link.settings, io.planning, detail, io), observedAt);
}

/** What an observation rests on. Throws a Fault only when the caller itself gave up. */
export async function readDetail(connect: SqlConnect, shell: ShellConnect, { settings }: PcrLink, io: EngineIo): Promise<PcrDetail> {
  const { virtualCluster, primary, standby } = settings;
  const [atPrimary, atStandby] = await Promise.all([
    readSide(connect, primary, virtualCluster, io),
    readSide(connect, standby, virtualCluster, io),
  ]);
  const sides = withOwnHistory(bothAsConfigured(settings, asTwo(settings, { primary: atPrimary, standby: atStandby })));
  const detail = await withGround(connect, settings, await withAppVersion(connect, settings, sides, io), io);
  const seen = await withRoute(connect, settings, await withSight(connect, settings, detail, io), io);
  return withMemory(settings, await withHosts(shell, settings, await withUse(connect, settings, seen, io), io), io);
}

/** Makes an observation of what both sides said. Pure. `observedAt` is ms since the epoch by the bot's clock. */
export function observationOf(link: PcrLink, detail: PcrDetail, observedAt: number): Observation {
  return {
    link: link.id,
    engine: 'cockroach-pcr',
    observedAt,
    ...headlineOf(link.settings, detail),
    primary: sideView('primary', link.settings, detail),
    standby: sideView('standby', link.settings, detail),
    lag: lagOf(detail),
    facts: factsOf(link.settings, detail),
    // The schema of the detail holds strings, numbers, nulls and objects only.
    detail: detail as unknown as JsonObject,
    offers: fenceOffers(planFence({ kind: 'fence', link: link.id }, link, detail)).map((offer) => ({
      ...offer,
      why: `${offer.why} ${fenceOtherWay(link, offer.cluster)}`,
    })),
    trail: trailOf(detail),
  };
}

function sideView(side: Side, settings: PcrSettings, detail: PcrDetail): SideView {
  const read = detail[side];
  const { cluster } = settings[side];
  return {
    cluster,
    reachable: read.kind === 'read',
    problem: problemOf(cluster, read) ?? serviceProblem(side, settings, detail, read),
    version: read.kind === 'read' ? read.release.text : null,
    role: roleOf(read),
    writable: writableOf(read),
  };
}

function serviceProblem(side: Side, settings: PcrSettings, detail: PcrDetail, read: SideRead): string | null {
  if (writableOf(read) === 'yes' && writableOf(detail[otherSide(side)]) === 'yes') {
    return `${settings[side].cluster} takes writes while ${settings[otherSide(side)].cluster} does too.`;
  }
  if (read.kind === 'read' && read.givenUp === true) return `${unseen(settings[side].cluster)}.`;
  if (read.kind === 'read' && (read.flat === true || read.elsewhereServes === true)) return null;
  const elsewhere = elsewhereWords(settings, detail, side);
  if (elsewhere !== null) return elsewhere;
  if (read.kind === 'read' && read.vc === null) return `${settings[side].cluster} has no virtual cluster ${settings.virtualCluster}.`;
  return null;
}

function lagOf(detail: PcrDetail): Lag {
  const [follower] = followersOf(detail);
  if (follower === undefined) return { kind: 'unknown', why: 'No side is known to follow.' };
  const ms = lagMsOf(follower);
  return ms === null ? { kind: 'unknown', why: 'The initial scan has not ended.' } : { kind: 'duration', ms };
}
