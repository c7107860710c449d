import { isFault } from '../domain/faults.ts';
import type { RunId } from '../domain/ids.ts';
import type { Refusal } from '../domain/refusal.ts';
import type { Reply } from '../domain/reply.ts';
import type { Choice } from '../domain/run.ts';
import type { Heard } from './heard.ts';
import { outsideRefusal } from './outsiders.ts';
import { choiceOf, stanceOf } from './reactions.ts';
import { plainWords } from './response-url.ts';
import type { Route, RouteDeps } from './routes.ts';

type Reacted = Extract<Heard, { kind: 'reacted' }>;
type Stance = { readonly kind: 'read'; readonly choice: Choice | null } | { readonly kind: 'unreadable' };

/** What the person's reactions say now: events come late and in any order, the message does not. */
async function stance({ channel, ts, user }: Reacted, { calls, log }: RouteDeps): Promise<Stance> {
  try {
    const { message } = await calls.call('reactions.get', { channel, timestamp: ts, full: true });
    return { kind: 'read', choice: stanceOf(message?.reactions ?? [], user) };
  } catch (cause) {
    if (!isFault(cause)) throw cause;
    log.warn(
      { event: 'slack.reactions.unreadable', channel, error: cause.facts['error'] ?? null, cause },
      'The reactions of a message could not be read.',
    );
    return { kind: 'unreadable' };
  }
}

/** A message of ours that is younger may be one whose posting the journal does not know yet, ms. */
const youngMs = 60_000;
/** How long such a message is given, and how often it is asked for, ms. */
const knownWithinMs = 10_000;
const askEveryMs = 250;

/**
 * The run that the message belongs to; null for any other message. People see a message before the bot has written down that it
 * stands there, and a veto that comes in between must not be lost.
 */
async function runOf({ channel, ts, author }: Reacted, { app, clock, botUser }: RouteDeps): Promise<RunId | null> {
  const begunAt = clock.monotonic();
  const mayBeOurs = author === null || author === botUser();
  for (;;) {
    const run = await app.runOfMessage(channel, ts);
    const isYoung = mayBeOurs && clock.now() - Number(ts) * 1_000 < youngMs;
    if (run !== null || !isYoung || clock.monotonic() - begunAt > knownWithinMs) return run;
    await clock.sleep(askEveryMs);
  }
}

/** Whoever reacts without effect is told why; bots cannot be told anything. */
async function tell(reply: Reply, { user, channel }: Reacted, { answers, people, render }: RouteDeps): Promise<void> {
  if (reply.kind !== 'refusal' || (await people.person(user)).standing === 'bot') return;
  await answers.privately({ user, channel, thread: null, responseUrl: null }, render(reply));
}

/** A reaction on a message of a run is a vote; taking it away takes the vote back. Any other is ignored. */
export const reacted: Route<'reacted'> = async (heard, deps) => {
  const { app, answers } = deps;
  const { user, channel, added } = heard;
  const meant = choiceOf(heard.name);
  if (meant === null || user === deps.botUser()) return;
  const run = await runOf(heard, deps);
  if (run === null) return;
  const outside: Refusal | null = added ? await outsideRefusal(channel, heard.shared, deps) : null;
  if (outside !== null) return tell(outside, heard, deps);
  const now = await stance(heard, deps);
  if (!added) {
    // Another of this person's emojis still says the same, or the message can't be read: then only what the event says is known.
    if (now.kind === 'unreadable' || now.choice === null) await tell(await app.withdraw(run, user, 'reaction'), heard, deps);
    return;
  }
  if (now.kind === 'unreadable' && meant === 'approve') {
    const sentence =
      'Your approval does not count: Slack did not let me read the reactions on this message. Use the button, or `/repl approve`.';
    return answers.privately({ user, channel, thread: null, responseUrl: null }, plainWords(`${sentence} The run is ${run}.`));
  }
  // Taken back already: its own event follows.
  const choice = now.kind === 'read' ? now.choice : meant;
  if (choice === null) return;
  await tell(await app.vote({ run, person: user, choice, means: 'reaction', reason: null, planHash: null }), heard, deps);
};
