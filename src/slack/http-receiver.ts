import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Clock } from '../domain/clock.ts';
import type { Log } from '../domain/log.ts';
import type { Secret } from '../domain/secret.ts';
import type { Intake, Receipt } from './intake.ts';
import type { Receiver } from './receiver.ts';
import { whyUnsigned } from './signature.ts';

export interface HttpReceiverDeps {
  readonly signingSecret: Secret;
  readonly port: number;
  readonly host?: string | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly intake: Intake;
}

export interface HttpReceiver extends Receiver {
  /** Port that it listens on; 0 before the start. */
  port(): number;
}

/** The one path that the manifest names for events, commands and clicks. */
const path = '/slack/events';
/** Slack's largest deliveries (views) are below 250 KB; as bytes. */
const bodyLimit = 1_048_576;
/** Slack waits 3 s for an answer; one that sends its body slower than this is not Slack, ms. */
const bodyWithinMs = 3000;

const json = 'application/json';
const form = 'application/x-www-form-urlencoded';

interface Answer {
  readonly status: number;
  readonly body?: string;
  readonly type?: string;
}
type Body = Readonly<Record<string, unknown>>;

async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    // Node gives Buffers as long as no encoding is set.
    const bytes = chunk as Buffer;
    length += bytes.length;
    if (length > bodyLimit) return null;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

const isObject = (value: unknown): value is Body => typeof value === 'object' && value !== null && !Array.isArray(value);

function parseJson(text: string): Body | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** The media type, whatever parameters (`; charset=utf-8`) follow it. */
const mediaType = (request: IncomingMessage): string => (request.headers['content-type'] ?? '').split(';', 1).join('').trim().toLowerCase();

function parse(type: string, text: string): Body | null {
  if (type === json) return parseJson(text);
  const fields = new URLSearchParams(text);
  const payload = fields.get('payload');
  return payload === null ? Object.fromEntries(fields) : parseJson(payload);
}

/** Status for a request that is refused by its first lines; null when its body is worth reading. */
function whyRefused(request: IncomingMessage): number | null {
  if ((request.url ?? '').split('?', 1)[0] !== path) return 404;
  if (request.method !== 'POST') return 405;
  const type = mediaType(request);
  return type === json || type === form ? null : 415;
}

const header = (request: IncomingMessage, name: string): string | undefined => {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
};

const answerOf = (receipt: Receipt): Answer => {
  if (receipt.kind === 'leave') return { status: 503 };
  return receipt.payload === null ? { status: 200 } : { status: 200, body: JSON.stringify(receipt.payload), type: json };
};

/** HTTP mode: verifies, gives the delivery to the intake, answers. */
export function createHttpReceiver(deps: HttpReceiverDeps): HttpReceiver {
  const { clock, log, intake } = deps;

  function whyNotSlacks(request: IncomingMessage, body: Buffer): string | null {
    const timestamp = header(request, 'x-slack-request-timestamp');
    const signature = header(request, 'x-slack-signature');
    return whyUnsigned({ timestamp, signature, body }, deps.signingSecret, clock.now());
  }

  async function judge(request: IncomingMessage): Promise<Answer> {
    const refused = whyRefused(request);
    if (refused !== null) return { status: refused };
    const bytes = await readBody(request);
    if (bytes === null) return { status: 413 };
    const type = mediaType(request);
    const text = bytes.toString('utf8');
    // Slack's certificate check is not signed; nothing in it is used.
    if (type === form && new URLSearchParams(text).get('ssl_check') === '1') return { status: 200 };
    const unsigned = whyNotSlacks(request, bytes);
    if (unsigned !== null) {
      log.warn({ event: 'slack.http.unsigned', why: unsigned }, 'A request that is not signed by Slack was refused.');
      return { status: 401 };
    }
    const body = parse(type, text);
    if (body === null) return { status: 400 };
    if (body['type'] === 'url_verification') return { status: 200, body: String(body['challenge'] ?? '') };
    return answerOf(await intake.receive(body));
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const {
      status,
      body = '',
      type = 'text/plain',
    } = await judge(request).catch((error: unknown): Answer => {
      log.warn({ event: 'slack.http.broken', cause: error }, 'A request broke off.');
      return { status: 400 };
    });
    // What is left of a body that was too long is not read.
    const close = status === 413 ? { connection: 'close' } : {};
    response.writeHead(status, { 'content-type': `${type}; charset=utf-8`, 'x-content-type-options': 'nosniff', ...close });
    response.end(body);
  }

  const server = createServer(
    { requestTimeout: bodyWithinMs, headersTimeout: bodyWithinMs, connectionsCheckingInterval: 1000 },
    (request, response) => {
      void serve(request, response);
    },
  );
  const port = (): number => {
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  };

  return {
    port,
    start: () =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(deps.port, deps.host ?? '0.0.0.0', () => {
          server.off('error', reject);
          server.on('error', (error) => log.error({ event: 'slack.http.failed', cause: error }, 'The HTTP receiver failed.'));
          resolve();
        });
      }),
    async stop() {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeIdleConnections();
      await intake.settle(2000);
      const given = new AbortController();
      await Promise.race([closed, clock.sleep(3000, given.signal)]);
      given.abort();
      server.closeAllConnections();
    },
    health: () => ({
      healthy: server.listening,
      receiving: server.listening,
      sentence: server.listening ? `Listening for Slack on port ${port()}.` : 'Not listening for Slack.',
      connections: 0,
      problems: server.listening ? [] : ['not listening'],
    }),
  };
}
