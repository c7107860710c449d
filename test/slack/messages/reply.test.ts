import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asLinkId, asPlanHash, asRunId } from '../../../src/domain/ids.ts';
import type { Observation } from '../../../src/domain/observation.ts';
import type { Person } from '../../../src/domain/person.ts';
import type { Reply } from '../../../src/domain/reply.ts';
import type { RunSummary } from '../../../src/domain/run.ts';
import { fold } from '../../../src/runs/fold.ts';
import { judgeBlocks } from '../../../src/sim/slack/block-rules.ts';
import { breaches } from '../../../src/slack/messages/limits.ts';
import { renderAnswer, renderReply } from '../../../src/slack/messages/reply.ts';
import { lagHistoryOf } from '../../../src/watch/lag-history.ts';
import { nasty, nastyPlan } from './hostile.ts';
import { markupOf, strangeMarkup } from './markup.ts';
import {
  ana,
  anObservation,
  aPlan,
  asRecords,
  linkId,
  needsApproval,
  night,
  redirectEntries,
  runId,
  side,
  succeededEntries,
} from './story.ts';

const person = (text: string): Person => ({ id: ana, name: text, standing: 'member', groups: [text, 'dba'], groupsProblem: text });
const summary = (text: string): RunSummary => ({
  id: asRunId(text),
  state: 'running',
  link: text,
  operation: 'failover',
  deed: text,
  requester: ana,
  proposedAt: night,
  endedAt: null,
});

const observed = (text: string, more: Partial<Observation> = {}): Observation =>
  anObservation({
    link: asLinkId(text),
    headline: text,
    health: 'broken',
    lag: { kind: 'unknown', why: text },
    primary: { ...side, cluster: text, problem: text, version: text, reachable: false, writable: 'unknown' },
    facts: Array.from({ length: 40 }, (_, index) => ({ name: `f${index}`, label: text, value: text, binding: true })),
    ...more,
  });

/** Every member of the union at least once, with `text` wherever it may hold foreign text and `many` of everything. */
function replies(text: string, many: number, plan = aPlan()): readonly Reply[] {
  const times = <Item>(item: Item): readonly Item[] => Array.from({ length: many }, () => item);
  const about = { id: asLinkId(text), engine: 'neo4j-ccdr', environment: text, description: text } as const;
  const command = {
    name: text,
    summary: text,
    risk: 'danger',
    usage: text,
    arguments: times({ name: text, about: text }),
    examples: times(text),
  } as const;
  const check = { name: text, outcome: 'failed', seen: text, next: text } as const;
  const records = asRecords(succeededEntries);
  const run = fold(records);
  const verdict = { ...needsApproval(), sentence: text, rule: text, trace: times({ rule: text, decided: false, why: text }) };
  const planHash = asPlanHash('a'.repeat(64));
  return [
    { kind: 'refusal', code: 'bad-input', sentence: text, next: text },
    { kind: 'help', commands: times(command), topic: null },
    { kind: 'help', commands: [], topic: command },
    { kind: 'links', links: times(about) },
    { kind: 'status', observations: times(observed(text)), json: false, live: times(summary(text)) },
    { kind: 'status', observations: times(observed(text)), json: true, live: [] },
    { kind: 'described', observation: observed(text), link: about, live: times(summary(text)) },
    { kind: 'lagged', observation: observed(text), history: lagHistoryOf([], observed(text), 60_000) },
    {
      kind: 'inspected',
      what: 'dlq',
      link: text,
      inspection: { headline: text, columns: ['Table', 'Reason', 'Rows'], rows: times([text, text, '3']), notes: times(text) },
    },
    { kind: 'checked', operation: 'failover', link: text, command: text, checks: times(check) },
    { kind: 'planned', command: text, plan, planHash, verdict, json: false },
    { kind: 'planned', command: text, plan, planHash, verdict: { ...verdict, kind: 'refused', code: 'frozen', next: text }, json: true },
    { kind: 'runs', runs: times(summary(text)) },
    { kind: 'run', run, records, json: false },
    { kind: 'run', run, records, json: true },
    { kind: 'policy', version: 7, by: text, at: night, why: text, rules: times({ name: text, sentence: text }) },
    { kind: 'judged', verdict, operation: 'pause', link: text, person: person(text), at: night },
    { kind: 'whoami', person: person(text), may: times({ operation: 'resume', link: text, sentence: text } as const) },
    { kind: 'doctor', findings: times(check) },
    { kind: 'proposed', run },
    { kind: 'accepted', run, sentence: text, by: ana },
  ];
}

