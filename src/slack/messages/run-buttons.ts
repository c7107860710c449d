import { deedOf } from '../../domain/operation.ts';
import type { RunView } from '../../domain/run.ts';
import { passedReturn, type Standing, toUndo } from '../../domain/standing.ts';
import { type Button, type ButtonTarget, button } from './actions.ts';
import { oneLine } from './foreign.ts';
import { awaited } from './present.ts';
import { count, shortHash } from './words.ts';

/** The buttons that fit the state of a run; none once it is over. */
export function buttonsOf(run: RunView): readonly Button[] {
  switch (run.state) {
    case 'awaiting-approval':
      return [...(run.requirement?.means.includes('button') ? [approve(run), deny(run)] : []), cancelWaiting(run)];
    case 'proposed':
    case 'queued':
      return [cancelWaiting(run)];
    case 'running':
      return whileRunning(run);
    case 'halted':
      return whileHalted(run);
    default:
      return [];
  }
}

const about = (run: RunView, step: string | null = null): ButtonTarget => ({ run: run.id, planHash: run.planHash, step });
const what = (run: RunView): string => `the ${deedOf(run.plan.operation)} of ${run.plan.link}`;
const question = (verb: string, run: RunView): string => `${verb} ${what(run)}?`;
const sentence = (text: string, max: number): string => (text.length <= max ? text : `${text.slice(0, max - 1)}…`);

function approve(run: RunView): Button {
  const loss = sentence(oneLine(run.plan.predictedLoss.words), 90);
  const downtime = sentence(oneLine(run.plan.predictedDowntime.words), 90);
  return button({
    verb: 'approve',
    label: 'Approve',
    spoken: `Approve ${what(run)}`,
    target: about(run),
    style: 'primary',
    ask: {
      question: question('Approve', run),
      text: `You approve plan ${shortHash(run.planHash)}, ${count(run.plan.steps.length, 'step')}. ${loss} ${downtime}`,
      yes: 'Approve',
      no: 'Back',
    },
  });
}

function deny(run: RunView): Button {
  return button({
    verb: 'deny',
    label: 'Deny',
    spoken: `Deny ${what(run)}`,
    target: about(run),
    style: 'danger',
    ask: {
      question: question('Deny', run),
      text: `One veto ends this run. Nothing has been changed so far. Plan ${shortHash(run.planHash)}.`,
      yes: 'Deny',
      no: 'Back',
    },
  });
}

const cancelWaiting = (run: RunView): Button =>
  button({
    verb: 'cancel',
    label: 'Cancel',
    spoken: `Cancel ${what(run)}`,
    target: about(run),
    ask: {
      question: question('Cancel', run),
      text: 'Nothing has been changed so far. The run ends here.',
      yes: 'Cancel the run',
      no: 'Back',
    },
  });

function whileRunning(run: RunView): readonly Button[] {
  const waiting = awaited(run);
  const confirms = waiting === null ? [] : [confirmStep(run, waiting)];
  if (run.direction !== 'forward' || run.cancelAskedBy !== null) return confirms;
  if (passedReturn(run) === null) return [...confirms, takeBack(run)];
  // What only waits for people may be given up, so that the link is free for a failover.
  return waiting === null ? confirms : [...confirms, giveUp(run)];
}

function confirmStep(run: RunView, { number, step }: Standing): Button {
  const redirects = /redirect/i.test(step.kind);
  return button({
    verb: 'confirm',
    label: redirects ? 'I have redirected the traffic' : 'I have done this',
    spoken: `Confirm step ${number} of ${run.plan.link}: done`,
    target: about(run, step.id),
    style: 'primary',
    ask: {
      question: `Is step ${number} done?`,
      text: `${sentence(oneLine(step.title), 200)}. The run goes on as soon as you confirm.`,
      yes: 'Yes, it is done',
      no: 'Not yet',
    },
  });
}

function whileHalted(run: RunView): readonly Button[] {
  const step = run.halt?.step ?? null;
  const target = about(run, step);
  const retry = button({
    verb: 'retry',
    label: 'Retry',
    spoken: `Retry ${what(run)}`,
    target,
    style: 'primary',
    ask: {
      question: 'Try this step again?',
      text: 'The databases are looked at first. Nothing is done again that has been done.',
      yes: 'Retry',
      no: 'Back',
    },
  });
  const skip = button({
    verb: 'skip',
    label: 'Skip this step',
    spoken: `Skip the step of ${what(run)}`,
    target,
    style: 'danger',
    ask: {
      question: 'Go on without this step?',
      text: 'Skip only what you have done by hand or what is not needed. You will be asked for the reason, which is recorded.',
      yes: 'Skip',
      no: 'Back',
    },
  });
  const canTakeBack = run.direction === 'forward' && passedReturn(run) === null;
  return [retry, ...(step === null ? [] : [skip]), canTakeBack ? takeBack(run) : giveUp(run)];
}

const giveUp = (run: RunView): Button =>
  button({
    verb: 'cancel',
    label: 'Cancel and give up',
    spoken: `Give up ${what(run)}`,
    target: about(run),
    ask: {
      question: question('Give up', run),
      text: 'The run ends as failed and the databases stay as they are now. You finish by hand or with a new run.',
      yes: 'Give up',
      no: 'Back',
    },
  });

function takeBack(run: RunView): Button {
  const back = toUndo(run);
  const text =
    back.length === 0
      ? 'Nothing has been changed so far. The run ends here.'
      : `What was done is taken back, last first: ${back.map(({ step }) => (step.undo.kind === 'act' ? oneLine(step.undo.act.title) : '')).join('; ')}.`;
  return button({
    verb: 'cancel',
    label: back.length === 0 ? 'Cancel' : 'Cancel and take back',
    spoken: `Cancel ${what(run)}`,
    target: about(run),
    style: 'danger',
    ask: { question: question('Cancel', run), text, yes: back.length === 0 ? 'Cancel the run' : 'Take it back', no: 'Back' },
  });
}
