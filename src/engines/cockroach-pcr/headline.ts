import { type Health, otherSide, type Side } from '../../domain/observation.ts';
import { aloneHeadline } from './alone.ts';
import type { PcrSettings } from './config.ts';
import type { PcrDetail } from './detail.ts';
import { inService } from './in-service.ts';
import { type Follower, followersOf, isAhead, lagMsOf, phaseOf, writableOf } from './phase.ts';
import { promotedLast } from './promoted.ts';
import { routeWords } from './route.ts';
import { isUnfed, unfedWords } from './unfed.ts';
import { type Remaining, remainingOf } from './window.ts';
import { causeOf, elsewhereWords, openWords, pausedWords, phaseWords, problemOf, scanShare, spell, spellTime, unseen } from './words.ts';

export interface Headline {
  readonly health: Health;
  /** One full sentence. */
  readonly headline: string;
}

/** Lag above which a link wants a look, and above which it protects nothing worth the name, ms. */
const highLagMs = 5 * 60_000;
const excessiveLagMs = 60 * 60_000;

const sides = ['primary', 'standby'] as const satisfies readonly Side[];

const say = (health: Health, headline: string): Headline => ({ health, headline });

/** Judges a link from what both sides say. Pure. */
export function headlineOf(settings: PcrSettings, detail: PcrDetail): Headline {
  const { primary, standby } = settings;
  if (writableOf(detail.primary) === 'yes' && writableOf(detail.standby) === 'yes') {
    return say(
      'danger',
      `Split brain: applications can write to ${settings.virtualCluster} on ${primary.cluster} and on ${standby.cluster} at the same time, so the two are growing apart.${namedWords(settings, detail)}`,
    );
  }
  const followers = followersOf(detail);
  const follower = followers[0];
  if (follower === undefined) return withoutFollower(settings, detail);
  if (followers.length > 1) {
    return say('broken', `Both ${primary.cluster} and ${standby.cluster} follow, so applications can write on neither.`);
  }
  return withRouteWords(settings, follower, sourceTrouble(settings, detail, follower) ?? streamState(settings, detail, follower));
}

/** Where no fence can be planned before people say which side is to go on. */
function namedWords(settings: PcrSettings, detail: PcrDetail): string {
  const { side, signs } = inService(settings, detail);
  if (side !== null) return '';
  const why = signs.length === 0 ? '' : `: ${signs.join('; ')}`;
  return ` Which of them is to go on can't be told${why}. Name it to the fence with --keep.`;
}

/** What a stream that runs does not miss yet. */
function withRouteWords(settings: PcrSettings, follower: Follower, { health, headline }: Headline): Headline {
  const gone = routeWords(settings, follower);
  return gone === null ? say(health, headline) : say(health === 'healthy' ? 'degraded' : health, `${headline} ${gone}`);
}

function withoutFollower(settings: PcrSettings, detail: PcrDetail): Headline {
  const serving = (['primary', 'standby'] as const).find((side) => writableOf(detail[side]) === 'yes');
  const deaf = (['primary', 'standby'] as const).filter((side) => detail[side].kind !== 'read');
  if (deaf.length === 2) {
    return say(
      'unknown',
      `Neither ${settings.primary.cluster} nor ${settings.standby.cluster} can be asked, so the state of the link is not known.${lockedWords(settings, detail)}`,
    );
  }
  if (serving === undefined) return nobodyServes(settings, detail, deaf[0]);
  const here = settings[serving].cluster;
  const there = settings[otherSide(serving)].cluster;
  const problem = problemOf(there, detail[otherSide(serving)]);
  const other = detail[otherSide(serving)];
  if (other.kind === 'read' && other.givenUp === true)
    return say('broken', `${here} takes the writes and nothing follows it. ${unseen(there)}.`);
  if (problem === null) {
    const phase = phaseOf(vcOf(detail, otherSide(serving)));
    if (phase === 'absent') {
      const name = settings.virtualCluster;
      return isNew(detail)
        ? say('unset', `Replication is not set up yet: ${here} takes the writes, and ${there} has no ${name}.`)
        : say('broken', `${here} takes the writes and nothing follows it any more: ${there} has no ${name}.`);
    }
    const left = leftAlone(settings, detail, serving);
    if (left !== null) return left;
    return say(
      'broken',
      `${here} takes the writes and nothing follows it: on ${there}, ${phaseWords[phase]}${phase === 'ready' ? ' but does not follow' : ''}.`,
    );
  }
  const promoted = serving === 'standby' ? `, and whether ${there} takes writes too is not known` : '';
  return say('broken', `${here} takes the writes and nothing is known to follow it${promoted}. ${problem}`);
}

