import { type Health, otherSide, type Side } from '../../domain/observation.ts';
import type { CcdrSettings } from './config.ts';
import { copyTrouble } from './copy-trouble.ts';
import { type CcdrDetail, sides } from './detail.ts';
import { versionObstacle } from './release.ts';
import { behindOf, type Follower, followersOf, isSameCluster, phaseOf, sidePhase, writableOf } from './state.ts';
import { few, phaseWords, problemOf, spell, transactions } from './words.ts';

export interface Headline {
  readonly health: Health;
  /** One full sentence, or a few when a problem needs its reason. */
  readonly headline: string;
}

/** Time above which a link wants a look, and for which a replica may stand still before it counts as stuck, ms. */
const highLagMs = 60_000;
const stuckMs = 5 * 60_000;
/** Above it a link wants a look even when nothing is known of time. */
const manyTransactions = 10_000n;

const say = (health: Health, headline: string): Headline => ({ health, headline });

/** Judges a link from what both sides say. Pure. */
export function headlineOf(settings: CcdrSettings, detail: CcdrDetail): Headline {
  const { primary, standby } = settings;
  if (isSameCluster(detail)) {
    return say(
      'broken',
      `${primary.cluster} and ${standby.cluster} are the same cluster by another address, so nothing is protected and nothing may be changed.`,
    );
  }
  const split = splitBrain(settings, detail);
  if (split !== null) return say('danger', split);
  const followers = followersOf(detail);
  const [follower] = followers;
  if (follower === undefined) return withoutFollower(settings, detail);
  if (followers.length > 1) {
    return say('broken', `Both ${primary.cluster} and ${standby.cluster} hold a replica, so applications can write on neither.`);
  }
  return sourceTrouble(settings, detail, follower) ?? replicaState(settings, detail, follower);
}

/** Two places that take writes: on both sides, on two servers of one side, or in two databases of one side. */
function splitBrain(settings: CcdrSettings, detail: CcdrDetail): string | null {
  const [east, west] = [settings.primary.cluster, settings.standby.cluster];
  if (writableOf(detail.primary) === 'yes' && writableOf(detail.standby) === 'yes') {
    return `Split brain: applications can write to ${nameOn(settings, detail, 'primary')} on ${east} and to ${nameOn(settings, detail, 'standby')} on ${west} at the same time, so the two are growing apart.`;
  }
  for (const side of sides) {
    const { cluster } = settings[side];
    const read = detail[side];
    const name = nameOn(settings, detail, side);
    if (sidePhase(read) === 'two-writers') {
      return `Two writers: more than one server of ${cluster} says that it takes writes for ${name}, which must never be.`;
    }
    if (read.kind === 'read' && read.spare !== null && phaseOf(read.spare) === 'serving') {
      return `Split brain: on ${cluster}, ${read.spare.name} takes writes beside ${name}, so the two are growing apart.`;
    }
  }
  return null;
}

const nameOn = (settings: CcdrSettings, detail: CcdrDetail, side: Side): string => {
  const read = detail[side];
  return (read.kind === 'read' ? read.database?.name : null) ?? settings[side].database;
};

function withoutFollower(settings: CcdrSettings, detail: CcdrDetail): Headline {
  const deaf = sides.filter((side) => detail[side].kind !== 'read');
  const [east, west] = [settings.primary.cluster, settings.standby.cluster];
  if (deaf.length === 2) return say('unknown', `Neither ${east} nor ${west} can be asked, so the state of the link is not known.`);
  const serving = sides.find((side) => writableOf(detail[side]) === 'yes');
  if (serving === undefined) return nobodyServes(settings, detail, deaf[0]);
  const here = settings[serving].cluster;
  const there = settings[otherSide(serving)].cluster;
  const problem = problemOf(there, detail[otherSide(serving)]);
  if (serving === 'primary' && neverSetUp(detail)) {
    return say('unset', `Replication is not set up yet: ${here} takes the writes, and ${there} has no ${settings.standby.database}.`);
  }
  if (problem === null)
    return say('broken', `${here} takes the writes and nothing follows it: on ${there}, ${wordsFor(detail, otherSide(serving))}.`);
  const promoted = serving === 'standby' ? `, and whether ${there} takes writes too is not known` : '';
  return say('broken', `${here} takes the writes and nothing is known to follow it${promoted}. ${problem}`);
}

/** There is room for a replica and no look remembers one. */
function neverSetUp({ standby, past }: CcdrDetail): boolean {
  return standby.kind === 'read' && standby.edition === 'enterprise' && phaseOf(standby.database) === 'absent' && past.lastSeen === null;
}

function nobodyServes(settings: CcdrSettings, detail: CcdrDetail, deaf: Side | undefined): Headline {
  if (deaf !== undefined) {
    const up = otherSide(deaf);
    const problem = problemOf(settings[deaf].cluster, detail[deaf]) ?? '';
    return say('broken', `${settings[up].cluster} neither follows nor takes writes: ${wordsFor(detail, up)}. ${problem}`);
  }
  return say(
    'broken',
    `Applications can write on neither side: on ${settings.primary.cluster}, ${wordsFor(detail, 'primary')}; on ${settings.standby.cluster}, ${wordsFor(detail, 'standby')}.`,
  );
}

function wordsFor(detail: CcdrDetail, side: Side): string {
  const read = detail[side];
  if (read.kind !== 'read') return 'nothing is known';
  return read.edition === 'enterprise' ? phaseWords[phaseOf(read.database)] : `it runs the ${read.edition} edition, which has no replicas`;
}

