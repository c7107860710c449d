import type { ChannelId, LinkId, MessageTs, PlanHash, RunId, UserId } from '../domain/ids.ts';
import type { Link } from '../domain/link.ts';
import { deedOf } from '../domain/operation.ts';
import { type Halt, isFinal, type RunReport, type RunState, type RunView, type StepView } from '../domain/run.ts';
import type { RunEnding } from '../domain/run-ending.ts';

/** What an incident channel is told of a changing run, neutral of any chat. */
export interface IncidentNotice {
  readonly run: RunId;
  readonly link: LinkId;
  readonly environment: string;
  readonly description: string;
  /** What the run does, as titles begin. */
  readonly operation: string;
  /** One sentence: what the run does. */
  readonly summary: string;
  readonly planHash: PlanHash;
  readonly state: RunState;
  readonly direction: RunView['direction'];
  readonly askedBy: UserId;
  readonly reason: string | null;
  readonly glassBroken: RunView['glassBroken'];
  readonly approvedBy: readonly UserId[];
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** The step under way, stopped at or next; null when there is none. */
  readonly step: { readonly number: number; readonly of: number; readonly title: string } | null;
  readonly predictedLoss: string;
  readonly predictedDowntime: string;
  readonly halt: Pick<Halt, 'sentence' | 'databases' | 'next'> | null;
  readonly report: RunReport | null;
  readonly ending: RunEnding | null;
  /** Where the run's own thread is; null while it has no message. */
  readonly thread: { readonly channel: ChannelId; readonly ts: MessageTs } | null;
}

export interface ChannelNotice {
  readonly key: `incident:${string}`;
  readonly channel: ChannelId;
  readonly notice: IncidentNotice;
}

/**
 * What each incident channel of the link has to show now: one message a channel, from the start of the run (or from the moment
 * somebody goes without approval) until its end. A channel that holds the run's own message is left out. Pure.
 */
export function incidentNotices(run: RunView, link: Link): readonly ChannelNotice[] {
  if (run.startedAt === null && run.glassBroken === null) return [];
  const own = run.posted['run'];
  const shownAlready = (channel: ChannelId): boolean =>
    channel === (own?.channel ?? run.origin.channel) && own?.failed == null && run.origin.thread === null;
  const notice = noticeOf(run, link);
  return [...new Set(link.incidentChannels)]
    .filter((channel) => !shownAlready(channel))
    .map((channel) => ({ key: `incident:${channel}`, channel, notice }));
}

function noticeOf(run: RunView, link: Link): IncidentNotice {
  const own = run.posted['run'];
  return {
    run: run.id,
    link: run.plan.link,
    environment: link.environment,
    description: link.description,
    operation: deedOf(run.plan.operation),
    summary: run.plan.summary,
    planHash: run.planHash,
    state: run.state,
    direction: run.direction,
    askedBy: run.origin.person,
    reason: run.reason,
    glassBroken: run.glassBroken,
    approvedBy: run.approvedBy,
    startedAt: run.startedAt,
    endedAt: run.endedAt,
    step: stepOf(run),
    predictedLoss: run.plan.predictedLoss.words,
    predictedDowntime: run.plan.predictedDowntime.words,
    halt: run.halt,
    report: run.report,
    ending: run.ending,
    thread: own === undefined || own.ts === null ? null : { channel: own.channel, ts: own.ts },
  };
}

function stepOf(run: RunView): IncidentNotice['step'] {
  if (isFinal(run.state) || run.startedAt === null) return null;
  const index = presentStep(run);
  const step = run.plan.steps[index];
  return step === undefined ? null : { number: index + 1, of: run.plan.steps.length, title: step.title };
}

function presentStep(run: RunView): number {
  const halted = run.plan.steps.findIndex((step) => run.halt !== null && step.id === run.halt.step);
  if (halted >= 0) return halted;
  const forward = (step: StepView): boolean => step.state === 'todo' || step.state === 'underway';
  if (run.direction === 'forward') return run.steps.findIndex(forward);
  const undoing = run.steps.findIndex((step) => step.state === 'undoing');
  const undoable = run.steps.findLastIndex(
    (step, index) => run.plan.steps[index]?.undo.kind === 'act' && (step.state === 'done' || step.state === 'underway'),
  );
  return undoing >= 0 ? undoing : undoable;
}
