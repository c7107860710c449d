import { describe, expect, it } from 'vitest';
import type { Intent } from '../../src/domain/intent.ts';
import type { Operation } from '../../src/domain/operation.ts';
import { isRefusal } from '../../src/domain/refusal.ts';
import { parse } from '../../src/intents/parse.ts';
import { exampleLinks } from '../../src/intents/registry.ts';
import { now, read, refusalOf, registry } from '../intents/registry-of-commands.ts';

const run = 'r-4k9zq0tm2x';
const asked = (operation: object, how: object = {}) => ({ kind: 'change', operation, reason: null, breakGlass: null, wait: false, ...how });
const latest = { kind: 'latest' };
const minutesAgo = (minutes: number) => ({ kind: 'time', at: now - minutes * 60_000 });

/** One line for each way in which a command can be written. */
const rows: readonly (readonly [text: string, intent: object])[] = [
  ['', { kind: 'help', topic: null }],
  [' \u00A0\u200B\n', { kind: 'help', topic: null }],
  ['/repl', { kind: 'help', topic: null }],
  ['--help', { kind: 'help', topic: null }],
  ['help', { kind: 'help', topic: null }],
  ['help failover', { kind: 'help', topic: 'failover' }],
  ['help /repl failover', { kind: 'help', topic: 'failover' }],
  ['help policy', { kind: 'help', topic: 'policy' }],
  ['help Policy  Test', { kind: 'help', topic: 'policy test' }],
  ['failover --help', { kind: 'help', topic: 'failover' }],
  ['policy test failover prod-sql -h', { kind: 'help', topic: 'policy test' }],
  ['failover --help=to', { kind: 'help', topic: 'failover' }],
  ['links', { kind: 'links' }],
  ['whoami', { kind: 'whoami' }],
  ['doctor', { kind: 'doctor' }],
  ['status', { kind: 'status', link: null, json: false }],
  ['Status prod-sql --json', { kind: 'status', link: 'prod-sql', json: true }],
  ['/repl status --json prod-sql', { kind: 'status', link: 'prod-sql', json: true }],
  ['describe prod-graph', { kind: 'describe', link: 'prod-graph' }],
  ['preflight Switchover prod-sql', { kind: 'preflight', operation: 'switchover', link: 'prod-sql' }],
  ['plan pause prod-sql', { kind: 'plan', operation: { kind: 'pause', link: 'prod-sql' }, json: false }],
  [
    'plan --json switchover prod-sql',
    { kind: 'plan', operation: { kind: 'switchover', link: 'prod-sql', maxWriteStopMs: 60_000 }, json: true },
  ],
  [
    'plan failover prod-sql --to -10m --json',
    { kind: 'plan', operation: { kind: 'failover', link: 'prod-sql', to: minutesAgo(10) }, json: true },
  ],
  [
    'plan failover prod-sql --reason "a drill" --wait',
    { kind: 'plan', operation: { kind: 'failover', link: 'prod-sql', to: latest }, json: false },
  ],
  ['plan resume --reason failover prod-sql', { kind: 'plan', operation: { kind: 'resume', link: 'prod-sql' }, json: false }],
  ['switchover prod-sql', asked({ kind: 'switchover', link: 'prod-sql', maxWriteStopMs: 60_000 })],
  ['switchover prod-sql --max-stop 1s', asked({ kind: 'switchover', link: 'prod-sql', maxWriteStopMs: 1000 })],
  ['switchover -max-stop=10m prod-sql', asked({ kind: 'switchover', link: 'prod-sql', maxWriteStopMs: 600_000 })],
  ['switchover prod-sql --Max-Stop 1M30S --wait', asked({ kind: 'switchover', link: 'prod-sql', maxWriteStopMs: 90_000 }, { wait: true })],
  ['failover prod-sql', asked({ kind: 'failover', link: 'prod-sql', to: latest })],
  ['failover prod-sql --to Latest', asked({ kind: 'failover', link: 'prod-sql', to: latest })],
  ['failover --to=-10m prod-sql', asked({ kind: 'failover', link: 'prod-sql', to: minutesAgo(10) })],
  ['failover prod-sql \u2014to \u201310m', asked({ kind: 'failover', link: 'prod-sql', to: minutesAgo(10) })],
  ['failover prod\u2013sql', asked({ kind: 'failover', link: 'prod-sql', to: latest })],
  ['failover\u00A0<http://prod-sql|prod-sql>\u200B', asked({ kind: 'failover', link: 'prod-sql', to: latest })],
  [
    'failover prod-sql --to 2026-11-20T12:59:59.999+01:00',
    asked({ kind: 'failover', link: 'prod-sql', to: { kind: 'time', at: now - 1 } }),
  ],
  [
    'failover prod-sql \u2014reason \u201Cregion\u2019s gone &amp; <@U1|bob> knows\u201D',
    asked({ kind: 'failover', link: 'prod-sql', to: latest }, { reason: 'region\u2019s gone & @bob knows' }),
  ],
  [
    `failover prod-sql --break-glass='nobody's awake'`,
    asked({ kind: 'failover', link: 'prod-sql', to: latest }, { breakGlass: `nobody's awake` }),
  ],
  ['pause prod-sql --reason maintenance', asked({ kind: 'pause', link: 'prod-sql' }, { reason: 'maintenance' })],
  ['pause prod-sql --reason "--wait"', asked({ kind: 'pause', link: 'prod-sql' }, { reason: '--wait' })],
  ['resume prod-sql --wait', asked({ kind: 'resume', link: 'prod-sql' }, { wait: true })],
  ['runs', { kind: 'runs', link: null, all: false }],
  ['runs prod-sql --all', { kind: 'runs', link: 'prod-sql', all: true }],
  [`run ${run} --json`, { kind: 'run', run, json: true }],
  ['run R-4K9ZQOTM2X', { kind: 'run', run, json: false }],
  [`approve ${run}`, { kind: 'approve', run }],
  [`deny ${run}`, { kind: 'deny', run, reason: null }],
  [`deny ${run} wrong link, don't`, { kind: 'deny', run, reason: `wrong link, don't` }],
  [`deny ${run} "wrong --link"`, { kind: 'deny', run, reason: 'wrong --link' }],
  [`deny --reason "wrong link" ${run}`, { kind: 'deny', run, reason: 'wrong link' }],
  [`cancel ${run}`, { kind: 'cancel', run }],
  [`retry ${run}`, { kind: 'retry', run }],
  [`skip ${run} --reason "done by hand"`, { kind: 'skip', run, reason: 'done by hand' }],
  ['policy show', { kind: 'policy-show' }],
  ['policy test pause prod-sql', { kind: 'policy-test', operation: 'pause', link: 'prod-sql', as: null, at: null }],
  [
    'policy test failover prod-sql --as @bob --at 2026-12-24T10:00Z',
    { kind: 'policy-test', operation: 'failover', link: 'prod-sql', as: { kind: 'name', name: 'bob' }, at: Date.UTC(2026, 11, 24, 10) },
  ],
  [
    'policy test failover prod-sql --as <@U1|bob> --at +2h',
    { kind: 'policy-test', operation: 'failover', link: 'prod-sql', as: { kind: 'id', id: 'U1' }, at: now + 7_200_000 },
  ],
];