describe('status', () => {
  it('has the lag beside the state, in no more columns than a phone shows', () => {
    const unknown = { kind: 'unknown', why: 'nobody has seen both sides at rest' } as const;
    const observations = [anObservation(), anObservation({ link: asLinkId('prod-social'), health: 'degraded', lag: unknown })];
    const { blocks } = renderReply({ kind: 'status', observations, json: false, live: [] }, { now: night });
    const rows = blocks.flatMap((block) => (block.type === 'table' ? block.rows.map((row) => row.map(({ text }) => text)) : []));
    expect(rows).toEqual([
      ['Link', 'State and lag'],
      ['prod-social', '🟡 degraded, lag unknown'],
      ['prod-sql', '🟢 healthy, 3.8 s behind'],
    ]);
  });
});

describe('a description', () => {
  const why = 'nobody has seen both sides at rest';
  const rows = [
    ['says why the lag is unknown', 'prod-sql follows.', `unknown: ${why}`],
    ['says it once where the headline does', `prod-sql follows; ${why}.`, 'unknown'],
  ] as const;
  it.each(rows)('%s', (_name, headline, lag) => {
    const observation = anObservation({ headline, lag: { kind: 'unknown', why } });
    const link = { id: linkId, engine: 'cockroach-pcr', environment: 'production', description: '' } as const;
    const { blocks } = renderReply({ kind: 'described', observation, link, live: [] }, { now: night });
    const shown = blocks.flatMap((block) => (block.type === 'section' && 'fields' in block ? block.fields.map(({ text }) => text) : []));
    expect(shown).toContain(`*Lag*\n${lag}`);
  });
});

describe('every reply', () => {
  const modes = ['native', 'plain'] as const;

  it('keeps within the limits of Slack and escapes foreign text, however much of it there is', () => {
    let checked = 0;
    fc.assert(
      fc.property(nasty, fc.constantFrom(0, 1, 7, 130), nastyPlan, (text, many, plan) => {
        for (const reply of replies(text, many, plan)) {
          const [native, plain] = modes.map((mode) => renderAnswer(reply, { now: night + 5_000, mode }).messages);
          expect([reply.kind, plain?.length]).toEqual([reply.kind, native?.length]);
          for (const messages of [native, plain]) {
            // The others are made as the second one is.
            for (const message of [...(messages?.slice(0, 2) ?? []), ...(messages?.slice(2).slice(-1) ?? [])]) {
              checked += 1;
              expect([reply.kind, ...breaches(message)]).toEqual([reply.kind]);
              expect(judgeBlocks(JSON.parse(JSON.stringify(message.blocks)), 'message')).toBeNull();
              expect(markupOf(message).flatMap(strangeMarkup)).toEqual([]);
            }
          }
        }
      }),
      { numRuns: 25 },
    );
    expect(checked).toBeGreaterThanOrEqual(25 * 21 * 2);
  }, 180_000);

  it('uses no plan, container or table block in plain mode', () => {
    const types = replies('text', 3).flatMap((reply) => renderReply(reply, { now: night, mode: 'plain' }).blocks.map(({ type }) => type));
    expect(new Set(types)).toEqual(new Set(['header', 'section', 'context', 'rich_text']));
  });
});

