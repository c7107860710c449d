import { describe, expect, it } from 'vitest';
import { summaryOf } from '../../../src/app/deps.ts';
import type { Entry, RunReport } from '../../../src/domain/run.ts';
import { incidentNotices } from '../../../src/incidents/notices.ts';
import { fold } from '../../../src/runs/fold.ts';
import { readButton, verbOf } from '../../../src/slack/messages/actions.ts';
import { renderIncident } from '../../../src/slack/messages/incident.ts';
import { planPages } from '../../../src/slack/messages/plan-pages.ts';
import { renderRun } from '../../../src/slack/messages/run.ts';
import { lineOf } from '../../../src/slack/messages/thread.ts';
import {
  ana,
  aPlan,
  approvedEntries,
  aRequirement,
  asRecords,
  done,
  haltedEntries,
  intent,
  night,
  performing,
  proposed,
  redirectEntries,
  runId,
  runningEntries,
  started,
  succeededEntries,
  switchoverSteps,
  theLink,
} from './story.ts';

const runOf = (entries: readonly Entry[]) => fold(asRecords(entries));
const shown = (entries: readonly Entry[]) => renderRun(runOf(entries), { link: theLink });
const words = (entries: readonly Entry[]): string => JSON.stringify(shown(entries).blocks);

function buttons(entries: readonly Entry[]) {
  const block = shown(entries).blocks.find(({ type }) => type === 'actions');
  return block?.type === 'actions' ? block.elements : [];
}
const labels = (entries: readonly Entry[]): readonly string[] => buttons(entries).map(({ text }) => text.text);

const asking = approvedEntries().slice(0, 3);
const t = night + 100_000;
const glass: readonly Entry[] = [
  proposed(aPlan(), { breakGlass: 'Nobody answers and orders are lost' }),
  { kind: 'glass-broken', at: t, person: ana, reason: 'Nobody answers and orders are lost' },
];
const stopped: readonly Entry[] = [...approvedEntries(), started(t), intent('s2', t), performing('s2', t), done('s2', t + 1)];
const undoing: readonly Entry[] = [...stopped, { kind: 'undo-begun', at: t + 2, sentence: 'It took too long.' }, intent('s2', t + 3, true)];

describe('the buttons of a run', () => {
  const rows: readonly (readonly [string, readonly Entry[], readonly string[]])[] = [
    ['a run that asks for approval', asking, ['Approve', 'Deny', 'Cancel']],
    [
      'a run whose rule wants reactions only',
      [proposed(), { kind: 'approval-asked', at: t, requirement: aRequirement({ means: ['reaction'] }), expiresAt: t }],
      ['Cancel'],
    ],
    ['an approved run', approvedEntries(), ['Cancel']],
    ['a run that can still be taken back', stopped, ['Cancel and take back']],
    ['a run past the point of no return', runningEntries, []],
    ['a run that waits for a person', redirectEntries, ['I have redirected the traffic', 'Cancel and give up']],
    ['a halted run past the point of no return', haltedEntries, ['Retry', 'Skip this step', 'Cancel and give up']],
    ['a run that is taken back', undoing, []],
    ['a run that is over', succeededEntries, []],
  ];

  it.each(rows)('%s offers what fits', (_name, entries, expected) => {
    expect(labels(entries)).toEqual(expected);
  });

  it('carry the run, the plan and the step, and ask twice', () => {
    const all = [...buttons(asking), ...buttons(redirectEntries), ...buttons(haltedEntries)];
    expect(all.length).toBe(8);
    for (const button of all) {
      expect(verbOf(button.action_id)).not.toBeNull();
      expect(readButton(button.value)).toMatchObject({ run: runId, planHash: runOf(asking).planHash });
      expect(button.confirm?.text.text.length).toBeGreaterThan(10);
    }
    expect(readButton(buttons(redirectEntries)[0]?.value)?.step).toBe('s4');
    expect(buttons(asking)[0]?.confirm?.text.text).toContain(runOf(asking).planHash.slice(0, 8));
  });

  it('of others are not taken for ours', () => {
    for (const value of ['', '{}', '{"run":1}', 'null', '[]', 'x'.repeat(3_000), undefined, '{"run":""}'])
      expect(readButton(value)).toBeNull();
    expect(verbOf('replops:drop')).toBeNull();
  });
});

