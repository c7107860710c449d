import { otherSide } from '../../../domain/observation.ts';
import type { Operation } from '../../../domain/operation.ts';
import type { Estimate } from '../../../domain/plan.ts';
import { isRefusal, type Refusal, refuse } from '../../../domain/refusal.ts';
import { spell, spellTime } from '../../cockroach/spell.ts';
import { lookStep, type Outline, personStep, redirectAct } from '../../frame/drafts.ts';
import { actsFor } from '../acts.ts';
import type { LdrLink } from '../config.ts';
import type { LdrDetail } from '../detail.ts';
import { movedFeeds } from '../feeds.ts';
import { readOf } from '../flow.ts';
import { isExpired, limitsOf, queueWarnings } from '../scene.ts';
import { waitingOn } from '../waiting.ts';
import { tablesAt } from '../words.ts';
import { type Arrivals, arrivalsOn, isWholeIn, survivor } from './arrivals.ts';
import { isBoth, lookBudgetMs, planSwitchover, targetOf } from './move.ts';
import { endStep } from './refill.ts';
import { wayBackFrom } from './way-back.ts';

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
  const arrivals = arrivalsOn(link, detail, into);
  if (isRefusal(arrivals)) return arrivals;
  const [here, there] = [settings[into].cluster, settings[otherSide(into)].cluster];
  const acts = actsFor(settings);
  const ends = isBoth(link) ? [] : (arrivals.flow?.jobs ?? []).map((job) => endStep(acts, into, job));
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
    predictedLoss: lossOf(link, arrivals),
    predictedDowntime: { ms: null, words: `${here} takes writes already; it lasts as long as people take to redirect the traffic.` },
    warnings: failoverWarnings(link, detail, arrivals),
  };
}

function lossOf(link: LdrLink, arrivals: Arrivals): Estimate {
  const { into, lagMs, at } = arrivals;
  const [here, there] = [link.settings[into].cluster, link.settings[otherSide(into)].cluster];
  const back =
    isBoth(link) && isLiveWhole(arrivals)
      ? `. They are not lost for good if ${there} comes back within 24 h: they arrive then, and the later write of a row wins.`
      : ` and stay on ${there} only.`;
  const whole = isWholeIn(arrivals);
  return {
    ms: whole ? lagMs + 10_000 : null,
    words: `The writes of at most the last ${spell(lagMs + 10_000)} on ${there} have not arrived${back} ${here} has everything${whole ? '' : ' else'} up to ${spellTime(at)}, ${spell(lagMs)} ago.${gaps(link, arrivals)}${queued(link, arrivals)}`,
  };
}

/** Live jobs bring all tables. */
const isLiveWhole = ({ flow }: Arrivals): boolean => flow !== null && flow.missing.length === 0;

/** Tables of which no time is known. */
function gaps({ settings }: LdrLink, { into, unfilled, unlisted }: Arrivals): string {
  const here = settings[into].cluster;
  const parts = [
    unfilled.length === 0
      ? ''
      : ` ${tablesAt(settings, into, unfilled)} on ${here} never had a full copy: rows of any age are missing there.`,
    unlisted.length === 0
      ? ''
      : ` What ${here} has of ${tablesAt(settings, into, unlisted)} is not known: no job is listed that brought it.`,
  ];
  return parts.join('');
}

/** One way, nothing applies later what waits in a dead letter queue. */
function queued(link: LdrLink, { into, read }: Arrivals): string {
  const { rows, words, unread } = waitingOn(read);
  if (isBoth(link) || (rows === 0 && !unread)) return '';
  const place = `in the dead letter queue of ${link.settings[into].cluster}`;
  if (rows === 0) return ` What waits ${place} could not be read: if anything does and nobody handles it, no table there has it.`;
  const [wait, them] = rows === 1 ? ['waits', 'it'] : ['wait', 'them'];
  return ` Beside them ${words} ${wait} ${place}: if nobody handles ${them}, no table there has ${them}.`;
}

