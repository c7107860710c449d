/** A moment with a time zone offset of zero. */
export interface ZonedTime {
  readonly zonedMs: number;
}

/** A length of time without months or days. */
export interface TimeSpan {
  readonly spanMs: number;
}

/** A value as it travels: a bigint is an INTEGER, a number is a FLOAT. */
export type Cell = null | boolean | bigint | number | string | ZonedTime | TimeSpan | readonly Cell[] | { readonly [key: string]: Cell };

/** What a message is made of: a signature and its fields. */
export interface Structure {
  readonly signature: number;
  readonly fields: readonly Cell[];
}

/** Bytes that are not PackStream; the connection ends. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage';
}

export const isList = (cell: Cell | undefined): cell is readonly Cell[] => Array.isArray(cell);
export const isMap = (cell: Cell | undefined): cell is { readonly [key: string]: Cell } =>
  typeof cell === 'object' && cell !== null && !Array.isArray(cell) && !('zonedMs' in cell) && !('spanMs' in cell);

function sized(tiny: number, limit: number, wide: readonly (number | null)[], size: number): Buffer {
  if (size < limit) return Buffer.from([tiny + size]);
  const [one = null, two = null, four = null] = wide;
  if (one !== null && size < 0x100) return Buffer.from([one, size]);
  if (two !== null && size < 0x10000) return Buffer.from([two, size >> 8, size & 0xff]);
  const bytes = Buffer.alloc(5);
  bytes[0] = four ?? 0;
  bytes.writeUInt32BE(size, 1);
  return bytes;
}

function packInteger(value: bigint): Buffer {
  if (value >= -16n && value <= 127n) return Buffer.from([Number(value) & 0xff]);
  const bytes = Buffer.alloc(9);
  bytes[0] = 0xcb;
  bytes.writeBigInt64BE(value, 1);
  return bytes;
}

function packFloat(value: number): Buffer {
  const bytes = Buffer.alloc(9);
  bytes[0] = 0xc1;
  bytes.writeDoubleBE(value, 1);
  return bytes;
}

function packText(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  return Buffer.concat([sized(0x80, 16, [0xd0, 0xd1, 0xd2], bytes.length), bytes]);
}

const packMap = (entries: readonly (readonly [string, Cell])[]): Buffer =>
  Buffer.concat([sized(0xa0, 16, [0xd8, 0xd9, 0xda], entries.length), ...entries.flatMap(([key, value]) => [packText(key), pack(value)])]);

const structure = (signature: number, fields: readonly Cell[]): Buffer =>
  Buffer.concat([Buffer.from([0xb0 + fields.length, signature]), ...fields.map(pack)]);

function packObject(value: Exclude<Cell, null | boolean | bigint | number | string>): Buffer {
  if (isList(value)) return Buffer.concat([sized(0x90, 16, [0xd4, 0xd5, 0xd6], value.length), ...value.map(pack)]);
  if (isMap(value)) return packMap(Object.entries(value));
  if ('zonedMs' in value && typeof value.zonedMs === 'number') {
    const ms = Math.floor(value.zonedMs);
    const seconds = Math.floor(ms / 1000);
    return structure(0x49, [BigInt(seconds), BigInt((ms - seconds * 1000) * 1_000_000), 0n]);
  }
  const ms = 'spanMs' in value && typeof value.spanMs === 'number' ? Math.floor(value.spanMs) : 0;
  return structure(0x45, [0n, 0n, BigInt(Math.floor(ms / 1000)), BigInt((ms % 1000) * 1_000_000)]);
}

/** A value as PackStream. */
export function pack(value: Cell): Buffer {
  if (value === null) return Buffer.from([0xc0]);
  if (typeof value === 'boolean') return Buffer.from([value ? 0xc3 : 0xc2]);
  if (typeof value === 'bigint') return packInteger(value);
  if (typeof value === 'number') return packFloat(value);
  return typeof value === 'string' ? packText(value) : packObject(value);
}

export const packStructure = ({ signature, fields }: Structure): Buffer => structure(signature, fields);

/** Reads values one after the other. */
interface Reader {
  readonly bytes: Buffer;
  at: number;
}

function take(reader: Reader, size: number): Buffer {
  if (reader.at + size > reader.bytes.length) throw new MalformedMessage('the message ends too early');
  reader.at += size;
  return reader.bytes.subarray(reader.at - size, reader.at);
}

const byteOf = (reader: Reader): number => take(reader, 1)[0] ?? 0;
const unsigned = (reader: Reader, size: number): number => take(reader, size).readUIntBE(0, size);
const textOf = (reader: Reader, size: number): string => take(reader, size).toString('utf8');
const listOf = (reader: Reader, size: number): Cell[] => Array.from({ length: bounded(reader, size) }, () => unpack(reader));

/** No list has more elements than the message has bytes left. */
function bounded(reader: Reader, size: number): number {
  if (size > reader.bytes.length - reader.at) throw new MalformedMessage('a collection is larger than its message');
  return size;
}

function mapOf(reader: Reader, size: number): Cell {
  const entries: [string, Cell][] = [];
  for (let left = bounded(reader, size); left > 0; left -= 1) {
    const key = unpack(reader);
    if (typeof key !== 'string') throw new MalformedMessage('a map has a key that is no string');
    entries.push([key, unpack(reader)]);
  }
  return Object.fromEntries(entries);
}

const wide: Readonly<Record<number, (reader: Reader) => Cell>> = {
  192: () => null,
  193: (reader) => take(reader, 8).readDoubleBE(0),
  194: () => false,
  195: () => true,
  200: (reader) => BigInt(take(reader, 1).readInt8(0)),
  201: (reader) => BigInt(take(reader, 2).readInt16BE(0)),
  202: (reader) => BigInt(take(reader, 4).readInt32BE(0)),
  203: (reader) => take(reader, 8).readBigInt64BE(0),
  208: (reader) => textOf(reader, unsigned(reader, 1)),
  209: (reader) => textOf(reader, unsigned(reader, 2)),
  210: (reader) => textOf(reader, unsigned(reader, 4)),
  212: (reader) => listOf(reader, unsigned(reader, 1)),
  213: (reader) => listOf(reader, unsigned(reader, 2)),
  214: (reader) => listOf(reader, unsigned(reader, 4)),
  216: (reader) => mapOf(reader, unsigned(reader, 1)),
  217: (reader) => mapOf(reader, unsigned(reader, 2)),
  218: (reader) => mapOf(reader, unsigned(reader, 4)),
};

function unpack(reader: Reader): Cell {
  const marker = byteOf(reader);
  if (marker < 0x80) return BigInt(marker);
  if (marker >= 0xf0) return BigInt(marker - 0x100);
  const size = marker & 0x0f;
  if (marker < 0x90) return textOf(reader, size);
  if (marker < 0xa0) return listOf(reader, size);
  if (marker < 0xb0) return mapOf(reader, size);
  const read = wide[marker];
  if (read === undefined) throw new MalformedMessage(`no value begins with 0x${marker.toString(16)}`);
  return read(reader);
}

/** Reads one message. Values inside are plain: the statements of this feature take no temporal or spatial parameters. */
export function unpackStructure(bytes: Buffer): Structure {
  const reader: Reader = { bytes, at: 0 };
  const marker = byteOf(reader);
  if ((marker & 0xf0) !== 0xb0) throw new MalformedMessage('a message is not a structure');
  const signature = byteOf(reader);
  const fields = listOf(reader, marker & 0x0f);
  if (reader.at !== bytes.length) throw new MalformedMessage('a message is longer than its fields');
  return { signature, fields };
}
