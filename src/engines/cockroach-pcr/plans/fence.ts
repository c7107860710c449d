import { otherSide, type Side } from '../../../domain/observation.ts';
import type { Operation } from '../../../domain/operation.ts';
import { isRefusal, type Refusal } from '../../../domain/refusal.ts';
import { isAtLeast } from '../../cockroach/version.ts';
import { changeStep, type Draft, lookStep, notNow, noUndo, type Outline, undoBy } from '../../frame/drafts.ts';
import { keptSide } from '../../frame/kept-side.ts';
import { type Acts, actsFor } from '../acts.ts';
import { aloneNext } from '../alone.ts';
import type { PcrLink } from '../config.ts';
import type { PcrDetail, SideRead } from '../detail.ts';
import { stoppedFeeds } from '../feeds.ts';
import { inService } from '../in-service.ts';
import { writableOf } from '../phase.ts';
import { promotedAt, promotedLast } from '../promoted.ts';
import { openWords, problemOf, spellTime, unseen } from '../words.ts';
import { planFailback } from './failback.ts';

/** Starting or stopping a service, setting a setting: seconds, with room for a slow cluster. */
const budgetMs = 120_000;

type Fence = Extract<Operation, { kind: 'fence' }>;

const sides = ['primary', 'standby'] as const satisfies readonly Side[];

/**
 * Plans to stop the service of one side, when both take writes. The side that people use keeps serving, as far as that can be told, unless
 * another is named by `keep`. Pure.
 */
export function planFence({ keep }: Fence, link: PcrLink, detail: PcrDetail): Outline | Refusal {
  const { settings } = link;
  const named = keptSide(link.id, settings, keep);
  if (isRefusal(named)) return named;
  const refusal = notSplit(link, detail);
  if (refusal !== null) return refusal;
  const last = promotedLast(detail);
  const used = inService(settings, detail);
  const kept = named ?? used.side;
  if (kept === null) return cantTell(link, used.signs);
  const side = otherSide(kept);
  const here = settings[side].cluster;
  const there = settings[kept].cluster;
  const acts = actsFor(settings);
  return {
    summary: `Stop writes on ${here}, so that only ${there} takes them.`,
    steps: [
      ...clearTarget(link, side, detail[side], acts),
      changeStep(acts.stopService(side, true), budgetMs, noUndo(`Letting applications into ${here} again would make two sides writable.`), {
        pointOfNoReturn: true,
      }),
      lookStep(acts.checkSplitBrain(kept), budgetMs),
    ],
    predictedLoss: {
      ms: 0,
      words: `Nothing is lost by this: what ${here} took ${sinceWords(last)} stays on ${here}, apart from what ${there} took.`,
    },
    predictedDowntime: {
      ms: null,
      words: `Applications on ${there} go on; those that still use ${here} are cut off at once, until people redirect them to ${there}.`,
    },
    warnings: [
      whyKept(link, kept, last, named === null ? used.signs : []),
      ...sides.map((one) => tookWords(settings[one].cluster, detail[one], last)),
      otherWay(link, detail, kept),
      `Applications that still use ${here} can neither read nor write there from then on: redirect them to ${there}.`,
      `Save or merge the writes that ${here} took since then before a failback of ${link.id} discards them.`,
      ...stoppedFeeds(link, side, detail[side]),
    ],
  };
}

type Last = ReturnType<typeof promotedLast>;

const sinceWords = (last: Last): string => (last === null ? 'since the sides parted' : `after ${spellTime(last.at)}`);

/** `signs`: what told it; none where a person named it. */
function whyKept({ settings }: PcrLink, kept: Side, last: Last, signs: readonly string[]): string {
  const [here, there] = [settings[otherSide(kept)].cluster, settings[kept].cluster];
  if (last === null) return `${there} keeps serving, since it was named; which side was promoted last can't be told.`;
  const since = spellTime(last.at);
  if (last.side === kept) return `${there} was promoted last (${since}), so it keeps serving and ${here} is stopped.`;
  if (signs.length > 0) return `${there} keeps serving and ${here} is stopped, by what is known: ${signs.join('; ')}.`;
  return `${there} keeps serving, since it was named, although ${here} was promoted last (${since}): if ${here} has served since, its data may be what counts.`;
}

