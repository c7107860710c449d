import type { JsonObject } from '../../domain/json.ts';
import type { Probe } from '../engine.ts';

export const todo: Probe = { kind: 'todo' };
export const underway = (note: string, fraction: number | null = null): Probe => ({ kind: 'underway', fraction, note });
export const done = (evidence: JsonObject): Probe => ({ kind: 'done', evidence });
export const unknown = (why: string, evidence: JsonObject = {}): Probe => ({ kind: 'unknown', why, evidence });
export const impossible = (why: string, evidence: JsonObject = {}): Probe => ({ kind: 'impossible', why, evidence });
