/** Standard input of a command. */
export interface Source {
  /** Everything up to its end. Waits for it. */
  all(): Promise<Buffer>;
  /** The next line without its end; null when nothing is left. Waits for it. */
  line(): Promise<string | null>;
}

/** Standard output or error of a command. */
export type Sink = (bytes: Buffer) => void;

export interface Streams {
  readonly stdin: Source;
  readonly stdout: Sink;
  readonly stderr: Sink;
}

export const sourceOf = (bytes: Buffer): Source => sourceLater(() => Promise.resolve(bytes));

/** Input that is still to come; asked for when somebody reads. */
export function sourceLater(come: () => Promise<Buffer>): Source {
  // What was read is gone for the next reader.
  let left: Buffer | null = null;
  const take = async (length: (here: Buffer) => number): Promise<Buffer> => {
    left ??= await come();
    const taken = left.subarray(0, length(left));
    left = left.subarray(taken.length);
    return taken;
  };
  return {
    all: () => take((here) => here.length),
    line: async () => {
      const taken = await take((here) => (here.includes('\n') ? here.indexOf('\n') + 1 : here.length));
      return taken.length === 0 ? null : taken.toString('utf8').replace(/\n$/, '');
    },
  };
}

export const emptySource: Source = { all: () => Promise.resolve(Buffer.alloc(0)), line: () => Promise.resolve(null) };

/** Keeps what is written to it. */
export function collector(): { readonly sink: Sink; bytes(): Buffer } {
  const chunks: Buffer[] = [];
  return { sink: (bytes) => void chunks.push(bytes), bytes: () => Buffer.concat(chunks) };
}
