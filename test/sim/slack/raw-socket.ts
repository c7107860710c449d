import { WebSocket } from 'ws';
import type { Workspace } from '../../../src/sim/slack/contract.ts';
import { ask } from './client.ts';

export type Frame = Readonly<Record<string, unknown>>;

export interface RawSocket {
  readonly frames: Frame[];
  readonly isOpen: () => boolean;
  ack(frame: Frame, payload?: unknown): void;
  close(): void;
}

export type AckRule = 'ack' | 'silent';

/** A socket without the SDK, to see the frames as they are. It acknowledges everything, unless told to be silent. */
export async function rawSocket(ws: Workspace, rule: AckRule = 'ack'): Promise<RawSocket> {
  const { url } = await ask(ws, 'apps.connections.open', {}, ws.appToken);
  const socket = new WebSocket(String(url));
  const frames: Frame[] = [];
  const ack = (frame: Frame, payload: unknown = {}) => socket.send(JSON.stringify({ envelope_id: frame['envelope_id'], payload }));
  socket.on('message', (raw: Buffer) => {
    const frame = JSON.parse(raw.toString()) as Frame;
    frames.push(frame);
    if (rule === 'ack' && frame['envelope_id'] !== undefined) ack(frame);
  });
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => socket.once('open', () => resolve()));
  return { frames, isOpen: () => socket.readyState === WebSocket.OPEN, ack, close: () => socket.close(1000) };
}

/** The events among the frames, in order of arrival. */
export const eventsIn = (socket: RawSocket) =>
  socket.frames
    .filter((frame) => frame['type'] === 'events_api')
    .map((frame) => {
      const payload = frame['payload'] as { event_id: string; event: Record<string, unknown>; is_ext_shared_channel: boolean };
      return {
        id: payload.event_id,
        event: payload.event,
        external: payload.is_ext_shared_channel,
        attempt: frame['retry_attempt'],
        reason: frame['retry_reason'],
      };
    });
