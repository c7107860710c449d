import { otherSide, type Side } from '../../../domain/observation.ts';
import type { Operation } from '../../../domain/operation.ts';
import { isRefusal, type Refusal } from '../../../domain/refusal.ts';
import { changeStep, lookStep, notNow, noUndo, type Outline } from '../../frame/drafts.ts';
import { keptSide } from '../../frame/kept-side.ts';
import { actsFor } from '../acts.ts';
import type { CcdrLink } from '../config.ts';
import { changeBudgetMs, lookBudgetMs } from '../creation.ts';
import { type CcdrDetail, type DatabaseView, sides } from '../detail.ts';
import { identityOf } from '../identity.ts';
import { oneCluster } from '../scene.ts';
import { phaseOf, sidePhase } from '../state.ts';
import { problemOf } from '../words.ts';

type Fence = Extract<Operation, { kind: 'fence' }>;

/**
 * Plans to stop writes on the side that was given up, when both could take them. The side that was promoted last keeps serving, unless
 * another is named by `keep`. Pure.
 */
export function planFence({ keep }: Fence, link: CcdrLink, detail: CcdrDetail): Outline | Refusal {
  const named = keptSide(link.id, link.settings, keep);
  if (isRefusal(named)) return named;
  const refusal = oneCluster('fence', link, detail) ?? notSplit(link, detail);
  if (refusal !== null) return refusal;
  const kept = named === null ? promotedLast(detail) : { side: named, why: 'it was named' };
  if (kept === null) return cantTell(link);
  const { settings } = link;
  const side = otherSide(kept.side);
  const [here, there] = [settings[side].cluster, settings[kept.side].cluster];
  const given = viewOf(detail, side);
  const keeps = viewOf(detail, kept.side);
  if (given === null || keeps === null) throw new TypeError('two sides that take writes have databases');
  if (phaseOf(keeps) !== 'serving') {
    return notNow(
      `${there}, which is to go on, has no single writer yet, so ${here} is not fenced now.`,
      'Wait until it has elected one, then ask again.',
    );
  }
  const acts = actsFor(settings);
  const on = { database: given.name, of: identityOf(given) };
  return {
    summary: `Stop writes to ${given.name} on ${here}, so that only ${there} takes them.`,
    steps: [
      changeStep(
        acts.setReadOnly(side, on, { drain: false, otherServes: true }),
        changeBudgetMs,
        noUndo(`Letting applications write on ${here} again would make two sides writable.`),
        { pointOfNoReturn: true },
      ),
      lookStep(acts.checkOneWriter(kept.side, keeps.name), lookBudgetMs),
    ],
    predictedLoss: { ms: 0, words: `Nothing is lost by this: what ${here} alone took stays on ${here}, apart from what ${there} took.` },
    predictedDowntime: { ms: 0, words: `Applications on ${there} go on; writes on ${here} are refused at once.` },
    warnings: [
      `${there} keeps serving, because ${kept.why}. If it should be the other way round, deny this and ask for /repl fence ${link.id} --keep ${here}.`,
      `Applications that still use ${here} can read there, but not write: redirect them to ${there}.`,
      `Save or merge what ${here} alone took before a failback or a rebuild of ${link.id} replaces it.`,
    ],
  };
}

const viewOf = (detail: CcdrDetail, side: Side): DatabaseView | null => {
  const read = detail[side];
  return read.kind === 'read' ? read.database : null;
};

/** A database without a writer elects one at any moment. */
const couldWrite = (detail: CcdrDetail, side: Side): boolean => ['serving', 'electing', 'two-writers'].includes(sidePhase(detail[side]));

/** A refusal when it is not known that both sides could take writes. */
function notSplit({ id, settings }: CcdrLink, detail: CcdrDetail): Refusal | null {
  const serving = sides.filter((side) => couldWrite(detail, side));
  if (serving.length === 2) return null;
  const problems = sides.flatMap((side) => problemOf(settings[side].cluster, detail[side]) ?? []);
  if (problems.length > 0) {
    return notNow(`${problems.join(' ')} A fence of ${id} needs both sides.`, 'Ask again as soon as both sides answer.');
  }
  const [only] = serving;
  return notNow(
    only === undefined
      ? `Neither side of ${id} takes writes, so there is nothing to fence.`
      : `Only ${settings[only].cluster} takes writes, so there is nothing to fence on ${id}.`,
    `/repl status ${id} shows both sides.`,
  );
}

interface Kept {
  readonly side: Side;
  /** Goes on after `because `. */
  readonly why: string;
}

/** The side that was promoted last: a replica is always created after what it follows. What the bot saw before must not speak against it. */
function promotedLast(detail: CcdrDetail): Kept | null {
  const { lastSeen } = detail.past;
  const seen = lastSeen === null ? null : otherSide(lastSeen.side);
  const [a, b] = [createdMs(viewOf(detail, 'primary')), createdMs(viewOf(detail, 'standby'))];
  if (a === null || b === null || a === b) {
    return seen === null ? null : { side: seen, why: 'the bot last saw it follow the other side' };
  }
  const newer: Side = a > b ? 'primary' : 'standby';
  if (seen !== null && seen !== newer) return null;
  return { side: newer, why: 'its database was created later, as a replica of the other one' };
}

function createdMs(view: DatabaseView | null): number | null {
  const at = Date.parse((view?.createdAt ?? '').replace(/\[.*\]$/, ''));
  return Number.isFinite(at) ? at : null;
}

function cantTell({ id, settings }: CcdrLink): Refusal {
  const { primary, standby } = settings;
  return notNow(
    `${primary.cluster} and ${standby.cluster} can both take writes, and which of them was promoted last can't be told, so no fence of ${id} can be planned.`,
    `Decide which side is to go on, and name it: /repl fence ${id} --keep ${primary.cluster} stops ${standby.cluster}, --keep ${standby.cluster} stops ${primary.cluster}.`,
  );
}