/** What a side has that the other one has not. */
function tookWords(cluster: string, read: SideRead, last: Last): string {
  const own = promotedAt(read);
  const promoted = own === null ? 'was never promoted, as far as it tells' : `was promoted to ${spellTime(own)}`;
  return `${cluster} ${promoted}; what it took ${sinceWords(last)} is only there.`;
}

/** Where the promotion was a drill or a mistake, the side that it was made of is the good one. */
function otherWay(link: PcrLink, detail: PcrDetail, kept: Side): string {
  const { id, settings } = link;
  const [here, there] = [settings[otherSide(kept)].cluster, settings[kept].cluster];
  const read = detail[kept];
  const stopped = read.kind === 'read' && read.vc !== null ? { ...read, vc: { ...read.vc, service: 'none' } } : read;
  const operation = isRefusal(planFailback(link, { ...detail, [kept]: stopped })) ? 'rebuild' : 'failback';
  return `If ${here} is to be kept instead, as after a drill or a mistake, deny this and ask for /repl fence ${id} --keep ${here}; then /repl ${operation} ${id} makes ${there} follow ${here}, which keeps all that ${here} has and discards what ${there} took.`;
}

/** How the other side than the one that a fence keeps by itself is asked for. Goes on after what the fence does. */
export function fenceOtherWay({ id, settings }: PcrLink, stopped: string): string {
  const there = settings.primary.cluster === stopped ? settings.standby.cluster : settings.primary.cluster;
  return `Applications that still use ${stopped} are cut off. If ${stopped} is to go on and ${there} to be stopped: /repl fence ${id} --keep ${stopped}.`;
}

/** A refusal when it is not known that both sides take writes. */
function notSplit(link: PcrLink, detail: PcrDetail): Refusal | null {
  const { id, settings } = link;
  const serving = sides.filter((side) => writableOf(detail[side]) === 'yes');
  if (serving.length === 2) return null;
  const problems = sides.flatMap((side) => problemOf(settings[side].cluster, detail[side]) ?? []);
  if (problems.length > 0) {
    return notNow(
      `${problems.join(' ')} A fence of ${id} needs both sides.`,
      aloneNext(link, detail) ?? 'Ask again as soon as both sides answer.',
    );
  }
  const [only] = serving;
  const flat = sides.find((side) => isGivenUp(detail[side]));
  if (flat !== undefined)
    return notNow(
      `${unseen(settings[flat].cluster)}, so no fence of ${id} can be planned.`,
      `Stop the applications there; /repl rebuild ${id} makes it a copy of the side that serves.`,
    );
  const open = sides.flatMap((side) => openWords(settings, detail, side) ?? []);
  if (open.length > 0)
    return notNow(
      `${open.join(' ')} No fence of ${id} can be planned, since the bot can't tell what to stop.`,
      `Stop by hand what should not serve; /repl status ${id} shows both sides.`,
    );
  return notNow(
    only === undefined
      ? `Neither side of ${id} takes writes, so there is nothing to fence.`
      : `Only ${settings[only].cluster} takes writes, so there is nothing to fence on ${id}.`,
    `/repl status ${id} shows both sides.`,
  );
}

const isGivenUp = (read: SideRead): boolean => read.kind === 'read' && read.givenUp === true;

function cantTell({ id, settings }: PcrLink, signs: readonly string[]): Refusal {
  const { primary, standby } = settings;
  return notNow(
    `${primary.cluster} and ${standby.cluster} both take writes, and which of them applications are to use can't be told${signs.length === 0 ? ', nor which was promoted last' : ` (${signs.join('; ')})`}, so no fence of ${id} can be planned.`,
    `Decide which side is to go on, and name it: /repl fence ${id} --keep ${primary.cluster} stops ${standby.cluster}, --keep ${standby.cluster} stops ${primary.cluster}.`,
  );
}

/** Up to 23.2 the service of the virtual cluster that the default target names can't be stopped. */
function clearTarget({ settings }: PcrLink, side: Side, read: SideRead, acts: Acts): readonly Draft[] {
  const name = settings.virtualCluster;
  if (read.kind !== 'read' || isAtLeast(read.release, 24, 1) || read.defaultTarget !== name) return [];
  return [changeStep(acts.setDefaultTarget(side, 'system'), budgetMs, undoBy(acts.setDefaultTarget(side, name)))];
}
