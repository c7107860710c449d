import type { Check } from '../../../domain/plan.ts';

export const passed = (name: string, seen: string): Check => ({ name, outcome: 'passed', seen, next: null });
export const warned = (name: string, seen: string, next: string): Check => ({ name, outcome: 'warned', seen, next });
export const failed = (name: string, seen: string, next: string): Check => ({ name, outcome: 'failed', seen, next });
