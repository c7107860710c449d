import { otherSide, type Side } from '../../../domain/observation.ts';
import type { Act } from '../../../domain/plan.ts';
import { isRefusal, type Refusal } from '../../../domain/refusal.ts';
import { quoteIdentifier } from '../../../transports/sql-quoting.ts';
import { problemOf } from '../../cockroach/deaf.ts';
import { isAtLeast } from '../../cockroach/version.ts';
import { changeStep, type Draft, lookStep, notNow, noUndo, type Outline, personAct, personStep, undoBy } from '../../frame/drafts.ts';
import { type Acts, actsFor, kinds } from '../acts.ts';
import type { LdrLink } from '../config.ts';
import type { JobView, LdrDetail } from '../detail.ts';
import { type Flow, flowsOf, isLive, phaseOf } from '../flow.ts';
import { connectionOf, gatewayRefusal, reachInto } from '../reach.ts';
import { expired, expiredWarning, isExpired, noDowntime, noLoss, pauseLimit, queueWarnings, sides } from '../scene.ts';
import { countdown, leadOf, phaseWords, reasonOf, wayOf } from '../words.ts';
import { endStep } from './refill.ts';

/** A pause, a resume: answered at once, with effect within seconds, ms. */
const budgetMs = 120_000;
const proofBudgetMs = 30 * 60_000;

const stands = (job: JobView): boolean => ['paused', 'gave-up'].includes(phaseOf(job));
const goes = (job: JobView): boolean => ['following', 'scanning', 'starting', 'retrying'].includes(phaseOf(job));

/** Sides that can't be asked: what they have of jobs stays as it is. */
const unseen = ({ settings }: LdrLink, detail: LdrDetail): readonly string[] =>
  sides.flatMap((side) => {
    const problem = problemOf(settings[side].cluster, detail[side]);
    return problem === null ? [] : [`${problem} A job there, if there is one, stays as it is.`];
  });

/** The flows that are there; a refusal when none is seen. */
function flowsFor(operation: 'pause' | 'resume' | 'reconnect' | 'teardown', link: LdrLink, detail: LdrDetail): readonly Flow[] | Refusal {
  const flows = flowsOf(link.settings, detail);
  if (flows.length > 0) return flows;
  const deaf = unseen(link, detail);
  return notNow(
    `No job of ${link.id} is ${deaf.length === 0 ? 'there' : 'known'}, so there is nothing for a ${operation}. ${deaf.join(' ')}`.trim(),
    deaf.length === 0 ? `/repl setup ${link.id} starts replication.` : 'Make both sides reachable for the bot, then ask again.',
  );
}

const stepsOn = (flows: readonly Flow[], which: (job: JobView) => boolean, make: (side: Side, job: JobView) => Draft): readonly Draft[] =>
  flows.flatMap(({ into, jobs }) => jobs.filter(which).map((job) => make(into, job)));

const pauseStep = (acts: Acts) => (side: Side, job: JobView) =>
  changeStep(acts.pause(side, job.id), budgetMs, undoBy(acts.resume(side, job.id)));
const resumeStep = (acts: Acts) => (side: Side, job: JobView) =>
  changeStep(acts.resume(side, job.id), budgetMs, undoBy(acts.pause(side, job.id)));

export function planPause(link: LdrLink, detail: LdrDetail): Outline | Refusal {
  const flows = flowsFor('pause', link, detail);
  if (isRefusal(flows)) return flows;
  const steps = stepsOn(flows, goes, pauseStep(actsFor(link.settings)));
  if (steps.length === 0) return nothingTo('pause', link, flows);
  const ways = flows.map(({ into }) => wayOf(link.settings, into));
  return {
    summary: `Pause replication ${ways.join(' and ')}.`,
    steps,
    predictedLoss: noLoss('Nothing is lost; the side that follows only falls behind.'),
    predictedDowntime: noDowntime,
    warnings: [
      ...flows.map(({ into }) => pauseLimit(link, into)),
      'While replication is paused, a failover goes without everything written since the pause.',
      ...unseen(link, detail),
    ],
  };
}

function nothingTo(operation: 'pause' | 'resume', link: LdrLink, flows: readonly Flow[]): Refusal {
  const states = flows.map(({ into, phase }) => `${wayOf(link.settings, into)}: ${phaseWords[phase]}`).join('; ');
  return notNow(
    `There is nothing to ${operation} on ${link.id} (${states}).`,
    flows.some(({ phase }) => phase === 'pausing')
      ? 'A pause is still being carried out; ask again in a few seconds.'
      : operation === 'pause'
        ? `To go on, ask for a resume of ${link.id}.`
        : `/repl status ${link.id} shows what it does.`,
  );
}

