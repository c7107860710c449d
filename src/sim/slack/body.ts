import type { IncomingMessage } from 'node:http';
import type { Json, JsonObject } from '../../domain/json.ts';
import { asObject } from './model.ts';

const largestBodyBytes = 16 * 1024 * 1024;

/** Null when the body is larger than anything Slack takes. */
export async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request) {
    // Node hands out Buffers unless an encoding was set, which we never do.
    const bytes = part as Buffer;
    length += bytes.length;
    if (length > largestBodyBytes) return null;
    parts.push(bytes);
  }
  return Buffer.concat(parts);
}

export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** Arguments that come as JSON inside a form field. */
const structured = new Set(['blocks', 'attachments', 'metadata', 'view', 'files', 'chunks', 'changes', 'document_content']);

const decoded = (key: string, value: string): Json => (structured.has(key) ? (parseJson(value) ?? value) : value);

/** Multipart fields; files are turned into bytes by whoever wants them. */
export async function readMultipart(body: Buffer, contentType: string): Promise<FormData | null> {
  try {
    return await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData();
  } catch {
    return null;
  }
}

/** Arguments of a web API call, whichever way they were sent. */
export async function decodeArguments(body: Buffer, contentType: string): Promise<JsonObject> {
  if (contentType.startsWith('application/json')) return asObject(parseJson(body.toString()));
  if (contentType.startsWith('multipart/form-data')) {
    const form = await readMultipart(body, contentType);
    const fields = [...(form ?? [])].filter((field): field is [string, string] => typeof field[1] === 'string');
    return Object.fromEntries(fields.map(([key, value]) => [key, decoded(key, value)]));
  }
  return Object.fromEntries([...new URLSearchParams(body.toString())].map(([key, value]) => [key, decoded(key, value)]));
}
