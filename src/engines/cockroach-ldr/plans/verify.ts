import { otherSide } from '../../../domain/observation.ts';
import { isRefusal, type Refusal } from '../../../domain/refusal.ts';
import { problemOf } from '../../cockroach/deaf.ts';
import { lookStep, notNow, type Outline } from '../../frame/drafts.ts';
import { actsFor } from '../acts.ts';
import type { LdrLink } from '../config.ts';
import type { LdrDetail } from '../detail.ts';
import { movingFlow, queueWarnings, ttlCompareWarnings } from '../scene.ts';
import { compareBudgetMs, targetOf } from './move.ts';

const lookBudgetMs = 120_000;

/** Plans a comparison of both sides. Pure. */
export function planVerify(link: LdrLink, detail: LdrDetail): Outline | Refusal {
  const flow = movingFlow('verify', link, detail, targetOf(link, detail));
  if (isRefusal(flow)) return flow;
  const { settings, id } = link;
  const [here, there] = [settings[flow.into].cluster, settings[otherSide(flow.into)].cluster];
  const problem = problemOf(there, detail[otherSide(flow.into)]);
  if (problem !== null) return notNow(`${problem} A verify of ${id} needs both sides.`, 'Make it reachable for the bot, then ask again.');
  const acts = actsFor(settings);
  return {
    summary: `Compare every row of the link's tables on ${here} with ${there} as of one time. Nothing is changed.`,
    steps: [
      lookStep(acts.countQueue(flow.into, { lenient: true }), lookBudgetMs),
      lookStep(acts.compareTables(flow.into, 'now'), compareBudgetMs),
    ],
    predictedLoss: { ms: 0, words: 'Nothing is lost; this only reads.' },
    predictedDowntime: { ms: 0, words: 'Applications go on, but may become slower while everything is read.' },
    warnings: [
      `Every row on ${here} and on ${there} is read, which loads both clusters and can take hours.`,
      'A table that takes writes all the time can be proven equal only in a moment without them; otherwise the run says that it could not be compared.',
      ...ttlCompareWarnings(link, flow.into),
      'Sequences, users, privileges and settings are not compared.',
      ...queueWarnings(link, detail, flow.into),
      `While it runs, no other run of ${id} can start; cancel it if a failover is needed.`,
    ],
  };
}
