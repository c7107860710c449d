import { otherSide, type Side } from '../../../domain/observation.ts';
import { isRefusal, type Refusal } from '../../../domain/refusal.ts';
import { quoteIdentifier } from '../../../transports/sql-quoting.ts';
import { isAtLeast } from '../../cockroach/version.ts';
import { changeStep, type Draft, lookStep, notNow, noUndo, type Outline, undoBy } from '../../frame/drafts.ts';
import { type Acts, actsFor } from '../acts.ts';
import type { PcrLink } from '../config.ts';
import { type PcrDetail, type SideRead, writableOf } from '../detail.ts';
import { stoppedFeeds } from '../feeds.ts';
import { promotedLast } from '../promoted.ts';
import { openWords, problemOf, spellTime, unseen } from '../words.ts';
import { planFailback } from './failback.ts';

/** Starting or stopping a service, setting a setting: seconds, with room for a slow cluster. */
const budgetMs = 120_000;

const sides = ['primary', 'standby'] as const satisfies readonly Side[];

/** Plans to stop the service of the side that was given up, when both take writes. The side that was promoted last keeps serving. Pure. */
export function planFence(link: PcrLink, detail: PcrDetail): Outline | Refusal {
  const refusal = notSplit(link, detail);
  if (refusal !== null) return refusal;
  const kept = promotedLast(detail);
  if (kept === null) return cantTell(link);
  const { settings } = link;
  const side = otherSide(kept.side);
  const here = settings[side].cluster;
  const there = settings[kept.side].cluster;
  const acts = actsFor(settings);
  const since = spellTime(kept.at);
  return {
    summary: `Stop writes on ${here}, so that only ${there} takes them.`,
    steps: [
      ...clearTarget(link, side, detail[side], acts),
      changeStep(acts.stopService(side, true), budgetMs, noUndo(`Letting applications into ${here} again would make two sides writable.`), {
        pointOfNoReturn: true,
      }),
      lookStep(acts.checkSplitBrain(kept.side), budgetMs),
    ],
    predictedLoss: {
      ms: 0,
      words: `Nothing is lost by this: what ${here} took after ${since} stays on ${here}, apart from what ${there} took.`,
    },
    predictedDowntime: { ms: 0, words: `Applications on ${there} go on; those that still use ${here} are cut off at once.` },
    warnings: [
      `${there} was promoted last (${since}), so it keeps serving and ${here} is stopped.`,
      otherWay(link, detail, kept.side),
      `Applications that still use ${here} can neither read nor write there from then on: redirect them to ${there}.`,
      `Save or merge the writes that ${here} took since then before a failback of ${link.id} discards them.`,
      ...stoppedFeeds(link, side, detail[side]),
    ],
  };
}

/** Where the promotion was a drill or a mistake, the side that it was made of is the good one. */
function otherWay(link: PcrLink, detail: PcrDetail, kept: Side): string {
  const { id, settings } = link;
  const [here, there] = [settings[otherSide(kept)].cluster, settings[kept].cluster];
  const read = detail[kept];
  const stopped = read.kind === 'read' && read.vc !== null ? { ...read, vc: { ...read.vc, service: 'none' } } : read;
  const operation = isRefusal(planFailback(link, { ...detail, [kept]: stopped })) ? 'rebuild' : 'failback';
  return `If the promotion of ${there} was a drill or a mistake, and ${here} is to be kept, deny this: run ALTER VIRTUAL CLUSTER ${quoteIdentifier(settings.virtualCluster)} STOP SERVICE on the system interface of ${there}; then /repl ${operation} ${id} makes ${there} follow ${here}, which keeps all that ${here} has and discards what ${there} took.`;
}

/** A refusal when it is not known that both sides take writes. */
function notSplit({ id, settings }: PcrLink, detail: PcrDetail): Refusal | null {
  const serving = sides.filter((side) => writableOf(detail[side]) === 'yes');
  if (serving.length === 2) return null;
  const problems = sides.flatMap((side) => problemOf(settings[side].cluster, detail[side]) ?? []);
  if (problems.length > 0) {
    return notNow(`${problems.join(' ')} A fence of ${id} needs both sides.`, 'Ask again as soon as both sides answer.');
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

function cantTell({ id, settings }: PcrLink): Refusal {
  const { primary, standby, virtualCluster } = settings;
  return notNow(
    `${primary.cluster} and ${standby.cluster} both take writes, and which of them was promoted last can't be told, so no fence of ${id} can be planned.`,
    `Decide which side is to be given up, and run ALTER VIRTUAL CLUSTER ${quoteIdentifier(virtualCluster)} STOP SERVICE there, on its system interface.`,
  );
}

/** Up to 23.2 the service of the virtual cluster that the default target names can't be stopped. */
function clearTarget({ settings }: PcrLink, side: Side, read: SideRead, acts: Acts): readonly Draft[] {
  const name = settings.virtualCluster;
  if (read.kind !== 'read' || isAtLeast(read.release, 24, 1) || read.defaultTarget !== name) return [];
  return [changeStep(acts.setDefaultTarget(side, 'system'), budgetMs, undoBy(acts.setDefaultTarget(side, name)))];
}
