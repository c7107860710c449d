/** A refusal as the server words it; it travels to the client as a FAILURE. */
export class GraphError extends Error {
  override readonly name = 'GraphError';
  /** `Neo.…` */
  readonly code: string;
  readonly gqlStatus: string;
  /** The connection ends after it. */
  readonly fatal: boolean;

  /** `because`: what is behind it, by the server's own word. */
  constructor(code: string, gqlStatus: string, message: string, fatal = false, because?: GraphError) {
    super(message, because === undefined ? undefined : { cause: because });
    this.code = code;
    this.gqlStatus = gqlStatus;
    this.fatal = fatal;
  }
}

type Refusal = (message: string) => GraphError;

const refusal =
  (code: string, gqlStatus: string): Refusal =>
  (message) =>
    new GraphError(`Neo.${code}`, gqlStatus, message);

export const syntaxError = refusal('ClientError.Statement.SyntaxError', '42001');
export const argumentError = refusal('ClientError.Statement.ArgumentError', '22N04');
export const typeError = refusal('ClientError.Statement.TypeError', '22N01');
export const missingParameter = (name: string): GraphError =>
  refusal('ClientError.Statement.ParameterMissing', '42N51')(`Expected parameter(s): ${name}`);
export const wrongArguments = refusal('ClientError.Statement.SyntaxError', '42I13');
export const notSystem = refusal('ClientError.Statement.NotSystemDatabaseError', '51N28');
export const accessMode = refusal('ClientError.Statement.AccessMode', '08N03');
export const unsupportedCommand = refusal('ClientError.Statement.UnsupportedAdministrationCommand', '51N27');
export const procedureFailed = refusal('ClientError.Procedure.ProcedureCallFailed', '52N37');
export const procedureNotFound = (name: string): GraphError =>
  refusal(
    'ClientError.Procedure.ProcedureNotFound',
    '42N08',
  )(
    `There is no procedure with the name \`${name}\` registered for this database instance. Please ensure you've spelled the procedure name correctly and that the procedure is properly deployed.`,
  );
export const forbidden = refusal('ClientError.Security.Forbidden', '42NFF');
export const databaseNotFound = (name: string): GraphError =>
  refusal('ClientError.Database.DatabaseNotFound', '22N51')(`Database does not exist. Database name: '${name}'.`);
export const databaseExists = (name: string): GraphError =>
  refusal(
    'ClientError.Database.ExistingDatabaseFound',
    '42N87',
  )(`Failed to create the specified database '${name}': Database already exists.`);
export const aliasExists = (name: string): GraphError =>
  refusal(
    'ClientError.Database.ExistingAliasFound',
    '42N87',
  )(`Failed to create the specified name '${name}': An alias with this name already exists.`);
export const hasAliases = (name: string, aliases: readonly string[]): GraphError =>
  refusal(
    'ClientError.Database.ExistingAliasFound',
    '42N82',
  )(
    `Failed to delete the specified database '${name}': Database has one or more aliases: ${aliases.join(', ')}. Drop them first, or use CASCADE ALIASES.`,
  );
export const limitReached = refusal('DatabaseError.Database.DatabaseLimitReached', '51N55');
export const notALeader = (database: string): GraphError =>
  refusal(
    'ClientError.Cluster.NotALeader',
    '08N07',
  )(`No write operations are allowed directly on this database. Writes must pass through the leader of '${database}'.`);
export const readOnlyDatabase = refusal('ClientError.General.ForbiddenOnReadOnlyDatabase', '08N08');
export const unavailable = (name: string): GraphError =>
  refusal('TransientError.General.DatabaseUnavailable', '08N09')(`The database '${name}' is currently unavailable.`);
export const bookmarkTimeout = (database: string): GraphError =>
  refusal(
    'TransientError.Transaction.BookmarkTimeout',
    '08N14',
  )(`Database '${database}' not up to the requested version of the bookmark within the time allowed.`);
export const invalidBookmark = refusal('ClientError.Transaction.InvalidBookmark', '22N86');
export const terminated = refusal('TransientError.Transaction.Terminated', '51N08');
export const timedOut = refusal('ClientError.Transaction.TransactionTimedOutClientConfiguration', '25N11');
export const invalidRequest = refusal('ClientError.Request.Invalid', '08N06');
export const unauthorized = (): GraphError =>
  new GraphError('Neo.ClientError.Security.Unauthorized', '42NFC', 'The client is unauthorized due to authentication failure.', true);
export const authLocked = (): GraphError =>
  new GraphError(
    'Neo.ClientError.Security.AuthenticationRateLimit',
    '42NFD',
    'The client has provided incorrect authentication details too many times in a row.',
    true,
  );
export const passwordExpired = refusal('ClientError.Security.CredentialsExpired', '42NFE');
