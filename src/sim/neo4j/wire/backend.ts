import type { Cell } from './packstream.ts';

export type Fields = Readonly<Record<string, Cell>>;

/** What RUN and BEGIN say besides the statement. */
export interface Extras {
  /** null: the user's home database. */
  readonly database: string | null;
  readonly mode: 'read' | 'write';
  readonly bookmarks: readonly string[];
  /** ms; null: none. */
  readonly timeoutMs: number | null;
  readonly metadata: Fields;
}

/** A message beside the rows, e.g. how far each server has come. */
export interface Notice {
  readonly gqlStatus: string;
  readonly code: string;
  readonly title: string;
  readonly description: string;
  readonly severity: 'INFORMATION' | 'WARNING';
  readonly classification: string;
}

export interface Answer {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  readonly type: 'r' | 'w' | 'rw' | 's';
  readonly notices: readonly Notice[];
  readonly systemUpdates: number;
  readonly database: string;
  readonly bookmark: string;
}

/** One client. Refusals are thrown as GraphError. */
export interface BackendSession {
  readonly id: string;
  /** LOGON; throws a refusal that ends the connection. */
  logOn(scheme: string, principal: string, credentials: string): Promise<void>;
  logOff(): void;
  begin(extras: Extras): Promise<void>;
  /** Outside a transaction: one of its own, which `extras` describe. */
  run(statement: string, parameters: Fields, extras: Extras | null): Promise<Answer>;
  commit(): Promise<string>;
  rollback(): void;
  route(database: string | null, bookmarks: readonly string[]): Promise<Fields>;
  /** The client's socket has closed, or it wants to start over. */
  interrupt(gone: boolean): void;
}

export interface ClientLine {
  readonly address: string;
  /** Cuts the connection without a word. */
  reset(): void;
}

/** The server behind one port. */
export interface Backend {
  /** e.g. `Neo4j/2026.07.1`. */
  readonly agent: string;
  readonly handshake: 'manifest' | 'legacy';
  open(line: ClientLine): BackendSession;
}

/** Thrown by a session when the client must not get an answer: its connection is cut. */
export class ConnectionCut extends Error {
  override readonly name = 'ConnectionCut';
}
