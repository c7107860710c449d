import { Fault } from '../domain/faults.ts';
import type { Fetch, SlackCalls } from './calls.ts';

export interface FileUpload {
  readonly name: string;
  readonly title: string;
  readonly content: string;
  readonly channel: string;
  readonly thread: string | null;
}

const withinMs = 30_000;

const uploadFailed = (error: string, cause?: unknown) =>
  new Fault('slack-unavailable', 'Slack did not take a file.', {
    // A file that is not completed is seen by nobody.
    effect: 'not-applied',
    facts: { method: 'upload', error, retryAfterMs: null },
    cause,
  });

/** Shares a text as a file. The bot's token is not sent along with the bytes, as the SDK's helper would. Throws Fault `slack-unavailable`. */
export async function uploadFile(calls: SlackCalls, fetch: Fetch, file: FileUpload): Promise<void> {
  const bytes = Buffer.from(file.content, 'utf8');
  const { upload_url: url, file_id: id } = await calls.call('files.getUploadURLExternal', { filename: file.name, length: bytes.length });
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: bytes,
    redirect: 'error',
    signal: AbortSignal.timeout(withinMs),
  }).catch((cause: unknown) => {
    throw uploadFailed('connection', cause);
  });
  await response.body?.cancel();
  if (response.status !== 200) throw uploadFailed(`http-${response.status}`);
  await calls.call('files.completeUploadExternal', {
    files: [{ id, title: file.title }],
    channel_id: file.channel,
    ...(file.thread === null ? {} : { thread_ts: file.thread }),
  });
}
