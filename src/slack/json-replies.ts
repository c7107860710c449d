import { isFault } from '../domain/faults.ts';
import type { Reply } from '../domain/reply.ts';
import type { Address } from './answers.ts';
import { uploadFile } from './files.ts';
import { plainWords } from './response-url.ts';
import type { RouteDeps } from './routes.ts';

export interface JsonReply {
  readonly name: string;
  readonly title: string;
  readonly content: string;
}

/** What the message shows of JSON without cutting it; longer JSON is sent as a file. */
const longestInMessage = 11_000;

function json(name: string, title: string, value: unknown): JsonReply | null {
  const content = JSON.stringify(value, null, 1);
  return content.length <= longestInMessage ? null : { name, title, content };
}

/** The JSON that a reply asks to be shown, when it is too long for a message; null otherwise. */
export function jsonOf(reply: Reply): JsonReply | null {
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

/** Sends a file where the answer goes; a file cannot be ephemeral, so a private one goes into the direct message. False when Slack did not take it. */
export async function sendJson(
  { name, title, content }: JsonReply,
  address: Address,
  thread: { readonly channel: string; readonly thread: string } | null,
  { calls, answers, fetch, log }: RouteDeps,
): Promise<boolean> {
  try {
    if (thread !== null) {
      await uploadFile(calls, fetch, { name, title, content, channel: thread.channel, thread: thread.thread });
      return true;
    }
    const { channel, ts } = await calls.call('chat.postMessage', {
      channel: address.user,
      text: `${title}, as you asked for it, is in this thread.`,
    });
    await uploadFile(calls, fetch, { name, title, content, channel, thread: ts });
    await answers.privately(
      address,
      plainWords(`${title}: the JSON is too long for a message, so I sent it to you as a file in a direct message.`),
    );
    return true;
  } catch (cause) {
    if (!isFault(cause)) throw cause;
    log.warn({ event: 'slack.file.failed', error: cause.facts['error'] ?? null, cause }, 'A file could not be shared.');
    return false;
  }
}
