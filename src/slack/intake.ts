import type { Clock } from '../domain/clock.ts';
import { isFault } from '../domain/faults.ts';
import type { Log } from '../domain/log.ts';
import { hear } from './hear.ts';
import type { Heard } from './heard.ts';
import type { Inbox } from './inbox-port.ts';
import { faultyView } from './modal.ts';

/** What a receiver does with a delivery: `leave` sends no acknowledgement, so that Slack delivers again. */
export type Receipt =
  | { readonly kind: 'acknowledge'; readonly payload: Readonly<Record<string, unknown>> | null }
  | { readonly kind: 'leave'; readonly why: string };

export interface IntakeDeps {
  readonly inbox: Inbox;
  readonly clock: Clock;
  readonly log: Log;
  /** Says something to one person through the click's own address; never throws. */
  readonly whisper: (responseUrl: string, text: string) => Promise<void>;
  /** Longest time to wait for Redis, ms; below Slack's 3 s. */
  readonly recordWithinMs?: number | undefined;
}

export interface Intake {
  /** Reads, records, and says what to answer. Never throws. */
  receive(body: Readonly<Record<string, unknown>>): Promise<Receipt>;
  /** Resolves when nothing is under way, at the latest after `withinMs`. */
  settle(withinMs: number): Promise<void>;
}

const taken: Receipt = { kind: 'acknowledge', payload: null };

/** What a person reads when their delivery could not be written down. */
function apology(applied: 'no' | 'unknown', what: 'command' | 'click'): string {
  const again = what === 'command' ? 'send the command again' : 'click again';
  return applied === 'no'
    ? `Nothing happened: I cannot reach Redis, where I write down every ${what} before I act on it. Please ${again} in a minute; if this stays, call whoever runs the bot.`
    : `I cannot tell whether your ${what} was taken: Redis did not answer in time. Look at \`/repl runs\` in a minute before you ${again}; if this stays, call whoever runs the bot.`;
}

/** The way in: everything from Slack passes here and is written down before it is acknowledged. */
export function createIntake(deps: IntakeDeps): Intake {
  const { inbox, clock, log } = deps;
  const underWay = new Set<Promise<Receipt>>();

  function answerForLost(heard: Heard, applied: 'no' | 'unknown'): Receipt {
    switch (heard.kind) {
      case 'command':
        return { kind: 'acknowledge', payload: { response_type: 'ephemeral', text: apology(applied, 'command') } };
      case 'clicked':
        if (heard.responseUrl !== null) void deps.whisper(heard.responseUrl, apology(applied, 'click'));
        return taken;
      case 'submitted':
        return { kind: 'acknowledge', payload: faultyView(heard, apology(applied, 'click')) };
      default:
        return { kind: 'leave', why: 'it could not be recorded' };
    }
  }

  async function record(key: string, body: Readonly<Record<string, unknown>>): Promise<'written' | 'no' | 'unknown'> {
    const gaveUp = new AbortController();
    const late = clock.sleep(deps.recordWithinMs ?? 2000, gaveUp.signal).then(() => 'unknown' as const);
    const written = inbox.record({ key, body, receivedAt: clock.now() }).then(
      () => 'written' as const,
      (error: unknown) => (isFault(error) && error.effect === 'not-applied' ? ('no' as const) : ('unknown' as const)),
    );
    const outcome = await Promise.race([written, late]);
    gaveUp.abort();
    return outcome;
  }

  async function take(body: Readonly<Record<string, unknown>>): Promise<Receipt> {
    const letter = hear(body);
    if (letter === null) {
      log.info(
        { event: 'slack.delivery.ignored', type: String(body['type'] ?? 'unknown').slice(0, 80) },
        'A delivery of an unknown kind was ignored.',
      );
      return taken;
    }
    if (letter.heard.kind === 'nothing') return taken;
    const complaint = letter.heard.kind === 'submitted' ? faultyView(letter.heard, null) : null;
    if (complaint !== null) return { kind: 'acknowledge', payload: complaint };
    const outcome = await record(letter.key, body);
    if (outcome === 'written') return taken;
    log.error(
      { event: 'slack.delivery.not-recorded', key: letter.key, kind: letter.heard.kind, recorded: outcome },
      'A delivery could not be recorded.',
    );
    return answerForLost(letter.heard, outcome);
  }

  return {
    receive(body) {
      const receipt = take(body).catch((error: unknown): Receipt => {
        log.error({ event: 'slack.intake.bug', cause: error }, 'The intake failed.');
        return { kind: 'leave', why: 'the intake failed' };
      });
      underWay.add(receipt);
      void receipt.finally(() => underWay.delete(receipt));
      return receipt;
    },
    async settle(withinMs) {
      const done = new AbortController();
      await Promise.race([Promise.allSettled(underWay), clock.sleep(withinMs, done.signal)]);
      done.abort();
    },
  };
}
