import type { RuleText } from '../domain/reply.ts';
import type { Requirement } from '../domain/verdict.ts';
import { durationWords } from './duration.ts';
import type { BreakGlass, Decision, Freeze, FreezeWindow, Match, Policy } from './rules.ts';
import { localMinuteText } from './zone-time.ts';

function joined(words: readonly string[], last: string): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}

/** `a, b or c`. */
export const eitherOf = (words: readonly string[]): string => joined(words, 'or');
/** `a, b and c`. */
const allOf = (words: readonly string[]): string => joined(words, 'and');

/** `1 approval`, `2 approvals`. */
export const approvals = (quorum: number): string => `${quorum} ${quorum === 1 ? 'approval' : 'approvals'}`;

/** `2 approvals from dba by button or reaction, not the requester's own`. */
export function requirementWords({ quorum, from, means, requesterExcluded }: Requirement): string {
  return `${approvals(quorum)} from ${eitherOf(from)} by ${eitherOf(means)}${requesterExcluded ? ', not the requester’s own' : ''}`;
}

function matchWords(match: Match): string {
  const operations = match.operations === null ? 'any change' : eitherOf(match.operations);
  const where = [
    match.links === null ? 'any link' : `links named ${eitherOf(match.links)}`,
    ...(match.environments === null ? [] : [`in ${eitherOf(match.environments)}`]),
    ...(match.engines === null ? [] : [`on ${eitherOf(match.engines)}`]),
  ];
  return `${operations} of ${where.join(' ')}${askerWords(match)}`;
}

function askerWords({ askers }: Match): string {
  if (askers === null) return '';
  const groups = askers.groups.length === 0 ? [] : [`members of ${eitherOf(askers.groups)}`];
  const people = askers.people.length === 0 ? [] : [`the people ${allOf(askers.people)}`];
  return ` asked for by ${eitherOf([...groups, ...people])}`;
}

function decisionWords(decision: Decision): string {
  switch (decision.kind) {
    case 'denied':
      return `is refused, whatever other rules say: ${ended(decision.because)}`;
    case 'allowed':
      return `is allowed without approval, and has to start within ${durationWords(decision.startWithinMs)}.`;
    case 'approval': {
      const { approvalWithinMs, startWithinMs } = decision.requirement;
      const within = `within ${durationWords(approvalWithinMs)}`;
      return `needs ${requirementWords(decision.requirement)}, ${within}; once approved it has to start within ${durationWords(startWithinMs)}.`;
    }
  }
}

function breakGlassWords(breakGlass: BreakGlass | null): string {
  if (breakGlass === null) return '';
  const freeze = breakGlass.overridesFreeze ? ', and do so inside a freeze window' : '';
  return ` Members of ${eitherOf(breakGlass.groups)} may skip the approval with a reason${freeze}.`;
}

const dayNames = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;
const clockText = (minute: number): string => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

function windowWords(window: FreezeWindow): string {
  if (window.kind === 'once') return `from ${localMinuteText(window.from)} to ${localMinuteText(window.to)} (${window.zone})`;
  const days = allOf(dayNames.filter((_, index) => window.days.includes(index + 1)));
  const nextDay = window.toMinute <= window.fromMinute ? ' of the next day' : '';
  return `every ${days} from ${clockText(window.fromMinute)} to ${clockText(window.toMinute)}${nextDay} (${window.zone})`;
}

/** The text with a full stop, unless it ends a sentence already. */
export const ended = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function freezeText({ name, match, window, because }: Freeze): RuleText {
  return { name, sentence: `Frozen ${windowWords(window)}: ${matchWords(match)}. ${ended(capitalised(because))}` };
}

/** The policy as people read it: a sentence for every rule in order, for the default, and for every freeze. */
export function ruleTexts(policy: Policy): readonly RuleText[] {
  return [
    ...policy.rules.map(({ name, match, decision, breakGlass }) => ({
      name,
      sentence: `${capitalised(matchWords(match))} ${decisionWords(decision)}${breakGlassWords(breakGlass)}`,
    })),
    { name: 'everything else', sentence: 'A change that no rule matches is refused.' },
    ...policy.freezes.map(freezeText),
  ];
}
