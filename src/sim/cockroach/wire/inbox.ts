import type { Socket } from 'node:net';
import { createFraming, type Opening, type Packet } from './frontend-messages.ts';

/** The client has gone: whatever waits for its next packet ends. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

/** Packets of one client, to be awaited one by one. */
export interface Inbox {
  attach(socket: Socket): void;
  opening(): Promise<Opening>;
  packet(): Promise<Packet>;
  close(): void;
}

export function createInbox(): Inbox {
  const framing = createFraming();
  let wake: (() => void) | null = null;
  let closed = false;
  const ring = (): void => {
    wake?.();
    wake = null;
  };
  const take = async <T>(read: () => T | null): Promise<T> => {
    for (;;) {
      const found = read();
      if (found !== null) return found;
      if (closed) throw new ClientGone('the client has closed its connection');
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return {
    attach: (socket) => {
      socket.on('data', (bytes: Buffer) => {
        framing.push(bytes);
        ring();
      });
    },
    opening: () => take(framing.opening),
    packet: () => take(framing.packet),
    close: () => {
      closed = true;
      ring();
    },
  };
}