export function planResume(link: LdrLink, detail: LdrDetail): Outline | Refusal {
  const flows = flowsFor('resume', link, detail);
  if (isRefusal(flows)) return flows;
  const pausing = flows.some(({ jobs }) => jobs.some((job) => phaseOf(job) === 'pausing'));
  const stale = staleOf(detail, flows);
  const live = flows.filter((flow) => !stale.includes(flow));
  const steps = stepsOn(live, stands, resumeStep(actsFor(link.settings)));
  const [first] = stale;
  if (first !== undefined && steps.length === 0 && !pausing) return expired('resume', link, detail, first);
  if (steps.length === 0 || pausing)
    return nothingTo(
      'resume',
      link,
      flows.map((flow) => (pausing ? { ...flow, phase: 'pausing' as const } : flow)),
    );
  return {
    summary: `Resume replication ${live
      .filter(({ jobs }) => jobs.some(stands))
      .map(({ into }) => wayOf(link.settings, into))
      .join(' and ')}.`,
    steps,
    predictedLoss: noLoss('Nothing is lost; the side that follows catches up.'),
    predictedDowntime: noDowntime,
    warnings: [
      ...stale.map(({ into }) => expiredWarning(link, detail, into)),
      ...live
        .filter(({ phase }) => phase === 'gave-up')
        .map(
          (flow) =>
            `${wayOf(link.settings, flow.into)} paused itself after an error (${whyOf(flow)}); if the cause is still there it will do so again.`,
        ),
      ...flows.flatMap(({ into }) => queueWarnings(link, detail, into)),
      ...unseen(link, detail),
    ],
  };
}

/** Flows that stand still and can't go on any more. */
const staleOf = (detail: LdrDetail, flows: readonly Flow[]): readonly Flow[] =>
  flows.filter((flow) => flow.jobs.some(stands) && isExpired(detail, flow));

function whyOf(flow: Flow): string {
  const lead = leadOf(flow);
  return lead === undefined ? 'it does not say which' : reasonOf(lead) || 'it does not say which';
}

/** Ends the replication; tables, rows, users and connections stay. */
export function planTeardown(link: LdrLink, detail: LdrDetail): Outline | Refusal {
  const flows = flowsFor('teardown', link, detail);
  if (isRefusal(flows)) return flows;
  const acts = actsFor(link.settings);
  const ways = flows.map(({ into }) => wayOf(link.settings, into)).join(' and ');
  const names = flows.map(
    ({ into }) =>
      `DROP EXTERNAL CONNECTION ${quoteIdentifier(connectionOf(link.settings, into) || 'none')} on ${link.settings[into].cluster}`,
  );
  return {
    summary: `End replication ${ways} for good.`,
    steps: stepsOn(flows, isLive, (side, job) => endStep(acts, side, job)),
    predictedLoss: noLoss(
      'No row is deleted: both sides keep what they have, and writes that have not arrived yet stay where they were made.',
    ),
    predictedDowntime: noDowntime,
    warnings: [
      `It cannot be taken back: to start again, everything is copied anew, unless /repl setup ${link.id} --from last comes while the source still keeps the history since (gc.ttlseconds, 4 h unless changed).`,
      `From then on nothing protects the tables of ${link.id}, and they take schema changes again.`,
      `Tables, dead letter queues, users and external connections stay. If nobody else uses them: ${names.join('; ')}.`,
      ...flows.flatMap(({ into }) => queueWarnings(link, detail, into)),
      ...unseen(link, detail),
    ],
  };
}

/** Has the jobs take a renewed address, password or certificate: they read their connection when they start. */
export function planReconnect(link: LdrLink, detail: LdrDetail): Outline | Refusal {
  const all = flowsFor('reconnect', link, detail);
  if (isRefusal(all)) return all;
  const stale = staleOf(detail, all);
  const flows = all.filter((flow) => !stale.includes(flow));
  const [first] = stale;
  if (first !== undefined && flows.length === 0) return expired('reconnect', link, detail, first);
  const odd = flows.find(({ phase }) => phase === 'ending' || phase === 'strange' || phase === 'pausing');
  if (odd !== undefined) {
    return notNow(
      `${wayOf(link.settings, odd.into)}: ${phaseWords[odd.phase]}, so ${link.id} can't be reconnected now.`,
      'Wait until it is over, then ask again.',
    );
  }
  const byGateway = flows.map(({ into, read }) => gatewayRefusal(link, into, read)).find((refused) => refused !== null);
  if (byGateway !== undefined) return byGateway;
  const acts = actsFor(link.settings);
  return {
    summary: `Renew the external connection of ${flows.map(({ into }) => link.settings[into].cluster).join(' and of ')}, and have replication use it${flows.every(({ jobs }) => jobs.every(isHeld)) ? ' once it is resumed' : ''}.`,
    steps: flows.flatMap((flow) => reconnectSteps(link, detail, flow, acts)),
    predictedLoss: noLoss('Nothing is lost; replication stands still for a moment.'),
    predictedDowntime: noDowntime,
    warnings: [
      ...stale.map(({ into }) => expiredWarning(link, detail, into)),
      ...flows.flatMap((flow) => reconnectWarnings(link, flow)),
      'The former address and password are not kept: taking it back means writing them into the config again.',
      'If the new ones are wrong, replication pauses itself; mend them and ask for a resume within 24 h.',
      ...unseen(link, detail),
    ],
  };
}