describe('the message of a run', () => {
  const rows: readonly (readonly [string, readonly Entry[], RegExp, readonly string[]])[] = [
    [
      'asks: cost, who must approve, who has, until when, every statement, the point of no return',
      asking,
      /approval is needed, 1 of 2 so far/,
      [
        'None: writes stop before sql-west is promoted.',
        'About 41 s',
        '2 different people of `dba` or `sre-leads`',
        '<@U0BOB> approved',
        'Open until',
        'ALTER VIRTUAL CLUSTER main STOP SERVICE',
        'POINT OF NO RETURN',
        'Undo: Start the service on sql-east again.',
        'Warning:',
        'Rack 4 in Frankfurt',
      ],
    ],
    [
      'runs: which step, and that nothing can be taken back any more',
      runningEntries,
      /running, step 3 of 5: Promote sql-west/,
      ['Past the point of no return', '24 of 39 ranges (62\u00a0%)'],
    ],
    [
      'waits for a person: what to do, in the words of the team',
      redirectEntries,
      /a person is needed, step 4 of 5: Redirect/,
      ['Somebody has to do this now', 'Point sql.prod.example.com to the load balancer'],
    ],
    [
      'is halted: what happened, the databases, what to do, the evidence',
      haltedEntries,
      /stopped, a person is needed/,
      ['What happened:', 'Databases:', 'What to do now:', 'retained time: 2026-11-20', 'Predicted write stop'],
    ],
    [
      'ends: measured against predicted',
      succeededEntries,
      /Succeeded/,
      ['Data lost (RPO)', 'Writes stopped (RTO)', '37.9 s', 'About 41 s'],
    ],
    ['goes without approval: loudly, with the reason', glass, /./, ['Break-glass:', 'Nobody answers and orders are lost']],
    ['is taken back: in words', undoing, /taking back what was done/, ['Taking back: Stop writes on sql-east']],
  ];

  it.each(rows)('that %s', (_name, entries, sentence, holds) => {
    expect(shown(entries).text).toMatch(sentence);
    expect(shown(entries).text).toContain('Switchover of prod-sql (r-4k9zq0tm2x)');
    for (const each of holds) expect(words(entries)).toContain(each);
  });

  it('names the state in words in its first line, in every state', () => {
    const stories = [asking, approvedEntries(), runningEntries, undoing, haltedEntries, succeededEntries];
    for (const entries of stories) {
      const first = shown(entries).blocks[0];
      expect(first?.type === 'header' ? first.text.text : '').toMatch(/Switchover of prod-sql: [a-z]{4,}/);
    }
  });

  it('shows the plan statement by statement also without newer blocks', () => {
    const plain = JSON.stringify(renderRun(runOf(asking), { link: theLink, mode: 'plain' }).blocks);
    expect(plain).not.toMatch(/"type":"(?:plan|container|table)"/);
    for (const step of switchoverSteps)
      for (const statement of step.statements) expect(plain).toContain(JSON.stringify(statement).slice(1, -1));
  });

  it('keeps a step in words without newer blocks', () => {
    const plain = JSON.stringify(renderRun(runOf(runningEntries), { link: theLink, mode: 'plain' }).blocks);
    for (const each of ['*Done:* 1. Check', '*Done:* 2. Stop writes', '*Now:* 3. Promote', '*To do:* 4. Redirect'])
      expect(plain).toContain(each);
  });

  it('sends a plan that is too long for a message into the thread, and says so', () => {
    const steps = switchoverSteps.map((step) => ({ ...step, statements: [`SELECT '${'x'.repeat(4_000)}'`] }));
    const run = runOf([proposed(aPlan({ steps }))]);
    const pages = planPages(run);
    expect(pages.map(({ key }) => key)).toEqual(['plan:1', 'plan:2', 'plan:3', 'plan:4']);
    expect(JSON.stringify(renderRun(run, { link: theLink }).blocks)).toContain('Every statement is in this thread');
    expect(planPages(runOf(asking))).toEqual([]);
  });
});

