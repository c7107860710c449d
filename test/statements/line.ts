/** One statement that an engine sent, and where. */
export interface Sent {
  readonly version: string;
  /** The virtual cluster of the session: `system`, or the application's. */
  readonly interface: string;
  readonly statement: string;
}

/** Whatever some tool takes for the end of a line or of a field, and the sign that the escapes begin with. */
const unfit = /[\\\p{Cc}\u2028\u2029]/gu;
const short: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** As in a JSON string, but that double quotes stand as they are, so that a statement of any names is one line and can be read back. */
export const escapeLine = (text: string): string =>
  text.replace(unfit, (sign) => short[sign] ?? `\\u${(sign.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`);

const lineOf = (sent: Sent): string => [sent.version, sent.interface, sent.statement].map(escapeLine).join('\t');

/** Each line once, in the order of its code units; ends with a newline. */
export const linesOf = (sent: Iterable<Sent>): string => {
  const lines = [...new Set(Array.from(sent, lineOf))].sort();
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
};

/** What differs from run to run and says nothing about the statement: ports and certificates of the simulated clusters, times, ids of sessions. */
const volatile: readonly (readonly [RegExp, string])[] = [
  [/127\.0\.0\.1:\d+/g, '127.0.0.1:26257'],
  [/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+00(:00)?/g, '2026-06-01 10:00:00.000000+00:00'],
  [/-----BEGIN\+CERTIFICATE-----[^&']*/g, '-----BEGIN+CERTIFICATE-----MIIB-----END+CERTIFICATE-----%0A'],
  [/(CANCEL SESSION IF EXISTS )'[0-9a-f]+'/g, "$1'16c8a2b4d0f3e5a7'"],
];

/** The same text for the same statement in every run. */
export const steady = (statement: string): string => volatile.reduce((text, [what, by]) => text.replace(what, by), statement);
