import { describe, expect, it } from 'vitest';
import { asChannelId } from '../../src/domain/ids.ts';
import type { Channel } from '../../src/slack/channels.ts';
import { examineSlack, neededScopes } from '../../src/slack/doctor.ts';
import { answering, refusedBySlack } from './support.ts';

const healthy = { healthy: true, receiving: true, sentence: '2 of 2 sockets to Slack are open.', connections: 4, problems: [] };
const ops: Channel = { reach: 'internal', joined: true, archived: false, name: 'ops', refused: null };
const dba = { name: 'dba', source: 'slack' as const, people: 2, refused: null };

interface State {
  readonly scopes?: readonly string[];
  readonly self?: unknown;
  readonly health?: Partial<typeof healthy> & { readonly problems?: readonly string[] };
  readonly channel?: Partial<Channel>;
  readonly group?: { readonly source?: 'slack' | 'config'; readonly people?: number; readonly refused?: string | null };
}

async function examine({ scopes = neededScopes, self, health, channel, group }: State = {}) {
  const { calls } = answering(
    () => self ?? { user_id: 'UB', bot_id: 'B', team_id: 'T1', team: 'Acme', response_metadata: { scopes: [...scopes] } },
  );
  const findings = await examineSlack({
    calls,
    channels: { look: async () => ({ ...ops, ...channel }) },
    groups: { of: async () => ({ groups: [], problem: null }), changed: () => undefined, look: async () => [{ ...dba, ...group }] },
    receiver: { start: async () => undefined, stop: async () => undefined, health: () => ({ ...healthy, ...health }) },
    incidentChannels: [asChannelId('C1'), asChannelId('C1')],
  });
  return findings;
}

describe('the doctor', () => {
  it('finds nothing wrong when nothing is, and looks at each channel once', async () => {
    expect((await examine()).map(({ name, outcome, next }) => [name, outcome, next])).toEqual([
      ['Slack token', 'passed', null],
      ['Slack reception', 'passed', null],
      ['Incident channel #ops', 'passed', null],
      ['Group dba', 'passed', null],
    ]);
  });

  it.each([
    ['a missing scope', { scopes: neededScopes.filter((scope) => scope !== 'chat:write') }, 'failed', 'chat:write'],
    ['a scope that nothing uses', { scopes: [...neededScopes, 'admin'] }, 'warned', 'admin'],
    ['a token that Slack refuses', { self: refusedBySlack('token_revoked') }, 'failed', 'token_revoked'],
    [
      'no socket',
      { health: { receiving: false, healthy: false, sentence: 'No socket to Slack is open.', problems: ['socket-1: invalid_auth'] } },
      'failed',
      'invalid_auth',
    ],
    ['one socket of two', { health: { problems: ['socket-2: timeout'] } }, 'warned', 'socket-2'],
    ['an archived channel', { channel: { archived: true } }, 'failed', 'archived'],
    ['a channel without the bot', { channel: { joined: false } }, 'failed', 'not a member'],
    ['an unknown channel', { channel: { reach: 'unknown', refused: 'channel_not_found' } }, 'failed', 'channel_not_found'],
    ['a shared channel', { channel: { reach: 'external' } }, 'warned', 'another organisation'],
    ['a group that Slack does not tell', { group: { source: 'config', refused: 'no_such_subteam' } }, 'warned', 'no_such_subteam'],
    [
      'such a group without a fixed list',
      { group: { source: 'config', people: 0, refused: 'plan_upgrade_required' } },
      'failed',
      'nobody is in it',
    ],
    ['an empty group', { group: { people: 0 } }, 'warned', 'Nobody'],
  ] as readonly [string, State, string, string][])('finds %s and says what to do', async (_name, state, outcome, words) => {
    const found = (await examine(state)).filter((finding) => finding.outcome !== 'passed');
    expect(found).toEqual([{ name: expect.any(String), outcome, seen: expect.stringContaining(words), next: expect.any(String) }]);
  });
});