describe('what people read', () => {
  const all = (reply: Reply): string => {
    const { text, blocks } = renderReply(reply, { now: night + 5_000 });
    return `${text}\n${JSON.stringify(blocks)}`;
  };

  const rows: readonly { readonly name: string; readonly reply: Reply; readonly holds: readonly string[] }[] = [
    {
      name: 'a refusal says what to do',
      reply: { kind: 'refusal', code: 'link-held', sentence: 'prod-sql is held by r-1.', next: 'Use --wait to stand in line.' },
      holds: ['prod-sql is held by r-1.', 'Use --wait to stand in line.', 'nothing was changed'],
    },
    {
      name: 'a split brain is the loudest line of a description',
      reply: {
        kind: 'described',
        observation: anObservation({ health: 'danger', headline: 'Both sides of prod-sql take writes.' }),
        link: { id: linkId, engine: 'cockroach-pcr', environment: 'production', description: '' },
        live: [],
      },
      holds: ['DANGER', '🚨 *Both sides of prod-sql take writes.*', 'accepts writes'],
    },
    {
      name: 'a description shows every fact',
      reply: {
        kind: 'described',
        observation: anObservation({
          facts: Array.from({ length: 60 }, (_, index) => ({
            name: `f${index}`,
            label: `Fact ${index}.`,
            value: `value ${index}.`,
            binding: true,
          })),
        }),
        link: { id: linkId, engine: 'cockroach-pcr', environment: 'production', description: '' },
        live: [],
      },
      holds: ['Fact 0.', 'Fact 59.', 'value 59.'],
    },
    {
      name: 'an old observation is called old',
      reply: { kind: 'status', observations: [anObservation({ observedAt: night - 600_000 })], json: false, live: [] },
      holds: ['prod-sql is healthy', '*Old:* seen 10 min 5 s ago'],
    },
    {
      name: 'a preflight puts what failed first and says what to do',
      reply: {
        kind: 'checked',
        operation: 'switchover',
        link: 'prod-sql',
        command: 'switchover prod-sql --max-stop 1m',
        checks: [
          { name: 'versions', outcome: 'passed', seen: 'Both run 26.2.', next: null },
          { name: 'lag', outcome: 'failed', seen: 'The lag is 4 min.', next: 'Wait until it is below 5 s.' },
        ],
      },
      holds: ['cannot go ahead: 1 check failed', 'Wait until it is below 5 s.'],
    },
    {
      name: 'a verdict names who has to approve',
      reply: {
        kind: 'planned',
        plan: aPlan(),
        planHash: asPlanHash('b'.repeat(64)),
        command: 'failover prod-sql --to latest',
        verdict: needsApproval(),
        json: false,
      },
      holds: [
        '2 different people of `dba` or `sre-leads` have to approve',
        "the requester doesn't count",
        'Nothing has been started',
        'POINT OF NO RETURN',
      ],
    },
    {
      name: 'a run is told with its timeline and the chain of its journal',
      reply: { kind: 'run', run: fold(asRecords(redirectEntries)), records: asRecords(redirectEntries), json: false },
      holds: ['Timeline', 'entry 6', 'chain `c0ffee', runId],
    },
    {
      name: 'a look says its verdict, its rows and what to do',
      reply: {
        kind: 'inspected',
        what: 'dlq',
        link: 'prod-sql',
        inspection: {
          headline: '3 rows of orders could not be applied.',
          columns: ['Table', 'Reason', 'Rows'],
          rows: [['orders', 'not retryable', '3']],
          notes: ['Handle the newest row first.'],
        },
      },
      holds: ['Dead letter queue of prod-sql', '3 rows of orders could not be applied.', 'not retryable', 'Handle the newest row first.'],
    },
    {
      name: 'a plan shows every warning, and the whole command that asks for it',
      reply: {
        kind: 'planned',
        plan: aPlan({ warnings: Array.from({ length: 20 }, (_, index) => `Warning number ${index}.`) }),
        planHash: asPlanHash('b'.repeat(64)),
        command: 'failover prod-sql --to 2026-11-21T05:00:00Z',
        verdict: needsApproval(),
        json: false,
      },
      holds: ['Warning number 0.', 'Warning number 19.', '/repl failover prod-sql --to 2026-11-21T05:00:00Z'],
    },
    { name: 'an empty list of runs says so', reply: { kind: 'runs', runs: [] }, holds: ['There are no runs to show'] },
  ];

  it.each(rows)('$name', ({ reply, holds }) => {
    const text = all(reply);
    for (const words of holds) expect(text).toContain(words);
  });
});
