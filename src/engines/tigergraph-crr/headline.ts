import { type Health, otherSide } from '../../domain/observation.ts';
import { type CrrSettings, sides } from './config.ts';
import type { CrrDetail } from './detail.ts';
import { outlasted } from './past-view.ts';
import { clusterTrouble, followTrouble } from './side-problem.ts';
import { clearedWords } from './signs.ts';
import { type Follower, followersOf, isFollower, isHalfPromoted, phaseOf, sharedHosts, wasLinked, writableOf } from './state.ts';
import { few, lastSeenWords, phaseWords, problemOf, spell } from './words.ts';

export interface Headline {
  readonly health: Health;
  /** One full sentence, or a few when a problem needs its reason. */
  readonly headline: string;
}

/** For which a follower may stand still before it counts as stuck, and by which it may be behind, ms. */
const stuckMs = 5 * 60_000;
const highLagMs = 60_000;
/** Above it a link wants a look even when nothing is known of time. */
const manyRecords = 10_000;

const say = (health: Health, headline: string): Headline => ({ health, headline });

/** Judges a link from what both sides say. Pure. */
export function headlineOf(settings: CrrSettings, detail: CrrDetail): Headline {
  const { primary, standby } = settings;
  const shared = sharedHosts(detail);
  if (shared.length > 0) {
    return say(
      'broken',
      `${primary.cluster} and ${standby.cluster} both list ${few(shared)} as their host, so nothing is protected and nothing may be changed.`,
    );
  }
  if (writableOf(detail.primary) === 'yes' && writableOf(detail.standby) === 'yes') return bothServe(settings, detail);
  const followers = followersOf(detail);
  const [follower] = followers;
  if (follower === undefined) return withoutFollower(settings, detail);
  if (followers.length > 1)
    return say('broken', `Both ${primary.cluster} and ${standby.cluster} are set to follow, so applications can write on neither.`);
  return followerHealth(settings, detail, follower);
}

function bothServe(settings: CrrSettings, detail: CrrDetail): Headline {
  const [east, west] = [settings.primary.cluster, settings.standby.cluster];
  return wasLinked(settings, detail)
    ? say('danger', `Split brain: applications can write to ${east} and to ${west} at the same time, so the two are growing apart.`)
    : say('broken', `${east} and ${west} both take writes, and neither is set to follow the other: no replication is set up.`);
}

function withoutFollower(settings: CrrSettings, detail: CrrDetail): Headline {
  const deaf = sides.filter((side) => detail[side].kind !== 'read');
  const words = sides.map(
    (side) => problemOf(settings[side].cluster, detail[side]) ?? `${settings[side].cluster} ${phaseWords[phaseOf(detail[side])]}.`,
  );
  if (deaf.length === 2)
    return say(
      'unknown',
      `Neither ${settings.primary.cluster} nor ${settings.standby.cluster} can be asked, so the state of the link is not known.`,
    );
  const serving = sides.find((side) => writableOf(detail[side]) === 'yes');
  const half = sides.find((side) => isHalfPromoted(detail[side]));
  if (half !== undefined && serving !== half) words.push('A failover that was begun did not come to its end; another one completes it.');
  if (serving === undefined) return say('broken', `No side is known to take writes or to follow: ${words.join(' ')}`);
  return say(
    'broken',
    `${settings[serving].cluster} takes the writes and nothing is known to follow it. ${words.filter((_, index) => index !== sides.indexOf(serving)).join(' ')}`,
  );
}

function followerHealth(settings: CrrSettings, detail: CrrDetail, { side, read, phase }: Follower): Headline {
  const source = otherSide(side);
  const [here, there] = [settings[side].cluster, settings[source].cluster];
  const way = `${there} → ${here}`;
  const { past } = detail;
  const trouble = followTrouble(side, settings, detail, read);
  if (trouble !== null) return say('broken', `${way}: ${trouble}`);
  const [reason] = [...past.outdated, outlasted(past.stillMs, retentionOf(detail, source)) ?? []].flat();
  if (reason !== undefined) return say('broken', `${way}: ${here} is outdated and can only be filled anew. ${reason}`);
  const problem = problemOf(there, detail[source]);
  if (problem !== null) return say('broken', `${problem} ${lastWords(detail, here)}`);
  if (phase === 'halted' || phase === 'failing') return say('broken', `${way}: ${here} ${phaseWords[phase]}. ${past.words}`);
  if (writableOf(detail[source]) === 'no') {
    const why = isFollower(phaseOf(detail[source])) ? 'follows too' : phaseWords[phaseOf(detail[source])];
    return say('broken', `Applications can't write on ${there}, since it ${why}; ${here} ${phaseWords[phase]}. ${past.words}`);
  }
  return flow(settings, detail, { side, read, phase });
}

function retentionOf(detail: CrrDetail, source: 'primary' | 'standby'): number | null {
  const read = detail[source];
  return read.kind === 'read' ? read.retention.hours : null;
}

const lastWords = ({ past: { lastSeen } }: CrrDetail, here: string): string =>
  lastSeen === null ? `How much ${here} lacks is not known.` : lastSeenWords(here, lastSeen);

/** The follower runs: how well. */
function flow(settings: CrrSettings, detail: CrrDetail, { side, read, phase }: Follower): Headline {
  const source = otherSide(side);
  const [here, there] = [settings[side].cluster, settings[source].cluster];
  const way = `${there} → ${here}`;
  const { past } = detail;
  if (past.stillMs !== null && past.stillMs >= stuckMs) {
    return say('broken', `${way}: ${here} has not moved for ${spell(past.stillMs)} although it lacks something. ${past.words}`);
  }
  const other = detail[source];
  const unwell = [clusterTrouble(here, read), other.kind === 'read' ? clusterTrouble(there, other) : null].find((one) => one !== null);
  if (phase === 'blind') return say('unknown', `${way}: ${here} ${phaseWords.blind}. ${past.words}`);
  if (writableOf(other) === 'unknown')
    return say('degraded', `${way}: ${here} follows, and whether ${there} takes writes is not known. ${unwell ?? ''}`.trim());
  if (unwell !== undefined) return say('degraded', `${way}: ${here} follows. ${unwell}`);
  const cleared = other.kind === 'read' ? clearedWords(there, other, here, read) : null;
  if (cleared !== null) return say('degraded', `${way}: ${here} follows, and may be outdated. ${cleared}`);
  if (past.changes === null) return say('degraded', `${way}: ${here} follows. ${past.words}`);
  const isFar = (past.behindMs ?? 0) > highLagMs || (past.records ?? 0) > manyRecords;
  return say(isFar ? 'degraded' : 'healthy', `${way}: ${here} follows. ${past.words}`);
}
