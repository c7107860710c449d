/** What is known of the effect of a call that failed. Only `not-applied` may be tried again without looking. */
export type EffectKnowledge = 'not-applied' | 'applied' | 'unknown';

/** Every fault has a code here, a line in the operator docs and a test. A retired code is never used again. */
export const faultCodes = {
  'connect-failed': 'The server could not be reached.',
  'connection-lost': 'The connection broke while a statement was under way.',
  'deadline-passed': 'No answer came before the deadline.',
  'login-refused': 'The server refused the user or the password.',
  'permission-missing': 'The database user lacks a privilege.',
  'statement-refused': 'The server refused the statement.',
  'certificate-untrusted': 'The server could not prove who it is.',
  'answer-not-understood': 'The server gave an answer that is outside its documented format.',
  'redis-unavailable': 'Redis could not be reached or refused the write.',
  'slack-unavailable': 'Slack could not be reached or refused the call.',
  'lease-lost': 'Another worker has taken the run over.',
  aborted: 'The work was stopped before it was sent.',
} as const;

export type FaultCode = keyof typeof faultCodes;

export interface FaultDetails {
  readonly effect: EffectKnowledge;
  /** Facts for code and for the operator, without secrets (e.g. `{ sqlState: '42501', cluster: 'east' }`). */
  readonly facts?: Readonly<Record<string, string | number | boolean | null>>;
  readonly cause?: unknown;
}

/** The outside world failed. Thrown; `message` is fit for a person and carries no secret. */
export class Fault extends Error {
  override readonly name = 'Fault';
  readonly code: FaultCode;
  readonly effect: EffectKnowledge;
  readonly facts: Readonly<Record<string, string | number | boolean | null>>;

  constructor(code: FaultCode, sentence: string, details: FaultDetails) {
    super(sentence, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.effect = details.effect;
    this.facts = details.facts ?? {};
  }
}

export const isFault = (value: unknown): value is Fault => value instanceof Fault;
