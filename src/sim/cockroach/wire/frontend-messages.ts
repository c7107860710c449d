import { SqlError } from '../sql-error.ts';

/** The first packet of a connection. */
export type Opening =
  | { readonly kind: 'tls' }
  | { readonly kind: 'cancel'; readonly pid: number; readonly secret: number }
  | { readonly kind: 'startup'; readonly settings: ReadonlyMap<string, string> };

/** A packet after the first: a type byte and a body. */
export interface Packet {
  readonly type: string;
  readonly body: Buffer;
}

const protocolViolation = (message: string): SqlError => new SqlError('08P01', message, { severity: 'FATAL' });

/** Larger packets are refused: nobody sends a simulator a statement of megabytes. */
const largestPacket = 4 * 1024 * 1024;

/** Collects bytes and cuts them into packets. */
export interface Framing {
  push(bytes: Buffer): void;
  opening(): Opening | null;
  packet(): Packet | null;
}

const tlsRequest = 80_877_103;
const gssRequest = 80_877_104;
const cancelRequest = 80_877_102;

function readStartup(body: Buffer): Opening {
  const texts = body.subarray(4).toString('utf8').split('\0');
  const settings = new Map<string, string>();
  for (let at = 0; at + 1 < texts.length && texts[at] !== ''; at += 2) settings.set(texts[at] ?? '', texts[at + 1] ?? '');
  return { kind: 'startup', settings };
}

function readOpening(body: Buffer): Opening {
  const code = body.readInt32BE(0);
  if (code === tlsRequest || code === gssRequest) return { kind: 'tls' };
  if (code === cancelRequest && body.length >= 12) return { kind: 'cancel', pid: body.readInt32BE(4), secret: body.readInt32BE(8) };
  if (code >> 16 !== 3) throw protocolViolation('unknown protocol version');
  return readStartup(body);
}

export function createFraming(): Framing {
  let buffer = Buffer.alloc(0);
  const take = (header: number): Buffer | null => {
    if (buffer.length < header + 4) return null;
    const length = buffer.readInt32BE(header);
    if (length < 4 || length > largestPacket) throw protocolViolation(`message size ${length} is not allowed`);
    if (buffer.length < header + length) return null;
    const whole = buffer.subarray(0, header + length);
    buffer = buffer.subarray(header + length);
    return whole;
  };
  return {
    push: (bytes) => {
      buffer = Buffer.concat([buffer, bytes]);
    },
    opening: () => {
      const whole = take(0);
      if (whole === null) return null;
      if (whole.length < 8) throw protocolViolation('startup packet is too short');
      return readOpening(whole.subarray(4));
    },
    packet: () => {
      const whole = take(1);
      return whole === null ? null : { type: whole.toString('latin1', 0, 1), body: whole.subarray(5) };
    },
  };
}

/** Reads the fields of a packet in turn. Reading past its end is a protocol violation. */
export interface Fields {
  text(): string;
  int16(): number;
  int32(): number;
  /** A value with its length before it; null when the length is -1. */
  value(): Buffer | null;
  rest(): Buffer;
}

export function readFields(body: Buffer): Fields {
  let at = 0;
  const need = (size: number): number => {
    if (size < 0 || at + size > body.length) throw protocolViolation('message is too short');
    at += size;
    return at - size;
  };
  const int32 = (): number => body.readInt32BE(need(4));
  return {
    int32,
    int16: () => body.readInt16BE(need(2)),
    text: () => {
      const end = body.indexOf(0, at);
      if (end === -1) throw protocolViolation('string is not terminated');
      const from = need(end - at + 1);
      return body.toString('utf8', from, end);
    },
    value: () => {
      const length = int32();
      if (length === -1) return null;
      const from = need(length);
      return body.subarray(from, from + length);
    },
    rest: () => body.subarray(at),
  };
}

export interface ParseRequest {
  readonly name: string;
  readonly sql: string;
}

export function readParse(body: Buffer): ParseRequest {
  const fields = readFields(body);
  return { name: fields.text(), sql: fields.text() };
}

export interface BindRequest {
  readonly portal: string;
  readonly statement: string;
  readonly values: readonly (string | null)[];
}

const binaryRefused = (what: string): SqlError => new SqlError('0A000', `unimplemented: binary format of ${what} is not simulated`);

export function readBind(body: Buffer): BindRequest {
  const fields = readFields(body);
  const portal = fields.text();
  const statement = fields.text();
  const formats = Array.from({ length: fields.int16() }, () => fields.int16());
  if (formats.includes(1)) throw binaryRefused('parameters');
  const values = Array.from({ length: fields.int16() }, () => fields.value()?.toString('utf8') ?? null);
  const results = Array.from({ length: fields.int16() }, () => fields.int16());
  if (results.includes(1)) throw binaryRefused('results');
  return { portal, statement, values };
}
