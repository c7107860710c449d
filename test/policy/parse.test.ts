import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { operationNames } from '../../src/domain/operation.ts';
import { durationWords, parseDuration } from '../../src/policy/duration.ts';
import { globFits } from '../../src/policy/match.ts';
import { type KnownGroup, parsePolicy, policyProblems } from '../../src/policy/parse.ts';
import { ruleTexts } from '../../src/policy/words.ts';
import { allowed, aPolicy, approvalRule, aRule, deniedRule, juneFreeze, overridingRule, stagingRule, twoOfDba } from './builders.ts';

const sentences = (rules: unknown): readonly string[] => {
  const policy = parsePolicy(rules);
  return policy.kind === 'problems' ? policy.problems.map(({ sentence }) => sentence) : [];
};
const ruled = (match: object, decision: object, more: object = {}): unknown => ({ rules: [aRule('one', match, decision, more)] });
const frozen = (window: object): unknown => ({ rules: [], freezes: [{ ...juneFreeze, window }] });
const weekly = { kind: 'weekly', days: ['mon'], from: '20:00', to: '06:00', zone: 'UTC' };

describe('parsePolicy', () => {
  it('fills in what is left out', () => {
    const policy = aPolicy(ruled({}, { kind: 'approval', quorum: 1, from: ['dba', 'dba'] }));
    expect(policy.rules[0]).toEqual({
      name: 'one',
      match: { operations: null, environments: null, links: null, engines: null, askers: null },
      decision: {
        kind: 'approval',
        requirement: {
          quorum: 1,
          from: ['dba'],
          requesterExcluded: true,
          means: ['reaction', 'button', 'command'],
          approvalWithinMs: 3_600_000,
          startWithinMs: 1_800_000,
        },
      },
      breakGlass: null,
    });
    expect(policy.freezes).toEqual([]);
    expect(policy.version).toBe(7);
  });

  it.each<[string, unknown, readonly string[]]>([
    ['nothing', undefined, ['The policy is missing; write a section with keys there.']],
    ['null', null, ['The policy is empty; it has to be a section with keys.']],
    ['text', 'rules', ['The policy is text; it has to be a section with keys.']],
    ['no rules', {}, ['rules is missing; write a list there.']],
    ['an unknown key', { rules: [], freeze: [] }, ['The policy has an unknown key “freeze”; did you mean “freezes”?']],
    [
      'a rule without a match',
      { rules: [aRule('one', undefined as unknown as object, allowed)] },
      ['rules[0].match is missing; write a section with keys there.'],
    ],
    [
      'a misspelt condition',
      ruled({ operation: ['failover'] }, allowed),
      ['rules[0].match has an unknown key “operation”; did you mean “operations”?'],
    ],
    [
      'a misspelt operation',
      ruled({ operations: ['failovr'] }, allowed),
      [`rules[0].match.operations[0] is not one of ${operationNames.join(', ')}; did you mean “failover”?`],
    ],
    ['a condition that nothing meets', ruled({ links: [] }, allowed), ['rules[0].match.links is empty; at least 1 entry is needed.']],
    ['askers who are nobody', ruled({ askers: {} }, allowed), ['rules[0].match.askers names nobody; write groups or people.']],
    [
      'a person by name',
      ruled({ askers: { people: ['@bob'] } }, allowed),
      ['rules[0].match.askers.people[0] is not a Slack member id; write the id that begins with U or W.'],
    ],
    [
      'an odd pattern',
      ruled({ links: ['prod sql'] }, allowed),
      ['rules[0].match.links[0] is not a name or pattern; write letters, digits, hyphens, and * or ? for what may differ.'],
    ],
    [
      'a misspelt decision',
      ruled({}, { kind: 'alowed' }),
      ['rules[0].then.kind is not one of denied, allowed, approval; did you mean “allowed”?'],
    ],
    ['a denial without a reason', ruled({}, { kind: 'denied' }), ['rules[0].then.because is missing; write text there.']],
    [
      'a reason of two lines',
      ruled({}, { kind: 'denied', because: 'a\nb' }),
      ['rules[0].then.because is not one line of text; write 1 to 500 characters without line breaks.'],
    ],
    ['a quorum of none', ruled({}, { ...twoOfDba, quorum: 0 }), ['rules[0].then.quorum is too small; at least 1 are needed.']],
    ['a quorum of eleven', ruled({}, { ...twoOfDba, quorum: 11 }), ['rules[0].then.quorum is too large; at most 10 are possible.']],
    ['half a person', ruled({}, { ...twoOfDba, quorum: 1.5 }), ['rules[0].then.quorum is a number; it has to be a whole number.']],
    ['approval from nobody', ruled({}, { ...twoOfDba, from: [] }), ['rules[0].then.from is empty; at least 1 entry is needed.']],
    [
      'a duration without a unit',
      ruled({}, { ...twoOfDba, approvalWithin: '30' }),
      ['rules[0].then.approvalWithin is not a duration; write one like 30m, 1h30m or 2d.'],
    ],
    [
      'a duration that is too long',
      ruled({}, { ...twoOfDba, startWithin: '31d' }),
      ['rules[0].then.startWithin is not a duration between 1s and 30d; write one like 30m, 1h30m or 2d.'],
    ],
    [
      'break-glass on a denial',
      { rules: [{ ...deniedRule, breakGlass: { groups: ['a'] } }] },
      ['rules[0].breakGlass stands on a rule that denies, and nothing skips a denial; remove it.'],
    ],
    [
      'a repeated name',
      { rules: [stagingRule, stagingRule], freezes: [{ ...juneFreeze, name: 'staging' }] },
      [
        'rules[1].name repeats the name “staging”; give every rule and every freeze a name of its own.',
        'freezes[0].name repeats the name “staging”; give every rule and every freeze a name of its own.',
      ],
    ],
    [
      'a zone that is none',
      frozen({ ...weekly, zone: 'Berlin' }),
      ['freezes[0].window.zone is not a time zone; write an IANA name like Europe/Berlin.'],
    ],
    [
      'an offset as a zone',
      frozen({ ...juneFreeze.window, zone: '+02:00' }),
      ['freezes[0].window.zone is not a time zone; write an IANA name like Europe/Berlin.'],
    ],
    [
      'a day that does not exist',
      frozen({ ...juneFreeze.window, to: '2026-02-30T00:00' }),
      ['freezes[0].window.to is not a date and time that exists; write it like 2026-12-01T00:00.'],
    ],
    [
      'a freeze that ends before it begins',
      frozen({ ...juneFreeze.window, to: '2026-06-09T00:00' }),
      ['freezes[0].window covers no time; write a “to” that comes after “from” (a whole day is 00:00 to 24:00).'],
    ],
    [
      'a weekly freeze of no length',
      frozen({ ...weekly, to: '20:00' }),
      ['freezes[0].window covers no time; write a “to” that comes after “from” (a whole day is 00:00 to 24:00).'],
    ],
    [
      'a time of day that is none',
      frozen({ ...weekly, from: '24:00' }),
      ['freezes[0].window.from is not a time of day; write one from 00:00 to 23:59, in quotation marks.'],
    ],
  ])('refuses %s', (_, rules, says) => {
    expect(sentences(rules)).toEqual(says);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true, withMap: true }), (value) => {
        expect(parsePolicy(value).kind).toBe('problems');
        expect(parsePolicy({ rules: [value], freezes: [value] }).kind).toBe('problems');
        expect(parsePolicy({ rules: [aRule('one', { links: value }, { kind: 'allowed', startWithin: value })] }).kind).toBeTypeOf('string');
      }),
      { numRuns: 500 },
    );
  });
});

