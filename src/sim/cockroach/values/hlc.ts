import { SqlError, uncategorized } from '../sql-error.ts';
import type { SqlType, SqlValue } from './sql-types.ts';
import { parseInterval, parseTimestamp } from './time-text.ts';

/** A hybrid logical clock reading: wall nanoseconds since the epoch, and a counter within one nanosecond. */
export interface Hlc {
  readonly ns: bigint;
  readonly logical: number;
}

export const hlcOfUs = (us: number): Hlc => ({ ns: BigInt(Math.round(us)) * 1000n, logical: 0 });

/** Microseconds, rounded up: a replicated time of this value covers the whole reading. */
export const usOfHlc = (hlc: Hlc): number => Number((hlc.ns + 999n) / 1000n);

/** `1695922878030920020.0000000000`, the DECIMAL that SQL shows. */
export const hlcDecimal = (hlc: Hlc): string => `${hlc.ns}.${String(hlc.logical).padStart(10, '0')}`;

/** `1695922878.030920020,0`, the form used in error messages. */
export const hlcText = (hlc: Hlc): string =>
  `${hlc.ns / 1_000_000_000n}.${String(hlc.ns % 1_000_000_000n).padStart(9, '0')},${hlc.logical}`;

/** What a NULL system time turns into on the server. */
export const maxHlc: Hlc = { ns: 9_223_372_036_854_775_807n, logical: 2_147_483_647 };

function parseDecimal(text: string): Hlc | null {
  const parts = /^(\d{1,19})(?:\.(\d{1,10}))?$/.exec(text.trim());
  if (parts === null) return null;
  return { ns: BigInt(parts[1] ?? '0'), logical: Number((parts[2] ?? '').padEnd(10, '0')) };
}

function ofInterval(us: number, nowUs: number): Hlc {
  if (us === 0) throw new SqlError('22023', `interval value '0' too small, absolute value must be >= 1µs`);
  return hlcOfUs(nowUs + us);
}

function ofText(text: string, nowUs: number): Hlc {
  const timestamp = parseTimestamp(text);
  if (timestamp !== null) return hlcOfUs(timestamp);
  const decimal = parseDecimal(text);
  if (decimal !== null && decimal.ns > 0n) return decimal;
  const interval = parseInterval(text);
  if (interval !== null) return ofInterval(interval, nowUs);
  throw uncategorized('value is neither timestamp, decimal, nor interval');
}

/** Reads a SYSTEM TIME operand: a timestamp, a count of nanoseconds, an HLC decimal, or a signed interval from now. */
export function systemTimeOf(type: SqlType, value: SqlValue, nowUs: number): Hlc {
  if (value === null) return maxHlc;
  if (type === 'TIMESTAMPTZ') return hlcOfUs(Number(value));
  if (type === 'INTERVAL') return ofInterval(Number(value), nowUs);
  if (type === 'INT8' || type === 'DECIMAL' || type === 'STRING') return ofText(String(value), nowUs);
  throw new SqlError('42804', `expected timestamp, decimal, or interval, got ${type}`);
}
