import { otherSide, type Side } from '../../../domain/observation.ts';
import { spellTime } from '../../cockroach/spell.ts';
import { type Micros, microsOfMs } from '../../cockroach/times.ts';
import type { LdrLink } from '../config.ts';
import type { LdrDetail, Redirect } from '../detail.ts';
import { readOf } from '../flow.ts';
import { provenInto } from './proven.ts';

/** The clocks of the bot and of a cluster are taken to differ by no more than this, ms. */
const apartMs = 60_000;

/** The run of this bot that had applications sent to a side; `untold` where the journal of one can't be read, so that it may be any. */
export type Sent = Redirect | 'untold';

/**
 * The run of this bot that sent applications to the side which is to follow again; null where none did, or where a job brought something
 * there after that run had ended: then applications use the other side again.
 */
export function sentTo({ redirected, redirectUntold }: LdrDetail, into: Side, upTo: Micros | null): Sent | null {
  if (redirectUntold === true) return 'untold';
  if (redirected === undefined || redirected.side !== into) return null;
  const followedSince = upTo !== null && upTo > BigInt(redirected.ended) + microsOfMs(apartMs);
  return followedSince ? null : redirected;
}

/**
 * The same of a side that is to be emptied. Both ways a side follows while applications use it, so that no job tells that they left it; one
 * way, a first copy that began since tells it too, though it did not end.
 */
export function sentBefore(link: LdrLink, detail: LdrDetail, into: Side): Sent | null {
  if (link.settings.direction === 'bidirectional') return sentTo(detail, into, null);
  const jobs = readOf(detail, into)?.jobs ?? [];
  const begun = jobs.flatMap(({ source, replicated, started }) =>
    source === 'link' && replicated === null && started !== null ? [BigInt(started)] : [],
  );
  const arrived = provenInto(link, detail, into).least?.at ?? null;
  const upTo = begun.reduce((most, at) => (most === null || at > most ? at : most), arrived);
  return sentTo(detail, into, upTo);
}

/** What is known of such a run. A full sentence. */
export function sentWords({ settings, id }: LdrLink, sent: Sent): string {
  if (sent === 'untold')
    return `The journal of an earlier run can't be read, so which side the applications of ${id} were sent to last is not known.`;
  const { run, operation, side, ended } = sent;
  const since = settings.direction === 'bidirectional' ? '' : ', and no job has brought anything there since';
  return `The ${operation} ${run} sent the applications of ${id} to ${settings[side].cluster}, the last of it on ${spellTime(ended)}${since}.`;
}

/** What a person says of it, of the side that is to follow again. Full sentences. */
export function sentConfirm(link: LdrLink, into: Side, sent: Sent): string {
  const { settings } = link;
  const [here, there] = [settings[into].cluster, settings[otherSide(into)].cluster];
  return `${sentWords(link, sent)} Confirm that applications use ${there} now, and that nothing they wrote on ${here} is needed. If they use ${here}, cancel.`;
}
