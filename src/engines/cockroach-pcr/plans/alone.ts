import type { Operation } from '../../../domain/operation.ts';
import type { Act, Estimate } from '../../../domain/plan.ts';
import { type Refusal, refuse } from '../../../domain/refusal.ts';
import type { Micros } from '../../cockroach/times.ts';
import { changeStep, fenceByHandAct, lookStep, noUndo, type Outline, personStep, redirectAct } from '../../frame/drafts.ts';
import { actsFor } from '../acts.ts';
import { type Alone, aloneOf } from '../alone.ts';
import type { PcrLink } from '../config.ts';
import type { PcrDetail } from '../detail.ts';
import { serviceBudgetMs } from '../failover-steps.ts';
import { problemOf, spellTime } from '../words.ts';

type Failover = Extract<Operation, { kind: 'failover' }>;

/**
 * Plans that a side which was stopped serves again, because the one that took its place is lost. Nothing is promoted: it has everything
 * up to its stop, and no SQL tells it from one that has to stay stopped, so people answer for that. Null where no side is left like that. Pure.
 */
export function planAlone({ to }: Failover, link: PcrLink, detail: PcrDetail): Outline | Refusal | null {
  const alone = aloneOf(link.settings, detail);
  if (alone === null) return null;
  const { side, here, there } = alone;
  const gone = alone.lost.kind === 'silent' ? 'gives no answer' : 'is lost';
  if (to.kind === 'time') {
    return refuse(
      'bad-input',
      `${here} does not follow, so it can't go back to a time, and no failover of ${link.id} to one is possible.`,
      `/repl failover ${link.id} without --to lets it serve what it had when it was stopped.`,
    );
  }
  const acts = actsFor(link.settings);
  const stays = noUndo(`Stopped again, ${here} would leave nobody who takes writes.`);
  return {
    summary:
      alone.unproven === null
        ? `Let ${here} serve again with what it had when it was stopped, because ${there} ${gone}.`
        : `Let ${here} serve with what it has, because ${there} ${gone}.`,
    steps: [
      personStep(fenceAct(link, alone)),
      changeStep(acts.startService(side, 'alone'), serviceBudgetMs, stays, { pointOfNoReturn: true }),
      changeStep(acts.setDefaultTarget(side, link.settings.virtualCluster), serviceBudgetMs, stays),
      lookStep(acts.verifyService(side), serviceBudgetMs),
      personStep(redirectAct(link, here)),
      lookStep(acts.checkSplitBrain(side), serviceBudgetMs),
    ],
    predictedLoss: lossOf(alone),
    predictedDowntime: {
      ms: null,
      words: `Until ${here} serves: seconds after the first step is confirmed; then people redirect the traffic.`,
    },
    warnings: warningsOf(link, alone),
  };
}

/** The way of the team goes first; a side that was put into service comes back with it. */
function fenceAct({ settings }: PcrLink, { here, there }: Alone): Act {
  const act = fenceByHandAct(there, here, settings.fencing ?? null);
  // Told whether or not it does: one that is about to die does so now and then, and the approval is of these words.
  const alive = `If ${there} accepts connections, it may serve this very moment: confirm only once it is cut off from its applications, or powered off.`;
  const back = `Confirm only if ${there} is lost, or can't come back to its applications by itself: a side that served does so again when its nodes start.`;
  return { ...act, statements: [alive, ...act.statements, back] };
}

function lossOf(alone: Alone): Estimate {
  const { here, there, said, unproven, upTo } = alone;
  if (unproven !== null) return lossUnproven(alone, unproven);
  const both = upTo === null ? '' : ` Up to ${spellTime(upTo)} it has all that ${there} had.`;
  const kept = `${here} has everything that it took until it was stopped.${both}`;
  if (said === null)
    return { ms: null, words: `What ${there} took since it was promoted, if it served; how much that is is not known. ${kept}` };
  const seen = spellTime(said.at);
  if (said.writable === 'no')
    return {
      ms: null,
      words: `What ${there} took after it was last seen, at ${seen}, if it served since; it took no writes then. ${kept}`,
    };
  const since = upTo === null ? 'since it was promoted' : `after ${spellTime(upTo)}, when it was promoted`;
  const proof = said.writable === 'yes' ? `; it took writes when it was last seen, at ${seen}` : '';
  return { ms: null, words: `Every write that ${there} took ${since}${proof}. ${kept}` };
}

/** Both that it served and that it never did fit what is known, and they differ in all that the other side took since. */
const lossUnproven = ({ here, there }: Alone, own: Micros): Estimate => ({
  ms: null,
  words: `Whether ${here} served after ${spellTime(own)}, when it was promoted, is not known. If it did, what ${there} took after ${here} was stopped is given up. If it never did, all that ${there} took after ${spellTime(own)} is.`,
});

function warningsOf({ id }: PcrLink, { here, there, lost, unproven }: Alone): readonly string[] {
  return [
    ...(lost.kind === 'silent'
      ? [
          `${there} is not proven to be lost: it accepts connections and gives no answer, so it may be slow, and take writes. Wait until it answers, or cut it off from its applications before the first step is confirmed.`,
        ]
      : []),
    ...(unproven === null
      ? []
      : [
          `${here} was promoted to ${spellTime(unproven)}, and neither an earlier look nor a run of the bot tells whether it was put to use since. Find out which it is before you approve this: what is given up differs.`,
        ]),
    `${problemOf(there, lost)} So the bot can't see whether it serves, and the first step asks a person to see that it does not: if ${there} is alive, or comes back by itself, it takes writes while ${here} does too (split brain).`,
    `If ${there} may come back soon, make it reachable instead: what it took since it was promoted is only there.`,
    `If ${there} answers before ${here} is started, the run stops and asks.`,
    `After this nothing protects ${here}. Once ${there} is back: /repl fence ${id} --keep ${here} if it serves, then /repl failback ${id} or /repl rebuild ${id} makes it follow.`,
  ];
}
