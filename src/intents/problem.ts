import type { RefusalCode } from '../domain/refusal.ts';

/** What is wrong with a text. It becomes a refusal where the usage line is known. */
export interface Problem {
  readonly kind: 'problem';
  readonly code: Extract<RefusalCode, 'bad-input' | 'unknown-link'>;
  /** One full sentence that names what was typed. */
  readonly sentence: string;
  /** What was probably meant or how to write it: a full sentence; null when the usage line says enough. */
  readonly hint: string | null;
}

export const problem = (sentence: string, hint: string | null = null): Problem => ({ kind: 'problem', code: 'bad-input', sentence, hint });

export const isProblem = (value: unknown): value is Problem =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'problem';
