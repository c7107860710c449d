import { isFault } from '../domain/faults.ts';
import { type Refusal, refuse } from '../domain/refusal.ts';
import type { Reply } from '../domain/reply.ts';
import { unreachable } from '../domain/unreachable.ts';
import type { Address } from './answers.ts';
import type { Heard } from './heard.ts';
import { type ButtonTarget, isOffer, readButton, readOffer, type Verb, verbOf } from './messages/actions.ts';
import { skipView } from './modal.ts';
import { outsideRefusal } from './outsiders.ts';
import type { Mark, Route, RouteDeps } from './routes.ts';

type Clicked = Extract<Heard, { kind: 'clicked' }>;

const unreadable = refuse(
  'bad-input',
  'This button is of another version of the bot, so nothing happened.',
  'Use the command instead; `/repl help` shows them all.',
);
const withoutStep = refuse(
  'bad-input',
  'This button does not say which step it confirms, so nothing happened.',
  'Look at `/repl run RUN` and click there.',
);

/** Opens the dialog that asks for a reason; a refusal when Slack did not. */
async function askReason({ run, step }: ButtonTarget, { trigger, channel }: Clicked, { calls }: RouteDeps): Promise<Refusal | null> {
  try {
    await calls.call('views.open', { trigger_id: trigger, view: skipView({ run, step, channel }) });
    return null;
  } catch (cause) {
    if (!isFault(cause)) throw cause;
    // The dialog may be open after all; then this sentence does no harm.
    return refuse(
      'not-possible-now',
      'The dialog that asks for the reason could not be opened, so nothing happened.',
      `Use \`/repl skip ${run} --reason "…"\` instead, or click again.`,
    );
  }
}

function press(click: Clicked, deps: RouteDeps): Promise<Reply | null> | Reply {
  const verb = verbOf(click.actionId);
  const target = readButton(click.value);
  return verb === null || target === null ? unreadable : carryOut(verb, target, click, deps);
}

/** Null when there is nothing to say: the run's own message shows what came of it. */
async function carryOut(verb: Verb, target: ButtonTarget, click: Clicked, deps: RouteDeps): Promise<Reply | null> {
  const { app } = deps;
  const { run, step, planHash } = target;
  const { user: person } = click;
  switch (verb) {
    case 'approve':
      return app.vote({ run, person, choice: 'approve', means: 'button', reason: null, planHash });
    case 'deny':
      return app.vote({ run, person, choice: 'veto', means: 'button', reason: null, planHash });
    case 'confirm':
      return step === null ? withoutStep : app.confirm(run, step, person, 'button');
    case 'cancel':
      return app.cancel(run, person);
    case 'retry':
      return app.retry(run, person);
    case 'skip':
      return askReason(target, click, deps);
    default:
      return unreachable(verb);
  }
}

/** A button that asks for a change: exactly what the command asks for, in the name of whoever pressed it. */
async function askFor(click: Clicked, { app }: RouteDeps, { key }: Mark): Promise<Reply> {
  const asked = readOffer(click.value);
  const { channel, user: person } = click;
  if (asked === null || channel === null) return unreadable;
  const thread = asked.inThread ? (click.thread ?? click.message) : null;
  return app.takeUp(asked.link, asked.operation, { person, channel, thread, via: 'button', delivery: key, external: false });
}

/** A click on a button of ours. What does not count is answered in private. */
export const clicked: Route<'clicked'> = async (heard, deps, mark) => {
  const { user, channel, thread, responseUrl } = heard;
  const reply =
    (await outsideRefusal(channel, null, deps)) ?? (isOffer(heard.actionId) ? await askFor(heard, deps, mark) : await press(heard, deps));
  if (reply?.kind !== 'refusal') return;
  const address: Address = { user, channel, thread, responseUrl };
  await deps.answers.privately(address, deps.render(reply));
};