/** What is wrong with the side that should take the writes; null when nothing is. */
function sourceTrouble(settings: CcdrSettings, detail: CcdrDetail, { side, view }: Follower): Headline | null {
  const source = otherSide(side);
  const there = settings[source].cluster;
  const here = settings[side].cluster;
  const problem = problemOf(there, detail[source]);
  const { atLeastLost } = detail.past;
  const lost =
    atLeastLost === null
      ? `How much ${here} lacks is not known.`
      : atLeastLost.transactions === '0'
        ? `${here} has everything that was last seen there.`
        : `${here} lacks at least ${transactions(atLeastLost.transactions)} of what was last seen there.`;
  if (problem !== null) return say('broken', `${problem} ${lost}`);
  const phase = sidePhase(detail[source]);
  if (phase === 'read-only') return readOnlySource(settings, detail, { side, view });
  if (writableOf(detail[source]) === 'yes') return null;
  const orphan = phase === 'absent' ? `, so the replica ${view.name} on ${here} has nothing to follow` : '';
  return say('broken', `Applications can't write on ${there}: ${wordsFor(detail, source)}${orphan}. ${lost}`);
}

/** Writes were stopped, by a switchover or by hand: nobody serves, and both should come to hold the same. */
function readOnlySource(settings: CcdrSettings, detail: CcdrDetail, { side, view }: Pick<Follower, 'side' | 'view'>): Headline {
  const source = otherSide(side);
  const read = detail[source];
  const there = settings[source].cluster;
  const here = settings[side].cluster;
  const behind = behindOf(view, read.kind === 'read' ? read.database : null);
  if (behind?.isAhead === true) {
    return say(
      'danger',
      `${there} is read-only and ${here} has transactions that ${there} lacks, so ${here} follows something else or has grown apart.`,
    );
  }
  const gap =
    behind === null
      ? 'how far it is behind is not known'
      : behind.transactions === 0n
        ? 'it has everything'
        : `it lacks ${transactions(behind.transactions)}`;
  return say(
    'broken',
    `Applications can't write on ${there}, where ${nameOn(settings, detail, source)} is read-only; ${here} follows, and ${gap}.`,
  );
}

function replicaState(settings: CcdrSettings, detail: CcdrDetail, { side, view, phase }: Follower): Headline {
  const here = settings[side].cluster;
  const source = otherSide(side);
  const there = settings[source].cluster;
  const way = `${there} → ${here}`;
  const read = detail[source];
  if (phase === 'creating')
    return say('degraded', `${way}: the replica ${view.name} is being created (${few(statusesOf(view))}), so ${here} can't take over yet.`);
  if (phase === 'fallen')
    return say('broken', `${way}: no copy of the replica ${view.name} is online (${few(statusesOf(view))}), so ${here} can't take over.`);
  const trouble = [
    ...copyTrouble(here, view),
    ...(read.kind === 'read' && read.database !== null ? copyTrouble(there, read.database) : []),
    ...versionTrouble(settings, detail, side),
  ];
  const lag = lagWords(settings, detail, { side, view });
  const [first] = trouble;
  if (first === undefined || lag.health === 'broken') return say(lag.health, `${way}: ${lag.headline}`);
  return say('degraded', `${way}: ${lag.headline} ${first}`);
}

/** An upgrade in the wrong order ends the replication sooner or later. */
function versionTrouble(settings: CcdrSettings, detail: CcdrDetail, side: Side): readonly string[] {
  const [to, from] = [detail[side], detail[otherSide(side)]];
  const obstacle = to.kind === 'read' && from.kind === 'read' ? versionObstacle(from.release, to.release) : null;
  return obstacle === null
    ? []
    : [`The versions do not go together: ${obstacle}. Upgrade ${settings[side].cluster} or ${settings[otherSide(side)].cluster}.`];
}

const statusesOf = (view: Follower['view']): readonly string[] =>
  [...new Set(view.copies.map(({ currentStatus }) => currentStatus))].sort();

function lagWords(settings: CcdrSettings, detail: CcdrDetail, { side, view }: Pick<Follower, 'side' | 'view'>): Headline {
  const here = settings[side].cluster;
  const read = detail[otherSide(side)];
  const behind = behindOf(view, read.kind === 'read' ? read.database : null);
  if (behind === null) return say('degraded', `${here} follows, but a copy does not say how far it is.`);
  if (behind.isAhead) {
    const there = settings[otherSide(side)].cluster;
    return say(
      'degraded',
      `${here} has transactions that ${there} lacks, so it follows something else, or ${there} was restored to an earlier time.`,
    );
  }
  if (behind.transactions === 0n) return say('healthy', `${here} follows and has everything.`);
  const { behindMs, surelyMs, stillMs } = detail.past;
  const count = transactions(behind.transactions);
  const time = behindMs === null ? '' : `, at most ${spell(behindMs)}`;
  if (stillMs !== null && stillMs > stuckMs) {
    return say(
      'broken',
      `${here} has not moved for ${spell(stillMs)} and is ${count} behind; check the network, the certificates and the cluster ports.`,
    );
  }
  // Not by the longest it can be: that grows with the distance of two looks.
  const high = (surelyMs ?? 0) > highLagMs || behind.transactions > manyTransactions;
  return high
    ? say('degraded', `${here} follows and is ${count}${time} behind, which is a lot.`)
    : say('healthy', `${here} follows and is ${count}${time} behind.`);
}
