import fc from 'fast-check';
import { asLinkId, asRunId, type LinkId, type RunId } from '../../src/domain/ids.ts';
import type { Intent, PersonRef } from '../../src/domain/intent.ts';
import {
  type BackupAction,
  type ContinueFrom,
  type FailoverTarget,
  inspectionNames,
  type Operation,
  operationNames,
} from '../../src/domain/operation.ts';
import { withoutUnseen } from '../../src/intents/characters.ts';
import { links, now, registry } from './registry-of-commands.ts';

/** What attacks a reader: quotes, escapes, markup, flags, entities, dashes, line ends, and characters that hide. */
export const hostileParts = [
  '"',
  "'",
  '\u201C',
  '\u201D',
  '\u2019',
  '\u00AB',
  '\\',
  '\\"',
  '\\\\',
  '--',
  '\u2014',
  '\u2013',
  '--wait',
  '--break-glass',
  '=',
  '-',
  ' ',
  '\u00A0',
  '\n',
  '\t',
  '<@U1|bob>',
  '<@U1>',
  '<#C1|ops>',
  '<http://a.b|a.b>',
  '<!channel>',
  '&lt;',
  '&gt;',
  '&amp;',
  '&amp;lt;',
  '<',
  '>',
  '&',
  '|',
  '`',
  '*',
  '\u{1F468}\u200D\u{1F4BB}',
  '\u0645',
  '\u200D',
  '\u2028',
  'x',
  'failover',
  'prod-sql',
  '/repl',
  '$x',
  '0',
  '__proto__',
  'constructor',
  '\u{E0061}',
] as const;

/** Also what a text loses when it is read. */
export const hiddenParts = ['\u200B', '\uFEFF', '\u202E', '\u2066', '\u00AD'] as const;

const hostileText = fc
  .array(fc.oneof(fc.constantFrom(...hostileParts), fc.string({ unit: 'grapheme', maxLength: 8 })), { maxLength: 60 })
  .map((parts) => parts.join(''));

/** Texts as the argument `text` gives them: nothing hidden, no control characters, trimmed, 10 to 400 long. */
export const reasons: fc.Arbitrary<string> = hostileText
  .map((text) =>
    withoutUnseen(text)
      .replace(/(?![\t\n])[\p{Cc}\p{Cs}]/gu, '')
      .trim()
      .slice(0, 400),
  )
  .map((text) => text.replace(/\p{Cs}/gu, '').trim())
  .filter((text) => text.length >= 10);

const maybe = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(values, { nil: null });

const linkIds: fc.Arbitrary<LinkId> = fc.constantFrom(...links);
export const runIds: fc.Arbitrary<RunId> = fc
  .array(fc.constantFrom(...'0123456789abcdefghjkmnpqrstvwxyz'), { minLength: 10, maxLength: 10 })
  .map((characters) => asRunId(`r-${characters.join('')}`));

export const persons: fc.Arbitrary<PersonRef> = fc.oneof(
  fc.stringMatching(/^[UW][A-Z0-9]{1,12}$/).map((id) => ({ kind: 'id' as const, id })),
  reasons
    .map((text) => ({
      kind: 'name' as const,
      name: text
        .slice(0, 60)
        .replace(/\s+/g, ' ')
        .replace(/\p{Cs}/gu, '')
        .trim(),
    }))
    .filter(({ name }) => name !== ''),
);

export const times = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31, 23, 59, 59, 999) });
export const pastTimes = fc.integer({ min: 0, max: now - 1 });

export const continuations: fc.Arbitrary<ContinueFrom> = fc.oneof(
  fc.constant({ kind: 'last' as const }),
  times.map((at) => ({ kind: 'time' as const, at })),
);

export const targets: fc.Arbitrary<FailoverTarget> = fc.oneof(
  fc.constant({ kind: 'latest' as const }),
  times.map((at) => ({ kind: 'time' as const, at })),
);

/** Names of backups and clusters. */
const names = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/);

const backupActions: fc.Arbitrary<BackupAction> = fc.oneof(
  fc
    .record({ mode: fc.constantFrom('full' as const, 'incremental' as const), tag: maybe(names) })
    .map((how) => ({ kind: 'create' as const, ...how })),
  names.map((backup) => ({ kind: 'delete' as const, backup })),
);