describe('a command', () => {
  it.each(rows)('%j is understood', (text, intent) => {
    expect(read(text)).toEqual(intent);
  });

  it('has a row above, whichever it is', () => {
    const first = new Set(
      rows.map(([text]) =>
        text
          .toLowerCase()
          .replace('/repl ', '')
          .replace(/\u00A0/g, ' '),
      ),
    );
    const missing = registry.commands.filter(({ name }) => ![...first].some((text) => text === name || text.startsWith(`${name} `)));
    expect(missing.map(({ name }) => name)).toEqual([]);
    expect(registry.commands.length).toBeGreaterThanOrEqual(21);
  });

  it('is planned by putting "plan" before it, with everything that it takes', () => {
    const examples = registry.commands.flatMap((command) =>
      command.risk === 'change' || command.risk === 'danger' ? command.examples : [],
    );
    const operations: Operation[] = examples.map((example) => {
      const [asking, planning] = [example, example.replace('/repl ', '/repl plan ')].map((text) =>
        parse(text, registry, { links: exampleLinks, now }),
      ) as Intent[];
      if (asking?.kind !== 'change' || planning?.kind !== 'plan') throw new TypeError(`${example} cannot be planned`);
      expect(planning.operation).toEqual(asking.operation);
      return asking.operation;
    });
    expect(new Set(operations.map(({ kind }) => kind)).size).toBe(4);
  });

  it('changes nothing when it is misspelt by any one letter left out of its name', () => {
    let tried = 0;
    for (const { name } of registry.commands) {
      for (let at = 0; at < name.length; at++) {
        const typo = name.slice(0, at) + name.slice(at + 1);
        if (registry.topics.includes(typo)) continue;
        const answer = read(`${typo} prod-sql`);
        if (!isRefusal(answer)) throw new TypeError(`"${typo}" was understood`);
        tried += 1;
      }
    }
    expect(tried).toBeGreaterThan(100);
  });
});

