import { SocketModeClient } from '@slack/socket-mode';
import { z } from 'zod';
import type { Clock } from '../domain/clock.ts';
import { Fault } from '../domain/faults.ts';
import type { Log } from '../domain/log.ts';
import type { Secret } from '../domain/secret.ts';
import { faultOfCall } from './call-faults.ts';
import { clientOptions, type Fetch } from './calls.ts';
import type { Receipt } from './intake.ts';
import { sdkLogger } from './sdk-logger.ts';

export interface SocketDeps {
  readonly name: string;
  readonly appToken: Secret;
  readonly apiUrl?: string | undefined;
  readonly fetch?: Fetch | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly receive: (body: Readonly<Record<string, unknown>>) => Promise<Receipt>;
  /** Pongs have to come within this, ms; 5000 when left out. */
  readonly pongWithinMs?: number | undefined;
}

/** One connection from `apps.connections.open` to its close. It never reconnects by itself. */
export interface Socket {
  /** Connections of the app as Slack counted them at the hello; null before. */
  connections(): number | null;
  isActive(): boolean;
  /** Asks Slack for an address and waits for the hello, at most `withinMs`. Throws Fault `slack-unavailable`. */
  open(withinMs: number): Promise<void>;
  /** Resolves with Slack's reason when it sends a disconnect frame (the connection may still deliver), with `gone` when it is closed. */
  readonly ending: Promise<string>;
  /** Closes it; returns at the latest after `withinMs`. */
  close(withinMs: number): Promise<void>;
}

/** Slack has to finish the closing of a connection within this, ms; the SDK alone would wait 30 s. */
export const closeWithinMs = 5000;

const noHello = (error: 'closed' | 'timeout') =>
  new Fault('slack-unavailable', 'Slack opened a socket but did not say hello on it.', {
    effect: 'not-applied',
    facts: { method: 'apps.connections.open', error, retryAfterMs: null },
  });

const frame = z.looseObject({
  type: z.string(),
  envelope_id: z.string().optional(),
  payload: z.record(z.string(), z.unknown()).optional(),
  accepts_response_payload: z.boolean().optional(),
  num_connections: z.number().optional(),
  reason: z.string().optional(),
});
type Frame = z.output<typeof frame>;

function read(text: unknown): Frame | null {
  try {
    return frame.safeParse(JSON.parse(String(text))).data ?? null;
  } catch {
    return null;
  }
}

/**
 * The SDK's client carries the connection and its pings; frames are read here. Its own reader throws on an envelope without an event
 * (`app_rate_limited`), which nobody could catch, and emits whatever name a frame bears.
 */
class Connection extends SocketModeClient {
  readonly onFrame: (text: unknown) => void;

  constructor(deps: SocketDeps, onFrame: (text: unknown) => void) {
    super({
      appToken: deps.appToken.reveal(),
      logger: sdkLogger(deps.log, deps.name),
      // Own options, made for this client alone: it writes into them. A reconnect that fails inside the SDK rejects unheard, so we do it.
      clientOptions: clientOptions(deps),
      autoReconnectEnabled: false,
      clientPingTimeout: deps.pongWithinMs ?? 5000,
    });
    this.onFrame = onFrame;
  }

  protected override async onWebSocketMessage(data: string | ArrayBuffer, isBinary: boolean): Promise<void> {
    if (!isBinary) this.onFrame(data);
  }

  /** Sends an acknowledgement; false when the connection is no longer there. */
  acknowledge(envelope: string, payload: Readonly<Record<string, unknown>> | null): boolean {
    const { websocket } = this;
    if (!websocket?.isActive()) return false;
    let sent = true;
    websocket.send(JSON.stringify({ envelope_id: envelope, payload: payload ?? {} }), (error) => {
      if (error) sent = false;
    });
    return sent;
  }
}

/** A connection that is not opened yet. */
export function createSocket(deps: SocketDeps): Socket {
  const { clock, log, name } = deps;
  let connections: number | null = null;
  let end: (reason: string) => void = () => undefined;
  const ending = new Promise<string>((resolve) => {
    end = resolve;
  });

  async function deliver({ type, envelope_id: envelope, payload, accepts_response_payload: takesPayload }: Frame): Promise<void> {
    if (envelope === undefined)
      return log.info({ event: 'slack.frame.ignored', socket: name, type }, 'A frame without an envelope was ignored.');
    const receipt = await deps.receive(payload ?? {});
    if (receipt.kind === 'leave')
      return log.warn({ event: 'slack.delivery.left', socket: name, why: receipt.why }, 'A delivery was left for Slack to send again.');
    if (!client.acknowledge(envelope, takesPayload === true ? receipt.payload : null)) {
      log.warn({ event: 'slack.ack.lost', socket: name, type }, 'The socket closed before a delivery could be acknowledged.');
    }
  }

  const client = new Connection(deps, (text) => {
    const one = read(text);
    if (one === null) return log.warn({ event: 'slack.frame.unreadable', socket: name }, 'A frame that is no JSON object was ignored.');
    if (one.type === 'hello') {
      connections = one.num_connections ?? null;
      // What the SDK does at the hello: `start` waits for it.
      client.emit('connected');
      return undefined;
    }
    if (one.type === 'disconnect') {
      log.info(
        { event: 'slack.socket.disconnect', socket: name, reason: one.reason ?? null },
        'Slack asks for the connection to be renewed.',
      );
      return end(one.reason ?? 'refresh_requested');
    }
    // `deliver` never rejects: `receive` does not, and sending reports by its answer.
    void deliver(one);
    return undefined;
  });
  client.on('disconnected', () => end('gone'));

  async function close(withinMs: number): Promise<void> {
    const closed = new AbortController();
    await Promise.race([client.disconnect(), clock.sleep(withinMs, closed.signal)]);
    closed.abort();
  }

  return {
    connections: () => connections,
    isActive: () => client.websocket?.isActive() ?? false,
    ending,
    close,
    async open(withinMs) {
      const opened = new AbortController();
      const started = client.start().then(
        () => null,
        // The SDK rejects with nothing when the connection closes before the hello.
        (error: unknown) => (error === undefined ? noHello('closed') : faultOfCall('apps.connections.open', false, error)),
      );
      const late = clock.sleep(withinMs, opened.signal).then(() => noHello('timeout'));
      const fault = await Promise.race([started, late]);
      opened.abort();
      if (fault === null) return;
      // An address that is still under way opens a connection after all: close that one too.
      void started.then(() => close(closeWithinMs));
      await close(closeWithinMs);
      throw fault;
    },
  };
}
