import { describe, expect, it } from 'vitest';
import { asChannelId } from '../../../src/domain/ids.ts';
import type { Entry } from '../../../src/domain/run.ts';
import { threadLines } from '../../../src/slack/messages/thread.ts';
import {
  ana,
  approvedEntries,
  asRecords,
  bob,
  done,
  haltedEntries,
  intent,
  night,
  performing,
  runningEntries,
  shownAt,
  succeededEntries,
} from './story.ts';

const lines = (entries: readonly Entry[]) => threadLines(asRecords(entries));
const t = night + 200_000;
const takeover: Entry = { kind: 'taken-over', at: t, worker: 'w5', from: 'w2', fence: 1_739 };
const last = (entries: readonly Entry[]): string => lines(entries).at(-1)?.text ?? '';
const line = (entries: readonly Entry[], seq: number): string => lines(entries).find(({ key }) => key === `line:${seq}`)?.text ?? '';

describe('the lines of a thread', () => {
  it('are named by their entries, once each, in order', () => {
    const keys = lines(succeededEntries).map(({ key }) => key);
    expect(keys).toEqual(['line:5', 'line:6', 'line:8', 'line:11', 'line:15', 'line:16', 'line:17', 'line:21', 'line:22']);
  });

  it('do not change when more is written, but for a takeover that is being cleared up', () => {
    for (let length = 1; length < succeededEntries.length; length += 1) {
      const before = lines(succeededEntries.slice(0, length));
      expect(lines(succeededEntries).slice(0, before.length)).toEqual(before);
    }
  });

  it('are not made by what the reporter writes', () => {
    expect(
      lines([...runningEntries, shownAt('C0OPS', '1.1'), { kind: 'posting', at: t, key: 'line:5', channel: asChannelId('C0OPS') }]),
    ).toEqual(lines(runningEntries));
  });

  it('go to the channel too when nobody may miss them', () => {
    const loud = (entries: readonly Entry[]) =>
      lines(entries)
        .filter(({ broadcast }) => broadcast)
        .map(({ text }) => text.split('\n')[0]);
    expect(loud(haltedEntries)).toEqual(['🛑 *Stopped at step 3 (Promote sql-west): a person is needed.*']);
    expect(loud(succeededEntries)).toEqual([
      '✋ <@U0ANA>, the run waits for a person: step 4 (Redirect application traffic to sql-west). Do it, then confirm it with the button on the run’s message.',
      '✅ *Switchover of prod-sql succeeded.* sql-west is the primary of prod-sql now, and sql-east follows it.',
    ]);
  });

  const open = [...approvedEntries(), ...runningEntries.slice(5, 13)];
  const found: readonly (readonly [string, readonly Entry[], string])[] = [
    ['nothing yet', [], 'nothing is sent before they have answered'],
    ['done', [done('s3', t + 1)], 'is done, so it was *not* done again'],
    ['under way', [{ kind: 'progress', at: t, step: 's3', fraction: null, note: 'x' }], 'under way, so it was *not* started again'],
    ['not done', [performing('s3', t + 1)], 'had not happened, so it is done now'],
    [
      'unclear',
      [{ kind: 'halted', at: t, step: 's3', halt: { why: 'unknown', sentence: 'Nobody knows.', databases: '', next: '', evidence: {} } }],
      'could not be settled, so the run stopped: Nobody knows.',
    ],
  ];

  it.each(found)('prove a takeover by what was found: %s', (_name, after, words) => {
    const entries = [...open, takeover, ...after];
    const text = line(entries, open.length + 1);
    expect(text).toContain('Worker `w2` stopped answering. Worker `w5` goes on with the run (fence 1739).');
    expect(text).toContain('It died during step 3 (Promote sql-west).');
    expect(text).toContain(words);
  });

  it('say of a takeover between steps that nothing was under way', () => {
    expect(last([...approvedEntries(), ...runningEntries.slice(5, 8), takeover])).toContain('No step was under way');
  });

  const rows: readonly (readonly [string, Entry, string])[] = [
    ['retried', { kind: 'retried', at: t, by: bob }, '<@U0BOB> asked to try again'],
    [
      'skipped',
      { kind: 'skipped', at: t, step: 's3', by: bob, reason: 'Done by hand' },
      '<@U0BOB> skipped step 3 (Promote sql-west). Reason: “Done by hand”',
    ],
    ['cancel-asked', { kind: 'cancel-asked', at: t, by: ana }, '<@U0ANA> asked to cancel'],
    ['vote-withdrawn', { kind: 'vote-withdrawn', at: t, person: bob, means: 'button' }, '<@U0BOB> took the vote back'],
    ['denied', { kind: 'denied', at: t, by: bob, reason: 'Not tonight' }, '*Denied* by <@U0BOB>: “Not tonight”. Nothing was changed.'],
    ['expired', { kind: 'expired', at: t, sentence: 'Nobody decided in time.' }, '*Expired.* Nobody decided in time. Nothing was changed.'],
    [
      'voided',
      {
        kind: 'voided',
        at: t,
        sentence: 'Reality has moved.',
        differences: [{ label: 'Role of sql-west', before: 'standby', now: 'primary' }],
      },
      'was “standby”, is “primary”',
    ],
    [
      'cancelled',
      { kind: 'cancelled', at: t, by: ana, sentence: 'It was cancelled before anything was changed.' },
      '*Cancelled* by <@U0ANA>.',
    ],
    ['undo-begun', { kind: 'undo-begun', at: t, sentence: 'It took too long.' }, '*Taking back what was done.* It took too long.'],
    ['noted', { kind: 'noted', at: t, sentence: 'Something <!channel> happened.' }, 'Something &lt;!channel&gt; happened.'],
    [
      'an undone step',
      done('s2', t, { service: 'shared' }, true),
      'Taken back: step 2 (Stop writes on sql-east). _Proof:_ service: shared',
    ],
    [
      'an incident channel that is not told',
      { kind: 'post-failed', at: t, key: 'incident:C0INC', channel: asChannelId('C0INC'), why: 'it is archived' },
      'The incident channel <#C0INC> could not be told (it is archived)',
    ],
  ];

  it.each(rows)('tell of %s', (_name, entry, words) => {
    expect(last([...approvedEntries(), intent('s1', t), entry])).toContain(words);
  });
});