const operationsOn = (link: LinkId): fc.Arbitrary<Operation> =>
  fc.oneof(
    fc.integer({ min: 1000, max: 600_000 }).map((maxWriteStopMs) => ({ kind: 'switchover' as const, link, maxWriteStopMs })),
    targets.map((to) => ({ kind: 'failover' as const, link, to })),
    fc
      .record({ primaries: fc.integer({ min: 1, max: 11 }), secondaries: fc.integer({ min: 0, max: 20 }) })
      .map((topology) => ({ kind: 'failover' as const, link, to: { kind: 'latest' as const }, topology })),
    continuations.map((from) => ({ kind: 'setup' as const, link, from })),
    fc.boolean().map((on) => ({ kind: 'reader' as const, link, on })),
    fc
      .record({
        windowMs: maybe(fc.integer({ min: 60_000, max: 2_592_000_000 })),
        expirationMs: maybe(fc.integer({ min: 3_600_000, max: 2_592_000_000 })),
      })
      .map((spans) => ({ kind: 'retention' as const, link, ...spans })),
    maybe(names).map((keep) => ({ kind: 'fence' as const, link, ...(keep === null ? {} : { keep }) })),
    fc.constantFrom('begin' as const, 'finish' as const).map((phase) => ({ kind: 'upgrade' as const, link, phase })),
    fc.record({ action: backupActions, on: maybe(names) }).map((how) => ({ kind: 'backup' as const, link, ...how })),
    fc
      .record({
        backup: fc.oneof(names, fc.constant('2026-11-20T03:12:00Z')),
        from: fc.constantFrom('own' as const, 'other' as const),
        on: names,
      })
      .map((how) => ({ kind: 'restore' as const, link, ...how })),
    fc
      .constantFrom(
        'pause' as const,
        'resume' as const,
        'failback' as const,
        'teardown' as const,
        'verify' as const,
        'setup' as const,
        'rebuild' as const,
        'reconnect' as const,
        'upgrade' as const,
        'alter' as const,
      )
      .map((kind) => ({ kind, link })),
  );

const intentsOn = (someLinks: fc.Arbitrary<LinkId>): fc.Arbitrary<Intent> => {
  const operations = someLinks.chain(operationsOn);
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('change' as const),
        operation: operations,
        reason: maybe(reasons),
        breakGlass: maybe(reasons),
        wait: fc.boolean(),
      }),
    },
    fc.record({ kind: fc.constant('help' as const), topic: maybe(fc.constantFrom(...registry.topics)) }),
    fc.constantFrom<Intent>({ kind: 'links' }, { kind: 'whoami' }, { kind: 'doctor' }, { kind: 'policy-show' }),
    fc.record({ kind: fc.constant('status' as const), link: maybe(someLinks), json: fc.boolean() }),
    fc.record({ kind: fc.constant('describe' as const), link: someLinks }),
    fc.record({ kind: fc.constant('lag' as const), link: someLinks, spanMs: fc.integer({ min: 60_000, max: 7 * 86_400_000 }) }),
    fc.record({ kind: fc.constant('inspect' as const), what: fc.constantFrom(...inspectionNames), link: someLinks }),
    fc.record({ kind: fc.constant('preflight' as const), operation: fc.constantFrom(...operationNames), link: someLinks }),
    fc.record({ kind: fc.constant('plan' as const), operation: operations, json: fc.boolean() }),
    fc.record({ kind: fc.constant('runs' as const), link: maybe(someLinks), all: fc.boolean() }),
    fc.record({ kind: fc.constant('run' as const), run: runIds, json: fc.boolean() }),
    fc.record({ kind: fc.constantFrom('approve' as const, 'cancel' as const, 'retry' as const), run: runIds }),
    fc.record({ kind: fc.constant('deny' as const), run: runIds, reason: maybe(reasons) }),
    fc.record({ kind: fc.constant('skip' as const), run: runIds, reason: reasons }),
    fc.record({
      kind: fc.constant('policy-test' as const),
      operation: fc.constantFrom(...operationNames),
      link: someLinks,
      as: maybe(persons),
      at: maybe(times),
    }),
  );
};

/** Every kind of intent that a person can ask for, with hostile texts in it. */
export const intents: fc.Arbitrary<Intent> = intentsOn(linkIds);

/** A config whose links are called what no link should be called, and an intent on one of them. */
export const oddLinks: fc.Arbitrary<{ links: readonly LinkId[]; intent: Intent }> = fc
  .uniqueArray(
    reasons.map((text) => asLinkId(text.slice(0, 60).replace(/\p{Cs}/gu, ''))),
    { minLength: 1, maxLength: 4 },
  )
  .chain((some) => intentsOn(fc.constantFrom(...some)).map((intent) => ({ links: some, intent })));
