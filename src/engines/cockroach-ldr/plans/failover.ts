import { otherSide, type Side } from '../../../domain/observation.ts';
import type { Operation } from '../../../domain/operation.ts';
import { isRefusal, type Refusal, refuse } from '../../../domain/refusal.ts';
import { spell, spellTime } from '../../cockroach/spell.ts';
import { lookStep, notNow, type Outline, personStep, redirectAct } from '../../frame/drafts.ts';
import { actsFor } from '../acts.ts';
import type { LdrLink } from '../config.ts';
import type { LdrDetail } from '../detail.ts';
import { movedFeeds } from '../feeds.ts';
import { type Flow, lagMsOf, readOf, replicatedOf } from '../flow.ts';
import { isExpired, limitsOf, queueWarnings, soundFlow, standing } from '../scene.ts';
import { waitingOn } from '../waiting.ts';
import { phaseWords } from '../words.ts';
import { isBoth, lookBudgetMs, planSwitchover, targetOf } from './move.ts';
import { endStep } from './refill.ts';

type Failover = Extract<Operation, { kind: 'failover' }>;

export function planFailover(operation: Failover, link: LdrLink, detail: LdrDetail): Outline | Refusal {
  const { settings, id } = link;
  if (operation.to.kind === 'time') {
    return refuse(
      'bad-input',
      `Logical replication keeps no past states, so ${id} can't be failed over to ${spellTime(BigInt(operation.to.at) * 1000n)}.`,
      'Leave the time out: applications then use what has arrived.',
    );
  }
  if (operation.topology !== undefined) {
    return refuse(
      'bad-input',
      `CockroachDB spreads the tables of ${id} by itself, so a failover can't set a topology.`,
      'Leave the topology out.',
    );
  }
  const into = survivor(link, detail);
  const flow = soundFlow('failover', link, detail, into);
  if (isRefusal(flow)) return flow;
  const [here, there] = [settings[into].cluster, settings[otherSide(into)].cluster];
  const lagMs = lagMsOf(flow);
  if (lagMs === null) {
    return notNow(
      `${here} has no full copy yet (${phaseWords[flow.phase]}), so no failover of ${id} is possible.`,
      'Wait until the initial scan has ended.',
    );
  }
  const acts = actsFor(settings);
  const ends = isBoth(link) ? [] : flow.jobs.map((job) => endStep(acts, into, job));
  return {
    summary: `Send applications to ${here} with what has arrived there from ${there}.`,
    steps: [
      lookStep(acts.takeStock(into), lookBudgetMs),
      // From here on applications write where the other side may never see it.
      {
        ...personStep(redirectAct(link, here, `Redirect application traffic to ${here}, and keep it away from ${there}`)),
        pointOfNoReturn: true,
      },
      ...ends,
    ],
    predictedLoss: lossOf(link, flow, lagMs),
    predictedDowntime: { ms: null, words: `${here} takes writes already; it lasts as long as people take to redirect the traffic.` },
    warnings: failoverWarnings(link, detail, flow),
  };
}

/** Both ways, the side that answers; one way, the side that follows. */
function survivor(link: LdrLink, detail: LdrDetail): Side {
  if (!isBoth(link)) return targetOf(link, detail);
  return readOf(detail, 'standby') === null && readOf(detail, 'primary') !== null ? 'primary' : 'standby';
}

function lossOf(link: LdrLink, flow: Flow, lagMs: number) {
  const there = link.settings[otherSide(flow.into)].cluster;
  const back = isBoth(link)
    ? `. They are not lost for good if ${there} comes back within 24 h: they arrive then, and the later write of a row wins.`
    : ` and stay on ${there} only.`;
  return {
    ms: lagMs + 10_000,
    words: `The writes of at most the last ${spell(lagMs + 10_000)} on ${there} have not arrived${back} ${standing(link, flow)}${queued(link, flow)}`,
  };
}

/** One way, the job is ended for good, so that nothing applies later what waits in a dead letter queue. */
function queued(link: LdrLink, { into, read }: Flow): string {
  const { rows, words, unread } = waitingOn(read);
  if (isBoth(link) || (rows === 0 && !unread)) return '';
  const place = `in the dead letter queue of ${link.settings[into].cluster}`;
  if (rows === 0) return ` What waits ${place} could not be read: if anything does and nobody handles it, no table there has it.`;
  const [wait, them] = rows === 1 ? ['waits', 'it'] : ['wait', 'them'];
  return ` Beside them ${words} ${wait} ${place}: if nobody handles ${them}, no table there has ${them}.`;
}

/** The source answers, so there may be a way that loses less. */
function aliveWarnings(link: LdrLink, detail: LdrDetail, flow: Flow): readonly string[] {
  if (readOf(detail, otherSide(flow.into)) === null) return [];
  const { id } = link;
  const there = link.settings[otherSide(flow.into)].cluster;
  const halted = flow.phase === 'paused' || flow.phase === 'gave-up';
  if (halted && isExpired(detail, flow)) {
    return [
      `${there} answers: this failover gives up everything written there since ${spellTime(replicatedOf(flow))}. If applications can go on with ${there}, /repl rebuild ${id} keeps those writes.`,
    ];
  }
  if (halted) return [`${there} answers: after /repl resume ${id} has let replication catch up, a switchover would lose nothing.`];
  const instead = planSwitchover({ kind: 'switchover', link: id }, link, detail);
  const same = targetOf(link, detail) === flow.into;
  return isRefusal(instead) || !same
    ? [
        `${there} answers: see whether it can be kept. ${isRefusal(instead) ? `A switchover is not possible now: ${instead.sentence}` : ''}`.trim(),
      ]
    : [`${there} answers: a switchover of ${id} would lose nothing.`];
}

function failoverWarnings(link: LdrLink, detail: LdrDetail, flow: Flow): readonly string[] {
  const [here, there] = [link.settings[flow.into].cluster, link.settings[otherSide(flow.into)].cluster];
  const after = isBoth(link)
    ? [
        `Both jobs stay and try again. If ${there} stays away for more than 24 h they end, and /repl failback ${link.id} fills ${there} anew from ${here}.`,
      ]
    : [
        `The job into ${here} is ended for good after the redirect, so that nothing late overwrites newer rows. /repl failback ${link.id} later fills ${there} anew and lets it follow.`,
      ];
  return [
    ...aliveWarnings(link, detail, flow),
    isBoth(link)
      ? `Until writes are redirected nothing is changed: cancel the run. From then on applications write on ${here}, and going back to ${there} is without loss only after ${there} has those writes too: that is /repl failback ${link.id}.`
      : `Until writes are redirected nothing is changed: cancel the run. From then on there is no way back without loss: what applications write on ${here} never reaches ${there} by itself.`,
    `CockroachDB can't fence ${there}: applications that still reach it go on writing there, and those writes ${isBoth(link) ? `come to ${here} when they can` : `never come to ${here}`}.`,
    ...queueWarnings(link, detail, flow.into),
    ...movedFeeds(link, detail, flow.into),
    ...after,
    ...limitsOf(link),
  ];
}