describe('policyProblems', () => {
  const groups: readonly KnownGroup[] = [
    { name: 'dba', people: ['U1', 'U1'] },
    { name: 'engineers', people: null },
    { name: 'commanders', people: [] },
  ];
  it.each<[string, unknown, readonly KnownGroup[], readonly string[]]>([
    ['nothing, when all is well', { rules: [stagingRule] }, groups, []],
    ['what parsing finds', {}, groups, ['rules is missing; write a list there.']],
    [
      'groups that the config does not have',
      {
        rules: [
          aRule('one', { askers: { groups: ['engineer'] } }, { ...twoOfDba, from: ['nobody'] }, { breakGlass: { groups: ['commander'] } }),
        ],
        freezes: [
          { ...juneFreeze, match: { askers: { groups: ['dbas'] } } },
          { ...juneFreeze, name: 'b' },
        ],
      },
      groups,
      [
        'rules[0].match.askers.groups[0] names the group “engineer”, which the groups section of the config does not have; did you mean “engineers”?',
        'rules[0].then.from[0] names the group “nobody”, which the groups section of the config does not have; add it there or name another.',
        'rules[0].breakGlass.groups[0] names the group “commander”, which the groups section of the config does not have; did you mean “commanders”?',
        'freezes[0].match.askers.groups[0] names the group “dbas”, which the groups section of the config does not have; did you mean “dba”?',
      ],
    ],
    [
      'a quorum that nobody can reach',
      { rules: [approvalRule] },
      groups,
      ['rules[0].then.quorum asks for 2 people, but dba has 1; lower it or add people to the group.'],
    ],
    ['no quorum that Slack may know people for', { rules: [aRule('one', {}, { ...twoOfDba, from: ['dba', 'engineers'] })] }, groups, []],
  ])('finds %s', (_, rules, known, says) => {
    expect(policyProblems(rules, known).map(({ sentence }) => sentence)).toEqual(says);
  });
});

