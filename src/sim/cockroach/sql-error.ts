export interface SqlErrorExtras {
  readonly detail?: string;
  readonly hint?: string;
  /** FATAL ends the session. */
  readonly severity?: 'ERROR' | 'FATAL';
}

/** A refusal as the server words it; it travels to the client as an ErrorResponse. */
export class SqlError extends Error {
  override readonly name = 'SqlError';
  readonly sqlState: string;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
  readonly severity: 'ERROR' | 'FATAL';

  constructor(sqlState: string, message: string, extras: SqlErrorExtras = {}) {
    super(message);
    this.sqlState = sqlState;
    this.detail = extras.detail;
    this.hint = extras.hint;
    this.severity = extras.severity ?? 'ERROR';
  }
}

/** Errors that CockroachDB leaves without a category of their own. */
export const uncategorized = (message: string, extras: SqlErrorExtras = {}): SqlError => new SqlError('XXUUU', message, extras);
