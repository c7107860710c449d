import type { Standing } from '../domain/person.ts';
import type { RuleTrace, Verdict } from '../domain/verdict.ts';
import { type Frozen, frozenAt } from './freeze.ts';
import { type Ask, type Comparison, compare } from './match.ts';
import type { Policy, Rule } from './rules.ts';
import { eitherOf, ended, requirementWords } from './words.ts';
import { localText } from './zone-time.ts';

type Refused = Extract<Verdict, { kind: 'refused' }>;

/** A rule beside how it compares with what is asked. */
interface Finding {
  readonly rule: Rule;
  readonly match: Comparison;
}

/** What the rules say before freezes are looked at. `rule` is null when none matched. */
export type Ruling =
  | { readonly kind: 'ruled'; readonly rule: Rule }
  | { readonly kind: 'none' }
  /** The asker's groups could not be read, and `rule`, which may be meant for them, is the stricter one. */
  | { readonly kind: 'uncertain'; readonly rule: Rule };

const nothingYet = 'Nothing was changed.';
/** Year 9999; beyond it time zones mean nothing. */
const latestTime = 253_402_300_799_999;

const standingWords: Readonly<Record<Exclude<Standing, 'member'>, string>> = {
  guest: 'a guest',
  stranger: 'from another organisation',
  bot: 'a bot',
  deactivated: 'deactivated',
  unknown: 'somebody who could not be looked up in Slack',
};

/** Why somebody with this standing never counts: a clause without a full stop; null for a full member. */
export function standingProblem(standing: Standing): string | null {
  if (standing === 'member') return null;
  // A standing that is none of the known words comes from damaged records, and counts as unknown.
  return Object.hasOwn(standingWords, standing) ? standingWords[standing] : standingWords.unknown;
}

const findingsOf = (policy: Policy, ask: Ask): readonly Finding[] =>
  policy.rules.map((rule) => ({ rule, match: compare(rule.match, ask) }));

/** How many people a rule that does not deny demands. */
const demandOf = ({ decision }: Rule): number => (decision.kind === 'approval' ? decision.requirement.quorum : 0);

/** A denied rule that matches wins; else the first that matches; a stricter one that cannot be ruled out makes it uncertain. */
function ruleOver(findings: readonly Finding[]): Ruling {
  const denied = findings.find(({ rule, match }) => rule.decision.kind === 'denied' && match.kind === 'fits');
  if (denied !== undefined) return { kind: 'ruled', rule: denied.rule };
  const first = findings.findIndex(({ match }) => match.kind === 'fits');
  const decider = findings[first];
  if (decider === undefined) return { kind: 'none' };
  const stricter = findings.find(
    ({ rule, match }, place) =>
      match.kind === 'uncertain' && (rule.decision.kind === 'denied' || (place < first && demandOf(rule) > demandOf(decider.rule))),
  );
  return stricter === undefined ? { kind: 'ruled', rule: decider.rule } : { kind: 'uncertain', rule: stricter.rule };
}

/** What the rules say of an ask, freezes and the asker's standing left aside. */
export const rulingOn = (policy: Policy, ask: Ask): Ruling => ruleOver(findingsOf(policy, ask));

function traceOf(findings: readonly Finding[], decider: Rule | null): readonly RuleTrace[] {
  const winner = findings.flatMap(({ rule }) => (rule === decider ? [rule.name] : [])).join('');
  return findings.map(({ rule, match }) => {
    const decided = rule === decider;
    if (match.kind !== 'fits' && !decided) return { rule: rule.name, decided, why: `Rule ${rule.name} does not apply: ${match.why}.` };
    if (match.kind === 'uncertain') return { rule: rule.name, decided, why: `Rule ${rule.name} cannot be ruled out: ${match.why}.` };
    if (decided) return { rule: rule.name, decided, why: `Rule ${rule.name} decides: ${decidedWhy(rule)}.` };
    return { rule: rule.name, decided, why: `Rule ${rule.name} matches too, but ${winner} decides before it.` };
  });
}

const decidedWhy = (rule: Rule): string =>
  rule.decision.kind === 'denied' ? 'it matches, and one that denies wins over all others' : 'it is the first that matches';

const subject = ({ operation, link }: Ask): string => `The ${operation} of ${link.id}`;

/** Refusal of everything that changes anything, because there is no policy to judge by. `why` is a full sentence. */
export function unavailable(why: string, version = 0): Refused {
  return {
    kind: 'refused',
    code: 'policy-unavailable',
    policyVersion: version,
    rule: null,
    sentence: `${ended(why)} Without a policy every change is refused. ${nothingYet}`,
    next: 'Run /repl doctor to see what is wrong with Redis or the policy, and try again when it is mended.',
    trace: [],
    breakGlass: false,
  };
}

function notEligible(policy: Policy, ask: Ask, problem: string): Refused {
  return {
    kind: 'refused',
    code: 'not-eligible',
    policyVersion: policy.version,
    rule: null,
    sentence: `${subject(ask)} is refused: only full members of the workspace may ask for changes, and who asks is ${problem}.`,
    next: 'Ask a full member of the workspace to run the command.',
    trace: policy.rules.map(({ name }) => ({
      rule: name,
      decided: false,
      why: `Rule ${name} was not looked at, since who asks is not a full member.`,
    })),
    breakGlass: false,
  };
}

