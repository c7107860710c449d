import type { Readable } from 'node:stream';

/** Thrown to whoever waits for a client that has left. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

/** What has arrived of one client and was not read yet. TCP segments don't align with anything. */
export interface Inbox {
  attach(source: Readable): void;
  bytes(size: number): Promise<Buffer>;
  /** One message, put together from its chunks; an empty chunk between messages keeps the connection alive. */
  message(): Promise<Buffer>;
  close(): void;
}

const longestMessage = 16 * 1024 * 1024;

export function createInbox(): Inbox {
  let held: Buffer = Buffer.alloc(0);
  let closed = false;
  let wake: (() => void) | null = null;
  const stir = (): void => {
    wake?.();
    wake = null;
  };
  const bytes = async (size: number): Promise<Buffer> => {
    while (held.length < size) {
      if (closed) throw new ClientGone('the client has gone');
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    const taken = held.subarray(0, size);
    held = held.subarray(size);
    return taken;
  };
  return {
    bytes,
    attach: (source) => {
      source.on('data', (chunk: Buffer) => {
        held = Buffer.concat([held, chunk]);
        stir();
      });
    },
    message: async () => {
      const chunks: Buffer[] = [];
      for (let length = 0; ; ) {
        const size = (await bytes(2)).readUInt16BE(0);
        if (size === 0 && chunks.length > 0) return Buffer.concat(chunks);
        length += size;
        if (length > longestMessage) throw new ClientGone('the client sent a message without end');
        if (size > 0) chunks.push(await bytes(size));
      }
    },
    close: () => {
      closed = true;
      stir();
    },
  };
}

/** A message in chunks of at most 64 KiB, with its end. */
export function framed(message: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < message.length; at += 0xffff) {
    const chunk = message.subarray(at, at + 0xffff);
    const size = Buffer.alloc(2);
    size.writeUInt16BE(chunk.length);
    parts.push(size, chunk);
  }
  return Buffer.concat([...parts, Buffer.from([0, 0])]);
}
