/** An expected no. A value, never thrown. */
export interface Refusal {
  readonly kind: 'refusal';
  readonly code: RefusalCode;
  /** What was refused and why: one full sentence, fit for a person. */
  readonly sentence: string;
  /** What the person can do now: one full sentence. */
  readonly next: string;
}

/** Closed list; each has a line in the operator docs. A retired code is never used again. */
export type RefusalCode =
  | 'bad-input'
  | 'unknown-link'
  | 'unknown-run'
  | 'not-permitted'
  | 'policy-unavailable'
  | 'not-supported'
  | 'not-possible-now'
  | 'link-held'
  | 'frozen'
  | 'not-eligible'
  | 'too-late'
  | 'stale-plan'
  | 'illegal-move';

export const refuse = (code: RefusalCode, sentence: string, next: string): Refusal => ({ kind: 'refusal', code, sentence, next });

export const isRefusal = (value: unknown): value is Refusal =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'refusal';
