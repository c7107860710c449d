import { otherSide, type Side } from '../../../domain/observation.ts';
import type { Estimate } from '../../../domain/plan.ts';
import type { Refusal } from '../../../domain/refusal.ts';
import { changeStep, lookStep, notNow, noUndo, type Outline } from '../../frame/drafts.ts';
import { actsFor } from '../acts.ts';
import { aloneNext } from '../alone.ts';
import type { PcrLink } from '../config.ts';
import { type PcrDetail, readerName, type SideRead } from '../detail.ts';
import { newerWarnings } from '../newer.ts';
import { type Phase, phaseOf, writableOf } from '../phase.ts';
import { nobodyWords, phaseWords, problemOf } from '../words.ts';
import { closeSteps } from './reader.ts';

/** The drop is answered at once; its space is freed later by the database itself, ms. */
const dropBudgetMs = 10 * 60_000;
const proofBudgetMs = 120_000;

const sides = ['primary', 'standby'] as const satisfies readonly Side[];

/** What is left of a promotion or of another drop must not be dropped under whoever began it; a state that is not known neither. */
export const undroppable: readonly Phase[] = ['pending', 'reverting', 'dropping', 'strange'];

/** Plans to drop the copy on the side that does not serve, which also cancels its stream. Pure. */
export function planTeardown(link: PcrLink, detail: PcrDetail): Outline | Refusal {
  const { settings, id } = link;
  const refusal = servingRefusal(link, detail);
  if (refusal !== null) return refusal;
  const source = writableOf(detail.primary) === 'yes' ? 'primary' : 'standby';
  const side = otherSide(source);
  const read = detail[side];
  const here = settings[side].cluster;
  const there = settings[source].cluster;
  const phase = phaseOf(read.kind === 'read' ? read.vc : null);
  const reader = (read.kind === 'read' ? read.reader : null) ?? null;
  if (phase === 'absent') {
    return notNow(`${here} has no virtual cluster ${settings.virtualCluster}, so there is nothing to tear down on ${id}.`, statusOf(id));
  }
  if (undroppable.includes(phase)) {
    return notNow(
      `On ${here}, ${phaseWords[phase]}, so no teardown of ${id} can be planned.`,
      isScheduled(read) ? `/repl pause ${id} holds it before its time; then ask again.` : `Wait until that is over; ${statusOf(id)}`,
    );
  }
  const acts = actsFor(settings);
  return {
    summary: `Drop ${settings.virtualCluster} on ${here} with everything in it; ${there} goes on alone.`,
    steps: [
      ...(reader === null ? [] : closeSteps(acts, side, reader, false)),
      changeStep(acts.dropCopy(side), dropBudgetMs, noUndo(`What is dropped on ${here} is gone; only a new full copy brings it back.`), {
        pointOfNoReturn: true,
      }),
      ...(isElsewhere(detail[source]) ? [] : [lookStep(acts.checkSplitBrain(source), proofBudgetMs)]),
    ],
    predictedLoss: lossOf(phase, here, there),
    predictedDowntime: { ms: 0, words: `Applications are not affected; they go on with ${there}.` },
    warnings: [
      ...newerWarnings(source, link, detail),
      `After this nothing protects ${there}: no failover is possible until a new full copy has been made, which can take hours.`,
      `The drop can't be taken back, and cancels the stream into ${here} if there is one.`,
      staying(link, side),
      ...(reader === null ? [] : [`Applications that read from ${readerName(settings.virtualCluster)} on ${here} are cut off first.`]),
    ],
  };
}

/** A failover that waits for a time to come. */
export const isScheduled = (read: SideRead): boolean =>
  read.kind === 'read' && phaseOf(read.vc) === 'pending' && BigInt(read.vc?.failover ?? 0) > BigInt(read.vc?.replicated ?? 0);

/** What is not virtualized, or serves by another name, has no service by the link's name that a look could show. */
export const isElsewhere = (read: SideRead): boolean => read.kind === 'read' && (read.flat === true || read.elsewhere !== undefined);

/** What a teardown leaves as it is: other links may use it, and a new copy needs it again. */
function staying({ settings }: PcrLink, side: Side): string {
  const { setup, streams } = settings;
  const here = settings[side].cluster;
  const there = settings[otherSide(side)].cluster;
  const connection = streams[side] === null ? [] : [`the external connection ${streams[side]} on ${here}`];
  const users = [
    setup === null ? `the user of the stream and its grants on ${there}` : `the user ${setup.user.name} and its grants on ${there}`,
    ...(setup?.consoleUser == null ? [] : [`the user ${setup.consoleUser.name}`]),
  ];
  const list = [...connection, ...users, `the default target and the other cluster settings of both sides`];
  return `These stay, and have to be taken away by hand if nobody needs them: ${list.join('; ')}.`;
}

const statusOf = (id: string): string => `/repl status ${id} shows both sides.`;

function lossOf(phase: Phase, here: string, there: string): Estimate {
  if (phase !== 'ready') return { ms: 0, words: `No write is lost: ${there} has everything that ${here} has.` };
  return {
    ms: null,
    words: `Every write that only ${here} has, because it took it after it was given up, is lost; how many is not known.`,
  };
}

/** A refusal unless it is known that exactly one side serves: what is dropped must not be the only good copy. */
function servingRefusal(link: PcrLink, detail: PcrDetail): Refusal | null {
  const { id, settings } = link;
  const problems = sides.flatMap((side) => problemOf(settings[side].cluster, detail[side]) ?? []);
  if (problems.length > 0) {
    return notNow(
      `${problems.join(' ')} A teardown of ${id} needs both sides, since the other copy may be the only one.`,
      aloneNext(link, detail) ?? statusOf(id),
    );
  }
  const serving = sides.filter((side) => writableOf(detail[side]) === 'yes');
  if (serving.length === 2) {
    return notNow(
      `${settings.primary.cluster} and ${settings.standby.cluster} both take writes (split brain), so neither may be dropped.`,
      `/repl fence ${id} stops the side that was given up, or with --keep CLUSTER the one that is not named; then ask again.`,
    );
  }
  if (serving.length === 1) return null;
  return notNow(
    `${nobodyWords(settings, detail, id)}, so which copy is the good one can't be told, and none may be dropped.`,
    statusOf(id),
  );
}
