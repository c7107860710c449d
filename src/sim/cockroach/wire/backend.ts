import type { Column, WireTable } from '../values/sql-types.ts';

/** A parsed statement, ready to run with parameters. */
export interface Prepared {
  readonly text: string;
  readonly parameters: number;
  /** Columns that it will return; null when it returns no rows. */
  readonly columns: readonly Column[] | null;
}

export interface Answer {
  /** null: the statement returns no rows. */
  readonly table: WireTable | null;
  /** null: the message held no statement. */
  readonly tag: string | null;
}

/** One logged-in client. Refusals are thrown as SqlError. */
export interface BackendSession<P extends Prepared = Prepared> {
  readonly pid: number;
  readonly secret: number;
  readonly parameters: ReadonlyMap<string, string>;
  transactionStatus(): 'I' | 'T' | 'E';
  /** Parses a message of one or more statements. */
  prepare(sql: string): readonly P[];
  run(prepared: P, values: readonly (string | null)[]): Promise<Answer>;
  /** The client's socket has closed. */
  gone(): void;
}

/** What a session may do to its client. */
export interface ClientLine {
  readonly address: string;
  /** Cuts the connection without a word. */
  reset(): void;
  /** Says good-bye with a FATAL error and closes. */
  dismiss(sqlState: string, message: string): void;
}

export interface Admission<P extends Prepared = Prepared> {
  /** What the login is checked against; null: no such user. */
  readonly password: string | null;
  readonly user: string;
  open(line: ClientLine): BackendSession<P>;
}

/** The server behind the wire. */
export interface Backend<P extends Prepared = Prepared> {
  readonly auth: 'scram' | 'cleartext';
  /** Routes a startup packet to a virtual cluster. Throws a FATAL SqlError when it has no service. */
  admit(settings: ReadonlyMap<string, string>): Promise<Admission<P>>;
  cancel(pid: number, secret: number): void;
}

/** Thrown by a session when the client must not get an answer: its connection is cut. */
export class ConnectionCut extends Error {
  override readonly name = 'ConnectionCut';
}