describe('the report of a run', () => {
  const reminders = Array.from({ length: 12 }, (_, at) => `Backup schedules of main on sql-east: ${at} (nightly, to external://b${at}).`);
  const ended = (facts: RunReport['facts']) =>
    shown(
      succeededEntries.map((entry) =>
        entry.kind === 'succeeded' ? { ...entry, report: { ...entry.report, sentence: 'No write was lost. All is well.', facts } } : entry,
      ),
    );
  const texts = (facts: RunReport['facts']) =>
    ended(facts).blocks.flatMap((block) => {
      if (block.type !== 'section') return [];
      return 'fields' in block ? block.fields.map(({ text }) => text) : [block.text.text];
    });

  it('lists everything that is left to people, line by line under one label', () => {
    const lines = texts(reminders.map((value) => ({ label: 'Left to people', value }))).find((text) => text.startsWith('*Left to people*'));
    expect(lines?.split('\n')).toEqual(['*Left to people*', ...reminders.map((value) => `• ${value}`)]);
  });

  it('says once what its sentence says, and keeps short facts in columns, however many there are', () => {
    const short = Array.from({ length: 25 }, (_, at) => ({ label: `Fact ${at}`, value: 'ready' }));
    const said = texts([{ label: 'Data lost', value: 'No write was lost.' }, ...short]);
    expect(said).not.toContain('*Data lost*\nNo write was lost.');
    for (const { label } of short) expect(said).toContain(`*${label}*\nready`);
  });

  it('points at the warnings in the thread where there is no room for all of it', () => {
    const many = Array.from({ length: 60 }, (_, at) => ({ label: 'Left to people', value: `Feed ${at} ${'x'.repeat(120)}` }));
    const said = texts(many);
    expect(said.some((text) => text.includes('Feed 0 '))).toBe(true);
    expect(said.some((text) => text.includes('Feed 59 '))).toBe(false);
    expect(said.some((text) => text.includes("*There is more.* The plan's warnings, in this thread, say all of it."))).toBe(true);
  });

  it('shows times in evidence as people read them, whether a database or the bot told them', () => {
    const said = words([
      ...runningEntries.slice(0, -2),
      done('s3', t + 5, { 'seen at': Date.UTC(2026, 10, 21, 16, 44, 55), 'graphs looked at': 3 }),
    ]);
    expect(said).toContain('2026-11-20 02:48:27 UTC');
    expect(said).toContain('seen at: 2026-11-21 16:44:55 UTC · graphs looked at: 3');
  });
});

describe('a run that deletes a backup', () => {
  const plan = aPlan({
    operation: { kind: 'backup', link: theLink.id, action: { kind: 'delete', backup: 'weekly' }, on: null },
    summary: 'Delete the backup weekly of sql-east for good.',
  });
  const [first, ...rest] = asking;
  const entries = first === undefined ? [] : [proposed(plan), ...rest];

  it('is called so, and not a backup, by its title and its buttons', () => {
    const { text } = shown(entries);
    expect(text).toMatch(/^Deletion of a backup of prod-sql \(/);
    expect(words(entries)).toContain('Deletion of a backup of prod-sql: approval needed');
    expect(words(entries)).toContain('Approve the deletion of a backup of prod-sql?');
    expect(words(entries)).not.toContain('Backup of');
  });

  it('is called so in the thread, in lists and in incident channels', () => {
    const records = asRecords([...entries, ...approvedEntries().slice(3), started(t), ...succeededEntries.slice(-1)]);
    const ending = records.at(-1);
    if (ending === undefined) throw new TypeError('there is no ending');
    expect(JSON.stringify(lineOf(ending, { plan, records }))).toContain('Deletion of a backup of prod-sql succeeded');
    const run = fold(records);
    expect(summaryOf(run)).toMatchObject({ operation: 'backup', deed: 'deletion of a backup' });
    const [told] = incidentNotices(run, theLink);
    if (told === undefined) throw new TypeError('nothing is told');
    expect(renderIncident(told.notice, { permalink: null }).text).toMatch(/^Deletion of a backup of prod-sql \(production\)/);
  });
});