/** Text, what the sentence says, what the way on says. */
const refusals: readonly (readonly [text: string, sentence: string, next: string])[] = [
  ['stat', 'There is no command called "stat".', 'Did you mean `status`?'],
  ['failvoer prod-sql', 'There is no command called "failvoer".', 'Did you mean `failover`?'],
  ['xyzzy', 'There is no command called "xyzzy".', 'Usage: `/repl COMMAND …`; `/repl help` lists all commands.'],
  ['polcy show', 'There is no command called "polcy".', 'Did you mean `policy show`?'],
  ['policy', '`policy` is the first word of several commands.', 'Did you mean `policy show` or `policy test`?'],
  ['policy tset pause prod-sql', 'There is no command called "policy tset".', 'Did you mean `policy test`?'],
  ['policy --json', '`policy` is the first word of several commands.', '`policy show`'],
  ['policy rewrite', 'There is no command called "policy rewrite".', 'Write `policy show` or `policy test`.'],
  ['--json status', '"--json" stands where a command is expected.', 'Write the command first.'],
  ['help polcy', '"polcy" does not fit COMMAND: there is no such command.', 'Did you mean `policy`?'],
  ['help zzz', '"zzz" does not fit COMMAND', '`/repl help` lists all commands.'],
  [
    'failover',
    '`failover` needs LINK: name of a replication link',
    'Write `prod-sql`, `prod-sq1`, `prod-graph` or `stage-tiger`. Usage: `/repl failover LINK',
  ],
  ['failover prod-grpah', 'There is no link called "prod-grpah".', 'Did you mean `prod-graph`?'],
  ['failover prod-sqx', 'There is no link called "prod-sqx".', 'Did you mean `prod-sq1` or `prod-sql`?'],
  ['failover PROD-GRAPH', 'There is no link called "PROD-GRAPH".', 'Did you mean `prod-graph`?'],
  ['failover nowhere', 'There is no link called "nowhere".', 'Write `prod-sql`,'],
  ['failover prod-sql prod-graph', '"prod-graph" is one word too many for `failover`.', 'Usage: `/repl failover LINK'],
  ['failover prod-sql wait', '"wait" is one word too many for `failover`.', 'Did you mean `--wait`?'],
  ['failover prod-sql --reason lost region', '"region" is one word too many for `failover`.', 'Put quotes around a text of several words.'],
  ['failover prod-sql --reason "lost" region', '"region" is one word too many for `failover`.', 'Usage:'],
  ['failover prod-sql --wiat', '`failover` has no flag "--wiat".', 'Did you mean `--wait`?'],
  ['failover prod-sql --force', '`failover` has no flag "--force".', 'Usage: `/repl failover LINK'],
  ['failover --link prod-sql', '`failover` has no flag "--link".', 'Write LINK as a word without `--link`.'],
  ['links --all', '`links` has no flag "--all".', 'Usage: `/repl links`.'],
  ['failover prod-sql --wait --wait', '`--wait` is given twice.', 'Give it once.'],
  ['failover prod-sql --to latest --to=latest', '`--to` is given twice.', 'Give it once.'],
  ['failover prod-sql --to', '`--to` has no value.', 'Write `--to latest|TIMESTAMP`.'],
  ['failover prod-sql --to=', '`--to` has no value.', 'Write `--to latest|TIMESTAMP`.'],
  ['failover prod-sql --to= latest', '`--to` has no value.', 'Write `--to latest|TIMESTAMP`.'],
  ['failover prod-sql --reason --wait', '`--reason` has no value.', 'A value that begins with a dash goes in quotes.'],
  ['failover prod-sql --wait=no', '"no" does not fit --wait: --wait takes no value.', 'Write `--wait` alone'],
  ['failover prod-sql --to 10m', '"10m" does not fit --to: it does not say before or after now.', 'Write `-10m`'],
  ['failover prod-sql --to +10m', '"+10m" does not fit --to: it does not lie in the past.', 'Write `latest`'],
  ['failover prod-sql --to -0s', '"-0s" does not fit --to: it does not lie in the past.', 'Write `latest`'],
  ['failover prod-sql --to 2026-11-20T12:00Z', '"2026-11-20T12:00Z" does not fit --to: it does not lie in the past.', 'Write `latest`'],
  [
    'failover prod-sql --to 2026-11-19T10:00',
    '"2026-11-19T10:00" does not fit --to: it has no time zone.',
    'Write `2026-11-19T10:00Z` for UTC',
  ],
  ['failover prod-sql --to latset', '"latset" does not fit --to: it is not a time.', 'Did you mean `latest`?'],
  ['failover prod-sql --to yesterday', '"yesterday" does not fit --to: it is not a time.', 'such as `2026-12-24T10:00Z`'],
  [
    'failover prod-sql --break-glass urgent',
    '"urgent" does not fit --break-glass: it is shorter than 10 characters.',
    'Write 10 to 400 characters',
  ],
  ['failover prod-sql --reason=""', '"" does not fit --reason: it says nothing.', 'in quotes'],
  ['failover prod-sql --reason ""', '"" does not fit --reason: it says nothing.', 'in quotes'],
  ['switchover prod-sql --max-stop 60', '"60" does not fit --max-stop: it is not a duration.', '`60s` for seconds'],
  ['switchover prod-sql --max-stop 999ms', '"999ms" does not fit --max-stop: it is shorter than 1s.', 'from 1s to 10m'],
  ['switchover prod-sql --max-stop 601s', '"601s" does not fit --max-stop: it is longer than 10m.', 'from 1s to 10m'],
  ['plan', '`plan` needs OPERATION', 'Write `switchover`, `failover`, `pause` or `resume`. Usage: `/repl plan OPERATION LINK … [--json]`.'],
  ['plan failovr prod-sql', '"failovr" does not fit OPERATION: it is not an operation.', 'Did you mean `failover`?'],
  ['plan status prod-sql', '"status" does not fit OPERATION', 'Write `switchover`,'],
  ['plan --to latest failover prod-sql', '`--to` stands before the operation.', 'Write the operation right after `plan`.'],
  ['plan failover', '`plan failover` needs LINK', 'Usage: `/repl plan failover LINK'],
  ['plan pause prod-sql --to latest', '`plan pause` has no flag "--to".', 'Usage: `/repl plan pause LINK'],
  ['preflight', '`preflight` needs OPERATION', 'Usage: `/repl preflight OPERATION LINK`.'],
  ['preflight pause', '`preflight` needs LINK', 'Usage: `/repl preflight OPERATION LINK`.'],
  ['run', '`run` needs RUN: id of a run', 'Usage: `/repl run RUN [--json]`.'],
  ['run r-4k9zq0tm2', '"r-4k9zq0tm2" does not fit RUN', 'An example is `r-4k9zq0tm2x`'],
  ['skip r-4k9zq0tm2x', '`skip` needs --reason "TEXT": how it was made sure', 'Usage: `/repl skip RUN --reason "TEXT"`.'],
  ['deny r-4k9zq0tm2x --reason "no" never', '"never" is one word too many for `deny`.', 'Usage: `/repl deny RUN [TEXT]`.'],
  ['deny r-4k9zq0tm2x it said --frobnicate', '`deny` has no flag "--frobnicate".', 'Put quotes around a text that holds dashes.'],
  ['policy test pause prod-sql --as ""', '"" does not fit --as: a name has 1 to 80 characters.', 'such as `@bob`'],
  ['failover prod-sql --reason "lost', 'The text "lost" begins with a quote that is never closed.', 'Usage: `/repl failover LINK'],
  ['"failover prod-sql', 'The text "failover prod-sql" begins with a quote that is never closed.', 'Usage: `/repl COMMAND …`'],
  ['xyzzy "open', 'The text "open" begins with a quote that is never closed.', 'Usage: `/repl COMMAND …`'],
  ['--help "open', 'The text "open" begins with a quote that is never closed.', 'Usage: `/repl COMMAND …`'],
  ['failover --help "open', 'The text "open" begins with a quote that is never closed.', 'Usage: `/repl failover LINK'],
  [
    'skip r-4k9zq0tm2x --reason="the "big" one"',
    'The quoted text "the" is followed by "big"" without a space.',
    'Write \\" for a quote inside quotes.',
  ],
  ['failover prod-sql\u0000', 'The text holds the control character U+0000 behind "prod-sql".', 'Type the command anew'],
  ['\u001B[2J', 'The text holds the control character U+001B at the beginning.', 'Type the command anew'],
  ['status \uD800', 'The text holds the control character U+D800 behind "status".', 'Type the command anew'],
];

