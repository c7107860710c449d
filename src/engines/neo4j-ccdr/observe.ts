import { isFault } from '../../domain/faults.ts';
import type { LinkId } from '../../domain/ids.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Lag } from '../../domain/lag.ts';
import { type Observation, otherSide, type Side, type SideView } from '../../domain/observation.ts';
import type { BoltConnect } from '../../transports/bolt.ts';
import type { ShellConnect } from '../../transports/shell.ts';
import { type EngineIo, fenceOffers } from '../engine.ts';
import { type CertificateMemory, noCertificates, readCertificates } from './certificates.ts';
import type { CcdrLink, CcdrSettings } from './config.ts';
import type { CcdrDetail, SideRead } from './detail.ts';
import { factsOf } from './facts.ts';
import { type Headline, headlineOf } from './headline.ts';
import { pastOf, pointsOf, remember, type Seen, trailOf } from './history.ts';
import { planFence } from './plans/fence.ts';
import { readDatabases, readSide } from './read-side.ts';
import { withLeader } from './session.ts';
import { sideProblem } from './side-problem.ts';
import { behindOf, followersOf, newestOf, reachOf, roleOf, writableOf } from './state.ts';
import { problemOf } from './words.ts';

/** What reads both sides of a link. */
export interface Readers {
  readonly connect: BoltConnect;
  readonly shell: ShellConnect;
}

/** Longest that the second look at the serving side may take, ms. */
const secondLookMs = 3_000;

/** Reads both sides. Throws a Fault only when the caller itself gave up. */
export async function observeCcdr(
  { connect, shell }: Readers,
  certificateMemory: CertificateMemory,
  link: CcdrLink,
  io: EngineIo,
): Promise<Observation> {
  const [read, certificates, samples] = await Promise.all([
    readBoth(connect, link.settings, io),
    readCertificates(shell, certificateMemory, link, io),
    io.history(),
  ]);
  const observedAt = io.clock.now();
  const points = rememberedWith(pointsOf(samples, observedAt), read, observedAt);
  const seen = seenIn(read, observedAt);
  return {
    ...observationOf(link, withPast(read, points, observedAt, certificates), observedAt),
    ...(seen === null ? {} : { trail: trailOf(seen) }),
  };
}

/** Both sides; a side that serves is looked at once more after the replica, so that lag is never told too small. */
export async function readBoth(connect: BoltConnect, settings: CcdrSettings, io: EngineIo): Promise<Pick<CcdrDetail, Side>> {
  const [primary, standby] = await Promise.all([readSide(connect, settings.primary, io), readSide(connect, settings.standby, io)]);
  const read = { primary, standby };
  const [follower] = followersOf(read);
  if (follower === undefined) return read;
  const source = otherSide(follower.side);
  return { ...read, [source]: await lookAgain(connect, settings, source, read[source], io) };
}

async function lookAgain(connect: BoltConnect, settings: CcdrSettings, side: Side, read: SideRead, io: EngineIo): Promise<SideRead> {
  if (read.kind !== 'read' || read.database === null) return read;
  const timeoutMs = Math.min(secondLookMs, io.timeoutMs);
  try {
    const newer = await withLeader(connect, settings[side], { ...io, timeoutMs }, (session) => readDatabases(session, settings[side]));
    return { ...read, ...newer };
  } catch (cause) {
    if (!isFault(cause) || io.signal.aborted) throw cause;
    return read;
  }
}

/** What one look says of time: transaction ids have no times, so time is told from when each was seen. Null when it says nothing. */
function seenIn(read: Pick<CcdrDetail, Side>, at: number): Seen | null {
  const [follower] = followersOf(read);
  if (follower === undefined) return null;
  const side = otherSide(follower.side);
  const source = read[side];
  const upstream = newestOf(source.kind === 'read' ? source.database : null);
  return upstream === null ? null : { at, side, upstream, least: reachOf(follower.view)?.least ?? null };
}

/** What is remembered after one more look. Pure. */
export function rememberedWith(points: readonly Seen[], read: Pick<CcdrDetail, Side>, at: number): readonly Seen[] {
  const seen = seenIn(read, at);
  return seen === null ? points : remember(points, seen);
}

/** Adds what was remembered to what was read. Pure. */
export function withPast(
  read: Pick<CcdrDetail, Side>,
  points: readonly Seen[],
  now: number,
  certificates: CcdrDetail['certificates'] = noCertificates,
): CcdrDetail {
  const [follower] = followersOf(read);
  const source = follower === undefined ? null : read[otherSide(follower.side)];
  const view = follower?.view ?? null;
  const behind = behindOf(view, source?.kind === 'read' ? source.database : null);
  return { ...read, past: pastOf(points, { now, behind, reach: reachOf(view) }), certificates };
}

/** Makes an observation of what both sides said. Pure. `observedAt` is ms since the epoch by the bot's clock. */
export function observationOf(link: CcdrLink, detail: CcdrDetail, observedAt: number): Observation {
  return {
    link: link.id,
    engine: 'neo4j-ccdr',
    observedAt,
    ...withWayOut(link.id, detail, headlineOf(link.settings, detail)),
    primary: sideView('primary', link.settings, detail),
    standby: sideView('standby', link.settings, detail),
    lag: lagOf(detail),
    facts: factsOf(link.settings, detail),
    // The schema of the detail holds strings, numbers, booleans, nulls, lists and objects only.
    detail: detail as unknown as JsonObject,
    offers: fenceOffers(planFence({ kind: 'fence', link: link.id }, link, detail)),
  };
}

/** Whoever reads at night that two sides take writes is told at once what ends it. */
function withWayOut(id: LinkId, { primary, standby }: CcdrDetail, { health, headline }: Headline): Headline {
  const isSplit = health === 'danger' && writableOf(primary) === 'yes' && writableOf(standby) === 'yes';
  return isSplit ? { health, headline: `${headline} /repl fence ${id} ends it.` } : { health, headline };
}

function sideView(side: Side, settings: CcdrSettings, detail: CcdrDetail): SideView {
  const read = detail[side];
  const { cluster } = settings[side];
  return {
    cluster,
    reachable: read.kind === 'read',
    problem: problemOf(cluster, read) ?? sideProblem(side, settings, detail, read),
    version: read.kind === 'read' ? read.release.text : null,
    role: roleOf(read),
    writable: writableOf(read),
  };
}

function lagOf(detail: CcdrDetail): Lag {
  const [follower] = followersOf(detail);
  if (follower === undefined) return { kind: 'unknown', why: 'No side is known to follow.' };
  const source = detail[otherSide(follower.side)];
  if (source.kind !== 'read') return { kind: 'unknown', why: 'The side that is followed does not answer.' };
  const behind = behindOf(follower.view, source.database);
  // A difference of ids is far below 2^53.
  if (behind === null) return { kind: 'unknown', why: 'A copy does not tell its last transaction.' };
  const { behindMs } = detail.past;
  return { kind: 'transactions', transactions: Number(behind.transactions), ...(behindMs === null ? {} : { atMostMs: behindMs }) };
}
