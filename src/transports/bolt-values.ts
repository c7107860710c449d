/** What a server can answer: an INTEGER is a bigint, times and durations are text as the driver writes them. */
export type BoltValue = null | boolean | bigint | number | string | readonly BoltValue[] | { readonly [key: string]: BoltValue };

export type BoltRow = Readonly<Record<string, BoltValue>>;

/** What a statement can be given. Numbers are missing since they would be sent as FLOAT: an INTEGER is a bigint. */
export type BoltParameter = null | boolean | bigint | string | readonly BoltParameter[] | { readonly [key: string]: BoltParameter };

export type BoltParameters = Readonly<Record<string, BoltParameter>>;

/** Makes plain values of what the driver gives. */
export function plainValue(value: unknown): BoltValue {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.map(plainValue);
  switch (typeof value) {
    case 'boolean':
    case 'bigint':
    case 'number':
    case 'string':
      return value;
    case 'object':
      return isPlain(value) ? Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plainValue(member)])) : String(value);
    default:
      return null;
  }
}

/** Times, durations, points and the like are instances of the driver's classes. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

export const textAt = (row: BoltRow, column: string): string | null => {
  const value = row[column];
  return typeof value === 'string' ? value : null;
};

export const flagAt = (row: BoltRow, column: string): boolean => row[column] === true;

/** A whole number that is certainly small (a count, a time to live); null when it is none. */
export const countAt = (row: BoltRow, column: string): number | null => {
  const value = row[column];
  return typeof value === 'bigint' || typeof value === 'number' ? Number(value) : null;
};

/** A whole number in digits, of any size. */
export const digitsAt = (row: BoltRow, column: string): string | null => {
  const value = row[column];
  if (typeof value === 'bigint') return value < 0n ? null : String(value);
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? String(value) : null;
};

export const textsOf = (value: BoltValue | undefined): readonly string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];

export const mapOf = (value: BoltValue | undefined): BoltRow | null =>
  // The cast follows the checks that leave only a map.
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as BoltRow) : null;
