import fc from 'fast-check';
import { asLinkId, asUserId } from '../../src/domain/ids.ts';
import { engineIds } from '../../src/domain/link.ts';
import { operationNames } from '../../src/domain/operation.ts';
import type { Person } from '../../src/domain/person.ts';
import type { Ask } from '../../src/policy/match.ts';
import { aRule } from './builders.ts';

/** Few names, so that what is generated often meets. */
const group = fc.constantFrom('dba', 'sre', 'juniors');
const groups = fc.uniqueArray(group, { minLength: 1, maxLength: 3 });
const environment = fc.constantFrom('production', 'staging');
const linkName = fc.constantFrom('prod-sql', 'prod-graph', 'stage-sql');
const person = fc.constantFrom('UANN', 'UBOB', 'UCEM');

const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
const present = (value: object): object => Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined));

const askers = fc.oneof(
  groups.map((names) => ({ groups: names })),
  fc.uniqueArray(person, { minLength: 1 }).map((people) => ({ people })),
);

const matches = fc
  .record({
    operations: optional(fc.uniqueArray(fc.constantFrom(...operationNames), { minLength: 1 })),
    environments: optional(fc.uniqueArray(fc.oneof(environment, fc.constant('prod*')), { minLength: 1 })),
    links: optional(fc.uniqueArray(fc.oneof(linkName, fc.constantFrom('*-sql', 'prod-????')), { minLength: 1 })),
    engines: optional(fc.uniqueArray(fc.constantFrom(...engineIds), { minLength: 1 })),
    askers: optional(askers),
  })
  .map(present);

const denied = fc.constant({ kind: 'denied', because: 'Because' });
const permits = fc.oneof(
  fc.constant({ kind: 'allowed' }),
  fc.record({
    kind: fc.constant('approval'),
    quorum: fc.integer({ min: 1, max: 10 }),
    from: groups,
    requesterExcluded: fc.boolean(),
    by: fc.uniqueArray(fc.constantFrom('reaction', 'button', 'command'), { minLength: 1 }),
  }),
);
const glass = optional(fc.record({ groups, overridesFreeze: fc.boolean() }));

const shuffled = <T>(items: readonly T[]): fc.Arbitrary<T[]> => fc.shuffledSubarray([...items], { minLength: items.length });

/** Rules as people write them, each with its name. */
export const deniedRules = fc
  .array(fc.tuple(matches, denied), { maxLength: 4 })
  .map((parts) => parts.map(([match, decision], index) => aRule(`denied-${index}`, match, decision)));

const permittingRules = fc
  .array(fc.tuple(matches, permits, glass), { maxLength: 6 })
  .map((parts) => parts.map(([match, decision, breakGlass], index) => aRule(`rule-${index}`, match, decision, present({ breakGlass }))));

export const rules = fc
  .tuple(permittingRules, fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: deniedRules }))
  .chain(([some, others]) => shuffled([...some, ...others]));

const day = fc.integer({ min: 1, max: 28 }).map((number) => String(number).padStart(2, '0'));
const windows = fc.oneof(
  fc
    .tuple(day, day)
    .map(([from, to]) => ({ kind: 'once', from: `2026-06-${from}T00:00`, to: `2026-07-${to}T12:30`, zone: 'Europe/Berlin' })),
  fc
    .uniqueArray(fc.constantFrom('mon', 'wed', 'sat', 'sun'), { minLength: 1 })
    .map((days) => ({ kind: 'weekly', days, from: '20:00', to: '06:00', zone: 'America/New_York' })),
);
export const freezes = fc
  .array(fc.tuple(matches, windows), { maxLength: 2 })
  .map((parts) => parts.map(([match, window], index) => ({ name: `freeze-${index}`, because: 'Quiet', match, window })));

export const people: fc.Arbitrary<Person> = fc.record({
  id: person.map(asUserId),
  name: fc.string(),
  standing: fc.oneof(
    { weight: 9, arbitrary: fc.constant('member' as const) },
    { weight: 1, arbitrary: fc.constantFrom('guest', 'stranger', 'bot', 'deactivated', 'unknown') },
  ),
  groups: fc.uniqueArray(group),
  groupsProblem: fc.constantFrom(null, null, null, 'Slack did not answer.'),
});

export const asks: fc.Arbitrary<Ask> = fc.record({
  operation: fc.constantFrom(...operationNames),
  link: fc.record({ id: linkName.map(asLinkId), engine: fc.constantFrom(...engineIds), environment }),
  person: people,
  at: fc.integer({ min: Date.UTC(2026, 4, 25), max: Date.UTC(2026, 7, 5) }),
});
