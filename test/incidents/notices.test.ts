import { describe, expect, it } from 'vitest';
import { asChannelId, asMessageTs } from '../../src/domain/ids.ts';
import type { Entry } from '../../src/domain/run.ts';
import { incidentNotices } from '../../src/incidents/notices.ts';
import { fold } from '../../src/runs/fold.ts';
import { renderIncident } from '../../src/slack/messages/incident.ts';
import {
  ana,
  aPlan,
  approvedEntries,
  asRecords,
  bob,
  chloe,
  haltedEntries,
  night,
  proposed,
  runningEntries,
  shownAt,
  succeededEntries,
  theLink,
} from '../slack/messages/story.ts';

const notices = (entries: readonly Entry[], link = theLink) => incidentNotices(fold(asRecords(entries)), link);
const only = (entries: readonly Entry[]) => {
  const [first] = notices(entries);
  if (first === undefined) throw new TypeError('there is no notice');
  return first.notice;
};

describe('what incident channels are told', () => {
  it('is nothing before a run starts', () => {
    expect(notices(approvedEntries())).toEqual([]);
  });

  it('is a broken glass at once', () => {
    const glass: Entry = { kind: 'glass-broken', at: night, person: ana, reason: 'Orders are lost' };
    const text = JSON.stringify(
      renderIncident(only([proposed(aPlan(), { breakGlass: 'Orders are lost' }), glass]), { permalink: null }).blocks,
    );
    expect(text).toContain('Break-glass:* <@U0ANA> goes without approval. Reason: “Orders are lost”');
    expect(text).toContain('*nobody* (break-glass)');
  });

  it('is one message a channel, each channel once', () => {
    const channel = asChannelId('C0INC');
    const keys = notices(runningEntries, { ...theLink, incidentChannels: [channel, asChannelId('C0MGR'), channel] }).map(({ key }) => key);
    expect(keys).toEqual(['incident:C0INC', 'incident:C0MGR']);
  });

  it('leaves out the channel that holds the run itself, unless that is in a thread', () => {
    const link = { ...theLink, incidentChannels: [asChannelId('C0OPS')] };
    expect(notices([...runningEntries, shownAt('C0OPS', '1.1')], link)).toEqual([]);
    const origin = { person: ana, channel: asChannelId('C0OPS'), thread: asMessageTs('1.0'), via: 'mention' } as const;
    const [, ...rest] = runningEntries;
    expect(notices([proposed(aPlan(), { origin }), ...rest, shownAt('C0OPS', '1.1')], link)).toHaveLength(1);
  });

  it('names who asked, who approved, the step and the thread', () => {
    const notice = only([...runningEntries, shownAt('C0OPS', '17.1')]);
    expect(notice).toMatchObject({
      askedBy: ana,
      approvedBy: [bob, chloe],
      step: { number: 3, of: 5, title: 'Promote sql-west' },
      thread: { channel: 'C0OPS', ts: '17.1' },
    });
  });

  it('says what it means: a halt with what to do, an end with what it cost', () => {
    const words = (entries: readonly Entry[]): string =>
      JSON.stringify(renderIncident(only(entries), { permalink: 'https://x.example/p1' }));
    expect(words(haltedEntries)).toContain('*Databases:* sql-east takes no writes');
    expect(words(succeededEntries)).toContain('Measured: 37.9 s. _Predicted:_ About 41 s');
    expect(words(succeededEntries)).toContain('<https://x.example/p1|Go to the thread>');
  });
});
