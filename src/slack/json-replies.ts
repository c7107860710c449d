import { isFault } from '../domain/faults.ts';
import type { ChannelId, MessageTs } from '../domain/ids.ts';
import type { Reply } from '../domain/reply.ts';
import type { Address } from './answers.ts';
import { uploadFile } from './files.ts';
import { plainWords, type SaidFile } from './response-url.ts';
import type { RouteDeps } from './routes.ts';

/** What the message shows of JSON without cutting it; longer JSON is sent as a file. */
const longestInMessage = 11_000;

function json(name: string, title: string, value: unknown): SaidFile | null {
  const content = JSON.stringify(value, null, 1);
  const words = `${title}: the JSON is too long for a message, so it is a file: in this thread, or else in your direct messages with me.`;
  return content.length <= longestInMessage ? null : { name, title, content, beginning: plainWords(words) };
}

/** The JSON that a reply asks to be shown, when it is too long for a message; null otherwise. */
export function jsonOf(reply: Reply): SaidFile | null {
  switch (reply.kind) {
    case 'status':
      return reply.json ? json('status.json', 'Status of the links', { observations: reply.observations, live: reply.live }) : null;
    case 'planned':
      return reply.json
        ? json('plan.json', `Plan for ${reply.plan.link}`, { plan: reply.plan, planHash: reply.planHash, verdict: reply.verdict })
        : null;
    case 'run':
      return reply.json ? json(`${reply.run.id}.json`, `Run ${reply.run.id}`, { run: reply.run, records: reply.records }) : null;
    default:
      return null;
  }
}

/**
 * Sends a file where the answer goes, and says what is said beside it; a file cannot be ephemeral, so a private one goes into the direct
 * message. False when Slack did not take it.
 */
export async function sendFile(
  { name, title, content, beginning }: SaidFile,
  address: Address,
  thread: { readonly channel: ChannelId; readonly thread: MessageTs } | null,
  { calls, answers, fetch, log }: RouteDeps,
): Promise<boolean> {
  try {
    if (thread !== null) {
      await uploadFile(calls, fetch, { name, title, content, channel: thread.channel, thread: thread.thread });
      await answers.inThread({ ...address, ...thread }, beginning);
      return true;
    }
    const { channel, ts } = await calls.call('chat.postMessage', {
      channel: address.user,
      text: `${title}, as you asked for it, is in this thread.`,
    });
    await uploadFile(calls, fetch, { name, title, content, channel, thread: ts });
    await answers.privately(address, beginning);
    return true;
  } catch (cause) {
    if (!isFault(cause)) throw cause;
    log.warn({ event: 'slack.file.failed', error: cause.facts['error'] ?? null, cause }, 'A file could not be shared.');
    return false;
  }
}
