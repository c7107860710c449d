import { z } from 'zod';
import { engineIds } from '../domain/link.ts';
import { operationNames } from '../domain/operation.ts';
import { section } from '../domain/problem.ts';
import { durationPattern, parseDuration } from './duration.ts';
import type { Askers, Decision, Freeze, FreezeWindow, Match, Rule } from './rules.ts';
import { instantsOf, isZone, parseLocalMinute } from './zone-time.ts';

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const anyMeans = ['reaction', 'button', 'command'] as const;

const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'is not a name; write small letters, digits and hyphens, at most 63 of them.')
  .describe('Unique among rules and freezes; people see it in every answer.');

const groupName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'is not the name of a group; write one from the groups section of the config.');

const personId = z.string().regex(/^[UW][A-Z0-9]{1,31}$/, 'is not a Slack member id; write the id that begins with U or W.');

const sentence = z
  .string()
  .regex(/^[^\p{Cc}\u2028\u2029]{1,500}$/u, 'is not one line of text; write 1 to 500 characters without line breaks.');

const glob = z
  .string()
  .regex(/^[A-Za-z0-9._*?-]{1,128}$/, 'is not a name or pattern; write letters, digits, hyphens, and * or ? for what may differ.');

const zone = z
  .string()
  .refine(isZone, { error: 'is not a time zone; write an IANA name like Europe/Berlin.', abort: true })
  .describe('IANA time zone, e.g. Europe/Berlin.');

/** A list with at least one entry: an empty one would silently match nothing. */
const some = <Item extends z.ZodType>(item: Item) => z.array(item).min(1).max(200);

/** Gives milliseconds. */
const duration = (usual: string) =>
  z
    .string()
    .regex(durationPattern, { error: 'is not a duration; write one like 30m, 1h30m or 2d.', abort: true })
    .transform((text, context) => {
      const ms = parseDuration(text);
      if (ms !== null) return ms;
      context.addIssue({ code: 'custom', message: 'is not a duration between 1s and 30d; write one like 30m, 1h30m or 2d.' });
      return z.NEVER;
    })
    .prefault(usual)
    .describe(`Duration such as 30m, 1h30m or 2d; ${usual} when left out.`);

const askers = section({
  groups: some(groupName).optional().describe('Groups of the config.'),
  people: some(personId).optional().describe('Slack member ids.'),
})
  .refine((value) => value.groups !== undefined || value.people !== undefined, 'names nobody; write groups or people.')
  .transform((value): Askers => ({ groups: value.groups ?? [], people: value.people ?? [] }));

const match = section({
  operations: some(z.enum(operationNames)).optional(),
  environments: some(glob).optional().describe('Environments of links; * and ? stand for what may differ.'),
  links: some(glob).optional().describe('Ids of links; * and ? stand for what may differ.'),
  engines: some(z.enum(engineIds)).optional(),
  askers: askers.optional(),
}).transform(
  (value): Match => ({
    operations: value.operations ?? null,
    environments: value.environments ?? null,
    links: value.links ?? null,
    engines: value.engines ?? null,
    askers: value.askers ?? null,
  }),
);

const denied = section({ kind: z.literal('denied'), because: sentence.describe('Why; people are told.') });
const allowed = section({ kind: z.literal('allowed'), startWithin: duration('30m') });
const approval = section({
  kind: z.literal('approval'),
  quorum: z.int().min(1).max(10).describe('How many distinct people have to approve.'),
  from: some(groupName).describe('Groups of the config; an approver has to be in one of them.'),
  requesterExcluded: z.boolean().default(true).describe('Whether who asks is kept from approving; true when left out.'),
  by: some(z.enum(anyMeans))
    .default([...anyMeans])
    .describe('Means that count; all when left out.'),
  approvalWithin: duration('1h'),
  startWithin: duration('30m'),
});

const decision = z.discriminatedUnion('kind', [denied, allowed, approval]).transform((then): Decision => {
  if (then.kind === 'denied') return then;
  if (then.kind === 'allowed') return { kind: 'allowed', startWithinMs: then.startWithin };
  const requirement = {
    quorum: then.quorum,
    from: [...new Set(then.from)],
    requesterExcluded: then.requesterExcluded,
    means: [...new Set(then.by)],
    approvalWithinMs: then.approvalWithin,
    startWithinMs: then.startWithin,
  };
  return { kind: 'approval', requirement };
});

const breakGlass = section({
  groups: some(groupName).describe('Groups of the config whose members may skip the approval with a reason.'),
  overridesFreeze: z.boolean().default(false).describe('Whether they may do so inside a freeze window; false when left out.'),
});

/** How a rule spells its decision. */
const decides = 'then';

const rule = section({ name, match, [decides]: decision, breakGlass: breakGlass.optional() })
  .refine((value) => value[decides].kind !== 'denied' || value.breakGlass === undefined, {
    path: ['breakGlass'],
    error: 'stands on a rule that denies, and nothing skips a denial; remove it.',
  })
  .transform((value): Rule => ({ name: value.name, match: value.match, decision: value[decides], breakGlass: value.breakGlass ?? null }));

const localMinute = z
  .string()
  .transform((text, context) => {
    const minute = parseLocalMinute(text);
    if (minute !== null) return minute;
    context.addIssue({ code: 'custom', message: 'is not a date and time that exists; write it like 2026-12-01T00:00.' });
    return z.NEVER;
  })
  .describe('Local time in the zone, e.g. 2026-12-01T00:00.');

const once = section({ kind: z.literal('once'), from: localMinute, to: localMinute.describe('Local time, exclusive.'), zone });

const timeOfDay = (pattern: RegExp, latest: string) =>
  z.string().regex(pattern, `is not a time of day; write one from 00:00 to ${latest}, in quotation marks.`);

const weekly = section({
  kind: z.literal('weekly'),
  days: some(z.enum(weekdays)).describe('Days on which the window begins.'),
  from: timeOfDay(/^([01]\d|2[0-3]):[0-5]\d$/, '23:59'),
  to: timeOfDay(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, '24:00').describe('Exclusive; earlier than from means on the next day.'),
  zone,
});

const minuteOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));

function isForward(window: z.infer<typeof once> | z.infer<typeof weekly>): boolean {
  if (window.kind === 'weekly') return window.from !== window.to;
  return instantsOf(window.from, window.zone).earliest < instantsOf(window.to, window.zone).latest;
}

const freezeWindow = z
  .discriminatedUnion('kind', [once, weekly])
  .refine(isForward, 'covers no time; write a “to” that comes after “from” (a whole day is 00:00 to 24:00).')
  .transform((window): FreezeWindow => {
    if (window.kind === 'once') return window;
    const days = [...new Set(window.days)].map((day) => weekdays.indexOf(day) + 1);
    return { kind: 'weekly', days, fromMinute: minuteOf(window.from), toMinute: minuteOf(window.to), zone: window.zone };
  });

const noMatch: Match = { operations: null, environments: null, links: null, engines: null, askers: null };

const freeze = section({ name, because: sentence, match: match.optional(), window: freezeWindow }).transform(
  (value): Freeze => ({ ...value, match: value.match ?? noMatch }),
);

/** The policy as people write it. What it gives is complete but for the names, which `parsePolicy` compares. */
export const policySchema = section({
  rules: z.array(rule).max(500).describe('In order: the first that matches decides; one that denies wins over all; no match is a denial.'),
  freezes: z.array(freeze).max(500).default([]).describe('Times in which changes are refused.'),
}).describe('Who may do what to which replication link, who approves, and when not.');