/** Who could ask instead: rules that fit but for the asker. */
function othersMay(findings: readonly Finding[]): string {
  const others = findings.flatMap(({ rule, match }) => (rule.decision.kind !== 'denied' && match.kind === 'differs' ? match.fits : []));
  return others.length === 0
    ? 'Run /repl policy show to read the rules; a rule that allows it has to be added first.'
    : `Ask somebody in ${eitherOf([...new Set(others)])} to run the command.`;
}

function notRuled(policy: Policy, ask: Ask, findings: readonly Finding[], ruling: Exclude<Ruling, { kind: 'ruled' }>): Refused {
  const basis = { kind: 'refused', policyVersion: policy.version, breakGlass: false } as const;
  const problem = ask.person.groupsProblem === null ? '' : ` ${ended(ask.person.groupsProblem)}`;
  if (ruling.kind === 'none') {
    const sentence = `${subject(ask)} is refused: no rule of the policy allows it.${problem}`;
    return { ...basis, code: 'not-permitted', rule: null, sentence, next: othersMay(findings), trace: traceOf(findings, null) };
  }
  const { name } = ruling.rule;
  const sentence = `${subject(ask)} is refused: rule ${name} may apply, since the groups of who asks could not be read.${problem}`;
  const next = 'Try again when Slack answers, or ask somebody else to run the command.';
  return { ...basis, code: 'not-permitted', rule: name, sentence, next, trace: traceOf(findings, ruling.rule) };
}

/** Whether the asker is in one of the groups that may skip the rule's approval. */
const mayBreakGlass = (rule: Rule, ask: Ask): boolean =>
  rule.breakGlass?.groups.some((group) => ask.person.groups.includes(group)) ?? false;

function frozenVerdict(policy: Policy, ask: Ask, rule: Rule, findings: readonly Finding[], { freeze, endsAt }: Frozen): Refused {
  const breakGlass = mayBreakGlass(rule, ask) && rule.breakGlass?.overridesFreeze === true;
  const until = endsAt === null ? null : localText(endsAt, freeze.window.zone);
  const again = until === null ? 'Ask for a change of the policy, since no end is in sight' : `Try again after ${until}`;
  const trace = traceOf(findings, rule).map((line) =>
    line.rule === rule.name ? { rule: rule.name, decided: false, why: `Rule ${rule.name} would decide, but a freeze comes first.` } : line,
  );
  return {
    kind: 'refused',
    code: 'frozen',
    policyVersion: policy.version,
    rule: freeze.name,
    sentence: `${subject(ask)} is refused: ${freeze.name} freezes it ${until === null ? 'without an end' : `until ${until}`}. ${ended(freeze.because)}`,
    next: breakGlass ? `${again}, or break glass with a reason if it cannot wait.` : `${again}.`,
    trace: [...trace, { rule: freeze.name, decided: true, why: `Freeze ${freeze.name} decides: it holds at that time and matches.` }],
    breakGlass,
  };
}

function permitted(policy: Policy, ask: Ask, rule: Rule, findings: readonly Finding[]): Verdict {
  const basis = { policyVersion: policy.version, rule: rule.name, trace: traceOf(findings, rule) };
  const { decision } = rule;
  switch (decision.kind) {
    case 'denied': {
      const sentence = `${subject(ask)} is refused by rule ${rule.name}: ${ended(decision.because)}`;
      const next = 'Nothing skips this rule; if it is wrong, ask for a change of the policy.';
      return { ...basis, kind: 'refused', code: 'not-permitted', sentence, next, breakGlass: false };
    }
    case 'allowed': {
      const sentence = `${subject(ask)} is allowed without approval by rule ${rule.name}.`;
      return { ...basis, kind: 'allowed', startWithinMs: decision.startWithinMs, sentence, breakGlass: false };
    }
    case 'approval': {
      const sentence = `${subject(ask)} needs ${requirementWords(decision.requirement)} (rule ${rule.name}).`;
      return { ...basis, kind: 'needs-approval', requirement: decision.requirement, sentence, breakGlass: mayBreakGlass(rule, ask) };
    }
  }
}

/** Judges an ask by a policy; null stands for a policy that could not be read, which refuses. Never throws. */
export function judge(policy: Policy | null, ask: Ask): Verdict {
  if (policy === null) return unavailable('No policy could be read.');
  if (!(ask.at >= 0 && ask.at <= latestTime)) return unavailable('The time to judge at is not a time.', policy.version);
  const problem = standingProblem(ask.person.standing);
  if (problem !== null) return notEligible(policy, ask, problem);
  const findings = findingsOf(policy, ask);
  const ruling = ruleOver(findings);
  if (ruling.kind !== 'ruled') return notRuled(policy, ask, findings, ruling);
  if (ruling.rule.decision.kind === 'denied') return permitted(policy, ask, ruling.rule, findings);
  const matching = policy.freezes.filter(({ match }) => compare(match, ask).kind !== 'differs');
  const frozen = frozenAt(matching, ask.at);
  return frozen === null ? permitted(policy, ask, ruling.rule, findings) : frozenVerdict(policy, ask, ruling.rule, findings, frozen);
}