/** Who answers and does not let us see can be told why. */
function lockedWords(settings: PcrSettings, { primary }: PcrDetail): string {
  return primary.kind === 'locked' ? ` ${problemOf(settings.primary.cluster, primary)}` : '';
}

/** A promoted side that nobody put to use, beside the old primary that goes on; null when it is none. */
function leftAlone(settings: PcrSettings, detail: PcrDetail, serving: Side): Headline | null {
  const side = otherSide(serving);
  const vc = vcOf(detail, side);
  if (phaseOf(vc) !== 'ready' || vc?.service !== 'none' || vc.activated === null || promotedLast(detail)?.side !== side) return null;
  const [here, there] = [settings[serving].cluster, settings[side].cluster];
  return say(
    'broken',
    `${there} was promoted to ${spellTime(vc.activated)} and does not serve; ${here} takes the writes, and nothing follows it. A failover completes the promotion and gives up what ${here} took since; a failback keeps that, makes ${there} follow again and gives up what ${there} took, if it ever served.`,
  );
}

/** Nothing shows that the sides ever followed each other. A copy that somebody dropped leaves a job on the other side for 12 h. */
const isNew = ({ primary, standby }: PcrDetail): boolean =>
  [primary, standby].every((read) => read.kind === 'read' && read.history === 'none' && read.vc?.activated == null);

function nobodyServes(settings: PcrSettings, detail: PcrDetail, deaf: Side | undefined): Headline {
  if (deaf !== undefined) {
    const up = otherSide(deaf);
    const here = settings[up].cluster;
    const problem = problemOf(settings[deaf].cluster, detail[deaf]) ?? '';
    return say(
      'broken',
      `${here} neither follows nor takes writes (${wordsFor(detail, up)}). ${problem}${aloneHeadline(settings, detail)}`,
    );
  }
  const open = sides.flatMap((side) => openWords(settings, detail, side) ?? []);
  if (open.length > 0) {
    const known = sides
      .filter((side) => writableOf(detail[side]) !== 'unknown')
      .map((side) => ` On ${settings[side].cluster}, ${wordsFor(detail, side)}.`);
    return say('broken', `No side is known to take the writes. ${open.join(' ')}${known.join('')}`);
  }
  return say(
    'broken',
    `Applications can write to ${settings.virtualCluster} on neither side: on ${settings.primary.cluster}, ${wordsFor(detail, 'primary')}; on ${settings.standby.cluster}, ${wordsFor(detail, 'standby')}.`,
  );
}

const vcOf = (detail: PcrDetail, side: Side) => {
  const read = detail[side];
  return read.kind === 'read' ? read.vc : null;
};

function wordsFor(detail: PcrDetail, side: Side): string {
  const vc = vcOf(detail, side);
  const phase = phaseOf(vc);
  return phase === 'ready' ? 'it is ready but its service is stopped' : phaseWords[phase];
}

/** What is wrong with the side that should take the writes; null when nothing is. */
function sourceTrouble(settings: PcrSettings, detail: PcrDetail, follower: Follower): Headline | null {
  const source = otherSide(follower.side);
  const there = settings[source].cluster;
  const problem = problemOf(there, detail[source]);
  const here = settings[follower.side].cluster;
  if (follower.phase === 'reverting') return null;
  if (follower.phase === 'pending')
    return problem !== null && isAhead(follower.vc) ? say('broken', `${problem} ${neverWords(here, follower.vc)}`) : null;
  const upTo =
    follower.vc.replicated === null
      ? `${here} has no complete copy yet`
      : `${here} has everything up to ${spellTime(follower.vc.replicated)}`;
  if (problem !== null) return say('broken', `${problem} ${isAhead(follower.vc) ? neverWords(here, follower.vc) : `${upTo}.`}`);
  if (isUnfed(settings, follower, detail[source])) return say('broken', unfedWords(here, there, follower));
  if (writableOf(detail[source]) === 'yes') return null;
  const elsewhere = elsewhereWords(settings, detail, source);
  if (elsewhere !== null) return say('broken', `${elsewhere} ${upTo}.`);
  return say('broken', `Applications can't write on ${there} (${wordsFor(detail, source)}). ${upTo}.`);
}

