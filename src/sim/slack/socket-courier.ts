import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { setAlarm } from '../../domain/alarm.ts';
import type { Clock } from '../../domain/clock.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { parseJson } from './body.ts';
import type { Attempt, Courier, Parcel, Receipt } from './courier.ts';
import type { FaultState } from './faults.ts';
import { asObject, asText } from './model.ts';
import type { Timing } from './options.ts';

const mostSockets = 10;

interface Link {
  readonly socket: WebSocket;
  /** False once Slack has asked the client to go: nothing new is sent on it. */
  serving: boolean;
}

interface SocketDeps {
  readonly clock: Clock;
  readonly timing: Timing;
  readonly faults: FaultState;
  readonly app: string;
  mintId(prefix: string): string;
}

/** Socket Mode: up to ten sockets; every payload goes to one of them, and any of them may acknowledge it. */
export interface SocketCourier extends Courier {
  /** A one-time path for a new socket. */
  openPath(): string;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  count(): number;
  disconnect(reason: string, only: number | undefined): void;
  cut(): void;
  sendFrame(frame: JsonObject): void;
}

const frameText = (frame: JsonObject): string => JSON.stringify(frame);

const textOf = (raw: RawData): string => (Buffer.isBuffer(raw) ? raw.toString() : Array.isArray(raw) ? Buffer.concat(raw).toString() : '');

/** Envelopes that wait for their acknowledgement. */
class Awaited {
  readonly #waiting = new Map<string, (payload: Json | null) => void>();

  /** Resolves with the acknowledgement's payload; null when none comes in time. */
  wait(envelopeId: string, ms: number): Promise<Json | null> {
    return new Promise((resolve) => {
      const settle = (payload: Json | null) => {
        callOff();
        this.#waiting.delete(envelopeId);
        resolve(payload);
      };
      const callOff = setAlarm(ms, () => settle(null));
      this.#waiting.set(envelopeId, settle);
    });
  }

  settle(envelopeId: string, payload: Json | null): void {
    this.#waiting.get(envelopeId)?.(payload);
  }

  giveUp(): void {
    for (const envelopeId of [...this.#waiting.keys()]) this.settle(envelopeId, null);
  }
}

const helloFrame = (app: string, count: number): JsonObject => ({
  type: 'hello',
  num_connections: count,
  debug_info: { host: 'applink-local', build_number: 1, approximate_connection_time: 18_060 },
  connection_info: { app_id: app },
});

function envelope(parcel: Parcel, attempt: Attempt, envelopeId: string): JsonObject {
  const retry = parcel.type === 'events_api' ? { retry_attempt: attempt.number, retry_reason: attempt.reason } : {};
  return { envelope_id: envelopeId, type: parcel.type, accepts_response_payload: parcel.acceptsAnswer, payload: parcel.payload, ...retry };
}

function createLinks(deps: SocketDeps, awaited: Awaited) {
  const links: Link[] = [];
  let turn = 0;
  const open = () => links.filter((link) => link.socket.readyState === link.socket.OPEN);
  const accept = (socket: WebSocket): void => {
    if (open().length >= mostSockets) {
      socket.send(frameText({ type: 'disconnect', reason: 'too_many_websockets', debug_info: { host: 'applink-local' } }));
      socket.close(1000);
      return;
    }
    const link: Link = { socket, serving: true };
    links.push(link);
    socket.on('ping', (data) => {
      if (deps.faults.pongs()) socket.pong(data);
    });
    socket.on('message', (raw) => {
      const frame = asObject(parseJson(textOf(raw)));
      awaited.settle(asText(frame['envelope_id']), frame['payload'] ?? {});
    });
    socket.on('error', () => socket.terminate());
    socket.on('close', () => links.splice(links.indexOf(link), 1));
    if (!deps.faults.takeHello()) socket.send(frameText(helloFrame(deps.app, open().length)));
  };
  const next = (): Link | undefined => {
    const serving = open().filter((link) => link.serving);
    turn += 1;
    return serving[turn % Math.max(1, serving.length)];
  };
  return { accept, next, open };
}

async function sendOver(link: Link | undefined, deps: SocketDeps, awaited: Awaited, parcel: Parcel, attempt: Attempt): Promise<Receipt> {
  if (link === undefined) return { state: 'undeliverable', reason: 'no_socket', final: false };
  const envelopeId = deps.mintId('e');
  const started = deps.clock.monotonic();
  const acknowledged = awaited.wait(envelopeId, deps.timing.ackDeadlineMs);
  link.socket.send(frameText(envelope(parcel, attempt, envelopeId)));
  const payload = await acknowledged;
  if (payload === null || attempt.deaf) return { state: 'timed-out', reason: 'timeout' };
  return { state: 'acked', withinMs: deps.clock.monotonic() - started, payload: parcel.acceptsAnswer ? payload : {} };
}

export function createSocketCourier(deps: SocketDeps): SocketCourier {
  const server = new WebSocketServer({ noServer: true, autoPong: false });
  const awaited = new Awaited();
  const tickets = new Set<string>();
  const { accept, next, open } = createLinks(deps, awaited);
  return {
    send: (parcel, attempt) => sendOver(next(), deps, awaited, parcel, attempt),
    openPath: () => {
      const ticket = deps.mintId('L');
      tickets.add(ticket);
      return `/link/?ticket=${ticket}&app_id=${deps.app}`;
    },
    upgrade: (request, socket, head) => {
      const ticket = new URL(request.url ?? '/', 'http://local').searchParams.get('ticket') ?? '';
      if (!tickets.delete(ticket)) return void socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n');
      server.handleUpgrade(request, socket, head, accept);
    },
    count: () => open().length,
    disconnect: (reason, only) => {
      for (const [index, link] of open().entries()) {
        if (only !== undefined && only !== index) continue;
        link.serving = reason === 'warning';
        link.socket.send(frameText({ type: 'disconnect', reason, debug_info: { host: 'applink-local' } }));
      }
    },
    cut: () => {
      for (const link of open()) link.socket.terminate();
    },
    sendFrame: (frame) => open()[0]?.socket.send(frameText(frame)),
    close: async () => {
      awaited.giveUp();
      for (const link of open()) link.socket.terminate();
      server.close();
    },
  };
}
