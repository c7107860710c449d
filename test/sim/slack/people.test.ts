import { describe, expect, it } from 'vitest';
import { signatureOf } from '../../../src/sim/slack/signature.ts';
import { ask, aWorkspace, clientOf } from './client.ts';

const plain = { deleted: false, is_bot: false, is_restricted: false, is_ultra_restricted: false, is_stranger: undefined, is_admin: false };

const facts: readonly { name: string; facts: Record<string, unknown>; home: boolean }[] = [
  { name: 'ana', facts: plain, home: true },
  { name: 'oscar', facts: plain, home: true },
  { name: 'amir', facts: { ...plain, is_admin: true }, home: true },
  { name: 'gwen', facts: { ...plain, is_restricted: true }, home: true },
  { name: 'sam', facts: { ...plain, is_restricted: true, is_ultra_restricted: true }, home: true },
  { name: 'stan', facts: { ...plain, is_stranger: true }, home: false },
  { name: 'dora', facts: { ...plain, deleted: true }, home: true },
  { name: 'deploybot', facts: { ...plain, is_bot: true }, home: true },
];

describe('people', () => {
  it.each(facts)('$name is what users.info says', async ({ name, facts: expected, home }) => {
    const ws = await aWorkspace();
    const { user } = await clientOf(ws).users.info({ user: ws.ids.people[name] ?? '' });
    const seen = user as unknown as Record<string, unknown>;
    for (const [key, value] of Object.entries(expected)) expect([key, seen[key]]).toEqual([key, value]);
    expect(seen['team_id'] === ws.ids.team).toBe(home);
  });

  it('Slackbot claims not to be a bot', async () => {
    const ws = await aWorkspace();
    expect((await clientOf(ws).users.info({ user: 'USLACKBOT' })).user).toMatchObject({ id: 'USLACKBOT', is_bot: false });
  });

  it('strangers are not listed', async () => {
    const ws = await aWorkspace();
    const { members = [] } = await clientOf(ws).users.list({});
    const names = members.map((member) => member.name);
    expect(names).toContain('gwen');
    expect(names).not.toContain('stan');
  });

  it('user groups have the people they were given', async () => {
    const ws = await aWorkspace();
    const { bob, chloe, oscar } = ws.ids.people;
    const group = ws.ids.groups['dba'] ?? '';
    expect((await clientOf(ws).usergroups.users.list({ usergroup: group })).users).toEqual([bob, chloe]);
    ws.setGroup('dba', ['oscar']);
    expect((await clientOf(ws).usergroups.users.list({ usergroup: group })).users).toEqual([oscar]);
  });

  it('a Connect channel says that it is shared', async () => {
    const ws = await aWorkspace();
    const shared = await clientOf(ws).conversations.info({ channel: ws.ids.channels['northwind-shared'] ?? '' });
    expect(shared.channel).toMatchObject({ is_ext_shared: true, connected_team_ids: [ws.ids.foreignTeam] });
    const own = await clientOf(ws).conversations.info({ channel: ws.ids.channels['ops'] ?? '' });
    expect(own.channel).toMatchObject({ is_ext_shared: false, is_private: false });
  });

  it('a private channel without the bot is not there for it', async () => {
    const channels = [{ name: 'secret', kind: 'private', bot: false, people: ['ana'] }] as const;
    const ws = await aWorkspace({ channels });
    expect(await ask(ws, 'conversations.info', { channel: ws.ids.channels['secret'] })).toMatchObject({ error: 'channel_not_found' });
  });

  it('ids depend on the seed alone', async () => {
    const [first, same, other] = [await aWorkspace({ seed: 'x' }), await aWorkspace({ seed: 'x' }), await aWorkspace({ seed: 'y' })];
    expect(same.ids).toEqual(first.ids);
    expect(other.ids.people['ana']).not.toBe(first.ids.people['ana']);
  });
});

describe('what the client does not let somebody do', () => {
  it.each([
    ['stan', '#northwind-shared', 'other organisations'],
    ['ana', '#old-ops', 'archived'],
    ['deploybot', '#ops', 'cannot use the client'],
  ])('%s in %s: no command', async (person, channel, words) => {
    const ws = await aWorkspace();
    const outcome = await ws.as(person).command('/repl status', channel);
    expect(outcome.state).toBe('refused');
    expect(outcome.problem).toContain(words);
  });

  it('an unknown command never reaches the app', async () => {
    const ws = await aWorkspace();
    expect(await ws.as('ana').command('/replicate status', '#ops')).toMatchObject({ state: 'refused' });
  });

  it('a deactivated person does nothing, and nobody writes where they are not', async () => {
    const ws = await aWorkspace();
    expect(() => ws.as('dora').say('#ops', 'hello')).toThrow(TypeError);
    expect(() => ws.as('ana').say('#dba-private', 'hello')).toThrow(TypeError);
    expect(() => ws.as('nobody')).toThrow(TypeError);
  });
});

describe('the signature', () => {
  it('is the one that Slack documents', () => {
    const body =
      'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA' +
      '&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554' +
      '%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';
    const secret = '8f742231b10e8888abcd99yyyzzz85a5';
    expect(signatureOf(secret, 1531420618, body)).toBe('v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503');
  });
});
