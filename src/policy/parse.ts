import { nearest } from '../domain/nearest.ts';
import { type Problem, problemsOf, said } from '../domain/problem.ts';
import type { Policy, PolicyProblems, Rule } from './rules.ts';
import { policySchema } from './schema.ts';

/** Names of rules and freezes have to differ: verdicts and traces refer to them. */
function repeatedNames(named: readonly { readonly name: string; readonly path: readonly PropertyKey[] }[]): readonly Problem[] {
  const seen = new Set<string>();
  return named.flatMap(({ name, path }) => {
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [said([...path, 'name'], `repeats the name “${name}”; give every rule and every freeze a name of its own.`)];
  });
}

/** Parses what the store or the config file holds. `version` is the store's, 0 for rules that are not in the store. Never throws. */
export function parsePolicy(rules: unknown, version = 0): Policy | PolicyProblems {
  const parsed = policySchema.safeParse(rules);
  if (!parsed.success) return { kind: 'problems', problems: problemsOf(parsed.error, rules, 'The policy') };
  const policy: Policy = { kind: 'policy', version, rules: parsed.data.rules, freezes: parsed.data.freezes };
  const problems = repeatedNames([
    ...policy.rules.map(({ name }, index) => ({ name, path: ['rules', index] })),
    ...policy.freezes.map(({ name }, index) => ({ name, path: ['freezes', index] })),
  ]);
  return problems.length > 0 ? { kind: 'problems', problems } : policy;
}

/** Groups of the config. `people` is null when Slack decides who is in it. */
export interface KnownGroup {
  readonly name: string;
  readonly people: readonly string[] | null;
}

function groupMentions(rule: Rule, index: number): readonly { readonly group: string; readonly path: readonly PropertyKey[] }[] {
  const at = (groups: readonly string[], ...path: readonly PropertyKey[]) =>
    groups.map((group, place) => ({ group, path: ['rules', index, ...path, place] }));
  return [
    ...at(rule.match.askers?.groups ?? [], 'match', 'askers', 'groups'),
    ...at(rule.decision.kind === 'approval' ? rule.decision.requirement.from : [], 'then', 'from'),
    ...at(rule.breakGlass?.groups ?? [], 'breakGlass', 'groups'),
  ];
}

/** A quorum that not even all approvers together could reach; only known where the config lists them. */
function quorumOutOfReach(rule: Rule, index: number, known: readonly KnownGroup[]): readonly Problem[] {
  if (rule.decision.kind !== 'approval') return [];
  const { from, quorum } = rule.decision.requirement;
  const people = new Set<string>();
  for (const group of known.filter(({ name }) => from.includes(name))) {
    if (group.people === null) return [];
    for (const person of group.people) people.add(person);
  }
  if (people.size >= quorum || people.size === 0) return [];
  const path = ['rules', index, 'then', 'quorum'];
  return [said(path, `asks for ${quorum} people, but ${from.join(', ')} has ${people.size}; lower it or add people to the group.`)];
}

/**
 * What is wrong with rules before they are taken into use: all that `parsePolicy` finds, groups that the config does not have,
 * and quorums that cannot be reached. Empty when nothing is.
 */
export function policyProblems(rules: unknown, groups: readonly KnownGroup[]): readonly Problem[] {
  const policy = parsePolicy(rules);
  if (policy.kind === 'problems') return policy.problems;
  const names = groups.map(({ name }) => name);
  const mentions = [
    ...policy.rules.flatMap(groupMentions),
    ...policy.freezes.flatMap((freeze, index) =>
      (freeze.match.askers?.groups ?? []).map((group, place) => ({
        group,
        path: ['freezes', index, 'match', 'askers', 'groups', place],
      })),
    ),
  ];
  const unknown = mentions.flatMap(({ group, path }) => {
    if (names.includes(group)) return [];
    const meant = nearest(group, names)[0] ?? null;
    const advice = meant === null ? 'add it there or name another.' : `did you mean “${meant}”?`;
    return [said(path, `names the group “${group}”, which the groups section of the config does not have; ${advice}`)];
  });
  return [...unknown, ...policy.rules.flatMap((rule, index) => quorumOutOfReach(rule, index, groups))];
}
