import type { LinkId } from '../domain/ids.ts';
import { canonicalJson, hashOf } from '../domain/json.ts';
import type { Observation, Offer, SideView } from '../domain/observation.ts';

/**
 * What people are told of unasked. `danger`: data is at risk. `unreachable`: a side does not answer. `returned`: a side that was given
 * up answers again and may take writes soon. `broken`: replication does not work, for another reason than these.
 */
export const alertKinds = ['danger', 'unreachable', 'returned', 'broken'] as const;
export type AlertKind = (typeof alertKinds)[number];

/** Something that people are told of once when it begins and once when it is over. Times are ms since the epoch. */
export interface Alert {
  /** The same for as long as it lasts, on every bot. */
  readonly id: string;
  readonly kind: AlertKind;
  /** The cluster that it is about; null when it is about the link. */
  readonly cluster: string | null;
  /** Full sentence, as it was when it was raised. */
  readonly sentence: string;
  readonly offers: readonly Offer[];
  /** Of the first look that saw it. */
  readonly since: number;
  readonly raisedAt: number;
  /** Of the first look in a row that did not see it; null when the last look did. */
  readonly missedAt: number | null;
  /** How things were when it was over. */
  readonly cleared: { readonly at: number; readonly sentence: string } | null;
}

/** What is known of alerts of one link from one look to the next. */
export interface AlertBook {
  /** What the last look saw for the first time; the next one raises it or forgets it. */
  readonly suspected: readonly { readonly kind: AlertKind; readonly cluster: string | null; readonly since: number }[];
  /** Raised ones, and the newest of those that are over; oldest first. */
  readonly alerts: readonly Alert[];
  /** The cluster that did not answer while the other side took the writes, and has not said since what it does. */
  readonly away: string | null;
}

export const emptyBook: AlertBook = { suspected: [], alerts: [], away: null };

/** Alerts that are over and still known, so that their messages can say so. */
const mostCleared = 10;

export interface Look {
  readonly seen: Observation;
  /** Whether a run was changing the link while it was looked at: what it brings about itself is not told, data at risk always is. */
  readonly moving: boolean;
}

interface Symptom {
  readonly kind: AlertKind;
  readonly cluster: string | null;
  readonly sentence: string;
  readonly offers: readonly Offer[];
}

const isSame = (a: Pick<Symptom, 'kind' | 'cluster'>, b: Pick<Symptom, 'kind' | 'cluster'>): boolean =>
  a.kind === b.kind && a.cluster === b.cluster;

/**
 * What is to be told after one more look. Whatever begins or ends has to be seen by two looks in a row, so that one torn or unlucky
 * look raises nothing. Pure.
 */
export function judge(book: AlertBook, { seen, moving }: Look): AlertBook {
  const at = seen.observedAt;
  const away = awayAfter(book.away, seen);
  const symptoms = symptomsOf(seen, away);
  const kept = book.alerts.map((alert) => (alert.cleared === null ? goOn(alert, symptoms, seen) : alert));
  const fresh = symptoms
    .filter((symptom) => !moving || symptom.kind === 'danger')
    .filter((symptom) => !kept.some((alert) => alert.cleared === null && isSame(alert, symptom)));
  const sinceOf = (symptom: Symptom): number => book.suspected.find((one) => isSame(one, symptom))?.since ?? at;
  const raised = fresh.filter((symptom) => sinceOf(symptom) < at).map((symptom) => raise(seen.link, symptom, sinceOf(symptom), at));
  const suspected = fresh.filter((symptom) => sinceOf(symptom) >= at).map(({ kind, cluster }) => ({ kind, cluster, since: at }));
  return { suspected, alerts: bounded([...kept, ...raised]), away };
}

function goOn(alert: Alert, symptoms: readonly Symptom[], { observedAt: at, headline }: Observation): Alert {
  const symptom = symptoms.find((one) => isSame(one, alert));
  if (symptom === undefined) {
    return alert.missedAt === null || alert.missedAt >= at
      ? { ...alert, missedAt: at }
      : { ...alert, cleared: { at: alert.missedAt, sentence: headline } };
  }
  const { sentence, offers } = symptom;
  // Numbers in the sentence move with every look; it is told anew only when what can be done about it is something else.
  return canonicalJson(offers) === canonicalJson(alert.offers)
    ? { ...alert, missedAt: null }
    : { ...alert, missedAt: null, sentence, offers };
}

const raise = (link: LinkId, symptom: Symptom, since: number, at: number): Alert => ({
  id: `a-${hashOf([link, symptom.kind, symptom.cluster, since]).slice(0, 12)}`,
  ...symptom,
  since,
  raisedAt: at,
  missedAt: null,
  cleared: null,
});

function bounded(alerts: readonly Alert[]): readonly Alert[] {
  const over = alerts.filter(({ cleared }) => cleared !== null);
  const dropped = new Set(over.slice(0, Math.max(0, over.length - mostCleared)));
  return alerts.filter((alert) => !dropped.has(alert));
}

/** Both sides of a link, each with its other side. */
const pairsOf = ({ primary, standby }: Observation): readonly (readonly [SideView, SideView])[] => [
  [primary, standby],
  [standby, primary],
];

function awayAfter(away: string | null, seen: Observation): string | null {
  for (const [side, other] of pairsOf(seen)) if (!side.reachable && other.writable === 'yes') return side.cluster;
  const side = [seen.primary, seen.standby].find(({ cluster }) => cluster === away);
  return side === undefined || (side.reachable && side.writable !== 'unknown') ? null : away;
}

/** What is wrong now. One cause is told once: a link that is broken since a side does not answer is no second alert. */
function symptomsOf(seen: Observation, away: string | null): readonly Symptom[] {
  const offers = seen.offers ?? [];
  const danger: readonly Symptom[] = seen.health === 'danger' ? [{ kind: 'danger', cluster: null, sentence: seen.headline, offers }] : [];
  const deaf = [seen.primary, seen.standby]
    .filter(({ reachable }) => !reachable)
    .map(({ cluster, problem }) => ({
      ...{ kind: 'unreachable' as const, cluster, offers: [] },
      sentence: problem ?? `${cluster} does not answer.`,
    }));
  const found = [...danger, ...deaf];
  if (found.length > 0) return found;
  const back = pairsOf(seen).find(([side, other]) => side.cluster === away && side.role !== 'standby' && other.writable === 'yes');
  if (back !== undefined) return [returned(back, offers)];
  return seen.health === 'broken' ? [{ kind: 'broken', cluster: null, sentence: seen.headline, offers }] : [];
}

const returned = ([side, other]: readonly [SideView, SideView], offers: readonly Offer[]): Symptom => ({
  kind: 'returned',
  cluster: side.cluster,
  sentence: `${side.cluster} answers again while ${other.cluster} takes the writes, and whether it takes writes too is not known yet, so it may have to be fenced. Keep applications away from it.`,
  offers,
});
