/** Standard input of a command. */
export interface Source {
  /** Everything up to its end. Waits for it. */
  all(): Promise<Buffer>;
}

/** Standard output or error of a command. */
export type Sink = (bytes: Buffer) => void;

export interface Streams {
  readonly stdin: Source;
  readonly stdout: Sink;
  readonly stderr: Sink;
}

export const sourceOf = (bytes: Buffer): Source => {
  // What was read is gone for the next reader.
  let left = bytes;
  return {
    all: () => {
      const taken = left;
      left = Buffer.alloc(0);
      return Promise.resolve(taken);
    },
  };
};

export const emptySource: Source = { all: () => Promise.resolve(Buffer.alloc(0)) };

/** Keeps what is written to it. */
export function collector(): { readonly sink: Sink; bytes(): Buffer } {
  const chunks: Buffer[] = [];
  return { sink: (bytes) => void chunks.push(bytes), bytes: () => Buffer.concat(chunks) };
}
