import type { ClientChannel } from 'ssh2';
import type { Secret } from '../domain/secret.ts';
import type { ShellResult } from './shell.ts';

export type Output =
  | { readonly kind: 'ended'; readonly result: ShellResult }
  /** More came than may be kept, and the start of it is needed. */
  | { readonly kind: 'too-much' }
  /** The channel closed without the host saying how the command ended. */
  | { readonly kind: 'no-end' };

/** The last bytes of a stream. */
function keepTail(maxBytes: number) {
  const chunks: Buffer[] = [];
  let size = 0;
  let cut = false;
  return {
    add: (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      while (size - (chunks[0]?.length ?? 0) >= maxBytes) {
        size -= chunks.shift()?.length ?? 0;
        cut = true;
      }
    },
    isCut: () => cut || size > maxBytes,
    text: () => Buffer.concat(chunks).subarray(-maxBytes).toString('utf8'),
  };
}

export interface Reading {
  readonly maxBytes: number;
  readonly hidden: readonly Secret[];
  /** An output of which only the end could be kept is worth nothing. */
  readonly whole: boolean;
  /** Called when nobody listens to the command any more, so that it doesn't fill a pipe for ever. */
  giveUp(): void;
}

/** Reads a command's output to its end. Listens from the moment it is called. */
export function collectOutput(channel: ClientChannel, { maxBytes, hidden, whole, giveUp }: Reading): Promise<Output> {
  const [out, err] = [keepTail(maxBytes), keepTail(maxBytes)];
  let ending: { readonly exitCode: number | null; readonly signal: string | null } | null = null;
  return new Promise((resolve) => {
    const take = (kept: ReturnType<typeof keepTail>) => (chunk: Buffer) => {
      kept.add(chunk);
      if (!whole || !kept.isCut()) return;
      giveUp();
      channel.close();
      resolve({ kind: 'too-much' });
    };
    channel.on('data', take(out));
    channel.stderr.on('data', take(err));
    channel.on('exit', (exitCode: number | null, signal?: string) => {
      ending = { exitCode, signal: signal?.replace(/^SIG/, '') ?? null };
    });
    channel.on('close', () => {
      if (ending === null) return resolve({ kind: 'no-end' });
      const truncated = out.isCut() || err.isCut();
      resolve({ kind: 'ended', result: { ...ending, stdout: hide(out.text(), hidden), stderr: hide(err.text(), hidden), truncated } });
    });
  });
}

/** A host may echo what it was given; the given secrets go no further than this. */
const hide = (text: string, secrets: readonly Secret[]): string =>
  secrets.reduce((rest, secret) => (secret.reveal() === '' ? rest : rest.replaceAll(secret.reveal(), '[redacted]')), text);
