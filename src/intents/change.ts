import type { ChangeIntent } from '../domain/intent.ts';
import type { Operation } from '../domain/operation.ts';
import { arg } from './arg.ts';

/** Longest text that a person can give with a command, characters. Two of them, written out, fit in one command. */
export const longestText = 400;

/** What every command has that changes a link. */
export const changeArgs = {
  reason: arg.optional(arg.text({ max: longestText, about: 'why this is done' })),
  breakGlass: arg.optional(arg.text({ min: 10, max: longestText, about: 'goes without approval, where policy lets you; says why' })),
  wait: arg.flag('waits in line when another run holds the link'),
} as const;

/** Asks for an operation in the way that the shared arguments say. */
export function askChange(operation: Operation, how: Pick<ChangeIntent, 'reason' | 'breakGlass' | 'wait'>): ChangeIntent {
  return { kind: 'change', operation, reason: how.reason, breakGlass: how.breakGlass, wait: how.wait };
}