describe('ruleTexts', () => {
  it('says every rule, the default and every freeze in sentences', () => {
    const weekend = { kind: 'weekly', days: ['sun', 'sat'], from: '00:00', to: '24:00', zone: 'UTC' };
    const policy = aPolicy({
      rules: [
        overridingRule,
        stagingRule,
        deniedRule,
        aRule('people', { askers: { people: ['UA'] } }, allowed),
        aRule(
          'few',
          { engines: ['neo4j-ccdr', 'tigergraph-crr'], askers: { groups: ['sre', 'dba'], people: ['UA', 'UB'] } },
          {
            ...twoOfDba,
            quorum: 1,
            requesterExcluded: false,
          },
        ),
      ],
      freezes: [
        juneFreeze,
        { ...juneFreeze, name: 'weekend', because: 'rest!', window: weekend },
        { ...juneFreeze, name: 'nights', match: { links: ['a*'] }, window: weekly },
      ],
    });
    expect(ruleTexts(policy)).toEqual([
      {
        name: 'prod-failover',
        sentence:
          'Failover of any link in production needs 2 approvals from dba by button or reaction, not the requester’s own, within 30 minutes; once approved it has to start within 15 minutes. Members of commanders may skip the approval with a reason, and do so inside a freeze window.',
      },
      {
        name: 'staging',
        sentence:
          'Any change of any link in staging asked for by members of engineers is allowed without approval, and has to start within 30 minutes.',
      },
      { name: 'never', sentence: 'Any change of links named prod-* is refused, whatever other rules say: Not on this link.' },
      {
        name: 'people',
        sentence: 'Any change of any link asked for by the people UA is allowed without approval, and has to start within 30 minutes.',
      },
      {
        name: 'few',
        sentence:
          'Any change of any link on neo4j-ccdr or tigergraph-crr asked for by members of sre or dba or the people UA and UB needs 1 approval from dba by button or reaction, within 30 minutes; once approved it has to start within 15 minutes.',
      },
      { name: 'everything else', sentence: 'A change that no rule matches is refused.' },
      {
        name: 'june',
        sentence: 'Frozen from 2026-06-10 00:00 to 2026-06-12 06:00 (Europe/Berlin): any change of any link. Half-year close.',
      },
      { name: 'weekend', sentence: 'Frozen every Saturday and Sunday from 00:00 to 24:00 (UTC): any change of any link. Rest!' },
      {
        name: 'nights',
        sentence: 'Frozen every Monday from 20:00 to 06:00 of the next day (UTC): any change of links named a*. Half-year close.',
      },
    ]);
  });
});

describe('a duration', () => {
  it.each<[string, number | null]>([
    ['1s', 1000],
    ['30m', 1_800_000],
    ['1h30m', 5_400_000],
    ['30d', 2_592_000_000],
    ['30d1s', null],
    ['0m', null],
    ['', null],
    ['1.5h', null],
    ['1H', null],
    ['30m1h', null],
    [`${'9'.repeat(50)}s`, null],
  ])('%s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it('is said in words', () => {
    expect([1, 1000, 60_000, 5_400_000, 90_061_000, 0].map(durationWords)).toEqual([
      '1 second',
      '1 second',
      '1 minute',
      '1 hour 30 minutes',
      '1 day 1 hour 1 minute 1 second',
      '0 seconds',
    ]);
  });
});

describe('globFits', () => {
  it('agrees with a regular expression', () => {
    const letter = fc.constantFrom('a', 'b', '-');
    const meaning = new Map([
      ['*', '[^]*'],
      ['?', '[^]'],
      ['.', '\\.'],
    ]);
    const pattern = fc.array(fc.oneof(letter, fc.constantFrom('*', '?', '.')), { maxLength: 8 });
    fc.assert(
      fc.property(pattern, fc.array(fc.oneof(letter, fc.constant('.')), { maxLength: 10 }), (parts, letters) => {
        const source = parts.map((part) => meaning.get(part) ?? part).join('');
        expect(globFits(parts.join(''), letters.join(''))).toBe(new RegExp(`^${source}$`).test(letters.join('')));
      }),
      { numRuns: 2000 },
    );
  });

  it('stays quick on a pattern made to be slow', () => {
    expect(globFits(`${'*a'.repeat(60)}b`, 'a'.repeat(10_000))).toBe(false);
  });
});