describe('a refusal', () => {
  it.each(refusals)('of %j names the word and the way on', (text, sentence, next) => {
    const refusal = refusalOf(text);
    expect(refusal.sentence).toContain(sentence);
    expect(refusal.next).toContain(next);
    expect(refusal.code).toBe(sentence.startsWith('There is no link') ? 'unknown-link' : 'bad-input');
  });

  it('names no link when none is configured', () => {
    const answer = parse('describe prod-sql', registry, { links: [], now });
    expect(isRefusal(answer) && answer.next).toBe('No links are configured. Usage: `/repl describe LINK`.');
  });

  it('points to the list when there are more links than a sentence holds', () => {
    const many = Array.from({ length: 9 }, (_, index) =>
      exampleLinks.map((link) => `${link}-${index}-of-many` as (typeof exampleLinks)[number]),
    ).flat();
    const answer = parse('describe x', registry, { links: many, now });
    expect(isRefusal(answer) && answer.next).toBe('`/repl links` lists all of them. Usage: `/repl describe LINK`.');
    const missing = parse('describe', registry, { links: many, now });
    expect(isRefusal(missing) && missing.next).toBe('Usage: `/repl describe LINK`.');
  });

  it('says that an operation has no command, were there none', () => {
    const plan = registry.commands.filter(({ name }) => name === 'plan');
    const answer = parse('plan pause prod-sql', { commands: plan, topics: [] }, { links: exampleLinks, now });
    expect(isRefusal(answer) && answer.sentence).toBe('"pause" has no command here.');
  });

  it('counts what the person typed, not what Slack made of it', () => {
    expect(refusalOf(`status ${'&amp;'.repeat(1993)}`).sentence).toContain('There is no link called');
    expect(refusalOf(`status ${'&amp;'.repeat(1994)}`).sentence).toContain('has 2001 characters, and a command has at most 2000');
  });
});