const notKept = noUndo('What the connection held before is not known to the bot.');

function reconnectSteps(link: LdrLink, detail: LdrDetail, flow: Flow, acts: Acts): readonly Draft[] {
  const { into, jobs, read } = flow;
  const bounces = jobs
    .filter((job) => !isHeld(job))
    .map((job) =>
      changeStep(acts.bounce(into, job.id), budgetMs, noUndo('Replication has connected anew; there is nothing to take back.')),
    );
  const proofs = jobs.some(isHeld) ? [] : [lookStep(acts.proveAdvance(into, link.settings.maxLagMs, flow.missing), proofBudgetMs)];
  return [...loginSteps(link, detail, into, acts), ...renewSteps(link, into, isAtLeast(read.release, 25, 4), acts), ...bounces, ...proofs];
}

/** Somebody paused it by hand and wants it so: it reads its connection when it is resumed. */
const isHeld = (job: JobView): boolean => phaseOf(job) === 'paused';

/** What becomes of jobs that stand still: those that were paused by hand stay so, those that met an error are tried again. */
function reconnectWarnings({ settings, id }: LdrLink, flow: Flow): readonly string[] {
  const way = wayOf(settings, flow.into);
  const idsOf = (phase: 'paused' | 'gave-up') => flow.jobs.filter((job) => phaseOf(job) === phase).map((job) => job.id);
  const [held, stuck] = [idsOf('paused'), idsOf('gave-up')];
  const isRemade = reachInto(settings, flow.into) !== null && !isAtLeast(flow.read.release, 25, 4);
  const [here, name] = [settings[flow.into].cluster, connectionOf(settings, flow.into)];
  return [
    ...(isRemade
      ? [
          `${here} runs ${flow.read.release.text}, where ${name} can only be dropped and made anew: if CockroachDB refuses the new one, for instance because it can't connect by it, ${here} has none until the cause is mended. ${way} goes on until its job starts again, and stops then.`,
        ]
      : []),
    ...(held.length === 0
      ? []
      : [
          `${way} is paused by hand (job ${held.join(', ')}) and stays paused. It reads the renewed connection when it is resumed (/repl resume ${id}); whether that works is known only then. ${countdown(flow)}`,
        ]),
    ...(stuck.length === 0
      ? []
      : [
          `${way} paused itself after an error (job ${stuck.join(', ')}): it is let go on with the renewed connection, and pauses itself again if the cause is another one.`,
        ]),
  ];
}

/** Where nothing answers the bot, the nodes may still get through, at another address. One that keeps only the bot out can be tried. */
function loginSteps({ settings }: LdrLink, detail: LdrDetail, into: Side, acts: Acts): readonly Draft[] {
  const reach = reachInto(settings, into);
  const source = otherSide(into);
  const answers = detail[source].kind === 'read' || detail[source].kind === 'locked';
  return reach === null || reach.password === null || !answers ? [] : [lookStep(acts.proveLogin(source, reach.user), budgetMs)];
}

/** Before 25.4 a connection can't be changed, so it is dropped and made anew; a job that runs reads it again only when it connects. */
function renewSteps(link: LdrLink, into: Side, canAlter: boolean, acts: Acts): readonly Draft[] {
  const name = connectionOf(link.settings, into);
  if (reachInto(link.settings, into) === null) {
    const words = canAlter
      ? `ALTER EXTERNAL CONNECTION ${quoteIdentifier(name)} AS '…'`
      : `DROP EXTERNAL CONNECTION ${quoteIdentifier(name)}, then CREATE EXTERNAL CONNECTION ${quoteIdentifier(name)} AS '…'`;
    return [
      personStep(personAct(kinds.renewConnection, `Renew the external connection ${name} on ${link.settings[into].cluster}`, [words])),
    ];
  }
  const change = (act: Act): Draft => changeStep(act, budgetMs, notKept, { pointOfNoReturn: true });
  return canAlter ? [change(acts.alterConnection(into))] : [change(acts.dropConnection(into, true)), change(acts.createConnection(into))];
}
