import type { Clock } from '../domain/clock.ts';
import type { ChannelId, MessageTs } from '../domain/ids.ts';
import type { Link } from '../domain/link.ts';
import type { Log } from '../domain/log.ts';
import type { Alert } from '../watch/alerts.ts';
import type { AlertDesk, AlertPost } from '../watch/ports.ts';
import { renderAlert } from './messages/alert.ts';
import type { Message } from './messages/message.ts';
import type { Outbox } from './outbox.ts';
import type { SendFailure } from './outbox-failure.ts';
import type { Pace } from './outbox-pace.ts';
import { hashOfMessage } from './reporter-memory.ts';
import type { ReporterSettings } from './reporter-settings.ts';
import { wordsOf } from './reporter-turn.ts';

/** One alert in one channel, and what is known of its message there. */
export interface Telling {
  readonly link: Link;
  readonly alert: Alert;
  readonly channel: ChannelId;
  readonly key: string;
  readonly post: AlertPost | null;
}

interface ShowDeps {
  readonly desk: AlertDesk;
  readonly outbox: Outbox;
  readonly pace: Pace;
  readonly settings: ReporterSettings;
  readonly clock: Clock;
  readonly log: Log;
  /** False once the claim may run out before a call ends: then nothing may be sent. */
  readonly mine: () => boolean;
}

/** What was over before anybody was told is told for so long, ms; after that it is no news. */
const newsMs = 60 * 60_000;
const labelKey = 'alert';

/** Does what is next for one alert in one channel. Null when nothing is left to do; else when to look again, ms. */
export function showAlert(telling: Telling, deps: ShowDeps): Promise<number | null> | null {
  const { alert, post, link } = telling;
  if (post === null) {
    const isOldNews = alert.cleared !== null && deps.clock.now() - alert.cleared.at > newsMs;
    return isOldNews ? null : send(telling, deps);
  }
  switch (post.state) {
    case 'posting':
      return lookUp(telling, post, deps);
    case 'posted': {
      const message = renderAlert(alert, link);
      return post.hash === hashOfMessage(message) ? null : edit(telling, post, message, deps);
    }
    case 'failed':
      return null;
  }
}

/** POSTING is written before the call and POSTED after it: a bot that dies in between leaves a trace that its successor follows. */
async function send(telling: Telling, deps: ShowDeps): Promise<number | null> {
  const { desk, pace, clock } = deps;
  const { link, alert, channel, key, post } = telling;
  const wait = pace.waitMs('chat.postMessage', channel);
  if (wait > 0) return wait;
  const posting = { state: 'posting', at: clock.now() } as const;
  if (!(await desk.mark(link.id, key, post, posting)) || !deps.mine()) return 0;
  const message = renderAlert(alert, link);
  const label = { run: alert.id, key: labelKey, channel, thread: null, broadcast: false };
  let sent = await deps.outbox.post({ ...label, ...wordsOf(message) });
  if (sent.kind === 'unrenderable') sent = await deps.outbox.post({ ...label, text: message.text });
  if (sent.kind !== 'sent') return notSent(telling, posting, sent, deps);
  return posted(telling, posting, sent.ts, hashOfMessage(message), deps);
}

async function posted(
  { link, channel, key }: Telling,
  seen: AlertPost,
  ts: MessageTs,
  hash: string,
  deps: ShowDeps,
): Promise<number | null> {
  const now = { state: 'posted', ts, hash } as const;
  if (await deps.desk.mark(link.id, key, seen, now)) return null;
  const other = (await deps.desk.read(link.id)).posts.get(key);
  // Another bot has posted it too: what is written names theirs, so ours goes.
  if (other?.state === 'posted' && other.ts !== ts) await deps.outbox.remove({ channel, ts });
  return 0;
}

async function notSent({ link, key, channel }: Telling, seen: AlertPost, failure: SendFailure, deps: ShowDeps): Promise<number | null> {
  const { desk, log, settings } = deps;
  if (failure.kind === 'again') return failure.inMs ?? settings.retryMs;
  const why = failure.kind === 'unreachable' ? failure.why : failure.error;
  log.warn({ event: 'slack.alert.untold', link: link.id, channel, error: failure.error }, 'A channel can not be told of an alert.');
  return (await desk.mark(link.id, key, seen, { state: 'failed', why })) ? null : 0;
}

/** A message may have been posted whose sender never heard of it: it is looked for as long as it may still arrive. */
async function lookUp(telling: Telling, seen: Extract<AlertPost, { state: 'posting' }>, deps: ShowDeps): Promise<number | null> {
  const { alert, channel } = telling;
  const { clock, settings } = deps;
  const found = await deps.outbox.find({ run: alert.id, key: labelKey, channel, thread: null, since: seen.at, except: [] });
  switch (found.kind) {
    case 'found':
      return (await posted(telling, seen, found.ts, '', deps)) ?? 0;
    case 'not-found': {
      const left = seen.at + settings.quietMs - clock.now();
      return left > 0 ? Math.min(left, settings.quietMs) : send(telling, deps);
    }
    default:
      return notSent(telling, seen, found, deps);
  }
}

async function edit(
  telling: Telling,
  seen: Extract<AlertPost, { state: 'posted' }>,
  message: Message,
  deps: ShowDeps,
): Promise<number | null> {
  const { link, channel, key } = telling;
  const { ts } = seen;
  const wait = deps.pace.waitMs('chat.update', null);
  if (wait > 0) return wait;
  let sent = await deps.outbox.edit({ channel, ts, ...wordsOf(message) });
  if (sent.kind === 'unrenderable') sent = await deps.outbox.edit({ channel, ts, text: message.text });
  // An edit may be sent again: it shows the same.
  if (sent.kind !== 'sent') return notSent(telling, seen, sent, deps);
  return (await deps.desk.mark(link.id, key, seen, { ...seen, hash: hashOfMessage(message) })) ? null : 0;
}