function streamState(settings: PcrSettings, detail: PcrDetail, follower: Follower): Headline {
  const { side, vc, phase } = follower;
  const here = settings[side].cluster;
  const there = settings[otherSide(side)].cluster;
  const way = `${there} → ${here}`;
  const lagMs = lagMsOf(follower);
  const left = remainingOf(settings, detail, follower);
  const share = scanShare(vc);
  switch (phase) {
    case 'scanning':
      return say(
        'degraded',
        `${way}: the initial scan is running${share === null ? '' : ` (${share} is copied)`}, so ${here} can't take over yet.`,
      );
    case 'retrying':
      return say(
        'broken',
        `${way}: replication failed and is being tried again; ${here} has everything up to ${spellTime(vc.replicated)}.`,
      );
    case 'paused':
      // Told as broken, and so to whoever is on call, while there is still time to resume it.
      return say(
        left.history !== 'lost' && (left.leftMs ?? left.windowMs) * 2 > left.windowMs ? 'degraded' : 'broken',
        `${way}: ${pausedWords(vc)}. ${countdown(left, here, there)}${scheduled(here, vc)}`,
      );
    case 'gave-up':
      return say(
        'broken',
        `${way}: replication gave up after an error and paused itself (${causeOf(vc.job?.runningStatus)}). ${countdown(left, here, there)}${scheduled(here, vc)}`,
      );
    case 'pending':
      return say(
        'degraded',
        `${way}: a failover of ${here} to ${spellTime(vc.failover)} is pending; ${pendingWords(follower, here, there)}`,
      );
    case 'reverting':
      return say('degraded', `${way}: a failover of ${here} is under way and can't be called off.`);
    default:
      return lagMs === null ? say('degraded', `${way}: ${here} follows, but does not say up to which time.`) : following(way, here, lagMs);
  }
}

/** A failover to a time that the source did not live to see is never carried out. */
const neverWords = (here: string, { replicated, failover }: Follower['vc']): string =>
  `${here} has everything up to ${spellTime(replicated)}, and never gets to ${spellTime(failover)}, to which a failover was asked for: only another one, to the latest time, promotes it.`;

/** A failover that was asked for is not forgotten by a stream that stands still. */
const scheduled = (here: string, { failover }: Follower['vc']): string =>
  failover === null ? '' : ` A failover of ${here} to ${spellTime(failover)} is asked for, and is not reached while it stands still.`;

/** What a pending failover waits for. Until somebody completes it, the source goes on and the follower does not serve. */
function pendingWords({ vc }: Follower, here: string, there: string): string {
  return isAhead(vc)
    ? `${here} has everything up to ${spellTime(vc.replicated)}, and what ${there} takes after the failover time will be lost.`
    : `${here} has all that it waits for.`;
}

function following(way: string, here: string, lagMs: number): Headline {
  if (lagMs > excessiveLagMs) return say('broken', `${way}: ${here} follows but is ${spell(lagMs)} behind.`);
  if (lagMs > highLagMs) return say('degraded', `${way}: ${here} follows and is ${spell(lagMs)} behind, which is a lot.`);
  return say('healthy', `${way}: ${here} follows and is ${spell(lagMs)} behind.`);
}

function countdown({ history, leftMs }: Remaining, here: string, there: string): string {
  if (history === 'lost') {
    return `It can't be resumed any more: ${there} no longer keeps the history that ${here} needs, so the link has to be rebuilt.`;
  }
  if (leftMs === null) return 'How long it can still be resumed is not known.';
  if (leftMs > 0) {
    return `It can be resumed for about ${spell(leftMs)} more (unless that window was changed); after that the link has to be rebuilt.`;
  }
  return history === 'kept'
    ? `${there} keeps the history that ${here} needs still, but may let it go any moment: resume it now, or the link has to be rebuilt.`
    : 'It has probably stood still for too long to be resumed; the link may have to be rebuilt.';
}
