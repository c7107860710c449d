import type { SqlError } from '../sql-error.ts';
import { type Column, type WireTable, wireTypes } from '../values/sql-types.ts';

const int16 = (value: number): Buffer => {
  const buffer = Buffer.alloc(2);
  buffer.writeInt16BE(value);
  return buffer;
};

const int32 = (value: number): Buffer => {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
};

const cstring = (text: string): Buffer => Buffer.from(`${text.replaceAll('\0', '')}\0`);

const message = (type: string, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
};

/** Messages of PostgreSQL's protocol 3.0 that a server sends. */
export const authenticationOk = (): Buffer => message('R', int32(0));
export const askCleartext = (): Buffer => message('R', int32(3));
export const askSasl = (mechanism: string): Buffer => message('R', int32(10), cstring(mechanism), Buffer.from('\0'));
export const saslContinue = (text: string): Buffer => message('R', int32(11), Buffer.from(text));
export const saslFinal = (text: string): Buffer => message('R', int32(12), Buffer.from(text));
export const parameterStatus = (name: string, value: string): Buffer => message('S', cstring(name), cstring(value));
export const backendKeyData = (pid: number, secret: number): Buffer => message('K', int32(pid), int32(secret));
export const readyForQuery = (status: 'I' | 'T' | 'E'): Buffer => message('Z', Buffer.from(status));
export const commandComplete = (tag: string): Buffer => message('C', cstring(tag));
export const emptyQuery = (): Buffer => message('I');
export const parseComplete = (): Buffer => message('1');
export const bindComplete = (): Buffer => message('2');
export const closeComplete = (): Buffer => message('3');
export const noData = (): Buffer => message('n');
export const portalSuspended = (): Buffer => message('s');

export const parameterDescription = (count: number): Buffer =>
  message('t', int16(count), ...Array.from({ length: count }, () => int32(wireTypes.STRING.oid)));

export const rowDescription = (columns: readonly Column[]): Buffer =>
  message(
    'T',
    int16(columns.length),
    ...columns.map(({ name, type }) =>
      Buffer.concat([cstring(name), int32(0), int16(0), int32(wireTypes[type].oid), int16(wireTypes[type].size), int32(-1), int16(0)]),
    ),
  );

export const dataRows = (table: WireTable): readonly Buffer[] =>
  table.rows.map((row) =>
    message(
      'D',
      int16(row.length),
      ...row.map((value) => (value === null ? int32(-1) : Buffer.concat([int32(Buffer.byteLength(value)), Buffer.from(value)]))),
    ),
  );

export function errorResponse(error: SqlError): Buffer {
  const fields: readonly (readonly [string, string | undefined])[] = [
    ['S', error.severity],
    ['V', error.severity],
    ['C', error.sqlState],
    ['M', error.message],
    ['D', error.detail],
    ['H', error.hint],
    ['F', 'simulated.go'],
    ['L', '1'],
    ['R', 'Simulate'],
  ];
  const parts = fields.map(([code, text]) => (text === undefined ? Buffer.alloc(0) : Buffer.concat([Buffer.from(code), cstring(text)])));
  return message('E', ...parts, Buffer.from('\0'));
}
