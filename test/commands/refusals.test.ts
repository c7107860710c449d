import { describe, expect, it } from 'vitest';
import { isRefusal } from '../../src/domain/refusal.ts';
import { parse } from '../../src/intents/parse.ts';
import { exampleLinks } from '../../src/intents/registry.ts';
import { now, refusalOf, registry } from '../intents/registry-of-commands.ts';

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
  ['lag', '`lag` needs LINK: name of a replication link', 'Usage: `/repl lag LINK [--over DURATION]`.'],
  ['lag prod-sqx', 'There is no link called "prod-sqx".', 'Did you mean `prod-sq1` or `prod-sql`?'],
  ['lag prod-sql --over', '`--over` has no value.', 'Write `--over DURATION`.'],
  ['lag prod-sql --over 6', '"6" does not fit --over: it is not a duration.', '`6m` for minutes'],
  ['lag prod-sql --over yesterday', '"yesterday" does not fit --over: it is not a duration.', 'such as `90s`'],
  ['lag prod-sql --over 59s', '"59s" does not fit --over: it is shorter than 1m.', 'from 1m to 7d'],
  ['lag prod-sql --over 8d', '"8d" does not fit --over: it is longer than 7d.', 'from 1m to 7d'],
  ['lag prod-sql --over -6h', '"-6h" does not fit --over: it is not a duration.', 'such as `90s`'],
  ['lag prod-sql 6h', '"6h" is one word too many for `lag`.', 'Usage: `/repl lag LINK'],
  ['switchover prod-sql --max-stop 60', '"60" does not fit --max-stop: it is not a duration.', '`60s` for seconds'],
  ['switchover prod-sql --max-stop 999ms', '"999ms" does not fit --max-stop: it is shorter than 1s.', 'from 1s to 30m'],
  ['switchover prod-sql --max-stop 1801s', '"1801s" does not fit --max-stop: it is longer than 30m.', 'from 1s to 30m'],
  ['plan', '`plan` needs OPERATION', 'Usage: `/repl plan OPERATION LINK … [--json]`.'],
  ['plan failovr prod-sql', '"failovr" does not fit OPERATION: it is not an operation.', 'Did you mean `failover`?'],
  ['plan status prod-sql', '"status" does not fit OPERATION', 'Write `setup`,'],
  ['reader prod-sql maybe', '"maybe" does not fit on|off: it is not one of them.', 'Write `on` or `off`.'],
  ['reader prod-sql onn', '"onn" does not fit on|off: it is not one of them.', 'Did you mean `on`?'],
  ['failover prod-graph --primaries 0', '"0" does not fit --primaries: it is not from 1 to 11.', 'Write a whole number'],
  ['failover prod-graph --secondaries two', '"two" does not fit --secondaries: it is not a whole number.', 'Write a whole number'],
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
  it.each([
    ['a span', `lag prod-sql --over ${'9'.repeat(10_000)}h`],
    ['a link', `lag ${'prod-sql'.repeat(1_250)}`],
  ])('of %s of 10,000 characters is short itself', (_, text) => {
    const refusal = refusalOf(text);
    expect(refusal.sentence).toContain('a command has at most 2000');
    expect(refusal.sentence.length + refusal.next.length).toBeLessThan(400);
  });

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
