import { GraphError } from '../graph-error.ts';
import type { Answer, Extras, Fields, Notice } from './backend.ts';
import { type Cell, isList, isMap, packStructure, type Structure } from './packstream.ts';

export const requests = {
  hello: 0x01,
  goodbye: 0x02,
  reset: 0x0f,
  run: 0x10,
  begin: 0x11,
  commit: 0x12,
  rollback: 0x13,
  discard: 0x2f,
  pull: 0x3f,
  telemetry: 0x54,
  route: 0x66,
  logon: 0x6a,
  logoff: 0x6b,
} as const;

const gqlTexts: Readonly<Record<string, string>> = {
  '00000': 'note: successful completion',
  '00001': 'note: successful completion - omitted result',
  '02000': 'note: no data',
};

export const success = (fields: Fields): Buffer => packStructure({ signature: 0x70, fields: [fields] });
export const record = (row: readonly Cell[]): Buffer => packStructure({ signature: 0x71, fields: [row] });
export const ignored = (): Buffer => packStructure({ signature: 0x7e, fields: [] });

const classOf = (code: string): string =>
  code.includes('TransientError') ? 'TRANSIENT_ERROR' : code.includes('DatabaseError') ? 'DATABASE_ERROR' : 'CLIENT_ERROR';

const diagnosis = (code: string): Fields => ({ OPERATION: '', OPERATION_CODE: '0', CURRENT_SCHEMA: '/', _classification: classOf(code) });

/** What is behind a refusal has no code of its own, only a status. */
const reasonFields = ({ code, gqlStatus, message, cause }: GraphError): Fields => ({
  message,
  gql_status: gqlStatus,
  description: `error: ${message}`,
  diagnostic_record: diagnosis(code),
  ...(cause instanceof GraphError ? { cause: reasonFields(cause) } : {}),
});

export const failure = (error: GraphError): Buffer =>
  packStructure({ signature: 0x7f, fields: [{ neo4j_code: error.code, ...reasonFields(error) }] });

const noticeFields = ({ gqlStatus, code, title, description, severity, classification }: Notice): Fields => ({
  gql_status: gqlStatus,
  status_description: `${severity === 'WARNING' ? 'warn' : 'info'}: ${description}`,
  neo4j_code: code,
  title,
  description,
  diagnostic_record: {
    OPERATION: '',
    OPERATION_CODE: '0',
    CURRENT_SCHEMA: '/',
    _classification: classification,
    _severity: severity,
  },
});

/** The last SUCCESS of a result. */
export function summary(answer: Answer, inTransaction: boolean): Buffer {
  const outcome = answer.columns.length === 0 ? '00001' : answer.rows.length === 0 ? '02000' : '00000';
  return success({
    type: answer.type,
    t_last: 1n,
    db: answer.database,
    has_more: false,
    ...(inTransaction ? {} : { bookmark: answer.bookmark }),
    ...(answer.systemUpdates === 0 ? {} : { stats: { 'contains-system-updates': true, 'system-updates': BigInt(answer.systemUpdates) } }),
    statuses: [
      { gql_status: outcome, status_description: gqlTexts[outcome] ?? '', diagnostic_record: {} },
      ...answer.notices.map(noticeFields),
    ],
  });
}

const invalid = (message: string): GraphError => new GraphError('Neo.ClientError.Request.Invalid', '08N06', message, true);

export function mapField({ fields }: Structure, at: number): Fields {
  const field = fields[at];
  if (!isMap(field)) throw invalid(`field ${at} must be a map`);
  return field;
}

export function textField({ fields }: Structure, at: number): string {
  const field = fields[at];
  if (typeof field !== 'string') throw invalid(`field ${at} must be a string`);
  return field;
}

const textOf = (value: Cell | undefined): string | null => (typeof value === 'string' ? value : null);

export const textsOf = (value: Cell | undefined): readonly string[] =>
  isList(value) ? value.filter((item): item is string => typeof item === 'string') : [];

export function extrasOf(fields: Fields): Extras {
  const { tx_timeout: timeout, tx_metadata: metadata } = fields;
  return {
    database: textOf(fields['db']),
    mode: fields['mode'] === 'r' ? 'read' : 'write',
    bookmarks: textsOf(fields['bookmarks']),
    timeoutMs: typeof timeout === 'bigint' && timeout > 0n ? Number(timeout) : null,
    metadata: isMap(metadata) ? metadata : {},
  };
}

/** How many rows PULL and DISCARD ask for; all of them for -1. */
export function sizeOf(message: Structure): number {
  const size = mapField(message, 0)['n'];
  if (typeof size !== 'bigint' || size === 0n || size < -1n) throw invalid('n must be a positive number or -1');
  return size === -1n ? Number.POSITIVE_INFINITY : Number(size);
}
