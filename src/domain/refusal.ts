/** An expected no. A value, never thrown. */
export interface Refusal {
  readonly kind: 'refusal';
  readonly code: RefusalCode;
  /** What was refused and why: one full sentence, fit for a person. */
  readonly sentence: string;
  /** What the person can do now: one full sentence. */
  readonly next: string;
  /** Everything that stands in the way, full sentences, when `sentence` names only the first of it. */
  readonly all?: readonly string[];
}

/** Every refusal has a code here and a line in the operator docs. A retired code is never used again. */
export const refusalCodes = {
  'bad-input': 'The text could not be read as a command, or a value is out of range.',
  'unknown-link': 'There is no such link in the config.',
  'unknown-run': 'There is no such run.',
  'not-permitted': 'No rule of the policy permits it, or a rule denies it.',
  'policy-unavailable': 'The policy could not be read or understood, so nothing may be changed.',
  'not-supported': 'The engine of the link does not have this operation.',
  'not-possible-now': 'The databases are not in a state from which it can be done.',
  'link-held': 'Another run holds the link.',
  frozen: 'A freeze window forbids changes now.',
  'not-eligible': 'The person, or the way in which they said it, does not count.',
  'too-late': 'The run has moved on.',
  'stale-plan': 'The vote or the observation belongs to another plan.',
  'illegal-move': 'The run is not in a state that has this move.',
} as const;

export type RefusalCode = keyof typeof refusalCodes;

export const refuse = (code: RefusalCode, sentence: string, next: string): Refusal => ({ kind: 'refusal', code, sentence, next });

export const isRefusal = (value: unknown): value is Refusal =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'refusal';