/** The source answers, so there may be a way that loses less. */
function aliveWarnings(link: LdrLink, detail: LdrDetail, { into, flow, at }: Arrivals): readonly string[] {
  if (readOf(detail, otherSide(into)) === null) return [];
  const { id } = link;
  const there = link.settings[otherSide(into)].cluster;
  const gone = `${there} answers: this failover gives up everything written there since ${spellTime(at)}. If applications can go on with ${there}`;
  if (flow === null) {
    return [
      `${gone}, /repl setup ${id} --from last keeps those writes while ${there} has the history since then, and /repl rebuild ${id} after that.`,
    ];
  }
  const halted = flow.phase === 'paused' || flow.phase === 'gave-up';
  if (halted && isExpired(detail, flow)) return [`${gone}, /repl rebuild ${id} keeps those writes.`];
  if (halted) return [`${there} answers: after /repl resume ${id} has let replication catch up, a switchover would lose nothing.`];
  const instead = planSwitchover({ kind: 'switchover', link: id }, link, detail);
  const same = targetOf(link, detail) === into;
  return isRefusal(instead) || !same
    ? [
        `${there} answers: see whether it can be kept. ${isRefusal(instead) ? `A switchover is not possible now: ${instead.sentence}` : ''}`.trim(),
      ]
    : [`${there} answers: a switchover of ${id} would lose nothing.`];
}

/** Jobs that are over end nothing any more, and may have been ended by a move to this very side. */
function overWarnings({ settings }: LdrLink, { into, over, flow }: Arrivals): readonly string[] {
  if (over.length === 0) return [];
  const here = settings[into].cluster;
  const jobs = over.map(({ id, status, covers, replicated }) => {
    const until = replicated === null ? 'no full copy' : `everything up to ${spellTime(BigInt(replicated))}`;
    return `job ${id} (${tablesAt(settings, into, covers)}): ${status}, ${until}`;
  });
  return [
    `Over already on ${here}: ${jobs.join('; ')}.${flow === null ? ` If a switchover or a failover ended this, applications use ${here} already: then cancel, there is nothing left to do.` : ''}`,
  ];
}

function failoverWarnings(link: LdrLink, detail: LdrDetail, arrivals: Arrivals): readonly string[] {
  const { into } = arrivals;
  const [here, there] = [link.settings[into].cluster, link.settings[otherSide(into)].cluster];
  const late = isBoth(link) && isLiveWhole(arrivals);
  return [
    ...aliveWarnings(link, detail, arrivals),
    ...overWarnings(link, arrivals),
    isBoth(link)
      ? `Until writes are redirected nothing is changed: cancel the run. From then on applications write on ${here}, and going back to ${there} is without loss only after ${there} has those writes too: that is /repl failback ${link.id}.`
      : `Until writes are redirected nothing is changed: cancel the run. From then on there is no way back without loss: what applications write on ${here} never reaches ${there} by itself.`,
    `CockroachDB can't fence ${there}: applications that still reach it go on writing there, and those writes ${late ? `come to ${here} when they can` : `never come to ${here}`}.`,
    ...queueWarnings(link, detail, into),
    ...movedFeeds(link, detail, into),
    ...(isBoth(link) ? afterBoth(link, detail, arrivals) : [afterOne(link, arrivals)]),
    ...limitsOf(link),
  ];
}

function afterOne({ settings, id }: LdrLink, { into, flow }: Arrivals): string {
  const [here, there] = [settings[into].cluster, settings[otherSide(into)].cluster];
  const ended =
    flow === null
      ? `No job writes into ${here} any more, so nothing has to be done in CockroachDB before applications use it.`
      : `The job into ${here} is ended for good after the redirect, so that nothing late overwrites newer rows.`;
  return `${ended} /repl failback ${id} later fills ${there} anew and lets it follow.`;
}

/** Both ways, jobs on a side that is lost go on when it comes back, if there were any. */
function afterBoth(link: LdrLink, detail: LdrDetail, arrivals: Arrivals): readonly string[] {
  const { into } = arrivals;
  const [here, there] = [link.settings[into].cluster, link.settings[otherSide(into)].cluster];
  const own = isLiveWhole(arrivals) ? `The job into ${here} stays and tries again.` : `Not every table on ${here} has a job any more.`;
  const late = `If ${there} stays away for more than 24 h, /repl failback ${link.id} fills it anew from ${here}.`;
  const back = wayBackFrom(link, detail, into);
  if (back.kind === 'broken') return [`${back.words} After this nothing protects ${here}. ${own} ${back.mend}`];
  if (back.kind === 'follows') return [`${own} So does the job back into ${there}. ${late}`];
  return [
    `${own} Whether a job on ${there} brings writes back there can't be seen now; if one does, it goes on when ${there} is back. ${late}`,
  ];
}
